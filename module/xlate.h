/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_XLATE_H
#define _NATGW_XLATE_H

#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/checksum.h>

#include "flow.h"
#include "parse.h"

void natgw_xlate_prepare(struct natgw_flow *flow);
bool natgw_xlate_source(struct sk_buff *skb, const struct natgw_pkt *pkt,
			const struct natgw_flow *flow);
bool natgw_xlate_destination(struct sk_buff *skb, const struct natgw_pkt *pkt,
			     const struct natgw_flow *flow);
bool natgw_xlate_fragment(struct sk_buff *skb, bool source, __be32 addr,
			  __be16 id);
bool natgw_xlate_error_in(struct sk_buff *skb, const struct natgw_pkt *pkt,
			  const struct natgw_quote *quote,
			  const struct natgw_flow *flow);
bool natgw_xlate_error_out(struct sk_buff *skb, const struct natgw_pkt *pkt,
			   const struct natgw_quote *quote,
			   const struct natgw_flow *flow, bool outer);
bool natgw_xlate_error_source(struct sk_buff *skb, const struct natgw_pkt *pkt);

/* What follows is inline for the fast path's sake. */

/* natgw_mend - a checksum over address and port, for the change that a node stands
 * for. The address is in the pseudo-header, the port is not: where the device is
 * still to compute the checksum (CHECKSUM_PARTIAL), the field holds only the
 * pseudo-header's part, and where it has computed one over the packet
 * (CHECKSUM_COMPLETE), that changes too. The kernel's helpers know.
 */
static inline void natgw_mend(struct sk_buff *skb, __sum16 *check, bool plain,
			      const struct natgw_node *node)
{
	const struct natgw_tuple *t = &node->tuple;
	bool source = t->dir == NATGW_DIR_ORIGINAL;

	if (plain) {
		*check = csum_fold(csum_add(~csum_unfold(*check),
					    csum_unfold(node->delta)));
		return;
	}
	inet_proto_csum_replace4(check, skb, source ? t->src : t->dst,
				 node->addr, true);
	inet_proto_csum_replace2(check, skb, source ? t->sport : t->dport,
				 node->port, false);
}

/* Has no device anything to do with the checksum? */
static inline bool natgw_plain_check(const struct sk_buff *skb)
{
	return skb->ip_summed != CHECKSUM_PARTIAL &&
	       skb->ip_summed != CHECKSUM_COMPLETE;
}

static inline void natgw_replace_port(__be16 *source, __be16 *dest,
				      const struct natgw_node *node)
{
	if (node->tuple.dir == NATGW_DIR_ORIGINAL)
		*source = node->port;
	else
		*dest = node->port;
}

static inline void natgw_replace_tcp(struct sk_buff *skb, struct tcphdr *th,
				     const struct natgw_node *node)
{
	natgw_mend(skb, &th->check, natgw_plain_check(skb), node);
	natgw_replace_port(&th->source, &th->dest, node);
}

/* natgw_partial_here - is the checksum that a device is still to compute this
 * header's? In a tunnel it can be an inner header's, while the outer one is
 * whole or absent; or both are left to segmentation.
 */
static inline bool natgw_partial_here(const struct sk_buff *skb,
				      const void *transport)
{
	return skb->ip_summed == CHECKSUM_PARTIAL &&
	       (skb->data + skb_checksum_start_offset(skb) == transport ||
		skb_shinfo(skb)->gso_type & SKB_GSO_UDP_TUNNEL_CSUM);
}

/* A checksum of zero means that there is none, and has to stay; one that
 * becomes zero is sent as its other form (RFC 768).
 */
static inline void natgw_replace_udp(struct sk_buff *skb,
				     struct natgw_ports *head,
				     const struct natgw_node *node)
{
	bool plain = natgw_plain_check(skb), partial = false;

	if (!plain) {
		partial = natgw_partial_here(skb, head);
		plain = skb->ip_summed == CHECKSUM_PARTIAL && !partial;
	}
	if (head->check || partial) {
		natgw_mend(skb, &head->check, plain, node);
		if (!head->check)
			head->check = CSUM_MANGLED_0;
	}
	natgw_replace_port(&head->source, &head->dest, node);
}

#endif /* _NATGW_XLATE_H */
