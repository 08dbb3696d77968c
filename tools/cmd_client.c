// SPDX-License-Identifier: GPL-2.0
/* natctl client */
#include <string.h>

#include "client.h"
#include "cmd.h"
#include "label.h"
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

/* What to show, and what with. */
struct show {
	const char *gateway;	/* NULL: all */
	struct labels labels;
};

static void show(const struct nlmsghdr *nlh, void *data)
{
	const struct show *what = data;
	struct client client;

	client_parse(nlh, &client);
	if (what->gateway && strcmp(client.gateway, what->gateway))
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
	out_cell();
	out_num("created", NULL, client.created);
	labels_print(&what->labels, client.addr);
	out_line();
	out_object_end();
}

enum status cmd_client_show(const struct args *args)
{
	static const struct column columns[] = {
		{ "CLIENT", 15, LEFT },
		{ "GATEWAY", 15, LEFT },
		{ "FLOWS", 8, RIGHT },
		{ "PORTS", 8, RIGHT },
		{ "OPENING", 8, RIGHT },
		{ "LABEL", 12, LEFT },
	};
	struct show what = { .gateway = args->v[W_GATEWAY].text };
	bool disturbed;
	int err;

	err = labels_read(&what.labels);
	if (err)
		return nl_fail(err, "read the labels");
	out_list();
	out_table(columns, labels_columns(&what.labels, ARRAY_SIZE(columns)));
	err = nl_dump(nl_request(NATGW_CMD_CLIENT_GET), show, &what,
		      &disturbed);
	out_table_end();
	out_close();
	labels_free(&what.labels);
	return err ? nl_fail(err, "read the inside hosts") : STATUS_OK;
}
