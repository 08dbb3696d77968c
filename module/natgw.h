/* SPDX-License-Identifier: GPL-2.0 */
/* What all of the module shares: the namespace's instance and the limits. */
#ifndef _NATGW_H
#define _NATGW_H

#include <linux/netfilter.h>
#include <linux/rhashtable-types.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <uapi/linux/natgw.h>

struct natgw_answers;
struct natgw_crowd;
struct natgw_drops;
struct natgw_fragments;
struct natgw_hops;
struct natgw_idle;
struct nf_hook_entries;
struct socket;
struct natgw_wheel;

enum {
	NATGW_PORT_MIN = 1024,		/* RFC 6056 section 3.2 */
	NATGW_PORTS = 65536 - NATGW_PORT_MIN,
	NATGW_HOOKS = 2,
	NATGW_RECENT = 16,
	NATGW_PASSED_BY = 3,		/* netfilter hooks that fast.c passes by */
};

/* Hooks on devices (gate.c) */
enum natgw_gate {
	NATGW_GATE_IN,			/* the fast path begins */
	NATGW_GATE_OUT,			/* the guard looks */
	NATGW_GATES
};

/* What is listened to (watch.c) */
enum natgw_watch {
	NATGW_WATCH_RULES,		/* nf_tables */
	NATGW_WATCH_SETTINGS,		/* net.ipv4.conf */
	NATGW_WATCHES
};

/**
 * struct natgw_net - natgw's part of a network namespace
 * @net: the namespace
 * @list: among those that are started, natgw_nets
 * @started: flows, wheel and hooks exist. Set once, under RTNL, when the first
 *	gateway is created; read with smp_load_acquire() by anybody else
 * @flows: both nodes of every flow, by tuple
 * @purges: how many are ending many of them
 * @crowds: what is known of the ports towards crowded destinations
 * @recent: some of them that were of use lately, to be found without a search
 * @crossed: an original tuple has been in the way of a reply's; see crowd.c
 * @clients: inside hosts that have flows, by gateway and block of addresses
 * @wheel: when flows are to be looked at for idleness; @wheels shards
 * @wheels: number of shards
 * @dead: flows that it has ended in its last turn; only @tick looks at them
 * @grace: after which grace period they may be freed
 * @tick: the work that turns the wheel, once a second
 * @gateways: list of struct natgw_gw; written under RTNL, read under RCU
 * @fences: list of struct natgw_fence; likewise
 * @n_fences: how many there are; RTNL
 * @labels: names of inside hosts; under RTNL
 * @n_labels: how many
 * @seq: changes with the configuration, so that a dump sees that it was
 *	disturbed; under RTNL
 * @next_id: for the next gateway
 * @draining: addresses that are draining; under RTNL, read without it as a hint
 * @flow_lock: for @flow_seq, and so that events of flows are sent in its order
 * @flow_seq: numbers of the last such events, by enum natgw_event
 * @looked: when top.c has looked at all flows last, in milliseconds since the boot,
 *	or 0; under the family's lock
 * @answers: what natgw itself still has to say
 * @fragments: packets whose fragments are passed on one by one
 * @drops: packets that were dropped
 * @idle: flows that ended because they were idle
 * @ops: netfilter hooks, as they are registered
 * @hops: next hops of the fast path
 * @gates: hooks on devices, one of a kind for each device; under RTNL
 * @fast: a gateway has the fast path switched on; changes under RTNL
 * @guarded: packets may leave past POST_ROUTING; changes under RTNL
 * @policed: others than natgw have something to say to forwarded packets
 * @watch: hear of changes of rules and settings, or NULL
 * @hooks: who has, when it was last looked, by netfilter hook; to compare only
 */
struct natgw_net {
	struct net *net;
	struct list_head list;
	bool started;
	struct rhashtable flows;
	atomic_t purges;
	struct rhashtable crowds;
	struct natgw_crowd __rcu *recent[NATGW_RECENT];
	bool crossed;
	struct rhashtable clients;
	struct natgw_wheel *wheel;
	unsigned int wheels;
	struct hlist_head dead;
	unsigned long grace;
	struct delayed_work tick;
	struct list_head gateways;
	struct list_head fences;
	unsigned int n_fences;
	struct list_head labels;
	unsigned int n_labels;
	unsigned int seq;
	u16 next_id;
	unsigned int draining;
	spinlock_t flow_lock;	/* for @flow_seq */
	u32 flow_seq[NATGW_EVENT_DELETE + 1];
	u64 looked;
	struct natgw_answers *answers;
	struct natgw_fragments *fragments;
	struct natgw_drops *drops;
	struct natgw_idle *idle;
	struct nf_hook_ops ops[NATGW_HOOKS];
	struct natgw_hops *hops;
	struct list_head gates[NATGW_GATES];
	bool fast;
	bool guarded;
	bool policed;
	struct socket *watch[NATGW_WATCHES];
	const struct nf_hook_entries *hooks[NATGW_PASSED_BY];
};

extern unsigned int natgw_net_id;

/* Those that are started, also while they go; under RTNL. The kernel's own list of
 * namespaces has lost one before its devices are gone.
 */
extern struct list_head natgw_nets;

static inline struct natgw_net *natgw_net(const struct net *net)
{
	return net_generic(net, natgw_net_id);
}

/* natgw_net_started - may the table and the wheel be used? */
static inline bool natgw_net_started(const struct natgw_net *nn)
{
	/* Pairs with the release in natgw_net_start(). */
	return smp_load_acquire(&nn->started);
}

int natgw_net_start(struct natgw_net *nn);
int natgw_net_init(void);
void natgw_net_exit(void);

#endif /* _NATGW_H */
