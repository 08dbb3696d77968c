// SPDX-License-Identifier: GPL-2.0
/* Requests about gateways. */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "device.h"
#include "flow.h"
#include "netlink.h"
#include "options.h"

/* ------------------------------- reading requests ------------------------- */

static int check_name(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (attr)
		return natgw_nl_name(attr, extack);
	NL_SET_ERR_MSG(extack, "give the gateway a name");
	return -EINVAL;
}

static int parse_dev(struct natgw_net *nn, struct natgw_config *config,
		     struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const struct in_device *in_dev;
	const struct net_device *dev;

	if (!attr) {
		NL_SET_ERR_MSG(extack, "give the uplink: dev DEVICE");
		return -EINVAL;
	}
	dev = __dev_get_by_name(nn->net, nla_data(attr));
	if (!dev)
		return natgw_nl_refuse(-ENODEV, extack, attr,
				       "there is no device of this name");
	if (dev->flags & IFF_LOOPBACK)
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "the loopback device cannot be an uplink");
	if (netif_is_l3_slave(dev))
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "the device belongs to a VRF; an uplink has to use the main routing table");
	in_dev = __in_dev_get_rtnl(dev);
	if (!in_dev || !rtnl_dereference(in_dev->ifa_list))
		return natgw_nl_refuse(-EADDRNOTAVAIL, extack, attr,
				       "the device has no IPv4 address, so it cannot be an uplink");
	config->ifindex = dev->ifindex;
	config->reason = natgw_device_trouble(dev);
	strscpy(config->dev, dev->name, sizeof(config->dev));
	return 0;
}

static int parse_prefix(struct natgw_config *config, struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct natgw_prefix prefix;
	unsigned int i;
	int err;

	err = natgw_nl_prefix(attr, &prefix, extack);
	if (err)
		return err;
	if (ipv4_is_zeronet(prefix.addr) || ipv4_is_loopback(prefix.addr) ||
	    ipv4_is_multicast(prefix.addr))
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "no host can have an address of this inside prefix");
	for (i = 0; i < config->n_inside; i++)
		if (!((config->inside[i].addr ^ prefix.addr) &
		      config->inside[i].mask & prefix.mask))
			return natgw_nl_refuse(-EINVAL, extack, attr,
					       "two inside prefixes of the gateway overlap");
	if (config->n_inside == NATGW_MAX_INSIDE)
		return natgw_nl_refuse(-E2BIG, extack, attr,
				       "a gateway has at most 64 inside prefixes");
	config->inside[config->n_inside++] = prefix;
	return 0;
}

