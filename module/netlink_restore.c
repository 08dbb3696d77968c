// SPDX-License-Identifier: GPL-2.0
/* What it takes to make a flow again, told and taken. */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>

#include "flow.h"
#include "hook.h"
#include "mapping.h"
#include "netlink.h"
#include "restore.h"

/* ---------------------------------- told ---------------------------------- */

static int put_numbers(struct sk_buff *msg, const struct natgw_node *node,
		       u32 known, int end, int ack)
{
	if ((known & NATGW_TCP_SEEN_SENT_OUT &&
	     nla_put_u32(msg, end, READ_ONCE(node->end))) ||
	    (known & NATGW_TCP_SEEN_ACKED_OUT &&
	     nla_put_u32(msg, ack, READ_ONCE(node->ack))))
		return -EMSGSIZE;
	return 0;
}

/**
 * natgw_nl_put_restorable() - what natgw_nl_put_flow() leaves out of what flow-new
 *	takes
 * @msg: message to append to
 * @flow: the flow
 *
 * Context: RCU. Return: 0 or -EMSGSIZE.
 */
int natgw_nl_put_restorable(struct sk_buff *msg, const struct natgw_flow *flow)
{
	u32 idle = READ_ONCE(flow->idle);
	u32 seen = READ_ONCE(flow->tcp);

	if ((test_bit(NATGW_FLOW_GUEST, &flow->flags) &&
	     flow->kind != NATGW_FLOW_KIND_HOST &&
	     nla_put_flag(msg, NATGW_A_FLOW_GUEST)) ||
	    (flow->mapping && nla_put_flag(msg, NATGW_A_FLOW_MAPPED)) ||
	    (idle && nla_put_u32(msg, NATGW_A_FLOW_IDLE, idle)))
		return -EMSGSIZE;
	if (!seen)
		return 0;
	return nla_put_u32(msg, NATGW_A_FLOW_TCP_SEEN, seen) ?:
	       put_numbers(msg, &flow->original, seen, NATGW_A_FLOW_SEQ_OUT,
			   NATGW_A_FLOW_ACK_OUT) ?:
	       put_numbers(msg, &flow->reply, seen >> NATGW_DIR_REPLY,
			   NATGW_A_FLOW_SEQ_IN, NATGW_A_FLOW_ACK_IN);
}

/* ---------------------------------- taken --------------------------------- */

/* What a flow has whatever its protocol. */
static const u8 always[] = {
	NATGW_A_FLOW_GATEWAY, NATGW_A_FLOW_PROTO, NATGW_A_FLOW_SRC,
	NATGW_A_FLOW_DST, NATGW_A_FLOW_SPORT, NATGW_A_FLOW_DPORT,
	NATGW_A_FLOW_WIRE_IP, NATGW_A_FLOW_WIRE_PORT, NATGW_A_FLOW_STATE,
	NATGW_A_FLOW_EXPIRES,
};

static int parse_tuple(struct nlattr **tb, struct netlink_ext_ack *extack,
		       struct natgw_tuple *t)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(always); i++) {
		if (tb[always[i]])
			continue;
		NL_SET_ERR_MSG(extack,
			       "a flow has gateway, proto, src, sport, dst, dport, wire-ip, wire-port, state and expires");
		return -EINVAL;
	}
	*t = (struct natgw_tuple){
		.src = nla_get_in_addr(tb[NATGW_A_FLOW_SRC]),
		.dst = nla_get_in_addr(tb[NATGW_A_FLOW_DST]),
		.sport = nla_get_be16(tb[NATGW_A_FLOW_SPORT]),
		.dport = nla_get_be16(tb[NATGW_A_FLOW_DPORT]),
		.proto = nla_get_u8(tb[NATGW_A_FLOW_PROTO]),
	};
	return 0;
}

