// SPDX-License-Identifier: GPL-2.0
/* News for whoever listens, or traces. Without a listener nothing is built; without
 * memory, or with a reader too slow, the news is lost, which the reader's socket
 * tells it (ENOBUFS). Those of flows are numbered too, and what is lost of them
 * is counted.
 */
#include <linux/jiffies.h>

#include "event.h"
#include "flow.h"
#include "netlink.h"
#include "pool.h"
#include "trace.h"

/* heard - is anybody listening to a group? */
static bool heard(const struct natgw_net *nn, unsigned int group)
{
	return READ_ONCE(natgw_nl_up) &&
	       genl_has_listeners(&natgw_nl_family, nn->net, group);
}

/* begin - a message for a group, or NULL when there is nobody to read it, or no
 * memory, which those who read are told
 */
static struct sk_buff *begin(struct natgw_net *nn, unsigned int group, u8 cmd,
			     size_t size, gfp_t gfp, void **hdr)
{
	struct sk_buff *msg;

	if (!heard(nn, group))
		return NULL;
	msg = genlmsg_new(size, gfp);
	if (msg)
		*hdr = genlmsg_put(msg, 0, 0, &natgw_nl_family, 0, cmd);
	else
		genl_set_err(&natgw_nl_family, nn->net, 0, group, -ENOBUFS);
	return msg;
}

static int send(struct natgw_net *nn, unsigned int group, struct sk_buff *msg,
		void *hdr, gfp_t gfp, int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	err = genlmsg_multicast_netns(&natgw_nl_family, nn->net, msg, 0, group,
				      gfp);
	/* All who listen do so in other namespaces: nobody has lost anything. */
	return err == -ESRCH ? 0 : err;
}

/**
 * natgw_event_gateway() - a gateway came, changed or goes
 * @gw: the gateway
 * @event: which
 *
 * Context: RTNL.
 */
void natgw_event_gateway(const struct natgw_gw *gw, enum natgw_event event)
{
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = begin(gw->nn, NATGW_NLGRP_GATEWAY, NATGW_CMD_GATEWAY_NTF,
		    NATGW_NL_SIZE, GFP_KERNEL, &hdr);
	if (!msg)
		return;
	err = nla_put_u32(msg, NATGW_A_GATEWAY_EVENT, event) ?:
	      natgw_nl_put_gateway(msg, gw);
	send(gw->nn, NATGW_NLGRP_GATEWAY, msg, hdr, GFP_KERNEL, err);
}

/**
 * natgw_event_address() - an address came, changed or goes
 * @gw: its gateway
 * @addr: the address
 * @primary: it is the gateway's first
 * @event: which
 *
 * Context: RTNL.
 */
void natgw_event_address(const struct natgw_gw *gw,
			 const struct natgw_addr *addr, bool primary,
			 enum natgw_event event)
{
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = begin(gw->nn, NATGW_NLGRP_GATEWAY, NATGW_CMD_ADDRESS_NTF,
		    NLMSG_DEFAULT_SIZE, GFP_KERNEL, &hdr);
	if (!msg)
		return;
	err = nla_put_u32(msg, NATGW_A_ADDRESS_EVENT, event) ?:
	      natgw_nl_put_address(msg, gw, addr, primary);
	send(gw->nn, NATGW_NLGRP_GATEWAY, msg, hdr, GFP_KERNEL, err);
}

/**
 * natgw_event_label() - a label came, changed or goes
 * @nn: the namespace
 * @prefix: its hosts
 * @name: what they are called
 * @event: which
 *
 * Context: RTNL.
 */
void natgw_event_label(struct natgw_net *nn, const struct natgw_prefix *prefix,
		       const char *name, enum natgw_event event)
{
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = begin(nn, NATGW_NLGRP_GATEWAY, NATGW_CMD_LABEL_NTF,
		    NLMSG_DEFAULT_SIZE, GFP_KERNEL, &hdr);
	if (!msg)
		return;
	err = nla_put_u32(msg, NATGW_A_LABEL_EVENT, event) ?:
	      natgw_nl_put_label(msg, prefix, name);
	send(nn, NATGW_NLGRP_GATEWAY, msg, hdr, GFP_KERNEL, err);
}

/* how - what a flow that was idle for too long had come to before */
static enum natgw_flow_end how(const struct natgw_flow *flow,
			       enum natgw_flow_end end)
{
	if (end != NATGW_FLOW_END_IDLE)
		return end;
	switch (READ_ONCE(flow->state)) {
	case NATGW_FLOW_STATE_TCP_CLOSING:
		return NATGW_FLOW_END_FIN;
	case NATGW_FLOW_STATE_TCP_RESET:
		return NATGW_FLOW_END_RST;
	default:
		return NATGW_FLOW_END_IDLE;
	}
}

