/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is shown, as text or as JSON.
 *
 * A field is printed by one call that gives its JSON key, what stands before
 * it in the text, and the value. A NULL key leaves it out of the JSON, a NULL
 * "before" out of the text, so that the two cannot tell different things.
 */
#ifndef NATCTL_OUT_H
#define NATCTL_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>

#include "args.h"

/* The whole answer of a command: a JSON array. A list may be long: it is paged. */
void out_open(void);
void out_list(void);
void out_close(void);

/* JSON structure; keys are NULL inside arrays. No effect on text. */
void out_object(const char *key);
void out_object_end(void);
void out_array(const char *key);
void out_array_end(void);

void out_str(const char *key, const char *before, const char *value);
void out_num(const char *key, const char *before, uint64_t value);
void out_change(const char *key, const char *before, int64_t value);
void out_bool(const char *key, bool value);
void out_addr(const char *key, const char *before, in_addr_t addr);
/* Local time for people, and UTC for programs, which may be elsewhere. */
void out_time(const char *key, uint64_t ms, bool day);
void out_prefix(const char *key, const char *before,
		const struct prefix *prefix);

/* Text alone. */
void out_text(const char *text);
void out_line(void);

/*
 * What comes up to the next out_line(), which begins at this column: where a line
 * gets longer than the screen, or without one than "width" if that is not 0, it goes
 * on below.
 */
void out_hang(unsigned int column, unsigned int width);

/*
 * A text table. Between out_table() and out_table_end() text goes to cells;
 * out_cell() ends one, out_line() ends the row. A column is as wide as its widest
 * cell. Of a table that is long, or that out_table_flush() prints what there is of,
 * what comes later may make columns wider.
 *
 * On a screen that is too narrow a row takes several lines, or out_cut() said that it
 * is cut off.
 */
enum align {
	LEFT,
	RIGHT,
	WORDS,			/* of the last column: may take several lines */
};

struct column {
	const char *title;
	unsigned int width;	/* at least, where there is no screen */
	enum align align;
};

void out_table(const struct column *columns, unsigned int n);
void out_cell(void);
/* What comes up to the next out_line() is no cell, but a line of the table. */
void out_span(void);
void out_table_flush(void);
void out_table_end(void);
void out_cut(void);

#endif
