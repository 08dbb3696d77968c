// SPDX-License-Identifier: GPL-2.0
/* The way of a packet. PRE_ROUTING restores, POST_ROUTING translates:
 *
 *   in --> pre_routing --> route, FORWARD: the host's own rules ----+
 *           | to a gateway address: restore, or not ours            |
 *           | to an inside host: nobody outside may open            |
 *           v                                                       v
 *           the host's own stack ----------------------> post_routing --> out
 *                                 from this host: hold the port
 *                                 from the inside: translate or drop
 *
 * Connection tracking sits between the two (after the first, before the
 * second), so it and every rule that uses it see inside addresses.
 *
 * Here the hooks begin and end; what they do is in inward.c, outward.c and, for
 * packets that turn round between two inside hosts, hairpin.c.
 */
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "hook.h"

/**
 * natgw_untrack() - keep a packet from conntrack, where options ask for it
 * @ctx: the packet
 */
void natgw_untrack(const struct natgw_ctx *ctx)
{
	if (natgw_option(ctx->config, CONNTRACK) != NATGW_CONNTRACK_BYPASS)
		return;
	nf_reset_ct(ctx->skb);
	nf_ct_set(ctx->skb, NULL, IP_CT_UNTRACKED);
}

/* What this host sends itself, and what comes back from a queue to userspace, is in
 * process context.
 */
static unsigned int undisturbed(unsigned int (*step)(struct natgw_ctx *ctx),
				struct natgw_ctx *ctx)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = step(ctx);
	local_bh_enable();
	return verdict;
}

static unsigned int pre_routing(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct natgw_ctx ctx = {
		.nn = priv,
		.skb = skb,
		.state = state,
	};

	if (list_empty(&ctx.nn->gateways) || state->in->flags & IFF_LOOPBACK)
		return NF_ACCEPT;
	return in_softirq() ? natgw_inward(&ctx) :
			      undisturbed(natgw_inward, &ctx);
}

static unsigned int post_routing(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct natgw_ctx ctx = {
		.nn = priv,
		.skb = skb,
		.state = state,
	};

	if (list_empty(&ctx.nn->gateways) && list_empty(&ctx.nn->fences))
		return NF_ACCEPT;
	return in_softirq() ? natgw_outward(&ctx) :
			      undisturbed(natgw_outward, &ctx);
}

/* The hooks' argument is the namespace's instance, which each registration puts
 * into a copy: to look it up costs more than all else that is done for packets
 * which do not concern a gateway.
 *
 * Before conntrack, so that it sees what is restored; after the raw tables,
 * which see the wire. On the way out, after the host's own source translation,
 * whose results are left alone.
 */
const struct nf_hook_ops natgw_hook_ops[NATGW_HOOKS] = {
	{
		.hook = pre_routing,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK - 50,
	},
	{
		.hook = post_routing,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_NAT_SRC + 100,
	},
};
