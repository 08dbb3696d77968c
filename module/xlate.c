// SPDX-License-Identifier: GPL-2.0
/* Rewriting. Nothing is decided here: by the time a function of this file is
 * called, what the packet becomes is settled, and only memory can be missing.
 */
#include <linux/crc32.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "flow.h"
#include "parse.h"
#include "xlate.h"

/**
 * natgw_xlate_prepare() - what becomes of a flow's packets
 * @flow: in no table yet, with its addresses and ports
 *
 * Of those out the source turns into the reply's destination, of those in the
 * destination back into the source.
 *
 * Context: any.
 */
void natgw_xlate_prepare(struct natgw_flow *flow)
{
	struct natgw_node *out = &flow->original, *in = &flow->reply;
	__wsum delta;

	out->addr = in->tuple.dst;
	out->port = in->tuple.dport;
	in->addr = out->tuple.src;
	in->port = out->tuple.sport;
	delta = csum_sub(csum_add((__force __wsum)out->addr,
				  (__force __wsum)out->port),
			 csum_add((__force __wsum)in->addr,
				  (__force __wsum)in->port));
	/* Back is the opposite, which in these sums is the complement. */
	in->delta = csum_fold(delta);
	out->delta = ~in->delta;
}

/* One side of a packet, before and after. */
struct change {
	bool source;		/* else the destination */
	__be32 addr;
	__be32 new_addr;
	__be16 port;
	__be16 new_port;
};

static struct change change_source(const struct natgw_flow *flow)
{
	const struct natgw_tuple *o = natgw_flow_tuple(flow,
						       NATGW_DIR_ORIGINAL);
	const struct natgw_tuple *r = natgw_flow_tuple(flow, NATGW_DIR_REPLY);

	return (struct change){
		.source = true,
		.addr = o->src, .new_addr = r->dst,
		.port = o->sport, .new_port = r->dport,
	};
}

static struct change change_destination(const struct natgw_flow *flow)
{
	const struct natgw_tuple *o = natgw_flow_tuple(flow,
						       NATGW_DIR_ORIGINAL);
	const struct natgw_tuple *r = natgw_flow_tuple(flow, NATGW_DIR_REPLY);

	return (struct change){
		.source = false,
		.addr = r->dst, .new_addr = o->src,
		.port = r->dport, .new_port = o->sport,
	};
}

/* The checksum covers the ports and the pseudo-header however little of the rest
 * it covers, and 0 is a checksum like any other (RFC 4340 section 9).
 */
static void replace_dccp(struct sk_buff *skb, struct natgw_ports *head,
			 const struct natgw_node *node)
{
	natgw_mend(skb, &head->check, natgw_plain_check(skb), node);
	natgw_replace_port(&head->source, &head->dest, node);
}

static __wsum crc32c_update(const void *data, int len, __wsum sum)
{
	return (__force __wsum)__crc32c_le((__force u32)sum, data, len);
}

static __wsum crc32c_combine(__wsum first, __wsum second, int offset, int len)
{
	return (__force __wsum)__crc32c_le_combine((__force u32)first,
						   (__force u32)second, len);
}

/* A CRC over the whole packet, without the addresses (RFC 9260 section 6.8). It
 * cannot be corrected for a change, so it is made anew, unless the device is
 * still to do that; one that was wrong stays wrong by as much.
 */
static __le32 sctp_crc(struct sk_buff *skb, unsigned int offset,
		       struct sctphdr *head)
{
	static const struct skb_checksum_ops ops = {
		.update = crc32c_update,
		.combine = crc32c_combine,
	};
	__le32 was = head->checksum;
	__wsum sum;

	head->checksum = 0;
	sum = __skb_checksum(skb, offset, skb->len - offset,
			     (__force __wsum)~0U, &ops);
	head->checksum = was;
	return cpu_to_le32(~(__force u32)sum);
}

static void replace_sctp(struct sk_buff *skb, unsigned int offset,
			 const struct natgw_node *node)
{
	struct sctphdr *head = (struct sctphdr *)(skb->data + offset);
	bool whole = skb->ip_summed != CHECKSUM_PARTIAL;
	__le32 wrong = 0;

	if (whole)
		wrong = head->checksum ^ sctp_crc(skb, offset, head);
	natgw_replace_port(&head->source, &head->dest, node);
	if (whole)
		head->checksum = sctp_crc(skb, offset, head) ^ wrong;
	/* What a device computed over the packet does not hold any more. */
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
}

/* No pseudo-header; one identifier, whichever side it stands for. */
static void replace_icmp(struct sk_buff *skb, struct icmphdr *icmph,
			 const struct natgw_node *node)
{
	inet_proto_csum_replace2(&icmph->checksum, skb, icmph->un.echo.id,
				 node->port, false);
	icmph->un.echo.id = node->port;
}

