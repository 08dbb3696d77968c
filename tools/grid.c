// SPDX-License-Identifier: GPL-2.0
/* Tables, and text that is fitted to a screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "msg.h"
#include "out.h"
#include "screen.h"

/* No cell begins with SPAN: see put() in out.c. */
enum { MAX_COLUMNS = 12, SPAN = '\n' };

enum {
	GAP = 2,		/* between columns */
	INDENT = 2,		/* of a row's further lines */
	BELOW = 8,		/* of words that find no place beside what they are of */
	PROSE = 24,		/* so narrow may words be */
	PART = 14,		/* and so narrow a column that does not fit */
	BATCH = 1000,		/* rows that are kept to see how wide they are */
};

static struct {
	const struct column *columns;
	unsigned int n;
	bool titled;
	bool span;		/* the current line has no cells */
	unsigned int column;	/* that the current cell belongs to */
	char *cells;		/* all cells of the kept rows, each ended by 0 */
	size_t len, size;
	size_t cell;		/* where the current cell begins */
	unsigned int rows;
	unsigned int width[MAX_COLUMNS];
	bool below[MAX_COLUMNS];	/* the column begins a line */
	bool hidden[MAX_COLUMNS];
	unsigned int screen;	/* its columns, or 0 */
} table;

static bool cut;		/* what does not fit is cut off */

/* The current line. Spaces are owed until something stands behind them. */
static struct {
	unsigned int at, owed;
} line;

bool grid_open(void)
{
	return table.columns;
}

void grid_put(char c)
{
	if (table.len == table.size) {
		table.size = table.size ? table.size * 2 : 4096;
		table.cells = xrealloc(table.cells, table.size);
	}
	table.cells[table.len++] = c;
}

/* ---------------------------------- printing ------------------------------ */

static void end_line(void)
{
	putchar_unlocked('\n');
	line.at = 0;
	line.owed = 0;
}

static void emit(const char *text, size_t len)
{
	size_t room = table.screen - line.at;

	if (cut && table.screen && len + line.owed > room) {
		if (line.owed >= room)
			return;
		len = room - line.owed;
	}
	printf("%*s", line.owed, "");
	fwrite_unlocked(text, 1, len, stdout);
	line.at += line.owed + len;
	line.owed = 0;
}

void print_wrapped(const char *text, unsigned int column, unsigned int width)
{
	bool first = true;
	size_t len;

	line.at = column;
	line.owed = strspn(text, " ");
	column += line.owed;
	text += line.owed;
	/* Where nothing fits there, all of it goes below. */
	if (width && width < column + PROSE) {
		end_line();
		column = BELOW;
		line.owed = column;
	}
	while (*text) {
		len = strcspn(text, " ");
		if (!first && width && line.at + 1 + len > width) {
			end_line();
			line.owed = column;
		} else if (!first) {
			line.owed++;
		}
		emit(text, len);
		first = false;
		text += len;
		text += *text == ' ';
	}
	end_line();
}

/* Text that is right or left in a column, but for the last, which ends as it ends. */
static void print_cell(unsigned int i, const char *cell)
{
	unsigned int len = strlen(cell);
	unsigned int rest = len < table.width[i] ? table.width[i] - len : 0;

	if (table.columns[i].align == RIGHT)
		line.owed += rest;
	emit(cell, len);
	if (table.columns[i].align == LEFT)
		line.owed += rest;
	line.owed += GAP;
}

static void print_words(const char *cell)
{
	unsigned int column = line.at + line.owed;

	emit("", 0);
	print_wrapped(cell, column, cut ? 0 : table.screen);
}

/* Prints a row of n cells, or a line without. */
static const char *print_row(const char *cell)
{
	unsigned int i;

	if (*cell == SPAN) {
		emit(cell + 1, strlen(cell + 1));
		end_line();
		return cell + strlen(cell) + 1;
	}
	for (i = 0; i < table.n; i++) {
		if (table.below[i]) {
			end_line();
			line.owed = INDENT;
		}
		if (table.columns[i].align == WORDS) {
			print_words(cell);
			return cell + strlen(cell) + 1;
		}
		if (!table.hidden[i])
			print_cell(i, cell);
		cell += strlen(cell) + 1;
	}
	end_line();
	return cell;
}

static void print_titles(void)
{
	char titles[256];
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < table.n; i++)
		len += snprintf(titles + len, sizeof(titles) - len, "%s",
				table.columns[i].title) + 1;
	print_row(titles);
	table.titled = true;
}

/* ---------------------------------- the table ----------------------------- */

/* Of the last column, the beginning will do where it is cut off or goes on below. */
static unsigned int room_for(unsigned int i)
{
	unsigned int width = table.width[i];
	bool part = table.columns[i].align == WORDS ||
		    (cut && i + 1 == table.n && table.columns[i].align == LEFT);

	return part && width > PART ? PART : width;
}

/* Where the screen is too narrow, the columns that do not fit stand below. */
static void lay_out(void)
{
	unsigned int i, end = 0;
	bool fits;

	table.screen = screen_width();
	for (i = 0; i < table.n; i++) {
		fits = !table.screen || end + room_for(i) <= table.screen;
		table.hidden[i] = cut && !fits;
		table.below[i] = i && !cut && !fits;
		if (table.below[i])
			end = INDENT;
		if (!table.hidden[i])
			end += table.width[i] + GAP;
	}
}

void out_table_flush(void)
{
	const char *cell = table.cells;

	if (!table.len)
		return;
	lay_out();
	if (!table.titled)
		print_titles();
	while (cell < table.cells + table.len)
		cell = print_row(cell);
	table.len = 0;
	table.cell = 0;
	table.rows = 0;
}

void out_table(const struct column *columns, unsigned int n)
{
	unsigned int i;

	if (opts.json)
		return;
	table.columns = columns;
	table.n = n;
	for (i = 0; i < n; i++) {
		table.width[i] = strlen(columns[i].title);
		if (!screen_width() && columns[i].width > table.width[i])
			table.width[i] = columns[i].width;
	}
}

void out_cell(void)
{
	unsigned int width;

	if (opts.json)
		return;
	if (table.len == table.cell)
		grid_put('-');
	grid_put('\0');
	width = table.len - table.cell - 1;
	if (width > table.width[table.column])
		table.width[table.column] = width;
	table.column++;
	table.cell = table.len;
}

void out_span(void)
{
	if (opts.json)
		return;
	table.span = true;
	grid_put(SPAN);
}

/* Ends the cells of a row, or what stands in their place. */
void grid_end_row(void)
{
	if (table.span) {
		grid_put('\0');
		table.cell = table.len;
	}
	while (!table.span && table.column < table.n)
		out_cell();
	table.span = false;
	table.column = 0;
	if (++table.rows == BATCH)
		out_table_flush();
}

/* Prints what was kept; without a row there are no titles either. */
void out_table_end(void)
{
	if (opts.json)
		return;
	out_table_flush();
	free(table.cells);
	memset(&table, 0, sizeof(table));
}

void out_cut(void)
{
	cut = true;
}
