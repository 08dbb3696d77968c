/* SPDX-License-Identifier: GPL-2.0 */
/* Next hops that packets can be sent to without asking the routing table. */
#ifndef _NATGW_HOP_H
#define _NATGW_HOP_H

#include <linux/netdevice.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "natgw.h"

enum {
	NATGW_HOP_BITS = 12,
	NATGW_HOPS = 1 << NATGW_HOP_BITS,
};

/**
 * struct natgw_hop - a next hop
 * @rt: the route that led there, with a reference
 * @neigh: who is there, with a reference
 * @dev: the way to them
 * @id: its number; the lower NATGW_HOP_BITS are its place
 * @born: low bits of jiffies when it was made
 * @used: low bits of jiffies when it was last looked for, coarse
 * @mtu: longest packet that the route takes
 * @rcu: to be freed by
 *
 * Never changed but for @used. Flows know a hop by its number, and whoever has
 * looked it up may use it until the end of the RCU section. So a hop can be
 * forgotten at any time without asking the flows: their packets take the slow
 * path then, which finds a new one.
 */
struct natgw_hop {
	struct rtable *rt;
	struct neighbour *neigh;
	struct net_device *dev;
	u32 id;
	u32 born;
	u32 used;
	u32 mtu;
	struct rcu_head rcu;
};

/**
 * struct natgw_hops - the next hops of a namespace
 * @lock: held to put one in or take one out; interrupts disabled
 * @numbers: numbers given away so far
 * @sweep: where the search for unused ones goes on
 * @again: sweeps until all are forgotten once more
 * @closed: none is to come any more
 * @slot: by the lower bits of their number
 */
struct natgw_hops {
	spinlock_t lock; /* see above */
	u32 numbers;
	u32 sweep;
	u8 again;
	bool closed;
	struct natgw_hop __rcu *slot[NATGW_HOPS];
};

/**
 * natgw_hop_get() - a next hop by its number
 * @nn: the namespace
 * @id: its number, not 0
 * @armed: low bits of jiffies when the number was given out
 *
 * Numbers come again after a long time. One that is younger than what the caller
 * has in hand is not meant.
 *
 * Context: RCU. Return: a hop that is still good, or NULL.
 */
static inline const struct natgw_hop *
natgw_hop_get(const struct natgw_net *nn, u32 id, u32 armed)
{
	const struct natgw_hop *hop;

	hop = rcu_dereference(nn->hops->slot[id & (NATGW_HOPS - 1)]);
	if (!hop || hop->id != id || (s32)(armed - hop->born) < 0)
		return NULL;
	/* What dst_check() asks of a route, without the call. */
	if (READ_ONCE(hop->rt->dst.obsolete) != DST_OBSOLETE_FORCE_CHK ||
	    hop->rt->rt_genid != rt_genid_ipv4(nn->net))
		return NULL;
	/* Of a neighbour that is unreachable the sender has to hear. */
	if (READ_ONCE(hop->neigh->dead) ||
	    !(READ_ONCE(hop->neigh->nud_state) & NUD_VALID))
		return NULL;
	return hop;
}

u32 natgw_hop_find(struct natgw_net *nn, const struct sk_buff *skb);
void natgw_hop_forget(struct natgw_net *nn);
void natgw_hop_close(struct natgw_net *nn);
void natgw_hop_sweep(struct natgw_net *nn);
int natgw_hop_init(struct natgw_net *nn);
void natgw_hop_exit(struct natgw_net *nn);

#endif /* _NATGW_HOP_H */
