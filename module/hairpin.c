// SPDX-License-Identifier: GPL-2.0
/* From one inside host to another by its external endpoint. The receiver sees
 * the sender's external endpoint (RFC 4787 REQ-9a), so the packet is translated
 * twice: as if it had gone out, and as if it had come back.
 *
 *   c2:q > E:P  --PRE_ROUTING-->  c2:q > c1:p  --POST_ROUTING-->  E:Q > c1:p
 *
 * c2:q has the mapping E:Q, c1:p the mapping E:P. Two flows take part: the
 * sender's, whose original tuple is c2:q > E:P, and the receiver's, whose reply
 * tuple is E:Q > E:P. An answer goes the same way with the two in other roles.
 *
 * In between, the host's routing, rules and conntrack see two inside hosts, in
 * both directions.
 */
#include <net/icmp.h>
#include <net/ip.h>
#include <net/route.h>

#include "account.h"
#include "hook.h"
#include "icmp.h"
#include "mapping.h"
#include "pool.h"
#include "xlate.h"

static unsigned int refuse(struct natgw_ctx *ctx, int counter)
{
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_SOURCE, ctx->skb);
	return natgw_drop(ctx, counter);
}

/* An ICMP error takes its route from that of the packet that it is about, which has
 * none yet.
 */
static void give_route(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	skb_dst_drop(skb);
	if (ip_route_input_noref(skb, iph->daddr, iph->saddr, 0, skb->dev))
		skb_dst_drop(skb);
}

/* refuse_flow - the sender gets no flow now */
static unsigned int refuse_flow(struct natgw_ctx *ctx, int err)
{
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_SOURCE, ctx->skb);
	give_route(ctx->skb);
	return natgw_outward_no_flow(ctx, err);
}

/* expire - no hop left: say so about the packet as its sender knows it, for once
 * turned it would show the receiver
 */
