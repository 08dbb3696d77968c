// SPDX-License-Identifier: GPL-2.0
/* The question what would become of a packet: one is made up, with the headers that
 * open a connection, and goes the way of a real one, as far as nothing is changed
 * by it. What is decided on the way is decided by the functions that the hooks use.
 *
 * RTNL is held, so that gateways, devices and addresses stand still, while RCU and
 * bottom halves are let go between the steps.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip_fib.h>

#include "client.h"
#include "fast.h"
#include "netlink.h"
#include "pool.h"
#include "why.h"

/* --------------------------------- the answer ----------------------------- */

/**
 * struct amount - how many there are of what
 * @used: so many are used
 * @limit: of so many
 * @kept: so many of them are left to this host
 */
struct amount {
	u32 used;
	u32 limit;
	u32 kept;
};

static int put_amount(struct sk_buff *msg, const struct amount *amount)
{
	if (nla_put_u32(msg, NATGW_A_WHY_STEP_USED, amount->used) ||
	    nla_put_u32(msg, NATGW_A_WHY_STEP_LIMIT, amount->limit) ||
	    (amount->kept &&
	     nla_put_u32(msg, NATGW_A_WHY_STEP_KEPT, amount->kept)))
		return -EMSGSIZE;
	return 0;
}

static __printf(5, 6)
void say(struct natgw_why *why, u32 step, u32 result,
	 const struct amount *amount, const char *fmt, ...)
{
	struct nlattr *nest = nla_nest_start(why->msg, NATGW_A_WHY_STEP);
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!nest || nla_put_u32(why->msg, NATGW_A_WHY_STEP_STEP, step) ||
	    nla_put_u32(why->msg, NATGW_A_WHY_STEP_RESULT, result) ||
	    nla_put_string(why->msg, NATGW_A_WHY_STEP_TEXT, text) ||
	    (amount && put_amount(why->msg, amount))) {
		why->full = true;
		return;
	}
	nla_nest_end(why->msg, nest);
}