static int parse_inside(struct natgw_config *config, struct genl_info *info)
{
	struct nlattr *attr;
	int rem, err;

	if (!info->attrs[NATGW_A_GATEWAY_INSIDE] &&
	    !info->attrs[NATGW_A_GATEWAY_INSIDE_ANY])
		return 0;
	if (info->attrs[NATGW_A_GATEWAY_INSIDE] &&
	    info->attrs[NATGW_A_GATEWAY_INSIDE_ANY])
		return natgw_nl_refuse(-EINVAL, info->extack,
				       info->attrs[NATGW_A_GATEWAY_INSIDE_ANY],
				       "inside prefixes and inside-any contradict each other");
	config->n_inside = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != NATGW_A_GATEWAY_INSIDE)
			continue;
		err = parse_prefix(config, attr, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/* What a request may say both of a new gateway and of one that is there. */
static int parse_options(struct natgw_config *config, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	int err;

	err = parse_inside(config, info);
	if (err)
		return err;
	if (tb[NATGW_A_GATEWAY_PROFILE])
		natgw_options_default(config,
				      nla_get_u32(tb[NATGW_A_GATEWAY_PROFILE]));
	return natgw_options_parse(config, tb[NATGW_A_GATEWAY_OPTIONS],
				   info->extack);
}

static __be32 primary_address(struct natgw_net *nn, int ifindex)
{
	struct net_device *dev = __dev_get_by_index(nn->net, ifindex);

	return rtnl_dereference(__in_dev_get_rtnl(dev)->ifa_list)->ifa_local;
}

/* The address of a private gateway that was given none. */
static struct natgw_addr *default_address(struct natgw_net *nn,
					  const struct natgw_config *config,
					  struct netlink_ext_ack *extack)
{
	__be32 primary = primary_address(nn, config->ifindex);
	struct natgw_addr *addr;

	if (natgw_address_used(nn, primary)) {
		NL_SET_ERR_MSG(extack,
			       "another gateway has the uplink's primary address; give private-ip ADDRESS");
		return ERR_PTR(-EADDRINUSE);
	}
	addr = natgw_address_new(0, primary);
	return addr ?: ERR_PTR(-ENOMEM);
}

static struct natgw_addr *parse_address(struct natgw_net *nn,
					const struct natgw_config *config,
					struct genl_info *info)
{
	struct nlattr *attr = info->attrs[NATGW_A_GATEWAY_ADDRESS];
	struct nlattr *tb[NATGW_A_PAIR_MAX + 1] = {};
	struct nlattr *other;
	int rem, err;

	nlmsg_for_each_attr(other, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(other) != NATGW_A_GATEWAY_ADDRESS ||
		    other == attr)
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, other,
				    "a gateway is created with one address; add the others to it afterwards");
		return ERR_PTR(-EINVAL);
	}
	if (attr) {
		err = nla_parse_nested(tb, NATGW_A_PAIR_MAX, attr,
				       natgw_pair_nl_policy, info->extack);
		if (err)
			return ERR_PTR(err);
	}
	if (config->connectivity == NATGW_CONNECTIVITY_PRIVATE &&
	    !tb[NATGW_A_PAIR_EIP] && !tb[NATGW_A_PAIR_PRIVATE_IP])
		return default_address(nn, config, info->extack);
	return natgw_nl_pair(nn, config->connectivity, tb[NATGW_A_PAIR_EIP],
			     tb[NATGW_A_PAIR_PRIVATE_IP], info->extack);
}

static struct natgw_config *parse_new(struct natgw_net *nn,
				      struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	struct natgw_config *config;
	struct natgw_addr *addr;
	int err;

	config = kzalloc(sizeof(*config), GFP_KERNEL_ACCOUNT);
	if (!config)
		return ERR_PTR(-ENOMEM);
	natgw_options_default(config, NATGW_PROFILE_AWS);
	if (tb[NATGW_A_GATEWAY_CONNECTIVITY])
		config->connectivity =
			nla_get_u32(tb[NATGW_A_GATEWAY_CONNECTIVITY]);

	err = parse_dev(nn, config, tb[NATGW_A_GATEWAY_DEV], info->extack);
	if (err)
		goto err_free;
	err = parse_options(config, info);
	if (err)
		goto err_free;
	err = -EEXIST;
	if (natgw_gateway_conflicts(nn, NULL, config)) {
		NL_SET_ERR_MSG(info->extack,
			       "the inside prefixes overlap those of another gateway on this uplink; without a prefix a gateway wants every source");
		goto err_free;
	}
	addr = parse_address(nn, config, info);
	if (IS_ERR(addr)) {
		err = PTR_ERR(addr);
		goto err_free;
	}
	config->addr[config->n_addr++] = addr;
	return config;

err_free:
	kfree(config);
	return ERR_PTR(err);
}

/* One-armed and without inside prefixes, a gateway would find every source on
 * the far side of its uplink.
 */
static void warn_one_armed(struct natgw_net *nn,
			   const struct natgw_config *config,
			   struct netlink_ext_ack *extack)
{
	const struct in_device *in_dev;
	const struct net_device *dev;

	if (config->n_inside)
		return;
	for_each_netdev(nn->net, dev) {
		in_dev = __in_dev_get_rtnl(dev);
		if (dev->ifindex != config->ifindex &&
		    !(dev->flags & IFF_LOOPBACK) &&
		    in_dev && rtnl_dereference(in_dev->ifa_list))
			return;
	}
	NL_SET_ERR_MSG(extack,
		       "the uplink is the only device; a gateway whose inside hosts are on its uplink needs inside PREFIX");
}

/* -------------------------------- operations ------------------------------ */

