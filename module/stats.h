/* SPDX-License-Identifier: GPL-2.0 */
/* Per-CPU counters of a gateway. The list of them is the attribute set
 * "counters" of Documentation/netlink/specs/natgw.yaml: an attribute's number
 * is the counter's.
 */
#ifndef _NATGW_STATS_H
#define _NATGW_STATS_H

#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>
#include <uapi/linux/natgw.h>

struct natgw_stats {
	struct u64_stats_sync syncp;
	u64_stats_t counter[NATGW_A_COUNTERS_MAX + 1];
};

/* Short names for the counters of packets; bytes follow packets. */
enum {
	NATGW_IN_SOURCE = NATGW_A_COUNTERS_PACKETS_IN_FROM_SOURCE,
	NATGW_OUT_DESTINATION = NATGW_A_COUNTERS_PACKETS_OUT_TO_DESTINATION,
	NATGW_IN_DESTINATION = NATGW_A_COUNTERS_PACKETS_IN_FROM_DESTINATION,
	NATGW_OUT_SOURCE = NATGW_A_COUNTERS_PACKETS_OUT_TO_SOURCE,
};

struct natgw_stats __percpu *natgw_stats_alloc(void);
void natgw_stats_sum(const struct natgw_stats __percpu *stats, u64 *sum);

unsigned int natgw_stats_packets(const struct sk_buff *skb);
void natgw_stats_add(struct natgw_stats __percpu *stats, int counter, u64 n);
void natgw_stats_packet(struct natgw_stats __percpu *stats, int counter,
			const struct sk_buff *skb);
void natgw_stats_drop(struct natgw_stats __percpu *stats, int counter,
		      const struct sk_buff *skb);

#endif /* _NATGW_STATS_H */
