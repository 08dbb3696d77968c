// SPDX-License-Identifier: GPL-2.0
/* Flows: what they are found by, what they count on. How they end is in end.c. */
#include <linux/slab.h>

#include "account.h"
#include "client.h"
#include "event.h"
#include "flow.h"
#include "gateway.h"
#include "table.h"
#include "wheel.h"
#include "xlate.h"

static struct kmem_cache *flow_cache;

siphash_key_t natgw_flow_key __read_mostly;

/**
 * natgw_flow_find_node() - who has a tuple, whether or not the flow lives
 * @nn: the namespace
 * @tuple: in either direction, in either scope
 *
 * Context: RCU. Return: a node or NULL.
 */
struct natgw_node *natgw_flow_find_node(struct natgw_net *nn,
					const struct natgw_tuple *tuple)
{
	return natgw_table_find(nn, tuple, natgw_tuple_hash(tuple));
}

/**
 * natgw_flow_find_any() - the flow of a tuple, whether or not it lives
 * @nn: the namespace
 * @tuple: in either scope
 * @dir: the direction in which the flow has it
 *
 * Context: RCU. Return: a flow to be used inside the RCU section, or NULL.
 */
struct natgw_flow *natgw_flow_find_any(struct natgw_net *nn,
				       const struct natgw_tuple *tuple,
				       enum natgw_dir dir)
{
	struct natgw_node *node = natgw_flow_find_node(nn, tuple);

	return node && node->tuple.dir == dir ? natgw_flow_of(node) : NULL;
}

/**
 * natgw_flow_find_hashed() - the flow of a packet
 * @nn: the namespace
 * @tuple: the packet's
 * @hash: natgw_tuple_hash() of it
 * @dir: the direction in which the packet is to belong to it
 *
 * A flow that has been idle for its time-out is gone, whether or not the wheel
 * has come round to it: found on the way out, it is ended here, so that its
 * tuple can be used anew.
 *
 * Context: softirq, RCU. Return: a flow to be used inside the RCU section, or
 * NULL.
 */
struct natgw_flow *natgw_flow_find_hashed(struct natgw_net *nn,
					  const struct natgw_tuple *tuple,
					  u32 hash, enum natgw_dir dir)
{
	struct natgw_node *node = natgw_table_find(nn, tuple, hash);
	struct natgw_flow *flow;

	if (!node || node->tuple.dir != dir)
		return NULL;
	flow = natgw_flow_of(node);
	if (READ_ONCE(flow->state) == NATGW_FLOW_STATE_HELD)
		return NULL;
	if (natgw_flow_in_use(flow))
		return flow;
	if (dir == NATGW_DIR_ORIGINAL) {
		natgw_flow_kill(nn, flow, NATGW_FLOW_END_IDLE);
		/* Where the wheel was faster it may not have got to that. */
		natgw_flow_remove_node(nn, flow, NATGW_DIR_ORIGINAL);
	}
	return NULL;
}

/**
 * natgw_flow_find() - the same where nobody has hashed the tuple yet
 * @nn: the namespace
 * @tuple: the packet's
 * @dir: the direction in which the packet is to belong to it
 *
 * Context: softirq, RCU. Return: a flow to be used inside the RCU section, or
 * NULL.
 */
struct natgw_flow *natgw_flow_find(struct natgw_net *nn,
				   const struct natgw_tuple *tuple,
				   enum natgw_dir dir)
{
	return natgw_flow_find_hashed(nn, tuple, natgw_tuple_hash(tuple), dir);
}

/**
 * natgw_flow_known() - is a tuple in the table, whether or not its flow lives?
 * @nn: the namespace
 * @tuple: in either direction
 *
 * Context: RCU.
 */
bool natgw_flow_known(struct natgw_net *nn, const struct natgw_tuple *tuple)
{
	return natgw_flow_find_node(nn, tuple);
}

/**
 * natgw_flow_taken() - does a live flow have this tuple?
 * @nn: the namespace
 * @tuple: in either direction
 *
 * Context: RCU.
 */