static int gateway_new(struct natgw_net *nn, struct genl_info *info)
{
	struct nlattr *name = info->attrs[NATGW_A_GATEWAY_NAME];
	struct natgw_config *config;
	struct natgw_addr *addr;
	int err;

	err = check_name(name, info->extack);
	if (err)
		return err;
	if (natgw_gateway_get(nn, nla_data(name)))
		return natgw_nl_refuse(-EEXIST, info->extack, name,
				       "there is a gateway of this name already");
	if (!natgw_gateway_room(nn))
		return natgw_nl_refuse(-ENOSPC, info->extack, name,
				       "there are 1024 gateways, and can be no more");
	config = parse_new(nn, info);
	if (IS_ERR(config))
		return PTR_ERR(config);
	addr = config->addr[0];
	err = natgw_net_start(nn);
	if (!err)
		err = natgw_gateway_add(nn, nla_data(name), config);
	if (err) {
		kfree(addr);
		kfree(config);
		return err;
	}
	natgw_nl_warn_foreign(nn, addr, info->extack);
	warn_one_armed(nn, config, info->extack);
	return 0;
}

int natgw_nl_gateway_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	rtnl_lock();
	err = gateway_new(natgw_net(genl_info_net(info)), info);
	rtnl_unlock();
	return err;
}

static void warn_fence(int left, struct netlink_ext_ack *extack)
{
	if (left)
		NL_SET_ERR_MSG(extack,
			       "the sources given up are fenced: they do not leave the uplink until another gateway translates them or the fence is deleted");
}

/* leave - fence in what a gateway gives up; returns whether there is a fence, or an error */
static int leave(struct natgw_gw *gw, const struct natgw_config *config,
		 struct netlink_ext_ack *extack)
{
	int left = natgw_fence_leave(gw->nn, rtnl_dereference(gw->config), config);

	if (left == -ENOSPC)
		NL_SET_ERR_MSG(extack,
			       "no room for another fence: a device has 256 at most, all have 4096; lift those of a device first (fence del dev DEV)");
	return left;
}

/* settle - one that waited may have a gateway's uplink now, or the gateway itself */
static void settle(const struct natgw_gw *gw)
{
	const struct natgw_config *config = rtnl_dereference(gw->config);
	struct net_device *dev;

	dev = __dev_get_by_index(gw->nn->net, config->ifindex ?: config->awaits);
	if (dev)
		natgw_device_settle(gw->nn, dev);
}

/* Returns 1 when the gateway gave sources up, 0, or an error. */
static int gateway_set(struct natgw_gw *gw, struct genl_info *info)
{
	struct natgw_net *nn = gw->nn;
	struct natgw_config *config;
	int left;
	int err;

	config = natgw_gateway_copy(gw);
	if (!config)
		return -ENOMEM;
	err = parse_options(config, info);
	if (err)
		goto err_free;
	if ((info->attrs[NATGW_A_GATEWAY_INSIDE] ||
	     info->attrs[NATGW_A_GATEWAY_INSIDE_ANY]) &&
	    natgw_gateway_conflicts(nn, gw, config)) {
		err = natgw_nl_refuse(-EEXIST, info->extack,
				      info->attrs[NATGW_A_GATEWAY_INSIDE],
				      "the inside prefixes overlap those of another gateway on this uplink; without a prefix a gateway wants every source");
		goto err_free;
	}
	left = leave(gw, config, info->extack);
	if (left < 0) {
		err = left;
		goto err_free;
	}
	natgw_gateway_publish(gw, config);
	settle(gw);
	return left;

err_free:
	kfree(config);
	return err;
}

/* The gateway stays after RTNL is given up: only another request or the end of
 * the namespace could delete it, and both wait for this one.
 */
int natgw_nl_gateway_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_gw *gw;
	int ret;

	rtnl_lock();
	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_GATEWAY_NAME],
			      info->extack);
	ret = IS_ERR(gw) ? PTR_ERR(gw) : gateway_set(gw, info);
	rtnl_unlock();
	if (ret < 0)
		return ret;
	if (info->attrs[NATGW_A_GATEWAY_INSIDE])
		natgw_gateway_end_strays(gw);
	if (info->attrs[NATGW_A_GATEWAY_PROFILE] ||
	    info->attrs[NATGW_A_GATEWAY_OPTIONS])
		natgw_gateway_retime(gw);
	warn_fence(ret, info->extack);
	return 0;
}

