// SPDX-License-Identifier: GPL-2.0
/* PRE_ROUTING: what comes in for a gateway address or for an inside host. */
#include <linux/inetdevice.h>
#include <net/ip.h>

#include "account.h"
#include "answer.h"
#include "fragment.h"
#include "hook.h"
#include "host.h"
#include "icmp.h"
#include "idle.h"
#include "mapping.h"
#include "mss.h"
#include "pool.h"
#include "table.h"
#include "xlate.h"

static unsigned int to_host(const struct natgw_ctx *ctx)
{
	natgw_stats_drop(ctx->gw->stats, NATGW_A_COUNTERS_PACKETS_TO_LOCAL,
			 ctx->skb);
	return NF_ACCEPT;
}

static unsigned int to_source(const struct natgw_ctx *ctx)
{
	natgw_stats_packet(ctx->gw->stats, NATGW_OUT_SOURCE, ctx->skb);
	natgw_untrack(ctx);
	IPCB(ctx->skb)->flags |= NATGW_SKB_RESTORED;
	return NF_ACCEPT;
}

/* from_outside - does an outsider send this? Inside hosts come in from the
 * uplink only where it is also the way back to them.
 */
static bool from_outside(const struct natgw_ctx *ctx)
{
	const struct natgw_config *config = ctx->config;
	__be32 src = ip_hdr(ctx->skb)->saddr;

	return natgw_in_device(ctx) == config->ifindex &&
	       !(natgw_config_inside(config, src) &&
		 natgw_side(ctx->nn->net, config->ifindex, src) ==
		 NATGW_SIDE_UPLINK);
}

/* wants - does this host want a packet for a gateway address? The address may
 * be its own too; where it is not, the packet must not be routed on, or it
 * would come back. What a filter keeps from an inside host's port is not for
 * this host either, which would answer that the port is closed.
 */
static bool wants(struct natgw_ctx *ctx, bool filtered)
{
	const struct natgw_tuple *tuple = &ctx->pkt.tuple;
	u32 policy = natgw_option(ctx->config, UNSOLICITED);

	if (filtered || policy == NATGW_UNSOLICITED_DROP ||
	    inet_addr_type(ctx->nn->net, tuple->dst) != RTN_LOCAL)
		return false;
	/* Whether a tunnel or a ping is welcome the host itself has to say. */
	if (policy == NATGW_UNSOLICITED_LOCAL ||
	    tuple->proto == IPPROTO_ICMP ||
	    natgw_proto_portless(tuple->proto))
		return true;
	return ctx->pkt.kind == NATGW_PKT_FLOW &&
	       natgw_host_expects(ctx->nn->net, natgw_in_device(ctx), tuple);
}

/* unsolicited - for a gateway address, and of no flow */
static unsigned int unsolicited(struct natgw_ctx *ctx, bool filtered)
{
	const struct natgw_pkt *pkt = &ctx->pkt;

	if (!from_outside(ctx))
		return NF_ACCEPT;

	natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION, ctx->skb);
	if (wants(ctx, filtered))
		return to_host(ctx);
	if (pkt->kind == NATGW_PKT_MALFORMED)
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_DESTINATION_DROP_MALFORMED);
	if (natgw_option(ctx->config, SYN_ANSWER) &&
	    pkt->tuple.proto == IPPROTO_TCP && pkt->tcp == NATGW_TCP_SYN)
		natgw_answer_later(ctx->nn, ctx->skb, pkt);
	return natgw_drop(ctx, filtered ?
			  NATGW_A_COUNTERS_DESTINATION_DROP_FILTERED :
			  NATGW_A_COUNTERS_DESTINATION_DROP_UNSOLICITED);
}

