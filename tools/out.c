// SPDX-License-Identifier: GPL-2.0
/* What is shown, as text or as JSON. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "msg.h"
#include "out.h"

/* No cell begins with SPAN: see put(). */
enum { INDENT = 4, MAX_COLUMNS = 12, SPAN = '\n' };

static struct {
	unsigned int depth;
	bool started;		/* something stands in what was opened last */
} json;

static struct {
	const struct column *columns;
	unsigned int n;
	bool streamed;
	bool titled;
	bool span;		/* the current line has no cells */
	unsigned int column;	/* that the current cell belongs to */
	char *cells;		/* all cells of the kept rows, each ended by 0 */
	size_t len, size;
	size_t cell;		/* where the current cell begins */
	int width[MAX_COLUMNS];
} table;

/* The length of a valid UTF-8 sequence, or 0. */
static unsigned int utf8(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int len, i;
	uint32_t c;

	if (*s < 0x80)
		return 1;
	len = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
	if (*s < 0xc0 || *s > 0xf7)
		return 0;
	c = *s & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

static void json_string(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned int len;

	putchar_unlocked('"');
	for (; *s; s += len) {
		len = utf8(s);
		if (!len) {
			len = 1;
			fputs_unlocked("\\ufffd", stdout);
		} else if (*s < 0x20 || *s == 0x7f) {
			printf("\\u%04x", *s);
		} else {
			if (*s == '"' || *s == '\\')
				putchar_unlocked('\\');
			fwrite_unlocked(s, 1, len, stdout);
		}
	}
	putchar_unlocked('"');
}

static void json_break(void)
{
	if (opts.pretty && json.depth)
		printf("\n%*s", json.depth * INDENT, "");
}

/* What comes before a value: a comma where one is due, and the key. */
static void json_key(const char *key)
{
	if (json.started)
		putchar_unlocked(',');
	json_break();
	json.started = true;
	if (!key)
		return;
	json_string(key);
	fputs_unlocked(opts.pretty ? ": " : ":", stdout);
}

static void json_open(const char *key, char bracket)
{
	if (!opts.json)
		return;
	json_key(key);
	putchar_unlocked(bracket);
	json.depth++;
	json.started = false;
}

static void json_close(char bracket)
{
	if (!opts.json)
		return;
	json.depth--;
	if (json.started && opts.pretty)
		printf("\n%*s", json.depth * INDENT, "");
	putchar_unlocked(bracket);
	json.started = json.depth;
	if (!json.depth)
		putchar_unlocked('\n');
}

void out_open(void)
{
	json_open(NULL, '[');
}

void out_close(void)
{
	json_close(']');
}

void out_object(const char *key)
{
	json_open(key, '{');
}

void out_object_end(void)
{
	json_close('}');
}

void out_array(const char *key)
{
	json_open(key, '[');
}

void out_array_end(void)
{
	json_close(']');
}

static void keep(char c)
{
	if (table.len == table.size) {
		table.size = table.size ? table.size * 2 : 4096;
		table.cells = xrealloc(table.cells, table.size);
	}
	table.cells[table.len++] = c;
}

static void put(char c)
{
	/* What the kernel hands on may not steer the terminal. */
	if ((c > 0 && c < ' ') || c == 0x7f)
		c = '?';
	if (table.columns)
		keep(c);
	else
		putchar_unlocked(c);
}

void out_text(const char *text)
{
	if (opts.json)
		return;
	while (*text)
		put(*text++);
}

/* A field of which the JSON shows a string. */
void out_str(const char *key, const char *before, const char *value)
{
	if (opts.json && key) {
		json_key(key);
		json_string(value);
	} else if (!opts.json && before) {
		out_text(before);
		out_text(value);
	}
}

void out_num(const char *key, const char *before, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	if (opts.json && key) {
		json_key(key);
		fputs_unlocked(digits, stdout);
	} else if (!opts.json && before) {
		out_text(before);
		out_text(digits);
	}
}

/* A change: text shows the sign of one that there is. */
void out_change(const char *key, const char *before, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%+" PRId64, value);
	if (opts.json) {
		json_key(key);
		printf("%" PRId64, value);
	} else {
		out_text(before);
		out_text(value ? digits : "0");
	}
}

void out_bool(const char *key, bool value)
{
	if (!opts.json)
		return;
	json_key(key);
	fputs_unlocked(value ? "true" : "false", stdout);
}

void out_addr(const char *key, const char *before, in_addr_t addr)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	out_str(key, before, text);
}

void out_time(const char *key, uint64_t ms, bool day)
{
	char text[CLOCK_TEXT];

	out_str(key, "", opts.json ? clock_utc(ms, text) :
		clock_local(ms, day ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", text));
}

/* An element of an array where key is NULL: it is in the JSON all the same. */
void out_prefix(const char *key, const char *before,
		const struct prefix *prefix)
{
	char addr[INET_ADDRSTRLEN], text[INET_ADDRSTRLEN + 4];

	inet_ntop(AF_INET, &prefix->addr, addr, sizeof(addr));
	snprintf(text, sizeof(text), "%s/%u", addr, prefix->len);
	if (opts.json) {
		json_key(key);
		json_string(text);
	} else {
		out_str(NULL, before, text);
	}
}

/* Prints a row of n cells, of which the last is not padded, or a line without. */
static const char *print_row(const char *cell)
{
	unsigned int i;
	int width;

	if (*cell == SPAN) {
		puts(cell + 1);
		return cell + strlen(cell) + 1;
	}
	for (i = 0; i < table.n; i++) {
		width = table.width[i];
		if (!table.columns[i].right)
			width = i + 1 < table.n ? -width : 0;
		printf("%*s%s", width, cell,
		       i + 1 < table.n ? "  " : "\n");
		cell += strlen(cell) + 1;
	}
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

void out_table(const struct column *columns, unsigned int n)
{
	unsigned int i;

	if (opts.json)
		return;
	table.columns = columns;
	table.n = n;
	table.streamed = columns[0].width;
	for (i = 0; i < n; i++) {
		table.width[i] = columns[i].width;
		if (!table.streamed)
			table.width[i] = strlen(columns[i].title);
	}
}

void out_cell(void)
{
	int width;

	if (opts.json)
		return;
	if (table.len == table.cell)
		put('-');
	keep('\0');
	width = table.len - table.cell - 1;
	if (width > table.width[table.column] && !table.streamed)
		table.width[table.column] = width;
	table.column++;
	table.cell = table.len;
}

void out_span(void)
{
	if (opts.json)
		return;
	table.span = true;
	keep(SPAN);
}

/* Ends the cells of a row, or what stands in their place. */
static void end_row(void)
{
	if (table.span) {
		keep('\0');
		table.cell = table.len;
	}
	while (!table.span && table.column < table.n)
		out_cell();
	table.span = false;
	table.column = 0;
}

void out_line(void)
{
	if (opts.json)
		return;
	if (!table.columns) {
		putchar_unlocked('\n');
		return;
	}
	end_row();
	if (!table.streamed)
		return;
	if (!table.titled)
		print_titles();
	print_row(table.cells);
	table.len = 0;
	table.cell = 0;
}

/* Prints what was kept; without a row there are no titles either. */
void out_table_end(void)
{
	const char *cell = table.cells;

	if (opts.json)
		return;
	if (table.len && !table.titled)
		print_titles();
	while (cell && cell < table.cells + table.len)
		cell = print_row(cell);
	free(table.cells);
	memset(&table, 0, sizeof(table));
}
