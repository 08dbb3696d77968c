// SPDX-License-Identifier: GPL-2.0
/* How flows end: who ends one, in what order it leaves what it is part of, and
 * whether its port is held. See struct natgw_flow for why that is safe.
 */
#include <linux/prefetch.h>

#include "client.h"
#include "crowd.h"
#include "event.h"
#include "flow.h"
#include "gateway.h"
#include "idle.h"
#include "mapping.h"
#include "tcp.h"
#include "wheel.h"

static void free_rcu(struct rcu_head *rcu)
{
	natgw_flow_free(container_of(rcu, struct natgw_flow, rcu));
}

/**
 * natgw_flow_remove_reply() - take a flow's reply tuple out of the table
 * @nn: the namespace
 * @flow: whose
 *
 * Even the tuple of a flow whose port belongs to a mapping may be marked: by one
 * that looked for a port of its own, since a time with other options.
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_flow_remove_reply(struct natgw_net *nn, struct natgw_flow *flow)
{
	natgw_flow_remove_node(nn, flow, NATGW_DIR_REPLY);
	natgw_crowd_release(nn, natgw_flow_tuple(flow, NATGW_DIR_REPLY));
}

/**
 * natgw_flow_discard() - give up a flow whose original tuple is in no table
 * @flow: from natgw_flow_alloc(); its reply tuple is in no table either, or
 *	has just been taken out of it
 *
 * Context: softirq.
 */
void natgw_flow_discard(struct natgw_flow *flow)
{
	struct natgw_flow *mapping = flow->mapping;

	/* Whoever has found its reply tuple keeps off @turn from here on. */
	set_bit(NATGW_FLOW_DYING, &flow->flags);
	natgw_wheel_del(flow->gw->nn, flow);
	natgw_flow_uncount(flow);
	/* Its port has not been used for this flow, and need not be held. */
	if (mapping)
		natgw_mapping_put(flow->gw->nn, mapping,
				  NATGW_FLOW_END_GATEWAY);
	call_rcu(&flow->rcu, free_rcu);
}

/**
 * natgw_flow_claim() - become the one who ends a flow
 * @flow: a flow
 *
 * Context: any, RCU or the wheel's lock. Return: whether the caller now has to
 * take it off the wheel and end it.
 */
bool natgw_flow_claim(struct natgw_flow *flow)
{
	return !test_and_set_bit(NATGW_FLOW_DYING, &flow->flags);
}

/* For how long the port of a flow that ends is kept from reuse, in seconds. The
 * ports of an address or a gateway that goes are nobody's any more.
 */
static u32 hold_time(const struct natgw_flow *flow, enum natgw_flow_end why)
{
	const struct natgw_config *config = rcu_dereference(flow->gw->config);

	/* Nor is a port of this host kept from it. */
	if (why == NATGW_FLOW_END_ADDRESS || why == NATGW_FLOW_END_DRAINED ||
	    why == NATGW_FLOW_END_GATEWAY || flow->kind == NATGW_FLOW_KIND_HOST ||
	    test_bit(NATGW_FLOW_OF_HOST, &flow->flags) ||
	    natgw_proto_portless(natgw_flow_tuple(flow,
						  NATGW_DIR_REPLY)->proto))
		return 0;
	switch (READ_ONCE(flow->state)) {
	case NATGW_FLOW_STATE_TCP_CLOSING:
		return natgw_option(config, HOLD_FIN);
	case NATGW_FLOW_STATE_TCP_RESET:
		return natgw_option(config, HOLD_RST);
	case NATGW_FLOW_STATE_TCP_OPENING:
		return natgw_option(config, HOLD_OPENING);
	default:
		return natgw_option(config, HOLD_UDP);
	}
}

/**
 * natgw_flow_count_held() - count one more held port of a gateway
 * @gw: the gateway
 *
 * Context: RCU. Return: false, and nothing is counted, where it holds its most.
 */
bool natgw_flow_count_held(struct natgw_gw *gw)
{
	const struct natgw_config *config = rcu_dereference(gw->config);

	if (atomic_inc_return(&gw->held) <= natgw_option(config, HOLD_MAX))
		return true;
	atomic_dec(&gw->held);
	return false;
}

/**
 * natgw_flow_hold() - keep a port from reuse
 * @nn: the namespace
 * @flow: whose; claimed, and with its reply tuple alone in the table. When it began
 *	and for how long is in @used and @idle. It is counted as held
 *
 * Context: bottom halves disabled, RCU. @flow must not be used afterwards, unless inside
 * an RCU section that began before.
 */
void natgw_flow_hold(struct natgw_net *nn, struct natgw_flow *flow)
{
	WRITE_ONCE(flow->state, NATGW_FLOW_STATE_HELD);
	/* From here on anybody may claim it again: it is whole before, and
	 * natgw_wheel_add() leaves alone what was claimed meanwhile.
	 */
	smp_mb__before_atomic();
	clear_bit(NATGW_FLOW_DYING, &flow->flags);
	natgw_wheel_add(nn, flow);
}

/* hold - keep the port of a flow that has ended; returns whether it is */
static bool hold(struct natgw_net *nn, struct natgw_flow *flow, u32 seconds)
{
	if (!natgw_flow_count_held(flow->gw))
		return false;
	WRITE_ONCE(flow->used, (u32)jiffies);
	WRITE_ONCE(flow->idle, seconds);
	natgw_flow_hold(nn, flow);
	return true;
}

