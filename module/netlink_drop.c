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

static int put_next(struct sk_buff *msg, struct natgw_net *nn, u64 *seq)
{
	struct natgw_drop drop;
	int err;

	if (!natgw_drop_next(nn, *seq, &drop))
		return -ENOENT;
	err = put_drop(msg, nn->net, &drop);
	if (!err)
		*seq = drop.seq;
	return err;
}

static const struct natgw_nl_kept drops = {
	.cmd = NATGW_CMD_DROP_GET,
	.after = NATGW_A_DROP_AFTER,
	.most = NATGW_DROPS_KEPT,
	.put_next = put_next,
};

int natgw_nl_drop_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = natgw_nl_kept_get(info, &drops);

	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack,
			       "nothing was dropped after this number");
	return err;
}

int natgw_nl_drop_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return natgw_nl_kept_dump(skb, cb, &drops);
}
