// SPDX-License-Identifier: GPL-2.0
/* natctl top: who and what is busiest now. The kernel keeps all of these numbers;
 * no list of flows is read for them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "client.h"
#include "cmd.h"
#include "msg.h"
#include "out.h"
#include "stats.h"

enum { INTERVAL = 2, LINES = 10, TITLES = 7 };

/* Growing lists of what one look at the kernel has found. */
struct look {
	struct timespec when;
	struct stats *stats;
	struct crowd *crowds;
	struct client *clients;
	unsigned int n_stats, n_crowds, n_clients;
	const char *gateway;	/* only this one, or NULL */
};

static void add_stats(const struct nlmsghdr *nlh, void *data)
{
	struct look *look = data;

	look->stats = xrealloc(look->stats,
			       (look->n_stats + 1) * sizeof(*look->stats));
	stats_parse(nlh, &look->stats[look->n_stats++]);
}

static void add_crowd(const struct nlmsghdr *nlh, void *data)
{
	struct look *look = data;

	look->crowds = xrealloc(look->crowds,
				(look->n_crowds + 1) * sizeof(*look->crowds));
	crowd_parse(nlh, &look->crowds[look->n_crowds++]);
}

static void add_client(const struct nlmsghdr *nlh, void *data)
{
	struct look *look = data;
	struct client *client;

	look->clients = xrealloc(look->clients, (look->n_clients + 1) *
						sizeof(*look->clients));
	client = &look->clients[look->n_clients];
	client_parse(nlh, client);
	if (!look->gateway || !strcmp(client->gateway, look->gateway))
		look->n_clients++;
}

static int look_up(struct look *look, const char *gateway)
{
	struct nl_list list;
	bool disturbed;
	int err;

	memset(look, 0, sizeof(*look));
	look->gateway = gateway;
	clock_gettime(CLOCK_MONOTONIC, &look->when);
	err = stats_collect(gateway, &list);
	if (err)
		return err;
	nl_each(&list, add_stats, look);
	nl_free(&list);
	return nl_dump(nl_request(NATGW_CMD_PORT_GET), add_crowd, look,
		       &disturbed) ?:
	       nl_dump(nl_request(NATGW_CMD_CLIENT_GET), add_client, look,
		       &disturbed);
}

static void look_away(struct look *look)
{
	free(look->stats);
	free(look->crowds);
	free(look->clients);
	memset(look, 0, sizeof(*look));
}

static int fuller(const void *a, const void *b)
{
	const struct crowd *x = a, *y = b;
	double left = (double)x->taken * y->ports;
	double right = (double)y->taken * x->ports;

	return (left < right) - (left > right);
}

static int busier(const void *a, const void *b)
{
	const struct client *x = a, *y = b;

	return (x->flows < y->flows) - (x->flows > y->flows);
}

/* ---------------------------------- changes ------------------------------- */

static double seconds_between(const struct look *before, const struct look *now)
{
	return now->when.tv_sec - before->when.tv_sec +
	       (now->when.tv_nsec - before->when.tv_nsec) / 1e9;
}

static const struct stats *same_stats(const struct look *look,
				      const char *gateway)
{
	unsigned int i;

	for (i = 0; i < look->n_stats; i++)
		if (!strcmp(look->stats[i].gateway, gateway))
			return &look->stats[i];
	return NULL;
}

static long crowd_growth(const struct look *before, const struct crowd *now)
{
	const struct crowd *crowd;

	for (crowd = before->crowds; crowd < before->crowds + before->n_crowds;
	     crowd++)
		if (crowd->wire_ip == now->wire_ip &&
		    crowd->proto == now->proto && crowd->dst == now->dst &&
		    crowd->dport == now->dport && crowd->first == now->first)
			return (long)now->taken - (long)crowd->taken;
	return 0;
}

static long client_growth(const struct look *before, const struct client *now)
{
	const struct client *client;

	for (client = before->clients;
	     client < before->clients + before->n_clients; client++)
		if (client->addr == now->addr &&
		    !strcmp(client->gateway, now->gateway))
			return (long)now->flows - (long)client->flows;
	return now->flows;
}

/* ---------------------------------- printing ------------------------------ */

static void print_growth(long growth, double seconds)
{
	out_change("growth", "",
		   growth / seconds + (growth < 0 ? -0.5 : 0.5));
	out_cell();
}

static void print_rate(const char *key, uint64_t before, uint64_t now,
		       double seconds)
{
	out_num(key, "", (now - before) / seconds + 0.5);
	out_cell();
}

static uint64_t came_in(const struct stats *stats, bool bytes)
{
	return stats->value[NATGW_A_COUNTERS_PACKETS_IN_FROM_SOURCE + bytes] +
	       stats->value[NATGW_A_COUNTERS_PACKETS_IN_FROM_DESTINATION +
			    bytes];
}

static uint64_t alive(const struct stats *stats)
{
	return stats->value[NATGW_A_COUNTERS_FLOWS_CREATED] -
	       stats->value[NATGW_A_COUNTERS_FLOWS_ENDED];
}

