// SPDX-License-Identifier: GPL-2.0
/* Requests about inside hosts. */
#include <linux/rtnetlink.h>
#include <net/sock.h>

#include "client.h"
#include "netlink.h"

/* Entries in a message, each of several hosts */
enum { AT_ONCE = 16 };

static int put_report(struct sk_buff *msg, const struct natgw_client_report *r)
{
	if (nla_put_string(msg, NATGW_A_CLIENT_GATEWAY, r->gw->name) ||
	    nla_put_in_addr(msg, NATGW_A_CLIENT_ADDR, r->addr) ||
	    nla_put_u32(msg, NATGW_A_CLIENT_FLOWS, r->flows) ||
	    nla_put_u32(msg, NATGW_A_CLIENT_PORTS, r->ports) ||
	    nla_put_u32(msg, NATGW_A_CLIENT_OPENING, r->opening) ||
	    nla_put_u32(msg, NATGW_A_CLIENT_CREATED, r->created))
		return -EMSGSIZE;
	return 0;
}

int natgw_nl_client_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct nlattr **tb = info->attrs;
	struct natgw_client_report report;
	struct natgw_gw *gw;
	struct sk_buff *msg;
	bool known = false;
	void *hdr;
	int err;

	if (!tb[NATGW_A_CLIENT_GATEWAY] || !tb[NATGW_A_CLIENT_ADDR]) {
		NL_SET_ERR_MSG(info->extack,
			       "say which inside host: its gateway and its address");
		return -EINVAL;
	}
	msg = natgw_nl_answer(info, NATGW_CMD_CLIENT_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	gw = natgw_nl_gateway(nn, tb[NATGW_A_CLIENT_GATEWAY], info->extack);
	err = PTR_ERR_OR_ZERO(gw);
	if (!err) {
		rcu_read_lock();
		known = natgw_client_report(gw,
					    nla_get_in_addr(tb[NATGW_A_CLIENT_ADDR]),
					    &report);
		rcu_read_unlock();
	}
	if (!err && !known) {
		NL_SET_ERR_MSG(info->extack,
			       "this host has no flows of the gateway");
		err = -ENOENT;
	}
	err = err ?: put_report(msg, &report);
	rtnl_unlock();
	return natgw_nl_reply(info, msg, hdr, err);
}

static int dump_client(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct natgw_client_report *report)
{
	void *hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_CLIENT_GET);

	if (!hdr)
		return -EMSGSIZE;
	return natgw_nl_dump_end(skb, hdr, put_report(skb, report));
}

/* dump_neighbours - all of an entry or none. They may be on their way out, and
 * their gateway with them: it stays while RCU waits for us.
 */
static int dump_neighbours(struct sk_buff *skb, struct netlink_callback *cb,
			   void *entry)
{
	struct natgw_client_report report[NATGW_CLIENT_NEIGHBOURS];
	unsigned int n = natgw_client_walk_report(entry, report);
	unsigned char *end = skb_tail_pointer(skb);
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!dump_client(skb, cb, &report[i]))
			continue;
		nlmsg_trim(skb, end);
		return -EMSGSIZE;
	}
	return 0;
}

int natgw_nl_client_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct natgw_net *nn = natgw_net(sock_net(skb->sk));

	return natgw_nl_walk(skb, cb, &nn->clients, AT_ONCE, dump_neighbours);
}
