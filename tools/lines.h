/* SPDX-License-Identifier: GPL-2.0 */
/* Files of commands: a command a line, '#' begins a comment. */
#ifndef NATCTL_LINES_H
#define NATCTL_LINES_H

#include <stdbool.h>
#include <stdio.h>

struct line {
	char *text;		/* holds the words */
	char **words;		/* ended by NULL */
	int n;
};

struct reader {
	FILE *file;
	const char *name;
	unsigned int next;	/* number of the line to be read next */
};

/* "-" is standard input. Reports what fails. */
bool reader_open(struct reader *reader, const char *name);
void reader_close(struct reader *reader);

/*
 * The next line that has words, or false at the end. The place of messages is
 * set to where it begins.
 */
bool line_read(struct reader *reader, struct line *line);
void line_free(struct line *line);

#endif
