/* SPDX-License-Identifier: GPL-2.0 */
/* What the two hooks share. */
#ifndef _NATGW_HOOK_H
#define _NATGW_HOOK_H

#include <linux/ip.h>
#include <linux/netfilter.h>
#include <net/ip.h>

#include "flow.h"
#include "gateway.h"
#include "mapping.h"
#include "natgw.h"
#include "parse.h"
#include "tcp.h"

/* What natgw notes in a packet's IP control block. The kernel leaves the upper
 * bits alone on its way through this host, and clears them when it comes in.
 */
enum {
	NATGW_SKB_RESTORED = BIT(14),	/* a reply for an inside host */
	NATGW_SKB_TURNED = BIT(15),	/* between two inside hosts */
};

/* A packet at one of the hooks, and the gateway that it concerns. */
struct natgw_ctx {
	struct natgw_net *nn;
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	struct natgw_gw *gw;
	const struct natgw_config *config;
	struct natgw_pkt pkt;
};

/* What a gateway does with a packet of no flow that leaves by its uplink. */
enum natgw_claim {
	NATGW_CLAIM_NONE,	/* nothing; its source is not inside */
	NATGW_CLAIM_EXEMPT,	/* nothing, because a rule says so */
	NATGW_CLAIM_SPOOFED,	/* drop it; it came in where it does not live */
	NATGW_CLAIM_TRANSLATE,
};

extern const struct nf_hook_ops natgw_hook_ops[NATGW_HOOKS];

/* drop.c, hook.c: for all of them */
unsigned int natgw_drop(const struct natgw_ctx *ctx, int cause);
void natgw_untrack(const struct natgw_ctx *ctx);

static inline int natgw_in_device(const struct natgw_ctx *ctx)
{
	return ctx->state->in ? ctx->state->in->ifindex : 0;
}

/* The steps that the hooks call; context: bottom halves disabled, RCU. */
unsigned int natgw_inward(struct natgw_ctx *ctx);
bool natgw_inward_intrudes(const struct natgw_ctx *ctx);
unsigned int natgw_outward(struct natgw_ctx *ctx);
enum natgw_claim natgw_outward_claims(const struct natgw_ctx *ctx);
bool natgw_outward_translates(const struct natgw_config *config, u8 proto);
int natgw_outward_forbids(const struct natgw_ctx *ctx);
int natgw_outward_no_flow_counter(int err);
bool natgw_outward_misplaced(const struct natgw_ctx *ctx,
			     const struct natgw_flow *flow);
bool natgw_outward_spoofed(const struct natgw_ctx *ctx, enum natgw_side side);
unsigned int natgw_outward_no_flow(struct natgw_ctx *ctx, int err);
void natgw_outward_renumber(struct natgw_ctx *ctx);
bool natgw_hairpin_meant(const struct natgw_ctx *ctx);
unsigned int natgw_hairpin_turn(struct natgw_ctx *ctx);
unsigned int natgw_hairpin_leave(struct natgw_ctx *ctx);

/* Does a packet in this direction keep its flow alive? TCP's always do: both
 * sides speak, or the connection is gone (RFC 5382). Of others, what comes from
 * outside may not have been asked for (RFC 4787 REQ-6).
 */
static inline bool natgw_refreshes(const struct natgw_config *config,
				   const struct natgw_pkt *pkt,
				   enum natgw_dir dir)
{
	return dir == NATGW_DIR_ORIGINAL ||
	       natgw_option(config, INBOUND_REFRESH) ||
	       natgw_proto_stateful(pkt->tuple.proto);
}

static inline void natgw_refresh(struct natgw_flow *flow, enum natgw_dir dir)
{
	natgw_flow_touch(flow);
	if (flow->mapping && dir == NATGW_DIR_ORIGINAL)
		natgw_flow_touch(natgw_mapping_root(flow->mapping));
}

/**
 * natgw_note_packet() - let a flow know of a packet
 * @config: its gateway's
 * @pkt: the packet, parsed
 * @flow: its flow
 * @dir: its direction
 *
 * Context: softirq, RCU. Return: false for what nobody but a forger can have sent.
 */
static inline bool natgw_note_packet(const struct natgw_config *config,
				     const struct natgw_pkt *pkt,
				     struct natgw_flow *flow, enum natgw_dir dir)
{
	if (natgw_proto_stateful(pkt->tuple.proto)) {
		switch (natgw_tcp_packet(flow, dir, pkt)) {
		case NATGW_TCP_SPOOFED:
			return false;
		case NATGW_TCP_PASS:
			return true;
		case NATGW_TCP_REFRESH:
			break;
		}
	}
	if (natgw_refreshes(config, pkt, dir))
		natgw_refresh(flow, dir);
	return true;
}

#endif /* _NATGW_HOOK_H */
