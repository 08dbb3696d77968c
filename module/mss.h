/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_MSS_H
#define _NATGW_MSS_H

#include <linux/skbuff.h>

#include "gateway.h"
#include "parse.h"

/* natgw_mss_wanted - do options ask for anything to be done to a packet's MSS? */
static inline bool natgw_mss_wanted(const struct natgw_pkt *pkt,
				    const struct natgw_config *config)
{
	return pkt->tcp & NATGW_TCP_SYN && pkt->tuple.proto == IPPROTO_TCP &&
	       natgw_option(config, MSS);
}

bool natgw_mss_clamp(struct sk_buff *skb, const struct natgw_pkt *pkt,
		     const struct natgw_config *config, unsigned int mtu);

#endif /* _NATGW_MSS_H */
