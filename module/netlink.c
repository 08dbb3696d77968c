// SPDX-License-Identifier: GPL-2.0
/* The netlink family, and what its requests have in common. Requests come one
 * at a time (the family's lock) and take RTNL where they read or change
 * configuration.
 */
#include <linux/ctype.h>
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/route.h>
#include <net/sock.h>

#include "netlink.h"

/* The family is registered: news may be sent. Once it is not, its groups may be
 * somebody else's, while flows are still ending.
 */
bool natgw_nl_up __read_mostly;

/* Operations as generated, with what the generator cannot say about them. */
static struct genl_ops ops[ARRAY_SIZE(natgw_nl_ops)] __ro_after_init;

static const struct genl_multicast_group groups[] = {
	[NATGW_NLGRP_GATEWAY] = { .name = NATGW_MCGRP_GATEWAY },
	[NATGW_NLGRP_FLOW] = {
		.name = NATGW_MCGRP_FLOW,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[NATGW_NLGRP_ERROR] = {
		.name = NATGW_MCGRP_ERROR,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family natgw_nl_family __ro_after_init = {
	.name = NATGW_FAMILY_NAME,
	.version = NATGW_FAMILY_VERSION,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.resv_start_op = NATGW_CMD_GATEWAY_NEW,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/**
 * natgw_nl_gateway() - the gateway that a request names
 * @nn: the namespace
 * @attr: the name, or NULL
 * @extack: told what is wrong
 *
 * Context: RTNL. Return: a gateway or an ERR_PTR().
 */
struct natgw_gw *natgw_nl_gateway(struct natgw_net *nn, struct nlattr *attr,
				  struct netlink_ext_ack *extack)
{
	struct natgw_gw *gw;

	if (!attr) {
		NL_SET_ERR_MSG(extack, "give the name of a gateway");
		return ERR_PTR(-EINVAL);
	}
	gw = natgw_gateway_get(nn, nla_data(attr));
	if (!gw) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "no gateway has this name");
		return ERR_PTR(-ENOENT);
	}
	return gw;
}

/**
 * natgw_nl_name() - is a name one that a gateway or a label may have?
 * @attr: the attribute
 * @extack: told what is wrong
 *
 * It is a word of a command line, and no comment.
 *
 * Return: 0 or -EINVAL.
 */
int natgw_nl_name(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);

	if (!*name)
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "the name is empty");
	if (!isalnum(*name))
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "a name begins with a letter or a digit");
	for (; *name; name++)
		if (!isascii(*name) || !isgraph(*name))
			return natgw_nl_refuse(-EINVAL, extack, attr,
					       "a name has only printable ASCII characters and no spaces");
	return 0;
}

/**
 * natgw_nl_seconds() - read a time from a request
 * @attr: the attribute
 * @seconds: set
 * @extack: told what is wrong
 *
 * Return: 0 or -ERANGE.
 */
int natgw_nl_seconds(struct nlattr *attr, u32 *seconds,
		     struct netlink_ext_ack *extack)
{
	*seconds = nla_get_u32(attr);
	if (*seconds > NATGW_MAX_TIMEOUT)
		return natgw_nl_refuse(-ERANGE, extack, attr,
				       "a time is at most 604800 seconds, a week");
	return 0;
}

/**
 * natgw_nl_forwardable() - may a packet that is forwarded have an address?
 * @addr: its source or destination
 */
bool natgw_nl_forwardable(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_multicast(addr) &&
	       !ipv4_is_loopback(addr) && !ipv4_is_lbcast(addr);
}

static int check_address(struct natgw_net *nn, struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	__be32 addr = nla_get_in_addr(attr);

	if (ipv4_is_zeronet(addr))
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "an address that starts with 0 is nobody's");
	if (ipv4_is_loopback(addr))
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "a loopback address never leaves this host");
	if (ipv4_is_multicast(addr))
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "a multicast address cannot be a source");
	if (ipv4_is_lbcast(addr) ||
	    inet_addr_type(nn->net, addr) == RTN_BROADCAST)
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "a broadcast address cannot be a source");
	if (natgw_address_used(nn, addr))
		return natgw_nl_refuse(-EADDRINUSE, extack, attr,
				       "a gateway has this address already");
	return 0;
}

/**
 * natgw_nl_pair() - the address that a request describes
 * @nn: the namespace
 * @connectivity: of the gateway that it is for
 * @eip: elastic IP or NULL
 * @private_ip: private IP or NULL, not both
 * @extack: told what is wrong
 *
 * Context: RTNL. Return: an address that is no gateway's yet, or an ERR_PTR().
 */