bool natgw_flow_taken(struct natgw_net *nn, const struct natgw_tuple *tuple)
{
	struct natgw_node *node = natgw_flow_find_node(nn, tuple);
	const struct natgw_flow *flow;

	if (!node)
		return false;
	flow = natgw_flow_of(node);
	return READ_ONCE(flow->state) != NATGW_FLOW_STATE_HELD &&
	       natgw_flow_remaining(flow) > 0;
}

/* Counts a flow on its gateway's limits; -ENFILE when it is one too many. */
static int count(struct natgw_gw *gw, const struct natgw_config *config,
		 enum natgw_flow_kind kind, bool guest)
{
	u32 max = natgw_option(config, MAX_FLOWS);

	if (kind == NATGW_FLOW_KIND_MAPPING)
		return 0;
	if (natgw_flow_too_many(config, atomic_inc_return(&gw->flows)))
		goto err_flows;
	/* What outsiders bring about must not crowd out the clients. */
	if (!guest || (u32)atomic_inc_return(&gw->guests) <= max / 8 + 1)
		return 0;
	atomic_dec(&gw->guests);
err_flows:
	atomic_dec(&gw->flows);
	return -ENFILE;
}

static void uncount(struct natgw_gw *gw, u8 kind, bool guest)
{
	if (kind == NATGW_FLOW_KIND_MAPPING)
		return;
	if (guest)
		atomic_dec(&gw->guests);
	atomic_dec(&gw->flows);
}

static void flow_setup(struct natgw_flow *flow, struct natgw_gw *gw,
		       enum natgw_flow_kind kind,
		       const struct natgw_tuple *original, u32 hash)
{
	flow->original.tuple = *original;
	flow->original.tuple.dir = NATGW_DIR_ORIGINAL;
	flow->original.hash = hash ?: natgw_tuple_hash(original);
	flow->reply.tuple = natgw_tuple_invert(original);
	flow->reply.tuple.dir = NATGW_DIR_REPLY;
	flow->gw = gw;
	flow->used = (u32)jiffies;
	flow->begun = natgw_flow_clock();
	flow->kind = kind;
	flow->wheel = smp_processor_id() % gw->nn->wheels;
	refcount_set(&flow->users, 1);
	INIT_HLIST_NODE(&flow->turn);
}

/* allocate - memory for a flow; one that counts needs more */
static struct natgw_flow *allocate(const struct natgw_config *config,
				   enum natgw_flow_kind kind)
{
	if (natgw_option(config, ACCOUNTING) && kind != NATGW_FLOW_KIND_MAPPING)
		return natgw_account_alloc();
	return kmem_cache_zalloc(flow_cache, GFP_ATOMIC | __GFP_NOWARN);
}

/**
 * natgw_flow_alloc() - a flow that is in no table yet
 * @gw: its gateway, on whose limit it counts from now on
 * @kind: whose connection it is; a mapping counts on no limit of the gateway
 * @guest: outsiders can bring it about: a flow of this host, which answers them, or
 *	one that came in by a filter. They have an eighth of the gateway's flows
 * @original: its original tuple; the reply tuple lacks the address and the port
 * @hash: natgw_tuple_hash() of that, or 0 where nobody has asked yet
 *
 * Context: softirq, RCU. Return: a flow for natgw_flow_insert() or
 * natgw_flow_discard(); ERR_PTR(-ENFILE) when the gateway has its most flows,
 * ERR_PTR(-ENOMEM).
 */
struct natgw_flow *natgw_flow_alloc(struct natgw_gw *gw,
				    enum natgw_flow_kind kind, bool guest,
				    const struct natgw_tuple *original,
				    u32 hash)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	struct natgw_flow *flow;
	int err;

	err = count(gw, config, kind, guest);
	if (err)
		return ERR_PTR(err);
	flow = allocate(config, kind);
	if (!flow) {
		uncount(gw, kind, guest);
		return ERR_PTR(-ENOMEM);
	}
	flow_setup(flow, gw, kind, original, hash);
	if (guest)
		__set_bit(NATGW_FLOW_GUEST, &flow->flags);
	return flow;
}

static bool counts_on_address(const struct natgw_flow *flow)
{
	return flow->kind != NATGW_FLOW_KIND_MAPPING;
}