/* free_port - returns false where the port is held instead, and @flow with it */
static bool free_port(struct natgw_net *nn, struct natgw_flow *flow,
		      enum natgw_flow_end why)
{
	struct natgw_flow *mapping = flow->mapping;
	u32 seconds;

	if (READ_ONCE(flow->state) == NATGW_FLOW_STATE_HELD) {
		atomic_dec(&flow->gw->held);
	} else if (!mapping) {
		seconds = hold_time(flow, why);
		if (seconds && hold(nn, flow, seconds))
			return false;
	}
	natgw_flow_remove_reply(nn, flow);
	if (mapping) {
		WRITE_ONCE(mapping->state, READ_ONCE(flow->state));
		natgw_mapping_put(nn, mapping, why);
	}
	return true;
}

/**
 * natgw_flow_free_port() - the last step of a mapping's end
 * @nn: the namespace
 * @mapping: without users, its original tuple out of the table, and counting on no
 *	limit any more
 * @why: enum natgw_flow_end of its last user
 *
 * Its port is free again, or held for as long as the gateway's options say.
 *
 * Context: bottom halves disabled, RCU. @mapping must not be used afterwards.
 */
void natgw_flow_free_port(struct natgw_net *nn, struct natgw_flow *mapping,
			  enum natgw_flow_end why)
{
	if (free_port(nn, mapping, why))
		call_rcu(&mapping->rcu, free_rcu);
}

static void count_idle(const struct natgw_flow *flow)
{
	natgw_stats_add(flow->gw->stats, NATGW_A_COUNTERS_FLOWS_IDLE, 1);
	if (!natgw_flow_transitory(READ_ONCE(flow->state)))
		natgw_tcp_count(flow, NATGW_A_COUNTERS_TCP_IDLE);
}

/* leave - take a flow out of all that it is part of; returns false where its port is
 * held instead, and @flow with it. Else its memory is to be freed after a grace period
 */
static bool leave(struct natgw_net *nn, struct natgw_flow *flow,
		  enum natgw_flow_end why)
{
	/* One that was held has been through this already. */
	if (READ_ONCE(flow->state) != NATGW_FLOW_STATE_HELD) {
		/* The original tuple first: nobody may find it and send a
		 * packet whose answer finds nothing.
		 */
		natgw_flow_remove_node(nn, flow, NATGW_DIR_ORIGINAL);
		natgw_crowd_release_original(nn, natgw_flow_tuple(flow,
								  NATGW_DIR_ORIGINAL));
		natgw_stats_add(flow->gw->stats,
				natgw_flow_counter(flow,
						   NATGW_A_COUNTERS_FLOWS_ENDED_TCP),
				1);
		if (why == NATGW_FLOW_END_IDLE)
			count_idle(flow);
		natgw_event_flow(nn, flow, NATGW_EVENT_DELETE, why);
		natgw_idle_flow_end(nn, flow, why == NATGW_FLOW_END_IDLE &&
				    flow->kind == NATGW_FLOW_KIND_INSIDE &&
				    !natgw_flow_transitory(READ_ONCE(flow->state)));
		natgw_flow_uncount(flow);
	}
	return free_port(nn, flow, why);
}

/**
 * natgw_flow_end_many() - end one of many claimed flows
 * @nn: the namespace
 * @flow: claimed by the caller, and off the wheel
 * @why: enum natgw_flow_end
 * @dead: where it is put, for natgw_flow_bury() after a grace period. RCU would have
 *	to call back for each of a million, and a softirq do so for milliseconds
 *
 * Context: process, bottom halves disabled, RCU. @flow must not be used afterwards,
 * unless inside an RCU section that began before.
 */
void natgw_flow_end_many(struct natgw_net *nn, struct natgw_flow *flow,
			 enum natgw_flow_end why, struct hlist_head *dead)
{
	if (leave(nn, flow, why))
		hlist_add_head(&flow->turn, dead);
}

/**
 * natgw_flow_bury() - free flows that have ended
 * @dead: from natgw_flow_end_many(), a grace period ago; empty afterwards
 *
 * Context: process; gives way.
 */
void natgw_flow_bury(struct hlist_head *dead)
{
	struct hlist_node *next;
	struct natgw_flow *flow;

	hlist_for_each_entry_safe(flow, next, dead, turn) {
		if (next)
			prefetch(next);
		natgw_flow_free(flow);
		cond_resched();
	}
	INIT_HLIST_HEAD(dead);
}

/**
 * natgw_flow_kill() - end a flow, unless somebody else is doing that
 * @nn: the namespace
 * @flow: a flow
 * @why: enum natgw_flow_end
 *
 * Context: bottom halves disabled, RCU. @flow must not be used afterwards, unless inside
 * an RCU section that began before.
 */
void natgw_flow_kill(struct natgw_net *nn, struct natgw_flow *flow,
		     enum natgw_flow_end why)
{
	if (!natgw_flow_claim(flow))
		return;
	natgw_wheel_del(nn, flow);
	if (leave(nn, flow, why))
		call_rcu(&flow->rcu, free_rcu);
}
