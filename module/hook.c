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
 */
#include <linux/inetdevice.h>
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "event.h"
#include "flow.h"
#include "gateway.h"
#include "hook.h"
#include "icmp.h"
#include "pool.h"
#include "tcp.h"
#include "xlate.h"

/* A packet at one of the hooks, and the gateway that it concerns. */
struct natgw_ctx {
	struct natgw_net *nn;
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	struct natgw_gw *gw;
	const struct natgw_config *config;
	struct natgw_pkt pkt;
};

static unsigned int drop(const struct natgw_ctx *ctx, int counter)
{
	natgw_stats_drop(ctx->gw->stats, counter, ctx->skb);
	return NF_DROP;
}

static void note_packet(struct natgw_ctx *ctx, struct natgw_flow *flow,
			enum natgw_dir dir)
{
	natgw_flow_touch(flow);
	if (ctx->pkt.tuple.proto == IPPROTO_TCP)
		natgw_tcp_packet(flow, dir, ctx->pkt.tcp);
}

static void untrack(const struct natgw_ctx *ctx)
{
	if (ctx->config->conntrack != NATGW_CONNTRACK_BYPASS)
		return;
	nf_reset_ct(ctx->skb);
	nf_ct_set(ctx->skb, NULL, IP_CT_UNTRACKED);
}

static int in_device(const struct natgw_ctx *ctx)
{
	return ctx->state->in ? ctx->state->in->ifindex : 0;
}

/* ------------------------------- coming in -------------------------------- */

static unsigned int to_host(const struct natgw_ctx *ctx)
{
	natgw_stats_drop(ctx->gw->stats, NATGW_A_COUNTERS_PACKETS_TO_LOCAL,
			 ctx->skb);
	return NF_ACCEPT;
}

static unsigned int to_source(const struct natgw_ctx *ctx)
{
	natgw_stats_packet(ctx->gw->stats, NATGW_OUT_SOURCE, ctx->skb);
	untrack(ctx);
	return NF_ACCEPT;
}

/* from_outside - does an outsider send this? Inside hosts come in from the
 * uplink only where it is also the way back to them.
 */
static bool from_outside(const struct natgw_ctx *ctx)
{
	const struct natgw_config *config = ctx->config;
	__be32 src = ip_hdr(ctx->skb)->saddr;

	return in_device(ctx) == config->ifindex &&
	       !(natgw_config_inside(config, src) &&
		 natgw_side(ctx->nn->net, config->ifindex, src) ==
		 NATGW_SIDE_UPLINK);
}

/* For a gateway address, and of no flow. The address may be this host's too;
 * where it is not, the packet must not be routed on, or it would come back.
 */
static unsigned int unsolicited(struct natgw_ctx *ctx)
{
	if (!from_outside(ctx))
		return NF_ACCEPT;

	natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION, ctx->skb);
	if (ctx->config->unsolicited == NATGW_UNSOLICITED_LOCAL &&
	    inet_addr_type(ctx->nn->net, ctx->pkt.tuple.dst) == RTN_LOCAL)
		return to_host(ctx);
	return drop(ctx, ctx->pkt.kind == NATGW_PKT_MALFORMED ?
		    NATGW_A_COUNTERS_DESTINATION_DROP_MALFORMED :
		    NATGW_A_COUNTERS_DESTINATION_DROP_UNSOLICITED);
}

static unsigned int restore(struct natgw_ctx *ctx, struct natgw_flow *flow)
{
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION, ctx->skb);
	note_packet(ctx, flow, NATGW_DIR_REPLY);
	if (!natgw_xlate_destination(ctx->skb, &ctx->pkt, flow))
		return drop(ctx, NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY);
	return flow->kind == NATGW_FLOW_KIND_HOST ? to_host(ctx) :
						    to_source(ctx);
}

