// SPDX-License-Identifier: GPL-2.0
/* Usage, from the command table. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "spec.h"

enum { WIDTH = 78, GROUP_SIZE = 256 };

static const char *const placeholders[] = {
	[T_GATEWAY] = "NAME",
	[T_DEV] = "DEV",
	[T_ADDR] = "ADDR",
	[T_PREFIXES] = "PREFIX...",
	[T_MATCH] = "ADDR[/LEN]",
	[T_NUMBER] = "NUMBER",
	[T_SECONDS] = "SECONDS",
	[T_PROTO] = "PROTOCOL",
	[T_PORT] = "PORT",
	[T_FILE] = "FILE",
};

enum style { PLAIN, LITERAL, PLACEHOLDER };

/* Writes usage as text with lines of limited length, or as roff. */
struct writer {
	FILE *file;
	bool man;
	int column;
	int indent;
	char group[GROUP_SIZE];	/* words that stay on one line */
	size_t len;
};

static void put(struct writer *w, const char *text)
{
	for (; *text && w->len < sizeof(w->group) - 3; text++) {
		if (w->man && *text == '-')
			w->group[w->len++] = '\\';
		w->group[w->len++] = *text;
	}
	w->group[w->len] = '\0';
}

static void put_raw(struct writer *w, const char *text)
{
	w->len += snprintf(w->group + w->len, sizeof(w->group) - w->len, "%s",
			   text);
}

static void word(struct writer *w, enum style how, const char *text)
{
	static const char *const fonts[] = { "", "\\fB", "\\fI" };

	if (w->len)
		put_raw(w, w->man ? "\\ " : " ");
	if (w->man)
		put_raw(w, fonts[how]);
	put(w, text);
	if (w->man && how != PLAIN)
		put_raw(w, "\\fR");
}

static void end_group(struct writer *w)
{
	if (w->man) {
		fprintf(w->file, "%s\n", w->group);
	} else {
		if (w->column + 1 + (int)w->len > WIDTH) {
			fprintf(w->file, "\n%*s", w->indent - 1, "");
			w->column = w->indent - 1;
		}
		fprintf(w->file, " %s", w->group);
		w->column += 1 + w->len;
	}
	w->len = 0;
}

static void write_value(struct writer *w, const struct word *of)
{
	unsigned int i;

	if (of->type == T_CHOICE) {
		word(w, PLAIN, "{");
		for (i = 0; of->choices[i]; i++) {
			if (i)
				word(w, PLAIN, "|");
			word(w, LITERAL, of->choices[i]);
		}
		word(w, PLAIN, "}");
	} else if (of->type == T_PREFIXES) {
		word(w, PLAIN, "{");
		word(w, PLACEHOLDER, placeholders[of->type]);
		word(w, PLAIN, "|");
		word(w, LITERAL, "any");
		word(w, PLAIN, "}");
	} else if (of->type != T_NONE) {
		word(w, PLACEHOLDER, placeholders[of->type]);
	}
}

static void write_use(struct writer *w, const struct use *use)
{
	const struct word *of = &words[use->word];

	if (use->refuse)
		return;
	if (!use->required)
		word(w, PLAIN, "[");
	if (of->name)
		word(w, LITERAL, of->name);
	write_value(w, of);
	if (!use->required)
		word(w, PLAIN, "]");
	end_group(w);
}

static void write_command(struct writer *w, const struct object *object,
			  const struct command *command)
{
	const struct use *use;

	word(w, LITERAL, object->name);
	if (command->name)
		word(w, LITERAL, command->name);
	end_group(w);
	for (use = command->uses; use->word; use++)
		write_use(w, use);
}

static void usage_command(FILE *file, const char *title,
			  const struct object *object,
			  const struct command *command)
{
	struct writer w = { .file = file };

	w.column = fprintf(file, "%s natctl", title);
	w.indent = w.column + 1;
	write_command(&w, object, command);
	fputc('\n', file);
}

void usage_object(const struct object *object)
{
	const struct command *command;

	for (command = object->commands; command->help; command++)
		usage_command(stdout, command == object->commands ? "Usage:" :
			      "      ", object, command);
	if (object->help_more)
		object->help_more();
}

void usage_error(const struct object *object, const struct command *command)
{
	if (command) {
		usage_command(stderr, "Usage:", object, command);
		return;
	}
	if (!object) {
		fprintf(stderr, "Run \"natctl help\" for what there is.\n");
		return;
	}
	fprintf(stderr, "Usage: natctl %s {", object->name);
	for (command = object->commands; command->help; command++)
		fprintf(stderr, " %s |", command->name);
	fprintf(stderr, " help }\n");
}

static void print_commands(const struct object *object)
{
	const struct command *command;
	char list[64] = "";
	size_t len = 0;

	for (command = object->commands; command->name; command++)
		len += snprintf(list + len, sizeof(list) - len, "%s%s",
				len ? " | " : "", command->name);
	printf("  %-8s  %-28s  %s\n", object->name, list, object->help);
}

void usage_summary(void)
{
	const struct object *object;

	printf("Usage: natctl [ OPTION... ] OBJECT [ COMMAND ] [ WORD... ]\n"
	       "       natctl [ OPTION... ] -b FILE\n"
	       "       natctl OBJECT help\n"
	       "\n"
	       "Objects and their commands; an object alone is shown:\n");
	for (object = objects; object->name; object++)
		print_commands(object);
	printf("\n"
	       "Options:\n"
	       "  -n, --netns NAME  in this network namespace\n"
	       "  -j, --json        print JSON\n"
	       "  -p, --pretty      with line breaks in it\n"
	       "  -s, --stats       show more\n"
	       "  -b, --batch FILE  take commands from a file, - for stdin\n"
	       "      --force       with -b, go on after an error\n"
	       "  -V, --version     print the version\n"
	       "  -h, --help        print this\n");
}

static void man_synopsis(void)
{
	struct writer w = { .file = stdout, .man = true };
	const struct command *command;
	const struct object *object;

	for (object = objects; object->name; object++) {
		for (command = object->commands; command->help; command++) {
			printf(".SY natctl\n.RI [ OPTION ...]\\&\n");
			write_command(&w, object, command);
			printf(".YS\n");
		}
	}
}

static void man_counters(void)
{
	const struct counter *counter;

	for (counter = counters; counter->name; counter++)
		printf(".TP\n.B %s\n%s\n", counter->name, counter->sentence);
}

void usage_man(const char *part)
{
	if (!strcmp(part, "synopsis"))
		man_synopsis();
	else if (!strcmp(part, "counters"))
		man_counters();
}
