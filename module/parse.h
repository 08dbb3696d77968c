/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_PARSE_H
#define _NATGW_PARSE_H

#include <linux/skbuff.h>

/**
 * struct natgw_tuple - what tells one flow from another, in one direction
 * @src: source address
 * @dst: destination address
 * @sport: source port; identifier of an ICMP echo request, else 0
 * @dport: destination port; identifier of an ICMP echo reply, else 0
 * @proto: IP protocol
 * @dir: enum natgw_dir where the tuple is a flow's; not compared, not hashed
 * @zero: so that all 16 bytes have a value
 */
struct natgw_tuple {
	__be32 src;
	__be32 dst;
	__be16 sport;
	__be16 dport;
	u8 proto;
	u8 dir;
	u8 zero[2];
};

/* What a packet is to the translator. */
enum natgw_kind {
	NATGW_PKT_FLOW,		/* TCP, UDP or ICMP echo: tuple is filled */
	NATGW_PKT_ICMP_ERROR,	/* ICMP error: tuple has addresses only */
	NATGW_PKT_OTHER,	/* not translated */
	NATGW_PKT_MALFORMED,	/* cut short, contradictory, or a fragment */
};

/* TCP flags as natgw_pkt keeps them */
enum {
	NATGW_TCP_FIN = 1,
	NATGW_TCP_SYN = 2,
	NATGW_TCP_RST = 4,
	NATGW_TCP_ACK = 8,
};

/**
 * struct natgw_pkt - a packet, parsed once
 * @tuple: as it is in the packet
 * @thoff: offset of the transport header from skb->data
 * @kind: what it is
 * @tcp: NATGW_TCP_* of a TCP packet
 * @opens: it may begin a flow; an ICMP echo reply may not
 */
struct natgw_pkt {
	struct natgw_tuple tuple;
	u16 thoff;
	u8 kind;
	u8 tcp;
	bool opens;
};

/**
 * struct natgw_quote - the packet that an ICMP error quotes
 * @tuple: as it is in the quote
 * @ipoff: offset of the quoted IP header from skb->data
 * @thoff: offset of the quoted transport header
 */
struct natgw_quote {
	struct natgw_tuple tuple;
	unsigned int ipoff;
	unsigned int thoff;
};

/* What an ICMP error says about the packet that it quotes. */
enum natgw_quoted {
	NATGW_QUOTED_FLOW,	/* one that a flow could have carried */
	NATGW_QUOTED_OTHER,	/* something else, or too little of it */
	NATGW_QUOTED_BROKEN,	/* its IP header's checksum is wrong */
};

void natgw_parse(const struct sk_buff *skb, struct natgw_pkt *pkt);
enum natgw_quoted natgw_parse_quote(const struct sk_buff *skb,
				    const struct natgw_pkt *pkt,
				    struct natgw_quote *quote);
struct natgw_tuple natgw_tuple_invert(const struct natgw_tuple *tuple);

#endif /* _NATGW_PARSE_H */
