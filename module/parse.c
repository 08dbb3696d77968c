// SPDX-License-Identifier: GPL-2.0
/* The only code that reads headers. It copies what it reads, so that nobody
 * holds a pointer into a packet that is about to be changed.
 */
#include <linux/dccp.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <net/ip.h>

#include "parse.h"

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
	pkt->seq = ntohl(th->seq);
	pkt->ack = ntohl(th->ack_seq);
	pkt->end = pkt->seq + skb->len - pkt->thoff - th->doff * 4 + th->syn +
		   th->fin;
	return NATGW_PKT_FLOW;
}

/* The first chunk tells what a packet is for; those that open, abort or end an
 * association are alone in theirs (RFC 9260 section 6.10).
 */
static u8 parse_sctp(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	struct {
		struct sctphdr head;
		struct sctp_chunkhdr chunk;
	} __packed buf;
	const typeof(buf) *sctp;

	sctp = skb_header_pointer(skb, pkt->thoff, sizeof(buf), &buf);
	if (!sctp)
		return NATGW_PKT_MALFORMED;
	pkt->tuple.sport = sctp->head.source;
	pkt->tuple.dport = sctp->head.dest;
	pkt->opens = true;
	switch (sctp->chunk.type) {
	case SCTP_CID_INIT:
		pkt->tcp = NATGW_TCP_SYN;
		break;
	case SCTP_CID_INIT_ACK:
		pkt->tcp = NATGW_TCP_SYN | NATGW_TCP_ACK;
		break;
	case SCTP_CID_ABORT:
	case SCTP_CID_SHUTDOWN_COMPLETE:
		pkt->tcp = NATGW_TCP_RST;
		break;
	default:
		pkt->tcp = NATGW_TCP_ACK;
		break;
	}
	return NATGW_PKT_FLOW;
}

/* Sent by a server to open the way for a client (RFC 5596). */
enum { DCCP_TYPE_LISTEN = 10 };

static u8 parse_dccp(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct dccp_hdr *dh;
	struct dccp_hdr buf;

	dh = skb_header_pointer(skb, pkt->thoff, sizeof(buf), &buf);
	if (!dh || dh->dccph_doff * 4 < sizeof(*dh) ||
	    dh->dccph_doff * 4 > skb->len - pkt->thoff)
		return NATGW_PKT_MALFORMED;
	pkt->tuple.sport = dh->dccph_sport;
	pkt->tuple.dport = dh->dccph_dport;
	pkt->opens = true;
	switch (dh->dccph_type) {
	case DCCP_PKT_REQUEST:
	case DCCP_TYPE_LISTEN:
		pkt->tcp = NATGW_TCP_SYN;
		break;
	case DCCP_PKT_RESPONSE:
		pkt->tcp = NATGW_TCP_SYN | NATGW_TCP_ACK;
		break;
	case DCCP_PKT_CLOSE:
		pkt->tcp = NATGW_TCP_FIN | NATGW_TCP_ACK;
		break;
	case DCCP_PKT_RESET:
		pkt->tcp = NATGW_TCP_RST;
		break;
	default:
		pkt->tcp = NATGW_TCP_ACK;
		break;
	}
	return NATGW_PKT_FLOW;
}

/* What UDP and UDP-Lite say of their flow, in the same place. */
static u8 take_ports(struct natgw_pkt *pkt, const struct natgw_ports *ports)
{
	pkt->tuple.sport = ports->source;
	pkt->tuple.dport = ports->dest;
	pkt->opens = true;
	return NATGW_PKT_FLOW;
}

static u8 parse_udplite(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct natgw_ports *ports;
	struct natgw_ports buf;
	unsigned int cover;

	ports = skb_header_pointer(skb, pkt->thoff, sizeof(buf), &buf);
	if (!ports)
		return NATGW_PKT_MALFORMED;
	/* Where UDP has a length, this has what the checksum covers: 0 for all,
	 * and never less than the header (RFC 3828 section 3.1).
	 */
	cover = ntohs(ports->length);
	if (cover && (cover < sizeof(*ports) ||
		      (!pkt->first && cover > skb->len - pkt->thoff)))
		return NATGW_PKT_MALFORMED;
	return take_ports(pkt, ports);
}

static u8 parse_udp(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct natgw_ports *ports;
	struct natgw_ports buf;
	unsigned int len;

	ports = skb_header_pointer(skb, pkt->thoff, sizeof(buf), &buf);
	if (!ports)
		return NATGW_PKT_MALFORMED;
	len = ntohs(ports->length);
	if (!skb_is_gso(skb) &&
	    (len < sizeof(*ports) ||
	     (!pkt->first && len > skb->len - pkt->thoff)))
		return NATGW_PKT_MALFORMED;
	return take_ports(pkt, ports);
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
 * A first fragment is as good as the whole where all that is changed is in it and
 * nothing depends on the rest: not so the numbers of a connection, the CRC of
 * SCTP, or the quote of an ICMP error.
 *
 * Context: any. Changes nothing in @skb.
 */
void natgw_parse(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct iphdr *iph = ip_hdr(skb);

	*pkt = (struct natgw_pkt){
		.tuple.src = iph->saddr,
		.tuple.dst = iph->daddr,
		.tuple.proto = iph->protocol,
		.thoff = skb_network_offset(skb) + iph->ihl * 4,
	};

	pkt->first = ip_is_fragment(iph);
	if (iph->frag_off & htons(IP_OFFSET) ||
	    (pkt->first && natgw_proto_stateful(iph->protocol)) ||
	    !natgw_sum_lands(skb, pkt->thoff)) {
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
	case IPPROTO_UDPLITE:
		pkt->kind = parse_udplite(skb, pkt);
		break;
	case IPPROTO_SCTP:
		pkt->kind = parse_sctp(skb, pkt);
		break;
	case IPPROTO_DCCP:
		pkt->kind = parse_dccp(skb, pkt);
		break;
	default:
		pkt->kind = NATGW_PKT_FLOW;
		pkt->opens = true;
		break;
	}
	if (pkt->first && pkt->kind != NATGW_PKT_FLOW)
		pkt->kind = NATGW_PKT_MALFORMED;
}

/* RFC 792 promises 8 bytes: ports and TCP's sequence number, not its checksum. */
static bool parse_quoted_transport(const struct sk_buff *skb,
				   struct natgw_quote *quote)
{
	struct natgw_tuple *tuple = &quote->tuple;
	const __be32 *words;
	__be32 buf[2];

	if (natgw_proto_portless(tuple->proto))
		return true;
	words = skb_header_pointer(skb, quote->thoff, sizeof(buf), buf);
	if (!words)
		return false;
	if (tuple->proto == IPPROTO_ICMP)
		return icmp_query((const struct icmphdr *)words, tuple);
	tuple->sport = ((const __be16 *)words)[0];
	tuple->dport = ((const __be16 *)words)[1];
	quote->seq = ntohl(words[1]);
	return true;
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
