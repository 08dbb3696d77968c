// SPDX-License-Identifier: GPL-2.0
/* natctl flow */
#include <stdio.h>
#include <arpa/inet.h>
#include <linux/genetlink.h>

#include "clock.h"
#include "cmd.h"
#include "flow.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "spec.h"

static void put_match(struct nlmsghdr *nlh, const struct args *args,
		      enum word_id word, uint16_t attr, uint16_t attr_len)
{
	const struct prefix *prefix = &args->v[word].prefix;

	if (!given(args, word))
		return;
	mnl_attr_put_u32(nlh, attr, prefix->addr);
	if (prefix->len != 32)
		mnl_attr_put_u8(nlh, attr_len, prefix->len);
}

static void put_port(struct nlmsghdr *nlh, const struct args *args,
		     enum word_id word, uint16_t attr)
{
	if (given(args, word))
		mnl_attr_put_u16(nlh, attr, htons(args->v[word].num));
}

struct nlmsghdr *flow_request(uint8_t cmd, const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(cmd);

	if (given(args, W_GATEWAY))
		mnl_attr_put_strz(nlh, NATGW_A_FLOW_GATEWAY,
				  args->v[W_GATEWAY].text);
	put_match(nlh, args, W_SRC, NATGW_A_FLOW_SRC, NATGW_A_FLOW_SRC_LEN);
	put_match(nlh, args, W_DST, NATGW_A_FLOW_DST, NATGW_A_FLOW_DST_LEN);
	if (given(args, W_PROTO))
		mnl_attr_put_u8(nlh, NATGW_A_FLOW_PROTO, args->v[W_PROTO].num);
	put_port(nlh, args, W_SPORT, NATGW_A_FLOW_SPORT);
	put_port(nlh, args, W_DPORT, NATGW_A_FLOW_DPORT);
	return nlh;
}

void flow_endpoint(const char *addr_key, const char *port_key,
		   const char *before, const struct nlattr *addr,
		   const struct nlattr *port)
{
	if (addr)
		out_addr(addr_key, before, nl_u32(addr));
	/* A query has no port at its destination. */
	if (port)
		out_num(port_key, nl_u16(port) ? ":" : NULL,
			ntohs(nl_u16(port)));
}

void flow_gateway(const char *before, const struct nlattr *attr)
{
	char gateway[NATGW_NAME_LEN + 1];

	nl_copy(attr, gateway, sizeof(gateway));
	out_str("gateway", before, gateway);
}

static void print_time(const char *key, const struct nlattr *attr)
{
	char text[CLOCK_TEXT];

	if (attr)
		out_str(key, NULL, clock_utc(nl_u64(attr), text));
}

void flow_times(const struct nlattr **tb)
{
	if (tb[NATGW_A_FLOW_EIP])
		out_addr("eip", NULL, nl_u32(tb[NATGW_A_FLOW_EIP]));
	print_time("start", tb[NATGW_A_FLOW_START]);
	print_time("ended", tb[NATGW_A_FLOW_ENDED]);
}

const char *flow_tcp_flags(uint8_t flags)
{
	static const char letters[] = "FSRPAUEC";
	static char text[sizeof(letters)];
	unsigned int i;
	char *end = text;

	for (i = 0; letters[i]; i++)
		if (flags & 1 << i)
			*end++ = letters[i];
	*end = '\0';
	return text;
}

void flow_count(const struct nlattr **tb, bool out, const char *before)
{
	const struct nlattr *packets, *bytes, *tcp_flags;

	packets = tb[out ? NATGW_A_FLOW_PACKETS_OUT : NATGW_A_FLOW_PACKETS_IN];
	bytes = tb[out ? NATGW_A_FLOW_BYTES_OUT : NATGW_A_FLOW_BYTES_IN];
	tcp_flags = tb[out ? NATGW_A_FLOW_TCP_FLAGS_OUT :
			     NATGW_A_FLOW_TCP_FLAGS_IN];
	if (!packets)
		return;
	out_num(out ? "packets-out" : "packets-in", before, nl_u64(packets));
	out_num(out ? "bytes-out" : "bytes-in", before ? "/" : NULL,
		nl_u64(bytes));
	if (nl_u8(tb[NATGW_A_FLOW_PROTO]) == IPPROTO_TCP)
		out_str(out ? "tcp-flags-out" : "tcp-flags-in", NULL,
			flow_tcp_flags(nl_u8(tcp_flags)));
}

