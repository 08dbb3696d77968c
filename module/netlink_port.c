// SPDX-License-Identifier: GPL-2.0
/* Requests about destinations whose ports are marked. */
#include <net/sock.h>

#include "crowd.h"
#include "netlink.h"

static int put_holder(struct sk_buff *msg, const struct natgw_holder *holder)
{
	struct nlattr *nest = nla_nest_start(msg, NATGW_A_PORT_HOLDER);

	if (!nest ||
	    nla_put_in_addr(msg, NATGW_A_HOLDER_ADDR, holder->addr) ||
	    nla_put_u32(msg, NATGW_A_HOLDER_PORTS, holder->ports))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_report(struct sk_buff *msg, const struct natgw_crowd_report *r)
{
	unsigned int i;

	if (nla_put_in_addr(msg, NATGW_A_PORT_WIRE_IP, r->key.dst) ||
	    nla_put_u8(msg, NATGW_A_PORT_PROTO, r->key.proto) ||
	    (r->key.src &&
	     nla_put_in_addr(msg, NATGW_A_PORT_DST, r->key.src)) ||
	    (r->key.sport &&
	     nla_put_be16(msg, NATGW_A_PORT_DPORT, r->key.sport)) ||
	    nla_put_u16(msg, NATGW_A_PORT_FIRST, r->lane.first) ||
	    nla_put_u16(msg, NATGW_A_PORT_STEP, r->lane.step) ||
	    nla_put_u32(msg, NATGW_A_PORT_PORTS, r->lane.ports) ||
	    nla_put_u32(msg, NATGW_A_PORT_TAKEN, r->taken) ||
	    nla_put_u32(msg, NATGW_A_PORT_STALE, r->stale))
		return -EMSGSIZE;
	for (i = 0; i < r->n_holders; i++)
		if (put_holder(msg, &r->holder[i]))
			return -EMSGSIZE;
	return 0;
}

/* What a request names, in the form that the packet path uses. Without a
 * destination it is about an endpoint-independent mapping.
 */
static int parse_key(struct genl_info *info, struct natgw_tuple *key,
		     struct natgw_lane *lane)
{
	struct nlattr **tb = info->attrs;

	if (!tb[NATGW_A_PORT_WIRE_IP] || !tb[NATGW_A_PORT_PROTO]) {
		NL_SET_ERR_MSG(info->extack,
			       "say whose ports: wire-ip ADDRESS and proto PROTOCOL, dst and dport where the mapping depends on them");
		return -EINVAL;
	}
	memset(key, 0, sizeof(*key));
	key->dst = nla_get_in_addr(tb[NATGW_A_PORT_WIRE_IP]);
	key->proto = nla_get_u8(tb[NATGW_A_PORT_PROTO]);
	if (tb[NATGW_A_PORT_DST])
		key->src = nla_get_in_addr(tb[NATGW_A_PORT_DST]);
	if (tb[NATGW_A_PORT_DPORT])
		key->sport = nla_get_be16(tb[NATGW_A_PORT_DPORT]);
	if (!key->src || (!key->sport && key->proto != IPPROTO_ICMP))
		key->scope = NATGW_SCOPE_MAPPING;
	*lane = natgw_lane(tb[NATGW_A_PORT_FIRST] ?
			   nla_get_u16(tb[NATGW_A_PORT_FIRST]) : NATGW_PORT_MIN,
			   tb[NATGW_A_PORT_STEP] &&
			   nla_get_u16(tb[NATGW_A_PORT_STEP]) > 1);
	return 0;
}

int natgw_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_crowd_report report;
	struct natgw_tuple key;
	struct natgw_lane lane;
	struct sk_buff *msg;
	bool known = false;
	void *hdr;
	int err;

	err = parse_key(info, &key, &lane);
	if (err)
		return err;
	msg = natgw_nl_answer(info, NATGW_CMD_PORT_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	if (natgw_net_started(nn)) {
		rcu_read_lock();
		known = natgw_crowd_report(nn, &key, &lane, &report);
		rcu_read_unlock();
	}
	if (known) {
		err = put_report(msg, &report);
	} else {
		NL_SET_ERR_MSG(info->extack,
			       "the ports towards this destination are not marked: a random one was always free");
		err = -ENOENT;
	}
	return natgw_nl_reply(info, msg, hdr, err);
}

/* Entries in a message: each takes one look at every port or two, and RCU waits. */
enum { AT_ONCE = 2 };

static int dump_port(struct sk_buff *skb, struct netlink_callback *cb,
		     void *entry)
{
	void *hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_PORT_GET);
	struct natgw_crowd_report report;

	if (!hdr)
		return -EMSGSIZE;
	natgw_crowd_walk_report(natgw_net(sock_net(skb->sk)), entry, &report);
	return natgw_nl_dump_end(skb, hdr, put_report(skb, &report));
}

int natgw_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct natgw_net *nn = natgw_net(sock_net(skb->sk));

	return natgw_nl_walk(skb, cb, &nn->crowds, AT_ONCE, dump_port);
}