static unsigned int restore_error(struct natgw_ctx *ctx)
{
	enum natgw_icmp what = natgw_icmp_in(ctx->nn, ctx->skb, &ctx->pkt);

	if (what == NATGW_ICMP_UNMATCHED)
		return unsolicited(ctx);

	natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION, ctx->skb);
	switch (what) {
	case NATGW_ICMP_XLATED:
		return to_source(ctx);
	case NATGW_ICMP_HOST:
		return to_host(ctx);
	case NATGW_ICMP_CHECKSUM:
		return drop(ctx,
			    NATGW_A_COUNTERS_DESTINATION_DROP_ICMP_CHECKSUM);
	default:
		return drop(ctx, NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY);
	}
}

static unsigned int to_wire(struct natgw_ctx *ctx)
{
	struct natgw_flow *flow;

	natgw_parse(ctx->skb, &ctx->pkt);
	if (ctx->pkt.kind == NATGW_PKT_ICMP_ERROR)
		return restore_error(ctx);
	if (ctx->pkt.kind == NATGW_PKT_FLOW) {
		flow = natgw_flow_find(ctx->nn, &ctx->pkt.tuple,
				       NATGW_DIR_REPLY);
		if (flow)
			return restore(ctx, flow);
	}
	return unsolicited(ctx);
}

/* Addressed to something behind the gateway, or to anything else in the world.
 * Returns whether the packet tries to get in without a flow.
 */
static bool intrudes(const struct natgw_ctx *ctx)
{
	const struct natgw_config *config = ctx->config;
	const struct iphdr *iph = ip_hdr(ctx->skb);
	enum natgw_side side;

	if (in_device(ctx) != config->ifindex ||
	    (config->n_inside && !natgw_config_inside(config, iph->daddr)) ||
	    !from_outside(ctx))
		return false;
	side = natgw_side(ctx->nn->net, config->ifindex, iph->daddr);
	return side == NATGW_SIDE_INSIDE ||
	       (side == NATGW_SIDE_UPLINK && config->n_inside);
}

/* bypasses - will the packet be translated, and conntrack is not to see it? */
static bool bypasses(const struct natgw_ctx *ctx)
{
	const struct natgw_config *config = ctx->config;
	const struct iphdr *iph = ip_hdr(ctx->skb);

	return config->conntrack == NATGW_CONNTRACK_BYPASS &&
	       natgw_config_inside(config, iph->saddr) &&
	       !natgw_config_inside(config, iph->daddr) &&
	       natgw_side(ctx->nn->net, config->ifindex, iph->daddr) ==
	       NATGW_SIDE_UPLINK;
}

