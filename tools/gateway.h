/* SPDX-License-Identifier: GPL-2.0 */
/* Gateways as the kernel describes them. */
#ifndef NATCTL_GATEWAY_H
#define NATCTL_GATEWAY_H

#include "args.h"
#include "nl.h"
#include "options.h"

struct pair {
	bool has_eip, has_private_ip;
	in_addr_t eip, private_ip;
	uint32_t state;
};

struct gateway {
	char name[NATGW_NAME_LEN + 1];
	char dev[NATGW_DEV_LEN + 1];
	uint32_t ifindex;		/* 0: the device is gone */
	uint32_t connectivity;
	uint32_t state;
	char reason[128];
	struct pair address[NATGW_MAX_ADDRESSES];
	unsigned int addresses;		/* the first one is the primary */
	struct prefix inside[NATGW_MAX_INSIDE];
	unsigned int insides;
	uint32_t profile;
	struct option_values options;
	uint32_t flows;
};

struct gateways {
	struct gateway *list;
	unsigned int n;
};

void gateway_parse(const struct nlmsghdr *nlh, struct gateway *gateway);

/* Reads all gateways, in the order of the kernel; 0 or -errno. */
int gateways_read(struct gateways *all);
void gateways_free(struct gateways *all);

/* Whether there is one of that name: 0, or -errno with the kernel's words. */
int gateway_check(const char *name);

/* The address that packets carry. */
in_addr_t pair_wire(const struct pair *pair);

/* Whether an address is in one of its inside prefixes. */
bool gateway_names(const struct gateway *gateway, in_addr_t addr);

void prefix_parse(const struct nlattr *nest, struct prefix *prefix);

/* "203.0.113.7 -> 10.0.0.5", and the two in JSON. */
void pair_print(const struct pair *pair);

/* Everything but the counters and the event. */
void gateway_print_json(const struct gateway *gateway);

#endif
