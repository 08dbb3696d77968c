// SPDX-License-Identifier: GPL-2.0
/* A timing wheel, so that the work of ending idle flows grows with the flows
 * that end and not with those that live. Packets never touch it: they move a
 * flow's time-stamp, and when the wheel comes round to a flow that was used
 * since, it is put off by what is left. A flow is thus visited about once per
 * time-out, and twice more while a long time-out comes down through the levels.
 *
 * The kernel's own timers would do the same, but fire all that are due in one
 * softirq without a pause, and round 350 seconds so that a million flows of one
 * burst fall due in the same jiffy. Here a work item takes them in batches.
 *
 * A wheel is split into shards, so that CPUs which create flows do not wait
 * for each other. A shard has levels of 64 slots; a slot of level n is 64^n
 * seconds wide.
 */
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "flow.h"
#include "gateway.h"
#include "wheel.h"

enum {
	SLOT_BITS = 6,
	SLOTS = 1 << SLOT_BITS,
	LEVELS = 4,		/* 64^4 s; the longest time-out is a week */
	MAX_SHARDS = 32,
	BATCH = 64,		/* flows looked at with the lock held */
};

/**
 * struct natgw_wheel - one shard
 * @lock: protects all of this, and the turn of each flow on it. Innermost; taken
 *	with bottom halves disabled
 * @now: the second up to which it has turned
 * @slot: flows by when to look at them
 * @due: flows to look at now, by the level that they came from
 */
struct natgw_wheel {
	spinlock_t lock; /* innermost; see above */
	u32 now;
	struct hlist_head due[LEVELS];
	struct hlist_head slot[LEVELS][SLOTS];
} ____cacheline_aligned_in_smp;

static u32 clock_seconds(void)
{
	return (u32)ktime_get_seconds();
}

static struct hlist_head *slot_at(struct natgw_wheel *wheel, int level, u32 when)
{
	return &wheel->slot[level][(when >> (level * SLOT_BITS)) & (SLOTS - 1)];
}

/* place - put a flow where the wheel comes round to it when it may have expired */
static void place(struct natgw_wheel *wheel, struct natgw_flow *flow)
{
	s32 remaining = max(natgw_flow_remaining(flow), 0);
	u32 delta = DIV_ROUND_UP((u32)remaining, HZ) + 1;
	u32 when = wheel->now + delta;
	int level = 0;

	while (level < LEVELS - 1 && delta >> ((level + 1) * SLOT_BITS))
		level++;
	hlist_add_head(&flow->turn, slot_at(wheel, level, when));
}

/**
 * natgw_wheel_add() - have a new flow looked after
 * @nn: its namespace
 * @flow: just inserted
 *
 * Somebody may have ended the flow already, and then must not find it here
 * afterwards: NATGW_FLOW_DYING is set before the lock is taken to remove it. Or has
 * ended and held it, and so has put it here already.
 *
 * Context: softirq, RCU.
 */
void natgw_wheel_add(struct natgw_net *nn, struct natgw_flow *flow)
{
	struct natgw_wheel *wheel = &nn->wheel[flow->wheel];

	spin_lock(&wheel->lock);
	/* In this order, as in natgw_wheel_move(). */
	if (!test_bit(NATGW_FLOW_DYING, &flow->flags) &&
	    hlist_unhashed(&flow->turn))
		place(wheel, flow);
	spin_unlock(&wheel->lock);
}

/**
 * natgw_wheel_move() - a flow is to be looked at sooner than it was
 * @nn: its namespace
 * @flow: with a new state, or new time-outs
 *
 * Packets that put an end off say nothing; only an end that comes nearer does.
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_wheel_move(struct natgw_net *nn, struct natgw_flow *flow)
{
	struct natgw_wheel *wheel = &nn->wheel[flow->wheel];

	spin_lock(&wheel->lock);
	/* In this order: of one that is dying @turn may be used otherwise. */
	if (!test_bit(NATGW_FLOW_DYING, &flow->flags) &&
	    !hlist_unhashed(&flow->turn)) {
		hlist_del_init(&flow->turn);
		place(wheel, flow);
	}
	spin_unlock(&wheel->lock);
}

