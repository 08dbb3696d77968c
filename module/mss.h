/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_MSS_H
#define _NATGW_MSS_H

#include <linux/skbuff.h>

struct natgw_config;
struct natgw_pkt;

bool natgw_mss_clamp(struct sk_buff *skb, const struct natgw_pkt *pkt,
		     const struct natgw_config *config, unsigned int mtu);

#endif /* _NATGW_MSS_H */
