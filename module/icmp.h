/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_ICMP_H
#define _NATGW_ICMP_H

#include <linux/skbuff.h>

struct natgw_net;
struct natgw_pkt;

/* What became of an ICMP error. */
enum natgw_icmp {
	NATGW_ICMP_XLATED,	/* rewritten for the other side */
	NATGW_ICMP_HOST,	/* rewritten for a connection of this host */
	NATGW_ICMP_UNMATCHED,	/* about no flow; untouched */
	NATGW_ICMP_CHECKSUM,	/* its checksum is wrong */
	NATGW_ICMP_SPOOFED,	/* about what its flow cannot have sent */
	NATGW_ICMP_NO_MEMORY,
};

enum natgw_icmp natgw_icmp_in(struct natgw_net *nn, struct sk_buff *skb,
			      const struct natgw_pkt *pkt);
enum natgw_icmp natgw_icmp_out(struct natgw_net *nn, struct sk_buff *skb,
			       const struct natgw_pkt *pkt, bool from_inside);

enum natgw_icmp natgw_icmp_hairpin(struct natgw_net *nn, struct sk_buff *skb,
				   const struct natgw_pkt *pkt);

#endif /* _NATGW_ICMP_H */
