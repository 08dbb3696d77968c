// SPDX-License-Identifier: GPL-2.0
/* natctl monitor */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "clock.h"
#include "cmd.h"
#include "flow.h"
#include "gateway.h"
#include "label.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "spec.h"

static void print_event(const char *object, const struct nlattr *event)
{
	out_str("object", " ", object);
	if (event)
		out_str("event", " ", spec_word(event_words, nl_u32(event)));
}

static void print_pair(const char *before, const struct pair *pair)
{
	out_text(before);
	pair_print(pair);
}

static void print_gateway(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_GATEWAY_MAX + 1];
	struct gateway gateway;
	unsigned int i;

	nl_attrs(nlh, tb, NATGW_A_GATEWAY_MAX);
	print_event("gateway", tb[NATGW_A_GATEWAY_EVENT]);
	gateway_parse(nlh, &gateway);
	gateway_print_json(&gateway);
	if (opts.json)
		return;
	out_str(NULL, " ", gateway.name);
	out_str(NULL, " ", spec_word(connectivity_words,
				     gateway.connectivity));
	out_str(NULL, " dev ", gateway.dev);
	for (i = 0; i < gateway.addresses; i++)
		print_pair(i ? ", " : " address ", &gateway.address[i]);
	for (i = 0; i < gateway.insides; i++)
		out_prefix(NULL, i ? ", " : " inside ", &gateway.inside[i]);
	out_str(NULL, " state ",
		spec_word(gateway_state_words, gateway.state));
	if (gateway.reason[0])
		out_str(NULL, ": ", gateway.reason);
}

static void print_address(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_ADDRESS_MAX + 1];
	struct pair pair;

	nl_attrs(nlh, tb, NATGW_A_ADDRESS_MAX);
	pair.has_eip = tb[NATGW_A_ADDRESS_EIP];
	pair.has_private_ip = tb[NATGW_A_ADDRESS_PRIVATE_IP];
	pair.eip = nl_u32(tb[NATGW_A_ADDRESS_EIP]);
	pair.private_ip = nl_u32(tb[NATGW_A_ADDRESS_PRIVATE_IP]);
	print_event("address", tb[NATGW_A_ADDRESS_EVENT]);
	print_pair(" ", &pair);
	flow_gateway(" gateway ", tb[NATGW_A_ADDRESS_GATEWAY]);
	out_bool("primary", tb[NATGW_A_ADDRESS_PRIMARY]);
	if (tb[NATGW_A_ADDRESS_STATE])
		out_str("state", " state ",
			spec_word(address_state_words,
				  nl_u32(tb[NATGW_A_ADDRESS_STATE])));
	if (tb[NATGW_A_ADDRESS_DRAIN])
		out_num("drain", " drain ",
			nl_u32(tb[NATGW_A_ADDRESS_DRAIN]));
	if (tb[NATGW_A_ADDRESS_FLOWS])
		out_num("flows", " flows ",
			nl_u32(tb[NATGW_A_ADDRESS_FLOWS]));
	out_bool("foreign", tb[NATGW_A_ADDRESS_FOREIGN]);
	out_text(tb[NATGW_A_ADDRESS_FOREIGN] ? " not on this host" : "");
}