struct natgw_addr *natgw_nl_pair(struct natgw_net *nn, u8 connectivity,
				 struct nlattr *eip, struct nlattr *private_ip,
				 struct netlink_ext_ack *extack)
{
	struct natgw_addr *addr;
	int err = 0;

	if (connectivity == NATGW_CONNECTIVITY_PRIVATE && eip)
		err = natgw_nl_refuse(-EINVAL, extack, eip,
				      "a private gateway takes no elastic IP; leave out eip, or make it public");
	else if (connectivity == NATGW_CONNECTIVITY_PUBLIC && !eip)
		err = natgw_nl_refuse(-EINVAL, extack, private_ip,
				      "a public gateway needs an elastic IP; give eip ADDRESS, or make it private");
	else if (eip && private_ip &&
		 nla_get_in_addr(eip) == nla_get_in_addr(private_ip))
		err = natgw_nl_refuse(-EINVAL, extack, private_ip,
				      "the private IP is the elastic IP; leave out private-ip where nothing upstream translates");
	if (!err && eip)
		err = check_address(nn, eip, extack);
	if (!err && private_ip)
		err = check_address(nn, private_ip, extack);
	if (err)
		return ERR_PTR(err);

	addr = natgw_address_new(eip ? nla_get_in_addr(eip) : 0,
				 private_ip ? nla_get_in_addr(private_ip) : 0);
	return addr ?: ERR_PTR(-ENOMEM);
}

/**
 * natgw_nl_warn_foreign() - say so when replies may not find this host
 * @nn: the namespace
 * @addr: an address that was accepted
 * @extack: told, as a warning
 *
 * Context: RTNL.
 */
void natgw_nl_warn_foreign(struct natgw_net *nn, const struct natgw_addr *addr,
			   struct netlink_ext_ack *extack)
{
	if (inet_addr_type(nn->net, addr->wire) != RTN_LOCAL)
		NL_SET_ERR_MSG(extack,
			       "the address on the wire is not one of this host; the network has to route it here");
}

/**
 * natgw_nl_prefix() - read a prefix from a request
 * @attr: the attribute that holds it
 * @prefix: set
 * @extack: told what is wrong
 *
 * Return: 0 or an error.
 */
int natgw_nl_prefix(struct nlattr *attr, struct natgw_prefix *prefix,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NATGW_A_PREFIX_MAX + 1];
	int err;

	err = nla_parse_nested(tb, NATGW_A_PREFIX_MAX, attr,
			       natgw_prefix_nl_policy, extack);
	if (err)
		return err;
	if (!tb[NATGW_A_PREFIX_ADDR] || !tb[NATGW_A_PREFIX_LEN])
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "a prefix has an address and a length");
	prefix->addr = nla_get_in_addr(tb[NATGW_A_PREFIX_ADDR]);
	prefix->mask = inet_make_mask(nla_get_u8(tb[NATGW_A_PREFIX_LEN]));
	if (prefix->addr & ~prefix->mask)
		return natgw_nl_refuse(-EINVAL, extack, attr,
				       "the prefix has bits set beyond its length");
	return 0;
}

/**
 * natgw_nl_put_prefix() - the inside of an attribute that holds a prefix
 * @msg: message to append to
 * @prefix: the prefix
 *
 * Return: 0 or -EMSGSIZE.
 */
int natgw_nl_put_prefix(struct sk_buff *msg, const struct natgw_prefix *prefix)
{
	if (nla_put_in_addr(msg, NATGW_A_PREFIX_ADDR, prefix->addr) ||
	    nla_put_u8(msg, NATGW_A_PREFIX_LEN, inet_mask_len(prefix->mask)))
		return -EMSGSIZE;
	return 0;
}

/**
 * natgw_nl_put_gateway_name() - the name of a gateway that is known by its number
 * @msg: message to append to
 * @nn: the namespace
 * @id: the number
 * @attr: attribute for the name; left out where the gateway has gone
 *
 * Context: any. Return: 0 or -EMSGSIZE.
 */
int natgw_nl_put_gateway_name(struct sk_buff *msg, struct natgw_net *nn, u16 id,
			      int attr)
{
	const struct natgw_gw *gw;
	int err = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(gw, &nn->gateways, list) {
		if (gw->id != id)
			continue;
		err = nla_put_string(msg, attr, gw->name);
		break;
	}
	rcu_read_unlock();
	return err;
}

/**
 * natgw_nl_put_pair() - the two sides of an address
 * @msg: message to append to
 * @addr: the address
 * @eip: attribute for the elastic IP
 * @private_ip: attribute for the private IP
 *
 * Return: 0 or -EMSGSIZE.
 */
