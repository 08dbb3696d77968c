/* SPDX-License-Identifier: GPL-2.0 */
/* What the two hooks share. */
#ifndef _NATGW_HOOK_H
#define _NATGW_HOOK_H

#include <linux/netfilter.h>

#include "flow.h"
#include "gateway.h"
#include "natgw.h"
#include "parse.h"

enum { NATGW_HOOKS = 2 };

/* A packet at one of the hooks, and the gateway that it concerns. */
struct natgw_ctx {
	struct natgw_net *nn;
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	struct natgw_gw *gw;
	const struct natgw_config *config;
	struct natgw_pkt pkt;
};

extern const struct nf_hook_ops natgw_hook_ops[NATGW_HOOKS];

/* hook.c: for all of them */
unsigned int natgw_drop(const struct natgw_ctx *ctx, int counter);
bool natgw_note_packet(struct natgw_ctx *ctx, struct natgw_flow *flow,
		       enum natgw_dir dir);
void natgw_untrack(const struct natgw_ctx *ctx);

static inline int natgw_in_device(const struct natgw_ctx *ctx)
{
	return ctx->state->in ? ctx->state->in->ifindex : 0;
}

/* The steps that the hooks call; context: bottom halves disabled, RCU. */
unsigned int natgw_inward(struct natgw_ctx *ctx);
unsigned int natgw_outward(struct natgw_ctx *ctx);
bool natgw_outward_spoofed(const struct natgw_ctx *ctx, enum natgw_side side);
unsigned int natgw_outward_no_flow(struct natgw_ctx *ctx, int err);
void natgw_outward_renumber(struct natgw_ctx *ctx);
bool natgw_hairpin_meant(const struct natgw_ctx *ctx);
unsigned int natgw_hairpin_turn(struct natgw_ctx *ctx);
bool natgw_hairpin_turned(const struct sk_buff *skb);
unsigned int natgw_hairpin_leave(struct natgw_ctx *ctx);

#endif /* _NATGW_HOOK_H */
