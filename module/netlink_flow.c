// SPDX-License-Identifier: GPL-2.0
/* Requests about flows. */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "account.h"
#include "flow.h"
#include "hop.h"
#include "netlink.h"

static int parse_masked(struct nlattr *addr, struct nlattr *len, __be32 *value,
			__be32 *mask, struct netlink_ext_ack *extack)
{
	if (!addr)
		return len ? natgw_nl_refuse(-EINVAL, extack, len,
					     "a prefix length without its address") : 0;
	*value = nla_get_in_addr(addr);
	*mask = inet_make_mask(len ? nla_get_u8(len) : 32);
	return 0;
}

/* parse_filter - read a filter
 *
 * The gateway that it names is only compared with, never looked into, so it
 * may go while the filter is used.
 */
static int parse_filter(struct natgw_net *nn, struct nlattr **tb,
			struct netlink_ext_ack *extack,
			struct natgw_filter *filter)
{
	struct natgw_gw *gw;
	int err;

	memset(filter, 0, sizeof(*filter));
	if (tb[NATGW_A_FLOW_GATEWAY]) {
		rtnl_lock();
		gw = natgw_nl_gateway(nn, tb[NATGW_A_FLOW_GATEWAY], extack);
		rtnl_unlock();
		if (IS_ERR(gw))
			return PTR_ERR(gw);
		filter->gw = gw;
	}
	err = parse_masked(tb[NATGW_A_FLOW_SRC], tb[NATGW_A_FLOW_SRC_LEN],
			   &filter->src, &filter->src_mask, extack);
	if (!err)
		err = parse_masked(tb[NATGW_A_FLOW_DST],
				   tb[NATGW_A_FLOW_DST_LEN],
				   &filter->dst, &filter->dst_mask, extack);
	if (tb[NATGW_A_FLOW_PROTO]) {
		filter->has_proto = true;
		filter->proto = nla_get_u8(tb[NATGW_A_FLOW_PROTO]);
	}
	if (tb[NATGW_A_FLOW_SPORT]) {
		filter->has_sport = true;
		filter->sport = nla_get_be16(tb[NATGW_A_FLOW_SPORT]);
	}
	if (tb[NATGW_A_FLOW_DPORT]) {
		filter->has_dport = true;
		filter->dport = nla_get_be16(tb[NATGW_A_FLOW_DPORT]);
	}
	return err;
}

static int put_counts(struct sk_buff *msg, const struct natgw_account *account,
		      int packets, int bytes, int tcp_flags)
{
	if (nla_put_u64_64bit(msg, packets, atomic64_read(&account->packets),
			      NATGW_A_FLOW_PAD) ||
	    nla_put_u64_64bit(msg, bytes, atomic64_read(&account->bytes),
			      NATGW_A_FLOW_PAD))
		return -EMSGSIZE;
	return nla_put_u8(msg, tcp_flags, atomic_read(&account->tcp_flags));
}

static int put_account(struct sk_buff *msg, const struct natgw_flow *flow)
{
	const struct natgw_account *out, *in;

	out = natgw_account_of(flow, NATGW_DIR_ORIGINAL);
	in = natgw_account_of(flow, NATGW_DIR_REPLY);
	if (!out || !in)
		return 0;
	return put_counts(msg, out, NATGW_A_FLOW_PACKETS_OUT,
			  NATGW_A_FLOW_BYTES_OUT, NATGW_A_FLOW_TCP_FLAGS_OUT) ?:
	       put_counts(msg, in, NATGW_A_FLOW_PACKETS_IN,
			  NATGW_A_FLOW_BYTES_IN, NATGW_A_FLOW_TCP_FLAGS_IN);
}

/**
 * natgw_nl_put_flow() - all that there is to say about a flow
 * @msg: message to append to
 * @flow: the flow
 *
 * Context: RCU. Return: 0 or -EMSGSIZE.
 */
