/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_FRAGMENT_H
#define _NATGW_FRAGMENT_H

#include <net/ip.h>

#include "flow.h"
#include "hook.h"

/* natgw_fragment_later - is a packet a fragment other than the first? */
static inline bool natgw_fragment_later(const struct sk_buff *skb)
{
	return ip_hdr(skb)->frag_off & htons(IP_OFFSET);
}

int natgw_fragment_init(struct natgw_net *nn);
void natgw_fragment_exit(struct natgw_net *nn);

bool natgw_fragment_passes(const struct natgw_ctx *ctx);
void natgw_fragment_remember(const struct natgw_ctx *ctx, enum natgw_dir dir,
			     __be16 id);
int natgw_fragment_follow(const struct natgw_ctx *ctx, enum natgw_dir dir);

#endif /* _NATGW_FRAGMENT_H */
