// SPDX-License-Identifier: GPL-2.0
/* ICMP errors: which flow they are about. An error neither refreshes nor ends
 * the flow (RFC 5508 REQ-6, RFC 4787 REQ-12).
 */
#include <net/icmp.h>

#include "flow.h"
#include "icmp.h"
#include "tcp.h"
#include "xlate.h"

/* read_quote - whose packet an error is about, or NATGW_ICMP_* for why not
 *
 * An error that arrived damaged must not be made to look whole by the new
 * checksum (RFC 5508 REQ-3).
 */
static enum natgw_icmp read_quote(const struct sk_buff *skb,
				  const struct natgw_pkt *pkt,
				  struct natgw_quote *quote)
{
	if (csum_fold(skb_checksum(skb, pkt->thoff, skb->len - pkt->thoff, 0)))
		return NATGW_ICMP_CHECKSUM;
	switch (natgw_parse_quote(skb, pkt, quote)) {
	case NATGW_QUOTED_BROKEN:
		return NATGW_ICMP_CHECKSUM;
	case NATGW_QUOTED_FLOW:
		/* An error goes to whoever sent what it quotes. */
		if (quote->tuple.src == pkt->tuple.dst)
			return NATGW_ICMP_XLATED;
		fallthrough;
	default:
		return NATGW_ICMP_UNMATCHED;
	}
}

/**
 * natgw_icmp_in() - translate an ICMP error that came in for a gateway address
 * @nn: the namespace
 * @skb: the error
 * @pkt: the error, parsed
 *
 * Context: softirq, RCU. Return: what became of it.
 */
enum natgw_icmp natgw_icmp_in(struct natgw_net *nn, struct sk_buff *skb,
			      const struct natgw_pkt *pkt)
{
	struct natgw_quote quote;
	struct natgw_tuple reply;
	struct natgw_flow *flow;
	enum natgw_icmp what;

	what = read_quote(skb, pkt, &quote);
	if (what != NATGW_ICMP_XLATED)
		return what;
	reply = natgw_tuple_invert(&quote.tuple);
	flow = natgw_flow_find(nn, &reply, NATGW_DIR_REPLY);
	if (!flow)
		return NATGW_ICMP_UNMATCHED;
	if (quote.tuple.proto == IPPROTO_TCP &&
	    !natgw_tcp_under_way(flow, quote.seq))
		return NATGW_ICMP_SPOOFED;
	if (!natgw_xlate_error_in(skb, pkt, &quote, flow))
		return NATGW_ICMP_NO_MEMORY;
	return flow->kind == NATGW_FLOW_KIND_HOST ? NATGW_ICMP_HOST :
						    NATGW_ICMP_XLATED;
}

/**
 * natgw_icmp_out() - translate an ICMP error that leaves through an uplink
 * @nn: the namespace
 * @skb: the error
 * @pkt: the error, parsed
 * @from_inside: its source is to be hidden too; else it is this host's own
 *
 * Context: bottom halves disabled, RCU. Return: what became of it.
 */
enum natgw_icmp natgw_icmp_out(struct natgw_net *nn, struct sk_buff *skb,
			       const struct natgw_pkt *pkt, bool from_inside)
{
	struct natgw_tuple original;
	struct natgw_quote quote;
	struct natgw_flow *flow;
	enum natgw_icmp what;

	what = read_quote(skb, pkt, &quote);
	if (what != NATGW_ICMP_XLATED)
		return what;
	original = natgw_tuple_invert(&quote.tuple);
	flow = natgw_flow_find(nn, &original, NATGW_DIR_ORIGINAL);
	if (!flow)
		return NATGW_ICMP_UNMATCHED;
	return natgw_xlate_error_out(skb, pkt, &quote, flow, from_inside) ?
	       NATGW_ICMP_XLATED : NATGW_ICMP_NO_MEMORY;
}

/**
 * natgw_icmp_hairpin() - translate an error between two inside hosts
 * @nn: the namespace
 * @skb: the error, for a gateway address
 * @pkt: the error, parsed
 *
 * It is about a packet that came to its sender by hairpin: the quote shows the
 * external endpoint of one side and the inside endpoint of the other. Both are
 * turned round, and the destination becomes the inside host that sent what is
 * quoted (RFC 5508 REQ-7). The source is hidden when the packet leaves.
 *
 * Context: softirq, RCU. Return: what became of it.
 */
enum natgw_icmp natgw_icmp_hairpin(struct natgw_net *nn, struct sk_buff *skb,
				   const struct natgw_pkt *pkt)
{
	struct natgw_flow *sender, *receiver;
	struct natgw_tuple tuple;
	struct natgw_quote quote;
	enum natgw_icmp what;

	what = read_quote(skb, pkt, &quote);
	if (what != NATGW_ICMP_XLATED)
		return what;
	tuple = natgw_tuple_invert(&quote.tuple);
	receiver = natgw_flow_find(nn, &tuple, NATGW_DIR_ORIGINAL);
	if (!receiver)
		return NATGW_ICMP_UNMATCHED;
	tuple = *natgw_flow_tuple(receiver, NATGW_DIR_REPLY);
	tuple = natgw_tuple_invert(&tuple);
	sender = natgw_flow_find(nn, &tuple, NATGW_DIR_REPLY);
	if (!sender)
		return NATGW_ICMP_UNMATCHED;
	return natgw_xlate_error_out(skb, pkt, &quote, receiver, false) &&
	       natgw_xlate_error_in(skb, pkt, &quote, sender) ?
	       NATGW_ICMP_XLATED : NATGW_ICMP_NO_MEMORY;
}
