// SPDX-License-Identifier: GPL-2.0
/* POST_ROUTING: what leaves through the uplink of a gateway. */
#include <linux/inetdevice.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "account.h"
#include "answer.h"
#include "event.h"
#include "fast.h"
#include "fragment.h"
#include "hook.h"
#include "icmp.h"
#include "idle.h"
#include "mapping.h"
#include "mss.h"
#include "pool.h"
#include "table.h"
#include "xlate.h"

/* Why a client gets no flow: what it is called where it is counted and told. */
static const struct {
	int err;
	enum natgw_error_cause cause;
	int counter;
} no_flow_causes[] = {
	{ -ENFILE, NATGW_ERROR_CAUSE_TABLE_FULL,
	  NATGW_A_COUNTERS_SOURCE_DROP_TABLE_FULL },
	{ -EADDRINUSE, NATGW_ERROR_CAUSE_NO_PORT,
	  NATGW_A_COUNTERS_SOURCE_DROP_NO_PORT },
	{ -EADDRNOTAVAIL, NATGW_ERROR_CAUSE_NO_ADDRESS,
	  NATGW_A_COUNTERS_SOURCE_DROP_NO_ADDRESS },
	{ -EDQUOT, NATGW_ERROR_CAUSE_CLIENT_FLOWS,
	  NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_FLOWS },
	{ -EUSERS, NATGW_ERROR_CAUSE_CLIENT_PORTS,
	  NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_PORTS },
	{ -EMFILE, NATGW_ERROR_CAUSE_CLIENT_OPENING,
	  NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_OPENING },
	{ -EAGAIN, NATGW_ERROR_CAUSE_CLIENT_RATE,
	  NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_RATE },
	{ -ENOSPC, NATGW_ERROR_CAUSE_FAIR_SHARE,
	  NATGW_A_COUNTERS_SOURCE_DROP_FAIR_SHARE },
	/* Whatever else the table of flows says is about memory. */
	{ 0, NATGW_ERROR_CAUSE_NO_MEMORY,
	  NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY },
};

static unsigned int no_flow_cause(int err)
{
	unsigned int i = 0;

	while (no_flow_causes[i].err && no_flow_causes[i].err != err)
		i++;
	return i;
}

/**
 * natgw_outward_no_flow_counter() - what a client that gets no flow is counted as
 * @err: why
 *
 * Return: NATGW_A_COUNTERS_*.
 */
int natgw_outward_no_flow_counter(int err)
{
	return no_flow_causes[no_flow_cause(err)].counter;
}

/**
 * natgw_outward_no_flow() - a client gets no flow now: count it, say it
 * @ctx: its packet
 * @err: why
 *
 * Return: the verdict.
 */
unsigned int natgw_outward_no_flow(struct natgw_ctx *ctx, int err)
{
	unsigned int i = no_flow_cause(err);

	natgw_event_error(ctx->gw, no_flow_causes[i].cause, &ctx->pkt.tuple);
	if (no_flow_causes[i].err)
		natgw_answer_refuse(ctx->config, ctx->skb);
	return natgw_drop(ctx, no_flow_causes[i].counter);
}

/**
 * natgw_outward_spoofed() - does a source come in where it does not live?
 * @ctx: its packet
 * @side: where it lives
 *
 * That is, from the uplink although it lives elsewhere; or, where no prefix says
 * that it is inside, from elsewhere although it lives behind the uplink. Where
 * a packet that the guard sees came in, whoever sent it past POST_ROUTING knows better:
 * a flowtable has compared the device, and then taken off a VLAN's tag.
 */
bool natgw_outward_spoofed(const struct natgw_ctx *ctx, enum natgw_side side)
{
	int iif = natgw_in_device(ctx);

	if (ctx->state->pf != NFPROTO_IPV4)
		return false;
	if (iif == ctx->config->ifindex)
		return side == NATGW_SIDE_INSIDE;
	return iif && side == NATGW_SIDE_UPLINK && !ctx->config->n_inside;
}