static unsigned int restore(struct natgw_ctx *ctx, struct natgw_flow *flow)
{
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION, ctx->skb);
	if (!natgw_note_packet(ctx->config, &ctx->pkt, flow, NATGW_DIR_REPLY))
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_DESTINATION_DROP_TCP_RESET);
	if ((natgw_mss_wanted(&ctx->pkt, ctx->config) &&
	     !natgw_mss_clamp(ctx->skb, &ctx->pkt, ctx->config,
			      ctx->state->in->mtu)) ||
	    !natgw_xlate_destination(ctx->skb, &ctx->pkt, flow))
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY);
	natgw_account(flow, NATGW_DIR_REPLY, ctx->skb);
	if (flow->kind == NATGW_FLOW_KIND_HOST)
		return to_host(ctx);
	if (ctx->pkt.first)
		natgw_fragment_remember(ctx, NATGW_DIR_REPLY,
					ip_hdr(ctx->skb)->id);
	return to_source(ctx);
}

/* restore_later - a fragment whose first one was restored */
static unsigned int restore_later(struct natgw_ctx *ctx)
{
	int err = natgw_fragment_follow(ctx, NATGW_DIR_REPLY);

	natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION, ctx->skb);
	switch (err) {
	case 0:
		return to_source(ctx);
	case -ENOMEM:
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY);
	default:
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_DESTINATION_DROP_MALFORMED);
	}
}

static unsigned int restore_error(struct natgw_ctx *ctx)
{
	enum natgw_icmp what = natgw_icmp_in(ctx->nn, ctx->skb, &ctx->pkt);

	/* An inside host's, that is about no flow, is judged where it goes. */
	if (what == NATGW_ICMP_UNMATCHED ||
	    (what == NATGW_ICMP_CHECKSUM && !from_outside(ctx)))
		return unsolicited(ctx, false);

	natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION, ctx->skb);
	switch (what) {
	case NATGW_ICMP_XLATED:
		return to_source(ctx);
	case NATGW_ICMP_HOST:
		return to_host(ctx);
	case NATGW_ICMP_CHECKSUM:
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_DESTINATION_DROP_ICMP_CHECKSUM);
	case NATGW_ICMP_SPOOFED:
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_DESTINATION_DROP_ICMP_SPOOFED);
	default:
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY);
	}
}

/* opens - may a packet from outside begin a flow, where a filter lets it? */
static bool opens(const struct natgw_pkt *pkt)
{
	return pkt->opens && (!natgw_proto_stateful(pkt->tuple.proto) ||
			      pkt->tcp == NATGW_TCP_SYN);
}

/* Of no flow, but perhaps for an external port that an inside host has, and that
 * others may send to.
 */
static unsigned int uninvited(struct natgw_ctx *ctx)
{
	struct natgw_flow *mapping, *flow;
	bool filtered = false;

	if (from_outside(ctx))
		natgw_idle_packet(ctx, true);
	if (!opens(&ctx->pkt) || !from_outside(ctx) ||
	    natgw_host_expects(ctx->nn->net, natgw_in_device(ctx),
			       &ctx->pkt.tuple))
		return unsolicited(ctx, false);
	mapping = natgw_mapping_find_outside(ctx->nn, ctx->config,
					     &ctx->pkt.tuple, &filtered);
	if (!mapping)
		return unsolicited(ctx, filtered);
	flow = natgw_pool_admit(mapping, &ctx->pkt);
	if (!IS_ERR(flow))
		return restore(ctx, flow);
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION, ctx->skb);
	return natgw_drop(ctx, NATGW_A_COUNTERS_DESTINATION_DROP_NO_FLOW);
}

static unsigned int to_wire(struct natgw_ctx *ctx)
{
	struct natgw_flow *flow;

	if (natgw_fragment_later(ctx->skb))
		return restore_later(ctx);
	natgw_parse(ctx->skb, &ctx->pkt);
	if (ctx->pkt.kind == NATGW_PKT_ICMP_ERROR)
		return natgw_hairpin_meant(ctx) ? natgw_hairpin_turn(ctx) :
						  restore_error(ctx);
	if (ctx->pkt.kind != NATGW_PKT_FLOW)
		return unsolicited(ctx, false);
	ctx->pkt.hash = natgw_tuple_hash(&ctx->pkt.tuple);
	flow = natgw_flow_find_hashed(ctx->nn, &ctx->pkt.tuple, ctx->pkt.hash,
				      NATGW_DIR_REPLY);
	if (flow)
		return restore(ctx, flow);
	return natgw_hairpin_meant(ctx) ? natgw_hairpin_turn(ctx) :
					  uninvited(ctx);
}

