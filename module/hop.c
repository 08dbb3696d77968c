// SPDX-License-Identifier: GPL-2.0
/* Next hops: a route and the neighbour that it leads to, found once by a packet
 * that has come all the way through the host.
 *
 * A hop is as good as its route (the kernel marks those that a change of routes,
 * rules or path MTU has made worthless) and its neighbour (whose state and
 * address the kernel keeps up to date), both of which are looked at for each
 * packet. Everything else that may change sends a notification, and that makes
 * the namespace forget all its hops: the flows that go on find them again.
 *
 * A hop has a reference to its neighbour, which has one to its device. So a
 * device waits for the hops to it, and device.c forgets them when it goes.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <net/ip.h>

#include "hop.h"

enum {
	PROBES = 8,			/* places that one hop may have */
	UNUSED = 300 * HZ,		/* then it is forgotten */
	SWEEP = NATGW_HOPS / 32,	/* places looked at in a second */
};

/* place - where a hop may be; @neigh counts only where the route does not say who
 * it leads to
 */
static u32 place(const struct rtable *rt, const struct neighbour *neigh, int i)
{
	u32 first = hash_ptr(rt, NATGW_HOP_BITS);

	if (!rt->rt_gw_family)
		first += hash_ptr(neigh, NATGW_HOP_BITS);
	return (first + i) & (NATGW_HOPS - 1);
}

/* usable - is it the hop of a route, with a certain neighbour or, by a route that
 * leads to one, with whoever that is?
 */
static bool usable(const struct natgw_hop *hop, const struct rtable *rt,
		   const struct neighbour *neigh)
{
	return hop->rt == rt && (neigh ? hop->neigh == neigh :
					 !READ_ONCE(hop->neigh->dead));
}

static void release(struct rcu_head *rcu)
{
	struct natgw_hop *hop = container_of(rcu, struct natgw_hop, rcu);

	neigh_release(hop->neigh);
	dst_release(&hop->rt->dst);
	kfree(hop);
}

/* look - the hop that is there already */
static u32 look(struct natgw_hops *hops, const struct rtable *rt,
		const struct neighbour *neigh)
{
	struct natgw_hop *hop;
	int i;

	for (i = 0; i < PROBES; i++) {
		hop = rcu_dereference(hops->slot[place(rt, neigh, i)]);
		if (!hop || !usable(hop, rt, neigh))
			continue;
		if ((u32)jiffies - READ_ONCE(hop->used) > HZ)
			WRITE_ONCE(hop->used, (u32)jiffies);
		return hop->id;
	}
	return 0;
}

static struct natgw_hop *hop_alloc(struct rtable *rt, struct neighbour *neigh)
{
	struct natgw_hop *hop = kmalloc(sizeof(*hop), GFP_ATOMIC | __GFP_NOWARN);

	if (!hop)
		return NULL;
	/* With interrupts disabled a route may be let go, but not a neighbour, the end
	 * of which would enable bottom halves.
	 */
	if (!dst_hold_safe(&rt->dst))
		goto err_route;
	if (!refcount_inc_not_zero(&neigh->refcnt))
		goto err_neigh;
	*hop = (struct natgw_hop){
		.rt = rt,
		.neigh = neigh,
		.dev = rt->dst.dev,
		.born = (u32)jiffies,
		.used = (u32)jiffies,
		.mtu = ip_dst_mtu_maybe_forward(&rt->dst, true),
	};
	return hop;

err_neigh:
	dst_release(&rt->dst);
err_route:
	kfree(hop);
	return NULL;
}

/* make - put a hop where there is room; returns its number, or 0 */
static u32 make(struct natgw_hops *hops, struct rtable *rt,
		struct neighbour *neigh)
{
	struct natgw_hop *hop;
	u32 where = 0, id;
	int i;

	for (i = 0; i < PROBES; i++) {
		where = place(rt, neigh, i);
		if (!rcu_access_pointer(hops->slot[where]))
			break;
	}
	if (i == PROBES || hops->closed)
		return 0;
	hop = hop_alloc(rt, neigh);
	if (!hop)
		return 0;
	if (!(++hops->numbers << NATGW_HOP_BITS))
		hops->numbers = 1;
	id = hops->numbers << NATGW_HOP_BITS | where;
	hop->id = id;
	rcu_assign_pointer(hops->slot[where], hop);
	return id;
}

/* Can whoever is on the way be reached by an Ethernet header, or none, alone? */
static bool direct(const struct rtable *rt)
{
	const struct dst_entry *dst = &rt->dst;

	return rt->rt_type == RTN_UNICAST && rt->rt_gw_family != AF_INET6 &&
	       !dst->lwtstate && !dst_xfrm(dst) &&
	       READ_ONCE(dst->obsolete) == DST_OBSOLETE_FORCE_CHK &&
	       netif_running(dst->dev) &&
	       READ_ONCE(dst->dev->reg_state) == NETREG_REGISTERED;
}

