/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_PARSE_H
#define _NATGW_PARSE_H

#include <linux/in.h>
#include <linux/skbuff.h>

/* What a tuple in the table of flows stands for. */
enum natgw_scope {
	NATGW_SCOPE_FLOW,	/* one connection; all fields count */
	NATGW_SCOPE_MAPPING,	/* a mapping; what it does not depend on is 0 */
	NATGW_SCOPE_INSIDE,	/* whose mapping it is; see mapping.c */
	NATGW_SCOPE_PERMIT,	/* who may send to a mapping */
};

/**
 * struct natgw_tuple - what tells one flow from another, in one direction
 * @src: source address
 * @dst: destination address
 * @sport: source port; identifier of an ICMP echo request, else 0
 * @dport: destination port; identifier of an ICMP echo reply, else 0
 * @proto: IP protocol
 * @dir: enum natgw_dir where the tuple is a flow's; not compared, not hashed
 * @scope: enum natgw_scope
 * @zero: so that all 16 bytes have a value; not compared, not hashed
 * @word: all of it, to be compared and hashed at once
 */
struct natgw_tuple {
	union {
		struct {
			__be32 src;
			__be32 dst;
			__be16 sport;
			__be16 dport;
			u8 proto;
			u8 dir;
			u8 scope;
			u8 zero;
		};
		u64 word[2];
	};
};

/* natgw_tuple_rest - what counts of a tuple's second word */
static inline u64 natgw_tuple_rest(const struct natgw_tuple *tuple)
{
	return tuple->word[1] &
	       (__force u64)cpu_to_be64(0xffffffffff00ff00ULL);
}

static inline bool natgw_tuple_same(const struct natgw_tuple *a,
				    const struct natgw_tuple *b)
{
	return a->word[0] == b->word[0] &&
	       natgw_tuple_rest(a) == natgw_tuple_rest(b);
}

/**
 * natgw_tuple_invert() - the tuple of an answer
 * @tuple: of what is answered
 *
 * An ICMP identifier moves from the request's field to the reply's.
 */
static inline struct natgw_tuple
natgw_tuple_invert(const struct natgw_tuple *tuple)
{
	return (struct natgw_tuple){
		.src = tuple->dst,
		.dst = tuple->src,
		.sport = tuple->dport,
		.dport = tuple->sport,
		.proto = tuple->proto,
		.scope = tuple->scope,
	};
}

/* What a packet is to the translator. */
enum natgw_kind {
	NATGW_PKT_FLOW,		/* of a connection: tuple is filled */
	NATGW_PKT_ICMP_ERROR,	/* ICMP error: tuple has addresses only */
	NATGW_PKT_OTHER,	/* an ICMP message that is not translated */
	NATGW_PKT_MALFORMED,	/* cut short, contradictory, or a fragment that
				 * cannot be told or translated without the rest
				 */
};

/* What a packet does to its connection, in TCP's words; SCTP's chunks and
 * DCCP's types are put into them.
 */
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
 * @tcp: NATGW_TCP_* of a TCP, SCTP or DCCP packet
 * @opens: it may begin a flow; an ICMP echo reply may not
 * @first: it is the first fragment of one
 * @seq: TCP sequence number
 * @end: sequence number behind its last byte, or its SYN or FIN
 * @ack: TCP acknowledgment number
 * @hash: natgw_tuple_hash() of @tuple, or 0 where nobody has asked yet
 */
struct natgw_pkt {
	struct natgw_tuple tuple;
	u16 thoff;
	u8 kind;
	u8 tcp;
	bool opens;
	bool first;
	u32 seq;
	u32 end;
	u32 ack;
	u32 hash;
};

/**
 * struct natgw_quote - the packet that an ICMP error quotes
 * @tuple: as it is in the quote
 * @ipoff: offset of the quoted IP header from skb->data
 * @thoff: offset of the quoted transport header
 * @seq: sequence number of a quoted TCP packet
 */
struct natgw_quote {
	struct natgw_tuple tuple;
	unsigned int ipoff;
	unsigned int thoff;
	u32 seq;
};

/* What an ICMP error says about the packet that it quotes. */
enum natgw_quoted {
	NATGW_QUOTED_FLOW,	/* one that a flow could have carried */
	NATGW_QUOTED_OTHER,	/* something else, or too little of it */
	NATGW_QUOTED_BROKEN,	/* its IP header's checksum is wrong */
};

/* The head of UDP, UDP-Lite and DCCP; TCP and SCTP begin with the ports too. */
struct natgw_ports {
	__be16 source;
	__be16 dest;
	__be16 length;
	__sum16 check;
};

/* natgw_sum_lands - will a checksum that a device has yet to write land behind what
 * a translator changes? A virtual machine says itself where its packets' belongs.
 * @skb: the packet, skb->data at the IP header
 * @thoff: where its transport header begins
 */
static inline bool natgw_sum_lands(const struct sk_buff *skb,
				   unsigned int thoff)
{
	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       skb_checksum_start_offset(skb) + skb->csum_offset >=
	       (int)(thoff + offsetof(struct natgw_ports, check));
}

/* natgw_proto_stateful - does a connection of this protocol begin and end? */
static inline bool natgw_proto_stateful(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_SCTP ||
	       proto == IPPROTO_DCCP;
}

/* natgw_proto_portless - are its flows told apart by addresses alone? */
static inline bool natgw_proto_portless(u8 proto)
{
	return !natgw_proto_stateful(proto) && proto != IPPROTO_UDP &&
	       proto != IPPROTO_UDPLITE && proto != IPPROTO_ICMP;
}

void natgw_parse(const struct sk_buff *skb, struct natgw_pkt *pkt);
enum natgw_quoted natgw_parse_quote(const struct sk_buff *skb,
				    const struct natgw_pkt *pkt,
				    struct natgw_quote *quote);

#endif /* _NATGW_PARSE_H */