static int check_ports(struct nlattr **tb, struct netlink_ext_ack *extack,
		       const struct natgw_again *again)
{
	const struct natgw_tuple *t = &again->original;

	if (natgw_proto_portless(t->proto)) {
		if (t->sport || t->dport || again->external.port)
			return natgw_nl_refuse(-EINVAL, extack,
					       tb[NATGW_A_FLOW_PROTO],
					       "this protocol has no ports: say 0 for all three");
		return 0;
	}
	if (t->proto == IPPROTO_ICMP) {
		if (t->dport)
			return natgw_nl_refuse(-EINVAL, extack,
					       tb[NATGW_A_FLOW_DPORT],
					       "an ICMP query has an identifier as its source port, and 0 as its destination port");
		return 0;
	}
	if (!again->external.port)
		return natgw_nl_refuse(-EINVAL, extack,
				       tb[NATGW_A_FLOW_WIRE_PORT],
				       "no flow of this protocol has port 0 on the wire");
	return 0;
}

/* state_fits - may a flow of a protocol be in a state? */
static bool state_fits(u8 state, u8 proto)
{
	switch (state) {
	case NATGW_FLOW_STATE_UDP:
		return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
	case NATGW_FLOW_STATE_ICMP:
		return proto == IPPROTO_ICMP;
	case NATGW_FLOW_STATE_OTHER:
		return natgw_proto_portless(proto);
	case NATGW_FLOW_STATE_HELD:
		return !natgw_proto_portless(proto);
	default:
		return natgw_proto_stateful(proto);
	}
}

/* goes_with - is a number there if, and only if, a bit says so? */
static bool goes_with(struct nlattr **tb, u32 seen, int number, u32 bit)
{
	return !tb[number] == !(seen & bit);
}

static int parse_tcp(struct nlattr **tb, struct netlink_ext_ack *extack,
		     struct natgw_again *again)
{
	struct nlattr *attr = tb[NATGW_A_FLOW_TCP_SEEN];
	u32 seen = attr ? nla_get_u32(attr) : 0;
	static const struct {
		int attr;
		u32 bit;
	} numbers[] = {
		{ NATGW_A_FLOW_SEQ_OUT, NATGW_TCP_SEEN_SENT_OUT },
		{ NATGW_A_FLOW_ACK_OUT, NATGW_TCP_SEEN_ACKED_OUT },
		{ NATGW_A_FLOW_SEQ_IN, NATGW_TCP_SEEN_SENT_IN },
		{ NATGW_A_FLOW_ACK_IN, NATGW_TCP_SEEN_ACKED_IN },
	};
	u32 value[ARRAY_SIZE(numbers)] = {};
	unsigned int i;

	if (seen && !natgw_proto_stateful(again->original.proto))
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "tcp-seen is of TCP, SCTP and DCCP");
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!goes_with(tb, seen, numbers[i].attr, numbers[i].bit))
			return natgw_nl_refuse(-EINVAL, extack,
					       tb[numbers[i].attr] ?: attr,
					       "tcp-seen says which of seq-out, ack-out, seq-in and ack-in there are");
		if (tb[numbers[i].attr])
			value[i] = nla_get_u32(tb[numbers[i].attr]);
	}
	again->tcp = seen;
	again->end[NATGW_DIR_ORIGINAL] = value[0];
	again->ack[NATGW_DIR_ORIGINAL] = value[1];
	again->end[NATGW_DIR_REPLY] = value[2];
	again->ack[NATGW_DIR_REPLY] = value[3];
	return 0;
}

static int parse_state(struct nlattr **tb, struct netlink_ext_ack *extack,
		       struct natgw_again *again)
{
	u32 state = nla_get_u32(tb[NATGW_A_FLOW_STATE]);

	if (!state_fits(state, again->original.proto))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_FLOW_STATE],
				       "no flow of this protocol is in this state");
	again->state = state;
	return parse_tcp(tb, extack, again);
}

static int parse_times(struct nlattr **tb, struct netlink_ext_ack *extack,
		       struct natgw_again *again)
{
	int err = 0;

