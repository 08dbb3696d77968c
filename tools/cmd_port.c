// SPDX-License-Identifier: GPL-2.0
/* natctl port */
#include <arpa/inet.h>
#include <string.h>
#include <linux/genetlink.h>

#include "client.h"
#include "cmd.h"
#include "out.h"
#include "screen.h"

static void add_holder(struct crowd *crowd, const struct nlattr *attr)
{
	const struct nlattr *tb[NATGW_A_HOLDER_MAX + 1];

	if (crowd->n_holders == HOLDERS)
		return;
	nl_nested(attr, tb, NATGW_A_HOLDER_MAX);
	crowd->holder[crowd->n_holders++] = (struct holder){
		.addr = nl_u32(tb[NATGW_A_HOLDER_ADDR]),
		.ports = nl_u32(tb[NATGW_A_HOLDER_PORTS]),
	};
}

void crowd_parse(const struct nlmsghdr *nlh, struct crowd *crowd)
{
	const struct nlattr *tb[NATGW_A_PORT_MAX + 1];
	const struct nlattr *attr;

	memset(crowd, 0, sizeof(*crowd));
	nl_attrs(nlh, tb, NATGW_A_PORT_MAX);
	crowd->wire_ip = nl_u32(tb[NATGW_A_PORT_WIRE_IP]);
	crowd->proto = nl_u8(tb[NATGW_A_PORT_PROTO]);
	crowd->dst = nl_u32(tb[NATGW_A_PORT_DST]);
	crowd->dport = ntohs(nl_u16(tb[NATGW_A_PORT_DPORT]));
	crowd->first = nl_u16(tb[NATGW_A_PORT_FIRST]);
	crowd->step = nl_u16(tb[NATGW_A_PORT_STEP]);
	crowd->ports = nl_u32(tb[NATGW_A_PORT_PORTS]);
	crowd->taken = nl_u32(tb[NATGW_A_PORT_TAKEN]);
	crowd->stale = nl_u32(tb[NATGW_A_PORT_STALE]);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == NATGW_A_PORT_HOLDER)
			add_holder(crowd, attr);
}

void crowd_print(const struct crowd *crowd)
{
	out_addr("wire-ip", "", crowd->wire_ip);
	out_cell();
	out_str("proto", "", proto_name(crowd->proto));
	out_cell();
	if (crowd->dst)
		out_addr("dst", "", crowd->dst);
	else
		out_text("any");
	if (crowd->dport)
		out_num("dport", ":", crowd->dport);
	out_cell();
}

/* As many are text as fit 80 columns, or all. */
enum { FIT = 3, WIDE = 100 };

void crowd_print_holders(const struct crowd *crowd)
{
	const struct holder *holder;
	unsigned int width = screen_width(), i;
	bool all = opts.json || !width || width >= WIDE;

	if (!crowd->n_holders)
		return;
	out_span();
	out_array("holders");
	for (i = 0; i < crowd->n_holders; i++) {
		holder = &crowd->holder[i];
		out_object(NULL);
		if (all || i < FIT) {
			out_addr("addr", i ? ", " : "  ", holder->addr);
			out_num("ports", i ? " " : " has ", holder->ports);
		}
		out_object_end();
	}
	out_array_end();
	out_line();
}

static void show(const struct nlmsghdr *nlh, void *data)
{
	struct crowd crowd;

	(void)data;
	crowd_parse(nlh, &crowd);
	out_object(NULL);
	crowd_print(&crowd);
	out_num("first", "", crowd.first);
	out_cell();
	out_num("step", "", crowd.step);
	out_cell();
	out_num("ports", "", crowd.ports);
	out_cell();
	out_num("taken", "", crowd.taken);
	out_cell();
	out_num("stale", "", crowd.stale);
	out_line();
	crowd_print_holders(&crowd);
	out_object_end();
}

enum status cmd_port_show(const struct args *args)
{
	static const struct column columns[] = {
		{ "TRANSLATED", 0, LEFT },
		{ "PROTO", 0, LEFT },
		{ "DESTINATION", 0, LEFT },
		{ "FIRST", 0, RIGHT },
		{ "STEP", 0, RIGHT },
		{ "PORTS", 0, RIGHT },
		{ "TAKEN", 0, RIGHT },
		{ "STALE", 0, RIGHT },
	};
	struct nl_list list;
	int err;

	(void)args;
	err = nl_collect(nl_request(NATGW_CMD_PORT_GET), &list);
	if (err)
		return nl_fail(err, "read the ports");
	out_list();
	out_table(columns, ARRAY_SIZE(columns));
	nl_each(&list, show, NULL);
	out_table_end();
	out_close();
	nl_free(&list);
	return STATUS_OK;
}