static unsigned int to_others(struct natgw_ctx *ctx)
{
	list_for_each_entry_rcu(ctx->gw, &ctx->nn->gateways, list) {
		ctx->config = rcu_dereference(ctx->gw->config);
		if (intrudes(ctx)) {
			natgw_stats_packet(ctx->gw->stats, NATGW_IN_DESTINATION,
					   ctx->skb);
			return drop(ctx,
				    NATGW_A_COUNTERS_DESTINATION_DROP_UNSOLICITED);
		}
		if (bypasses(ctx)) {
			untrack(ctx);
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

static unsigned int enter(struct natgw_ctx *ctx)
{
	if (ip_is_fragment(ip_hdr(ctx->skb)) &&
	    gather(ctx->nn->net, ctx->skb))
		return NF_STOLEN;
	ctx->gw = natgw_gateway_by_wire(ctx->nn, ip_hdr(ctx->skb)->daddr,
					&ctx->config);
	return ctx->gw ? to_wire(ctx) : to_others(ctx);
}

static unsigned int pre_routing(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct natgw_ctx ctx = {
		.nn = natgw_net(state->net),
		.skb = skb,
		.state = state,
	};
	unsigned int verdict;

	if (list_empty(&ctx.nn->gateways) || state->in->flags & IFF_LOOPBACK)
		return NF_ACCEPT;
	/* What comes back from a queue to userspace is in process context. */
	local_bh_disable();
	verdict = enter(&ctx);
	local_bh_enable();
	return verdict;
}

/* -------------------------------- going out ------------------------------- */

/* no_flow - a client gets no flow now: count it, say it, tell the client */
static unsigned int no_flow(struct natgw_ctx *ctx, int err)
{
	enum natgw_error_cause cause;
	int counter;

	switch (err) {
	case -ENFILE:
		cause = NATGW_ERROR_CAUSE_TABLE_FULL;
		counter = NATGW_A_COUNTERS_SOURCE_DROP_TABLE_FULL;
		break;
	case -EADDRINUSE:
		cause = NATGW_ERROR_CAUSE_NO_PORT;
		counter = NATGW_A_COUNTERS_SOURCE_DROP_NO_PORT;
		break;
	case -EADDRNOTAVAIL:
		cause = NATGW_ERROR_CAUSE_NO_ADDRESS;
		counter = NATGW_A_COUNTERS_SOURCE_DROP_NO_ADDRESS;
		break;
	default:
		cause = NATGW_ERROR_CAUSE_NO_MEMORY;
		counter = NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY;
		break;
	}
	natgw_event_error(ctx->gw, cause, &ctx->pkt.tuple);
	if (cause != NATGW_ERROR_CAUSE_NO_MEMORY)
		natgw_icmp_no_resource(ctx->skb);
	return drop(ctx, counter);
}

static struct natgw_flow *new_flow(struct natgw_ctx *ctx)
{
	struct natgw_addr *addr;
	struct natgw_flow *flow;

	addr = natgw_pool_address(ctx->config, ctx->pkt.tuple.src);
	if (!addr)
		return ERR_PTR(-EADDRNOTAVAIL);
	flow = natgw_pool_bind(ctx->gw, addr, NATGW_FLOW_KIND_INSIDE,
			       &ctx->pkt);
	if (!IS_ERR(flow))
		WRITE_ONCE(flow->iif, in_device(ctx));
	return flow;
}

/* spoofed - does a source come in from the uplink that lives elsewhere? Or,
 * where no prefix says that it is inside, from elsewhere although it lives
 * behind the uplink?
 */
static bool spoofed(const struct natgw_ctx *ctx, enum natgw_side side)
{
	int iif = in_device(ctx);

	if (iif == ctx->config->ifindex)
		return side == NATGW_SIDE_INSIDE;
	return iif && side == NATGW_SIDE_UPLINK && !ctx->config->n_inside;
}

/* misplaced - the same of a packet that has a flow; asked only when it comes
 * in where the flow's packets have not
 */
static bool misplaced(const struct natgw_ctx *ctx, struct natgw_flow *flow)
{
	int iif = in_device(ctx);

	if (READ_ONCE(flow->iif) == iif || !iif)
		return false;
	if (spoofed(ctx, natgw_side(ctx->nn->net, ctx->config->ifindex,
				    ctx->pkt.tuple.src)))
		return true;
	WRITE_ONCE(flow->iif, iif);
	return false;
}

static unsigned int send(struct natgw_ctx *ctx, struct natgw_flow *flow)
{
	note_packet(ctx, flow, NATGW_DIR_ORIGINAL);
	if (!natgw_xlate_source(ctx->skb, &ctx->pkt, flow))
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
	natgw_stats_packet(ctx->gw->stats, NATGW_OUT_DESTINATION, ctx->skb);
	return NF_ACCEPT;
}

static unsigned int send_error(struct natgw_ctx *ctx)
{
	switch (natgw_icmp_out(ctx->nn, ctx->skb, &ctx->pkt, true)) {
	case NATGW_ICMP_XLATED:
	case NATGW_ICMP_HOST:
		natgw_stats_packet(ctx->gw->stats, NATGW_OUT_DESTINATION,
				   ctx->skb);
		return NF_ACCEPT;
	case NATGW_ICMP_CHECKSUM:
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_ICMP_CHECKSUM);
	case NATGW_ICMP_UNMATCHED:
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_ICMP_UNMATCHED);
	default:
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
	}
}

/* A packet of no flow yet, from a source that the gateway may be there for:
 * translate it, drop it, or leave it alone because the source is not inside.
 */
static unsigned int translate_new(struct natgw_ctx *ctx)
{
	const struct natgw_config *config = ctx->config;
	struct natgw_flow *flow;
	enum natgw_side side;

	side = natgw_side(ctx->nn->net, config->ifindex, ctx->pkt.tuple.src);
	if (side == NATGW_SIDE_HOST ||
	    (side == NATGW_SIDE_UPLINK && !config->n_inside &&
	     !spoofed(ctx, side)))
		return NF_ACCEPT;

	natgw_stats_packet(ctx->gw->stats, NATGW_IN_SOURCE, ctx->skb);
	if (spoofed(ctx, side))
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED);

	switch (ctx->pkt.kind) {
	case NATGW_PKT_ICMP_ERROR:
		return send_error(ctx);
	case NATGW_PKT_MALFORMED:
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_MALFORMED);
	case NATGW_PKT_OTHER:
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_PROTOCOL);
	}
	if (!ctx->pkt.opens)
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_FLOW);
	flow = new_flow(ctx);
	if (IS_ERR(flow))
		return no_flow(ctx, PTR_ERR(flow));
	return send(ctx, flow);
}

