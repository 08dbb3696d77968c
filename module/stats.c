// SPDX-License-Identifier: GPL-2.0
/* What a gateway counts, and what becomes of that over time. */
#include <linux/ip.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "stats.h"

/* What each further segment of a segmentation-offload skb is sent with. */
static unsigned int segment_headers(const struct sk_buff *skb)
{
	unsigned int len = ip_hdrlen(skb);
	const struct tcphdr *th;
	struct tcphdr buf;

	if (ip_hdr(skb)->protocol != IPPROTO_TCP)
		return len + sizeof(struct udphdr);
	th = skb_header_pointer(skb, skb_network_offset(skb) + len, sizeof(buf),
				&buf);
	return len + (th ? th->doff * 4 : 0);
}

/**
 * natgw_stats_segments() - bytes of several packets in one, from their IP headers on
 * @skb: several packets by segmentation offload
 *
 * Context: any.
 */
unsigned int natgw_stats_segments(const struct sk_buff *skb)
{
	return skb->len + (natgw_stats_packets(skb) - 1) * segment_headers(skb);
}

/**
 * natgw_stats_alloc() - a gateway's counters, all zero
 *
 * Context: process. Return: per-CPU memory to give to free_percpu(), or NULL.
 */
struct natgw_stats __percpu *natgw_stats_alloc(void)
{
	struct natgw_stats __percpu *stats;
	int cpu;

	stats = alloc_percpu_gfp(struct natgw_stats, GFP_KERNEL_ACCOUNT);
	if (!stats)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(stats, cpu)->syncp);
	return stats;
}

/**
 * natgw_stats_add() - count
 * @stats: the gateway's counters
 * @counter: NATGW_A_COUNTERS_*
 * @n: how many
 *
 * Context: bottom halves disabled, which keeps the writer on its CPU and alone
 * there.
 */
void natgw_stats_add(struct natgw_stats __percpu *stats, int counter, u64 n)
{
	struct natgw_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->counter[counter], n);
	u64_stats_update_end(&s->syncp);
}

/**
 * natgw_stats_drop() - count a packet in a counter of packets alone
 * @stats: the gateway's counters
 * @counter: NATGW_A_COUNTERS_*
 * @skb: the packet
 *
 * Context: bottom halves disabled.
 */
void natgw_stats_drop(struct natgw_stats __percpu *stats, int counter,
		      const struct sk_buff *skb)
{
	natgw_stats_add(stats, counter, natgw_stats_packets(skb));
}

/* Flows are counted once, by their kind; all of them are the sum of that. */
static void add_kinds(u64 *sum)
{
	int i;

	for (i = 0; i < NATGW_STATS_KINDS; i++) {
		sum[NATGW_A_COUNTERS_FLOWS_CREATED] +=
			sum[NATGW_A_COUNTERS_FLOWS_CREATED_TCP + i];
		sum[NATGW_A_COUNTERS_FLOWS_ENDED] +=
			sum[NATGW_A_COUNTERS_FLOWS_ENDED_TCP + i];
	}
}

/**
 * natgw_stats_sum() - read the counters of all CPUs
 * @stats: the gateway's counters
 * @sum: NATGW_A_COUNTERS_MAX + 1 sums
 *
 * Context: any. CPUs that are offline are counted too.
 */
void natgw_stats_sum(const struct natgw_stats __percpu *stats, u64 *sum)
{
	u64 one[NATGW_A_COUNTERS_MAX + 1];
	unsigned int start;
	int cpu, i;

	memset(sum, 0, sizeof(one));
	for_each_possible_cpu(cpu) {
		const struct natgw_stats *s = per_cpu_ptr(stats, cpu);

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			for (i = 0; i <= NATGW_A_COUNTERS_MAX; i++)
				one[i] = u64_stats_read(&s->counter[i]);
		} while (u64_stats_fetch_retry(&s->syncp, start));
		for (i = 0; i <= NATGW_A_COUNTERS_MAX; i++)
			sum[i] += one[i];
	}
	add_kinds(sum);
}

/* ---------------------------------- peaks --------------------------------- */

enum { WINDOW = 10 * HZ };

/* came_in - what has come in so far, on both sides
 *
 * Of each CPU four words are read, and that once in ten seconds.
 */
static void came_in(const struct natgw_stats __percpu *stats, u64 *packets,
		    u64 *bytes)
{
	u64 one_packets, one_bytes;
	unsigned int start;
	int cpu;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(cpu) {
		const struct natgw_stats *s = per_cpu_ptr(stats, cpu);

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			one_packets =
				u64_stats_read(&s->counter[NATGW_IN_SOURCE]) +
				u64_stats_read(&s->counter[NATGW_IN_DESTINATION]);
			one_bytes =
				u64_stats_read(&s->counter[NATGW_IN_SOURCE + 1]) +
				u64_stats_read(&s->counter[NATGW_IN_DESTINATION + 1]);
		} while (u64_stats_fetch_retry(&s->syncp, start));
		*packets += one_packets;
		*bytes += one_bytes;
	}
}

/**
 * natgw_peaks_init() - begin to look for peaks
 * @peaks: all zero, of a gateway that has not seen a packet
 *
 * Context: any.
 */
void natgw_peaks_init(struct natgw_peaks *peaks)
{
	peaks->began = jiffies;
}

/**
 * natgw_peaks_turn() - end the present window, once it is old enough
 * @peaks: a gateway's
 * @stats: its counters
 *
 * A packet costs nothing for this: the counters are what they are. A window that
 * ends late is an average over a longer time, and no packet counts twice.
 *
 * Context: process, every second.
 */
void natgw_peaks_turn(struct natgw_peaks *peaks,
		      const struct natgw_stats __percpu *stats)
{
	unsigned long now = jiffies, length = now - peaks->began;
	u64 packets, bytes;

	if (length < WINDOW)
		return;
	came_in(stats, &packets, &bytes);
	atomic64_set(&peaks->window[peaks->next].packets,
		     div64_ul((packets - peaks->packets) * HZ, length));
	atomic64_set(&peaks->window[peaks->next].bytes,
		     div64_ul((bytes - peaks->bytes) * HZ, length));
	peaks->next = (peaks->next + 1) % NATGW_WINDOWS;
	peaks->packets = packets;
	peaks->bytes = bytes;
	peaks->began = now;
}

/**
 * natgw_peaks_get() - the highest averages of the last minute
 * @peaks: a gateway's
 * @packets: set to packets a second
 * @bytes: set to bytes a second, in whichever window that was
 *
 * Context: any.
 */
void natgw_peaks_get(const struct natgw_peaks *peaks, u64 *packets, u64 *bytes)
{
	int i;

	*packets = 0;
	*bytes = 0;
	for (i = 0; i < NATGW_WINDOWS; i++) {
		*packets = max_t(u64, *packets,
				 atomic64_read(&peaks->window[i].packets));
		*bytes = max_t(u64, *bytes,
			       atomic64_read(&peaks->window[i].bytes));
	}
}