/**
 * natgw_inward_intrudes() - does a packet try to get in without a flow?
 * @ctx: the packet, addressed to something behind the gateway, or to anything else
 *	in the world
 */
bool natgw_inward_intrudes(const struct natgw_ctx *ctx)
{
	const struct natgw_config *config = ctx->config;
	const struct iphdr *iph = ip_hdr(ctx->skb);
	enum natgw_side side;

	if (natgw_in_device(ctx) != config->ifindex ||
	    (config->n_inside && !natgw_config_inside(config, iph->daddr)) ||
	    !from_outside(ctx))
		return false;
	side = natgw_side(ctx->nn->net, config->ifindex, iph->daddr);
	return side == NATGW_SIDE_INSIDE ||
	       (side == NATGW_SIDE_UPLINK && config->n_inside);
}

/* exempt - does a rule let it in as it is? */
static bool exempt(struct natgw_ctx *ctx)
{
	if (!ctx->config->n_exempt)
		return false;
	natgw_parse(ctx->skb, &ctx->pkt);
	return natgw_rule_exempts(ctx->config, ctx->skb, &ctx->pkt, true);
}

/* bypasses - will the packet be translated, and conntrack is not to see it? */
static bool bypasses(const struct natgw_ctx *ctx)
{
	const struct natgw_config *config = ctx->config;
	const struct iphdr *iph = ip_hdr(ctx->skb);

	return natgw_option(config, CONNTRACK) == NATGW_CONNTRACK_BYPASS &&
	       natgw_config_inside(config, iph->saddr) &&
	       !natgw_config_inside(config, iph->daddr) &&
	       natgw_side(ctx->nn->net, config->ifindex, iph->daddr) ==
	       NATGW_SIDE_UPLINK;
}

static unsigned int to_others(struct natgw_ctx *ctx)
{
	list_for_each_entry_rcu(ctx->gw, &ctx->nn->gateways, list) {
		ctx->config = rcu_dereference(ctx->gw->config);
		if (natgw_inward_intrudes(ctx)) {
			if (exempt(ctx)) {
				natgw_stats_drop(ctx->gw->stats,
						 NATGW_A_COUNTERS_PACKETS_EXEMPT,
						 ctx->skb);
				break;
			}
			natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION,
					   ctx->skb);
			return natgw_drop(ctx,
					  NATGW_A_COUNTERS_DESTINATION_DROP_UNSOLICITED);
		}
		if (bypasses(ctx)) {
			natgw_untrack(ctx);
			break;
		}
	}
	return NF_ACCEPT;
}

/* gather - have the fragments of a packet put together
 *
 * Where conntrack is active it has done that already; this is the same queue.
 * The route output fragments again, to the sizes that came in.
 *
 * Return: whether @skb is in the queue now, or freed.
 */
static bool gather(struct net *net, struct sk_buff *skb)
{
	if (ip_defrag(net, skb, IP_DEFRAG_CONNTRACK_IN))
		return true;
	skb->ignore_df = 1;
	return false;
}

/**
 * natgw_inward() - what becomes of a packet that came in
 * @ctx: the packet
 *
 * Return: the verdict.
 */
unsigned int natgw_inward(struct natgw_ctx *ctx)
{
	ctx->gw = natgw_gateway_by_wire(ctx->nn, ip_hdr(ctx->skb)->daddr,
					&ctx->config);
	if (ip_is_fragment(ip_hdr(ctx->skb)) && !natgw_fragment_passes(ctx) &&
	    gather(ctx->nn->net, ctx->skb))
		return NF_STOLEN;
	return ctx->gw ? to_wire(ctx) : to_others(ctx);
}
