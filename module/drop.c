// SPDX-License-Identifier: GPL-2.0
/* The end of a packet that is not passed on. Every packet that natgw drops comes
 * through natgw_drop(), under one name: it is counted, recorded, shown to whoever
 * traces, and freed with a reason that the kernel's own tools know.
 *
 * The record is a ring of the last drops of the namespace. A flood of drops on
 * several CPUs must neither wait for a lock nor mix two packets in one entry, so
 * a drop takes a number, which says where its entry is, and claims the entry for
 * as long as it writes. One that finds it claimed, by a CPU that was a whole round
 * behind, is not recorded. Whoever reads sees that from the numbers, as well as
 * what has been overwritten.
 *
 * Nothing limits the rate. An entry costs less than the rest of what is done for
 * a packet that is dropped: the headers are read a second time, two cache lines
 * are written, and one that all CPUs share, as those of the kernel's limit for
 * ICMP errors. A limit would keep the beginning of each second instead of the end
 * of what one is looking for.
 */
#include <linux/atomic.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "drop.h"
#include "hook.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* In place of a number: somebody is writing. */
static const s64 WRITING = -1;

/**
 * struct entry - a drop, or room for one
 * @seq: its number; 0 before the first one, WRITING while the rest is not whole
 * @drop: what is kept of it
 */
struct entry {
	atomic64_t seq;
	struct natgw_drop drop;
};

/**
 * struct natgw_drops - the last drops of a namespace
 * @last: the number that was given away last
 * @entry: by the lower bits of their numbers
 */
struct natgw_drops {
	atomic64_t last ____cacheline_aligned_in_smp;
	struct entry entry[NATGW_DROPS_KEPT] ____cacheline_aligned_in_smp;
};

/* Causes that no counter counts come before those that one does. */
static_assert(NATGW_DROP_CAUSE_NO_GATEWAY < (int)NATGW_IN_SOURCE);

static struct entry *entry_of(struct natgw_drops *drops, u64 seq)
{
	return &drops->entry[seq & (NATGW_DROPS_KEPT - 1)];
}

static bool counted(int cause)
{
	return cause > NATGW_DROP_CAUSE_NO_GATEWAY;
}

/* claim - may this drop write the entry? Not while another one does, nor where a
 * later one has.
 */
static bool claim(struct entry *entry, s64 seq)
{
	s64 was = atomic64_read(&entry->seq);

	/* Fully ordered: nothing is written before it is claimed. */
	return was != WRITING && was < seq &&
	       atomic64_try_cmpxchg(&entry->seq, &was, WRITING);
}

static void describe(const struct natgw_ctx *ctx, int cause,
		     struct natgw_drop *drop)
{
	struct natgw_pkt pkt;

	/* What was read before may have been rewritten since. */
	natgw_parse(ctx->skb, &pkt);
	*drop = (struct natgw_drop){
		.time = ktime_get_real_ns(),
		.tuple = pkt.tuple,
		.len = ctx->skb->len,
		.iif = natgw_in_device(ctx),
		.cause = cause,
	};
	if (ctx->gw)
		memcpy(drop->gateway, ctx->gw->name, sizeof(drop->gateway));
}

static void record(struct natgw_drops *drops, const struct natgw_drop *drop)
{
	s64 seq = atomic64_inc_return(&drops->last);
	struct entry *entry = entry_of(drops, seq);

	if (!claim(entry, seq))
		return;
	entry->drop = *drop;
	/* Pairs with the acquire in recall(). */
	atomic64_set_release(&entry->seq, seq);
}

/* What dropwatch and perf show. A module has no say in the list of reasons, so it
 * is the kernel's word for the same thing, where it has one that nobody would
 * misunderstand.
 */
static enum skb_drop_reason reason_of(int cause)
{
	switch (cause) {
	case NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY:
	case NATGW_A_COUNTERS_HOST_DROP_NO_MEMORY:
	case NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY:
		return SKB_DROP_REASON_NOMEM;
	case NATGW_A_COUNTERS_SOURCE_DROP_MALFORMED:
	case NATGW_A_COUNTERS_DESTINATION_DROP_MALFORMED:
		return SKB_DROP_REASON_HDR_TRUNC;
	case NATGW_A_COUNTERS_SOURCE_DROP_ICMP_CHECKSUM:
	case NATGW_A_COUNTERS_DESTINATION_DROP_ICMP_CHECKSUM:
		return SKB_DROP_REASON_ICMP_CSUM;
	case NATGW_A_COUNTERS_SOURCE_DROP_PROTOCOL:
		return SKB_DROP_REASON_UNHANDLED_PROTO;
	case NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED:
		return SKB_DROP_REASON_IP_RPFILTER;
	case NATGW_A_COUNTERS_DESTINATION_DROP_TCP_RESET:
		return SKB_DROP_REASON_TCP_INVALID_SEQUENCE;
	default:
		return SKB_DROP_REASON_NETFILTER_DROP;
	}
}

/**
 * natgw_drop() - drop a packet under a name
 * @ctx: the packet, which must not be used afterwards; with the gateway, or with
 *	NULL where the cause is one that no counter counts
 * @cause: NATGW_A_COUNTERS_* or NATGW_DROP_CAUSE_*
 *
 * Context: bottom halves disabled, RCU. Return: the verdict.
 */
unsigned int natgw_drop(const struct natgw_ctx *ctx, int cause)
{
	struct natgw_drop drop;

	if (counted(cause))
		natgw_stats_drop(ctx->gw->stats, cause, ctx->skb);
	describe(ctx, cause, &drop);
	record(ctx->nn->drops, &drop);
	trace_natgw_drop(&drop);
	return natgw_verdict_drop(ctx->skb, reason_of(cause), !ctx->state->in);
}

/* recall - copy the entry of a number; false where it is another's, or not whole */
static bool recall(const struct entry *entry, s64 seq, struct natgw_drop *drop)
{
	/* Pairs with the release in record(). */
	if (atomic64_read_acquire(&entry->seq) != seq)
		return false;
	*drop = entry->drop;
	drop->seq = seq;
	/* Pairs with claim(): whoever began to write meanwhile has said so. */
	smp_rmb();
	return atomic64_read(&entry->seq) == seq;
}

/**
 * natgw_drop_next() - the first drop after a number that is still kept
 * @nn: the namespace, started
 * @after: the number
 * @drop: filled
 *
 * Context: any. Return: false where there is none yet.
 */
bool natgw_drop_next(const struct natgw_net *nn, u64 after,
		     struct natgw_drop *drop)
{
	u64 last = atomic64_read(&nn->drops->last);
	u64 seq = after;

	if (last > NATGW_DROPS_KEPT)
		seq = max(seq, last - NATGW_DROPS_KEPT);
	while (seq < last) {
		seq++;
		if (recall(entry_of(nn->drops, seq), seq, drop))
			return true;
	}
	return false;
}

/**
 * natgw_drop_init() - a namespace's record of drops
 * @nn: the namespace
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int natgw_drop_init(struct natgw_net *nn)
{
	nn->drops = kvzalloc(sizeof(*nn->drops), GFP_KERNEL_ACCOUNT);
	return nn->drops ? 0 : -ENOMEM;
}

/**
 * natgw_drop_exit() - free it
 * @nn: the namespace, with its hooks gone, and a grace period after that
 *
 * Context: process.
 */
void natgw_drop_exit(struct natgw_net *nn)
{
	kvfree(nn->drops);
	nn->drops = NULL;
}