/**
 * natgw_outward_misplaced() - the same of a packet that has a flow
 * @ctx: the packet
 * @flow: its flow
 *
 * Asked only when it comes in where the flow's packets have not.
 */
bool natgw_outward_misplaced(const struct natgw_ctx *ctx,
			     const struct natgw_flow *flow)
{
	int iif = natgw_in_device(ctx);

	return READ_ONCE(flow->original.iif) != iif && iif &&
	       natgw_outward_spoofed(ctx, natgw_side(ctx->nn->net,
						     ctx->config->ifindex,
						     ctx->pkt.tuple.src));
}

/**
 * natgw_outward_renumber() - give a packet that may be fragmented an
 *	identification of this host
 * @ctx: the packet, translated
 *
 * Several inside hosts may use the same one towards one destination, which then
 * cannot tell their fragments apart (RFC 6864 section 5.3.1).
 */
void natgw_outward_renumber(struct natgw_ctx *ctx)
{
	struct iphdr *iph = ip_hdr(ctx->skb);
	__be16 was = iph->id;

	if (!natgw_option(ctx->config, UNIQUE_IP_ID) ||
	    iph->frag_off & htons(IP_DF))
		return;
	__ip_select_ident(ctx->nn->net, iph, natgw_stats_packets(ctx->skb));
	csum_replace2(&iph->check, was, iph->id);
}

/* What the path takes, where it goes out and where it came in. What the guard sees
 * may have come without a route.
 */
static unsigned int path_mtu(const struct natgw_ctx *ctx)
{
	const struct dst_entry *dst = skb_dst(ctx->skb);
	unsigned int mtu = dst ? dst_mtu(dst) : READ_ONCE(ctx->state->out->mtu);

	return ctx->state->in ? min(mtu, READ_ONCE(ctx->state->in->mtu)) : mtu;
}

static unsigned int send(struct natgw_ctx *ctx, struct natgw_flow *flow)
{
	__be16 id = ip_hdr(ctx->skb)->id;

	natgw_note_packet(ctx->config, &ctx->pkt, flow, NATGW_DIR_ORIGINAL);
	if ((natgw_mss_wanted(&ctx->pkt, ctx->config) &&
	     !natgw_mss_clamp(ctx->skb, &ctx->pkt, ctx->config,
			      path_mtu(ctx))) ||
	    !natgw_xlate_source(ctx->skb, &ctx->pkt, flow))
		return natgw_drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
	natgw_outward_renumber(ctx);
	natgw_account(flow, NATGW_DIR_ORIGINAL, ctx->skb);
	if (ctx->pkt.first)
		natgw_fragment_remember(ctx, NATGW_DIR_ORIGINAL, id);
	natgw_stats_packet(ctx->gw->stats, NATGW_OUT_DESTINATION, ctx->skb);
	if (natgw_option(ctx->config, FASTPATH))
		natgw_fast_arm(ctx, flow, NATGW_DIR_ORIGINAL);
	return NF_ACCEPT;
}

/* send_later - a fragment whose first one was sent
 *
 * Return: false where there was none.
 */
static bool send_later(struct natgw_ctx *ctx, unsigned int *verdict)
{
	int err = natgw_fragment_follow(ctx, NATGW_DIR_ORIGINAL);

	if (err == -ENOENT)
		return false;
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_SOURCE, ctx->skb);
	if (err) {
		*verdict = natgw_drop(ctx,
				      NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
		return true;
	}
	natgw_stats_packet(ctx->gw->stats, NATGW_OUT_DESTINATION, ctx->skb);
	*verdict = NF_ACCEPT;
	return true;
}

