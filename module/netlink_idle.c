// SPDX-License-Identifier: GPL-2.0
/* Requests about flows that ended while idle and on which somebody spoke again. */
#include <net/sock.h>

#include "idle.h"
#include "netlink.h"

static int put_report(struct sk_buff *msg, struct natgw_net *nn,
		      const struct natgw_idle_report *report)
{
	const struct natgw_idle_end *flow = &report->flow;
	const struct natgw_tuple *t = &flow->original;

	if (natgw_nl_put_gateway_name(msg, nn, flow->gw,
				      NATGW_A_IDLE_GATEWAY) ||
	    nla_put_u8(msg, NATGW_A_IDLE_PROTO, t->proto) ||
	    nla_put_in_addr(msg, NATGW_A_IDLE_SRC, t->src) ||
	    nla_put_in_addr(msg, NATGW_A_IDLE_DST, t->dst) ||
	    nla_put_be16(msg, NATGW_A_IDLE_SPORT, t->sport) ||
	    nla_put_be16(msg, NATGW_A_IDLE_DPORT, t->dport) ||
	    nla_put_in_addr(msg, NATGW_A_IDLE_WIRE_IP, flow->wire) ||
	    nla_put_be16(msg, NATGW_A_IDLE_WIRE_PORT, flow->port) ||
	    (report->outside && nla_put_flag(msg, NATGW_A_IDLE_OUTSIDE)) ||
	    nla_put_u64_64bit(msg, NATGW_A_IDLE_TIME, report->time,
			      NATGW_A_IDLE_PAD) ||
	    nla_put_u32(msg, NATGW_A_IDLE_LATE, report->late) ||
	    nla_put_u32(msg, NATGW_A_IDLE_TIMEOUT, flow->timeout) ||
	    nla_put_u64_64bit(msg, NATGW_A_IDLE_SEQ, report->seq,
			      NATGW_A_IDLE_PAD))
		return -EMSGSIZE;
	return 0;
}

static u64 after(struct nlattr **tb)
{
	return tb[NATGW_A_IDLE_AFTER] ? nla_get_u64(tb[NATGW_A_IDLE_AFTER]) : 0;
}

int natgw_nl_idle_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_idle_report report;
	struct sk_buff *msg;
	int err = -ENOENT;
	void *hdr;

	msg = natgw_nl_answer(info, NATGW_CMD_IDLE_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	if (natgw_net_started(nn) &&
	    natgw_idle_next(nn, after(info->attrs), &report))
		err = put_report(msg, nn, &report);
	else
		NL_SET_ERR_MSG(info->extack,
			       "nobody spoke again after this number");
	return natgw_nl_reply(info, msg, hdr, err);
}

/**
 * struct dump - a dump that is under way
 * @seq: the report that was dumped last
 * @left: the most that are still to come, so that it ends
 * @entered: @seq and @left are set
 */
struct dump {
	u64 seq;
	unsigned int left;
	bool entered;
};

static_assert(sizeof(struct dump) <= sizeof_field(struct netlink_callback, ctx));

int natgw_nl_idle_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct natgw_net *nn = natgw_net(sock_net(skb->sk));
	struct dump *dump = (struct dump *)cb->ctx;
	struct natgw_idle_report report;
	void *hdr;

	if (!natgw_net_started(nn))
		return 0;
	if (!dump->entered)
		*dump = (struct dump){
			.seq = after(natgw_dump_attrs(cb)),
			.left = NATGW_IDLE_KEPT,
			.entered = true,
		};
	while (dump->left && natgw_idle_next(nn, dump->seq, &report)) {
		hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_IDLE_GET);
		if (!hdr ||
		    natgw_nl_dump_end(skb, hdr, put_report(skb, nn, &report)))
			break;
		dump->seq = report.seq;
		dump->left--;
	}
	return skb->len;
}
