// SPDX-License-Identifier: GPL-2.0
/* Usage, from the command table. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "spec.h"

enum { WIDTH = 78, GROUP_SIZE = 512 };

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
	[T_PORTS] = "PORT[-PORT]",
	[T_FILE] = "FILE",
	[T_FILES] = "FILE...",
	[T_TARGET] = "FILE|ADDR:PORT",
	[T_ENDPOINT] = "ADDR:PORT",
	[T_TIME] = "TIME",
	[T_CAUSE] = "CAUSE",
	[T_LABEL] = "NAME",
};

enum style { PLAIN, LITERAL, PLACEHOLDER };

/* Writes usage as text with lines of limited length, or as roff. */
struct writer {
	FILE *file;
	bool man;
	int column;
	int indent;
	bool loose;		/* lines may end within a group too */
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

static void word(struct writer *w, enum style how, const char *text)
{
	static const char *const fonts[] = { "", "\\fB", "\\fI" };

	if (w->len && w->loose && !w->man)
		end_group(w);
	if (w->len)
		put_raw(w, w->man && !w->loose ? "\\ " : " ");
	if (w->man)
		put_raw(w, fonts[how]);
	put(w, text);
	if (w->man && how != PLAIN)
		put_raw(w, "\\fR");
}

/* Words, of which one is taken; a number may be another possibility. */
static void write_choices(struct writer *w, const struct word *of)
{
	unsigned int i;

	word(w, PLAIN, "{");
	for (i = 0; of->choices[i]; i++) {
		if (i)
			word(w, PLAIN, "|");
		word(w, LITERAL, of->choices[i]);
	}
	if (of->type != T_CHOICE) {
		word(w, PLAIN, "|");
		word(w, PLACEHOLDER, placeholders[of->type]);
	}
	word(w, PLAIN, "}");
}

static void write_value(struct writer *w, const struct word *of)
{
	if (of->choices) {
		write_choices(w, of);
	} else if (of->type == T_PREFIXES) {
		word(w, PLAIN, "{");
		word(w, PLACEHOLDER, placeholders[of->type]);
		word(w, PLAIN, "|");
		word(w, LITERAL, "any");
		word(w, PLAIN, "}");
	} else if (of->type != T_NONE) {
		word(w, PLACEHOLDER, of->name || !of->help ?
		     placeholders[of->type] : of->help);
	}
}

static void write_word(struct writer *w, const struct word *of)
{
	if (of->name)
		word(w, LITERAL, of->name);
	write_value(w, of);
}

/* What stands before and behind a word; those of which one is needed share it. */
static void write_use(struct writer *w, const struct use *use, bool first)
{
	switch (use->kind) {
	case USE_REFUSED:
		return;
	case USE_REQUIRED:
		write_word(w, word_of(use->word));
		break;
	case USE_OPTIONAL:
	case USE_LAST:
		word(w, PLAIN, "[");
		write_word(w, word_of(use->word));
		word(w, PLAIN, "]");
		break;
	case USE_ONE_OF:
		word(w, PLAIN, first ? "{" : "|");
		write_word(w, word_of(use->word));
		if (use[1].kind != USE_ONE_OF)
			word(w, PLAIN, "}...");
		break;
	case USE_OPTIONS:
		word(w, PLAIN, "[");
		word(w, PLACEHOLDER, "OPTION");
		word(w, PLACEHOLDER, "VALUE");
		word(w, PLAIN, "]...");
		break;
	}
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
		write_use(w, use, use == command->uses ||
			  use[-1].kind != USE_ONE_OF);
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
	const struct use *use;

	if (command) {
		usage_command(stderr, "Usage:", object, command);
		for (use = command->uses; use->word; use++)
			if (use->kind == USE_OPTIONS)
				fprintf(stderr,
					"Run \"natctl %s help\" for the options.\n",
					object->name);
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
	       "      --no-pager    print long lists as they are\n"
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

static void write_sentence(struct writer *w, const char *sentence)
{
	const char *end;

	while (*sentence) {
		end = strchrnul(sentence, ' ');
		w->len = snprintf(w->group, sizeof(w->group), "%.*s",
				  (int)(end - sentence), sentence);
		end_group(w);
		sentence = *end ? end + 1 : end;
	}
}

void usage_options(void)
{
	struct writer w = { .file = stdout, .loose = true };
	struct use uses[MAX_USES];
	const struct use *use;

	printf("\nOptions and their values:");
	uses_of_options(uses);
	for (use = uses; use->word; use++) {
		w.indent = 16;
		w.column = printf("\n ") - 1;
		write_word(&w, word_of(use->word));
		end_group(&w);
		w.indent = 8;
		w.column = printf("\n%*s", w.indent - 1, "") - 1;
		write_sentence(&w, word_of(use->word)->help);
	}
	printf("\n");
}

static void man_options(void)
{
	struct writer w = { .file = stdout, .man = true, .loose = true };
	struct use uses[MAX_USES];
	const struct use *use;

	uses_of_options(uses);
	for (use = uses; use->word; use++) {
		printf(".TP\n");
		write_word(&w, word_of(use->word));
		end_group(&w);
		printf("%s\n", word_of(use->word)->help);
	}
}

static void man_numbers(const struct number *list, unsigned int max)
{
	unsigned int i;

	for (i = 0; i <= max; i++)
		if (list[i].name)
			printf(".TP\n.BR %s \" (%s)\"\n%s\n", list[i].name,
			       list[i].unit, list[i].sentence);
}

void usage_man(const char *part)
{
	if (!strcmp(part, "synopsis"))
		man_synopsis();
	else if (!strcmp(part, "options"))
		man_options();
	else if (!strcmp(part, "counters"))
		man_numbers(counters, NATGW_A_COUNTERS_MAX);
	else if (!strcmp(part, "gauges"))
		man_numbers(gauges, NATGW_A_GAUGES_MAX);
	else if (!strcmp(part, "metrics"))
		metrics_man();
	else if (!strcmp(part, "checks"))
		doctor_man();
}
