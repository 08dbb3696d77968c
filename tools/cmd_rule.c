// SPDX-License-Identifier: GPL-2.0
/* natctl rule */
#include <string.h>

#include "cmd.h"
#include "gateway.h"
#include "nl.h"
#include "out.h"
#include "rule.h"

enum status cmd_rule_add(const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_RULE_NEW);
	struct rule rule;
	int err;

	rule_of_args(args, &rule);
	rule_put(nlh, &rule);
	err = nl_do(nlh, NULL, NULL);
	if (err)
		return nl_fail(err, "add a rule to gateway %s", rule.gateway);
	return STATUS_OK;
}

enum status cmd_rule_del(const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_RULE_DEL);
	int err;

	mnl_attr_put_strz(nlh, NATGW_A_RULE_GATEWAY, args->v[W_GATEWAY].text);
	mnl_attr_put_u32(nlh, NATGW_A_RULE_PREF, args->v[W_PREF].num);
	err = nl_do(nlh, NULL, NULL);
	if (err)
		return nl_fail(err, "remove rule %u of gateway %s",
			       args->v[W_PREF].num, args->v[W_GATEWAY].text);
	return STATUS_OK;
}

/* A cell of what the rule may leave open. */
static void print_prefix(const char *key, const struct prefix *prefix)
{
	if (prefix->len)
		out_prefix(key, "", prefix);
	else
		out_text("any");
	out_cell();
}

static void print_ports(const struct rule *rule)
{
	if (!rule->has_dport) {
		out_text("any");
	} else {
		out_num("dport", "", rule->dport);
		out_num("dport-end",
			rule->dport_end != rule->dport ? "-" : NULL,
			rule->dport_end);
	}
	out_cell();
}

static void print_treatment(const struct rule *rule)
{
	out_bool("exempt", rule->exempt);
	if (rule->exempt)
		out_text("exempt");
	if (rule->has_address)
		out_addr("address", "address ", rule->address);
	if (rule->has_idle) {
		out_num("idle", rule->has_address ? ", idle " : "idle ",
			rule->idle);
		out_text(" s");
	}
}

static void show(const struct nlmsghdr *nlh, void *data)
{
	const struct args *args = data;
	struct rule rule;

	rule_parse(nlh, &rule);
	if (given(args, W_GATEWAY) &&
	    strcmp(rule.gateway, args->v[W_GATEWAY].text))
		return;
	out_object(NULL);
	out_str("gateway", "", rule.gateway);
	out_cell();
	out_num("pref", "", rule.pref);
	out_cell();
	print_prefix("src", &rule.src);
	print_prefix("dst", &rule.dst);
	if (rule.has_proto)
		out_str("proto", "", proto_name(rule.proto));
	else
		out_text("any");
	out_cell();
	print_ports(&rule);
	print_treatment(&rule);
	out_line();
	out_object_end();
}

enum status cmd_rule_show(const struct args *args)
{
	static const struct column columns[] = {
		{ "GATEWAY", 0, LEFT },
		{ "PREF", 0, RIGHT },
		{ "SOURCE", 0, LEFT },
		{ "DESTINATION", 0, LEFT },
		{ "PROTO", 0, LEFT },
		{ "PORT", 0, LEFT },
		{ "TREATMENT", 0, LEFT },
	};
	struct nl_list list;
	int err;

	err = nl_collect(nl_request(NATGW_CMD_RULE_GET), &list);
	if (!err && given(args, W_GATEWAY))
		err = gateway_check(args->v[W_GATEWAY].text);
	if (err)
		return nl_fail(err, "read the rules");
	out_list();
	out_table(columns, ARRAY_SIZE(columns));
	nl_each(&list, show, (void *)args);
	out_table_end();
	out_close();
	nl_free(&list);
	return STATUS_OK;
}
