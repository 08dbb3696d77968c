// SPDX-License-Identifier: GPL-2.0
/* Ports towards a crowded destination.
 *
 * A new flow tries a random port, and as long as few are taken towards its
 * destination, that port is free. The first time it is not, the destination (a
 * remote address and port, seen from one address of ours) gets a bitmap, and
 * from then on a port is found by going from a random place to the next zero.
 * So the last of the 64,512 ports costs about what the first did, and only when
 * none is free is a flow refused.
 *
 * The table of flows stays what decides: a port is taken by inserting the reply
 * tuple. A set bit says that the table had that tuple; a clear one only that
 * nobody has tried since the bitmap was made. Flows older than the bitmap (a
 * few hundred, by the birthday paradox) are found out one at a time: each costs
 * one failed insert, once.
 */
#include <linux/bitmap.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "crowd.h"
#include "flow.h"
#include "host.h"

/**
 * struct natgw_crowd - what is known of the ports towards one destination
 * @head: in natgw_net.crowds
 * @key: the reply tuple of its flows, less the port
 * @lock: protects the rest, and orders it with the table of flows: a bit is set
 *	together with the insert that took the port, or found it taken
 * @dead: out of the table, or about to be
 * @taken: bits set
 * @port: by port, from NATGW_PORT_MIN
 * @rcu: to be freed by
 */
struct natgw_crowd {
	struct rhash_head head;
	struct natgw_tuple key;
	spinlock_t lock; /* innermost but for the buckets of the flow table */
	bool dead;
	unsigned int taken;
	struct rcu_head rcu;
	DECLARE_BITMAP(port, NATGW_PORTS);
};

static_assert(sizeof(struct natgw_crowd) <= 8192);

static const struct rhashtable_params crowd_params = {
	.head_offset = offsetof(struct natgw_crowd, head),
	.key_offset = offsetof(struct natgw_crowd, key),
	.key_len = sizeof(struct natgw_tuple),
	.hashfn = natgw_tuple_hash,
	.automatic_shrinking = true,
};

/* All 16 bytes are compared here, so all have a value. */
static struct natgw_tuple crowd_key(const struct natgw_tuple *reply)
{
	return (struct natgw_tuple){
		.src = reply->src,
		.dst = reply->dst,
		.sport = reply->sport,
		.proto = reply->proto,
	};
}

static struct natgw_crowd *find(struct natgw_net *nn,
				const struct natgw_tuple *reply)
{
	struct natgw_tuple key;

	if (!atomic_read(&nn->crowds.nelems))
		return NULL;
	key = crowd_key(reply);
	return rhashtable_lookup(&nn->crowds, &key, crowd_params);
}

static struct natgw_crowd *find_or_make(struct natgw_net *nn,
					const struct natgw_tuple *reply,
					bool make)
{
	struct natgw_crowd *crowd = find(nn, reply);

	if (crowd || !make)
		return crowd;
	crowd = kzalloc(sizeof(*crowd), GFP_ATOMIC | __GFP_NOWARN);
	if (!crowd)
		return NULL;
	spin_lock_init(&crowd->lock);
	crowd->key = crowd_key(reply);
	if (rhashtable_lookup_insert_fast(&nn->crowds, &crowd->head,
					  crowd_params)) {
		kfree(crowd);
		return find(nn, reply);
	}
	/* Before the first look for a port; pairs with natgw_crowd_release(). */
	smp_mb();
	return crowd;
}

static void mark(struct natgw_crowd *crowd, unsigned int bit)
{
	__set_bit(bit, crowd->port);
	crowd->taken++;
}

/* bury_unused - a crowd that marks nothing goes; the next collision makes another */
static void bury_unused(struct natgw_net *nn, struct natgw_crowd *crowd)
{
	if (crowd->taken || crowd->dead)
		return;
	crowd->dead = true;
	rhashtable_remove_fast(&nn->crowds, &crowd->head, crowd_params);
	kfree_rcu(crowd, rcu);
}

