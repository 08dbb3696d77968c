/* SPDX-License-Identifier: GPL-2.0 */
/* What out.c uses of tables, and what both use to fit text to a screen. */
#ifndef NATCTL_GRID_H
#define NATCTL_GRID_H

#include <stdbool.h>

/* Whether text goes to cells. */
bool grid_open(void);

/* Adds to the current cell, or ends its row. */
void grid_put(char c);
void grid_end_row(void);

/*
 * Prints words from a column on, or from behind the spaces that they begin with, each
 * line so wide where that is not 0, and ends the last one.
 */
void print_wrapped(const char *text, unsigned int column, unsigned int width);

#endif
