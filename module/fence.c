// SPDX-License-Identifier: GPL-2.0
/* Fences: a gateway that is deleted, or loses an inside prefix, leaves its
 * sources without translation but not without a route. As behind a managed
 * gateway, whose routes turn into black holes, they go nowhere then, until
 * another gateway takes them or somebody lifts the fence.
 */
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "gateway.h"

static const struct natgw_prefix any;

/* inside - is an address behind the device too, gateway or not? */
static bool inside(struct natgw_net *nn, int ifindex, __be32 addr)
{
	const struct natgw_config *config;
	const struct natgw_fence *fence;
	const struct natgw_gw *gw;

	list_for_each_entry_rcu(gw, &nn->gateways, list) {
		config = rcu_dereference(gw->config);
		if ((config->ifindex == ifindex || config->awaits == ifindex) &&
		    natgw_config_inside(config, addr))
			return true;
	}
	list_for_each_entry_rcu(fence, &nn->fences, list)
		if (fence->ifindex == ifindex && fence->prefix.mask &&
		    natgw_prefix_has(&fence->prefix, addr))
			return true;
	return false;
}

/* keeps_in - does a packet have to stay, where the sources of a prefix do? */
static bool keeps_in(struct natgw_net *nn, int ifindex,
		     const struct natgw_prefix *prefix, const struct iphdr *iph)
{
	enum natgw_side side;

	if (!natgw_prefix_has(prefix, iph->saddr))
		return false;
	side = natgw_side(nn->net, ifindex, iph->saddr);
	if (prefix->mask)
		return side != NATGW_SIDE_HOST &&
		       !inside(nn, ifindex, iph->daddr);
	return side == NATGW_SIDE_INSIDE;
}

static struct natgw_fence *find(struct natgw_net *nn, int ifindex,
				const struct iphdr *iph)
{
	struct natgw_fence *fence;

	list_for_each_entry_rcu(fence, &nn->fences, list)
		if (fence->ifindex == ifindex &&
		    keeps_in(nn, ifindex, &fence->prefix, iph))
			return fence;
	return NULL;
}

/* awaited - is a packet of a gateway that waits for the device? */
static bool awaited(struct natgw_net *nn, int ifindex, const struct iphdr *iph)
{
	const struct natgw_config *config;
	const struct natgw_gw *gw;
	unsigned int i;

	list_for_each_entry_rcu(gw, &nn->gateways, list) {
		config = rcu_dereference(gw->config);
		if (config->awaits != ifindex)
			continue;
		if (!config->n_inside && keeps_in(nn, ifindex, &any, iph))
			return true;
		for (i = 0; i < config->n_inside; i++)
			if (keeps_in(nn, ifindex, &config->inside[i], iph))
				return true;
	}
	return false;
}

/**
 * natgw_fence_keeps() - may a packet not leave as it is?
 * @nn: the namespace
 * @ifindex: the device that it leaves through
 * @iph: its header; no gateway translates it
 *
 * Context: RCU.
 */
bool natgw_fence_keeps(struct natgw_net *nn, int ifindex,
		       const struct iphdr *iph)
{
	return find(nn, ifindex, iph) || awaited(nn, ifindex, iph);
}

/**
 * natgw_fence_stops() - the same for a packet that is about to leave
 * @nn: the namespace
 * @ifindex: the device that it leaves through
 * @skb: the packet, which no gateway translates
 *
 * Context: RCU. Return: true, counted, when it has to be dropped.
 */
bool natgw_fence_stops(struct natgw_net *nn, int ifindex,
		       const struct sk_buff *skb)
{
	struct natgw_fence *fence = find(nn, ifindex, ip_hdr(skb));

	if (!fence)
		return awaited(nn, ifindex, ip_hdr(skb));
	atomic64_add(natgw_stats_packets(skb), &fence->drops);
	return true;
}

/* fenced - is there one already? @n says how many the device has. */
static bool fenced(struct natgw_net *nn, int ifindex,
		   const struct natgw_prefix *prefix, unsigned int *n)
{
	struct natgw_fence *fence;

	*n = 0;
	list_for_each_entry(fence, &nn->fences, list) {
		if (fence->ifindex != ifindex)
			continue;
		if (fence->prefix.addr == prefix->addr &&
		    fence->prefix.mask == prefix->mask)
			return true;
		++*n;
	}
	return false;
}

static int fence_add(struct natgw_net *nn, int ifindex,
		     const struct natgw_prefix *prefix)
{
	struct natgw_fence *fence;
	unsigned int n;

	if (fenced(nn, ifindex, prefix, &n))
		return 0;
	/* Those of a device are told in one message. */
	if (n == NATGW_MAX_DEVICE_FENCES || nn->n_fences == NATGW_MAX_FENCES)
		return -ENOSPC;
	fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);
	if (!fence)
		return -ENOMEM;
	fence->ifindex = ifindex;
	fence->prefix = *prefix;
	list_add_tail_rcu(&fence->list, &nn->fences);
	nn->n_fences++;
	return 0;
}

static void lift(struct natgw_net *nn, struct natgw_fence *fence)
{
	nn->n_fences--;
	list_del_rcu(&fence->list);
	kfree_rcu(fence, rcu);
}

/* keeps - does a configuration still have a whole prefix inside? */
static bool keeps(const struct natgw_config *config,
		  const struct natgw_prefix *prefix)
{
	unsigned int i;

	for (i = 0; i < config->n_inside; i++)
		if (natgw_prefix_has(&config->inside[i], prefix->addr) &&
		    !(config->inside[i].mask & ~prefix->mask))
			return true;
	return !config->n_inside;
}

/**
 * natgw_fence_leave() - fence in the sources that a gateway gives up
 * @nn: the namespace
 * @old: its configuration so far
 * @new: its next one, or NULL when it is being deleted
 *
 * To be called before the change, so that no packet falls between the two.
 *
 * Context: RTNL. Return: 1 when there is a fence now, 0 when none was needed,
 * -ENOMEM, or -ENOSPC where there are too many; there is none then that was not there
 * before.
 */
int natgw_fence_leave(struct natgw_net *nn, const struct natgw_config *old,
		      const struct natgw_config *new)
{
	int ifindex = old->ifindex ?: old->awaits;
	struct list_head *last = nn->fences.prev;
	unsigned int i;
	int left = 0;
	int err;

	if (!ifindex)
		return 0;
	if (!old->n_inside) {
		if (new && !new->n_inside)
			return 0;
		err = fence_add(nn, ifindex, &any);
		return err ?: 1;
	}
	for (i = 0; i < old->n_inside; i++) {
		if (new && keeps(new, &old->inside[i]))
			continue;
		err = fence_add(nn, ifindex, &old->inside[i]);
		if (err)
			goto err_lift;
		left = 1;
	}
	return left;

err_lift:
	while (nn->fences.prev != last)
		lift(nn, list_last_entry(&nn->fences, struct natgw_fence, list));
	return err;
}

/**
 * natgw_fence_del() - lift the fences of a device
 * @nn: the namespace
 * @ifindex: the device; 0 for all devices
 *
 * Context: RTNL. Return: whether there was one.
 */
bool natgw_fence_del(struct natgw_net *nn, int ifindex)
{
	struct natgw_fence *fence, *next;
	bool found = false;

	list_for_each_entry_safe(fence, next, &nn->fences, list) {
		if (ifindex && fence->ifindex != ifindex)
			continue;
		lift(nn, fence);
		found = true;
	}
	return found;
}
