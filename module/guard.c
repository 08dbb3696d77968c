// SPDX-License-Identifier: GPL-2.0
/* The guard: what has been forwarded past POST_ROUTING is translated, or dropped,
 * on the device that it leaves through.
 *
 * A flowtable of the host's own takes packets from the ingress of a device to
 * another device, with the inside address that conntrack knows them by. So may a
 * program on nftables' netdev hooks. Where somebody has such a hook there is one
 * of natgw's on the way out of each device; where nobody has, none.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <net/ip.h>

#include "fast.h"
#include "guard.h"
#include "hook.h"

/* outward - as if it came through POST_ROUTING. The control block is the qdisc's
 * by now.
 */
static unsigned int outward(struct natgw_ctx *ctx)
{
	struct inet_skb_parm *parm = IPCB(ctx->skb), saved = *parm;
	int offset = skb_network_offset(ctx->skb);
	unsigned int verdict;

	*parm = (struct inet_skb_parm){
		.iif = ctx->skb->skb_iif,
		.flags = IPSKB_FORWARDED,
	};
	__skb_pull(ctx->skb, offset);
	verdict = natgw_outward(ctx);
	if (verdict == NF_ACCEPT) {
		__skb_push(ctx->skb, offset);
		*IPCB(ctx->skb) = saved;
	}
	return verdict;
}

/* routed - what routing knows a device by that packets pass: a port's bridge, or itself */
static struct net_device *routed(struct net_device *dev)
{
	struct net_device *bridge = NULL;

	if (dev && netif_is_bridge_port(dev))
		bridge = netdev_master_upper_dev_get_rcu(dev);
	return bridge ?: dev;
}

/* bridged - has a frame only been passed on between ports of a bridge?
 *
 * A flowtable takes from one port and sends to another what is routed from the bridge to
 * the same bridge, whose own address is the frame's source then.
 */
static bool bridged(const struct sk_buff *skb, const struct net_device *port,
		    const struct nf_hook_state *state)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	return port != state->in && state->in == state->out &&
	       !ether_addr_equal(eth->h_source, state->out->dev_addr);
}

/**
 * natgw_guard() - the egress hook
 * @priv: the namespace's instance
 * @skb: a packet about to leave, skb->data at the link layer's header
 * @state: the device
 *
 * Packets with an address of a gateway have been translated, and those that came
 * in nowhere are this host's own.
 *
 * Context: bottom halves disabled, RCU. Return: the verdict.
 */
unsigned int natgw_guard(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	struct nf_hook_state forwarded = *state;
	const struct natgw_config *config;
	struct net_device *in;
	struct natgw_ctx ctx = {
		.nn = priv,
		.skb = skb,
		.state = &forwarded,
	};

	/* What has a VLAN's tag has passed the hook on the way out of the VLAN. */
	if (skb->protocol != htons(ETH_P_IP) || !skb->skb_iif ||
	    skb_vlan_tag_present(skb) ||
	    !pskb_network_may_pull(skb, sizeof(struct iphdr)) ||
	    natgw_gateway_by_wire(ctx.nn, ip_hdr(skb)->saddr, &config))
		return NF_ACCEPT;
	in = dev_get_by_index_rcu(state->net, skb->skb_iif);
	forwarded.in = routed(in);
	forwarded.out = routed(state->out);
	if (bridged(skb, in, &forwarded))
		return NF_ACCEPT;
	return outward(&ctx);
}

/* foreign - has somebody else a hook where a device's packets come in? */
static bool foreign(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_INGRESS
	const struct nf_hook_entries *hooks;
	unsigned int i;

	hooks = rcu_dereference(dev->nf_hooks_ingress);
	for (i = 0; hooks && i < hooks->num_hook_entries; i++)
		if (hooks->hooks[i].hook != natgw_fast)
			return true;
#endif
	return false;
}

/**
 * natgw_guard_wanted() - can packets leave past POST_ROUTING?
 * @nn: the namespace
 *
 * Context: any.
 */
bool natgw_guard_wanted(const struct natgw_net *nn)
{
	const struct net_device *dev;
	bool wanted = false;

	rcu_read_lock();
	for_each_netdev_rcu(nn->net, dev)
		wanted |= foreign(dev);
	rcu_read_unlock();
	return wanted;
}