static unsigned int send_error(struct natgw_ctx *ctx)
{
	switch (natgw_icmp_out(ctx->nn, ctx->skb, &ctx->pkt, true)) {
	case NATGW_ICMP_XLATED:
		natgw_stats_packet(ctx->gw->stats, NATGW_OUT_DESTINATION,
				   ctx->skb);
		return NF_ACCEPT;
	case NATGW_ICMP_CHECKSUM:
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_SOURCE_DROP_ICMP_CHECKSUM);
	case NATGW_ICMP_UNMATCHED:
		return natgw_drop(ctx,
				  NATGW_A_COUNTERS_SOURCE_DROP_ICMP_UNMATCHED);
	default:
		return natgw_drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY);
	}
}

/**
 * natgw_outward_translates() - has a gateway a protocol?
 * @config: the gateway's
 * @proto: the protocol; TCP, UDP and ICMP it always has
 */
bool natgw_outward_translates(const struct natgw_config *config, u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
		return true;
	case IPPROTO_UDPLITE:
		return natgw_option(config, PROTO_UDPLITE);
	case IPPROTO_SCTP:
		return natgw_option(config, PROTO_SCTP);
	case IPPROTO_DCCP:
		return natgw_option(config, PROTO_DCCP);
	case IPPROTO_GRE:
		return natgw_option(config, PROTO_GRE);
	case IPPROTO_ESP:
		return natgw_option(config, PROTO_ESP);
	case IPPROTO_AH:
		return natgw_option(config, PROTO_AH);
	case IPPROTO_IPIP:
		return natgw_option(config, PROTO_IPIP);
	default:
		return natgw_option(config, PROTO_OTHER);
	}
}

/* midstream - from the middle of a connection that nobody here knows of: it has
 * timed out, or was begun through another gateway. Returns whether it is dropped.
 */
static bool midstream(const struct natgw_ctx *ctx)
{
	const struct natgw_pkt *pkt = &ctx->pkt;

	return natgw_proto_stateful(pkt->tuple.proto) &&
	       pkt->tcp != NATGW_TCP_SYN &&
	       natgw_option(ctx->config, MIDSTREAM) != NATGW_MIDSTREAM_ACCEPT;
}

/* reset - tell its sender that the connection is gone, where options ask for it */
static void reset(struct natgw_ctx *ctx)
{
	const struct natgw_pkt *pkt = &ctx->pkt;

	if (natgw_option(ctx->config, MIDSTREAM) == NATGW_MIDSTREAM_RST &&
	    pkt->tuple.proto == IPPROTO_TCP &&
	    natgw_answer_reset(ctx->nn, ctx->skb, pkt))
		natgw_stats_add(ctx->gw->stats,
				NATGW_A_COUNTERS_TCP_RESETS_SENT, 1);
}

/**
 * natgw_outward_forbids() - may a packet not begin a flow?
 * @ctx: a packet of kind NATGW_PKT_FLOW, from an inside host
 *
 * Return: the counter of what forbids it, or 0.
 */
int natgw_outward_forbids(const struct natgw_ctx *ctx)
{
	if (!natgw_outward_translates(ctx->config, ctx->pkt.tuple.proto))
		return NATGW_A_COUNTERS_SOURCE_DROP_PROTOCOL;
	if (!ctx->pkt.opens)
		return NATGW_A_COUNTERS_SOURCE_DROP_NO_FLOW;
	return midstream(ctx) ? NATGW_A_COUNTERS_SOURCE_DROP_MIDSTREAM : 0;
}

/* made_meanwhile - the flow of a packet that gets none of its own: what is refused to
 * it may have been given to the one before, on another CPU, since natgw_fast_missed()
 */
static struct natgw_flow *made_meanwhile(struct natgw_ctx *ctx)
{
	struct natgw_flow *flow;

	flow = natgw_flow_find_hashed(ctx->nn, &ctx->pkt.tuple, ctx->pkt.hash,
				      NATGW_DIR_ORIGINAL);
	return flow && flow->gw == ctx->gw ? flow : NULL;
}