static void print_flow(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_FLOW_MAX + 1];

	nl_attrs(nlh, tb, NATGW_A_FLOW_MAX);
	print_event("flow", tb[NATGW_A_FLOW_EVENT]);
	out_str("proto", " ", proto_name(nl_u8(tb[NATGW_A_FLOW_PROTO])));
	flow_endpoint("src", "sport", " ", tb[NATGW_A_FLOW_SRC],
		      tb[NATGW_A_FLOW_SPORT]);
	flow_endpoint("dst", "dport", " -> ", tb[NATGW_A_FLOW_DST],
		      tb[NATGW_A_FLOW_DPORT]);
	flow_endpoint("wire-ip", "wire-port", " as ",
		      tb[NATGW_A_FLOW_WIRE_IP], tb[NATGW_A_FLOW_WIRE_PORT]);
	flow_gateway(" gateway ", tb[NATGW_A_FLOW_GATEWAY]);
	if (tb[NATGW_A_FLOW_STATE])
		out_str("state", " ",
			spec_word(flow_state_words,
				  nl_u32(tb[NATGW_A_FLOW_STATE])));
	if (tb[NATGW_A_FLOW_KIND])
		out_str("kind", " ", spec_word(flow_kind_words,
					       nl_u32(tb[NATGW_A_FLOW_KIND])));
	if (tb[NATGW_A_FLOW_EXPIRES])
		out_num("expires", NULL, nl_u32(tb[NATGW_A_FLOW_EXPIRES]));
	if (tb[NATGW_A_FLOW_END])
		out_str("end", " end ", spec_word(flow_end_words,
						  nl_u32(tb[NATGW_A_FLOW_END])));
	flow_times(tb);
	flow_count(tb, true, " out ");
	flow_count(tb, false, " in ");
}

static void print_label(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_LABEL_MAX + 1];
	struct label label;

	nl_attrs(nlh, tb, NATGW_A_LABEL_MAX);
	print_event("label", tb[NATGW_A_LABEL_EVENT]);
	label_parse(nlh, &label);
	out_prefix("prefix", " ", &label.prefix);
	out_str("label", " ", label.name);
}

static void print_error(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_ERROR_MAX + 1];

	nl_attrs(nlh, tb, NATGW_A_ERROR_MAX);
	print_event("error", NULL);
	/* Without a cause it is about those that were missed alone. */
	if (tb[NATGW_A_ERROR_CAUSE])
		out_str("cause", " ",
			spec_word(error_cause_words,
				  nl_u32(tb[NATGW_A_ERROR_CAUSE])));
	if (tb[NATGW_A_ERROR_LIMIT])
		out_num("limit", " ", nl_u32(tb[NATGW_A_ERROR_LIMIT]));
	if (tb[NATGW_A_ERROR_PROTO])
		out_str("proto", " ",
			proto_name(nl_u8(tb[NATGW_A_ERROR_PROTO])));
	flow_endpoint("src", "sport", " ", tb[NATGW_A_ERROR_SRC],
		      tb[NATGW_A_ERROR_SPORT]);
	flow_endpoint("dst", "dport", " -> ", tb[NATGW_A_ERROR_DST],
		      tb[NATGW_A_ERROR_DPORT]);
	if (tb[NATGW_A_ERROR_WIRE_IP])
		out_addr("wire-ip", " as ", nl_u32(tb[NATGW_A_ERROR_WIRE_IP]));
	flow_gateway(" gateway ", tb[NATGW_A_ERROR_GATEWAY]);
	if (tb[NATGW_A_ERROR_MISSED])
		out_num("missed", " missed ",
			nl_u32(tb[NATGW_A_ERROR_MISSED]));
}

static void print_level(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_LEVEL_MAX + 1];
	uint64_t used, limit;

	nl_attrs(nlh, tb, NATGW_A_LEVEL_MAX);
	used = nl_u32(tb[NATGW_A_LEVEL_USED]);
	limit = nl_u32(tb[NATGW_A_LEVEL_LIMIT]);
	print_event("level", NULL);
	out_str("event", " ", spec_word(level_event_words,
					nl_u32(tb[NATGW_A_LEVEL_EVENT])));
	if (tb[NATGW_A_LEVEL_PROTO])
		out_str("proto", " ",
			proto_name(nl_u8(tb[NATGW_A_LEVEL_PROTO])));
	if (tb[NATGW_A_LEVEL_WIRE_IP])
		out_addr("wire-ip", " ", nl_u32(tb[NATGW_A_LEVEL_WIRE_IP]));
	flow_endpoint("dst", "dport", " -> ", tb[NATGW_A_LEVEL_DST],
		      tb[NATGW_A_LEVEL_DPORT]);
	flow_gateway(" gateway ", tb[NATGW_A_LEVEL_GATEWAY]);
	out_num("used", " used ", used);
	out_num("limit", " of ", limit);
	out_num(NULL, ", ", limit ? used * 100 / limit : 0);
	out_text(" %");
}