/**
 * natgw_wheel_del() - stop looking after a flow
 * @nn: its namespace
 * @flow: claimed by the caller
 *
 * Context: bottom halves disabled.
 */
void natgw_wheel_del(struct natgw_net *nn, struct natgw_flow *flow)
{
	struct natgw_wheel *wheel = &nn->wheel[flow->wheel];

	spin_lock(&wheel->lock);
	hlist_del_init(&flow->turn);
	spin_unlock(&wheel->lock);
}

/* first_due - a list of flows to look at now, or NULL */
static struct hlist_head *first_due(struct natgw_wheel *wheel)
{
	int level;

	for (level = 0; level < LEVELS; level++)
		if (!hlist_empty(&wheel->due[level]))
			return &wheel->due[level];
	return NULL;
}

/* step - turn by a second, with nothing due: now what that second has is due,
 * and so is what comes down from a higher level
 */
static void step(struct natgw_wheel *wheel)
{
	int level;

	wheel->now++;
	for (level = 0; level < LEVELS; level++) {
		if (wheel->now & ((1U << (level * SLOT_BITS)) - 1))
			break;
		hlist_move_list(slot_at(wheel, level, wheel->now),
				&wheel->due[level]);
	}
}

/* sift - look at some due flows; gather those that have expired */
static unsigned int sift(struct natgw_wheel *wheel, struct natgw_flow **expired)
{
	struct natgw_flow *flow;
	struct hlist_head *due;
	unsigned int n = 0;
	int i;

	for (i = 0; i < BATCH; i++) {
		due = first_due(wheel);
		if (!due) {
			if (wheel->now == clock_seconds())
				break;
			step(wheel);
			continue;
		}
		flow = hlist_entry(due->first, struct natgw_flow, turn);
		hlist_del_init(&flow->turn);
		if (natgw_flow_remaining(flow) > 0)
			place(wheel, flow);
		else if (natgw_flow_claim(flow))
			expired[n++] = flow;
		/* else whoever claimed it finds it off the wheel already */
	}
	return n;
}

static void turn_shard(struct natgw_net *nn, struct natgw_wheel *wheel)
{
	struct natgw_flow *expired[BATCH];
	unsigned int n;
	bool more;

	do {
		rcu_read_lock();
		local_bh_disable();
		spin_lock(&wheel->lock);
		n = sift(wheel, expired);
		more = first_due(wheel) || wheel->now != clock_seconds();
		spin_unlock(&wheel->lock);
		while (n)
			natgw_flow_end_many(nn, expired[--n],
					    NATGW_FLOW_END_IDLE, &nn->dead);
		local_bh_enable();
		rcu_read_unlock();
		cond_resched();
	} while (more);
}

/**
 * natgw_wheel_turn() - end the flows that have been idle for too long
 * @nn: the namespace
 *
 * Their memory is freed in the next turn.
 *
 * Context: process; one call at a time.
 */
void natgw_wheel_turn(struct natgw_net *nn)
{
	unsigned int i;

	if (!hlist_empty(&nn->dead)) {
		/* A second is time enough for it, so this hardly ever waits. */
		cond_synchronize_rcu(nn->grace);
		natgw_flow_bury(&nn->dead);
	}
	for (i = 0; i < nn->wheels; i++)
		turn_shard(nn, &nn->wheel[i]);
	if (!hlist_empty(&nn->dead))
		nn->grace = start_poll_synchronize_rcu();
}

/**
 * natgw_wheel_init() - a namespace's wheel
 * @nn: the namespace
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int natgw_wheel_init(struct natgw_net *nn)
{
	unsigned int i;

	nn->wheels = min_t(unsigned int, num_possible_cpus(), MAX_SHARDS);
	nn->wheel = kvcalloc(nn->wheels, sizeof(*nn->wheel), GFP_KERNEL_ACCOUNT);
	if (!nn->wheel)
		return -ENOMEM;
	for (i = 0; i < nn->wheels; i++) {
		spin_lock_init(&nn->wheel[i].lock);
		nn->wheel[i].now = clock_seconds();
	}
	return 0;
}

/**
 * natgw_wheel_exit() - free an empty wheel
 * @nn: the namespace, without flows
 */
void natgw_wheel_exit(struct natgw_net *nn)
{
	kvfree(nn->wheel);
	nn->wheel = NULL;
}
