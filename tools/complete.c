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
	static const char *const protocols[] = { "tcp", "udp", "icmp", NULL };

	switch (word->type) {
	case T_GATEWAY:
		offer_gateways();
		break;
	case T_DEV:
		offer_devices();
		break;
	case T_CHOICE:
		offer_list(word->choices);
		break;
	case T_PROTO:
		offer_list(protocols);
		break;
	case T_PREFIXES:
		offer("any");
		break;
	case T_FILE:
		puts(":file");
		break;
	default:
		break;
	}
}

static void offer_words(const struct command *command, uint64_t given)
{
	const struct use *use;

	for (use = command->uses; use->word; use++)
		if (words[use->word].name && !use->refuse &&
		    !(given & (UINT64_C(1) << use->word)))
			offer(words[use->word].name);
}

static const struct use *find_use(const struct command *command,
				  const char *text)
{
	const struct use *use;

	for (use = command->uses; use->word; use++)
		if (words[use->word].name &&
		    !strcmp(words[use->word].name, text))
			return use;
	return NULL;
}

/* Walks over the words before the last one, which is at n - 1. */
static void complete_words(const struct command *command, int n, char **v)
{
	const struct use *use;
	uint64_t given = 0;
	int i = 0;

	for (use = command->uses; use->word && !words[use->word].name; use++) {
		if (i++ == n - 1) {
			offer_value(&words[use->word]);
			return;
		}
	}
	while (i < n - 1) {
		use = find_use(command, v[i++]);
		if (!use)
			continue;
		given |= UINT64_C(1) << use->word;
		if (words[use->word].type == T_NONE)
			continue;
		if (i == n - 1) {
			offer_value(&words[use->word]);
			return;
		}
		i++;
	}
	offer_words(command, given);
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
		"--force", "--version", "--help", NULL
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
