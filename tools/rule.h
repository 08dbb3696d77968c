/* SPDX-License-Identifier: GPL-2.0 */
/* Rules, as the kernel describes them and as they are typed. */
#ifndef NATCTL_RULE_H
#define NATCTL_RULE_H

#include "args.h"
#include "nl.h"

struct rule {
	char gateway[NATGW_NAME_LEN + 1];
	bool has_pref, has_proto, has_dport, exempt, has_address, has_idle;
	uint32_t pref;
	struct prefix src, dst;		/* len 0: all */
	uint8_t proto;
	uint16_t dport, dport_end;
	in_addr_t address;
	uint32_t idle;
};

struct rules {
	struct rule *list;
	unsigned int n;
};

void rule_of_args(const struct args *args, struct rule *rule);
void rule_parse(const struct nlmsghdr *nlh, struct rule *rule);
void rule_put(struct nlmsghdr *nlh, const struct rule *rule);

/* Whether nothing differs. */
bool rule_same(const struct rule *a, const struct rule *b);

/* Reads all rules, in the order of the kernel; 0 or -errno. */
int rules_read(struct rules *all);
void rules_free(struct rules *all);

#endif