static void replace_address(struct iphdr *iph, bool source, __be32 addr)
{
	__be32 *field = source ? &iph->saddr : &iph->daddr;

	csum_replace4(&iph->check, *field, addr);
	*field = addr;
}

static unsigned int transport_len(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return sizeof(struct tcphdr);
	case IPPROTO_SCTP:
		return sizeof(struct sctphdr);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_ICMP:
		return sizeof(struct natgw_ports);
	default:
		return 0;
	}
}

static void replace_transport(struct sk_buff *skb, const struct natgw_pkt *pkt,
			      const struct natgw_node *node)
{
	void *transport = skb->data + pkt->thoff;

	switch (pkt->tuple.proto) {
	case IPPROTO_TCP:
		natgw_replace_tcp(skb, transport, node);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		natgw_replace_udp(skb, transport, node);
		break;
	case IPPROTO_DCCP:
		replace_dccp(skb, transport, node);
		break;
	case IPPROTO_SCTP:
		replace_sctp(skb, pkt->thoff, node);
		break;
	case IPPROTO_ICMP:
		replace_icmp(skb, transport, node);
		break;
	}
}

static bool xlate(struct sk_buff *skb, const struct natgw_pkt *pkt,
		  const struct natgw_node *node, bool source)
{
	/* Somebody else may hold the same bytes (a capture, a mirror). */
	if (skb_ensure_writable(skb, pkt->thoff +
				transport_len(pkt->tuple.proto)))
		return false;

	replace_transport(skb, pkt, node);
	replace_address(ip_hdr(skb), source, node->addr);
	skb_clear_hash(skb);
	return true;
}

/**
 * natgw_xlate_source() - original direction: put the gateway's address in
 * @skb: the packet, skb->data at the IP header
 * @pkt: the packet, parsed
 * @flow: its flow
 *
 * Context: softirq, RCU. Return: false without memory; @skb is then as it was.
 */
bool natgw_xlate_source(struct sk_buff *skb, const struct natgw_pkt *pkt,
			const struct natgw_flow *flow)
{
	const struct natgw_node *node = &flow->original;

	/* This host's own packets mostly stay as they are. */
	if (node->addr == node->tuple.src && node->port == node->tuple.sport)
		return true;
	return xlate(skb, pkt, node, true);
}

/**
 * natgw_xlate_destination() - reply direction: restore the inside address
 * @skb: the packet, skb->data at the IP header
 * @pkt: the packet, parsed
 * @flow: its flow
 *
 * A route found for the old destination is dropped.
 *
 * Context: softirq, RCU. Return: false without memory; @skb is then as it was.
 */
bool natgw_xlate_destination(struct sk_buff *skb, const struct natgw_pkt *pkt,
			     const struct natgw_flow *flow)
{
	const struct natgw_node *node = &flow->reply;

	if (node->addr == node->tuple.dst && node->port == node->tuple.dport)
		return true;
	if (!xlate(skb, pkt, node, false))
		return false;
	if (node->addr != node->tuple.dst)
		skb_dst_drop(skb);
	return true;
}

/**
 * natgw_xlate_fragment() - give a later fragment what its first one was given
 * @skb: the fragment, skb->data at the IP header
 * @source: the address is the source, else the destination, whose route is
 *	dropped
 * @addr: the address
 * @id: the identification
 *
 * Context: softirq, RCU. Return: false without memory; @skb is then as it was.
 */
bool natgw_xlate_fragment(struct sk_buff *skb, bool source, __be32 addr,
			  __be16 id)
{
	struct iphdr *iph;

	if (skb_ensure_writable(skb, sizeof(*iph)))
		return false;
	iph = ip_hdr(skb);
	csum_replace2(&iph->check, iph->id, id);
	iph->id = id;
	replace_address(iph, source, addr);
	skb_clear_hash(skb);
	if (!source)
		skb_dst_drop(skb);
	return true;
}

/* The quote may end anywhere after 8 bytes of transport header: its checksum
 * field is changed where it is there.
 */
static void replace_quoted_check(struct sk_buff *skb, unsigned int offset,
				 const struct change *c,
				 bool zero_is_none)
{
	__sum16 *check = (__sum16 *)(skb->data + offset);

	if (skb->len < offset + sizeof(*check) || (zero_is_none && !*check))
		return;
	csum_replace4(check, c->addr, c->new_addr);
	csum_replace2(check, c->port, c->new_port);
	if (zero_is_none && !*check)
		*check = CSUM_MANGLED_0;
}