/**
 * natgw_hop_find() - the next hop of a packet
 * @nn: the namespace
 * @skb: a packet that has been routed
 *
 * Context: softirq, RCU. Return: its number, or 0 where there is none to be had:
 * the packet goes through a tunnel, say, or there are too many.
 */
u32 natgw_hop_find(struct natgw_net *nn, const struct sk_buff *skb)
{
	struct natgw_hops *hops = nn->hops;
	struct rtable *rt = skb_rtable(skb);
	struct neighbour *neigh;
	unsigned long flags;
	u32 id;

	/* Such a route was direct when its hop was made. What it may not be any
	 * longer is seen by whoever is about to use the hop.
	 */
	if (rt->rt_gw_family) {
		id = look(hops, rt, NULL);
		if (id)
			return id;
	}
	if (!direct(rt))
		return 0;
	neigh = ip_neigh_gw4(rt->dst.dev, rt->rt_gw_family ? rt->rt_gw4 :
							     ip_hdr(skb)->daddr);
	if (IS_ERR(neigh) || READ_ONCE(neigh->dead))
		return 0;
	id = look(hops, rt, neigh);
	if (id)
		return id;
	spin_lock_irqsave(&hops->lock, flags);
	id = look(hops, rt, neigh) ?: make(hops, rt, neigh);
	spin_unlock_irqrestore(&hops->lock, flags);
	return id;
}

static void forget(struct natgw_hops *hops, u32 where)
{
	struct natgw_hop *hop;

	hop = rcu_dereference_protected(hops->slot[where],
					lockdep_is_held(&hops->lock));
	RCU_INIT_POINTER(hops->slot[where], NULL);
	if (hop)
		call_rcu(&hop->rcu, release);
}

/**
 * natgw_hop_forget() - make every packet find its way anew
 * @nn: the namespace, started
 *
 * A packet that is past what has changed (a rule, say), and not at the end of its way
 * yet, finds a hop after that. So natgw_hop_sweep() does it again, no sooner than a
 * second later.
 *
 * Context: any; netlink reports errors with interrupts disabled (watch.c).
 */
void natgw_hop_forget(struct natgw_net *nn)
{
	struct natgw_hops *hops = nn->hops;
	unsigned long flags;
	u32 i;

	spin_lock_irqsave(&hops->lock, flags);
	for (i = 0; i < NATGW_HOPS; i++)
		forget(hops, i);
	hops->again = 2;
	spin_unlock_irqrestore(&hops->lock, flags);
}

/**
 * natgw_hop_close() - hold no device any more, from now on
 * @nn: the namespace, one of natgw_nets
 *
 * Context: RTNL, which keeps it there.
 */
void natgw_hop_close(struct natgw_net *nn)
{
	unsigned long flags;

	spin_lock_irqsave(&nn->hops->lock, flags);
	nn->hops->closed = true;
	spin_unlock_irqrestore(&nn->hops->lock, flags);
	natgw_hop_forget(nn);
}

static bool stale(const struct natgw_net *nn, const struct natgw_hop *hop)
{
	/* Older than that it would pass for younger than its flows. */
	return (u32)jiffies - hop->born > S32_MAX / 2 ||
	       (u32)jiffies - READ_ONCE(hop->used) > UNUSED ||
	       hop->rt->rt_genid != rt_genid_ipv4(nn->net) ||
	       READ_ONCE(hop->neigh->dead);
}

/**
 * natgw_hop_sweep() - forget some of the hops that are of no use any more
 * @nn: the namespace
 *
 * A flow that has found its hop does not look for it again. So one in use may be
 * forgotten too, which costs each of its flows one packet on the slow path.
 *
 * Context: process, every second.
 */
void natgw_hop_sweep(struct natgw_net *nn)
{
	struct natgw_hops *hops = nn->hops;
	const struct natgw_hop *hop;
	unsigned long flags;
	bool again;
	u32 i;

	spin_lock_irqsave(&hops->lock, flags);
	again = hops->again && !--hops->again;
	for (i = 0; i < (again ? NATGW_HOPS : SWEEP); i++) {
		u32 where = hops->sweep++ & (NATGW_HOPS - 1);

		hop = rcu_dereference_protected(hops->slot[where],
						lockdep_is_held(&hops->lock));
		if (hop && (again || stale(nn, hop)))
			forget(hops, where);
	}
	spin_unlock_irqrestore(&hops->lock, flags);
}

/**
 * natgw_hop_init() - a namespace's table of hops
 * @nn: the namespace
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int natgw_hop_init(struct natgw_net *nn)
{
	nn->hops = kvzalloc(sizeof(*nn->hops), GFP_KERNEL_ACCOUNT);
	if (!nn->hops)
		return -ENOMEM;
	spin_lock_init(&nn->hops->lock);
	return 0;
}

/**
 * natgw_hop_exit() - free it
 * @nn: the namespace, with its hooks gone, and a grace period after that
 *
 * Context: process.
 */
void natgw_hop_exit(struct natgw_net *nn)
{
	natgw_hop_forget(nn);
	kvfree(nn->hops);
	nn->hops = NULL;
}
