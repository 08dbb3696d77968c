// SPDX-License-Identifier: GPL-2.0
/* natctl gateway */
#include <linux/genetlink.h>

#include "cmd.h"
#include "gateway.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "spec.h"
#include "stats.h"

static void put_number(struct nlmsghdr *nlh, const struct args *args,
		       enum word_id word, uint16_t attr)
{
	if (given(args, word))
		mnl_attr_put_u32(nlh, attr, args->v[word].num);
}

static void put_pair(struct nlmsghdr *nlh, const struct args *args)
{
	struct nlattr *nest;

	if (!given(args, W_EIP) && !given(args, W_PRIVATE_IP))
		return;
	nest = mnl_attr_nest_start(nlh, NATGW_A_GATEWAY_ADDRESS);
	if (given(args, W_EIP))
		mnl_attr_put_u32(nlh, NATGW_A_PAIR_EIP,
				 args->v[W_EIP].prefix.addr);
	if (given(args, W_PRIVATE_IP))
		mnl_attr_put_u32(nlh, NATGW_A_PAIR_PRIVATE_IP,
				 args->v[W_PRIVATE_IP].prefix.addr);
	mnl_attr_nest_end(nlh, nest);
}

static void put_inside(struct nlmsghdr *nlh, const struct args *args)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < args->insides; i++) {
		nest = mnl_attr_nest_start(nlh, NATGW_A_GATEWAY_INSIDE);
		mnl_attr_put_u32(nlh, NATGW_A_PREFIX_ADDR,
				 args->inside[i].addr);
		mnl_attr_put_u8(nlh, NATGW_A_PREFIX_LEN, args->inside[i].len);
		mnl_attr_nest_end(nlh, nest);
	}
}

static void put_options(struct nlmsghdr *nlh, const struct args *args)
{
	struct nlattr *nest;
	unsigned int i;
	uint32_t empty;

	put_inside(nlh, args);
	put_number(nlh, args, W_PROFILE, NATGW_A_GATEWAY_PROFILE);
	nest = mnl_attr_nest_start(nlh, NATGW_A_GATEWAY_OPTIONS);
	empty = nlh->nlmsg_len;
	for (i = 1; i <= NATGW_A_OPTIONS_MAX; i++)
		put_number(nlh, args, W_OPTION + i, i);
	if (nlh->nlmsg_len == empty)
		mnl_attr_nest_cancel(nlh, nest);
	else
		mnl_attr_nest_end(nlh, nest);
}

static struct nlmsghdr *gateway_request(uint8_t cmd, const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(cmd);

	mnl_attr_put_strz(nlh, NATGW_A_GATEWAY_NAME, args->v[W_NAME].text);
	return nlh;
}

enum status cmd_gateway_add(const struct args *args)
{
	struct nlmsghdr *nlh = gateway_request(NATGW_CMD_GATEWAY_NEW, args);
	int err;

	mnl_attr_put_strz(nlh, NATGW_A_GATEWAY_DEV, args->v[W_DEV].text);
	put_number(nlh, args, W_CONNECTIVITY, NATGW_A_GATEWAY_CONNECTIVITY);
	put_pair(nlh, args);
	put_options(nlh, args);
	err = nl_do(nlh, NULL, NULL);
	if (err)
		return nl_fail(err, "add gateway %s", args->v[W_NAME].text);
	return STATUS_OK;
}

int gateway_change(const struct args *args)
{
	struct nlmsghdr *nlh = gateway_request(NATGW_CMD_GATEWAY_SET, args);

	if (given(args, W_INSIDE) && !args->insides)
		mnl_attr_put(nlh, NATGW_A_GATEWAY_INSIDE_ANY, 0, NULL);
	put_options(nlh, args);
	return nl_do(nlh, NULL, NULL);
}

enum status cmd_gateway_set(const struct args *args)
{
	int err;

	if (args->words == 1) {
		error("nothing to set");
		usage_error(args->object, args->command);
		return STATUS_USAGE;
	}
	err = gateway_change(args);
	if (err)
		return nl_fail(err, "set gateway %s", args->v[W_NAME].text);
	return STATUS_OK;
}

enum status cmd_gateway_del(const struct args *args)
{
	int err = nl_do(gateway_request(NATGW_CMD_GATEWAY_DEL, args), NULL,
			NULL);