/* note_device - a flow's packets come in there; not what the guard takes for that */
static void note_device(const struct natgw_ctx *ctx, struct natgw_flow *flow)
{
	int iif = natgw_in_device(ctx);

	if (ctx->state->pf == NFPROTO_IPV4 && iif &&
	    READ_ONCE(flow->original.iif) != iif)
		WRITE_ONCE(flow->original.iif, iif);
}

static unsigned int begin(struct natgw_ctx *ctx)
{
	struct natgw_treatment treatment;
	struct natgw_flow *flow;
	int forbidden = natgw_outward_forbids(ctx);

	natgw_idle_packet(ctx, false);
	if (forbidden == NATGW_A_COUNTERS_SOURCE_DROP_MIDSTREAM)
		reset(ctx);
	if (forbidden)
		return natgw_drop(ctx, forbidden);
	natgw_rule_apply(ctx->config, &ctx->pkt.tuple, &treatment);
	flow = natgw_pool_bind(ctx->gw, NATGW_FLOW_KIND_INSIDE, &ctx->pkt,
			       &treatment);
	if (IS_ERR(flow))
		flow = made_meanwhile(ctx) ?: flow;
	if (IS_ERR(flow))
		return natgw_outward_no_flow(ctx, PTR_ERR(flow));
	note_device(ctx, flow);
	return send(ctx, flow);
}

/* nobodys - is the source of a forwarded packet an address that no host has, such as
 * that of a broadcast? The kernel asks only where rp_filter does.
 */
static bool nobodys(const struct natgw_ctx *ctx, enum natgw_side side)
{
	return side == NATGW_SIDE_HOST && natgw_in_device(ctx) &&
	       inet_addr_type(ctx->nn->net, ctx->pkt.tuple.src) != RTN_LOCAL;
}

/**
 * natgw_outward_claims() - is a packet of no flow one that the gateway translates?
 * @ctx: the packet, from a source that the gateway may be there for
 */
enum natgw_claim natgw_outward_claims(const struct natgw_ctx *ctx)
{
	const struct natgw_config *config = ctx->config;
	enum natgw_side side = NATGW_SIDE_INSIDE;
	bool spoofed;

	/* What a prefix says is inside, and comes in elsewhere, needs no look:
	 * the kernel has dropped sources that are its own.
	 */
	if (!config->n_inside || !natgw_in_device(ctx) ||
	    natgw_in_device(ctx) == config->ifindex)
		side = natgw_side(ctx->nn->net, config->ifindex,
				  ctx->pkt.tuple.src);
	spoofed = natgw_outward_spoofed(ctx, side) || nobodys(ctx, side);
	if ((side == NATGW_SIDE_HOST && !spoofed) ||
	    (side == NATGW_SIDE_UPLINK && !config->n_inside && !spoofed))
		return NATGW_CLAIM_NONE;
	if (spoofed)
		return NATGW_CLAIM_SPOOFED;
	return config->n_exempt &&
	       natgw_rule_exempts(config, ctx->skb, &ctx->pkt, false) ?
	       NATGW_CLAIM_EXEMPT : NATGW_CLAIM_TRANSLATE;
}

/* A packet of no flow yet, from a source that the gateway may be there for:
 * translate it, drop it, or leave it alone because the source is not inside.
 */
static unsigned int translate_new(struct natgw_ctx *ctx)
{
	enum natgw_claim claim = natgw_outward_claims(ctx);

	if (claim == NATGW_CLAIM_NONE)
		return NF_ACCEPT;
	if (claim == NATGW_CLAIM_EXEMPT) {
		/* The guard sees once more what has come through POST_ROUTING. */
		if (ctx->state->pf == NFPROTO_IPV4)
			natgw_stats_drop(ctx->gw->stats,
					 NATGW_A_COUNTERS_PACKETS_EXEMPT, ctx->skb);
		return NF_ACCEPT;
	}

	natgw_stats_packet(ctx->gw->stats, NATGW_IN_SOURCE, ctx->skb);
	if (claim == NATGW_CLAIM_SPOOFED)
		return natgw_drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED);
	switch (ctx->pkt.kind) {
	case NATGW_PKT_ICMP_ERROR:
		return send_error(ctx);
	case NATGW_PKT_MALFORMED:
		return natgw_drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_MALFORMED);
	case NATGW_PKT_OTHER:
		return natgw_drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_PROTOCOL);
	default:
		return begin(ctx);
	}
}

