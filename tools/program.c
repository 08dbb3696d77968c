// SPDX-License-Identifier: GPL-2.0
/* Other programs that natctl has something done by. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "msg.h"
#include "program.h"

/* In the child: it ends here. */
_Noreturn static void become(const char *const *argv, int input, int output)
{
	if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
		execvp(argv[0], (char *const *)argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static enum status await(pid_t child, const char *name)
{
	int end;

	while (waitpid(child, &end, 0) < 0)
		if (errno != EINTR)
			return error("cannot wait for %s: %s", name,
				     strerror(errno));
	if (WIFEXITED(end) && !WEXITSTATUS(end))
		return STATUS_OK;
	return error("%s has failed", name);
}

enum status program_run(const char *const *argv, program_feed feed,
			const void *data)
{
	FILE *file;
	int ends[2];
	pid_t child;

	fflush(stdout);
	if (pipe2(ends, O_CLOEXEC))
		return error("cannot run %s: %s", argv[0], strerror(errno));
	child = fork();
	if (!child)
		become(argv, ends[0], STDOUT_FILENO);
	close(ends[0]);
	file = fdopen(ends[1], "w");
	if (child < 0 || !file) {
		close(ends[1]);
		return error("cannot run %s: %s", argv[0], strerror(errno));
	}
	if (feed)
		feed(file, data);
	/* What it has not read it says itself. */
	fclose(file);
	return await(child, argv[0]);
}

enum status program_filter(const char *const *argv, int input, int output)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child)
		become(argv, input, output);
	return child < 0 ? error("cannot run %s: %s", argv[0], strerror(errno)) :
			   await(child, argv[0]);
}
