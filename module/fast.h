/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_FAST_H
#define _NATGW_FAST_H

#include <linux/netfilter.h>
#include <linux/percpu.h>

#include "hook.h"

/**
 * struct natgw_miss - the last packet for which there was no flow at ingress
 * @nn: the namespace
 * @skb: the packet, to compare only
 * @tuple: its tuple
 * @hash: natgw_tuple_hash() of that
 */
struct natgw_miss {
	const struct natgw_net *nn;
	const struct sk_buff *skb;
	struct natgw_tuple tuple;
	u32 hash;
};

DECLARE_PER_CPU_ALIGNED(struct natgw_miss, natgw_miss);

/**
 * natgw_fast_missed() - has a packet just been looked up in vain?
 * @ctx: the packet, parsed; its tuple's hash is filled in
 *
 * As good as looking again: another CPU may make the flow at any time, and who
 * makes it too finds that out. What was said of a packet is said once.
 *
 * Context: softirq.
 */
static inline bool natgw_fast_missed(struct natgw_ctx *ctx)
{
	struct natgw_miss *miss = this_cpu_ptr(&natgw_miss);

	if (miss->skb != ctx->skb || miss->nn != ctx->nn ||
	    !natgw_tuple_same(&miss->tuple, &ctx->pkt.tuple))
		return false;
	miss->skb = NULL;
	ctx->pkt.hash = miss->hash;
	return true;
}

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