/**
 * natgw_flow_use_address() - give a new flow an address
 * @flow: in no table yet; it may have another address
 * @addr: the address, on which it counts from now on
 *
 * Context: softirq, RCU.
 */
void natgw_flow_use_address(struct natgw_flow *flow, struct natgw_addr *addr)
{
	if (counts_on_address(flow)) {
		if (flow->addr)
			atomic_dec(&flow->addr->flows);
		atomic_inc(&addr->flows);
	}
	flow->addr = addr;
	flow->reply.tuple.dst = addr->wire;
}

/**
 * natgw_flow_start_opening() - a flow is half-open again
 * @flow: a flow, just put into that state
 *
 * Context: softirq, RCU.
 */
void natgw_flow_start_opening(struct natgw_flow *flow)
{
	if (!flow->client || test_bit(NATGW_FLOW_DYING, &flow->flags) ||
	    test_bit(NATGW_FLOW_GUEST, &flow->flags))
		return;
	natgw_client_reopen(flow->client);
	if (test_and_set_bit(NATGW_FLOW_OPENING, &flow->flags))
		natgw_client_opened(flow->client);
	/* Whoever opened it or ends it meanwhile may have looked before, and may hold
	 * it by now: natgw_flow_hold() says so before it lets go of it.
	 */
	smp_mb__after_atomic();
	if (test_bit_acquire(NATGW_FLOW_DYING, &flow->flags) ||
	    READ_ONCE(flow->state) != NATGW_FLOW_STATE_TCP_OPENING)
		natgw_flow_stop_opening(flow);
}

/**
 * natgw_flow_stop_opening() - a flow is half-open no longer
 * @flow: a flow
 *
 * Context: bottom halves disabled.
 */
void natgw_flow_stop_opening(struct natgw_flow *flow)
{
	if (test_bit(NATGW_FLOW_OPENING, &flow->flags) &&
	    test_and_clear_bit(NATGW_FLOW_OPENING, &flow->flags))
		natgw_client_opened(flow->client);
}

/**
 * natgw_flow_uncount() - take a flow off all that it counts on
 * @flow: one that ends, or never began
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_flow_uncount(struct natgw_flow *flow)
{
	natgw_flow_stop_opening(flow);
	/* The pointer stays for whoever is looking at the flow; it is as good
	 * as the flow itself until a grace period has passed.
	 */
	if (flow->client)
		natgw_client_leave(flow->client,
				   flow->kind != NATGW_FLOW_KIND_MAPPING,
				   test_bit(NATGW_FLOW_PORT, &flow->flags));
	if (flow->addr && counts_on_address(flow))
		atomic_dec(&flow->addr->flows);
	uncount(flow->gw, flow->kind,
		test_bit(NATGW_FLOW_GUEST, &flow->flags));
}

/**
 * natgw_flow_free() - give a flow's memory back
 * @flow: one that has left, and that nobody who found it before looks at any more
 *
 * Context: any.
 */
void natgw_flow_free(struct natgw_flow *flow)
{
	if (test_bit(NATGW_FLOW_COUNTED, &flow->flags))
		natgw_account_free(flow);
	else
		kmem_cache_free(flow_cache, flow);
}

/**
 * natgw_flow_remove_node() - take a tuple out of the table
 * @nn: the namespace
 * @flow: whose; nothing happens where it is not there
 * @dir: which of its two
 *
 * Context: bottom halves disabled.
 */
void natgw_flow_remove_node(struct natgw_net *nn, struct natgw_flow *flow,
			    enum natgw_dir dir)
{
	rhashtable_remove_fast(&nn->flows, &natgw_flow_node(flow, dir)->head, natgw_flow_params);
}

/**
 * natgw_flow_insert_node() - take a tuple
 * @nn: the namespace
 * @flow: from natgw_flow_alloc(), with that tuple complete
 * @dir: which of its two
 *
 * The table is what decides who has a port: two CPUs that want the same one
 * for the same destination insert the same tuple, and one of them fails.
 *
 * Context: softirq, RCU. Return: 0; -EEXIST when it is taken; -ENOMEM or -E2BIG when
 * the table cannot grow.
 */