int natgw_nl_put_flow(struct sk_buff *msg, const struct natgw_flow *flow)
{
	const struct natgw_tuple *o = natgw_flow_tuple(flow,
						       NATGW_DIR_ORIGINAL);
	const struct natgw_tuple *r = natgw_flow_tuple(flow, NATGW_DIR_REPLY);
	s32 remaining = max(natgw_flow_remaining(flow) - NATGW_FLOW_GRAIN, 0);
	/* The key of a mapping is not what it looks like (mapping.c). */
	bool mapping = flow->kind == NATGW_FLOW_KIND_MAPPING;

	if (nla_put_string(msg, NATGW_A_FLOW_GATEWAY, flow->gw->name) ||
	    nla_put_u8(msg, NATGW_A_FLOW_PROTO, o->proto) ||
	    nla_put_in_addr(msg, NATGW_A_FLOW_SRC, o->src) ||
	    nla_put_in_addr(msg, NATGW_A_FLOW_DST, mapping ? r->src : o->dst) ||
	    nla_put_be16(msg, NATGW_A_FLOW_SPORT, o->sport) ||
	    nla_put_be16(msg, NATGW_A_FLOW_DPORT, mapping ? 0 : o->dport) ||
	    nla_put_in_addr(msg, NATGW_A_FLOW_WIRE_IP, r->dst) ||
	    nla_put_be16(msg, NATGW_A_FLOW_WIRE_PORT, r->dport) ||
	    nla_put_u32(msg, NATGW_A_FLOW_STATE, READ_ONCE(flow->state)) ||
	    nla_put_u32(msg, NATGW_A_FLOW_KIND, flow->kind) ||
	    nla_put_u32(msg, NATGW_A_FLOW_EXPIRES,
			DIV_ROUND_UP((u32)remaining, HZ)) ||
	    nla_put_u64_64bit(msg, NATGW_A_FLOW_START, natgw_flow_start(flow),
			      NATGW_A_FLOW_PAD))
		return -EMSGSIZE;
	if (flow->addr->eip &&
	    nla_put_in_addr(msg, NATGW_A_FLOW_EIP, flow->addr->eip))
		return -EMSGSIZE;
	return put_account(msg, flow);
}

/* put_flow - the same for somebody who asks for it, perhaps to make it again */
static int put_flow(struct sk_buff *msg, const struct natgw_flow *flow,
		    bool whole)
{
	return natgw_nl_put_flow(msg, flow) ?:
	       (whole ? natgw_nl_put_restorable(msg, flow) : 0);
}

static int parse_tuple(struct genl_info *info, struct natgw_tuple *tuple)
{
	struct nlattr **tb = info->attrs;

	if (!tb[NATGW_A_FLOW_PROTO] || !tb[NATGW_A_FLOW_SRC] ||
	    !tb[NATGW_A_FLOW_DST] || !tb[NATGW_A_FLOW_SPORT]) {
		NL_SET_ERR_MSG(info->extack,
			       "a flow is named by proto, src, sport, dst and dport");
		return -EINVAL;
	}
	memset(tuple, 0, sizeof(*tuple));
	tuple->proto = nla_get_u8(tb[NATGW_A_FLOW_PROTO]);
	tuple->src = nla_get_in_addr(tb[NATGW_A_FLOW_SRC]);
	tuple->dst = nla_get_in_addr(tb[NATGW_A_FLOW_DST]);
	tuple->sport = nla_get_be16(tb[NATGW_A_FLOW_SPORT]);
	if (tb[NATGW_A_FLOW_DPORT])
		tuple->dport = nla_get_be16(tb[NATGW_A_FLOW_DPORT]);
	return 0;
}

int natgw_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_tuple tuple;
	struct natgw_flow *flow;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = parse_tuple(info, &tuple);
	if (err)
		return err;
	msg = natgw_nl_answer(info, NATGW_CMD_FLOW_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	err = -ENOENT;
	if (natgw_net_started(nn)) {
		rcu_read_lock();
		local_bh_disable();
		flow = natgw_flow_find(nn, &tuple, NATGW_DIR_ORIGINAL);
		if (flow)
			err = put_flow(msg, flow,
				       info->attrs[NATGW_A_FLOW_WHOLE]);
		local_bh_enable();
		rcu_read_unlock();
	}
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "there is no such flow");
	return natgw_nl_reply(info, msg, hdr, err);
}

static int reply_count(struct genl_info *info, u8 cmd,
		       unsigned int (*count)(struct natgw_net *nn,
					     const struct natgw_filter *filter))
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_filter filter;
	struct sk_buff *msg;
	u32 n = 0;
	void *hdr;
	int err;

	err = parse_filter(nn, info->attrs, info->extack, &filter);
	if (err)
		return err;
	msg = natgw_nl_answer(info, cmd, &hdr);
	if (!msg)
		return -ENOMEM;
	if (natgw_net_started(nn))
		n = count(nn, &filter);
	return natgw_nl_reply(info, msg, hdr,
			      nla_put_u32(msg, NATGW_A_FLOW_COUNT, n));
}