static void replace_quoted_transport(struct sk_buff *skb,
				     const struct natgw_quote *quote,
				     const struct change *c)
{
	void *transport = skb->data + quote->thoff;
	struct icmphdr *icmph = transport;
	__be16 *ports = transport;
	bool zero_is_none = false;
	unsigned int check;

	switch (quote->tuple.proto) {
	case IPPROTO_ICMP:
		csum_replace2(&icmph->checksum, c->port, c->new_port);
		icmph->un.echo.id = c->new_port;
		return;
	case IPPROTO_TCP:
		check = offsetof(struct tcphdr, check);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		zero_is_none = true;
		fallthrough;
	case IPPROTO_DCCP:
		check = offsetof(struct natgw_ports, check);
		break;
	case IPPROTO_SCTP:
		/* A CRC of what is not all there. */
		ports[c->source ? 0 : 1] = c->new_port;
		return;
	default:
		return;
	}
	replace_quoted_check(skb, quote->thoff + check, c, zero_is_none);
	ports[c->source ? 0 : 1] = c->new_port;
}

/* The error's own checksum covers all that it quotes. It was right before
 * (icmp.c has seen to that) and is right again, so a checksum that a device
 * computed over the message (CHECKSUM_COMPLETE) still holds.
 */
static void replace_icmp_check(struct sk_buff *skb, const struct natgw_pkt *pkt)
{
	struct icmphdr *icmph = (struct icmphdr *)(skb->data + pkt->thoff);

	icmph->checksum = 0;
	icmph->checksum = csum_fold(skb_checksum(skb, pkt->thoff,
						 skb->len - pkt->thoff, 0));
}

static bool xlate_quote(struct sk_buff *skb, const struct natgw_pkt *pkt,
			const struct natgw_quote *quote,
			const struct change *c)
{
	u8 proto = quote->tuple.proto;
	unsigned int end = quote->thoff + transport_len(proto);

	if (skb_ensure_writable(skb, min(end, skb->len)))
		return false;
	replace_quoted_transport(skb, quote, c);
	replace_address((struct iphdr *)(skb->data + quote->ipoff), c->source,
			c->new_addr);
	replace_icmp_check(skb, pkt);
	skb_clear_hash(skb);
	return true;
}

/**
 * natgw_xlate_error_in() - an ICMP error from outside, about what a flow sent
 * @skb: the error
 * @pkt: the error, parsed
 * @quote: what it quotes: a packet as it left the uplink
 * @flow: the flow of that packet
 *
 * The quote's source and the error's destination become the inside host's
 * (RFC 5508 REQ-4).
 *
 * Context: softirq, RCU. Return: false without memory; @skb is then as it was.
 */
bool natgw_xlate_error_in(struct sk_buff *skb, const struct natgw_pkt *pkt,
			  const struct natgw_quote *quote,
			  const struct natgw_flow *flow)
{
	struct change c = change_destination(flow);

	/* What was the destination of replies is the source in the quote. */
	c.source = true;
	if (!xlate_quote(skb, pkt, quote, &c))
		return false;
	replace_address(ip_hdr(skb), false, c.new_addr);
	if (c.addr != c.new_addr)
		skb_dst_drop(skb);
	return true;
}

/**
 * natgw_xlate_error_out() - an ICMP error to the outside, about a reply
 * @skb: the error
 * @pkt: the error, parsed
 * @quote: what it quotes: a packet as it was restored
 * @flow: the flow of that packet
 * @outer: the error's own source has to be hidden as well (RFC 5508 REQ-5)
 *
 * Context: softirq, RCU. Return: false without memory; @skb is then as it was.
 */
bool natgw_xlate_error_out(struct sk_buff *skb, const struct natgw_pkt *pkt,
			   const struct natgw_quote *quote,
			   const struct natgw_flow *flow, bool outer)
{
	struct change c = change_source(flow);

	/* What was the source of the flow is the destination in the quote. */
	c.source = false;
	if (!xlate_quote(skb, pkt, quote, &c))
		return false;
	if (outer)
		replace_address(ip_hdr(skb), true, c.new_addr);
	return true;
}

/**
 * natgw_xlate_error_source() - hide who sent an ICMP error to another inside host
 * @skb: the error, turned by natgw_icmp_hairpin()
 * @pkt: the error, parsed
 *
 * Its source becomes the destination of what it quotes, by which its receiver
 * knows its sender.
 *
 * Context: softirq, RCU. Return: false without memory; @skb is then as it was.
 */
bool natgw_xlate_error_source(struct sk_buff *skb, const struct natgw_pkt *pkt)
{
	const struct iphdr *quoted;
	struct iphdr buf;
	__be32 addr;

	quoted = skb_header_pointer(skb, pkt->thoff + sizeof(struct icmphdr),
				    sizeof(buf), &buf);
	if (!quoted)
		return false;
	addr = quoted->daddr;
	if (skb_ensure_writable(skb, sizeof(struct iphdr)))
		return false;
	replace_address(ip_hdr(skb), true, addr);
	skb_clear_hash(skb);
	return true;
}
