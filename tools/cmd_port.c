// SPDX-License-Identifier: GPL-2.0
/* natctl port */
#include "cmd.h"
#include "flow.h"
#include "nl.h"
#include "out.h"

static void show(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_PORT_MAX + 1];

	(void)data;
	nl_attrs(nlh, tb, NATGW_A_PORT_MAX);
	out_object(NULL);
	if (tb[NATGW_A_PORT_WIRE_IP])
		out_addr("wire-ip", "", nl_u32(tb[NATGW_A_PORT_WIRE_IP]));
	out_cell();
	out_str("proto", "", proto_name(nl_u8(tb[NATGW_A_PORT_PROTO])));
	out_cell();
	flow_endpoint("dst", "dport", "", tb[NATGW_A_PORT_DST],
		      tb[NATGW_A_PORT_DPORT]);
	if (!tb[NATGW_A_PORT_DST])
		out_text("any");
	out_cell();
	out_num("first", "", nl_u16(tb[NATGW_A_PORT_FIRST]));
	out_cell();
	out_num("step", "", nl_u16(tb[NATGW_A_PORT_STEP]));
	out_cell();
	out_num("ports", "", nl_u32(tb[NATGW_A_PORT_PORTS]));
	out_cell();
	out_num("taken", "", nl_u32(tb[NATGW_A_PORT_TAKEN]));
	out_cell();
	out_num("stale", "", nl_u32(tb[NATGW_A_PORT_STALE]));
	out_line();
	out_object_end();
}

enum status cmd_port_show(const struct args *args)
{
	static const struct column columns[] = {
		{ "TRANSLATED", 0, false },
		{ "PROTO", 0, false },
		{ "DESTINATION", 0, false },
		{ "FIRST", 0, true },
		{ "STEP", 0, true },
		{ "PORTS", 0, true },
		{ "TAKEN", 0, true },
		{ "STALE", 0, true },
	};
	struct nl_list list;
	int err;

	(void)args;
	err = nl_collect(nl_request(NATGW_CMD_PORT_GET), &list);
	if (err)
		return nl_fail(err, "read the ports");
	out_open();
	out_table(columns, ARRAY_SIZE(columns));
	nl_each(&list, show, NULL);
	out_table_end();
	out_close();
	nl_free(&list);
	return STATUS_OK;
}