/* A flow with all that there is to say about it: no more, as what a message takes
 * of the reader's buffer depends on it.
 */
enum { FLOW_SIZE = 448 };

static struct sk_buff *build_flow(const struct natgw_flow *flow,
				  enum natgw_event event,
				  enum natgw_flow_end end, void **hdr)
{
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(FLOW_SIZE, GFP_ATOMIC);
	if (!msg)
		return NULL;
	*hdr = genlmsg_put(msg, 0, 0, &natgw_nl_family, 0, NATGW_CMD_FLOW_NTF);
	err = nla_put_u32(msg, NATGW_A_FLOW_EVENT, event) ?:
	      natgw_nl_put_flow(msg, flow);
	if (!err && event == NATGW_EVENT_DELETE)
		err = nla_put_u32(msg, NATGW_A_FLOW_END, how(flow, end)) ?:
		      nla_put_u64_64bit(msg, NATGW_A_FLOW_ENDED,
					ktime_to_ms(ktime_get_real()),
					NATGW_A_FLOW_PAD);
	if (!err)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/**
 * natgw_event_flow() - a flow began or ended
 * @nn: the namespace
 * @flow: the flow
 * @event: NATGW_EVENT_ADD or NATGW_EVENT_DELETE
 * @end: why it ended
 *
 * Without a listener there is no number either.
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_event_flow(struct natgw_net *nn, const struct natgw_flow *flow,
		      enum natgw_event event, enum natgw_flow_end end)
{
	struct sk_buff *msg;
	int err = -ENOMEM;
	void *hdr;
	u32 seq;

	if (event == NATGW_EVENT_ADD)
		trace_natgw_flow_new(flow, end);
	else
		trace_natgw_flow_end(flow, end);
	if (!heard(nn, NATGW_NLGRP_FLOW))
		return;
	msg = build_flow(flow, event, end, &hdr);
	spin_lock(&nn->flow_lock);
	seq = ++nn->flow_seq[event];
	if (msg)
		err = send(nn, NATGW_NLGRP_FLOW, msg, hdr, GFP_ATOMIC,
			   nla_put_u32(msg, NATGW_A_FLOW_SEQ, seq));
	spin_unlock(&nn->flow_lock);
	if (err)
		natgw_stats_add(flow->gw->stats,
				NATGW_A_COUNTERS_FLOW_EVENTS_LOST, 1);
}

/* may_send_error - ten a second for each gateway; a flood of refused packets must
 * not become one of messages
 */
static bool may_send_error(struct natgw_gw *gw)
{
	unsigned long next = READ_ONCE(gw->error_next);

	return (!next || time_after_eq(jiffies, next)) &&
	       cmpxchg(&gw->error_next, next, (jiffies + HZ / 10) | 1) == next;
}

/* The option that sets the limit that was reached; 0 where none does. */
static const u8 limit_option[] = {
	[NATGW_ERROR_CAUSE_TABLE_FULL] = NATGW_A_OPTIONS_MAX_FLOWS,
	[NATGW_ERROR_CAUSE_CLIENT_FLOWS] = NATGW_A_OPTIONS_CLIENT_FLOWS,
	[NATGW_ERROR_CAUSE_CLIENT_PORTS] = NATGW_A_OPTIONS_CLIENT_PORTS,
	[NATGW_ERROR_CAUSE_CLIENT_OPENING] = NATGW_A_OPTIONS_CLIENT_OPENING,
	[NATGW_ERROR_CAUSE_CLIENT_RATE] = NATGW_A_OPTIONS_CLIENT_RATE,
	[NATGW_ERROR_CAUSE_FAIR_SHARE] = 0,
};

/* put_reached - what there is no more of */
static int put_reached(struct sk_buff *msg, const struct natgw_gw *gw,
		       enum natgw_error_cause cause,
		       const struct natgw_tuple *tuple)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	const struct natgw_addr *addr = NULL;

	if (cause == NATGW_ERROR_CAUSE_NO_PORT)
		addr = natgw_pool_first(config, tuple);
	if (addr && nla_put_in_addr(msg, NATGW_A_ERROR_WIRE_IP, addr->wire))
		return -EMSGSIZE;
	if (cause < ARRAY_SIZE(limit_option) && limit_option[cause])
		return nla_put_u32(msg, NATGW_A_ERROR_LIMIT,
				   config->option[limit_option[cause]]);
	return 0;
}

static int put_refused(struct sk_buff *msg, enum natgw_error_cause cause,
		       const struct natgw_tuple *tuple)
{
	if (nla_put_u32(msg, NATGW_A_ERROR_CAUSE, cause) ||
	    nla_put_u8(msg, NATGW_A_ERROR_PROTO, tuple->proto) ||
	    nla_put_in_addr(msg, NATGW_A_ERROR_SRC, tuple->src) ||
	    nla_put_in_addr(msg, NATGW_A_ERROR_DST, tuple->dst) ||
	    nla_put_be16(msg, NATGW_A_ERROR_SPORT, tuple->sport) ||
	    nla_put_be16(msg, NATGW_A_ERROR_DPORT, tuple->dport))
		return -EMSGSIZE;
	return 0;
}