int natgw_nl_gateway_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_gw *gw;
	int left;

	rtnl_lock();
	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_GATEWAY_NAME],
			      info->extack);
	if (IS_ERR(gw)) {
		rtnl_unlock();
		return PTR_ERR(gw);
	}
	left = leave(gw, NULL, info->extack);
	if (left < 0) {
		rtnl_unlock();
		return left;
	}
	natgw_gateway_unlink(gw);
	settle(gw);
	rtnl_unlock();

	natgw_gateway_free(gw);
	warn_fence(left, info->extack);
	return 0;
}

/* --------------------------------- answers -------------------------------- */

static int put_addresses(struct sk_buff *msg, const struct natgw_config *config)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < config->n_addr; i++) {
		const struct natgw_addr *addr = config->addr[i];
		u32 state = READ_ONCE(addr->draining) ?
			    NATGW_ADDRESS_STATE_DRAINING :
			    NATGW_ADDRESS_STATE_AVAILABLE;

		nest = nla_nest_start(msg, NATGW_A_GATEWAY_ADDRESS);
		if (!nest ||
		    natgw_nl_put_pair(msg, addr, NATGW_A_PAIR_EIP,
				      NATGW_A_PAIR_PRIVATE_IP) ||
		    nla_put_u32(msg, NATGW_A_PAIR_STATE, state))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int put_inside(struct sk_buff *msg, const struct natgw_config *config)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < config->n_inside; i++) {
		nest = nla_nest_start(msg, NATGW_A_GATEWAY_INSIDE);
		if (!nest || natgw_nl_put_prefix(msg, &config->inside[i]))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

/**
 * natgw_nl_put_gateway() - all that there is to say about a gateway
 * @msg: message to append to
 * @gw: the gateway
 *
 * Context: RTNL. Return: 0 or -EMSGSIZE.
 */
int natgw_nl_put_gateway(struct sk_buff *msg, const struct natgw_gw *gw)
{
	const struct natgw_config *config = rtnl_dereference(gw->config);
	u32 state = config->reason ? NATGW_GATEWAY_STATE_FAILED :
				     NATGW_GATEWAY_STATE_AVAILABLE;

	if (nla_put_string(msg, NATGW_A_GATEWAY_NAME, gw->name) ||
	    nla_put_string(msg, NATGW_A_GATEWAY_DEV, config->dev) ||
	    nla_put_u32(msg, NATGW_A_GATEWAY_CONNECTIVITY,
			config->connectivity) ||
	    nla_put_u32(msg, NATGW_A_GATEWAY_STATE, state) ||
	    nla_put_u32(msg, NATGW_A_GATEWAY_PROFILE, config->profile) ||
	    nla_put_u32(msg, NATGW_A_GATEWAY_FLOWS, atomic_read(&gw->flows)))
		return -EMSGSIZE;
	if (config->ifindex &&
	    nla_put_u32(msg, NATGW_A_GATEWAY_IFINDEX, config->ifindex))
		return -EMSGSIZE;
	if (config->reason &&
	    nla_put_string(msg, NATGW_A_GATEWAY_REASON, config->reason))
		return -EMSGSIZE;
	return put_addresses(msg, config) ?: put_inside(msg, config) ?:
	       natgw_options_put(msg, config);
}

int natgw_nl_gateway_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_gw *gw;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = natgw_nl_answer(info, NATGW_CMD_GATEWAY_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_GATEWAY_NAME],
			      info->extack);
	err = IS_ERR(gw) ? PTR_ERR(gw) : natgw_nl_put_gateway(msg, gw);
	rtnl_unlock();
	return natgw_nl_reply(info, msg, hdr, err);
}

static int dump_gateway(struct sk_buff *skb, struct netlink_callback *cb,
			const struct natgw_gw *gw)
{
	void *hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_GATEWAY_GET);

	if (!hdr)
		return -EMSGSIZE;
	return natgw_nl_dump_end(skb, hdr, natgw_nl_put_gateway(skb, gw));
}

int natgw_nl_gateway_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return natgw_nl_dump_gateways(skb, cb, dump_gateway);
}
