// SPDX-License-Identifier: GPL-2.0
/* natctl: options, and the way from words to a command. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "lines.h"
#include "msg.h"
#include "screen.h"
#include "version.h"

enum {
	OPT_FORCE = 256,
	OPT_NO_PAGER,
	MAX_NAMES = 32,
	STDOUT_BUFFER = 1 << 16,
};

struct options opts;

static const struct object *find_object(const char *word)
{
	const char *names[MAX_NAMES];
	unsigned int n = 0;
	int found;

	while (objects[n].name) {
		names[n] = objects[n].name;
		n++;
	}
	found = match(word, names, n);
	if (found >= 0)
		return &objects[found];
	match_error(found, "object", word, names, n);
	usage_error(NULL, NULL);
	return NULL;
}

const struct command *find_command(int argc, char **argv,
				   const struct object **object, int *used)
{
	const struct command *commands;
	const char *names[MAX_NAMES];
	const char *word = "show";
	unsigned int n = 0;
	int found;

	*object = find_object(argv[0]);
	*used = 1;
	if (!*object)
		return NULL;
	commands = (*object)->commands;
	if (!commands[0].name)
		return commands;
	if (argc > 1) {
		word = argv[1];
		*used = 2;
	}
	while (commands[n].name) {
		names[n] = commands[n].name;
		n++;
	}
	found = match(word, names, n);
	if (found >= 0)
		return &commands[found];
	match_error(found, "command", word, names, n);
	usage_error(*object, NULL);
	return NULL;
}

static enum status help(const char *word)
{
	const struct object *object = find_object(word);

	if (!object)
		return STATUS_USAGE;
	screen_page();
	usage_object(object);
	return STATUS_OK;
}

enum status run_words(int argc, char **argv)
{
	const struct command *command;
	const struct object *object;
	struct args args;
	int used;

	if (argc == 1 && !strcmp(argv[0], "help")) {
		usage_summary();
		return STATUS_OK;
	}
	if (argc == 2 && !strcmp(argv[0], "help"))
		return help(argv[1]);
	if (argc == 2 && !strcmp(argv[1], "help"))
		return help(argv[0]);
	command = find_command(argc, argv, &object, &used);
	if (!command || args_parse(&args, object, command, argc - used,
				   argv + used))
		return STATUS_USAGE;
	return command->run(&args);
}

/* Network namespaces have a name, as in ip(8), or any path to one. */
enum status netns_enter(const char *name)
{
	enum status status = STATUS_OK;
	char path[4096];
	int fd;

	if (strchr(name, '/') && *name != '/')
		return error("\"%s\" is not the name of a network namespace",
			     name);
	if (snprintf(path, sizeof(path), "%s%s",
		     *name == '/' ? "" : "/run/netns/", name) >=
	    (int)sizeof(path))
		return error("the name of the network namespace is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error("cannot open network namespace \"%s\": %s", name,
			     errno == ENOENT ? "there is none" :
			     strerror(errno));
	if (setns(fd, CLONE_NEWNET))
		status = error("cannot enter network namespace \"%s\": %s",
			       name, strerror(errno));
	close(fd);
	return status;
}

static enum status batch(const char *name)
{
	enum status status, first = STATUS_OK;
	struct reader reader;
	struct line line;

	if (!reader_open(&reader, name))
		return STATUS_USAGE;
	while (line_read(&reader, &line)) {
		status = run_words(line.n, line.words);
		line_free(&line);
		fflush(stdout);
		if (!first)
			first = status;
		if (status && !opts.force)
			break;
	}
	if (!first && ferror(reader.file))
		first = error("cannot read it: %s", strerror(errno));
	reader_close(&reader);
	return first;
}

static enum status bad_option(int option, char **argv)
{
	char letter[] = { '-', optopt, '\0' };
	const char *text = letter;

	if (!optopt || optopt >= OPT_FORCE || !strncmp(argv[optind - 1], "--", 2))
		text = argv[optind - 1];
	if (option == ':')
		error("option \"%s\" needs a value", text);
	else
		error("unknown option \"%s\"", text);
	usage_error(NULL, NULL);
	return STATUS_USAGE;
}

/* Takes the options; the name of a batch file is handed on. */
static enum status take_options(int argc, char **argv, const char **file)
{
	static const struct option options[] = {
		{ "netns", required_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "pretty", no_argument, NULL, 'p' },
		{ "stats", no_argument, NULL, 's' },
		{ "version", no_argument, NULL, 'V' },
		{ "batch", required_argument, NULL, 'b' },
		{ "force", no_argument, NULL, OPT_FORCE },
		{ "no-pager", no_argument, NULL, OPT_NO_PAGER },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:n:jpsVb:h", options,
				     NULL)) != -1) {
		switch (option) {
		case 'n':
			if (netns_enter(optarg))
				return STATUS_USAGE;
			break;
		case 'j':
			opts.json = true;
			break;
		case 'p':
			opts.pretty = true;
			break;
		case 's':
			opts.stats = true;
			break;
		case 'V':
			printf("natctl %s\n", NATCTL_VERSION);
			exit(STATUS_OK);
		case 'b':
			*file = optarg;
			break;
		case OPT_FORCE:
			opts.force = true;
			break;
		case OPT_NO_PAGER:
			opts.no_pager = true;
			break;
		case 'h':
			usage_summary();
			exit(STATUS_OK);
		default:
			return bad_option(option, argv);
		}
	}
	return STATUS_OK;
}

static enum status run(int argc, char **argv)
{
	const char *file = NULL;
	enum status status = take_options(argc, argv, &file);

	if (status)
		return status;
	argc -= optind;
	argv += optind;
	if (file && argc) {
		error("a batch file and the command \"%s\" exclude each other",
		      argv[0]);
		usage_error(NULL, NULL);
		return STATUS_USAGE;
	}
	if (file)
		return batch(file);
	if (argc)
		return run_words(argc, argv);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	usage_summary();
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	enum status status = STATUS_OK;

	setvbuf(stdout, NULL, _IOFBF, STDOUT_BUFFER);
	/* Spoken by the bash completion and by the build of the manual page. */
	if (argc > 2 && !strcmp(argv[1], "__complete"))
		complete(argc - 2, argv + 2);
	else if (argc == 3 && !strcmp(argv[1], "__man"))
		usage_man(argv[2]);
	else
		status = run(argc, argv);
	place.file = NULL;
	if (screen_leave() && !status)
		status = STATUS_USAGE;
	if ((fflush(stdout) || ferror(stdout)) && !status)
		status = error("cannot write the output: %s",
			       strerror(errno));
	return status;
}
