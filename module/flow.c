// SPDX-License-Identifier: GPL-2.0
#include <linux/siphash.h>
#include <linux/slab.h>

#include "crowd.h"
#include "event.h"
#include "flow.h"
#include "gateway.h"
#include "wheel.h"

static struct kmem_cache *flow_cache;

static hsiphash_key_t flow_key __read_mostly;

/**
 * natgw_tuple_hash() - hash a tuple, whatever its direction
 * @data: a struct natgw_tuple
 * @len: unused
 * @seed: the table's, which a rehash changes
 *
 * A key of this boot keeps anybody outside from choosing tuples that share a
 * bucket.
 *
 * Context: any.
 */
u32 natgw_tuple_hash(const void *data, u32 len, u32 seed)
{
	const struct natgw_tuple *tuple = data;

	return hsiphash_4u32((__force u32)tuple->src, (__force u32)tuple->dst,
			     (__force u32)tuple->sport << 16 |
			     (__force u32)tuple->dport,
			     seed ^ tuple->proto, &flow_key);
}

static int flow_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct natgw_node *node = obj;
	const struct natgw_tuple *a = arg->key;
	const struct natgw_tuple *b = &node->tuple;

	return a->src != b->src || a->dst != b->dst || a->sport != b->sport ||
	       a->dport != b->dport || a->proto != b->proto;
}

static const struct rhashtable_params flow_params = {
	.head_offset = offsetof(struct natgw_node, head),
	.key_offset = offsetof(struct natgw_node, tuple),
	.key_len = sizeof(struct natgw_tuple),
	.hashfn = natgw_tuple_hash,
	.obj_cmpfn = flow_cmp,
	.min_size = 1024,
	.automatic_shrinking = true,
};

/**
 * natgw_flow_remaining() - how long until a flow has been idle for too long
 * @flow: a flow
 *
 * Context: RCU. Return: jiffies; zero or less once it has expired.
 */
s32 natgw_flow_remaining(const struct natgw_flow *flow)
{
	const struct natgw_config *config = rcu_dereference(flow->gw->config);
	u32 timeout = config->timeout[READ_ONCE(flow->state)] * HZ +
		      NATGW_FLOW_GRAIN;

	/* Time-outs are at most a week, so the difference never wraps. */
	return (s32)(READ_ONCE(flow->used) + timeout - (u32)jiffies);
}

static struct natgw_node *find_node(struct natgw_net *nn,
				    const struct natgw_tuple *tuple)
{
	return rhashtable_lookup(&nn->flows, tuple, flow_params);
}

/**
 * natgw_flow_find() - the flow of a packet
 * @nn: the namespace
 * @tuple: the packet's
 * @dir: the direction in which the packet is to belong to it
 *
 * A flow that has been idle for its time-out is gone, whether or not the wheel
 * has come round to it: found on the way out, it is ended here, so that its
 * tuple can be used anew.
 *
 * Context: softirq, RCU. Return: a flow to be used inside the RCU section, or
 * NULL.
 */
struct natgw_flow *natgw_flow_find(struct natgw_net *nn,
				   const struct natgw_tuple *tuple,
				   enum natgw_dir dir)
{
	struct natgw_node *node = find_node(nn, tuple);
	struct natgw_flow *flow;

	if (!node || node->tuple.dir != dir)
		return NULL;
	flow = natgw_flow_of(node);
	if (natgw_flow_remaining(flow) > 0)
		return flow;
	if (dir == NATGW_DIR_ORIGINAL)
		natgw_flow_kill(nn, flow, NATGW_FLOW_END_IDLE);
	return NULL;
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
	return find_node(nn, tuple);
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
	struct natgw_node *node = find_node(nn, tuple);

	return node && natgw_flow_remaining(natgw_flow_of(node)) > 0;
}

/**
 * natgw_flow_alloc() - a flow that is in no table yet
 * @gw: its gateway, on whose limit it counts from now on
 * @addr: its address
 * @kind: whose connection it is
 * @original: its original tuple; the reply tuple lacks only the port
 *
 * Context: softirq, RCU. Return: a flow for natgw_flow_insert() or
 * natgw_flow_discard(); ERR_PTR(-ENFILE) when the gateway has its most flows,
 * ERR_PTR(-ENOMEM).
 */
struct natgw_flow *natgw_flow_alloc(struct natgw_gw *gw,
				    struct natgw_addr *addr,
				    enum natgw_flow_kind kind,
				    const struct natgw_tuple *original)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	struct natgw_flow *flow;
	int err = -ENFILE;

	if (atomic_inc_return(&gw->flows) > config->max_flows)
		goto err_flows;
	/* What answers outsiders make this host send must not crowd out the
	 * clients.
	 */
	if (kind == NATGW_FLOW_KIND_HOST &&
	    atomic_inc_return(&gw->host_flows) > config->max_flows / 8 + 1)
		goto err_host;
	err = -ENOMEM;
	flow = kmem_cache_alloc(flow_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!flow)
		goto err_host;

	flow->node[NATGW_DIR_ORIGINAL].tuple = *original;
	flow->node[NATGW_DIR_ORIGINAL].tuple.dir = NATGW_DIR_ORIGINAL;
	flow->node[NATGW_DIR_REPLY].tuple = natgw_tuple_invert(original);
	flow->node[NATGW_DIR_REPLY].tuple.dst = addr->wire;
	flow->node[NATGW_DIR_REPLY].tuple.dir = NATGW_DIR_REPLY;
	flow->gw = gw;
	flow->addr = addr;
	flow->used = (u32)jiffies;
	flow->state = 0;
	flow->kind = kind;
	flow->tcp = 0;
	flow->wheel = smp_processor_id() % gw->nn->wheels;
	flow->iif = 0;
	flow->flags = 0;
	INIT_HLIST_NODE(&flow->turn);
	atomic_inc(&addr->flows);
	return flow;

