/* SPDX-License-Identifier: GPL-2.0 */
/* Per-CPU counters of a gateway. The list of them is the attribute set
 * "counters" of Documentation/netlink/specs/natgw.yaml: an attribute's number
 * is the counter's.
 */
#ifndef _NATGW_STATS_H
#define _NATGW_STATS_H

#include <linux/atomic.h>
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

/* Kinds of flows that are counted apart: that many counters of flows begun, and of
 * flows ended, follow each other in this order.
 */
enum natgw_stats_kind {
	NATGW_STATS_TCP,
	NATGW_STATS_UDP,
	NATGW_STATS_ICMP,
	NATGW_STATS_OTHER,
	NATGW_STATS_HOST,	/* this host's own, by whatever protocol */
	NATGW_STATS_KINDS
};

enum { NATGW_WINDOWS = 6 };

/**
 * struct natgw_peaks - how fast packets came in during the last minute
 * @began: jiffies at which the present window of ten seconds began
 * @packets: that had come in until then
 * @bytes: likewise
 * @next: of the windows, the one that the present one will replace
 * @window: packets and bytes a second of those before it; read by anybody
 *
 * All the rest is natgw_peaks_turn()'s.
 */
struct natgw_peaks {
	unsigned long began;
	u64 packets;
	u64 bytes;
	unsigned int next;
	struct {
		atomic64_t packets;
		atomic64_t bytes;
	} window[NATGW_WINDOWS];
};

struct natgw_stats __percpu *natgw_stats_alloc(void);
void natgw_peaks_init(struct natgw_peaks *peaks);
void natgw_peaks_turn(struct natgw_peaks *peaks,
		      const struct natgw_stats __percpu *stats);
void natgw_peaks_get(const struct natgw_peaks *peaks, u64 *packets, u64 *bytes);
void natgw_stats_sum(const struct natgw_stats __percpu *stats, u64 *sum);

unsigned int natgw_stats_segments(const struct sk_buff *skb);
void natgw_stats_add(struct natgw_stats __percpu *stats, int counter, u64 n);
void natgw_stats_drop(struct natgw_stats __percpu *stats, int counter,
		      const struct sk_buff *skb);

/**
 * natgw_stats_packets() - packets on the wire that an skb stands for
 * @skb: one packet, or several by segmentation offload
 *
 * Context: any.
 */
static inline unsigned int natgw_stats_packets(const struct sk_buff *skb)
{
	return skb_is_gso(skb) ? max_t(u16, skb_shinfo(skb)->gso_segs, 1) : 1;
}

static inline unsigned int natgw_stats_bytes(const struct sk_buff *skb)
{
	return skb_is_gso(skb) ? natgw_stats_segments(skb) : skb->len;
}

/**
 * natgw_stats_packet() - count a packet and its bytes from the IP header on
 * @stats: the gateway's counters
 * @counter: NATGW_IN_* or NATGW_OUT_*; the counter after it takes the bytes
 * @skb: with skb->data at the IP header
 *
 * Context: bottom halves disabled.
 */
static inline void natgw_stats_packet(struct natgw_stats __percpu *stats,
				      int counter, const struct sk_buff *skb)
{
	struct natgw_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->counter[counter], natgw_stats_packets(skb));
	u64_stats_add(&s->counter[counter + 1], natgw_stats_bytes(skb));
	u64_stats_update_end(&s->syncp);
}

/**
 * natgw_stats_fast() - count a packet that comes in and leaves by the fast path
 * @stats: the gateway's counters
 * @out: from an inside host, or to one
 * @skb: with skb->data at the IP header
 *
 * Context: bottom halves disabled.
 */
static inline void natgw_stats_fast(struct natgw_stats __percpu *stats, bool out,
				    const struct sk_buff *skb)
{
	struct natgw_stats *s = this_cpu_ptr(stats);
	u64_stats_t *in_counter, *out_counter;
	unsigned int packets = natgw_stats_packets(skb);
	unsigned int bytes = natgw_stats_bytes(skb);

	in_counter = &s->counter[out ? NATGW_IN_SOURCE : NATGW_IN_DESTINATION];
	out_counter = &s->counter[out ? NATGW_OUT_DESTINATION :
					NATGW_OUT_SOURCE];
	u64_stats_update_begin(&s->syncp);
	u64_stats_add(in_counter, packets);
	u64_stats_add(in_counter + 1, bytes);
	u64_stats_add(out_counter, packets);
	u64_stats_add(out_counter + 1, bytes);
	u64_stats_add(&s->counter[NATGW_A_COUNTERS_PACKETS_FAST], packets);
	u64_stats_update_end(&s->syncp);
}

#endif /* _NATGW_STATS_H */
