// SPDX-License-Identifier: GPL-2.0
/* Visits to many flows: what filters include, and what is done about it. */
#include <linux/netdevice.h>
#include <linux/prefetch.h>

#include "flow.h"
#include "gateway.h"
#include "wheel.h"

/* Nodes that are looked at in one RCU section, or buckets without any; and buckets
 * that a walk looks ahead
 */
enum { BATCH = 32, EMPTY = 4096, AHEAD = 12 };

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

/**
 * natgw_flow_stands() - does a node stand for its flow in a walk?
 * @node: the node
 * @flow: the flow
 *
 * A flow is in the table twice; visit it once. One that is held has only its
 * reply tuple there. Mappings are visited as little as any other memory: they go
 * with their flows.
 *
 * Context: RCU.
 */
bool natgw_flow_stands(const struct natgw_node *node,
		       const struct natgw_flow *flow)
{
	if (READ_ONCE(flow->state) == NATGW_FLOW_STATE_HELD)
		return node->tuple.dir == NATGW_DIR_REPLY;
	return node->tuple.dir == NATGW_DIR_ORIGINAL &&
	       node->tuple.scope == NATGW_SCOPE_FLOW;
}

/**
 * natgw_walk_start() - go on with a walk through a table, or begin it
 * @iter: the walk
 *
 * If the node where the walk was is gone meanwhile, the iterator has only its
 * place in the chain, which now may be another node's, further on. Take the
 * chain from its beginning again rather than miss one.
 *
 * Context: process. Return: whether it begins anew, as the table was resized.
 */
bool natgw_walk_start(struct rhashtable_iter *iter)
	__acquires(RCU)
{
	bool anew = rhashtable_walk_start_check(iter) == -EAGAIN;

	/* Kernels leave a node of the old table there, which may have been freed,
	 * but for the latest.
	 */
	if (anew)
		iter->p = NULL;
	if (!iter->p)
		iter->skip = 0;
	return anew;
}

/* look_ahead - fetch what the walk comes to soon */
static void look_ahead(const struct rhashtable_iter *iter)
{
	const struct bucket_table *tbl = iter->walker.tbl;
	unsigned int slot = iter->slot + AHEAD;

	if (tbl && slot < tbl->size)
		prefetch(rht_ptr_rcu(rht_bucket(tbl, slot)));
}

/* pass_empty - go on to the next bucket that has nodes
 *
 * The walk itself would do so without ever giving way, and a table that was large a
 * moment ago has millions without. Returns false where so many were passed that others
 * are to have the processor first.
 */
static bool pass_empty(struct rhashtable_iter *iter)
{
	const struct bucket_table *tbl = iter->walker.tbl;
	unsigned int left = EMPTY;

	if (iter->p) {
		if (!rht_is_a_nulls(rcu_dereference(iter->p->next)))
			return true;
		iter->p = NULL;
		iter->skip = 0;
		iter->slot++;
	}
	if (iter->skip)
		return true;
	for (; iter->slot < tbl->size; iter->slot++) {
		if (!rht_is_a_nulls(rht_ptr_rcu(rht_bucket(tbl, iter->slot))))
			return true;
		if (!--left)
			return false;
	}
	return true;
}

/* gather - the next nodes of a walk, at most BATCH; @end tells its end
 *
 * A million flows are in no cache. What is looked at next is fetched for all of them
 * at once, not waited for one by one.
 */
static unsigned int gather(struct rhashtable_iter *iter,
			   struct natgw_node **batch, bool *again, bool *end)
{
	struct natgw_node *node;
	unsigned int n = 0;

	while (n < BATCH && pass_empty(iter)) {
		node = rhashtable_walk_next(iter);
		if (IS_ERR(node)) {
			*again = true;
			continue;
		}
		*end = !node;
		if (!node)
			break;
		look_ahead(iter);
		prefetch(&natgw_flow_of(node)->gw);
		batch[n++] = node;
	}
	return n;
}

/* expect - fetch what is written when a flow ends: the bucket of its other tuple */
static void expect(struct natgw_net *nn, const struct natgw_flow *flow)
{
	const struct bucket_table *tbl = rcu_dereference(nn->flows.tbl);

	prefetch(rht_bucket(tbl, rht_bucket_index(tbl, flow->reply.hash)));
}

/* sift - of some nodes those flows that are to be visited; returns how many */
static unsigned int sift(struct natgw_node *const *batch, unsigned int n,
			 const struct natgw_filter *filter,
			 struct natgw_flow **flows)
{
	struct natgw_flow *flow;
	unsigned int found = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		flow = natgw_flow_of(batch[i]);
		if (!natgw_flow_stands(batch[i], flow) ||
		    !natgw_flow_matches(flow, filter))
			continue;
		prefetch(&flow->reply);
		flows[found++] = flow;
	}
	return found;
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
	struct natgw_node *batch[BATCH];
	struct natgw_flow *flows[BATCH];
	struct rhashtable_iter iter;
	unsigned int i, n, found;
	unsigned int seen = 0;
	bool end = false;

	*again = false;
	rhashtable_walk_enter(&nn->flows, &iter);
	do {
		*again |= natgw_walk_start(&iter);
		n = gather(&iter, batch, again, &end);
		found = sift(batch, n, filter, flows);
		local_bh_disable();
		for (i = 0; i < found; i++)
			expect(nn, flows[i]);
		for (i = 0; i < found; i++)
			visit(nn, flows[i], data);
		local_bh_enable();
		rhashtable_walk_stop(&iter);
		cond_resched();
		seen += found;
	} while (!end);
	rhashtable_walk_exit(&iter);
	return seen;
}

static void visit_count(struct natgw_net *nn, struct natgw_flow *flow,
			void *data)
{
}

struct killing {
	enum natgw_flow_end why;
	struct hlist_head dead;
};

static void visit_kill(struct natgw_net *nn, struct natgw_flow *flow, void *data)
{
	struct killing *killing = data;

	if (!natgw_flow_claim(flow))
		return;
	natgw_wheel_del(nn, flow);
	natgw_flow_end_many(nn, flow, killing->why, &killing->dead);
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

/* kill - end the flows that a filter includes; returns how many
 *
 * Meanwhile the table is not made smaller: that would move flows which are about to
 * go.
 */
static unsigned int kill(struct natgw_net *nn,
			 const struct natgw_filter *filter,
			 struct killing *killing)
{
	unsigned int tries = NATGW_FLOW_PATIENCE;
	unsigned int seen = 0;
	bool again;

	atomic_inc(&nn->purges);
	natgw_flow_table_fit(nn);
	do {
		seen += natgw_flow_visit(nn, filter, visit_kill, killing, &again);
	} while (again && --tries);
	atomic_dec(&nn->purges);
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
	struct killing killing = { .why = why };
	unsigned int seen = kill(nn, filter, &killing);

	if (!hlist_empty(&killing.dead)) {
		synchronize_net();
		natgw_flow_bury(&killing.dead);
	}
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
	struct killing killing = { .why = why };
	int round;

	/* Who has claimed a flow ends it in the same RCU section. By the second
	 * round, what became held instead can be seen.
	 */
	for (round = 0; round < 2; round++) {
		while (kill(nn, filter, &killing))
			cond_resched();
		synchronize_net();
	}
	natgw_flow_bury(&killing.dead);
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
