// SPDX-License-Identifier: GPL-2.0
/* Requests about the addresses of gateways. */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ip.h>

#include "event.h"
#include "netlink.h"

/* find_address - the address of a gateway that a request means */
static struct natgw_addr *find_address(const struct natgw_config *config,
				       struct genl_info *info)
{
	struct nlattr *private_ip = info->attrs[NATGW_A_ADDRESS_PRIVATE_IP];
	struct nlattr *eip = info->attrs[NATGW_A_ADDRESS_EIP];
	unsigned int i;

	if (!eip && !private_ip) {
		NL_SET_ERR_MSG(info->extack,
			       "say which address: eip ADDRESS or private-ip ADDRESS");
		return ERR_PTR(-EINVAL);
	}
	for (i = 0; i < config->n_addr; i++) {
		struct natgw_addr *addr = config->addr[i];

		if ((!eip || nla_get_in_addr(eip) == addr->eip) &&
		    (!private_ip ||
		     nla_get_in_addr(private_ip) == addr->private_ip))
			return addr;
	}
	NL_SET_ERR_MSG_ATTR(info->extack, eip ?: private_ip,
			    "the gateway has no such address");
	return ERR_PTR(-EADDRNOTAVAIL);
}

static int address_new(struct natgw_net *nn, struct genl_info *info)
{
	struct natgw_config *config;
	struct natgw_addr *addr;
	struct natgw_gw *gw;
	int err = -ENOMEM;

	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_ADDRESS_GATEWAY],
			      info->extack);
	if (IS_ERR(gw))
		return PTR_ERR(gw);
	config = natgw_gateway_copy(gw);
	if (!config)
		return -ENOMEM;
	if (config->n_addr == NATGW_MAX_ADDRESSES) {
		NL_SET_ERR_MSG(info->extack,
			       "a gateway has at most 64 addresses");
		err = -E2BIG;
		goto err_free;
	}
	if (!info->attrs[NATGW_A_ADDRESS_EIP] &&
	    !info->attrs[NATGW_A_ADDRESS_PRIVATE_IP]) {
		NL_SET_ERR_MSG(info->extack,
			       "give an address: eip ADDRESS for a public gateway, private-ip ADDRESS for a private one");
		err = -EINVAL;
		goto err_free;
	}
	addr = natgw_nl_pair(nn, config->connectivity,
			     info->attrs[NATGW_A_ADDRESS_EIP],
			     info->attrs[NATGW_A_ADDRESS_PRIVATE_IP],
			     info->extack);
	if (IS_ERR(addr)) {
		err = PTR_ERR(addr);
		goto err_free;
	}
	config->addr[config->n_addr++] = addr;
	natgw_gateway_publish(gw, config);
	natgw_event_address(gw, addr, false, NATGW_EVENT_ADD);
	natgw_nl_warn_foreign(nn, addr, info->extack);
	return 0;

err_free:
	kfree(config);
	return err;
}

int natgw_nl_address_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	rtnl_lock();
	err = address_new(natgw_net(genl_info_net(info)), info);
	rtnl_unlock();
	return err;
}

static int check_removable(const struct natgw_config *config,
			   const struct natgw_addr *addr,
			   struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; i < config->n_rule; i++) {
		if (!config->rule[i].address ||
		    (config->rule[i].address != addr->eip &&
		     config->rule[i].address != addr->wire))
			continue;
		NL_SET_ERR_MSG(extack,
			       "a rule gives flows this address; delete the rule first");
		return -EBUSY;
	}
	if (addr != config->addr[0])
		return 0;
	if (config->n_addr > 1)
		NL_SET_ERR_MSG(extack,
			       "the primary address stays as long as the gateway");
	else if (config->connectivity == NATGW_CONNECTIVITY_PUBLIC)
		NL_SET_ERR_MSG(extack,
			       "a public gateway keeps its last elastic IP; delete the gateway instead");
	else
		NL_SET_ERR_MSG(extack,
			       "a gateway keeps its last address; delete the gateway instead");
	return -EBUSY;
}

