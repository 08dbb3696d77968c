// SPDX-License-Identifier: GPL-2.0
/* natctl idle */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "spec.h"

enum { NS_PER_MS = 1000000, MS_PER_S = 1000, MINUTE = 60 };

/* Reports about one inside host and one destination. */
struct pair_of {
	char gateway[NATGW_NAME_LEN + 1];
	in_addr_t src, dst;
	uint16_t dport;
	uint8_t proto;
	uint32_t inside, outside;	/* how often either side spoke */
	uint32_t shortest, longest;	/* how late, in milliseconds */
	uint32_t idle;			/* what would have been enough, in seconds */
	uint64_t last;			/* the last time, in ms since 1970 */
	bool ruled;			/* its rule has been printed */
};

static struct {
	struct pair_of *pairs;
	size_t n;
} all;

static const struct column columns[] = {
	{ "CLIENT", 0, LEFT },
	{ "PROTO", 0, LEFT },
	{ "DESTINATION", 0, LEFT },
	{ "TIMES", 0, RIGHT },
	{ "SHORTEST", 0, RIGHT },
	{ "LONGEST", 0, RIGHT },
	{ "GATEWAY", 0, LEFT },
};

static bool same_destination(const struct pair_of *a, const struct pair_of *b)
{
	return a->dst == b->dst && a->dport == b->dport &&
	       a->proto == b->proto && !strcmp(a->gateway, b->gateway);
}

/* Where reports like this one are added up. */
static struct pair_of *place_of(const struct pair_of *report)
{
	size_t i;

	for (i = 0; i < all.n; i++)
		if (all.pairs[i].src == report->src &&
		    same_destination(&all.pairs[i], report))
			return &all.pairs[i];
	all.pairs = xrealloc(all.pairs, (all.n + 1) * sizeof(*all.pairs));
	all.pairs[all.n] = *report;
	return &all.pairs[all.n++];
}

/* A time-out that outlasts what there was, in whole minutes. */
static uint32_t enough(uint32_t timeout, uint32_t late)
{
	uint64_t seconds = (uint64_t)timeout + late / MS_PER_S + 1;

	seconds = (seconds + MINUTE - 1) / MINUTE * MINUTE;
	return seconds < NATGW_MAX_TIMEOUT ? seconds : NATGW_MAX_TIMEOUT;
}

static void add(const struct nlmsghdr *nlh, void *gateway)
{
	const struct nlattr *tb[NATGW_A_IDLE_MAX + 1];
	struct pair_of *pair, report = { 0 };
	uint32_t late, idle;

	nl_attrs(nlh, tb, NATGW_A_IDLE_MAX);
	nl_copy(tb[NATGW_A_IDLE_GATEWAY], report.gateway,
		sizeof(report.gateway));
	if (gateway && strcmp(report.gateway, gateway))
		return;
	report.src = nl_u32(tb[NATGW_A_IDLE_SRC]);
	report.dst = nl_u32(tb[NATGW_A_IDLE_DST]);
	report.dport = ntohs(nl_u16(tb[NATGW_A_IDLE_DPORT]));
	report.proto = nl_u8(tb[NATGW_A_IDLE_PROTO]);
	report.shortest = UINT32_MAX;
	pair = place_of(&report);
	late = nl_u32(tb[NATGW_A_IDLE_LATE]);
	idle = enough(nl_u32(tb[NATGW_A_IDLE_TIMEOUT]), late);
	if (tb[NATGW_A_IDLE_OUTSIDE])
		pair->outside++;
	else
		pair->inside++;
	if (late < pair->shortest)
		pair->shortest = late;
	if (late > pair->longest)
		pair->longest = late;
	if (idle > pair->idle)
		pair->idle = idle;
	pair->last = nl_u64(tb[NATGW_A_IDLE_TIME]) / NS_PER_MS;
}

/* What happens most comes first. */
static int by_times(const void *one, const void *other)
{
	const struct pair_of *a = one, *b = other;
	uint32_t n = a->inside + a->outside, m = b->inside + b->outside;

	return n < m ? 1 : n > m ? -1 : 0;
}

static void print_late(const char *key, uint32_t ms)
{
	char text[32];

	snprintf(text, sizeof(text), "%u.%u s", ms / MS_PER_S,
		 ms % MS_PER_S / 100);
	out_str(NULL, "", text);
	out_num(key, NULL, ms);
	out_cell();
}

/* The rule that would let the connections live. */
static const char *cure(const struct pair_of *pair)
{
	static char text[160];
	char dst[INET_ADDRSTRLEN], dport[16] = "";

	inet_ntop(AF_INET, &pair->dst, dst, sizeof(dst));
	if (pair->dport)
		snprintf(dport, sizeof(dport), " dport %u", pair->dport);
	snprintf(text, sizeof(text),
		 "natctl rule add gateway %s dst %s proto %s%s idle %u",
		 pair->gateway, dst, proto_name(pair->proto), dport,
		 pair->idle);
	return text;
}

static void print_pair(const struct pair_of *pair)
{
	out_object(NULL);
	out_addr("src", "", pair->src);
	out_cell();
	out_str("proto", "", proto_name(pair->proto));
	out_cell();
	out_addr("dst", "", pair->dst);
	if (pair->dport)
		out_num("dport", ":", pair->dport);
	out_cell();
	out_num("times", "", (uint64_t)pair->inside + pair->outside);
	out_num("from-inside", NULL, pair->inside);
	out_num("from-outside", NULL, pair->outside);
	out_cell();
	print_late("shortest", pair->shortest);
	print_late("longest", pair->longest);
	out_str("gateway", "", pair->gateway);
	if (opts.json)
		out_time("last", pair->last, true);
	out_str("rule", NULL, cure(pair));
	out_line();
	out_object_end();
}

/* One rule for a destination, that is enough for whoever talks to it. */
static void print_rule(size_t first)
{
	struct pair_of rule = all.pairs[first];
	size_t i;

	if (rule.ruled)
		return;
	for (i = first; i < all.n; i++) {
		if (!same_destination(&all.pairs[i], &rule))
			continue;
		all.pairs[i].ruled = true;
		if (all.pairs[i].idle > rule.idle)
			rule.idle = all.pairs[i].idle;
	}
	printf("  %s\n", cure(&rule));
}

enum status cmd_idle_show(const struct args *args)
{
	bool disturbed;
	size_t i;
	int err;

	err = nl_dump(nl_request(NATGW_CMD_IDLE_GET), add,
		      (void *)args->v[W_GATEWAY].text, &disturbed);
	if (err)
		return nl_fail(err, "read what ended while idle");
	qsort(all.pairs, all.n, sizeof(*all.pairs), by_times);
	out_list();
	out_table(columns, ARRAY_SIZE(columns));
	for (i = 0; i < all.n; i++)
		print_pair(&all.pairs[i]);
	out_table_end();
	out_close();
	if (all.n && !opts.json) {
		puts("\nNew connections would live long enough with:");
		for (i = 0; i < all.n; i++)
			print_rule(i);
	}
	free(all.pairs);
	return STATUS_OK;
}
