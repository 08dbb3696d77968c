// SPDX-License-Identifier: GPL-2.0
/*
 * "natctl __complete WORD...": what the last word, which may be empty, could
 * become, one a line. ":file" stands for names of files.
 */
#include <ctype.h>
#include <dirent.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "gateway.h"
#include "spec.h"

static const char *typed;	/* the beginning of the last word */

static void offer(const char *candidate)
{
	if (!strncmp(candidate, typed, strlen(typed)))
		puts(candidate);
}

static void offer_list(const char *const *list)
{
	while (*list)
		offer(*list++);
}

static void offer_gateways(void)
{
	struct gateways all;
	unsigned int i;

	if (gateways_read(&all))
		return;
	for (i = 0; i < all.n; i++)
		offer(all.list[i].name);
	gateways_free(&all);
}

static void offer_devices(void)
{
	struct if_nameindex *all = if_nameindex(), *dev;

	for (dev = all; dev && dev->if_name; dev++)
		offer(dev->if_name);
	if (all)
		if_freenameindex(all);
}

static void offer_namespaces(void)
{
	DIR *dir = opendir("/run/netns");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			offer(entry->d_name);
	if (dir)
		closedir(dir);
}

static void offer_value(const struct word *word)
{
	unsigned int i;

	if (word->choices)
		offer_list(word->choices);
	switch (word->type) {
	case T_GATEWAY:
		offer_gateways();
		break;
	case T_DEV:
		offer_devices();
		break;
	case T_PROTO:
		for (i = 0; protocols[i].name; i++)
			offer(protocols[i].name);
		break;
	case T_CAUSE:
		for (i = 0; drop_causes[i].name; i++)
			offer(drop_causes[i].name);
		break;
	case T_PREFIXES:
		offer("any");
		break;
	case T_FILE:
	case T_FILES:
	case T_TARGET:
		puts(":file");
		break;
	default:
		break;
	}
}

static void offer_words(const struct use *uses, const bool *said)
{
	const char *name;

	for (; uses->word; uses++) {
		name = word_of(uses->word)->name;
		if (uses->kind == USE_LAST)
			offer_value(word_of(uses->word));
		if (name && uses->kind != USE_REFUSED && !said[uses->word])
			offer(name);
	}
}

/* Walks over the words before the last one, which is at n - 1. */
static void complete_words(const struct command *command, int n, char **v)
{
	bool said[W_COUNT] = { false };
	struct use uses[MAX_USES];
	const struct use *use;
	int i = 0;

	uses_of(command, uses);
	for (use = uses; use->word && !word_of(use->word)->name; use++) {
		if (use->kind == USE_OPTIONAL && i < n - 1 &&
		    use_named(uses, v[i]))
			continue;
		if (i++ == n - 1) {
			offer_value(word_of(use->word));
			if (use->kind == USE_OPTIONAL)
				offer_words(uses, said);
			return;
		}
	}
	while (i < n - 1) {
		use = use_named(uses, v[i++]);
		if (!use)
			continue;
		said[use->word] = true;
		if (word_of(use->word)->type == T_NONE)
			continue;
		if (i++ == n - 1) {
			offer_value(word_of(use->word));
			return;
		}
	}
	offer_words(uses, said);
}

static void complete_command(const struct object *object, int n, char **v)
{
	const struct command *command = object->commands;

	if (!command->name) {
		complete_words(command, n, v);
		return;
	}
	for (; command->name; command++) {
		if (n == 1)
			offer(command->name);
		else if (!strcmp(command->name, v[0]))
			complete_words(command, n - 1, v + 1);
	}
	if (n == 1)
		offer("help");
}

static void complete_object(int n, char **v)
{
	const struct object *object;

	for (object = objects; object->name; object++) {
		if (n == 1)
			offer(object->name);
		else if (!strcmp(object->name, v[0]))
			complete_command(object, n - 1, v + 1);
	}
	if (n == 1)
		offer("help");
}

/* The number of words that the options before the last word take. */
static int skip_options(int n, char **v)
{
	int i = 0;

	while (i < n - 1 && *v[i] == '-') {
		if (strcmp(v[i], "-n") && strcmp(v[i], "--netns") &&
		    strcmp(v[i], "-b") && strcmp(v[i], "--batch")) {
			i++;
			continue;
		}
		if (i + 1 == n - 1) {
			if (strchr(v[i], 'n'))
				offer_namespaces();
			else
				puts(":file");
			return n;
		}
		if (strchr(v[i], 'n') && netns_enter(v[i + 1]))
			return n;
		i += 2;
	}
	return i;
}

void complete(int argc, char **argv)
{
	static const char *const options[] = {
		"--netns", "--json", "--pretty", "--stats", "--batch",
		"--force", "--no-pager", "--version", "--help", NULL
	};
	int skip;

	typed = argv[argc - 1];
	skip = skip_options(argc, argv);
	if (skip == argc)
		return;
	if (*typed == '-')
		offer_list(options);
	else
		complete_object(argc - skip, argv + skip);
}
