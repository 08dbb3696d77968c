/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_CROWD_H
#define _NATGW_CROWD_H

#include <linux/types.h>

#include "parse.h"

struct natgw_flow;
struct natgw_net;

/**
 * struct natgw_lane - the ports that a flow may have
 * @first: the lowest, in host byte order
 * @step: from one to the next: 1, or 2 where parity is kept
 * @ports: how many there are
 */
struct natgw_lane {
	u16 first;
	u8 step;
	u32 ports;
};

/* Of those who have ports towards a destination, how many are named */
enum { NATGW_HOLDERS = 4 };

struct natgw_holder {
	__be32 addr;
	u32 ports;
};

/**
 * struct natgw_crowd_report - what is known of the ports towards a destination
 * @key: the reply tuple of its flows, less the port
 * @lane: the ports in question
 * @taken: ports marked
 * @stale: those among them that belong to no flow
 * @n_holders: how many of @holder are filled in
 * @holder: who has most of them, the first one most; @ports is exact. Where up to
 *	64 hosts have any, these are the first four of them all. Among more, each
 *	that has over a 65th of the ports is considered, and others may be left out
 */
struct natgw_crowd_report {
	struct natgw_tuple key;
	struct natgw_lane lane;
	u32 taken;
	u32 stale;
	unsigned int n_holders;
	struct natgw_holder holder[NATGW_HOLDERS];
};

struct natgw_lane natgw_lane(u16 port, bool parity);
u16 natgw_lane_random(struct natgw_net *nn, const struct natgw_lane *lane);
int natgw_crowd_table_init(struct natgw_net *nn);
void natgw_crowd_table_exit(struct natgw_net *nn);
int natgw_crowd_take(struct natgw_net *nn, struct natgw_flow *flow,
		     const struct natgw_lane *lane, bool make);
void natgw_crowd_release(struct natgw_net *nn, const struct natgw_tuple *tuple);
void natgw_crowd_release_original(struct natgw_net *nn,
				  const struct natgw_tuple *tuple);
void natgw_crowd_look(struct natgw_net *nn);
bool natgw_crowd_report(struct natgw_net *nn, const struct natgw_tuple *key,
			const struct natgw_lane *lane,
			struct natgw_crowd_report *report);
void natgw_crowd_walk_report(struct natgw_net *nn, void *entry,
			     struct natgw_crowd_report *report);

#endif /* _NATGW_CROWD_H */
