// SPDX-License-Identifier: GPL-2.0
/* What is shown, as text or as JSON. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "grid.h"
#include "msg.h"
#include "out.h"
#include "screen.h"

enum { INDENT = 4 };

static struct {
	unsigned int depth;
	bool started;		/* something stands in what was opened last */
} json;

/* A line that is being wrapped. */
static struct {
	char *text;		/* NULL: there is none */
	size_t len;
	unsigned int column, width;
	FILE *file;
} hanging;

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

static void put(char c)
{
	/* What the kernel hands on may not steer the terminal. */
	if ((c > 0 && c < ' ') || c == 0x7f)
		c = '?';
	if (grid_open())
		grid_put(c);
	else
		putc_unlocked(c, hanging.file ?: stdout);
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

void out_hang(unsigned int column, unsigned int width)
{
	if (opts.json)
		return;
	hanging.column = column;
	hanging.width = screen_width() ?: width;
	hanging.file = open_memstream(&hanging.text, &hanging.len);
	if (!hanging.file)
		out_of_memory();
}

static void end_hanging(void)
{
	fclose(hanging.file);
	print_wrapped(hanging.text, hanging.column, hanging.width);
	free(hanging.text);
	memset(&hanging, 0, sizeof(hanging));
}

void out_line(void)
{
	if (opts.json)
		return;
	if (grid_open())
		grid_end_row();
	else if (hanging.file)
		end_hanging();
	else
		putchar_unlocked('\n');
}

void out_list(void)
{
	screen_page();
	out_open();
}
