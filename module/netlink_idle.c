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

static int put_next(struct sk_buff *msg, struct natgw_net *nn, u64 *seq)
{
	struct natgw_idle_report report;
	int err;

	if (!natgw_idle_next(nn, *seq, &report))
		return -ENOENT;
	err = put_report(msg, nn, &report);
	if (!err)
		*seq = report.seq;
	return err;
}

static const struct natgw_nl_kept reports = {
	.cmd = NATGW_CMD_IDLE_GET,
	.after = NATGW_A_IDLE_AFTER,
	.most = NATGW_IDLE_KEPT,
	.put_next = put_next,
};

int natgw_nl_idle_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = natgw_nl_kept_get(info, &reports);

	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack,
			       "nobody spoke again after this number");
	return err;
}

int natgw_nl_idle_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return natgw_nl_kept_dump(skb, cb, &reports);
}