	again->expires = nla_get_u32(tb[NATGW_A_FLOW_EXPIRES]);
	if (!again->expires)
		return natgw_nl_refuse(-ETIME, extack, tb[NATGW_A_FLOW_EXPIRES],
				       "it has been idle for too long already");
	if (tb[NATGW_A_FLOW_IDLE]) {
		err = natgw_nl_seconds(tb[NATGW_A_FLOW_IDLE], &again->idle,
				       extack);
		if (!err && !again->idle)
			err = natgw_nl_refuse(-ERANGE, extack,
					      tb[NATGW_A_FLOW_IDLE],
					      "a time-out of 0 seconds is none: leave it out");
	}
	if (!err && !again->idle && again->state == NATGW_FLOW_STATE_HELD)
		err = natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_FLOW_STATE],
				      "a held port has idle: for how long it is kept");
	if (tb[NATGW_A_FLOW_START])
		again->start = nla_get_u64(tb[NATGW_A_FLOW_START]);
	return err;
}

static int parse_kind(struct nlattr **tb, struct netlink_ext_ack *extack,
		      struct natgw_again *again)
{
	bool held = again->state == NATGW_FLOW_STATE_HELD;
	struct nlattr *attr = tb[NATGW_A_FLOW_KIND];

	again->kind = attr ? nla_get_u32(attr) : NATGW_FLOW_KIND_INSIDE;
	if (again->kind == NATGW_FLOW_KIND_MAPPING && !held)
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "a mapping comes with the flows that share it: say mapped of those");
	if (again->kind == NATGW_FLOW_KIND_HOST && held)
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "a port of this host is not held");
	if (again->kind == NATGW_FLOW_KIND_MAPPING && again->original.dport)
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_FLOW_DPORT],
				       "a mapping has no destination port");
	again->guest = tb[NATGW_A_FLOW_GUEST];
	if (again->guest && again->kind == NATGW_FLOW_KIND_HOST)
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_FLOW_GUEST],
				       "a flow of this host is nobody's guest");
	again->mapped = tb[NATGW_A_FLOW_MAPPED];
	if (again->mapped && natgw_proto_portless(again->original.proto))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_FLOW_MAPPED],
				       "this protocol has no ports to be mapped");
	return 0;
}

static void parse_counts(struct nlattr **tb, struct natgw_counts *counts,
			 int packets, int bytes, int tcp_flags)
{
	if (tb[packets])
		counts->packets = nla_get_u64(tb[packets]);
	if (tb[bytes])
		counts->bytes = nla_get_u64(tb[bytes]);
	if (tb[tcp_flags])
		counts->tcp_flags = nla_get_u8(tb[tcp_flags]);
}

static int parse(struct nlattr **tb, struct netlink_ext_ack *extack,
		 struct natgw_again *again)
{
	int err = parse_tuple(tb, extack, &again->original);

	if (err)
		return err;
	again->external.port = nla_get_be16(tb[NATGW_A_FLOW_WIRE_PORT]);
	parse_counts(tb, &again->counts[NATGW_DIR_ORIGINAL],
		     NATGW_A_FLOW_PACKETS_OUT, NATGW_A_FLOW_BYTES_OUT,
		     NATGW_A_FLOW_TCP_FLAGS_OUT);
	parse_counts(tb, &again->counts[NATGW_DIR_REPLY],
		     NATGW_A_FLOW_PACKETS_IN, NATGW_A_FLOW_BYTES_IN,
		     NATGW_A_FLOW_TCP_FLAGS_IN);
	return check_ports(tb, extack, again) ?:
	       parse_state(tb, extack, again) ?:
	       parse_times(tb, extack, again) ?:
	       parse_kind(tb, extack, again);
}

/* is_inside - is a source one that a gateway translates? */
static bool is_inside(struct natgw_net *nn, const struct natgw_config *config,
		      __be32 src)
{
	if (config->n_inside)
		return natgw_config_inside(config, src);
	return natgw_side(nn->net, config->ifindex, src) == NATGW_SIDE_INSIDE;
}

static int check_source(struct natgw_net *nn, struct nlattr **tb,
			struct netlink_ext_ack *extack,
			const struct natgw_config *config,
			const struct natgw_again *again)
{
	__be32 src = again->original.src;

	if (again->kind == NATGW_FLOW_KIND_HOST) {
		if (src != again->external.addr->wire)
			return natgw_nl_refuse(-EINVAL, extack,
					       tb[NATGW_A_FLOW_SRC],
					       "a flow of this host has the address on the wire as its source");
		return 0;
	}
	if (!natgw_nl_forwardable(src) ||
	    inet_addr_type(nn->net, src) == RTN_LOCAL ||
	    natgw_address_used(nn, src))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_FLOW_SRC],
				       "no inside host has this source");
	if (!is_inside(nn, config, src))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_FLOW_SRC],
				       "the source is not inside this gateway");
	return 0;
}

