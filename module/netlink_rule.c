// SPDX-License-Identifier: GPL-2.0
/* Requests about the rules of gateways. */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "netlink.h"

/* Behind the last one, leaving numbers free for those that come in between. */
enum { PREF_STEP = 10 };

static u32 next_pref(const struct natgw_config *config)
{
	u32 last = config->n_rule ? config->rule[config->n_rule - 1].pref : 0;

	return last > U32_MAX - PREF_STEP ? 0 : last + PREF_STEP;
}

static int parse_ports(struct natgw_rule *rule, struct nlattr **tb,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *first = tb[NATGW_A_RULE_DPORT];
	struct nlattr *last = tb[NATGW_A_RULE_DPORT_END];

	rule->dport_end = U16_MAX;
	if (!first && !last)
		return 0;
	if (!first)
		return natgw_nl_refuse(-EINVAL, extack, last,
				       "the last of a range of ports without the first");
	rule->dport = nla_get_u16(first);
	rule->dport_end = last ? nla_get_u16(last) : rule->dport;
	if (rule->dport > rule->dport_end)
		return natgw_nl_refuse(-EINVAL, extack, last,
				       "the range of ports ends before it begins");
	if (!rule->proto || natgw_proto_portless(rule->proto) ||
	    rule->proto == IPPROTO_ICMP)
		return natgw_nl_refuse(-EINVAL, extack, first,
				       "dport needs a protocol with ports: proto tcp, udp, udplite, sctp or dccp");
	return 0;
}

static int parse_action(struct natgw_rule *rule, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	rule->exempt = tb[NATGW_A_RULE_EXEMPT];
	if (tb[NATGW_A_RULE_ADDRESS])
		rule->address = nla_get_in_addr(tb[NATGW_A_RULE_ADDRESS]);
	if (rule->exempt && (tb[NATGW_A_RULE_ADDRESS] || tb[NATGW_A_RULE_IDLE]))
		return natgw_nl_refuse(-EINVAL, extack,
				       tb[NATGW_A_RULE_ADDRESS] ?:
				       tb[NATGW_A_RULE_IDLE],
				       "what is exempt from translation has no address and no time-out here");
	if (!rule->exempt && !tb[NATGW_A_RULE_ADDRESS] &&
	    !tb[NATGW_A_RULE_IDLE]) {
		NL_SET_ERR_MSG(extack,
			       "say what the rule does: exempt, address ADDRESS or idle SECONDS");
		return -EINVAL;
	}
	if (!tb[NATGW_A_RULE_IDLE])
		return 0;
	rule->idle = nla_get_u32(tb[NATGW_A_RULE_IDLE]);
	if (!rule->idle || rule->idle > NATGW_MAX_TIMEOUT)
		return natgw_nl_refuse(-ERANGE, extack, tb[NATGW_A_RULE_IDLE],
				       "idle takes 1 to 604800 seconds");
	return 0;
}

static int parse_rule(const struct natgw_config *config,
		      struct natgw_rule *rule, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	int err;

	memset(rule, 0, sizeof(*rule));
	rule->pref = tb[NATGW_A_RULE_PREF] ?
		     nla_get_u32(tb[NATGW_A_RULE_PREF]) : next_pref(config);
	if (!rule->pref)
		return natgw_nl_refuse(-ERANGE, info->extack,
				       tb[NATGW_A_RULE_PREF],
				       "pref takes 1 to 4294967295");
	if (tb[NATGW_A_RULE_SRC]) {
		err = natgw_nl_prefix(tb[NATGW_A_RULE_SRC], &rule->src,
				      info->extack);
		if (err)
			return err;
	}
	if (tb[NATGW_A_RULE_DST]) {
		err = natgw_nl_prefix(tb[NATGW_A_RULE_DST], &rule->dst,
				      info->extack);
		if (err)
			return err;
	}
	if (tb[NATGW_A_RULE_PROTO])
		rule->proto = nla_get_u8(tb[NATGW_A_RULE_PROTO]);
	return parse_ports(rule, tb, info->extack) ?:
	       parse_action(rule, tb, info->extack);
}

static const struct natgw_addr *find_address(const struct natgw_config *config, __be32 ip)
{
	unsigned int i;

	for (i = 0; i < config->n_addr; i++)
		if (config->addr[i]->eip == ip || config->addr[i]->wire == ip)
			return config->addr[i];
	return NULL;
}

static int check_address(const struct natgw_config *config, __be32 ip,
			 struct genl_info *info)
{
	const struct natgw_addr *addr = ip ? find_address(config, ip) : NULL;
	struct nlattr *attr = info->attrs[NATGW_A_RULE_ADDRESS];

	if (!addr)
		return natgw_nl_refuse(-EADDRNOTAVAIL, info->extack, attr,
				       "the gateway has no such address");
	if (READ_ONCE(addr->draining))
		return natgw_nl_refuse(-EADDRNOTAVAIL, info->extack, attr,
				       "the address drains, and is about to go");
	return 0;
}

/* insert - put a rule into its place; -EEXIST when its number is taken */
static int insert(struct natgw_config *config, const struct natgw_rule *rule)
{
	unsigned int i = config->n_rule;

	while (i && config->rule[i - 1].pref > rule->pref)
		i--;
	if (i && config->rule[i - 1].pref == rule->pref)
		return -EEXIST;
	memmove(&config->rule[i + 1], &config->rule[i],
		(config->n_rule - i) * sizeof(*rule));
	config->rule[i] = *rule;
	config->n_rule++;
	config->n_exempt += rule->exempt;
	return 0;
}

