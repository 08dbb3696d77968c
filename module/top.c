// SPDX-License-Identifier: GPL-2.0
/* Who and what has most of the flows, or of what they carry: a look at all of them,
 * when somebody asks. Packets and new flows know nothing of it.
 *
 * A look tells what is new since the last one. Each flow has a mark that it was
 * looked at, and what it had counted then. So it does not matter that several
 * watch, each of whom learns what happened since any of them looked, nor that flows
 * end in between, of which only what they have carried since is lost.
 */
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/sort.h>

#include "account.h"
#include "gateway.h"
#include "top.h"

/* Places that an entry may have, one behind the other. A place that was taken once
 * stays taken, so whoever has an entry is found before a free one.
 */
enum { PLACES = 16 };

static u64 weight(const struct natgw_top *top,
		  const struct natgw_top_entry *entry)
{
	switch (top->by) {
	case NATGW_TOP_ORDER_NEW:
		return entry->begun;
	case NATGW_TOP_ORDER_BYTES:
		return entry->out + entry->in;
	default:
		return entry->flows;
	}
}

static void add_up(struct natgw_top_entry *sum,
		   const struct natgw_top_entry *entry)
{
	sum->flows += entry->flows;
	sum->begun += entry->begun;
	sum->out += entry->out;
	sum->in += entry->in;
}

static bool same(const struct natgw_top_entry *a,
		 const struct natgw_top_entry *b)
{
	return a->addr == b->addr && a->port == b->port && a->gw == b->gw &&
	       a->proto == b->proto;
}

/* Destinations are chosen by others, hence the seed. */
static u32 hash_of(const struct natgw_top *top,
		   const struct natgw_top_entry *entry)
{
	return jhash_3words((__force u32)entry->addr, (__force u16)entry->port,
			    (u32)entry->gw << 8 | entry->proto, top->seed);
}

/* enter - add a flow to the entry that it belongs to */
static void enter(struct natgw_top *top, const struct natgw_top_entry *flow)
{
	u32 hash = hash_of(top, flow);
	struct natgw_top_entry *entry, *least = NULL;
	unsigned int i;

	for (i = 0; i < PLACES; i++) {
		entry = &top->entry[(hash + i) % NATGW_TOP_KEYS];
		if (!entry->used) {
			*entry = *flow;
			return;
		}
		if (same(entry, flow)) {
			add_up(entry, flow);
			return;
		}
		if (!least || weight(top, entry) < weight(top, least))
			least = entry;
	}
	if (weight(top, flow) <= weight(top, least)) {
		add_up(&top->others, flow);
		return;
	}
	add_up(&top->others, least);
	*least = *flow;
}

static struct natgw_top_entry entry_of(const struct natgw_top *top,
				       const struct natgw_flow *flow)
{
	const struct natgw_tuple *tuple = natgw_flow_tuple(flow,
							   NATGW_DIR_ORIGINAL);
	struct natgw_top_entry entry = { .used = true, .flows = 1 };

	if (top->destinations) {
		entry.addr = tuple->dst;
		entry.port = tuple->dport;
		entry.proto = tuple->proto;
	} else {
		entry.addr = tuple->src;
		entry.gw = flow->gw->id;
	}
	return entry;
}

/* look_at - a flow; those of others are looked at, too, or it would seem to the next
 * one who asks that they have carried it all since
 */
static void look_at(struct natgw_net *nn, struct natgw_flow *flow, void *data)
{
	struct natgw_top_entry entry;
	struct natgw_top *top = data;
	bool counted = test_bit(NATGW_FLOW_COUNTED, &flow->flags);

	if (flow->kind != NATGW_FLOW_KIND_INSIDE)
		return;
	entry = entry_of(top, flow);
	if (!test_bit(NATGW_FLOW_LOOKED_AT, &flow->flags)) {
		set_bit(NATGW_FLOW_LOOKED_AT, &flow->flags);
		entry.begun = 1;
	}
	if (counted) {
		entry.out = natgw_account_look(flow, NATGW_DIR_ORIGINAL);
		entry.in = natgw_account_look(flow, NATGW_DIR_REPLY);
	}
	if (top->gw && top->gw != flow->gw)
		return;
	top->flows++;
	top->counted += counted;
	enter(top, &entry);
}

/* begin_anew - count the flows again; what is new of them was told once */
static void begin_anew(struct natgw_top *top)
{
	unsigned int i;

	top->flows = 0;
	top->counted = 0;
	top->others.flows = 0;
	for (i = 0; i < NATGW_TOP_KEYS; i++)
		top->entry[i].flows = 0;
}

/* Of those who weigh the same, who has more flows; and nobody comes last. */
static int heavier(const void *a, const void *b, const void *data)
{
	const struct natgw_top_entry *x = a, *y = b;
	const struct natgw_top *top = data;
	u64 left = weight(top, x), right = weight(top, y);

	if (left != right)
		return left < right ? 1 : -1;
	if (x->used != y->used)
		return y->used - x->used;
	return x->flows < y->flows ? 1 : x->flows > y->flows ? -1 : 0;
}

/**
 * natgw_top_look() - look at all flows
 * @nn: the namespace, started
 * @top: all zero but for @by, @destinations and @gw; filled in
 *
 * Context: process, the family's lock, which keeps it to one look at a time. Takes
 * no other lock.
 */
void natgw_top_look(struct natgw_net *nn, struct natgw_top *top)
{
	static const struct natgw_filter all;
	unsigned int tries = NATGW_FLOW_PATIENCE;
	u64 now = ktime_to_ms(ktime_get_boottime());
	bool again;

	top->seed = get_random_u32();
	top->interval = nn->looked ? min_t(u64, now - nn->looked, U32_MAX) : 0;
	nn->looked = now;
	do {
		begin_anew(top);
		natgw_flow_visit(nn, &all, look_at, top, &again);
	} while (again && --tries);
	sort_r(top->entry, NATGW_TOP_KEYS, sizeof(top->entry[0]), heavier, NULL,
	       top);
}
