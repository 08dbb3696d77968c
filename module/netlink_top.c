// SPDX-License-Identifier: GPL-2.0
/* Requests about who and what is busiest. */
#include <linux/mm.h>
#include <linux/rtnetlink.h>

#include "netlink.h"
#include "top.h"

static int put_key(struct sk_buff *msg, struct natgw_net *nn,
		   const struct natgw_top *top,
		   const struct natgw_top_entry *entry)
{
	if (nla_put_in_addr(msg, NATGW_A_TOP_ENTRY_ADDR, entry->addr))
		return -EMSGSIZE;
	if (!top->destinations)
		return natgw_nl_put_gateway_name(msg, nn, entry->gw,
						 NATGW_A_TOP_ENTRY_GATEWAY);
	if (nla_put_u8(msg, NATGW_A_TOP_ENTRY_PROTO, entry->proto) ||
	    nla_put_be16(msg, NATGW_A_TOP_ENTRY_PORT, entry->port))
		return -EMSGSIZE;
	return 0;
}

static int put_numbers(struct sk_buff *msg, const struct natgw_top *top,
		       const struct natgw_top_entry *entry)
{
	if (nla_put_u32(msg, NATGW_A_TOP_ENTRY_FLOWS, entry->flows) ||
	    nla_put_u32(msg, NATGW_A_TOP_ENTRY_NEW, entry->begun))
		return -EMSGSIZE;
	if (!top->counted)
		return 0;
	if (nla_put_u64_64bit(msg, NATGW_A_TOP_ENTRY_BYTES_OUT, entry->out,
			      NATGW_A_TOP_ENTRY_PAD) ||
	    nla_put_u64_64bit(msg, NATGW_A_TOP_ENTRY_BYTES_IN, entry->in,
			      NATGW_A_TOP_ENTRY_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_entry(struct sk_buff *msg, int attr, struct natgw_net *nn,
		     const struct natgw_top *top,
		     const struct natgw_top_entry *entry)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest || (entry->used && put_key(msg, nn, top, entry)) ||
	    put_numbers(msg, top, entry))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_top(struct sk_buff *msg, struct natgw_net *nn,
		   const struct natgw_top *top, unsigned int count)
{
	unsigned int i;

	if (nla_put_u32(msg, NATGW_A_TOP_INTERVAL, top->interval) ||
	    nla_put_u32(msg, NATGW_A_TOP_FLOWS, top->flows) ||
	    nla_put_u32(msg, NATGW_A_TOP_COUNTED, top->counted))
		return -EMSGSIZE;
	for (i = 0; i < count && top->entry[i].used; i++)
		if (put_entry(msg, NATGW_A_TOP_ENTRY, nn, top, &top->entry[i]))
			return -EMSGSIZE;
	if (!top->others.flows)
		return 0;
	return put_entry(msg, NATGW_A_TOP_OTHERS, nn, top, &top->others);
}

/* The gateway is only compared with, so it may go meanwhile. */
static int parse_top(struct natgw_net *nn, struct genl_info *info,
		     struct natgw_top *top)
{
	struct nlattr **tb = info->attrs;
	struct natgw_gw *gw;

	if (tb[NATGW_A_TOP_BY])
		top->by = nla_get_u32(tb[NATGW_A_TOP_BY]);
	top->destinations = tb[NATGW_A_TOP_DESTINATIONS];
	if (!tb[NATGW_A_TOP_GATEWAY])
		return 0;
	rtnl_lock();
	gw = natgw_nl_gateway(nn, tb[NATGW_A_TOP_GATEWAY], info->extack);
	rtnl_unlock();
	top->gw = gw;
	return PTR_ERR_OR_ZERO(gw);
}

static int answer(struct natgw_net *nn, struct genl_info *info,
		  const struct natgw_top *top)
{
	struct nlattr *count = info->attrs[NATGW_A_TOP_COUNT];
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = natgw_nl_answer(info, NATGW_CMD_TOP_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	err = put_top(msg, nn, top, count ? nla_get_u32(count) : NATGW_MAX_TOP);
	return natgw_nl_reply(info, msg, hdr, err);
}

int natgw_nl_top_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_top *top = kvzalloc(sizeof(*top), GFP_KERNEL_ACCOUNT);
	int err;

	if (!top)
		return -ENOMEM;
	err = parse_top(nn, info, top);
	if (!err && natgw_net_started(nn))
		natgw_top_look(nn, top);
	if (!err)
		err = answer(nn, info, top);
	kvfree(top);
	return err;
}