err_host:
	if (kind == NATGW_FLOW_KIND_HOST)
		atomic_dec(&gw->host_flows);
err_flows:
	atomic_dec(&gw->flows);
	return ERR_PTR(err);
}

static void flow_uncount(const struct natgw_flow *flow)
{
	atomic_dec(&flow->addr->flows);
	if (flow->kind == NATGW_FLOW_KIND_HOST)
		atomic_dec(&flow->gw->host_flows);
	atomic_dec(&flow->gw->flows);
}

static void flow_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(flow_cache, container_of(rcu, struct natgw_flow, rcu));
}

static void remove_node(struct natgw_net *nn, struct natgw_flow *flow,
			enum natgw_dir dir)
{
	rhashtable_remove_fast(&nn->flows, &flow->node[dir].head, flow_params);
}

static void remove_reply(struct natgw_net *nn, struct natgw_flow *flow)
{
	remove_node(nn, flow, NATGW_DIR_REPLY);
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
	flow_uncount(flow);
	call_rcu(&flow->rcu, flow_free_rcu);
}

/**
 * natgw_flow_insert_reply() - take a reply tuple
 * @nn: the namespace
 * @flow: from natgw_flow_alloc(), with the port of its reply tuple set
 *
 * The table is what decides who has a port: two CPUs that want the same one
 * for the same destination insert the same tuple, and one of them fails.
 *
 * Context: softirq, RCU. Return: 0; -EEXIST when it is taken; -ENOMEM or what
 * else the table says when it cannot grow.
 */
int natgw_flow_insert_reply(struct natgw_net *nn, struct natgw_flow *flow)
{
	return rhashtable_lookup_insert_fast(&nn->flows,
					     &flow->node[NATGW_DIR_REPLY].head,
					     flow_params);
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

	err = rhashtable_lookup_insert_fast(&nn->flows,
					    &flow->node[NATGW_DIR_ORIGINAL].head,
					    flow_params);
	if (err) {
		remove_reply(nn, flow);
		return err;
	}
	natgw_wheel_add(nn, flow);
	natgw_stats_add(flow->gw->stats, NATGW_A_COUNTERS_FLOWS_CREATED, 1);
	natgw_event_flow(nn, flow, NATGW_EVENT_ADD, 0);
	return 0;
}

/**
 * natgw_flow_claim() - become the one who ends a flow
 * @flow: a flow
 *
 * Context: any, RCU or the wheel's lock. Return: whether the caller now has to
 * take it off the wheel and call natgw_flow_end().
 */
bool natgw_flow_claim(struct natgw_flow *flow)
{
	return !test_and_set_bit(NATGW_FLOW_DYING, &flow->flags);
}

/**
 * natgw_flow_end() - take a claimed flow out of the table
 * @nn: the namespace
 * @flow: claimed by the caller, and off the wheel
 * @why: enum natgw_flow_end
 *
 * Context: bottom halves disabled. @flow must not be used afterwards, unless
 * inside an RCU section that began before.
 */
void natgw_flow_end(struct natgw_net *nn, struct natgw_flow *flow,
		    enum natgw_flow_end why)
{
	/* The original tuple first: nobody may find it and send a packet whose
	 * answer finds nothing.
	 */
	remove_node(nn, flow, NATGW_DIR_ORIGINAL);
	remove_reply(nn, flow);
	natgw_stats_add(flow->gw->stats, NATGW_A_COUNTERS_FLOWS_ENDED, 1);
	if (why == NATGW_FLOW_END_IDLE)
		natgw_stats_add(flow->gw->stats, NATGW_A_COUNTERS_FLOWS_IDLE,
				1);
	natgw_event_flow(nn, flow, NATGW_EVENT_DELETE, why);
	flow_uncount(flow);
	call_rcu(&flow->rcu, flow_free_rcu);
}

/**
 * natgw_flow_kill() - end a flow, unless somebody else is doing that
 * @nn: the namespace
 * @flow: a flow
 * @why: enum natgw_flow_end
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_flow_kill(struct natgw_net *nn, struct natgw_flow *flow,
		     enum natgw_flow_end why)
{
	if (!natgw_flow_claim(flow))
		return;
	natgw_wheel_del(nn, flow);
	natgw_flow_end(nn, flow, why);
}

/**
 * natgw_flow_table_init() - a namespace's table
 * @nn: the namespace
 *
 * Context: process. Return: 0 or an error.
 */
int natgw_flow_table_init(struct natgw_net *nn)
{
	return rhashtable_init(&nn->flows, &flow_params);
}

/**
 * natgw_flow_table_exit() - end all flows and free the table
 * @nn: the namespace, whose hooks and wheel work are gone
 *
 * Context: process.
 */
void natgw_flow_table_exit(struct natgw_net *nn)
{
	static const struct natgw_filter all;

	natgw_flow_purge(nn, &all, NATGW_FLOW_END_GATEWAY);
	rhashtable_destroy(&nn->flows);
}

int natgw_flow_init(void)
{
	get_random_bytes(&flow_key, sizeof(flow_key));
	flow_cache = KMEM_CACHE(natgw_flow, SLAB_HWCACHE_ALIGN);
	return flow_cache ? 0 : -ENOMEM;
}

/* natgw_flow_exit - after every namespace is gone and rcu_barrier() */
void natgw_flow_exit(void)
{
	kmem_cache_destroy(flow_cache);
}