static int rule_new(struct natgw_config *config, struct genl_info *info)
{
	struct natgw_rule rule;
	int err;

	if (config->n_rule == NATGW_MAX_RULES) {
		NL_SET_ERR_MSG(info->extack, "a gateway has at most 64 rules");
		return -E2BIG;
	}
	err = parse_rule(config, &rule, info);
	if (!err && info->attrs[NATGW_A_RULE_ADDRESS])
		err = check_address(config, rule.address, info);
	if (err)
		return err;
	err = insert(config, &rule);
	if (err)
		return natgw_nl_refuse(err, info->extack,
				       info->attrs[NATGW_A_RULE_PREF],
				       "the gateway has a rule with this number already");
	return 0;
}

/* find - the place of the rule that a request means, or an error */
static int find(const struct natgw_config *config, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[NATGW_A_RULE_PREF];
	unsigned int i;

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "say which rule: pref NUMBER");
		return -EINVAL;
	}
	for (i = 0; i < config->n_rule; i++)
		if (config->rule[i].pref == nla_get_u32(attr))
			return i;
	return natgw_nl_refuse(-ENOENT, info->extack, attr,
			       "the gateway has no rule with this number");
}

static int rule_del(struct natgw_config *config, struct genl_info *info)
{
	int i = find(config, info);

	if (i < 0)
		return i;
	config->n_exempt -= config->rule[i].exempt;
	config->n_rule--;
	memmove(&config->rule[i], &config->rule[i + 1],
		(config->n_rule - i) * sizeof(config->rule[i]));
	memset(&config->rule[config->n_rule], 0, sizeof(config->rule[i]));
	return 0;
}

/* change - publish a gateway's configuration, changed by a function */
static int change(struct genl_info *info,
		  int (*edit)(struct natgw_config *config,
			      struct genl_info *info))
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_config *config;
	struct natgw_gw *gw;
	int err;

	rtnl_lock();
	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_RULE_GATEWAY],
			      info->extack);
	if (IS_ERR(gw)) {
		err = PTR_ERR(gw);
		goto out;
	}
	err = -ENOMEM;
	config = natgw_gateway_copy(gw);
	if (!config)
		goto out;
	err = edit(config, info);
	if (err)
		kfree(config);
	else
		natgw_gateway_publish(gw, config);
out:
	rtnl_unlock();
	return err;
}

int natgw_nl_rule_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, rule_new);
}

int natgw_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, rule_del);
}

/* --------------------------------- answers -------------------------------- */

static int put_prefix(struct sk_buff *msg, int attr,
		      const struct natgw_prefix *prefix)
{
	struct nlattr *nest;

	if (!prefix->mask)
		return 0;
	nest = nla_nest_start(msg, attr);
	if (!nest || natgw_nl_put_prefix(msg, prefix))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_ports(struct sk_buff *msg, const struct natgw_rule *rule)
{
	if (!rule->dport && rule->dport_end == U16_MAX)
		return 0;
	if (nla_put_u16(msg, NATGW_A_RULE_DPORT, rule->dport) ||
	    (rule->dport_end != rule->dport &&
	     nla_put_u16(msg, NATGW_A_RULE_DPORT_END, rule->dport_end)))
		return -EMSGSIZE;
	return 0;
}

static int put_rule(struct sk_buff *msg, const struct natgw_gw *gw,
		    const struct natgw_rule *rule)
{
	if (nla_put_string(msg, NATGW_A_RULE_GATEWAY, gw->name) ||
	    nla_put_u32(msg, NATGW_A_RULE_PREF, rule->pref) ||
	    put_prefix(msg, NATGW_A_RULE_SRC, &rule->src) ||
	    put_prefix(msg, NATGW_A_RULE_DST, &rule->dst) ||
	    (rule->proto && nla_put_u8(msg, NATGW_A_RULE_PROTO, rule->proto)) ||
	    put_ports(msg, rule) ||
	    (rule->exempt && nla_put_flag(msg, NATGW_A_RULE_EXEMPT)) ||
	    (rule->address &&
	     nla_put_in_addr(msg, NATGW_A_RULE_ADDRESS, rule->address)) ||
	    (rule->idle && nla_put_u32(msg, NATGW_A_RULE_IDLE, rule->idle)))
		return -EMSGSIZE;
	return 0;
}

int natgw_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	const struct natgw_config *config;
	struct natgw_gw *gw;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = natgw_nl_answer(info, NATGW_CMD_RULE_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	gw = natgw_nl_gateway(nn, info->attrs[NATGW_A_RULE_GATEWAY],
			      info->extack);
	if (IS_ERR(gw)) {
		err = PTR_ERR(gw);
	} else {
		config = rtnl_dereference(gw->config);
		err = find(config, info);
		if (err >= 0)
			err = put_rule(msg, gw, &config->rule[err]);
	}
	rtnl_unlock();
	return natgw_nl_reply(info, msg, hdr, err);
}

/* cb->args[1] is the number of the rule to go on with. */
static int dump_rules(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct natgw_gw *gw)
{
	struct nlattr *only = natgw_dump_attrs(cb)[NATGW_A_RULE_GATEWAY];
	const struct natgw_config *config = rtnl_dereference(gw->config);
	void *hdr;
	long i;

	if (only && nla_strcmp(only, gw->name))
		return 0;
	for (i = cb->args[1]; i < config->n_rule; i++) {
		hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_RULE_GET);
		if (!hdr || natgw_nl_dump_end(skb, hdr,
					      put_rule(skb, gw,
						       &config->rule[i]))) {
			cb->args[1] = i;
			return -EMSGSIZE;
		}
	}
	cb->args[1] = 0;
	return 0;
}

int natgw_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return natgw_nl_dump_gateways(skb, cb, dump_rules);
}