static unsigned int translate_known(struct natgw_ctx *ctx,
				    struct natgw_flow *flow)
{
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_SOURCE, ctx->skb);
	if (misplaced(ctx, flow))
		return drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED);
	return send(ctx, flow);
}

static unsigned int translate(struct natgw_ctx *ctx)
{
	struct natgw_flow *flow;

	natgw_parse(ctx->skb, &ctx->pkt);
	if (ctx->pkt.kind == NATGW_PKT_FLOW) {
		flow = natgw_flow_find(ctx->nn, &ctx->pkt.tuple,
				       NATGW_DIR_ORIGINAL);
		if (flow && flow->gw == ctx->gw)
			return translate_known(ctx, flow);
		/* The route moved to another gateway's uplink, where the old
		 * gateway's address would be wrong.
		 */
		if (flow)
			natgw_flow_kill(ctx->nn, flow,
					NATGW_FLOW_END_REOPENED);
	}
	return translate_new(ctx);
}

/* An ICMP error of this host, about a reply that was restored already: without
 * the rewrite it would show the inside host to the outside.
 */
static unsigned int host_error(struct natgw_ctx *ctx)
{
	struct natgw_quote quote;

	switch (natgw_icmp_out(ctx->nn, ctx->skb, &ctx->pkt, false)) {
	case NATGW_ICMP_UNMATCHED:
		/* Nor when the flow has ended in between. */
		natgw_parse_quote(ctx->skb, &ctx->pkt, &quote);
		if (!natgw_config_inside(ctx->config, quote.tuple.dst) &&
		    natgw_side(ctx->nn->net, ctx->config->ifindex,
			       quote.tuple.dst) != NATGW_SIDE_INSIDE)
			return NF_ACCEPT;
		fallthrough;
	case NATGW_ICMP_CHECKSUM:
		return drop(ctx, NATGW_A_COUNTERS_HOST_DROP_ICMP);
	case NATGW_ICMP_NO_MEMORY:
		return drop(ctx, NATGW_A_COUNTERS_HOST_DROP_NO_MEMORY);
	default:
		return NF_ACCEPT;
	}
}

/* hold - the flow that holds the port of what this host begins, or NULL
 *
 * A packet of a connection that somebody opened to a service of the host needs
 * none: the packets of that connection came in because no flow had the tuple,
 * and the socket keeps it (pool.c).
 */
static struct natgw_flow *hold(struct natgw_ctx *ctx)
{
	bool forwarded = IPCB(ctx->skb)->flags & IPSKB_FORWARDED;
	const struct natgw_pkt *pkt = &ctx->pkt;
	struct natgw_flow *flow;
	unsigned int i;

	if (!pkt->opens || ipv4_is_multicast(pkt->tuple.dst) ||
	    ipv4_is_lbcast(pkt->tuple.dst))
		return NULL;
	if (pkt->tuple.proto == IPPROTO_TCP && !forwarded &&
	    (pkt->tcp & (NATGW_TCP_SYN | NATGW_TCP_ACK)) != NATGW_TCP_SYN)
		return NULL;
	for (i = 0; i < ctx->config->n_addr; i++) {
		struct natgw_addr *addr = ctx->config->addr[i];

		if (addr->wire != pkt->tuple.src)
			continue;
		flow = natgw_pool_bind(ctx->gw, addr, NATGW_FLOW_KIND_HOST,
				       pkt);
		return IS_ERR(flow) ? NULL : flow;
	}
	return NULL;
}