static void (*printer_of(const struct nlmsghdr *nlh))(const struct nlmsghdr *)
{
	switch (nl_cmd(nlh)) {
	case NATGW_CMD_GATEWAY_NTF:
		return print_gateway;
	case NATGW_CMD_ADDRESS_NTF:
		return print_address;
	case NATGW_CMD_LABEL_NTF:
		return print_label;
	case NATGW_CMD_FLOW_NTF:
		return print_flow;
	case NATGW_CMD_ERROR_NTF:
		return print_error;
	case NATGW_CMD_LEVEL_NTF:
		return print_level;
	default:
		return NULL;
	}
}

static void print_lost(uint32_t flows)
{
	print_event("lost", NULL);
	if (!flows) {
		out_text(" events: they came faster than they were read");
		return;
	}
	out_num("flows", " ", flows);
	out_text(" events of flows");
}

/* How many events of flows were lost before this one, as their numbers tell. */
static uint32_t missing(const struct nlmsghdr *nlh)
{
	static struct {
		bool known;
		uint32_t last;
	} numbers[NATGW_EVENT_DELETE + 1];
	const struct nlattr *tb[NATGW_A_FLOW_MAX + 1];
	uint32_t what, seq, lost = 0;

	if (nl_cmd(nlh) != NATGW_CMD_FLOW_NTF)
		return 0;
	nl_attrs(nlh, tb, NATGW_A_FLOW_MAX);
	what = nl_u32(tb[NATGW_A_FLOW_EVENT]);
	seq = nl_u32(tb[NATGW_A_FLOW_SEQ]);
	if (what >= ARRAY_SIZE(numbers))
		return 0;
	if (numbers[what].known)
		lost = seq - numbers[what].last - 1;
	numbers[what].known = true;
	numbers[what].last = seq;
	return lost;
}

enum { TIME = 12 };	/* characters */

/* One line; without a message, of what was lost. */
static void print(const struct nlmsghdr *nlh, uint32_t lost)
{
	out_object(NULL);
	out_time("time", clock_now(), false);
	out_hang(TIME, 0);
	if (nlh)
		printer_of(nlh)(nlh);
	else
		print_lost(lost);
	out_line();
	out_object_end();
	/* Nobody reads any more: there is nothing left to do. */
	if (fflush(stdout))
		exit(STATUS_USAGE);
}

static void event(const struct nlmsghdr *nlh, void *data)
{
	uint32_t lost;

	(void)data;
	if (nlh && !printer_of(nlh))
		return;
	lost = nlh ? missing(nlh) : 0;
	if (lost)
		print(NULL, lost);
	print(nlh, 0);
}

/* Without the rights for one group, the others are still worth reading. */
enum status cmd_monitor(const struct args *args)
{
	static const struct {
		enum word_id word;
		const char *group;
	} groups[] = {
		{ W_ON_GATEWAY, NATGW_MCGRP_GATEWAY },
		{ W_ON_FLOW, NATGW_MCGRP_FLOW },
		{ W_ON_ERROR, NATGW_MCGRP_ERROR },
	};
	bool joined = false;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (args->words && !given(args, groups[i].word))
			continue;
		err = nl_join(groups[i].group, NL_EVENT_BUFFER);
		if (!err)
			joined = true;
		else if (nl_rights(err))
			warning("no %s events: %s", groups[i].group,
				nl_rights(err));
		else
			return nl_fail(err, "listen to %s events",
				       groups[i].group);
	}
	if (!joined)
		return STATUS_KERNEL;
	return nl_fail(nl_listen(event, NULL), "read events");
}
