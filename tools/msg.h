/* SPDX-License-Identifier: GPL-2.0 */
/* Errors and warnings, on stderr. */
#ifndef NATCTL_MSG_H
#define NATCTL_MSG_H

#include "natctl.h"

/* The place in a file that messages are about; NULL for the command line. */
struct place {
	const char *file;
	unsigned int line;
};

extern struct place place;

/* Both say where, when the command stands in a file; error() is STATUS_USAGE. */
enum status error(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
void warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

_Noreturn void out_of_memory(void);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);

#endif