/* With a gateway address as its source already: this host's own packet, or one
 * that another translator of this host has masqueraded. It goes out as it is,
 * unless a client has the port towards that destination.
 */
static unsigned int from_wire(struct natgw_ctx *ctx)
{
	struct natgw_tuple reply;
	struct natgw_flow *flow;

	if (natgw_config_inside(ctx->config, ip_hdr(ctx->skb)->daddr))
		return NF_ACCEPT;
	natgw_parse(ctx->skb, &ctx->pkt);
	if (ctx->pkt.kind == NATGW_PKT_ICMP_ERROR)
		return host_error(ctx);
	if (ctx->pkt.kind != NATGW_PKT_FLOW)
		return NF_ACCEPT;

	flow = natgw_flow_find(ctx->nn, &ctx->pkt.tuple, NATGW_DIR_ORIGINAL);
	if (!flow)
		flow = hold(ctx);
	if (!flow) {
		reply = natgw_tuple_invert(&ctx->pkt.tuple);
		if (!natgw_flow_taken(ctx->nn, &reply))
			return NF_ACCEPT;
		return drop(ctx, NATGW_A_COUNTERS_HOST_DROP_NO_PORT);
	}
	note_packet(ctx, flow, NATGW_DIR_ORIGINAL);
	if (!natgw_xlate_source(ctx->skb, &ctx->pkt, flow))
		return drop(ctx, NATGW_A_COUNTERS_HOST_DROP_NO_MEMORY);
	return NF_ACCEPT;
}

/* from_host - with another source address of this host */
static unsigned int from_host(struct natgw_ctx *ctx)
{
	natgw_parse(ctx->skb, &ctx->pkt);
	if (ctx->pkt.kind == NATGW_PKT_ICMP_ERROR &&
	    !natgw_config_inside(ctx->config, ctx->pkt.tuple.dst))
		return host_error(ctx);
	return NF_ACCEPT;
}

/* own_source - does this host speak for itself? It may also speak for another:
 * a firewall rule that rejects a connection sends the reset in the inside
 * host's name.
 */
static bool own_source(const struct natgw_ctx *ctx)
{
	__be32 src = ip_hdr(ctx->skb)->saddr;

	return !(IPCB(ctx->skb)->flags & IPSKB_FORWARDED) &&
	       (!src || inet_addr_type(ctx->nn->net, src) == RTN_LOCAL);
}

static unsigned int leave(struct natgw_ctx *ctx)
{
	const struct iphdr *iph = ip_hdr(ctx->skb);
	int out = ctx->state->out->ifindex;

	ctx->gw = natgw_gateway_by_wire(ctx->nn, iph->saddr, &ctx->config);
	if (ctx->gw)
		return ctx->config->ifindex == out ? from_wire(ctx) : NF_ACCEPT;

	if (own_source(ctx)) {
		ctx->gw = natgw_gateway_on(ctx->nn, out, &ctx->config);
		return ctx->gw ? from_host(ctx) : NF_ACCEPT;
	}
	ctx->gw = natgw_gateway_by_uplink(ctx->nn, out, iph->saddr, iph->daddr,
					  &ctx->config);
	if (ctx->gw)
		return translate(ctx);
	return natgw_fence_stops(ctx->nn, out, ctx->skb) ? NF_DROP : NF_ACCEPT;
}

static unsigned int post_routing(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct natgw_ctx ctx = {
		.nn = natgw_net(state->net),
		.skb = skb,
		.state = state,
	};
	unsigned int verdict;

	if (list_empty(&ctx.nn->gateways) && list_empty(&ctx.nn->fences))
		return NF_ACCEPT;
	/* What this host sends comes here in process context. */
	local_bh_disable();
	verdict = leave(&ctx);
	local_bh_enable();
	return verdict;
}

/* Before conntrack, so that it sees what is restored; after the raw tables,
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
