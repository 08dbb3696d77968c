// SPDX-License-Identifier: GPL-2.0
/* natctl top by bytes, and of destinations: the kernel looks at all flows for it. */
#include <arpa/inet.h>
#include <string.h>
#include <linux/genetlink.h>

#include "gateway.h"
#include "label.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "top.h"

struct entry {
	char gateway[NATGW_NAME_LEN + 1];
	in_addr_t addr;
	uint8_t proto;
	uint16_t port;		/* host byte order */
	uint32_t flows;
	uint32_t begun;
	bool counted;
	uint64_t out, in;	/* bytes */
};

struct top {
	const char *gateway;	/* NULL: all */
	enum natgw_top_order order;
	bool destinations;
	uint32_t interval;	/* ms that what is new has come in */
	uint32_t flows, counted;
	unsigned int n;
	struct entry entry[NATGW_MAX_TOP];
	bool crowded;		/* there are others */
	struct entry others;
	struct labels labels;
};

/* ---------------------------------- looking ------------------------------- */

static void read_entry(const struct nlattr *attr, struct entry *entry)
{
	const struct nlattr *tb[NATGW_A_TOP_ENTRY_MAX + 1];

	nl_nested(attr, tb, NATGW_A_TOP_ENTRY_MAX);
	nl_copy(tb[NATGW_A_TOP_ENTRY_GATEWAY], entry->gateway,
		sizeof(entry->gateway));
	entry->addr = nl_u32(tb[NATGW_A_TOP_ENTRY_ADDR]);
	entry->proto = nl_u8(tb[NATGW_A_TOP_ENTRY_PROTO]);
	entry->port = ntohs(nl_u16(tb[NATGW_A_TOP_ENTRY_PORT]));
	entry->flows = nl_u32(tb[NATGW_A_TOP_ENTRY_FLOWS]);
	entry->begun = nl_u32(tb[NATGW_A_TOP_ENTRY_NEW]);
	entry->counted = tb[NATGW_A_TOP_ENTRY_BYTES_OUT];
	entry->out = nl_u64(tb[NATGW_A_TOP_ENTRY_BYTES_OUT]);
	entry->in = nl_u64(tb[NATGW_A_TOP_ENTRY_BYTES_IN]);
}

static void read_top(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_TOP_MAX + 1];
	const struct nlattr *attr;
	struct top *top = data;

	nl_attrs(nlh, tb, NATGW_A_TOP_MAX);
	top->interval = nl_u32(tb[NATGW_A_TOP_INTERVAL]);
	top->flows = nl_u32(tb[NATGW_A_TOP_FLOWS]);
	top->counted = nl_u32(tb[NATGW_A_TOP_COUNTED]);
	top->crowded = tb[NATGW_A_TOP_OTHERS];
	if (top->crowded)
		read_entry(tb[NATGW_A_TOP_OTHERS], &top->others);
	top->n = 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == NATGW_A_TOP_ENTRY &&
		    top->n < NATGW_MAX_TOP)
			read_entry(attr, &top->entry[top->n++]);
}

static int look(void *data)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_TOP_GET);
	struct top *top = data;
	int err;

	mnl_attr_put_u32(nlh, NATGW_A_TOP_BY, top->order);
	if (top->destinations)
		mnl_attr_put(nlh, NATGW_A_TOP_DESTINATIONS, 0, NULL);
	if (top->gateway)
		mnl_attr_put_strz(nlh, NATGW_A_TOP_GATEWAY, top->gateway);
	err = nl_do(nlh, read_top, top);
	labels_free(&top->labels);
	return err ?: labels_read(&top->labels);
}

/* ---------------------------------- printing ------------------------------ */

/* Somebody else may have looked in this very millisecond. */
static void print_rate(const struct top *top, const char *key, uint64_t num)
{
	out_num(key, "", top->interval ?
		(num * 1000 + top->interval / 2) / top->interval : 0);
	out_cell();
}

static void print_numbers(const struct top *top, const struct entry *entry)
{
	out_num("flows", "", entry->flows);
	out_cell();
	print_rate(top, "new", entry->begun);
	if (!entry->counted) {
		out_cell();
		out_cell();
		return;
	}
	print_rate(top, "bytes-out", entry->out);
	print_rate(top, "bytes-in", entry->in);
}

