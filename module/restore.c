// SPDX-License-Identifier: GPL-2.0
/* Flows that there were before: under the module that this one replaces, or on the
 * host whose place this one takes. They come the same way as those that packets
 * begin (pool.c), so all that counts flows counts them; but their external endpoint
 * is given.
 */
#include "account.h"
#include "gateway.h"
#include "mapping.h"
#include "restore.h"

/* fill - all of a flow but its external endpoint; returns whether it can be so */
static int fill(struct natgw_flow *flow, const struct natgw_again *again)
{
	struct natgw_node *node;
	u32 timeout;
	int dir;

	flow->state = again->state;
	flow->idle = again->idle;
	flow->tcp = again->tcp;
	timeout = natgw_flow_timeout(flow);
	if (again->expires > timeout)
		return -ETIME;
	flow->used = (u32)jiffies - (timeout - again->expires) * HZ;
	if (again->start)
		natgw_flow_set_start(flow, again->start);
	for (dir = 0; dir < 2; dir++) {
		node = natgw_flow_node(flow, dir);
		node->end = again->end[dir];
		node->ack = again->ack[dir];
		natgw_account_set(flow, dir, again->counts[dir].packets,
				  again->counts[dir].bytes,
				  again->counts[dir].tcp_flags);
	}
	return 0;
}

/* has_own - has a flow a port of its own? One of a mapping gets one too, where the
 * gateway has no mappings any more.
 */
static bool has_own(const struct natgw_config *config,
		    const struct natgw_again *again)
{
	return !again->mapped ||
	       natgw_mapping_of(config, again->original.proto) ==
	       NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT;
}

/* pinned - the address that rules demand, if that is the one that the flow had */
static __be32 pinned(const struct natgw_config *config,
		     const struct natgw_again *again)
{
	const struct natgw_addr *addr = again->external.addr;
	struct natgw_treatment treatment;

	if (again->kind == NATGW_FLOW_KIND_HOST)
		return 0;
	natgw_rule_apply(config, &again->original, &treatment);
	return treatment.address &&
	       natgw_pool_address(config, treatment.address) == addr ?
	       addr->wire : 0;
}

/* get_mapping - the mapping that a flow had; returns as natgw_mapping_again()
 *
 * Rules do not always say which: one that came later had no say, nor has any where
 * an outsider began the flow. So an endpoint that is not that of the mapping which
 * rules demand may be that of the other one.
 */
static struct natgw_flow *get_mapping(struct natgw_gw *gw,
				      const struct natgw_config *config,
				      const struct natgw_again *again,
				      const struct natgw_external *external)
{
	const struct natgw_tuple *t = &again->original;
	__be32 pin = pinned(config, again);
	__be32 other = pin ? 0 : external->addr->wire;
	struct natgw_flow *mapping;

	mapping = natgw_mapping_again(gw, again->kind, t, pin, external);
	if (again->kind == NATGW_FLOW_KIND_HOST ||
	    (mapping != ERR_PTR(-EADDRINUSE) && mapping != ERR_PTR(-ENOTUNIQ)) ||
	    !natgw_mapping_find_inside(gw, t->src, t->sport, t->proto, other))
		return mapping;
	return natgw_mapping_again(gw, again->kind, t, other, external);
}

/* take - give a flow the external endpoint that it had */
static int take(struct natgw_gw *gw, const struct natgw_config *config,
		struct natgw_flow *flow, const struct natgw_again *again)
{
	struct natgw_external external = again->external;
	struct natgw_flow *mapping;
	int err;

	external.used = flow->used;
	if (has_own(config, again))
		return natgw_pool_retake(gw->nn, flow, &external);
	mapping = get_mapping(gw, config, again, &external);
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);
	err = natgw_pool_join(gw->nn, flow, mapping);
	return err == -EEXIST ? -EADDRINUSE : err;
}

/* there_is - what a flow is, to somebody who wants to make it: -EEXIST, or -EBUSY
 * where its external endpoint is another one; 0 where there is none
 */