#define pass(why, step, ...) \
	say(why, NATGW_WHY_STEP_##step, NATGW_WHY_RESULT_PASS, NULL, __VA_ARGS__)
#define note(why, step, ...) \
	say(why, NATGW_WHY_STEP_##step, NATGW_WHY_RESULT_NOTE, NULL, __VA_ARGS__)
#define stop(why, step, ...) \
	say(why, NATGW_WHY_STEP_##step, NATGW_WHY_RESULT_STOP, NULL, __VA_ARGS__)

/* Each of these ends the way of the packet, and returns false for that. */
static bool ends(struct natgw_why *why, u32 verdict)
{
	why->verdict = verdict;
	return false;
}

static bool drops(struct natgw_why *why, u32 cause)
{
	why->cause = cause;
	return ends(why, NATGW_WHY_VERDICT_DROPPED);
}

/**
 * natgw_why_put() - end the answer
 * @why: the question, asked
 *
 * Return: 0, or -EMSGSIZE where the answer is too long.
 */
int natgw_why_put(const struct natgw_why *why)
{
	struct sk_buff *msg = why->msg;

	if (why->full || nla_put_u32(msg, NATGW_A_WHY_VERDICT, why->verdict) ||
	    (why->verdict == NATGW_WHY_VERDICT_DROPPED &&
	     nla_put_u32(msg, NATGW_A_WHY_CAUSE, why->cause)) ||
	    (why->ctx.gw &&
	     nla_put_string(msg, NATGW_A_WHY_GATEWAY, why->ctx.gw->name)) ||
	    (why->wire_ip &&
	     nla_put_in_addr(msg, NATGW_A_WHY_WIRE_IP, why->wire_ip)) ||
	    (why->wire_port &&
	     nla_put_be16(msg, NATGW_A_WHY_WIRE_PORT, why->wire_port)))
		return -EMSGSIZE;
	return 0;
}

/* ---------------------------------- the way ------------------------------- */

static const struct natgw_tuple *tuple(const struct natgw_why *why)
{
	return &why->ctx.pkt.tuple;
}

/* PRE_ROUTING: does it stay on this side of the gateway? */
static bool comes_in(struct natgw_why *why)
{
	struct natgw_ctx *ctx = &why->ctx;

	ctx->gw = natgw_gateway_by_wire(ctx->nn, tuple(why)->dst, &ctx->config);
	if (ctx->gw) {
		if (natgw_hairpin_meant(ctx)) {
			stop(why, GATEWAY, "%pI4:%u is the external endpoint of an inside host",
			     &tuple(why)->dst, ntohs(tuple(why)->dport));
			return ends(why, NATGW_WHY_VERDICT_TURNED);
		}
		stop(why, GATEWAY, "%pI4 is an address of gateway %s itself",
		     &tuple(why)->dst, ctx->gw->name);
		return ends(why, NATGW_WHY_VERDICT_HOST);
	}
	list_for_each_entry_rcu(ctx->gw, &ctx->nn->gateways, list) {
		ctx->config = rcu_dereference(ctx->gw->config);
		if (!natgw_inward_intrudes(ctx))
			continue;
		if (natgw_rule_exempts(ctx->config, ctx->skb, &ctx->pkt, true))
			break;
		stop(why, GATEWAY, "%pI4 is behind gateway %s, where nobody outside may begin",
		     &tuple(why)->dst, ctx->gw->name);
		return drops(why, NATGW_A_COUNTERS_DESTINATION_DROP_UNSOLICITED);
	}
	ctx->gw = NULL;
	return true;
}

/* What the kernel says of a packet that it does not forward. */
static bool no_route(struct natgw_why *why, int err)
{
	const struct net_device *in = why->state.in;
	struct in_device *in_dev = __in_dev_get_rcu(in);

	if (err == -EXDEV)
		stop(why, ROUTE, "rp_filter of %s drops it: its source is reached otherwise",
		     in->name);
	else if (in_dev && !IN_DEV_FORWARD(in_dev))
		stop(why, ROUTE, "%s does not forward: see sysctl net.ipv4.ip_forward",
		     in->name);
	else if (err)
		stop(why, ROUTE, "this host has no way to %pI4 for it (error %d)",
		     &tuple(why)->dst, -err);
	else
		stop(why, ROUTE, "%pI4 is this host's own", &tuple(why)->dst);
	return ends(why, NATGW_WHY_VERDICT_HOST);
}

static __be32 next_hop(const struct natgw_why *why)
{
	const struct rtable *rt = skb_rtable(why->ctx.skb);

	return rt->rt_gw_family == AF_INET ? rt->rt_gw4 : tuple(why)->dst;
}

static bool route(struct natgw_why *why)
{
	struct sk_buff *skb = why->ctx.skb;
	const struct rtable *rt;
	__be32 hop;
	int err;

	err = ip_route_input_noref(skb, tuple(why)->dst, tuple(why)->src, 0,
				   why->state.in);
	if (err)
		return no_route(why, err);
	rt = skb_rtable(skb);
	if (rt->dst.error || rt->rt_flags & RTCF_LOCAL)
		return no_route(why, rt->dst.error);
	if (!skb_dst_force(skb))
		return no_route(why, -EAGAIN);
	why->state.out = rt->dst.dev;
	hop = next_hop(why);
	if (hop == tuple(why)->dst)
		pass(why, ROUTE, "in by %s, out by %s", why->state.in->name,
		     why->state.out->name);
	else
		pass(why, ROUTE, "in by %s, out by %s to %pI4",
		     why->state.in->name, why->state.out->name, &hop);
	return true;
}

/* POST_ROUTING: the gateway that has the source inside, or what keeps it in. */
static bool gateway(struct natgw_why *why)
{
	const struct net_device *out = why->state.out;
	struct natgw_ctx *ctx = &why->ctx;

	ctx->gw = natgw_gateway_by_uplink(ctx->nn, out->ifindex,
					  natgw_in_device(ctx),
					  ip_hdr(ctx->skb), &ctx->config);
	if (ctx->gw) {
		pass(why, GATEWAY, "%s, uplink %s", ctx->gw->name, out->name);
		return true;
	}
	if (natgw_fence_keeps(ctx->nn, out->ifindex, ip_hdr(ctx->skb))) {
		stop(why, GATEWAY, "none, and a fence on %s keeps %pI4 in",
		     out->name, &tuple(why)->src);
		return drops(why, NATGW_DROP_CAUSE_FENCE);
	}
	stop(why, GATEWAY, "none has the uplink %s and %pI4 inside", out->name,
	     &tuple(why)->src);
	return ends(why, NATGW_WHY_VERDICT_UNTRANSLATED);
}

static bool flow_of(struct natgw_why *why)
{
	const struct natgw_tuple *reply;
	struct natgw_ctx *ctx = &why->ctx;
	struct natgw_flow *flow;

	flow = natgw_flow_find(ctx->nn, tuple(why), NATGW_DIR_ORIGINAL);
	if (!flow || flow->gw != ctx->gw) {
		if (flow)
			note(why, FLOW, "one of gateway %s, in whose place it begins a new one",
			     flow->gw->name);
		else
			pass(why, FLOW, "none: it begins a new one");
		return true;
	}
	reply = natgw_flow_tuple(flow, NATGW_DIR_REPLY);
	why->known = true;
	why->armed = natgw_fast_armed(ctx->nn, flow, natgw_in_device(ctx));
	why->wire_ip = reply->dst;
	why->wire_port = reply->dport;
	pass(why, FLOW, "there is one, as %pI4:%u", &reply->dst,
	     ntohs(reply->dport));
	if (!natgw_outward_misplaced(ctx, flow))
		return true;
	stop(why, SOURCE, "%pI4 does not live where it comes in",
	     &tuple(why)->src);
	return drops(why, NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED);
}

static bool source(struct natgw_why *why)
{
	const __be32 *src = &tuple(why)->src;

	switch (natgw_outward_claims(&why->ctx)) {
	case NATGW_CLAIM_SPOOFED:
		stop(why, SOURCE, "%pI4 does not live where it comes in", src);
		return drops(why, NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED);
	case NATGW_CLAIM_NONE:
		stop(why, SOURCE, "%pI4 lives behind the uplink, not inside",
		     src);
		return ends(why, NATGW_WHY_VERDICT_UNTRANSLATED);
	case NATGW_CLAIM_EXEMPT:
		stop(why, RULE, "%u exempts it from translation",
		     why->treatment.pref);
		return ends(why, NATGW_WHY_VERDICT_UNTRANSLATED);
	default:
		pass(why, SOURCE, "%pI4 is inside", src);
		return true;
	}
}

static bool protocol(struct natgw_why *why)
{
	int cause = natgw_outward_forbids(&why->ctx);

	if (!cause) {
		pass(why, PROTOCOL, "number %u is translated",
		     tuple(why)->proto);
		return true;
	}
	stop(why, PROTOCOL, "number %u is not translated", tuple(why)->proto);
	return drops(why, cause);
}

static void rule(struct natgw_why *why)
{
	const struct natgw_treatment *treatment = &why->treatment;

	if (!treatment->pref)
		pass(why, RULE, "none is for it");
	else if (!treatment->address)
		pass(why, RULE, "%u gives it %u s of idle time",
		     treatment->pref, treatment->idle);
	else
		pass(why, RULE, "%u pins it to %pI4", treatment->pref,
		     &treatment->address);
}

static bool no_flow(struct natgw_why *why, int err)
{
	return drops(why, natgw_outward_no_flow_counter(err));
}

/* The limit that a client has reached, in words. */
static void say_limit(struct natgw_why *why, const struct natgw_client_use *use,
		      int err)
{
	const struct natgw_config *config = why->ctx.config;
	const __be32 *src = &tuple(why)->src;
	const char *what = "flows";
	u32 limit, n;

	switch (err) {
	case -EAGAIN:
		what = "flows begun in this second";
		n = use->begun;
		limit = natgw_option(config, CLIENT_RATE);
		break;
	case -EDQUOT:
		n = use->flows;
		limit = natgw_option(config, CLIENT_FLOWS);
		break;
	case -EMFILE:
		what = "connections that are not established";
		n = use->opening;
		limit = natgw_option(config, CLIENT_OPENING);
		break;
	case -EUSERS:
		what = "ports";
		n = use->ports;
		limit = natgw_option(config, CLIENT_PORTS);
		break;
	default:
		what = "flows, its share of the gateway's";
		n = use->flows;
		limit = natgw_option(config, MAX_FLOWS) / use->clients;
		break;
	}
	say(why, NATGW_WHY_STEP_LIMITS, NATGW_WHY_RESULT_STOP,
	    &(struct amount){ .used = n - 1, .limit = limit },
	    "%pI4 has %u of %u %s", src, n - 1, limit, what);
}

static bool limits(struct natgw_why *why, bool port)
{
	const struct natgw_config *config = why->ctx.config;
	bool opening = natgw_proto_stateful(tuple(why)->proto);
	struct natgw_gw *gw = why->ctx.gw;
	u32 max = natgw_option(config, MAX_FLOWS);
	struct natgw_client_use use;
	struct amount all;
	int err;

	err = natgw_client_look(gw, config, tuple(why)->src, opening, port,
				&use);
	all = (struct amount){ .used = use.all - 1, .limit = max };
	if (natgw_flow_too_many(config, use.all)) {
		say(why, NATGW_WHY_STEP_LIMITS, NATGW_WHY_RESULT_STOP, &all,
		    "the gateway has %u of %u flows", all.used, max);
		return no_flow(why, -ENFILE);
	}
	if (err) {
		say_limit(why, &use, err);
		return no_flow(why, err);
	}
	say(why, NATGW_WHY_STEP_LIMITS, NATGW_WHY_RESULT_PASS, &all,
	    "the gateway has %u of %u flows, %pI4 has %u", all.used, max,
	    &tuple(why)->src, use.flows - 1);
	return true;
}

/* joins - is there a mapping that has the port already? */
static bool joins(struct natgw_why *why)
{
	const struct natgw_config *config = why->ctx.config;
	const struct natgw_addr *pinned = NULL;
	const struct natgw_flow *mapping;
	const struct natgw_tuple *reply;

	if (why->treatment.address)
		pinned = natgw_pool_address(config, why->treatment.address);
	mapping = natgw_mapping_look(why->ctx.gw, tuple(why),
				     pinned ? pinned->wire : 0);
	if (!mapping)
		return false;
	reply = natgw_flow_tuple(mapping, NATGW_DIR_REPLY);
	why->wire_ip = reply->dst;
	why->wire_port = reply->dport;
	return true;
}

/* say_ports - what a flow would find; what this host keeps is told where it does */
static void say_ports(struct natgw_why *why, const struct natgw_pool_look *look,
		      u32 result)
{
	const struct natgw_tuple *t = tuple(why);
	char kept[40] = "";

	if (look->kept)
		snprintf(kept, sizeof(kept), ", %u left to this host",
			 look->kept);
	say(why, NATGW_WHY_STEP_PORT, result,
	    &(struct amount){ look->used, look->ports, look->kept },
	    "%u of %u used%s towards %pI4:%u", look->used, look->ports, kept,
	    &t->dst, ntohs(t->dport));
}

/* takes_port - the address and the port that it would take; not under RCU */
static bool takes_port(struct natgw_why *why)
{
	struct natgw_pool_look look;
	int err;

	err = natgw_pool_look(why->ctx.gw, tuple(why), why->treatment.address,
			      &look);
	if (!look.addr) {
		stop(why, ADDRESS, "none that takes new flows");
		return no_flow(why, err);
	}
	why->wire_ip = look.addr->wire;
	pass(why, ADDRESS, "%pI4", &look.addr->wire);
	say_ports(why, &look, err ? NATGW_WHY_RESULT_STOP :
				    NATGW_WHY_RESULT_PASS);
	return err ? no_flow(why, err) : true;
}

static void neighbour(struct natgw_why *why)
{
	struct net_device *out = skb_dst(why->ctx.skb)->dev;
	__be32 hop = next_hop(why);
	const struct neighbour *neigh;
	u8 state;

	if (out->flags & (IFF_NOARP | IFF_POINTOPOINT)) {
		pass(why, NEIGHBOUR, "%s asks for none", out->name);
		return;
	}
	neigh = __ipv4_neigh_lookup_noref(out, (__force u32)hop);
	state = neigh ? READ_ONCE(neigh->nud_state) : NUD_NONE;
	if (state & NUD_VALID)
		pass(why, NEIGHBOUR, "%pI4 on %s is known", &hop, out->name);
	else if (state & NUD_FAILED)
		note(why, NEIGHBOUR, "%pI4 on %s did not answer and will be asked again",
		     &hop, out->name);
	else
		note(why, NEIGHBOUR, "%pI4 on %s will be asked for", &hop,
		     out->name);
}

static void mtu(struct natgw_why *why)
{
	const struct net_device *in = why->state.in;
	u32 out_mtu = ip_dst_mtu_maybe_forward(skb_dst(why->ctx.skb), true);

	if (READ_ONCE(in->mtu) <= out_mtu)
		pass(why, MTU, "%u, no less than the %u of %s", out_mtu,
		     READ_ONCE(in->mtu), in->name);
	else
		note(why, MTU, "%u, less than the %u of %s, and what is longer does not fit",
		     out_mtu, READ_ONCE(in->mtu), in->name);
}

static void path_of(struct natgw_why *why)
{
	const struct natgw_ctx *ctx = &why->ctx;

	switch (natgw_fast_objection(ctx->nn, ctx->config,
				     tuple(why)->proto)) {
	case NATGW_SLOW_OFF:
		note(why, PATH, "slow: fastpath is off");
		break;
	case NATGW_SLOW_PROTOCOL:
		note(why, PATH, "slow: the fast path is for TCP and UDP");
		break;
	case NATGW_SLOW_IPSEC:
		note(why, PATH, "slow: this host has IPsec policies");
		break;
	default:
		if (why->armed)
			pass(why, PATH, "fast");
		else if (why->known)
			pass(why, PATH, "slow this time, to ask routes and rules");
		else
			pass(why, PATH, "slow for the first packets, then fast");
		break;
	}
}

/* Up to where ports are counted, which takes too long to be in an RCU section. */
static bool way_to_port(struct natgw_why *why, bool *joined)
{
	bool port;

	if (!comes_in(why) || !route(why) || !gateway(why) || !flow_of(why))
		return false;
	if (why->known)
		return true;
	natgw_rule_apply(why->ctx.config, tuple(why), &why->treatment);
	if (!source(why) || !protocol(why))
		return false;
	rule(why);
	*joined = joins(why);
	port = !*joined && !natgw_proto_portless(tuple(why)->proto);
	if (!limits(why, port))
		return false;
	if (*joined)
		pass(why, ADDRESS, "%pI4:%u, which %pI4:%u has already",
		     &why->wire_ip, ntohs(why->wire_port), &tuple(why)->src,
		     ntohs(tuple(why)->sport));
	return true;
}

/**
 * natgw_why_ask() - what would become of a packet?
 * @why: the question; its packet is parsed
 *
 * Context: process, RTNL.
 */
void natgw_why_ask(struct natgw_why *why)
{
	bool joined = false;
	bool goes;

	local_bh_disable();
	rcu_read_lock();
	goes = way_to_port(why, &joined);
	rcu_read_unlock();
	local_bh_enable();
	if (!goes || (!why->known && !joined && !takes_port(why)))
		return;
	rcu_read_lock();
	local_bh_disable();
	neighbour(why);
	mtu(why);
	path_of(why);
	local_bh_enable();
	rcu_read_unlock();
	why->verdict = NATGW_WHY_VERDICT_TRANSLATED;
}
