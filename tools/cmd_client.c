// SPDX-License-Identifier: GPL-2.0
/* natctl client */
#include <string.h>

#include "client.h"
#include "cmd.h"
#include "out.h"

void client_parse(const struct nlmsghdr *nlh, struct client *client)
{
	const struct nlattr *tb[NATGW_A_CLIENT_MAX + 1];

	memset(client, 0, sizeof(*client));
	nl_attrs(nlh, tb, NATGW_A_CLIENT_MAX);
	nl_copy(tb[NATGW_A_CLIENT_GATEWAY], client->gateway,
		sizeof(client->gateway));
	client->addr = nl_u32(tb[NATGW_A_CLIENT_ADDR]);
	client->flows = nl_u32(tb[NATGW_A_CLIENT_FLOWS]);
	client->ports = nl_u32(tb[NATGW_A_CLIENT_PORTS]);
	client->opening = nl_u32(tb[NATGW_A_CLIENT_OPENING]);
	client->created = nl_u32(tb[NATGW_A_CLIENT_CREATED]);
}

static void show(const struct nlmsghdr *nlh, void *gateway)
{
	struct client client;

	client_parse(nlh, &client);
	if (gateway && strcmp(client.gateway, gateway))
		return;
	out_object(NULL);
	out_addr("addr", "", client.addr);
	out_cell();
	out_str("gateway", "", client.gateway);
	out_cell();
	out_num("flows", "", client.flows);
	out_cell();
	out_num("ports", "", client.ports);
	out_cell();
	out_num("opening", "", client.opening);
	out_num("created", NULL, client.created);
	out_line();
	out_object_end();
}

enum status cmd_client_show(const struct args *args)
{
	static const struct column columns[] = {
		{ "CLIENT", 15, false },
		{ "GATEWAY", 15, false },
		{ "FLOWS", 8, true },
		{ "PORTS", 8, true },
		{ "OPENING", 8, true },
	};
	bool disturbed;
	int err;

	out_open();
	out_table(columns, ARRAY_SIZE(columns));
	err = nl_dump(nl_request(NATGW_CMD_CLIENT_GET), show,
		      (void *)args->v[W_GATEWAY].text, &disturbed);
	out_table_end();
	out_close();
	return err ? nl_fail(err, "read the inside hosts") : STATUS_OK;
}