	if (err)
		return nl_fail(err, "delete gateway %s", args->v[W_NAME].text);
	return STATUS_OK;
}

enum { MARGIN = 13 };

static void print_lists(const struct gateway *gateway)
{
	unsigned int i;

	for (i = 0; i < gateway->addresses; i++) {
		out_text(i ? "             " : "  address    ");
		pair_print(&gateway->address[i]);
		if (gateway->address[i].state != NATGW_ADDRESS_STATE_AVAILABLE)
			out_str(NULL, ", ", spec_word(address_state_words,
						      gateway->address[i].state));
		out_line();
	}
	out_text("  inside     ");
	out_hang(MARGIN, 0);
	for (i = 0; i < gateway->insides; i++)
		out_prefix(NULL, i ? ", " : "", &gateway->inside[i]);
	out_text(gateway->insides ? "" : "any");
	out_line();
}

static void print_options(const struct gateway *gateway)
{
	const struct option_values *options = &gateway->options;

	out_num(NULL, "  flows      ", gateway->flows);
	if (options->present[NATGW_A_OPTIONS_MAX_FLOWS])
		out_num(NULL, " of at most ",
			options->num[NATGW_A_OPTIONS_MAX_FLOWS]);
	out_line();
	out_str(NULL, "  profile    ",
		spec_word(profile_words, gateway->profile));
	out_line();
	options_print_text(options, opts.stats);
}

static void print_traffic(const char *title, const struct stats *stats,
			  unsigned int packets, unsigned int bytes)
{
	out_num(NULL, title, stats->value[packets]);
	out_num(NULL, " packets, ", stats->value[bytes]);
	out_text(" bytes");
	out_line();
}

static void print_stats(const struct stats *stats)
{
	print_traffic("  out        ", stats,
		      NATGW_A_COUNTERS_PACKETS_OUT_TO_DESTINATION,
		      NATGW_A_COUNTERS_BYTES_OUT_TO_DESTINATION);
	print_traffic("  in         ", stats,
		      NATGW_A_COUNTERS_PACKETS_OUT_TO_SOURCE,
		      NATGW_A_COUNTERS_BYTES_OUT_TO_SOURCE);
	out_num(NULL, "  dropped    ", stats_drops(stats));
	out_text(" packets");
	out_line();
}

static void print_text(const struct gateway *gateway,
		       const struct stats *stats)
{
	out_str(NULL, "", gateway->name);
	out_str(NULL, ": ", spec_word(connectivity_words,
				      gateway->connectivity));
	out_str(NULL, ", ", spec_word(gateway_state_words, gateway->state));
	if (gateway->reason[0])
		out_str(NULL, ": ", gateway->reason);
	out_line();
	out_str(NULL, "  uplink     ", gateway->dev);
	out_line();
	print_lists(gateway);
	print_options(gateway);
	if (stats)
		print_stats(stats);
}

static void show(const struct nlmsghdr *nlh, void *data)
{
	struct gateway gateway;
	struct stats stats;
	bool *more = data;
	bool have_stats;

	gateway_parse(nlh, &gateway);
	/* A gateway deleted since it was read has no counters any more. */
	have_stats = opts.stats && !stats_read(gateway.name, &stats);
	if (opts.json) {
		out_object(NULL);
		gateway_print_json(&gateway);
		if (have_stats)
			stats_print_json(&stats);
		out_object_end();
		return;
	}
	if (*more)
		out_line();
	*more = true;
	print_text(&gateway, have_stats ? &stats : NULL);
}

int gateways_get(const struct args *args, struct nl_list *list)
{
	if (given(args, W_NAME))
		return nl_get(gateway_request(NATGW_CMD_GATEWAY_GET, args),
			      list);
	return nl_collect(nl_request(NATGW_CMD_GATEWAY_GET), list);
}

enum status cmd_gateway_show(const struct args *args)
{
	struct nl_list list;
	bool more = false;
	int err;

	err = gateways_get(args, &list);
	if (err)
		return nl_fail(err, "read the gateways");
	out_list();
	nl_each(&list, show, &more);
	out_close();
	nl_free(&list);
	return STATUS_OK;
}
