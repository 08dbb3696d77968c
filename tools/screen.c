// SPDX-License-Identifier: GPL-2.0
/* The terminal that natctl may be writing to, and the pager between the two. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "msg.h"
#include "screen.h"

/* What a terminal has that does not tell. */
enum { WIDTH = 80 };

/* The exit statuses of a shell that cannot run what it was told to, and beyond. */
enum { NOT_RUN = 126, NOT_FOUND = 127 };

static struct {
	FILE *pipe;		/* NULL: there is no pager */
	int terminal;		/* what standard output is else */
	unsigned int width;
} pager;

unsigned int screen_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (pager.pipe)
		return pager.width;
	if (!isatty(STDOUT_FILENO))
		return 0;
	if (columns && atoi(columns) > 0)
		return atoi(columns);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH;
	return size.ws_col;
}

unsigned int screen_height(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? 0 : size.ws_row;
}

/* The pager's command, or NULL where there is to be none. */
static const char *pager_command(void)
{
	const char *named = getenv("NATCTL_PAGER") ?: getenv("PAGER");
	const char *term = getenv("TERM");

	/* Whoever gives commands in a file is not looking on. */
	if (opts.no_pager || opts.json || place.file || !isatty(STDOUT_FILENO) ||
	    !term || !strcmp(term, "dumb"))
		return NULL;
	if (!named)
		return "command -v less >/dev/null && exec less; exec cat";
	return *named && strcmp(named, "cat") ? named : NULL;
}

static bool not_run(int status)
{
	return WIFEXITED(status) && (WEXITSTATUS(status) == NOT_RUN ||
				     WEXITSTATUS(status) == NOT_FOUND);
}

/*
 * The pager reads no more. Who has seen enough need not wait for the rest, and that
 * is no failure; of a pager that there is not its shell has told already.
 */
static void gone(int signal)
{
	int status = 0;

	(void)signal;
	waitpid(-1, &status, 0);
	_exit(not_run(status) ? STATUS_USAGE : STATUS_OK);
}

/*
 * less is told to leave what fits the screen alone, and to run nothing: whoever may
 * use natctl as root, by sudo, is not to get a root shell by it.
 */
void screen_page(void)
{
	const char *run = pager_command();
	unsigned int width = screen_width();

	if (pager.pipe || !run)
		return;
	setenv("LESS", "FRX", 0);
	setenv("LESSSECURE", "1", 1);
	fflush(stdout);
	pager.terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (pager.terminal < 0)
		return;
	pager.pipe = popen(run, "we");
	if (!pager.pipe) {
		close(pager.terminal);
		return;
	}
	pager.width = width;
	dup2(fileno(pager.pipe), STDOUT_FILENO);
	/* It is the pager that is interrupted. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, gone);
}

enum status screen_leave(void)
{
	int status;

	if (!pager.pipe)
		return STATUS_OK;
	/* What came of the command is not yet said, and counts for more. */
	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	clearerr(stdout);
	dup2(pager.terminal, STDOUT_FILENO);
	close(pager.terminal);
	status = pclose(pager.pipe);
	pager.pipe = NULL;
	signal(SIGINT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	return not_run(status) ? STATUS_USAGE : STATUS_OK;
}
