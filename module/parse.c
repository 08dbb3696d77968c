// SPDX-License-Identifier: GPL-2.0
/* The only code that reads headers. It copies what it reads, so that nobody
 * holds a pointer into a packet that is about to be changed.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "parse.h"

/**
 * natgw_tuple_invert() - the tuple of an answer
 * @tuple: of what is answered
 *
 * An ICMP identifier moves from the request's field to the reply's.
 */
struct natgw_tuple natgw_tuple_invert(const struct natgw_tuple *tuple)
{
	return (struct natgw_tuple){
		.src = tuple->dst,
		.dst = tuple->src,
		.sport = tuple->dport,
		.dport = tuple->sport,
		.proto = tuple->proto,
	};
}

/* The identifier of an ICMP query stands for the port at the side that asks:
 * the source of a request, the destination of a reply (RFC 5508 section 3.1).
 */
static bool icmp_query(const struct icmphdr *icmph, struct natgw_tuple *tuple)
{
	if (icmph->type == ICMP_ECHO)
		tuple->sport = icmph->un.echo.id;
	else if (icmph->type == ICMP_ECHOREPLY)
		tuple->dport = icmph->un.echo.id;
	else
		return false;
	return true;
}

static u8 parse_icmp(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct icmphdr *icmph;
	struct icmphdr buf;

	icmph = skb_header_pointer(skb, pkt->thoff, sizeof(buf), &buf);
	if (!icmph)
		return NATGW_PKT_MALFORMED;
	if (icmp_query(icmph, &pkt->tuple)) {
		pkt->opens = icmph->type == ICMP_ECHO;
		return NATGW_PKT_FLOW;
	}
	switch (icmph->type) {
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return NATGW_PKT_ICMP_ERROR;
	default:
		return NATGW_PKT_OTHER;
	}
}

static u8 parse_tcp(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct tcphdr *th;
	struct tcphdr buf;

	th = skb_header_pointer(skb, pkt->thoff, sizeof(buf), &buf);
	if (!th || th->doff * 4 < sizeof(*th) ||
	    th->doff * 4 > skb->len - pkt->thoff)
		return NATGW_PKT_MALFORMED;
	pkt->tuple.sport = th->source;
	pkt->tuple.dport = th->dest;
	pkt->tcp = (th->fin ? NATGW_TCP_FIN : 0) |
		   (th->syn ? NATGW_TCP_SYN : 0) |
		   (th->rst ? NATGW_TCP_RST : 0) |
		   (th->ack ? NATGW_TCP_ACK : 0);
	pkt->opens = true;
	return NATGW_PKT_FLOW;
}

static u8 parse_udp(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct udphdr *uh;
	struct udphdr buf;
	unsigned int len;

	uh = skb_header_pointer(skb, pkt->thoff, sizeof(buf), &buf);
	if (!uh)
		return NATGW_PKT_MALFORMED;
	len = ntohs(uh->len);
	if (!skb_is_gso(skb) &&
	    (len < sizeof(*uh) || len > skb->len - pkt->thoff))
		return NATGW_PKT_MALFORMED;
	pkt->tuple.sport = uh->source;
	pkt->tuple.dport = uh->dest;
	pkt->opens = true;
	return NATGW_PKT_FLOW;
}

/**
 * natgw_parse() - read a packet's headers
 * @skb: an IPv4 packet that ip_rcv() or the local output checked, with
 *	skb->data at the IP header
 * @pkt: filled
 *
 * The IP header's own checks (version, lengths, checksum, trailing bytes) were
 * made before any hook saw the packet; lengths are therefore taken from the
 * skb, which also holds for packets too big for the header's length field.
 *
 * Context: any. Changes nothing in @skb.
 */
void natgw_parse(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct iphdr *iph = ip_hdr(skb);

	memset(pkt, 0, sizeof(*pkt));
	pkt->tuple.src = iph->saddr;
	pkt->tuple.dst = iph->daddr;
	pkt->tuple.proto = iph->protocol;
	pkt->thoff = skb_network_offset(skb) + iph->ihl * 4;

	if (ip_is_fragment(iph)) {
		pkt->kind = NATGW_PKT_MALFORMED;
		return;
	}
	switch (iph->protocol) {
	case IPPROTO_TCP:
		pkt->kind = parse_tcp(skb, pkt);
		break;
	case IPPROTO_UDP:
		pkt->kind = parse_udp(skb, pkt);
		break;
	case IPPROTO_ICMP:
		pkt->kind = parse_icmp(skb, pkt);
		break;
	default:
		pkt->kind = NATGW_PKT_OTHER;
		break;
	}
}

static bool parse_quoted_transport(const struct sk_buff *skb,
				   struct natgw_quote *quote)
{
	struct natgw_tuple *tuple = &quote->tuple;

	if (tuple->proto == IPPROTO_ICMP) {
		const struct icmphdr *icmph;
		struct icmphdr buf;

		icmph = skb_header_pointer(skb, quote->thoff, sizeof(buf),
					   &buf);
		return icmph && icmp_query(icmph, tuple);
	}
	if (tuple->proto == IPPROTO_TCP || tuple->proto == IPPROTO_UDP) {
		const __be16 *ports;
		__be16 buf[2];

		/* RFC 792 promises 8 bytes: ports, not TCP's checksum. */
		ports = skb_header_pointer(skb, quote->thoff, sizeof(buf), buf);
		if (!ports || skb->len < quote->thoff + 8)
			return false;
		tuple->sport = ports[0];
		tuple->dport = ports[1];
		return true;
	}
	return false;
}

/**
 * natgw_parse_quote() - read what an ICMP error quotes
 * @skb: the error
 * @pkt: the error, parsed, of kind NATGW_PKT_ICMP_ERROR
 * @quote: filled
 *
 * Options of the quoted header are skipped and its transport checksum is not
 * looked at; the checksum of the quoted IP header has to be right (RFC 5508
 * REQ-3). A quoted fragment other than the first has no ports and is refused.
 *
 * Context: any. Changes nothing in @skb. Return: what is quoted; @quote is
 * filled where that is NATGW_QUOTED_FLOW.
 */
enum natgw_quoted natgw_parse_quote(const struct sk_buff *skb,
				    const struct natgw_pkt *pkt,
				    struct natgw_quote *quote)
{
	const struct iphdr *iph;
	u8 buf[60];

	memset(quote, 0, sizeof(*quote));
	quote->ipoff = pkt->thoff + sizeof(struct icmphdr);
	iph = skb_header_pointer(skb, quote->ipoff, sizeof(*iph), buf);
	if (!iph || iph->version != 4 || iph->ihl < 5)
		return NATGW_QUOTED_OTHER;
	iph = skb_header_pointer(skb, quote->ipoff, iph->ihl * 4, buf);
	if (!iph)
		return NATGW_QUOTED_OTHER;
	if (ip_fast_csum((const u8 *)iph, iph->ihl))
		return NATGW_QUOTED_BROKEN;
	if (iph->frag_off & htons(IP_OFFSET))
		return NATGW_QUOTED_OTHER;

	quote->thoff = quote->ipoff + iph->ihl * 4;
	quote->tuple.src = iph->saddr;
	quote->tuple.dst = iph->daddr;
	quote->tuple.proto = iph->protocol;
	return parse_quoted_transport(skb, quote) ? NATGW_QUOTED_FLOW :
						    NATGW_QUOTED_OTHER;
}