/* Each turn ends the search, marks a port, or passes one that a socket of this
 * host has; so there are never more turns than there are ports, and in practice
 * one.
 */
static int take(struct natgw_net *nn, struct natgw_crowd *crowd,
		struct natgw_flow *flow)
{
	struct natgw_tuple *reply = &flow->node[NATGW_DIR_REPLY].tuple;
	unsigned int start = reciprocal_scale(get_random_u32(), NATGW_PORTS);
	unsigned int passed = 0;
	unsigned int bit;
	int err;

	while (crowd->taken + passed < NATGW_PORTS) {
		bit = find_next_zero_bit(crowd->port, NATGW_PORTS, start);
		if (bit == NATGW_PORTS) {
			start = 0;
			bit = find_first_zero_bit(crowd->port, NATGW_PORTS);
		}
		reply->dport = htons(NATGW_PORT_MIN + bit);
		if (natgw_host_owns(flow)) {
			passed++;
			start = (bit + 1) % NATGW_PORTS;
			continue;
		}
		err = natgw_flow_insert_reply(nn, flow);
		if (err && err != -EEXIST)
			return err;
		mark(crowd, bit);
		if (!err)
			return 0;
	}
	return -EADDRINUSE;
}

/**
 * natgw_crowd_take() - take a port towards a crowded destination
 * @nn: the namespace
 * @flow: whose reply tuple lacks the port
 * @make: make a crowd if there is none yet
 *
 * Context: bottom halves disabled, RCU. Return: 0, and the reply tuple is
 * inserted; -EADDRINUSE when no port is free; -ENOENT when there is no crowd;
 * or an error of the table of flows.
 */
int natgw_crowd_take(struct natgw_net *nn, struct natgw_flow *flow, bool make)
{
	const struct natgw_tuple *reply = natgw_flow_tuple(flow,
							   NATGW_DIR_REPLY);
	struct natgw_crowd *crowd;
	int err;

	do {
		crowd = find_or_make(nn, reply, make);
		if (!crowd)
			return -ENOENT;
		spin_lock(&crowd->lock);
		err = crowd->dead ? -EAGAIN : take(nn, crowd, flow);
		if (err)
			bury_unused(nn, crowd);
		spin_unlock(&crowd->lock);
	} while (err == -EAGAIN);
	return err;
}

/**
 * natgw_crowd_release() - a port is free again
 * @nn: the namespace
 * @reply: the tuple, already out of the table of flows
 *
 * Whoever looked for a port while the tuple was still in the table has made
 * the crowd before and marks the bit under the lock; so either it is marked
 * when we get the lock, or the next one who looks finds the port free. Another
 * flow may have the port by now, and then the bit is that one's.
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_crowd_release(struct natgw_net *nn, const struct natgw_tuple *reply)
{
	unsigned int bit = ntohs(reply->dport) - NATGW_PORT_MIN;
	struct natgw_crowd *crowd;

	/* Between the removal and this look; pairs with find_or_make(). */
	smp_mb();
	if (bit >= NATGW_PORTS)
		return;
	crowd = find(nn, reply);
	if (!crowd)
		return;
	spin_lock(&crowd->lock);
	if (test_bit(bit, crowd->port) && !natgw_flow_known(nn, reply)) {
		__clear_bit(bit, crowd->port);
		crowd->taken--;
		bury_unused(nn, crowd);
	}
	spin_unlock(&crowd->lock);
}

/**
 * natgw_crowd_table_init() - a namespace's crowds
 * @nn: the namespace
 *
 * Context: process. Return: 0 or an error.
 */
int natgw_crowd_table_init(struct natgw_net *nn)
{
	return rhashtable_init(&nn->crowds, &crowd_params);
}

/**
 * natgw_crowd_table_exit() - free the table
 * @nn: the namespace, without flows, and therefore without crowds
 *
 * Context: process.
 */
void natgw_crowd_table_exit(struct natgw_net *nn)
{
	/* A bit without its flow would be a port lost. */
	WARN_ON_ONCE(atomic_read(&nn->crowds.nelems));
	rhashtable_destroy(&nn->crowds);
}
