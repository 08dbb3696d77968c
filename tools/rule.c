// SPDX-License-Identifier: GPL-2.0
/* Rules, as the kernel describes them and as they are typed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway.h"
#include "msg.h"
#include "rule.h"

void rule_of_args(const struct args *args, struct rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	snprintf(rule->gateway, sizeof(rule->gateway), "%s",
		 args->v[W_GATEWAY].text);
	rule->has_pref = given(args, W_PREF);
	rule->pref = args->v[W_PREF].num;
	rule->src = args->v[W_SRC].prefix;
	rule->dst = args->v[W_DST].prefix;
	/* To the kernel, 0 is any protocol. */
	rule->has_proto = args->v[W_PROTO].num;
	rule->proto = args->v[W_PROTO].num;
	rule->has_dport = given(args, W_DPORTS);
	rule->dport = args->v[W_DPORTS].num;
	rule->dport_end = args->v[W_DPORTS].last;
	rule->exempt = given(args, W_EXEMPT);
	rule->has_address = given(args, W_ADDRESS);
	rule->address = args->v[W_ADDRESS].prefix.addr;
	rule->has_idle = given(args, W_IDLE);
	rule->idle = args->v[W_IDLE].num;
}

void rule_parse(const struct nlmsghdr *nlh, struct rule *rule)
{
	const struct nlattr *tb[NATGW_A_RULE_MAX + 1];

	memset(rule, 0, sizeof(*rule));
	nl_attrs(nlh, tb, NATGW_A_RULE_MAX);
	nl_copy(tb[NATGW_A_RULE_GATEWAY], rule->gateway,
		sizeof(rule->gateway));
	rule->has_pref = tb[NATGW_A_RULE_PREF];
	rule->pref = nl_u32(tb[NATGW_A_RULE_PREF]);
	if (tb[NATGW_A_RULE_SRC])
		prefix_parse(tb[NATGW_A_RULE_SRC], &rule->src);
	if (tb[NATGW_A_RULE_DST])
		prefix_parse(tb[NATGW_A_RULE_DST], &rule->dst);
	rule->has_proto = tb[NATGW_A_RULE_PROTO];
	rule->proto = nl_u8(tb[NATGW_A_RULE_PROTO]);
	rule->has_dport = tb[NATGW_A_RULE_DPORT];
	rule->dport = nl_u16(tb[NATGW_A_RULE_DPORT]);
	rule->dport_end = tb[NATGW_A_RULE_DPORT_END] ?
			  nl_u16(tb[NATGW_A_RULE_DPORT_END]) : rule->dport;
	rule->exempt = tb[NATGW_A_RULE_EXEMPT];
	rule->has_address = tb[NATGW_A_RULE_ADDRESS];
	rule->address = nl_u32(tb[NATGW_A_RULE_ADDRESS]);
	rule->has_idle = tb[NATGW_A_RULE_IDLE];
	rule->idle = nl_u32(tb[NATGW_A_RULE_IDLE]);
}

static void put_prefix(struct nlmsghdr *nlh, uint16_t attr,
		       const struct prefix *prefix)
{
	struct nlattr *nest;

	if (!prefix->len)
		return;
	nest = mnl_attr_nest_start(nlh, attr);
	mnl_attr_put_u32(nlh, NATGW_A_PREFIX_ADDR, prefix->addr);
	mnl_attr_put_u8(nlh, NATGW_A_PREFIX_LEN, prefix->len);
	mnl_attr_nest_end(nlh, nest);
}

void rule_put(struct nlmsghdr *nlh, const struct rule *rule)
{
	mnl_attr_put_strz(nlh, NATGW_A_RULE_GATEWAY, rule->gateway);
	if (rule->has_pref)
		mnl_attr_put_u32(nlh, NATGW_A_RULE_PREF, rule->pref);
	put_prefix(nlh, NATGW_A_RULE_SRC, &rule->src);
	put_prefix(nlh, NATGW_A_RULE_DST, &rule->dst);
	if (rule->has_proto)
		mnl_attr_put_u8(nlh, NATGW_A_RULE_PROTO, rule->proto);
	if (rule->has_dport)
		mnl_attr_put_u16(nlh, NATGW_A_RULE_DPORT, rule->dport);
	if (rule->has_dport && rule->dport_end != rule->dport)
		mnl_attr_put_u16(nlh, NATGW_A_RULE_DPORT_END,
				 rule->dport_end);
	if (rule->exempt)
		mnl_attr_put(nlh, NATGW_A_RULE_EXEMPT, 0, NULL);
	if (rule->has_address)
		mnl_attr_put_u32(nlh, NATGW_A_RULE_ADDRESS, rule->address);
	if (rule->has_idle)
		mnl_attr_put_u32(nlh, NATGW_A_RULE_IDLE, rule->idle);
}

bool rule_same(const struct rule *a, const struct rule *b)
{
	return !strcmp(a->gateway, b->gateway) &&
	       a->pref == b->pref &&
	       prefix_same(&a->src, &b->src) &&
	       prefix_same(&a->dst, &b->dst) &&
	       a->has_proto == b->has_proto && a->proto == b->proto &&
	       a->has_dport == b->has_dport && a->dport == b->dport &&
	       a->dport_end == b->dport_end &&
	       a->exempt == b->exempt &&
	       a->has_address == b->has_address && a->address == b->address &&
	       a->has_idle == b->has_idle && a->idle == b->idle;
}

static void add_rule(const struct nlmsghdr *nlh, void *data)
{
	struct rules *all = data;

	all->list = xrealloc(all->list, (all->n + 1) * sizeof(*all->list));
	rule_parse(nlh, &all->list[all->n++]);
}

int rules_read(struct rules *all)
{
	struct nl_list list;
	int err;

	all->list = NULL;
	all->n = 0;
	err = nl_collect(nl_request(NATGW_CMD_RULE_GET), &list);
	if (err)
		return err;
	nl_each(&list, add_rule, all);
	nl_free(&list);
	return 0;
}

void rules_free(struct rules *all)
{
	free(all->list);
	all->list = NULL;
	all->n = 0;
}