static int there_is(struct natgw_gw *gw, const struct natgw_again *again)
{
	const struct natgw_external *external = &again->external;
	const struct natgw_tuple *reply;
	struct natgw_flow *flow;

	flow = natgw_flow_find(gw->nn, &again->original, NATGW_DIR_ORIGINAL);
	if (!flow)
		return 0;
	reply = natgw_flow_tuple(flow, NATGW_DIR_REPLY);
	return flow->gw == gw && reply->dst == external->addr->wire &&
	       reply->dport == external->port ? -EEXIST : -EBUSY;
}

/* count - count a flow on the limits of its client, if it has one */
static int count(const struct natgw_config *config, struct natgw_flow *flow,
		 const struct natgw_again *again)
{
	if (again->kind != NATGW_FLOW_KIND_INSIDE)
		return 0;
	return natgw_pool_count(config, flow, has_own(config, again) &&
				!natgw_proto_portless(again->original.proto),
				true);
}

/* make_held - what is left of a flow, or a mapping, whose port is held
 *
 * Until it is held nobody may end it, and nobody may use it, as its state is held.
 */
static int make_held(struct natgw_gw *gw, const struct natgw_again *again)
{
	bool mapping = again->kind == NATGW_FLOW_KIND_MAPPING;
	struct natgw_flow *flow;
	int err;

	/* What has ended counts on nothing, as mappings do. */
	flow = natgw_flow_alloc(gw, NATGW_FLOW_KIND_MAPPING, false,
				&again->original, 0);
	if (IS_ERR(flow))
		return PTR_ERR(flow);
	flow->wheel = flow->original.hash % gw->nn->wheels;
	__set_bit(NATGW_FLOW_DYING, &flow->flags);
	if (mapping)
		flow->reply.tuple.scope = NATGW_SCOPE_MAPPING;
	err = fill(flow, again) ?:
	      natgw_pool_retake(gw->nn, flow, &again->external);
	if (err) {
		natgw_flow_discard(flow);
		return err;
	}
	flow->kind = again->kind;
	natgw_flow_hold(gw->nn, flow);
	return 0;
}

/* is_held - is a port held for this already? */
static bool is_held(struct natgw_gw *gw, const struct natgw_again *again)
{
	struct natgw_tuple reply = natgw_tuple_invert(&again->original);

	reply.dst = again->external.addr->wire;
	reply.dport = again->external.port;
	if (again->kind == NATGW_FLOW_KIND_MAPPING)
		reply.scope = NATGW_SCOPE_MAPPING;
	return natgw_pool_holder(gw, &again->original, &reply);
}

static int restore_held(struct natgw_gw *gw, const struct natgw_again *again)
{
	int err;

	if (is_held(gw, again))
		return -EEXIST;
	if (!natgw_flow_count_held(gw))
		return -ENOSPC;
	err = make_held(gw, again);
	if (err)
		atomic_dec(&gw->held);
	return err;
}

/**
 * natgw_restore() - make a flow that there was before, or hold its port
 * @gw: its gateway
 * @again: what it was; its address is one that @gw has
 *
 * Context: bottom halves disabled, RCU. Return: 0; -EEXIST where it is there
 * already, -EBUSY where its connection has another external endpoint; -EADDRINUSE,
 * -ENOTUNIQ as natgw_mapping_again(); -ETIME where it would live for too long; -ENOSPC
 * where too many ports are held; or what natgw_flow_alloc() and natgw_pool_count() say.
 */
int natgw_restore(struct natgw_gw *gw, const struct natgw_again *again)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	struct natgw_flow *flow;
	int err;

	if (again->state == NATGW_FLOW_STATE_HELD)
		return restore_held(gw, again);
	err = there_is(gw, again);
	if (err)
		return err;
	flow = natgw_flow_alloc(gw, again->kind, again->guest ||
				again->kind == NATGW_FLOW_KIND_HOST,
				&again->original, 0);
	if (IS_ERR(flow))
		return PTR_ERR(flow);
	/* One CPU makes them all. */
	flow->wheel = flow->original.hash % gw->nn->wheels;
	err = fill(flow, again);
	if (!err)
		err = count(config, flow, again);
	if (!err)
		err = take(gw, config, flow, again);
	if (!err)
		err = natgw_flow_insert(gw->nn, flow);
	if (!err)
		return 0;
	natgw_flow_discard(flow);
	/* A packet of the same connection was faster. */
	return err == -EEXIST ? there_is(gw, again) ?: -EBUSY : err;
}
