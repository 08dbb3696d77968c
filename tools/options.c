// SPDX-License-Identifier: GPL-2.0
/* The options of a gateway, as the kernel describes them. */
#include <stdio.h>
#include <string.h>

#include "nl.h"
#include "options.h"
#include "out.h"
#include "spec.h"

enum { LINE = 80, MARGIN = 13 };

/* What is shown together. A new option finds its block by itself. */
enum block { POLICY, MAPPING, TIMEOUTS, SWITCHES, LIMITS, REUSE, PROTOCOLS,
	     BLOCKS };

static const struct {
	const char *title;
	bool main;
} blocks[BLOCKS] = {
	[POLICY] = { "policy", true },
	[MAPPING] = { "mapping", true },
	[TIMEOUTS] = { "time-outs", true },
	[SWITCHES] = { "switches", false },
	[LIMITS] = { "limits", false },
	[REUSE] = { "reuse", false },
	[PROTOCOLS] = { "protocols", false },
};

static enum block block_of(const struct word *word)
{
	if (!strncmp(word->name, "hold-", 5))
		return REUSE;
	if (!strncmp(word->name, "proto-", 6))
		return PROTOCOLS;
	if (word->choices == dependence_words)
		return MAPPING;
	if (word->choices == switch_words)
		return SWITCHES;
	if (word->type == T_CHOICE)
		return POLICY;
	return word->type == T_SECONDS ? TIMEOUTS : LIMITS;
}

void options_parse(const struct nlattr *nest, struct option_values *values)
{
	const struct nlattr *tb[NATGW_A_OPTIONS_MAX + 1];
	unsigned int i;

	nl_nested(nest, tb, NATGW_A_OPTIONS_MAX);
	for (i = 1; i <= NATGW_A_OPTIONS_MAX; i++) {
		values->present[i] = tb[i];
		values->num[i] = nl_u32(tb[i]);
	}
}

const char *option_name(unsigned int attr)
{
	return option_words[attr].name;
}

/* The word that stands for a value; NULL where it is a number. */
static const char *value_word(const struct word *word, uint32_t num)
{
	unsigned int i;

	if (word->type == T_CHOICE)
		return spec_word(word->choices, num);
	for (i = 0; word->choices && word->choices[i]; i++)
		if (i == num)
			return word->choices[i];
	return NULL;
}

const char *option_text(unsigned int attr, uint32_t num)
{
	const char *text = value_word(&option_words[attr], num);
	static char digits[16];

	if (text)
		return text;
	snprintf(digits, sizeof(digits), "%u", num);
	return digits;
}

void options_print_json(const struct option_values *values)
{
	const char *text;
	unsigned int i;

	out_object("options");
	for (i = 1; i <= NATGW_A_OPTIONS_MAX; i++) {
		if (!values->present[i])
			continue;
		text = value_word(&option_words[i], values->num[i]);
		if (text)
			out_str(option_name(i), NULL, text);
		else
			out_num(option_name(i), NULL, values->num[i]);
	}
	out_object_end();
}

/* The option of a block that comes behind another one; 0 where none does. */
static unsigned int next(const struct option_values *values, enum block block,
			 unsigned int i)
{
	while (++i <= NATGW_A_OPTIONS_MAX)
		if (values->present[i] && block_of(&option_words[i]) == block)
			return i;
	return 0;
}

static void max(int *most, const char *text)
{
	int len = strlen(text);

	if (len > *most)
		*most = len;
}

/* The value with its unit, for people. */
static const char *shown(unsigned int attr, uint32_t num)
{
	bool seconds = option_words[attr].type == T_SECONDS &&
		       !value_word(&option_words[attr], num);
	static char text[32];

	snprintf(text, sizeof(text), "%s%s", option_text(attr, num),
		 seconds ? " s" : "");
	return text;
}

/* As many columns as a line has room for, all of one width. */
static void print_block(const struct option_values *values, enum block block)
{
	int name_width = 0, value_width = 0, columns, column = 0;
	unsigned int first = next(values, block, 0), i;
	char cell[LINE];

	for (i = first; i; i = next(values, block, i)) {
		max(&name_width, option_name(i));
		max(&value_width, shown(i, values->num[i]));
	}
	columns = (LINE - MARGIN + 2) / (name_width + value_width + 3);
	for (i = first; i; i = next(values, block, i)) {
		if (!column) {
			snprintf(cell, sizeof(cell), "  %-*s", MARGIN - 2,
				 i == first ? blocks[block].title : "");
			out_text(cell);
		}
		snprintf(cell, sizeof(cell), "%-*s ", name_width,
			 option_name(i));
		out_text(cell);
		column = (column + 1) % columns;
		if (!next(values, block, i))
			column = 0;
		snprintf(cell, sizeof(cell), "%-*s",
			 column ? value_width + 2 : 0,
			 shown(i, values->num[i]));
		out_text(cell);
		if (!column)
			out_line();
	}
}

void options_print_text(const struct option_values *values, bool all)
{
	unsigned int block;

	for (block = 0; block < BLOCKS; block++)
		if (all || blocks[block].main)
			print_block(values, block);
}
