// SPDX-License-Identifier: GPL-2.0
/* Visits to many flows: what filters include, and what is done about it. */
#include <linux/netdevice.h>

#include "flow.h"
#include "gateway.h"
#include "wheel.h"

static bool is_stray(const struct natgw_flow *flow)
{
	const struct natgw_config *config = rcu_dereference(flow->gw->config);

	return flow->kind == NATGW_FLOW_KIND_INSIDE && config->n_inside &&
	       !natgw_config_inside(config,
				    natgw_flow_tuple(flow,
						     NATGW_DIR_ORIGINAL)->src);
}

/**
 * natgw_flow_matches() - does a filter include a flow?
 * @flow: a flow
 * @filter: what to compare
 *
 * Context: RCU.
 */
bool natgw_flow_matches(const struct natgw_flow *flow,
			const struct natgw_filter *filter)
{
	const struct natgw_tuple *t = natgw_flow_tuple(flow,
						       NATGW_DIR_ORIGINAL);

	if (READ_ONCE(flow->state) == NATGW_FLOW_STATE_HELD && !filter->held)
		return false;
	return (!filter->gw || filter->gw == flow->gw) &&
	       (!filter->addr || filter->addr == flow->addr) &&
	       !((t->src ^ filter->src) & filter->src_mask) &&
	       !((t->dst ^ filter->dst) & filter->dst_mask) &&
	       (!filter->has_proto || filter->proto == t->proto) &&
	       (!filter->has_sport || filter->sport == t->sport) &&
	       (!filter->has_dport || filter->dport == t->dport) &&
	       (!filter->strays || is_stray(flow));
}

/* A flow is in the table twice; visit it once. One that is held has only its
 * reply tuple there. Mappings are visited as little as any other memory: they go
 * with their flows.
 */
static bool stands_for_flow(const struct natgw_node *node,
			    const struct natgw_flow *flow)
{
	if (READ_ONCE(flow->state) == NATGW_FLOW_STATE_HELD)
		return node->tuple.dir == NATGW_DIR_REPLY;
	return node->tuple.dir == NATGW_DIR_ORIGINAL &&
	       node->tuple.scope == NATGW_SCOPE_FLOW;
}

/* walk_start - go on with a walk; returns whether it begins anew instead
 *
 * If the node where the walk was is gone meanwhile, the iterator has only its
 * place in the chain, which now may be another node's, further on. Take the
 * chain from its beginning again rather than miss one.
 */
static bool walk_start(struct rhashtable_iter *iter)
	__acquires(RCU)
{
	bool anew = rhashtable_walk_start_check(iter) == -EAGAIN;

	if (!iter->p)
		iter->skip = 0;
	return anew;
}

/**
 * natgw_flow_visit() - visit each flow that a filter includes
 * @nn: the namespace, started
 * @filter: which
 * @visit: called with bottom halves disabled, RCU
 * @data: for it
 * @again: set where the table was resized meanwhile: flows may have been visited
 *	twice, or missed, as the walk follows a chain while its nodes are moved to
 *	another. Call again then, NATGW_FLOW_PATIENCE times at most
 *
 * Flows that come meanwhile may be missed as well.
 *
 * Context: process; takes no lock, and gives way. Return: how many visits there were.
 */
unsigned int natgw_flow_visit(struct natgw_net *nn,
			      const struct natgw_filter *filter,
			      natgw_flow_visit_fn *visit, void *data,
			      bool *again)
{
	struct rhashtable_iter iter;
	struct natgw_node *node;
	unsigned int seen = 0;
	unsigned int steps = 0;

	*again = false;
	rhashtable_walk_enter(&nn->flows, &iter);
	walk_start(&iter);
	while ((node = rhashtable_walk_next(&iter))) {
		if (IS_ERR(node)) {
			*again = true;
			continue;
		}
		if (stands_for_flow(node, natgw_flow_of(node)) &&
		    natgw_flow_matches(natgw_flow_of(node), filter)) {
			seen++;
			local_bh_disable();
			visit(nn, natgw_flow_of(node), data);
			local_bh_enable();
		}
		if (++steps % 1024 == 0) {
			rhashtable_walk_stop(&iter);
			cond_resched();
			*again |= walk_start(&iter);
		}
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return seen;
}

static void visit_count(struct natgw_net *nn, struct natgw_flow *flow,
			void *data)
{
}

static void visit_kill(struct natgw_net *nn, struct natgw_flow *flow, void *data)
{
	const enum natgw_flow_end *why = data;

	natgw_flow_kill(nn, flow, *why);
}

static void visit_move(struct natgw_net *nn, struct natgw_flow *flow, void *data)
{
	natgw_wheel_move(nn, flow);
}

/**
 * natgw_flow_count() - how many flows a filter includes
 * @nn: the namespace, started
 * @filter: which
 *
 * Context: process. Return: the number; where the table goes on being resized
 * under it, one that may be too high.
 */
unsigned int natgw_flow_count(struct natgw_net *nn,
			      const struct natgw_filter *filter)
{
	unsigned int tries = NATGW_FLOW_PATIENCE;
	unsigned int seen;
	bool again;

	do {
		seen = natgw_flow_visit(nn, filter, visit_count, NULL, &again);
	} while (again && --tries);
	return seen;
}

/**
 * natgw_flow_flush() - end the flows that a filter includes
 * @nn: the namespace, started
 * @filter: which
 * @why: enum natgw_flow_end
 *
 * Context: process. What the packet path creates meanwhile may stay.
 *
 * Return: how many matched.
 */
unsigned int natgw_flow_flush(struct natgw_net *nn,
			      const struct natgw_filter *filter,
			      enum natgw_flow_end why)
{
	unsigned int tries = NATGW_FLOW_PATIENCE;
	unsigned int seen = 0;
	bool again;

	do {
		seen += natgw_flow_visit(nn, filter, visit_kill, &why, &again);
	} while (again && --tries);
	return seen;
}

/**
 * natgw_flow_purge() - end flows of which nobody makes any more
 * @nn: the namespace, started
 * @filter: which
 * @why: enum natgw_flow_end
 *
 * Context: process. None is in the table when it returns, and none is being
 * ended by somebody else.
 */
void natgw_flow_purge(struct natgw_net *nn, const struct natgw_filter *filter,
		      enum natgw_flow_end why)
{
	int round;

	/* Who has claimed a flow ends it in the same RCU section. By the second
	 * round, what became held instead can be seen.
	 */
	for (round = 0; round < 2; round++) {
		while (natgw_flow_flush(nn, filter, why))
			cond_resched();
		synchronize_net();
	}
}

/**
 * natgw_flow_replace() - have flows looked at by their present time-outs
 * @nn: the namespace, started
 * @filter: which
 *
 * Context: process.
 */
void natgw_flow_replace(struct natgw_net *nn, const struct natgw_filter *filter)
{
	unsigned int tries = NATGW_FLOW_PATIENCE;
	bool again;

	do {
		natgw_flow_visit(nn, filter, visit_move, NULL, &again);
	} while (again && --tries);
}
