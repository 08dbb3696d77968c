// SPDX-License-Identifier: GPL-2.0
/* Requests about counters and fences. */
#include <linux/rtnetlink.h>
#include <net/sock.h>

#include "netlink.h"

/* live - flows begun less flows ended; none where CPUs that count meanwhile make
 * it fewer
 */
static u64 live(const u64 *sum, enum natgw_stats_kind kind)
{
	u64 created = sum[NATGW_A_COUNTERS_FLOWS_CREATED_TCP + kind];
	u64 ended = sum[NATGW_A_COUNTERS_FLOWS_ENDED_TCP + kind];

	return created > ended ? created - ended : 0;
}

static void gauge(const struct natgw_gw *gw, const u64 *sum, u64 *now)
{
	int i;

	for (i = 0; i < NATGW_STATS_KINDS; i++)
		now[NATGW_A_GAUGES_FLOWS_TCP + i] = live(sum, i);
	now[NATGW_A_GAUGES_HELD_FLOWS] = atomic_read(&gw->held);
	now[NATGW_A_GAUGES_CLIENTS] = atomic_read(&gw->clients);
	natgw_peaks_get(&gw->peaks,
			&now[NATGW_A_GAUGES_PEAK_PACKETS_PER_SECOND],
			&now[NATGW_A_GAUGES_PEAK_BYTES_PER_SECOND]);
}

/* put_list - numbers by attribute; the attribute before the first one is a pad */
static int put_list(struct sk_buff *msg, int attr, const u64 *value, int pad,
		    int max)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = pad + 1; i <= max; i++)
		if (nla_put_u64_64bit(msg, i, value[i], pad))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_stats(struct sk_buff *msg, const struct natgw_gw *gw)
{
	u64 now[NATGW_A_GAUGES_MAX + 1];
	u64 sum[NATGW_A_COUNTERS_MAX + 1];

	natgw_stats_sum(gw->stats, sum);
	gauge(gw, sum, now);
	if (nla_put_string(msg, NATGW_A_STATS_GATEWAY, gw->name) ||
	    put_list(msg, NATGW_A_STATS_COUNTERS, sum, NATGW_A_COUNTERS_PAD,
		     NATGW_A_COUNTERS_MAX) ||
	    put_list(msg, NATGW_A_STATS_GAUGES, now, NATGW_A_GAUGES_PAD,
		     NATGW_A_GAUGES_MAX))
		return -EMSGSIZE;
	return 0;
}

int natgw_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_gw *gw;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = natgw_nl_answer(info, NATGW_CMD_STATS_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_STATS_GATEWAY],
			      info->extack);
	err = IS_ERR(gw) ? PTR_ERR(gw) : put_stats(msg, gw);
	rtnl_unlock();
	return natgw_nl_reply(info, msg, hdr, err);
}

static int dump_stats(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct natgw_gw *gw)
{
	void *hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_STATS_GET);

	if (!hdr)
		return -EMSGSIZE;
	return natgw_nl_dump_end(skb, hdr, put_stats(skb, gw));
}

int natgw_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return natgw_nl_dump_gateways(skb, cb, dump_stats);
}

/* --------------------------------- fences --------------------------------- */

/* A device's fence is all that is kept in on it, whichever gateways left it. */
static int put_fence(struct sk_buff *msg, struct natgw_net *nn, int ifindex)
{
	const struct net_device *dev = __dev_get_by_index(nn->net, ifindex);
	const struct natgw_fence *fence;
	struct nlattr *nest;
	u64 drops = 0;

	if ((dev && nla_put_string(msg, NATGW_A_FENCE_DEV, dev->name)) ||
	    nla_put_u32(msg, NATGW_A_FENCE_IFINDEX, ifindex))
		return -EMSGSIZE;
	list_for_each_entry(fence, &nn->fences, list) {
		if (fence->ifindex != ifindex)
			continue;
		drops += atomic64_read(&fence->drops);
		if (!fence->prefix.mask) {
			if (nla_put_flag(msg, NATGW_A_FENCE_INSIDE_ANY))
				return -EMSGSIZE;
			continue;
		}
		nest = nla_nest_start(msg, NATGW_A_FENCE_INSIDE);
		if (!nest || natgw_nl_put_prefix(msg, &fence->prefix))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return nla_put_u64_64bit(msg, NATGW_A_FENCE_DROPS, drops,
				 NATGW_A_FENCE_PAD);
}

static bool is_fenced(struct natgw_net *nn, int ifindex)
{
	const struct natgw_fence *fence;

	list_for_each_entry(fence, &nn->fences, list)
		if (fence->ifindex == ifindex)
			return true;
	return false;
}

/* fenced_device - the device that a request names, or an errno */
static int fenced_device(struct natgw_net *nn, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[NATGW_A_FENCE_DEV];
	const struct net_device *dev;

	if (!attr) {
		NL_SET_ERR_MSG(info->extack,
			       "give the device of the fence: dev DEVICE");
		return -EINVAL;
	}
	dev = __dev_get_by_name(nn->net, nla_data(attr));
	if (!dev)
		return natgw_nl_refuse(-ENODEV, info->extack, attr,
				       "there is no device of this name");
	if (!is_fenced(nn, dev->ifindex))
		return natgw_nl_refuse(-ENOENT, info->extack, attr,
				       "the device has no fence");
	return dev->ifindex;
}

int natgw_nl_fence_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct sk_buff *msg;
	void *hdr;
	int ret;

	msg = natgw_nl_answer(info, NATGW_CMD_FENCE_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	ret = fenced_device(nn, info);
	if (ret > 0)
		ret = put_fence(msg, nn, ret);
	rtnl_unlock();
	return natgw_nl_reply(info, msg, hdr, ret);
}

/* cb->args[0] is the index of the device that was dumped last; devices come in
 * the order of their indices, so one that goes disturbs nothing.
 */
int natgw_nl_fence_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct natgw_net *nn = natgw_net(sock_net(skb->sk));
	const struct natgw_fence *fence;
	int err = 0;
	void *hdr;
	int next;

	rtnl_lock();
	while (!err) {
		next = 0;
		list_for_each_entry(fence, &nn->fences, list)
			if (fence->ifindex > cb->args[0] &&
			    (!next || fence->ifindex < next))
				next = fence->ifindex;
		if (!next)
			break;
		hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_FENCE_GET);
		err = hdr ? natgw_nl_dump_end(skb, hdr,
					      put_fence(skb, nn, next)) :
			    -EMSGSIZE;
		if (!err)
			cb->args[0] = next;
	}
	rtnl_unlock();
	return skb->len ?: err;
}

int natgw_nl_fence_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	int ret;

	rtnl_lock();
	ret = fenced_device(nn, info);
	if (ret > 0) {
		natgw_fence_del(nn, ret);
		ret = 0;
	}
	rtnl_unlock();
	return ret;
}