static unsigned int expire(struct natgw_ctx *ctx)
{
	give_route(ctx->skb);
	icmp_send(ctx->skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
	return refuse(ctx, NATGW_A_COUNTERS_SOURCE_DROP_TTL);
}

/* receiver_of - the flow by which the receiver sees the sender, or an ERR_PTR() */
static struct natgw_flow *receiver_of(struct natgw_ctx *ctx,
				      const struct natgw_flow *sender)
{
	const struct natgw_tuple *out = natgw_flow_tuple(sender,
							 NATGW_DIR_REPLY);
	struct natgw_pkt pkt = ctx->pkt;
	struct natgw_flow *flow;
	bool filtered;

	/* The packet as it would come back from the wire. */
	pkt.tuple.src = out->dst;
	pkt.tuple.sport = out->dport;
	flow = natgw_flow_find(ctx->nn, &pkt.tuple, NATGW_DIR_REPLY);
	if (flow)
		return flow;
	if (natgw_proto_stateful(pkt.tuple.proto) && pkt.tcp != NATGW_TCP_SYN)
		return ERR_PTR(-ENOENT);
	flow = natgw_mapping_find_outside(ctx->nn, ctx->config, &pkt.tuple,
					  &filtered);
	if (!flow)
		return ERR_PTR(-ENOENT);
	return natgw_pool_admit(flow, &pkt);
}

/* sender_of - the flow by which the sender sees the receiver, or an ERR_PTR() */
static struct natgw_flow *sender_of(struct natgw_ctx *ctx)
{
	struct natgw_treatment treatment;
	struct natgw_flow *flow;

	flow = natgw_flow_find(ctx->nn, &ctx->pkt.tuple, NATGW_DIR_ORIGINAL);
	if (flow || !ctx->pkt.opens)
		return flow ?: ERR_PTR(-ENOENT);
	if (natgw_proto_stateful(ctx->pkt.tuple.proto) &&
	    ctx->pkt.tcp != NATGW_TCP_SYN)
		return ERR_PTR(-ENOENT);
	natgw_rule_apply(ctx->config, &ctx->pkt.tuple, &treatment);
	flow = natgw_pool_bind(ctx->gw, NATGW_FLOW_KIND_INSIDE, &ctx->pkt,
			       &treatment);
	if (!IS_ERR(flow))
		WRITE_ONCE(flow->original.iif, natgw_in_device(ctx));
	return flow;
}

/* known - is there an inside host behind the external endpoint? */
static bool known(const struct natgw_ctx *ctx)
{
	const struct natgw_tuple *t = &ctx->pkt.tuple;
	const struct natgw_tuple outside = {
		.dst = t->dst,
		.dport = t->dport,
		.proto = t->proto,
		.scope = NATGW_SCOPE_MAPPING,
	};
	struct natgw_node *node;

	if (natgw_proto_portless(t->proto) || t->proto == IPPROTO_ICMP)
		return false;
	node = natgw_flow_find_node(ctx->nn, &outside);
	return node &&
	       READ_ONCE(natgw_flow_of(node)->state) !=
	       NATGW_FLOW_STATE_HELD &&
	       !test_bit(NATGW_FLOW_OF_HOST, &natgw_flow_of(node)->flags);
}

/* its_own - does the gateway translate this source? */
static bool its_own(const struct natgw_ctx *ctx)
{
	__be32 src = ctx->pkt.tuple.src;
	enum natgw_side side = natgw_side(ctx->nn->net, ctx->config->ifindex,
					  src);

	if (natgw_outward_spoofed(ctx, side))
		return false;
	return ctx->config->n_inside ? natgw_config_inside(ctx->config, src) :
				       side == NATGW_SIDE_INSIDE;
}

static unsigned int turn_flow(struct natgw_ctx *ctx)
{
	struct natgw_flow *sender, *receiver;

	if (ip_hdr(ctx->skb)->ttl <= 1)
		return expire(ctx);
	sender = sender_of(ctx);
	if (IS_ERR(sender)) {
		if (PTR_ERR(sender) == -ENOENT)
			return refuse(ctx,
				      NATGW_A_COUNTERS_SOURCE_DROP_MIDSTREAM);
		return refuse_flow(ctx, PTR_ERR(sender));
	}
	receiver = receiver_of(ctx, sender);
	if (receiver == ERR_PTR(-ENOMEM))
		return refuse(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
	if (IS_ERR(receiver))
		return refuse(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_FLOW);
	natgw_note_packet(ctx->config, &ctx->pkt, sender, NATGW_DIR_ORIGINAL);
	if (sender != receiver)
		natgw_note_packet(ctx->config, &ctx->pkt, receiver, NATGW_DIR_REPLY);
	if (!natgw_xlate_destination(ctx->skb, &ctx->pkt, receiver))
		return refuse(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
	natgw_account(sender, NATGW_DIR_ORIGINAL, ctx->skb);
	if (sender != receiver)
		natgw_account(receiver, NATGW_DIR_REPLY, ctx->skb);
	IPCB(ctx->skb)->flags |= NATGW_SKB_TURNED;
	return NF_ACCEPT;
}

static unsigned int turn_error(struct natgw_ctx *ctx)
{
	switch (natgw_icmp_hairpin(ctx->nn, ctx->skb, &ctx->pkt)) {
	case NATGW_ICMP_XLATED:
		IPCB(ctx->skb)->flags |= NATGW_SKB_TURNED;
		return NF_ACCEPT;
	case NATGW_ICMP_UNMATCHED:
		/* About something that this host itself has sent. */
		return NF_ACCEPT;
	case NATGW_ICMP_CHECKSUM:
		return refuse(ctx, NATGW_A_COUNTERS_SOURCE_DROP_ICMP_CHECKSUM);
	default:
		return refuse(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
	}
}

/**
 * natgw_hairpin_meant() - is a packet from one inside host for another?
 * @ctx: the packet, parsed, for a gateway address, and no reply of a flow; or any
 *	ICMP error
 */
bool natgw_hairpin_meant(const struct natgw_ctx *ctx)
{
	return natgw_option(ctx->config, HAIRPIN) &&
	       (ctx->pkt.kind == NATGW_PKT_ICMP_ERROR || known(ctx)) &&
	       its_own(ctx);
}

/**
 * natgw_hairpin_turn() - turn a packet round
 * @ctx: a packet that natgw_hairpin_meant() is true of
 *
 * Return: the verdict. An error about no such packet goes on to this host.
 */
unsigned int natgw_hairpin_turn(struct natgw_ctx *ctx)
{
	return ctx->pkt.kind == NATGW_PKT_ICMP_ERROR ? turn_error(ctx) :
						       turn_flow(ctx);
}

/* sent_to - the flow of a packet that was turned, if its receiver has a mapping,
 * pinned to an address or not, by which it was sent
 */
static struct natgw_flow *sent_to(struct natgw_ctx *ctx, __be32 pinned)
{
	const struct natgw_tuple *t = &ctx->pkt.tuple;
	struct natgw_tuple original = *t;
	const struct natgw_tuple *outside;
	struct natgw_flow *mapping;

	mapping = natgw_mapping_find_inside(ctx->gw, t->dst, t->dport,
					    t->proto, pinned);
	if (!mapping)
		return NULL;
	outside = natgw_flow_tuple(mapping, NATGW_DIR_REPLY);
	original.dst = outside->dst;
	original.dport = outside->dport;
	return natgw_flow_find(ctx->nn, &original, NATGW_DIR_ORIGINAL);
}

/* sent_by - the sender's flow; a mapping outlives the rule that pinned it */
static struct natgw_flow *sent_by(struct natgw_ctx *ctx)
{
	struct natgw_flow *flow = sent_to(ctx, 0);
	unsigned int i;

	for (i = 0; !flow && i < ctx->config->n_addr; i++)
		flow = sent_to(ctx, ctx->config->addr[i]->wire);
	return flow;
}

/* has_both - has the gateway both hosts inside, with hairpinning? */
static bool has_both(const struct natgw_ctx *ctx)
{
	return natgw_option(ctx->config, HAIRPIN) && its_own(ctx);
}

/* find_gateway - the first gateway that has both hosts inside */
static bool find_gateway(struct natgw_ctx *ctx)
{
	list_for_each_entry_rcu(ctx->gw, &ctx->nn->gateways, list) {
		ctx->config = rcu_dereference(ctx->gw->config);
		if (has_both(ctx))
			return true;
	}
	ctx->gw = NULL;
	return false;
}

/* find_sender - the sender's flow, and its gateway: that of another uplink may have the
 * same hosts inside; returns NULL where it has ended, and no gateway where none has them
 */
static struct natgw_flow *find_sender(struct natgw_ctx *ctx)
{
	struct natgw_flow *sender;

	list_for_each_entry_rcu(ctx->gw, &ctx->nn->gateways, list) {
		ctx->config = rcu_dereference(ctx->gw->config);
		sender = has_both(ctx) ? sent_by(ctx) : NULL;
		if (sender)
			return sender;
	}
	find_gateway(ctx);
	return NULL;
}

static void count(struct natgw_ctx *ctx)
{
	struct natgw_stats __percpu *stats = ctx->gw->stats;

	natgw_stats_packet(stats, NATGW_IN_SOURCE, ctx->skb);
	natgw_stats_packet(stats, NATGW_OUT_DESTINATION, ctx->skb);
	natgw_stats_packet(stats, NATGW_IN_DESTINATION, ctx->skb);
	natgw_stats_packet(stats, NATGW_OUT_SOURCE, ctx->skb);
	natgw_stats_drop(stats, NATGW_A_COUNTERS_PACKETS_HAIRPIN, ctx->skb);
}

/**
 * natgw_hairpin_leave() - give a packet that was turned its external source
 * @ctx: the packet
 *
 * Return: the verdict.
 */
unsigned int natgw_hairpin_leave(struct natgw_ctx *ctx)
{
	struct natgw_flow *sender;

	/* In a tunnel it passes this hook once more. */
	IPCB(ctx->skb)->flags &= ~NATGW_SKB_TURNED;
	natgw_parse(ctx->skb, &ctx->pkt);
	if (!find_gateway(ctx))
		return natgw_drop(ctx, NATGW_DROP_CAUSE_NO_GATEWAY);
	if (ctx->pkt.kind == NATGW_PKT_ICMP_ERROR) {
		if (!natgw_xlate_error_source(ctx->skb, &ctx->pkt))
			return refuse(ctx,
				      NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
		count(ctx);
		return NF_ACCEPT;
	}
	sender = find_sender(ctx);
	/* Since the first look the gateway may have gone, or have been changed. */
	if (!ctx->gw)
		return natgw_drop(ctx, NATGW_DROP_CAUSE_NO_GATEWAY);
	if (!sender)
		return refuse(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_FLOW);
	if (!natgw_xlate_source(ctx->skb, &ctx->pkt, sender))
		return refuse(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
	natgw_outward_renumber(ctx);
	count(ctx);
	return NF_ACCEPT;
}
