/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_FAST_H
#define _NATGW_FAST_H

#include <linux/netfilter.h>

#include "flow.h"

struct natgw_config;
struct natgw_ctx;

/* Why packets do not take the fast path. */
enum natgw_slow {
	NATGW_SLOW_NOT,		/* they may */
	NATGW_SLOW_OFF,		/* it is switched off */
	NATGW_SLOW_PROTOCOL,	/* it is for TCP and UDP */
	NATGW_SLOW_IPSEC,	/* there are policies for what is forwarded */
};

unsigned int natgw_fast(void *priv, struct sk_buff *skb,
			const struct nf_hook_state *state);
enum natgw_slow natgw_fast_objection(const struct natgw_net *nn,
				     const struct natgw_config *config,
				     u8 proto);
bool natgw_fast_armed(const struct natgw_net *nn, const struct natgw_flow *flow,
		      int iif);
void natgw_fast_arm(struct natgw_ctx *ctx, struct natgw_flow *flow,
		    enum natgw_dir dir);
void natgw_fast_arm_reply(struct natgw_ctx *ctx);
void natgw_fast_review(struct natgw_net *nn);
void natgw_fast_police(struct natgw_net *nn);

#endif /* _NATGW_FAST_H */