int natgw_nl_address_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct nlattr *drain = info->attrs[NATGW_A_ADDRESS_DRAIN];
	const struct natgw_config *config;
	struct natgw_addr *addr;
	struct natgw_gw *gw;
	u32 seconds = 0;
	int err;

	if (drain) {
		err = natgw_nl_seconds(drain, &seconds, info->extack);
		if (err)
			return err;
	}
	rtnl_lock();
	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_ADDRESS_GATEWAY],
			      info->extack);
	if (IS_ERR(gw)) {
		err = PTR_ERR(gw);
		goto out;
	}
	config = rtnl_dereference(gw->config);
	addr = find_address(config, info);
	if (IS_ERR(addr)) {
		err = PTR_ERR(addr);
		goto out;
	}
	err = check_removable(config, addr, info->extack);
	if (err)
		goto out;
	if (seconds) {
		natgw_address_drain(gw, addr, seconds);
		goto out;
	}
	err = natgw_address_unlink(gw, addr);
	/* RTNL keeps the gateway while the flows of the address end. */
	if (!err)
		natgw_address_free(gw, addr, NATGW_FLOW_END_ADDRESS);
out:
	rtnl_unlock();
	return err;
}

/**
 * natgw_nl_put_address() - all that there is to say about an address
 * @msg: message to append to
 * @gw: its gateway
 * @addr: the address
 * @primary: it is the gateway's first
 *
 * Context: RTNL. Return: 0 or -EMSGSIZE.
 */
int natgw_nl_put_address(struct sk_buff *msg, const struct natgw_gw *gw,
			 const struct natgw_addr *addr, bool primary)
{
	long left = (long)(READ_ONCE(addr->deadline) - jiffies) / HZ;
	u32 state = addr->draining ? NATGW_ADDRESS_STATE_DRAINING :
				     NATGW_ADDRESS_STATE_AVAILABLE;

	if (nla_put_string(msg, NATGW_A_ADDRESS_GATEWAY, gw->name) ||
	    natgw_nl_put_pair(msg, addr, NATGW_A_ADDRESS_EIP,
			      NATGW_A_ADDRESS_PRIVATE_IP) ||
	    (primary && nla_put_flag(msg, NATGW_A_ADDRESS_PRIMARY)) ||
	    nla_put_u32(msg, NATGW_A_ADDRESS_STATE, state) ||
	    (addr->draining &&
	     nla_put_u32(msg, NATGW_A_ADDRESS_DRAIN, max(left, 0L))) ||
	    nla_put_u32(msg, NATGW_A_ADDRESS_FLOWS, atomic_read(&addr->flows)) ||
	    nla_put_u64_64bit(msg, NATGW_A_ADDRESS_FLOWS_CREATED,
			      atomic64_read(&addr->created),
			      NATGW_A_ADDRESS_PAD) ||
	    nla_put_u64_64bit(msg, NATGW_A_ADDRESS_PORT_ERRORS,
			      atomic64_read(&addr->no_port),
			      NATGW_A_ADDRESS_PAD) ||
	    (inet_addr_type(gw->nn->net, addr->wire) != RTN_LOCAL &&
	     nla_put_flag(msg, NATGW_A_ADDRESS_FOREIGN)))
		return -EMSGSIZE;
	return 0;
}

int natgw_nl_address_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	const struct natgw_config *config;
	struct natgw_addr *addr;
	struct natgw_gw *gw;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = natgw_nl_answer(info, NATGW_CMD_ADDRESS_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_ADDRESS_GATEWAY],
			      info->extack);
	if (IS_ERR(gw)) {
		err = PTR_ERR(gw);
		goto out;
	}
	config = rtnl_dereference(gw->config);
	addr = find_address(config, info);
	err = IS_ERR(addr) ? PTR_ERR(addr) :
	      natgw_nl_put_address(msg, gw, addr, addr == config->addr[0]);
out:
	rtnl_unlock();
	return natgw_nl_reply(info, msg, hdr, err);
}

/* cb->args[1] is the number of the address to go on with. */
static int dump_addresses(struct sk_buff *skb, struct netlink_callback *cb,
			  const struct natgw_gw *gw)
{
	struct nlattr *only = natgw_dump_attrs(cb)[NATGW_A_ADDRESS_GATEWAY];
	const struct natgw_config *config = rtnl_dereference(gw->config);
	void *hdr;
	long i;

	if (only && nla_strcmp(only, gw->name))
		return 0;
	for (i = cb->args[1]; i < config->n_addr; i++) {
		hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_ADDRESS_GET);
		if (!hdr || natgw_nl_dump_end(skb, hdr,
					      natgw_nl_put_address(skb, gw,
								   config->addr[i],
								   !i))) {
			cb->args[1] = i;
			return -EMSGSIZE;
		}
	}
	cb->args[1] = 0;
	return 0;
}

int natgw_nl_address_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return natgw_nl_dump_gateways(skb, cb, dump_addresses);
}