static void print_client(const struct entry *entry)
{
	out_addr("addr", "", entry->addr);
	out_cell();
	if (entry->gateway[0])
		out_str("gateway", "", entry->gateway);
	out_cell();
}

static void print_destination(const struct entry *entry)
{
	out_addr("dst", "", entry->addr);
	out_num("dport", entry->port ? ":" : NULL, entry->port);
	out_cell();
	out_str("proto", "", proto_name(entry->proto));
	out_cell();
}

static void print_entries(const struct top *top, unsigned int lines)
{
	unsigned int i;

	out_array(top->destinations ? "destinations" : "clients");
	for (i = 0; i < top->n && i < lines; i++) {
		out_object(NULL);
		if (top->destinations)
			print_destination(&top->entry[i]);
		else
			print_client(&top->entry[i]);
		print_numbers(top, &top->entry[i]);
		if (!top->destinations)
			labels_print(&top->labels, top->entry[i].addr);
		out_line();
		out_object_end();
	}
	out_array_end();
}

static void print_others(const struct top *top)
{
	if (!top->crowded)
		return;
	out_object("others");
	out_text("others");
	out_cell();
	out_cell();
	print_numbers(top, &top->others);
	out_line();
	out_object_end();
}

static void print(void *data, unsigned int rows)
{
	static const struct column clients[] = {
		{ "CLIENT", 0, LEFT },
		{ "GATEWAY", 0, LEFT },
		{ "FLOWS", 0, RIGHT },
		{ "NEW/S", 0, RIGHT },
		{ "BYTES OUT/S", 0, RIGHT },
		{ "BYTES IN/S", 0, RIGHT },
		{ "LABEL", 0, LEFT },
	}, destinations[] = {
		{ "DESTINATION", 0, LEFT },
		{ "PROTO", 0, LEFT },
		{ "FLOWS", 0, RIGHT },
		{ "NEW/S", 0, RIGHT },
		{ "BYTES OUT/S", 0, RIGHT },
		{ "BYTES IN/S", 0, RIGHT },
	};
	const struct top *top = data;

	out_num("interval", NULL, top->interval);
	out_num("flows", NULL, top->flows);
	out_num("counted", NULL, top->counted);
	if (top->destinations)
		out_table(destinations, ARRAY_SIZE(destinations));
	else
		out_table(clients, labels_columns(&top->labels,
						  ARRAY_SIZE(clients)));
	print_entries(top, top_lines(rows ? rows - 1 : 0));
	print_others(top);
	out_table_end();
	if (top->order != NATGW_TOP_ORDER_BYTES || top->counted == top->flows)
		return;
	out_num(NULL, "", top->flows - top->counted);
	out_num(NULL, " of ", top->flows);
	out_text(" flows do not count their bytes: they began without accounting");
	out_line();
}

/* Whether a gateway lets its flows count, or none does that is asked for. */
static bool counts(const struct gateways *gateways, const char *name)
{
	const struct gateway *gateway;
	unsigned int i;

	for (i = 0; i < gateways->n; i++) {
		gateway = &gateways->list[i];
		if ((!name || !strcmp(gateway->name, name)) &&
		    gateway->options.num[NATGW_A_OPTIONS_ACCOUNTING])
			return true;
	}
	return false;
}

/* The kernel knows what to say about a gateway that there is not. */
static enum status check_counting(const char *name)
{
	struct gateways gateways;
	int err = name ? gateway_check(name) : 0;
	bool counting;

	if (!err)
		err = gateways_read(&gateways);
	if (err)
		return nl_fail(err, "read the gateways");
	counting = !gateways.n || counts(&gateways, name);
	gateways_free(&gateways);
	if (counting)
		return STATUS_OK;
	return error("no flow counts bytes: \"natctl gateway set %s accounting on\" lets new ones",
		     name ?: "NAME");
}

enum status top_by(const char *gateway, enum natgw_top_order order,
		   bool destinations)
{
	struct top top = {
		.gateway = gateway,
		.order = order,
		.destinations = destinations,
	};
	enum status status = STATUS_OK;

	if (order == NATGW_TOP_ORDER_BYTES)
		status = check_counting(gateway);
	status = status ?: top_watch(look, print, &top);
	labels_free(&top.labels);
	return status;
}
