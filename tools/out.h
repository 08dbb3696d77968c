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

/* The whole answer of a command: a JSON array. */
void out_open(void);
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
 * A text table. Between out_table() and out_table_end() text goes to cells;
 * out_cell() ends one, out_line() ends the row. A column is as wide as its
 * widest cell, or where all columns have a width, rows are printed at once.
 */
struct column {
	const char *title;
	int width;		/* 0: as needed */
	bool right;		/* aligned to the right */
};

void out_table(const struct column *columns, unsigned int n);
void out_cell(void);
/* What comes up to the next out_line() is no cell, but a line of the table. */
void out_span(void);
void out_table_end(void);

#endif