/* check_gateway - is a flow one that its gateway could have? */
static int check_gateway(struct natgw_gw *gw, struct nlattr **tb,
			 struct netlink_ext_ack *extack,
			 struct natgw_again *again)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	__be32 wire = nla_get_in_addr(tb[NATGW_A_FLOW_WIRE_IP]);
	struct natgw_addr *addr = natgw_pool_address(config, wire);

	if (!addr || addr->wire != wire)
		return natgw_nl_refuse(-EADDRNOTAVAIL, extack,
				       tb[NATGW_A_FLOW_WIRE_IP],
				       "the gateway has no such address on the wire");
	if (addr->draining)
		return natgw_nl_refuse(-EADDRNOTAVAIL, extack,
				       tb[NATGW_A_FLOW_WIRE_IP],
				       "the address is draining and takes no flows");
	if (!natgw_outward_translates(config, again->original.proto))
		return natgw_nl_refuse(-EPROTONOSUPPORT, extack,
				       tb[NATGW_A_FLOW_PROTO],
				       "the gateway does not translate this protocol");
	/* A mapping may be for all destinations. */
	if (!natgw_nl_forwardable(again->original.dst) &&
	    (again->original.dst || again->kind != NATGW_FLOW_KIND_MAPPING))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_FLOW_DST],
				       "no packet that is translated has this destination");
	again->external.addr = addr;
	return check_source(gw->nn, tb, extack, config, again);
}

/* What the one who asks is told, in words that fit many flows. */
static const struct {
	int err;
	int attr;
	const char *message;
} refusals[] = {
	{ -EEXIST, 0, "the flow is there already" },
	{ -EBUSY, NATGW_A_FLOW_WIRE_PORT,
	  "the connection has another flow already, with another external port" },
	{ -EADDRINUSE, NATGW_A_FLOW_WIRE_PORT,
	  "another flow, or this host, has the external port towards this destination" },
	{ -ENOTUNIQ, NATGW_A_FLOW_WIRE_PORT,
	  "the inside endpoint is mapped to another external port already" },
	{ -ETIME, NATGW_A_FLOW_EXPIRES,
	  "it would live longer than the time-out of its state" },
	{ -ENOSPC, 0, "the gateway holds its most ports (hold-max)" },
	{ -ENFILE, 0, "the gateway has its most flows (max-flows)" },
	{ -EDQUOT, NATGW_A_FLOW_SRC,
	  "the inside host has its most flows (client-flows)" },
	{ -EUSERS, NATGW_A_FLOW_SRC,
	  "the inside host has its most ports (client-ports)" },
	{ -EMFILE, NATGW_A_FLOW_SRC,
	  "the inside host has its most half-open connections (client-opening)" },
};

static int explain(int err, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; err && i < ARRAY_SIZE(refusals); i++) {
		if (refusals[i].err != err)
			continue;
		if (extack && refusals[i].attr)
			NL_SET_BAD_ATTR(extack, tb[refusals[i].attr]);
		if (extack)
			extack->_msg = refusals[i].message;
	}
	return err;
}

static int restore(struct natgw_gw *gw, struct nlattr **tb,
		   struct netlink_ext_ack *extack, struct natgw_again *again)
{
	int err;

	rcu_read_lock();
	local_bh_disable();
	err = check_gateway(gw, tb, extack, again);
	if (!err)
		err = explain(natgw_restore(gw, again), tb, extack);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

int natgw_nl_flow_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **tb = info->attrs;
	struct natgw_again again = {};
	struct natgw_gw *gw;
	int err;

	err = parse(tb, extack, &again);
	if (err)
		return err;
	rtnl_lock();
	gw = natgw_nl_gateway(nn, tb[NATGW_A_FLOW_GATEWAY], extack);
	err = IS_ERR(gw) ? PTR_ERR(gw) : restore(gw, tb, extack, &again);
	rtnl_unlock();
	return err;
}
