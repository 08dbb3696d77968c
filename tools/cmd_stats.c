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

static_assert(NATGW_A_COUNTERS_MAX < 64, "counters need more than 64 bits");

enum group { TRAFFIC, FLOWS, DROPS, GROUPS };

static const char *const titles[GROUPS] = { "traffic", "flows", "drops" };

static enum group group_of(const struct counter *counter)
{
	if (strstr(counter->name, "-drop-"))
		return DROPS;
	if (!strncmp(counter->name, "packets-", 8) ||
	    !strncmp(counter->name, "bytes-", 6))
		return TRAFFIC;
	return FLOWS;
}

static void stats_parse(const struct nlmsghdr *nlh, struct stats *stats,
			char *gateway, size_t size)
{
	const struct nlattr *top[NATGW_A_STATS_MAX + 1];
	const struct nlattr *tb[NATGW_A_COUNTERS_MAX + 1];
	unsigned int i;

	memset(stats, 0, sizeof(*stats));
	nl_attrs(nlh, top, NATGW_A_STATS_MAX);
	nl_copy(top[NATGW_A_STATS_GATEWAY], gateway, size);
	if (!top[NATGW_A_STATS_COUNTERS])
		return;
	nl_nested(top[NATGW_A_STATS_COUNTERS], tb, NATGW_A_COUNTERS_MAX);
	for (i = 0; i <= NATGW_A_COUNTERS_MAX; i++) {
		if (!tb[i])
			continue;
		stats->value[i] = nl_u64(tb[i]);
		stats->present |= UINT64_C(1) << i;
	}
}

static bool present(const struct stats *stats, const struct counter *counter)
{
	return stats->present & (UINT64_C(1) << counter->attr);
}

void stats_print_json(const struct stats *stats)
{
	const struct counter *counter;

	out_object("counters");
	for (counter = counters; counter->name; counter++)
		if (present(stats, counter))
			out_num(counter->name, NULL,
				stats->value[counter->attr]);
	out_object_end();
}

uint64_t stats_drops(const struct stats *stats)
{
	const struct counter *counter;
	uint64_t sum = 0;

	for (counter = counters; counter->name; counter++)
		if (group_of(counter) == DROPS)
			sum += stats->value[counter->attr];
	return sum;
}

static int name_width(void)
{
	const struct counter *counter;
	size_t width = 0;

	for (counter = counters; counter->name; counter++)
		if (strlen(counter->name) > width)
			width = strlen(counter->name);
	return width;
}

static void print_group(const struct stats *stats, enum group group)
{
	const struct counter *counter;
	bool titled = false;
	uint64_t value;

	for (counter = counters; counter->name; counter++) {
		value = stats->value[counter->attr];
		if (group_of(counter) != group || !present(stats, counter))
			continue;
		if (group == DROPS && !value && !opts.stats)
			continue;
		if (!titled)
			printf("  %s\n", titles[group]);
		titled = true;
		printf("    %-*s  %16llu", name_width(), counter->name,
		       (unsigned long long)value);
		if (opts.stats)
			printf("  %s", counter->sentence);
		putchar('\n');
	}
}

struct show {
	bool more;		/* not the first one */
};

static void show(const struct nlmsghdr *nlh, void *data)
{
	char gateway[NATGW_NAME_LEN + 1];
	struct show *state = data;
	struct stats stats;
	unsigned int group;

	stats_parse(nlh, &stats, gateway, sizeof(gateway));
	if (opts.json) {
		out_object(NULL);
		out_str("gateway", NULL, gateway);
		stats_print_json(&stats);
		out_object_end();
		return;
	}
	if (state->more)
		out_line();
	state->more = true;
	out_text(gateway);
	out_line();
	for (group = 0; group < GROUPS; group++)
		print_group(&stats, group);
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
	char gateway[NATGW_NAME_LEN + 1];

	stats_parse(nlh, data, gateway, sizeof(gateway));
}

int stats_read(const char *gateway, struct stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	return nl_do(stats_request(gateway), read_one, stats);
}

enum status cmd_stats(const struct args *args)
{
	struct show state = { false };
	struct nl_list list;
	int err;

	if (given(args, W_GATEWAY))
		err = nl_get(stats_request(args->v[W_GATEWAY].text), &list);
	else
		err = nl_collect(stats_request(NULL), &list);
	if (err)
		return nl_fail(err, "read the counters");
	out_open();
	nl_each(&list, show, &state);
	out_close();
	nl_free(&list);
	return STATUS_OK;
}

void stats_help(void)
{
	const struct counter *counter;
	unsigned int group;

	for (group = 0; group < GROUPS; group++) {
		printf("\n%s:\n", titles[group]);
		for (counter = counters; counter->name; counter++)
			if (group_of(counter) == group)
				printf("  %-*s  %s\n", name_width(),
				       counter->name, counter->sentence);
	}
}
