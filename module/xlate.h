/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_XLATE_H
#define _NATGW_XLATE_H

#include <linux/skbuff.h>

struct natgw_flow;
struct natgw_pkt;
struct natgw_quote;

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

#endif /* _NATGW_XLATE_H */