int natgw_flow_insert_node(struct natgw_net *nn, struct natgw_flow *flow,
			   enum natgw_dir dir)
{
	struct natgw_node *node = natgw_flow_node(flow, dir);
	int err;

	if (dir == NATGW_DIR_REPLY) {
		flow->reply.hash = natgw_tuple_hash(&flow->reply.tuple);
		natgw_xlate_prepare(flow);
	}
	err = rhashtable_lookup_insert_key(&nn->flows, &node->tuple,
					   &node->head, natgw_flow_params);
	/* A long chain while the table moves to a larger one. */
	return err == -EBUSY ? -ENOMEM : err;
}

/**
 * natgw_flow_counter() - a flow's own one of the counters that there are for each kind
 * @flow: a flow
 * @first: the first of them, of which there is one for each enum natgw_stats_kind
 *
 * Context: any.
 */
int natgw_flow_counter(const struct natgw_flow *flow, int first)
{
	if (flow->kind == NATGW_FLOW_KIND_HOST)
		return first + NATGW_STATS_HOST;
	switch (natgw_flow_tuple(flow, NATGW_DIR_ORIGINAL)->proto) {
	case IPPROTO_TCP:
		return first + NATGW_STATS_TCP;
	case IPPROTO_UDP:
		return first + NATGW_STATS_UDP;
	case IPPROTO_ICMP:
		return first + NATGW_STATS_ICMP;
	default:
		return first + NATGW_STATS_OTHER;
	}
}

/**
 * natgw_flow_insert() - make a flow known by its original tuple
 * @nn: the namespace
 * @flow: with its reply tuple inserted
 *
 * The reply goes in first and the original last: whoever finds the original
 * tuple may send the packet out, and the answer has to find its way back.
 *
 * Context: softirq, RCU. Return: 0; -EEXIST when another CPU was faster with
 * the same flow; another error when the table cannot grow. On an error the
 * reply tuple is free again and @flow is still the caller's.
 */
int natgw_flow_insert(struct natgw_net *nn, struct natgw_flow *flow)
{
	int err;

	err = natgw_flow_insert_node(nn, flow, NATGW_DIR_ORIGINAL);
	if (err) {
		natgw_flow_remove_reply(nn, flow);
		return err;
	}
	natgw_wheel_add(nn, flow);
	natgw_stats_add(flow->gw->stats,
			natgw_flow_counter(flow, NATGW_A_COUNTERS_FLOWS_CREATED_TCP), 1);
	atomic64_inc(&flow->addr->created);
	if (flow->client)
		natgw_client_began(flow->client);
	natgw_event_flow(nn, flow, NATGW_EVENT_ADD, 0);
	return 0;
}

/**
 * natgw_flow_renew() - another connection begins in the place of one that is over
 * @nn: the namespace
 * @flow: the flow of both
 *
 * To the table it is the same flow, to whoever listens it is another one.
 *
 * Context: softirq, RCU.
 */
void natgw_flow_renew(struct natgw_net *nn, struct natgw_flow *flow)
{
	natgw_event_flow(nn, flow, NATGW_EVENT_DELETE, NATGW_FLOW_END_REOPENED);
	natgw_account_reset(flow);
	clear_bit(NATGW_FLOW_LOOKED_AT, &flow->flags);
	WRITE_ONCE(flow->begun, natgw_flow_clock());
	natgw_event_flow(nn, flow, NATGW_EVENT_ADD, 0);
}

int natgw_flow_init(void)
{
	int err = natgw_account_init();

	if (err)
		return err;
	get_random_bytes(&natgw_flow_key, sizeof(natgw_flow_key));
	flow_cache = KMEM_CACHE(natgw_flow, SLAB_HWCACHE_ALIGN);
	if (flow_cache)
		return 0;
	natgw_account_exit();
	return -ENOMEM;
}

/* natgw_flow_exit - after every namespace is gone and rcu_barrier() */
void natgw_flow_exit(void)
{
	kmem_cache_destroy(flow_cache);
	natgw_account_exit();
}
