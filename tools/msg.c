// SPDX-License-Identifier: GPL-2.0
/* Errors and warnings, on stderr. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "screen.h"

struct place place;

static void say(const char *kind, const char *fmt, va_list ap)
{
	/* What was shown before the message also appears before it. */
	screen_leave();
	fflush(stdout);
	if (place.file)
		fprintf(stderr, "%s:%u: ", place.file, place.line);
	fprintf(stderr, "%s: ", kind);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

enum status error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("Error", fmt, ap);
	va_end(ap);
	return STATUS_USAGE;
}

void warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("Warning", fmt, ap);
	va_end(ap);
}

void out_of_memory(void)
{
	error("out of memory");
	exit(STATUS_USAGE);
}

void *xrealloc(void *old, size_t size)
{
	void *new = realloc(old, size);

	if (!new)
		out_of_memory();
	return new;
}

char *xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(xrealloc(NULL, size), text, size);
}
