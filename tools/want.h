/* SPDX-License-Identifier: GPL-2.0 */
/* What a file to be restored wants: a gateway, address, rule or label a line. */
#ifndef NATCTL_WANT_H
#define NATCTL_WANT_H

#include "args.h"
#include "lines.h"
#include "rule.h"

struct want {
	struct line line;
	unsigned int number;
	struct args args;
	struct rule rule;	/* of a rule's line */
	enum { ADD, SET, DONE } todo;
};

struct wants {
	struct want *list;
	unsigned int n;
	const char *file;
};

bool is_gateway(const struct want *want);
bool is_address(const struct want *want);
bool is_rule(const struct want *want);
bool is_label(const struct want *want);

/* The gateway that a line adds, or that it adds something to; "" of a label. */
const char *want_name(const struct want *want);

/* The type of a gateway that a line adds. */
uint32_t want_connectivity(const struct want *want);

/* The line that adds a gateway, if there is one. */
struct want *find_gateway(const struct wants *wants, const char *name);

/* Makes a line the place that messages are about. */
void set_place(const struct wants *wants, const struct want *want);

/*
 * Reads all lines of a file and checks them, as far as the file alone tells what is
 * right. What has been read has to be freed, also when it failed.
 */
enum status wants_read(struct wants *wants, const char *file);
void wants_free(struct wants *wants);

#endif
