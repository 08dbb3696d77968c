// SPDX-License-Identifier: GPL-2.0
/* ICMP errors: which flow they are about. An error neither refreshes nor ends
 * the flow (RFC 5508 REQ-6, RFC 4787 REQ-12).
 */
#include <net/icmp.h>

#include "flow.h"
#include "icmp.h"
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
 * natgw_icmp_no_resource() - tell a client that it gets no flow now
 * @skb: its packet, as it sent it
 *
 * Host unreachable is a soft error: the client may try again, and does not
 * take the destination for closed (RFC 6888 REQ-11). The kernel limits the
 * rate.
 *
 * Context: softirq.
 */
void natgw_icmp_no_resource(struct sk_buff *skb)
{
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
}