static unsigned int flush(struct natgw_net *nn,
			  const struct natgw_filter *filter)
{
	return natgw_flow_flush(nn, filter, NATGW_FLOW_END_FLUSHED);
}

int natgw_nl_flow_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_count(info, NATGW_CMD_FLOW_FLUSH, flush);
}

int natgw_nl_flow_count_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_count(info, NATGW_CMD_FLOW_COUNT, natgw_flow_count);
}

/* ---------------------------------- dump ---------------------------------- */

/**
 * struct dump - a dump of flows that is under way
 * @filter: which flows
 * @whole: all of them is wanted
 * @iter: where it is in the table; survives flows that come and go
 * @entered: @filter is read, and @iter is in use
 * @again: a flow that did not fit into the last message comes first in the next
 * @resizes: how often the table was resized and the walk began anew
 */
struct dump {
	struct natgw_filter filter;
	bool whole;
	struct rhashtable_iter iter;
	bool entered;
	bool again;
	unsigned int resizes;
};

int natgw_nl_flow_get_start(struct netlink_callback *cb)
{
	struct dump *dump = kzalloc(sizeof(*dump), GFP_KERNEL_ACCOUNT);

	cb->args[0] = (long)dump;
	return dump ? 0 : -ENOMEM;
}

/* enter - begin the walk; not in start, where 6.1 takes no sentences */
static int enter(struct natgw_net *nn, struct netlink_callback *cb,
		 struct dump *dump)
{
	struct nlattr **tb = natgw_dump_attrs(cb);
	int err = parse_filter(nn, tb, cb->extack, &dump->filter);

	if (err || !natgw_net_started(nn))
		return err;
	dump->whole = tb[NATGW_A_FLOW_WHOLE];
	/* Whoever saves flows may have stopped their packets by a rule first, which the
	 * fast path would hear of only within a second.
	 */
	if (dump->whole)
		natgw_hop_forget(nn);
	dump->filter.held = dump->whole;
	rhashtable_walk_enter(&nn->flows, &dump->iter);
	dump->entered = true;
	return 0;
}

int natgw_nl_flow_get_done(struct netlink_callback *cb)
{
	struct dump *dump = (struct dump *)cb->args[0];

	if (dump && dump->entered)
		rhashtable_walk_exit(&dump->iter);
	kfree(dump);
	return 0;
}

static int dump_flow(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct natgw_flow *flow, bool whole)
{
	void *hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_FLOW_GET);

	if (!hdr)
		return -EMSGSIZE;
	return natgw_nl_dump_end(skb, hdr, put_flow(skb, flow, whole));
}

/* So many nodes are looked at before others get the processor, and RCU its way. */
enum { BREATH = 4096 };

/* walk_on - where the walk goes on; the last node again if it did not fit */
static struct natgw_node *walk_on(struct dump *dump)
{
	struct natgw_node *node = NULL;

	if (dump->again)
		node = rhashtable_walk_peek(&dump->iter);
	dump->again = false;
	return node ?: rhashtable_walk_next(&dump->iter);
}

int natgw_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct natgw_net *nn = natgw_net(sock_net(skb->sk));
	struct dump *dump = (struct dump *)cb->args[0];
	unsigned int left = BREATH;
	struct natgw_node *node;
	struct natgw_flow *flow;
	int err;

	err = dump->entered ? 0 : enter(nn, cb, dump);
	if (err || !dump->entered)
		return err;
	/* Never 0, which stands for "not said yet". */
	cb->seq = dump->resizes + 1;
	if (natgw_walk_start(&dump->iter))
		cb->seq = ++dump->resizes + 1;
	while ((node = walk_on(dump))) {
		if (IS_ERR(node)) {
			/* The walk begins again and may show flows twice. */
			cb->seq = ++dump->resizes + 1;
			continue;
		}
		if (!--left) {
			/* Few match the filter. */
			left = BREATH;
			dump->again = true;
			rhashtable_walk_stop(&dump->iter);
			cond_resched();
			if (natgw_walk_start(&dump->iter))
				cb->seq = ++dump->resizes + 1;
			continue;
		}
		flow = natgw_flow_of(node);
		if (!natgw_flow_stands(node, flow) ||
		    natgw_flow_remaining(flow) <= 0 ||
		    !natgw_flow_matches(flow, &dump->filter))
			continue;
		if (dump_flow(skb, cb, flow, dump->whole)) {
			dump->again = true;
			break;
		}
	}
	rhashtable_walk_stop(&dump->iter);
	return skb->len;
}
