/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs that natctl has something done by. */
#ifndef NATCTL_PROGRAM_H
#define NATCTL_PROGRAM_H

#include <stdio.h>

/* Writes what a program is to read. */
typedef void (*program_feed)(FILE *file, const void *data);

/*
 * Runs a program, found as a shell finds it, until it ends; reports where it fails,
 * beside what it says itself. It reads what is fed to it, if anything.
 */
enum status program_run(const char *const *argv, program_feed feed,
			const void *data);

/* Runs one from a file to another, likewise. */
enum status program_filter(const char *const *argv, int input, int output);

#endif