static void print_gateways(const struct look *before, const struct look *now)
{
	static const struct column columns[] = {
		{ "GATEWAY", 0, false },
		{ "FLOWS", 0, true },
		{ "NEW/S", 0, true },
		{ "PACKETS/S", 0, true },
		{ "BYTES/S", 0, true },
		{ "DROPS/S", 0, true },
	};
	double seconds = seconds_between(before, now);
	const struct stats *stats, *old;

	out_array("gateways");
	out_table(columns, ARRAY_SIZE(columns));
	for (stats = now->stats; stats < now->stats + now->n_stats; stats++) {
		old = same_stats(before, stats->gateway);
		if (!old)
			continue;
		out_object(NULL);
		out_str("gateway", "", stats->gateway);
		out_cell();
		out_num("flows", "", alive(stats));
		out_cell();
		print_rate("new",
			   old->value[NATGW_A_COUNTERS_FLOWS_CREATED],
			   stats->value[NATGW_A_COUNTERS_FLOWS_CREATED],
			   seconds);
		print_rate("packets", came_in(old, false),
			   came_in(stats, false), seconds);
		print_rate("bytes", came_in(old, true), came_in(stats, true),
			   seconds);
		print_rate("drops", stats_drops(old), stats_drops(stats),
			   seconds);
		out_line();
		out_object_end();
	}
	out_table_end();
	out_array_end();
}

/* Until no port is left, should it go on like this. */
static void print_left(const struct crowd *crowd, long growth, double seconds)
{
	uint64_t left;

	if (growth <= 0)
		return;
	left = (crowd->ports - crowd->taken) * seconds / growth;
	out_num("full-in", "", left);
	out_text(" s");
}

static void print_crowds(const struct look *before, struct look *now,
			 unsigned int lines)
{
	static const struct column columns[] = {
		{ "TRANSLATED", 0, false },
		{ "PROTO", 0, false },
		{ "DESTINATION", 0, false },
		{ "TAKEN", 0, true },
		{ "OF", 0, true },
		{ "GROWTH/S", 0, true },
		{ "FULL IN", 0, true },
	};
	double seconds = seconds_between(before, now);
	const struct crowd *crowd;
	unsigned int i;

	if (now->n_crowds)
		qsort(now->crowds, now->n_crowds, sizeof(*crowd), fuller);
	out_array("ports");
	out_table(columns, ARRAY_SIZE(columns));
	for (i = 0; i < now->n_crowds && i < lines; i++) {
		crowd = &now->crowds[i];
		out_object(NULL);
		crowd_print(crowd);
		out_num("taken", "", crowd->taken);
		out_cell();
		out_num("ports", "", crowd->ports);
		out_cell();
		print_growth(crowd_growth(before, crowd), seconds);
		print_left(crowd, crowd_growth(before, crowd), seconds);
		out_line();
		crowd_print_holders(crowd);
		out_object_end();
	}
	out_table_end();
	out_array_end();
}

static void print_clients(const struct look *before, struct look *now,
			  unsigned int lines)
{
	static const struct column columns[] = {
		{ "CLIENT", 0, false },
		{ "GATEWAY", 0, false },
		{ "FLOWS", 0, true },
		{ "PORTS", 0, true },
		{ "OPENING", 0, true },
		{ "GROWTH/S", 0, true },
	};
	double seconds = seconds_between(before, now);
	const struct client *client;
	unsigned int i;

	if (now->n_clients)
		qsort(now->clients, now->n_clients, sizeof(*client), busier);
	out_array("clients");
	out_table(columns, ARRAY_SIZE(columns));
	for (i = 0; i < now->n_clients && i < lines; i++) {
		client = &now->clients[i];
		out_object(NULL);
		out_addr("addr", "", client->addr);
		out_cell();
		out_str("gateway", "", client->gateway);
		out_cell();
		out_num("flows", "", client->flows);
		out_cell();
		out_num("ports", "", client->ports);
		out_cell();
		out_num("opening", "", client->opening);
		out_cell();
		print_growth(client_growth(before, client), seconds);
		out_line();
		out_object_end();
	}
	out_table_end();
	out_array_end();
}

static void print(const struct look *before, struct look *now,
		  unsigned int crowds, unsigned int lines)
{
	out_open();
	out_object(NULL);
	print_gateways(before, now);
	out_line();
	print_crowds(before, now, crowds);
	if (now->n_crowds)
		out_line();
	print_clients(before, now, lines);
	out_object_end();
	out_close();
}

/* What fits a terminal, half for either list. */
static unsigned int lines_that_fit(const struct look *look)
{
	struct winsize size;
	int lines;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return LINES;
	lines = (size.ws_row - TITLES - (int)look->n_stats) / 2;
	return lines > 1 ? lines : 1;
}

enum status cmd_top(const struct args *args)
{
	const char *gateway = args->v[W_GATEWAY].text;
	bool live = !opts.json && isatty(STDOUT_FILENO);
	struct look before, now;
	unsigned int lines;
	int err = look_up(&before, gateway);

	while (!err) {
		sleep(live ? INTERVAL : 1);
		err = look_up(&now, gateway);
		if (err)
			break;
		/* From the upper left corner, and what is left below goes. */
		if (live)
			fputs("\033[H\033[J", stdout);
		lines = live ? lines_that_fit(&now) : LINES;
		/* A destination takes two. */
		print(&before, &now, live ? (lines + 1) / 2 : lines, lines);
		look_away(&before);
		before = now;
		if (!live || fflush(stdout))
			break;
	}
	look_away(&before);
	return err ? nl_fail(err, "see what is busiest") : STATUS_OK;
}
