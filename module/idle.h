/* SPDX-License-Identifier: GPL-2.0 */
/* Flows that ended because they were idle, and on which somebody spoke again. */
#ifndef _NATGW_IDLE_H
#define _NATGW_IDLE_H

#include <linux/types.h>

#include "parse.h"

struct natgw_ctx;
struct natgw_flow;
struct natgw_net;

/* So many reports of a namespace are kept, the last ones. A power of two. */
enum { NATGW_IDLE_KEPT = 1024 };

/**
 * struct natgw_idle_end - a flow that ended because it was idle
 * @original: its original tuple
 * @wire: its address on the wire
 * @port: its port there
 * @gw: the number of its gateway
 * @timeout: its time-out, in seconds
 * @when: its end, that is when its time-out was over, as get_jiffies_64() has it: nobody may
 *	speak for months
 */
struct natgw_idle_end {
	struct natgw_tuple original;
	__be32 wire;
	__be16 port;
	u16 gw;
	u32 timeout;
	u64 when;
};

/**
 * struct natgw_idle_report - somebody spoke on it again
 * @flow: the flow
 * @seq: the report's number
 * @time: when, in nanoseconds since 1970
 * @late: how long after the end, in milliseconds
 * @outside: it was the far side
 */
struct natgw_idle_report {
	struct natgw_idle_end flow;
	u64 seq;
	u64 time;
	u32 late;
	bool outside;
};

void natgw_idle_flow_end(struct natgw_net *nn, const struct natgw_flow *flow,
			 bool idle);
void natgw_idle_packet(const struct natgw_ctx *ctx, bool outside);
bool natgw_idle_next(struct natgw_net *nn, u64 after,
		     struct natgw_idle_report *report);
void natgw_idle_forget(struct natgw_net *nn, u16 gw);
int natgw_idle_init(struct natgw_net *nn);
void natgw_idle_exit(struct natgw_net *nn);

#endif /* _NATGW_IDLE_H */