static unsigned int translate_known(struct natgw_ctx *ctx,
				    struct natgw_flow *flow)
{
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_SOURCE, ctx->skb);
	if (natgw_outward_misplaced(ctx, flow))
		return natgw_drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED);
	note_device(ctx, flow);
	return send(ctx, flow);
}

static unsigned int translate(struct natgw_ctx *ctx)
{
	struct natgw_pkt *pkt = &ctx->pkt;
	struct natgw_flow *flow;
	unsigned int verdict;

	if (natgw_fragment_later(ctx->skb) && send_later(ctx, &verdict))
		return verdict;
	natgw_parse(ctx->skb, pkt);
	if (pkt->kind == NATGW_PKT_FLOW && !natgw_fast_missed(ctx)) {
		pkt->hash = natgw_tuple_hash(&pkt->tuple);
		flow = natgw_flow_find_hashed(ctx->nn, &pkt->tuple, pkt->hash,
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

/* hides - is an address one that nobody outside may see? */
static bool hides(const struct natgw_ctx *ctx, __be32 address)
{
	return natgw_config_inside(ctx->config, address) ||
	       natgw_side(ctx->nn->net, ctx->config->ifindex, address) ==
	       NATGW_SIDE_INSIDE;
}

/* shows_inside - does an error of this host about no flow show an inside address?
 *
 * Its destination is not inside, but what an inside host sent with a source route
 * is answered along the same one, wherever that leads.
 */
static bool shows_inside(const struct natgw_ctx *ctx)
{
	const struct natgw_config *config;
	struct natgw_quote quote;

	natgw_parse_quote(ctx->skb, &ctx->pkt, &quote);
	/* What is about this host itself shows nobody else. */
	return (hides(ctx, quote.tuple.src) ||
		(!natgw_gateway_by_wire(ctx->nn, quote.tuple.dst, &config) &&
		 hides(ctx, quote.tuple.dst))) &&
	       !natgw_rule_exempts(ctx->config, ctx->skb, &ctx->pkt, false);
}

/* An ICMP error of this host, about a reply that was restored already: without
 * the rewrite it would show the inside host to the outside.
 */
static unsigned int host_error(struct natgw_ctx *ctx)
{
	switch (natgw_icmp_out(ctx->nn, ctx->skb, &ctx->pkt, false)) {
	case NATGW_ICMP_UNMATCHED:
		/* Nor when the flow has ended in between. */
		if (!shows_inside(ctx))
			return NF_ACCEPT;
		fallthrough;
	case NATGW_ICMP_CHECKSUM:
		return natgw_drop(ctx, NATGW_A_COUNTERS_HOST_DROP_ICMP);
	case NATGW_ICMP_NO_MEMORY:
		return natgw_drop(ctx, NATGW_A_COUNTERS_HOST_DROP_NO_MEMORY);
	default:
		return NF_ACCEPT;
	}
}

/* hold - the flow that holds the port of what this host begins, or NULL
 *
 * A packet of a connection that somebody opened to a service of the host needs
 * none: the packets of that connection came in because no flow had the tuple,
 * and the socket keeps it (host.c). Nor does one of a protocol that no client
 * can use.
 */
static struct natgw_flow *hold(struct natgw_ctx *ctx)
{
	bool forwarded = IPCB(ctx->skb)->flags & IPSKB_FORWARDED;
	const struct natgw_pkt *pkt = &ctx->pkt;
	const struct natgw_treatment treatment = {
		.address = pkt->tuple.src,
	};
	struct natgw_flow *flow;

	if (!pkt->opens ||
	    !natgw_outward_translates(ctx->config, pkt->tuple.proto) ||
	    ipv4_is_multicast(pkt->tuple.dst) ||
	    ipv4_is_lbcast(pkt->tuple.dst))
		return NULL;
	if (natgw_proto_stateful(pkt->tuple.proto) && !forwarded &&
	    (pkt->tcp & (NATGW_TCP_SYN | NATGW_TCP_ACK)) != NATGW_TCP_SYN)
		return NULL;
	flow = natgw_pool_bind(ctx->gw, NATGW_FLOW_KIND_HOST, pkt, &treatment);
	return IS_ERR(flow) ? NULL : flow;
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
		if (!natgw_flow_taken(ctx->nn, &reply) &&
		    !natgw_mapping_taken(ctx->nn, ctx->config, &reply))
			return NF_ACCEPT;
		return natgw_drop(ctx, NATGW_A_COUNTERS_HOST_DROP_NO_PORT);
	}
	natgw_note_packet(ctx->config, &ctx->pkt, flow, NATGW_DIR_ORIGINAL);
	if (!natgw_xlate_source(ctx->skb, &ctx->pkt, flow))
		return natgw_drop(ctx, NATGW_A_COUNTERS_HOST_DROP_NO_MEMORY);
	natgw_account(flow, NATGW_DIR_ORIGINAL, ctx->skb);
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

/* usurped - does a client use an address on the wire itself? Where that is one of this
 * host, the kernel has not let its packet in; and what conntrack has translated may
 * have it.
 */
static bool usurped(const struct natgw_ctx *ctx)
{
	enum ip_conntrack_info info;
	const struct nf_conn *ct;

	if (!(IPCB(ctx->skb)->flags & IPSKB_FORWARDED))
		return false;
	ct = nf_ct_get(ctx->skb, &info);
	return !(ct && ct->status & IPS_NAT_MASK) &&
	       inet_addr_type(ctx->nn->net, ip_hdr(ctx->skb)->saddr) != RTN_LOCAL;
}

/* of_wire - with the address of a gateway as its source */
static unsigned int of_wire(struct natgw_ctx *ctx)
{
	if (ctx->config->ifindex != ctx->state->out->ifindex)
		return NF_ACCEPT;
	if (!usurped(ctx))
		return from_wire(ctx);
	natgw_parse(ctx->skb, &ctx->pkt);
	natgw_stats_packet(ctx->gw->stats, NATGW_IN_SOURCE, ctx->skb);
	return natgw_drop(ctx, NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED);
}

/**
 * natgw_outward() - what becomes of a packet that is about to leave
 * @ctx: the packet
 *
 * Return: the verdict.
 */
unsigned int natgw_outward(struct natgw_ctx *ctx)
{
	const struct iphdr *iph = ip_hdr(ctx->skb);
	int out = ctx->state->out->ifindex;

	if (IPCB(ctx->skb)->flags & NATGW_SKB_TURNED)
		return natgw_hairpin_leave(ctx);
	if (IPCB(ctx->skb)->flags & NATGW_SKB_RESTORED &&
	    READ_ONCE(ctx->nn->fast))
		natgw_fast_arm_reply(ctx);
	ctx->gw = natgw_gateway_by_wire(ctx->nn, iph->saddr, &ctx->config);
	if (ctx->gw)
		return of_wire(ctx);

	if (own_source(ctx)) {
		ctx->gw = natgw_gateway_on(ctx->nn, out, &ctx->config);
		return ctx->gw ? from_host(ctx) : NF_ACCEPT;
	}
	ctx->gw = natgw_gateway_by_uplink(ctx->nn, out, natgw_in_device(ctx),
					  iph, &ctx->config);
	if (ctx->gw)
		return translate(ctx);
	return natgw_fence_stops(ctx->nn, out, ctx->skb) ?
	       natgw_drop(ctx, NATGW_DROP_CAUSE_FENCE) : NF_ACCEPT;
}
