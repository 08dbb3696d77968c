/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_FAST_H
#define _NATGW_FAST_H

#include <linux/netfilter.h>

#include "flow.h"

struct natgw_ctx;

unsigned int natgw_fast(void *priv, struct sk_buff *skb,
			const struct nf_hook_state *state);
void natgw_fast_arm(struct natgw_ctx *ctx, struct natgw_flow *flow,
		    enum natgw_dir dir);
void natgw_fast_arm_reply(struct natgw_ctx *ctx);
void natgw_fast_review(struct natgw_net *nn);
void natgw_fast_police(struct natgw_net *nn);

#endif /* _NATGW_FAST_H */