/* send_error - with how many were not sent since the last one; these are still to be
 * told where there is no memory for it
 *
 * @tuple: of the packet in question, or NULL to tell of the others alone
 */
static void send_error(struct natgw_gw *gw, enum natgw_error_cause cause,
		       const struct natgw_tuple *tuple)
{
	struct sk_buff *msg;
	u32 missed;
	void *hdr;
	int err;

	msg = begin(gw->nn, NATGW_NLGRP_ERROR, NATGW_CMD_ERROR_NTF,
		    NLMSG_DEFAULT_SIZE, GFP_ATOMIC, &hdr);
	if (!msg) {
		if (tuple)
			atomic_inc(&gw->error_missed);
		return;
	}
	missed = atomic_xchg(&gw->error_missed, 0);
	err = nla_put_string(msg, NATGW_A_ERROR_GATEWAY, gw->name);
	if (!err && tuple)
		err = put_refused(msg, cause, tuple) ?:
		      put_reached(msg, gw, cause, tuple);
	if (!err)
		err = nla_put_u32(msg, NATGW_A_ERROR_MISSED, missed);
	send(gw->nn, NATGW_NLGRP_ERROR, msg, hdr, GFP_ATOMIC, err);
}

/**
 * natgw_event_error() - no flow could be made for a client's packet
 * @gw: the gateway
 * @cause: why
 * @tuple: the packet's
 *
 * Context: softirq, RCU.
 */
void natgw_event_error(struct natgw_gw *gw, enum natgw_error_cause cause,
		       const struct natgw_tuple *tuple)
{
	if (!heard(gw->nn, NATGW_NLGRP_ERROR))
		return;
	if (may_send_error(gw))
		send_error(gw, cause, tuple);
	else
		atomic_inc(&gw->error_missed);
}

/**
 * natgw_event_error_rest() - tell of the errors after the last one that was sent
 * @gw: the gateway
 *
 * So the events and what they say was missed add up to what was refused, for
 * whoever has listened all the time. What nobody has heard is no news later. It takes
 * no turn of the ten a second: the next one to be refused may be of another kind.
 *
 * Context: process, RCU, every second.
 */
void natgw_event_error_rest(struct natgw_gw *gw)
{
	if (!atomic_read(&gw->error_missed))
		return;
	if (!heard(gw->nn, NATGW_NLGRP_ERROR))
		atomic_set(&gw->error_missed, 0);
	else
		send_error(gw, 0, NULL);
}

/* put_ports - whose ports they are, and towards where */
static int put_ports(struct sk_buff *msg, const struct natgw_tuple *reply)
{
	if (nla_put_in_addr(msg, NATGW_A_LEVEL_WIRE_IP, reply->dst) ||
	    nla_put_u8(msg, NATGW_A_LEVEL_PROTO, reply->proto) ||
	    (reply->src &&
	     nla_put_in_addr(msg, NATGW_A_LEVEL_DST, reply->src)) ||
	    (reply->sport &&
	     nla_put_be16(msg, NATGW_A_LEVEL_DPORT, reply->sport)))
		return -EMSGSIZE;
	return 0;
}

/**
 * natgw_event_level() - something has filled up, or has room again
 * @gw: the gateway
 * @level: what, and how much
 *
 * Context: any but hard interrupts, RCU. Return: 0 when all who listen know it, or
 * know that they have lost something; -ENOMEM.
 */
int natgw_event_level(struct natgw_gw *gw, const struct natgw_level *level)
{
	struct sk_buff *msg;
	int err = 0;
	void *hdr;

	msg = begin(gw->nn, NATGW_NLGRP_ERROR, NATGW_CMD_LEVEL_NTF,
		    NLMSG_DEFAULT_SIZE, GFP_ATOMIC, &hdr);
	if (!msg)
		return heard(gw->nn, NATGW_NLGRP_ERROR) ? -ENOMEM : 0;
	if (nla_put_string(msg, NATGW_A_LEVEL_GATEWAY, gw->name) ||
	    nla_put_u32(msg, NATGW_A_LEVEL_EVENT, level->event) ||
	    (level->ports && put_ports(msg, level->ports)) ||
	    nla_put_u32(msg, NATGW_A_LEVEL_USED, level->used) ||
	    nla_put_u32(msg, NATGW_A_LEVEL_LIMIT, level->limit))
		err = -EMSGSIZE;
	send(gw->nn, NATGW_NLGRP_ERROR, msg, hdr, GFP_ATOMIC, err);
	return 0;
}