static const struct column columns[] = {
	{ "PROTO", 7, LEFT },
	{ "SOURCE", 21, LEFT },
	{ "TRANSLATED", 21, LEFT },
	{ "DESTINATION", 21, LEFT },
	{ "STATE", 15, LEFT },
	{ "EXPIRES", 8, RIGHT },
	{ "KIND", 7, LEFT },
	{ "GATEWAY", 12, LEFT },
	{ "OUT/BYTES", 18, LEFT },
	{ "IN/BYTES", 1, LEFT },
};

/* What was counted is shown with --stats. */
enum { COUNT_COLUMNS = 2 };

static void open_list(bool *opened)
{
	if (*opened)
		return;
	out_list();
	out_table(columns, ARRAY_SIZE(columns) -
		  (opts.stats ? 0 : COUNT_COLUMNS));
	*opened = true;
}

static void show(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_FLOW_MAX + 1];

	open_list(data);
	nl_attrs(nlh, tb, NATGW_A_FLOW_MAX);
	out_object(NULL);
	out_str("proto", "", proto_name(nl_u8(tb[NATGW_A_FLOW_PROTO])));
	out_cell();
	flow_endpoint("src", "sport", "", tb[NATGW_A_FLOW_SRC],
		      tb[NATGW_A_FLOW_SPORT]);
	out_cell();
	flow_endpoint("wire-ip", "wire-port", "", tb[NATGW_A_FLOW_WIRE_IP],
		      tb[NATGW_A_FLOW_WIRE_PORT]);
	out_cell();
	flow_endpoint("dst", "dport", "", tb[NATGW_A_FLOW_DST],
		      tb[NATGW_A_FLOW_DPORT]);
	out_cell();
	out_str("state", "", spec_word(flow_state_words,
				       nl_u32(tb[NATGW_A_FLOW_STATE])));
	out_cell();
	out_num("expires", "", nl_u32(tb[NATGW_A_FLOW_EXPIRES]));
	out_text(" s");
	out_cell();
	out_str("kind", "", spec_word(flow_kind_words,
				      nl_u32(tb[NATGW_A_FLOW_KIND])));
	out_cell();
	flow_gateway("", tb[NATGW_A_FLOW_GATEWAY]);
	flow_times(tb);
	if (opts.stats)
		out_cell();
	flow_count(tb, true, opts.stats ? "" : NULL);
	if (opts.stats)
		out_cell();
	flow_count(tb, false, opts.stats ? "" : NULL);
	out_line();
	out_object_end();
}

/*
 * There may be millions: they are printed while they come. A list that was
 * refused is not opened, one that broke off is closed.
 */
enum status cmd_flow_show(const struct args *args)
{
	bool opened = false;
	bool disturbed;
	int err;

	err = nl_dump(flow_request(NATGW_CMD_FLOW_GET, args), show, &opened,
		      &disturbed);
	if (!err)
		open_list(&opened);
	if (opened) {
		out_table_end();
		out_close();
	}
	if (err)
		return nl_fail(err, "read the flows");
	if (disturbed)
		warning("the table changed while it was read; flows may be missing or shown twice");
	return STATUS_OK;
}

static void take_count(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_FLOW_MAX + 1];
	uint32_t *count = data;

	nl_attrs(nlh, tb, NATGW_A_FLOW_MAX);
	*count = nl_u32(tb[NATGW_A_FLOW_COUNT]);
}

static void print_count(uint32_t count, const char *after)
{
	out_open();
	out_object(NULL);
	out_num("count", "", count);
	out_text(after);
	out_line();
	out_object_end();
	out_close();
}

enum status cmd_flow_flush(const struct args *args)
{
	bool all = given(args, W_ALL);
	bool filter = args->words > all;
	uint32_t count = 0;
	int err;

	if (all == filter) {
		error(all ? "\"all\" and a filter exclude each other" :
		      "give a filter, or \"all\" to end every flow");
		usage_error(args->object, args->command);
		return STATUS_USAGE;
	}
	err = nl_do(flow_request(NATGW_CMD_FLOW_FLUSH, args), take_count,
		    &count);
	if (err)
		return nl_fail(err, "flush flows");
	print_count(count, count == 1 ? " flow ended" : " flows ended");
	return STATUS_OK;
}

enum status cmd_flow_count(const struct args *args)
{
	uint32_t count = 0;
	int err;

	err = nl_do(flow_request(NATGW_CMD_FLOW_COUNT, args), take_count,
		    &count);
	if (err)
		return nl_fail(err, "count flows");
	print_count(count, "");
	return STATUS_OK;
}
