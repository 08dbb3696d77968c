// SPDX-License-Identifier: GPL-2.0
/* Requests about packets that were dropped. */
#include <net/sock.h>

#include "drop.h"
#include "netlink.h"

static int put_ingress(struct sk_buff *msg, struct net *net, int ifindex)
{
	const struct net_device *dev;
	int err = 0;

	if (!ifindex)
		return 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev)
		err = nla_put_string(msg, NATGW_A_DROP_DEV, dev->name);
	rcu_read_unlock();
	return err ?: nla_put_u32(msg, NATGW_A_DROP_IFINDEX, ifindex);
}

static int put_drop(struct sk_buff *msg, struct net *net,
		    const struct natgw_drop *drop)
{
	const struct natgw_tuple *t = &drop->tuple;

	if (nla_put_u64_64bit(msg, NATGW_A_DROP_SEQ, drop->seq,
			      NATGW_A_DROP_PAD) ||
	    nla_put_u64_64bit(msg, NATGW_A_DROP_TIME, drop->time,
			      NATGW_A_DROP_PAD) ||
	    nla_put_u32(msg, NATGW_A_DROP_CAUSE, drop->cause) ||
	    (drop->gateway[0] &&
	     nla_put_string(msg, NATGW_A_DROP_GATEWAY, drop->gateway)) ||
	    nla_put_u8(msg, NATGW_A_DROP_PROTO, t->proto) ||
	    nla_put_in_addr(msg, NATGW_A_DROP_SRC, t->src) ||
	    nla_put_in_addr(msg, NATGW_A_DROP_DST, t->dst) ||
	    nla_put_be16(msg, NATGW_A_DROP_SPORT, t->sport) ||
	    nla_put_be16(msg, NATGW_A_DROP_DPORT, t->dport) ||
	    nla_put_u32(msg, NATGW_A_DROP_LEN, drop->len) ||
	    put_ingress(msg, net, drop->iif))
		return -EMSGSIZE;
	return 0;
}

static u64 after(struct nlattr **tb)
{
	return tb[NATGW_A_DROP_AFTER] ? nla_get_u64(tb[NATGW_A_DROP_AFTER]) : 0;
}

int natgw_nl_drop_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct natgw_net *nn = natgw_net(net);
	struct natgw_drop drop;
	struct sk_buff *msg;
	int err = -ENOENT;
	void *hdr;

	msg = natgw_nl_answer(info, NATGW_CMD_DROP_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	if (natgw_net_started(nn) &&
	    natgw_drop_next(nn, after(info->attrs), &drop))
		err = put_drop(msg, net, &drop);
	else
		NL_SET_ERR_MSG(info->extack,
			       "nothing was dropped after this number");
	return natgw_nl_reply(info, msg, hdr, err);
}

/**
 * struct dump - a dump that is under way
 * @seq: the drop that was dumped last
 * @left: the most that are still to come. Where packets are dropped as fast as
 *	they are read, this is what ends the dump
 * @entered: @seq and @left are set
 */
struct dump {
	u64 seq;
	unsigned int left;
	bool entered;
};

static_assert(sizeof(struct dump) <= sizeof_field(struct netlink_callback, ctx));

int natgw_nl_drop_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct net *net = sock_net(skb->sk);
	struct natgw_net *nn = natgw_net(net);
	struct dump *dump = (struct dump *)cb->ctx;
	struct natgw_drop drop;
	void *hdr;

	if (!natgw_net_started(nn))
		return 0;
	if (!dump->entered)
		*dump = (struct dump){
			.seq = after(natgw_dump_attrs(cb)),
			.left = NATGW_DROPS_KEPT,
			.entered = true,
		};
	while (dump->left && natgw_drop_next(nn, dump->seq, &drop)) {
		hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_DROP_GET);
		if (!hdr ||
		    natgw_nl_dump_end(skb, hdr, put_drop(skb, net, &drop)))
			break;
		dump->seq = drop.seq;
		dump->left--;
	}
	return skb->len;
}