int natgw_nl_put_pair(struct sk_buff *msg, const struct natgw_addr *addr,
		      int eip, int private_ip)
{
	if (addr->eip && nla_put_in_addr(msg, eip, addr->eip))
		return -EMSGSIZE;
	if (addr->private_ip &&
	    nla_put_in_addr(msg, private_ip, addr->private_ip))
		return -EMSGSIZE;
	return 0;
}

/**
 * natgw_nl_answer() - begin the answer to a request
 * @info: the request
 * @cmd: NATGW_CMD_*
 * @hdr: set to what natgw_nl_reply() needs
 *
 * Context: process. Return: a message with room for the largest answer, or
 * NULL.
 */
struct sk_buff *natgw_nl_answer(struct genl_info *info, u8 cmd, void **hdr)
{
	struct sk_buff *msg = genlmsg_new(NATGW_NL_SIZE, GFP_KERNEL);

	if (msg)
		*hdr = genlmsg_put_reply(msg, info, &natgw_nl_family, 0, cmd);
	return msg;
}

/**
 * natgw_nl_reply() - send an answer, or give it up
 * @info: the request
 * @msg: from natgw_nl_answer(), taken over
 * @hdr: likewise
 * @err: what filling it in returned
 *
 * Return: what the request is to return.
 */
int natgw_nl_reply(struct genl_info *info, struct sk_buff *msg, void *hdr,
		   int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/**
 * natgw_nl_dump_put() - begin an entry of a dump
 * @skb: the dump
 * @cb: likewise, with cb->seq set
 * @cmd: NATGW_CMD_*
 *
 * An entry after a disturbance carries NLM_F_DUMP_INTR.
 *
 * Return: for natgw_nl_dump_end(), or NULL when @skb is full.
 */
void *natgw_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
			u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &natgw_nl_family,
				NLM_F_MULTI, cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/**
 * natgw_nl_dump_end() - end an entry of a dump
 * @skb: the dump
 * @hdr: from natgw_nl_dump_put()
 * @err: what filling it in returned; the entry is taken back then
 *
 * Return: @err.
 */
int natgw_nl_dump_end(struct sk_buff *skb, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

/**
 * natgw_nl_dump_gateways() - dump something of each gateway
 * @skb: the dump
 * @cb: likewise; cb->args[0] is the number of the gateway to go on with
 * @dump: puts one gateway's part; where it returns an error, it is called with
 *	that gateway again in the next message
 *
 * Return: what a dumpit is to return.
 */
int natgw_nl_dump_gateways(struct sk_buff *skb, struct netlink_callback *cb,
			   int (*dump)(struct sk_buff *skb,
				       struct netlink_callback *cb,
				       const struct natgw_gw *gw))
{
	struct natgw_net *nn = natgw_net(sock_net(skb->sk));
	struct natgw_gw *gw;
	int err = 0;
	long i = 0;

	rtnl_lock();
	cb->seq = nn->seq;
	list_for_each_entry(gw, &nn->gateways, list) {
		if (i++ < cb->args[0])
			continue;
		err = dump(skb, cb, gw);
		if (err)
			break;
		cb->args[0] = i;
	}
	rtnl_unlock();
	return skb->len ?: err;
}

/* large_start - begin a dump of what may be too large for the page that netlink does with
 * where memory is short
 */
static int large_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = NATGW_NL_SIZE;
	return 0;
}

static void __init complete_ops(void)
{
	unsigned int i;

	memcpy(ops, natgw_nl_ops, sizeof(ops));
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		switch (ops[i].cmd) {
		case NATGW_CMD_FLOW_GET:
			ops[i].start = natgw_nl_flow_get_start;
			ops[i].done = natgw_nl_flow_get_done;
			break;
		case NATGW_CMD_PORT_GET:
		case NATGW_CMD_CLIENT_GET:
			ops[i].start = natgw_nl_walk_start;
			ops[i].done = natgw_nl_walk_done;
			break;
		default:
			if (ops[i].dumpit)
				ops[i].start = large_start;
		}
	}
}

int __init natgw_netlink_init(void)
{
	int err;

	complete_ops();
	err = genl_register_family(&natgw_nl_family);
	WRITE_ONCE(natgw_nl_up, !err);
	return err;
}

void natgw_netlink_exit(void)
{
	/* After that nobody is sending any more, under RTNL or RCU. */
	rtnl_lock();
	WRITE_ONCE(natgw_nl_up, false);
	rtnl_unlock();
	synchronize_net();
	genl_unregister_family(&natgw_nl_family);
}
