// SPDX-License-Identifier: GPL-2.0
/* natctl stats */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <linux/genetlink.h>

#include "cmd.h"
#include "nl.h"
#include "out.h"
#include "spec.h"
#include "stats.h"

enum group { TRAFFIC, FLOWS, DROPS, GROUPS };

static const char *const titles[GROUPS] = { "traffic", "flows", "drops" };

static enum group group_of(const struct number *counter)
{
	if (strstr(counter->name, "-drop-"))
		return DROPS;
	if (!strncmp(counter->name, "packets-", 8) ||
	    !strncmp(counter->name, "bytes-", 6))
		return TRAFFIC;
	return FLOWS;
}

static void parse_list(const struct nlattr *nest, unsigned int max,
		       uint64_t *value, bool *has)
{
	const struct nlattr *tb[NATGW_A_COUNTERS_MAX + 1];
	unsigned int i;

	if (!nest)
		return;
	nl_nested(nest, tb, max);
	for (i = 0; i <= max; i++) {
		if (!tb[i])
			continue;
		value[i] = nl_u64(tb[i]);
		has[i] = true;
	}
}

static_assert((int)NATGW_A_GAUGES_MAX <= (int)NATGW_A_COUNTERS_MAX,
	      "parse_list() has no room for the gauges");

void stats_parse(const struct nlmsghdr *nlh, struct stats *stats)
{
	const struct nlattr *top[NATGW_A_STATS_MAX + 1];

	memset(stats, 0, sizeof(*stats));
	nl_attrs(nlh, top, NATGW_A_STATS_MAX);
	nl_copy(top[NATGW_A_STATS_GATEWAY], stats->gateway,
		sizeof(stats->gateway));
	parse_list(top[NATGW_A_STATS_COUNTERS], NATGW_A_COUNTERS_MAX,
		   stats->value, stats->has_value);
	parse_list(top[NATGW_A_STATS_GAUGES], NATGW_A_GAUGES_MAX, stats->gauge,
		   stats->has_gauge);
}

static void print_json(const char *key, const struct number *list,
		       unsigned int max, const uint64_t *value, const bool *has)
{
	unsigned int i;

	out_object(key);
	for (i = 0; i <= max; i++)
		if (list[i].name && has[i])
			out_num(list[i].name, NULL, value[i]);
	out_object_end();
}

void stats_print_json(const struct stats *stats)
{
	print_json("counters", counters, NATGW_A_COUNTERS_MAX, stats->value,
		   stats->has_value);
	print_json("gauges", gauges, NATGW_A_GAUGES_MAX, stats->gauge,
		   stats->has_gauge);
}

uint64_t stats_drops(const struct stats *stats)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i <= NATGW_A_COUNTERS_MAX; i++)
		if (counters[i].name && group_of(&counters[i]) == DROPS)
			sum += stats->value[i];
	return sum;
}

static int name_width(void)
{
	size_t width = 0;
	unsigned int i;

	for (i = 0; i <= NATGW_A_COUNTERS_MAX; i++)
		if (counters[i].name && strlen(counters[i].name) > width)
			width = strlen(counters[i].name);
	return width;
}

static void print_number(const struct number *number, uint64_t value)
{
	int column;

	column = printf("    %-*s  %16llu", name_width(), number->name,
			(unsigned long long)value);
	if (opts.stats) {
		column += printf("  %-11s  ", number->unit);
		out_hang(column, 0);
		out_text(number->sentence);
	}
	out_line();
}

static void print_group(const struct stats *stats, enum group group)
{
	bool titled = false;
	unsigned int i;

	for (i = 0; i <= NATGW_A_COUNTERS_MAX; i++) {
		if (!counters[i].name || group_of(&counters[i]) != group ||
		    !stats->has_value[i])
			continue;
		if (group == DROPS && !stats->value[i] && !opts.stats)
			continue;
		if (!titled)
			printf("  %s\n", titles[group]);
		titled = true;
		print_number(&counters[i], stats->value[i]);
	}
}

static void print_gauges(const struct stats *stats)
{
	unsigned int i;

	printf("  now\n");
	for (i = 0; i <= NATGW_A_GAUGES_MAX; i++)
		if (gauges[i].name && stats->has_gauge[i])
			print_number(&gauges[i], stats->gauge[i]);
}

struct show {
	bool more;		/* not the first one */
};

static void show(const struct nlmsghdr *nlh, void *data)
{
	struct show *state = data;
	struct stats stats;
	unsigned int group;

	stats_parse(nlh, &stats);
	if (opts.json) {
		out_object(NULL);
		out_str("gateway", NULL, stats.gateway);
		stats_print_json(&stats);
		out_object_end();
		return;
	}
	if (state->more)
		out_line();
	state->more = true;
	out_text(stats.gateway);
	out_line();
	for (group = 0; group < GROUPS; group++)
		print_group(&stats, group);
	print_gauges(&stats);
}

static struct nlmsghdr *stats_request(const char *gateway)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_STATS_GET);

	if (gateway)
		mnl_attr_put_strz(nlh, NATGW_A_STATS_GATEWAY, gateway);
	return nlh;
}

static void read_one(const struct nlmsghdr *nlh, void *data)
{
	stats_parse(nlh, data);
}

int stats_read(const char *gateway, struct stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	return nl_do(stats_request(gateway), read_one, stats);
}

int stats_collect(const char *gateway, struct nl_list *list)
{
	return gateway ? nl_get(stats_request(gateway), list) :
			 nl_collect(stats_request(NULL), list);
}

enum status cmd_stats(const struct args *args)
{
	struct show state = { false };
	struct nl_list list;
	int err;

	err = stats_collect(args->v[W_GATEWAY].text, &list);
	if (err)
		return nl_fail(err, "read the counters");
	out_list();
	nl_each(&list, show, &state);
	out_close();
	nl_free(&list);
	return STATUS_OK;
}

static void help_number(const struct number *number)
{
	int column = printf("  %-*s  %-11s  ", name_width(), number->name,
			    number->unit);

	out_hang(column, 0);
	out_text(number->sentence);
	out_line();
}

void stats_help(void)
{
	unsigned int group, i;

	for (group = 0; group < GROUPS; group++) {
		printf("\n%s:\n", titles[group]);
		for (i = 0; i <= NATGW_A_COUNTERS_MAX; i++)
			if (counters[i].name &&
			    group_of(&counters[i]) == group)
				help_number(&counters[i]);
	}
	printf("\nnow:\n");
	for (i = 0; i <= NATGW_A_GAUGES_MAX; i++)
		if (gauges[i].name)
			help_number(&gauges[i]);
}
