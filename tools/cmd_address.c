// SPDX-License-Identifier: GPL-2.0
/* natctl address */
#include <string.h>
#include <linux/genetlink.h>

#include "cmd.h"
#include "gateway.h"
#include "nl.h"
#include "out.h"
#include "spec.h"

static struct nlmsghdr *address_request(uint8_t cmd, const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(cmd);

	if (given(args, W_GATEWAY))
		mnl_attr_put_strz(nlh, NATGW_A_ADDRESS_GATEWAY,
				  args->v[W_GATEWAY].text);
	if (given(args, W_EIP))
		mnl_attr_put_u32(nlh, NATGW_A_ADDRESS_EIP,
				 args->v[W_EIP].prefix.addr);
	if (given(args, W_PRIVATE_IP))
		mnl_attr_put_u32(nlh, NATGW_A_ADDRESS_PRIVATE_IP,
				 args->v[W_PRIVATE_IP].prefix.addr);
	if (given(args, W_DRAIN))
		mnl_attr_put_u32(nlh, NATGW_A_ADDRESS_DRAIN,
				 args->v[W_DRAIN].num);
	return nlh;
}

enum status cmd_address_add(const struct args *args)
{
	int err = nl_do(address_request(NATGW_CMD_ADDRESS_NEW, args), NULL,
			NULL);

	if (err)
		return nl_fail(err, "add an address to gateway %s",
			       args->v[W_GATEWAY].text);
	return STATUS_OK;
}

enum status cmd_address_del(const struct args *args)
{
	int err = nl_do(address_request(NATGW_CMD_ADDRESS_DEL, args), NULL,
			NULL);

	if (err)
		return nl_fail(err, "remove an address of gateway %s",
			       args->v[W_GATEWAY].text);
	return STATUS_OK;
}

/* Whether the address is one of those that were asked for. */
static bool wanted(const struct args *args, const struct nlattr **tb)
{
	const struct value *v = args->v;
	char gateway[NATGW_NAME_LEN + 1];

	nl_copy(tb[NATGW_A_ADDRESS_GATEWAY], gateway, sizeof(gateway));
	if (given(args, W_GATEWAY) && strcmp(gateway, v[W_GATEWAY].text))
		return false;
	if (given(args, W_EIP) &&
	    (!tb[NATGW_A_ADDRESS_EIP] ||
	     nl_u32(tb[NATGW_A_ADDRESS_EIP]) != v[W_EIP].prefix.addr))
		return false;
	return !given(args, W_PRIVATE_IP) ||
	       (tb[NATGW_A_ADDRESS_PRIVATE_IP] &&
		nl_u32(tb[NATGW_A_ADDRESS_PRIVATE_IP]) ==
		v[W_PRIVATE_IP].prefix.addr);
}

static void print_address(const char *key, const struct nlattr *attr)
{
	if (attr)
		out_addr(key, "", nl_u32(attr));
	out_cell();
}

/* The text has them with -s. */
static void print_total(const char *key, const struct nlattr *attr)
{
	if (opts.stats)
		out_cell();
	out_num(key, opts.stats ? "" : NULL, nl_u64(attr));
}

static void show(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_ADDRESS_MAX + 1];
	char gateway[NATGW_NAME_LEN + 1];

	nl_attrs(nlh, tb, NATGW_A_ADDRESS_MAX);
	if (!wanted(data, tb))
		return;
	nl_copy(tb[NATGW_A_ADDRESS_GATEWAY], gateway, sizeof(gateway));
	out_object(NULL);
	out_str("gateway", "", gateway);
	out_cell();
	print_address("eip", tb[NATGW_A_ADDRESS_EIP]);
	print_address("private-ip", tb[NATGW_A_ADDRESS_PRIVATE_IP]);
	out_bool("primary", tb[NATGW_A_ADDRESS_PRIMARY]);
	out_text(tb[NATGW_A_ADDRESS_PRIMARY] ? "primary" : "secondary");
	out_cell();
	out_str("state", "", spec_word(address_state_words,
				       nl_u32(tb[NATGW_A_ADDRESS_STATE])));
	if (tb[NATGW_A_ADDRESS_DRAIN]) {
		out_num("drain", ", ", nl_u32(tb[NATGW_A_ADDRESS_DRAIN]));
		out_text(" s left");
	}
	out_bool("foreign", tb[NATGW_A_ADDRESS_FOREIGN]);
	out_text(tb[NATGW_A_ADDRESS_FOREIGN] ? ", not on this host" : "");
	out_cell();
	out_num("flows", "", nl_u32(tb[NATGW_A_ADDRESS_FLOWS]));
	print_total("flows-created", tb[NATGW_A_ADDRESS_FLOWS_CREATED]);
	print_total("port-errors", tb[NATGW_A_ADDRESS_PORT_ERRORS]);
	out_line();
	out_object_end();
}

/* The words are a filter: what does not match is just not shown. */
enum status cmd_address_show(const struct args *args)
{
	static const struct column columns[] = {
		{ "GATEWAY", 0, LEFT },
		{ "ELASTIC IP", 0, LEFT },
		{ "PRIVATE IP", 0, LEFT },
		{ "ROLE", 0, LEFT },
		{ "STATE", 0, LEFT },
		{ "FLOWS", 0, RIGHT },
		{ "CREATED", 0, RIGHT },
		{ "NO PORT", 0, RIGHT },
	};
	unsigned int n = ARRAY_SIZE(columns) - (opts.stats ? 0 : 2);
	struct nl_list list;
	int err;

	err = nl_collect(address_request(NATGW_CMD_ADDRESS_GET, args), &list);
	/* A gateway has addresses; where there are none the kernel says why. */
	if (!err && !list.len && given(args, W_GATEWAY))
		err = gateway_check(args->v[W_GATEWAY].text);
	if (err)
		return nl_fail(err, "read the addresses");
	out_list();
	out_table(columns, n);
	nl_each(&list, show, (void *)args);
	out_table_end();
	out_close();
	nl_free(&list);
	return STATUS_OK;
}
