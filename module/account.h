/* SPDX-License-Identifier: GPL-2.0 */
/* What a flow counts of its packets, where its gateway's options ask for it. */
#ifndef _NATGW_ACCOUNT_H
#define _NATGW_ACCOUNT_H

#include <linux/skbuff.h>

#include "flow.h"
#include "stats.h"

/* Where the flags are in a TCP header. */
enum { NATGW_TCP_FLAGS_OFFSET = 13 };

/**
 * struct natgw_account - what was counted in one direction
 * @packets: packets; those of segmentation offload as they are on the wire
 * @bytes: their bytes, from the IP header on
 * @tcp_flags: union of their TCP flags
 * @looked_at: @bytes when top.c looked last, which is all who uses it
 *
 * One cache line for each direction: where the two have a CPU each, neither takes
 * it from the other.
 */
struct natgw_account {
	atomic64_t packets;
	atomic64_t bytes;
	atomic_t tcp_flags;
	u64 looked_at;
} ____cacheline_aligned;

/* A flow that counts; the others go without the memory. */
struct natgw_counted {
	struct natgw_flow flow;
	struct natgw_account account[2];	/* by enum natgw_dir */
};

int natgw_account_init(void);
void natgw_account_exit(void);

struct natgw_flow *natgw_account_alloc(void);
void natgw_account_free(struct natgw_flow *flow);
const struct natgw_account *natgw_account_of(const struct natgw_flow *flow,
					     enum natgw_dir dir);
u64 natgw_account_look(struct natgw_flow *flow, enum natgw_dir dir);
void natgw_account_reset(struct natgw_flow *flow);
void natgw_account_set(struct natgw_flow *flow, enum natgw_dir dir, u64 packets,
		       u64 bytes, u8 tcp_flags);
void natgw_account_packet(struct natgw_flow *flow, enum natgw_dir dir,
			  const struct sk_buff *skb);

/**
 * natgw_account_add() - count what is known of a packet
 * @flow: a flow that counts
 * @dir: the packet's direction
 * @packets: as natgw_stats_packets() says
 * @bytes: as natgw_stats_bytes() says
 * @tcp_flags: its TCP flags, or 0
 *
 * Packets of one direction may come in on several CPUs, hence atomically.
 *
 * Context: softirq, RCU.
 */
static inline void natgw_account_add(struct natgw_flow *flow,
				     enum natgw_dir dir, unsigned int packets,
				     unsigned int bytes, u8 tcp_flags)
{
	struct natgw_account *account;

	account = &container_of(flow, struct natgw_counted, flow)->account[dir];
	atomic64_add(packets, &account->packets);
	atomic64_add(bytes, &account->bytes);
	if (tcp_flags & ~atomic_read(&account->tcp_flags))
		atomic_or(tcp_flags, &account->tcp_flags);
}

/**
 * natgw_account() - let a flow count a packet that is passed on
 * @flow: the flow
 * @dir: the packet's direction
 * @skb: the packet, with skb->data at the IP header
 *
 * The bit is in a cache line that every packet reads anyway.
 *
 * Context: softirq, RCU.
 */
static inline void natgw_account(struct natgw_flow *flow, enum natgw_dir dir,
				 const struct sk_buff *skb)
{
	if (test_bit(NATGW_FLOW_COUNTED, &flow->flags))
		natgw_account_packet(flow, dir, skb);
}

#endif /* _NATGW_ACCOUNT_H */
