/* SPDX-License-Identifier: GPL-2.0 */
/* One rule of nf_tables, and a packet. */
#ifndef NATCTL_NFTRULE_H
#define NATCTL_NFTRULE_H

#include "ruleset.h"

/* Ordered: of the parts of a rule the lowest decides. */
enum matching { NO, MAYBE, YES };

/* What a rule does to a packet that matches it. */
struct action {
	enum { GOES_ON, ACCEPTS, DROPS, TRANSLATES, JUMPS, RETURNS } kind;
	char chain[RULESET_NAME];
	bool for_good;		/* it does not come back from there */
};

/* Numbers of nf_tables are in network byte order. */
uint32_t rule_be32(const struct nlattr *attr);

/* Whether a rule, a row of expressions, matches the packet, and what it does then. */
enum matching rule_match(const struct nlattr *row, const struct packet *packet,
			 struct action *action);

#endif
