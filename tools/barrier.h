/* SPDX-License-Identifier: GPL-2.0 */
/* Rulesets of nftables that keep in what natgw would, while it is not there. */
#ifndef NATCTL_BARRIER_H
#define NATCTL_BARRIER_H

#include <stdio.h>

#include "gateway.h"

/* What is kept from leaving a device, by a fence or with what a gateway is. */
struct barrier {
	char dev[NATGW_DEV_LEN + 1];
	bool any;		/* any inside source, besides the prefixes */
	struct prefix *inside;
	unsigned int insides;
	in_addr_t *wire;	/* the addresses that may leave all the same */
	unsigned int wires;
};

/* One for each device: what all gateways and fences of it say together. */
struct barriers {
	struct barrier *list;
	unsigned int n;
};

/* Adds what the kernel says that a fence keeps in. */
void barrier_add_fence(struct barrier *barrier, const struct nlmsghdr *nlh);

void barriers_add_gateway(struct barriers *all, const struct gateway *gateway);

/* Add what the kernel has now; 0 or -errno. */
int barriers_add_gateways(struct barriers *all);
int barriers_add_fences(struct barriers *all);

/*
 * The table natgw_fence, which does what natgw does to packets that it does not
 * translate: it looks at them last of all, when those translated have a wire address.
 */
void barriers_print_fence(FILE *file, const struct barriers *all);

/*
 * The table natgw_handover, which stops all that natgw would translate, in either
 * direction, and what the host itself would make of it; each packet before natgw sees
 * it.
 */
void barriers_print_closed(FILE *file, const struct barriers *all);

void barriers_free(struct barriers *all);

#endif
