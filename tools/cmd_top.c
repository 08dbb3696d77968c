// SPDX-License-Identifier: GPL-2.0
/* natctl top: who and what is busiest now. The kernel keeps these numbers; no list
 * of flows is read for them, but where top_by.c is asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "client.h"
#include "cmd.h"
#include "label.h"
#include "msg.h"
#include "out.h"
#include "screen.h"
#include "stats.h"
#include "top.h"

enum { INTERVAL = 2, LINES = 10, TITLES = 7 };

/* Growing lists of what one look at the kernel has found. */
struct look {
	struct timespec when;
	struct stats *stats;
	struct crowd *crowds;
	struct client *clients;
	unsigned int n_stats, n_crowds, n_clients;
	struct labels labels;
	const char *gateway;	/* only this one, or NULL */
};

/* What is shown. */
struct view {
	struct look before, now;
	const char *gateway;
	bool by;		/* clients alone, in this order */
	enum natgw_top_order order;
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

static int look_at_clients(struct look *look)
{
	bool disturbed;

	return labels_read(&look->labels) ?:
	       nl_dump(nl_request(NATGW_CMD_CLIENT_GET), add_client, look,
		       &disturbed);
}

static int look_at_all(struct look *look)
{
	struct nl_list list;
	bool disturbed;
	int err;

	err = stats_collect(look->gateway, &list);
	if (err)
		return err;
	nl_each(&list, add_stats, look);
	nl_free(&list);
	return nl_dump(nl_request(NATGW_CMD_PORT_GET), add_crowd, look,
		       &disturbed) ?: look_at_clients(look);
}

static void look_away(struct look *look)
{
	free(look->stats);
	free(look->crowds);
	free(look->clients);
	labels_free(&look->labels);
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

static int newer(const void *a, const void *b)
{
	const struct client *x = a, *y = b;

	return (x->begun < y->begun) - (x->begun > y->begun);
}

static int by_name(const void *a, const void *b)
{
	const struct client *x = a, *y = b;

	return x->addr != y->addr ? (x->addr < y->addr ? -1 : 1) :
				    strcmp(x->gateway, y->gateway);
}

static void sort_clients(struct look *look,
			 int (*compare)(const void *a, const void *b))
{
	if (look->n_clients)
		qsort(look->clients, look->n_clients, sizeof(*look->clients),
		      compare);
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

/* A client that has had no flows in between counts from 0 again. */
static void compare_client(struct client *now, const struct client *before)
{
	now->growth = now->flows;
	now->begun = now->created;
	if (!before)
		return;
	now->growth -= before->flows;
	if (now->created >= before->created)
		now->begun -= before->created;
}

static void compare_clients(struct look *before, struct look *now)
{
	struct client *client;
	unsigned int i;

	sort_clients(before, by_name);
	for (i = 0; i < now->n_clients; i++) {
		client = &now->clients[i];
		compare_client(client, before->n_clients ?
			       bsearch(client, before->clients,
				       before->n_clients, sizeof(*client),
				       by_name) : NULL);
	}
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
		{ "GATEWAY", 0, LEFT },
		{ "FLOWS", 0, RIGHT },
		{ "NEW/S", 0, RIGHT },
		{ "PACKETS/S", 0, RIGHT },
		{ "BYTES/S", 0, RIGHT },
		{ "DROPS/S", 0, RIGHT },
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
		{ "TRANSLATED", 0, LEFT },
		{ "PROTO", 0, LEFT },
		{ "DESTINATION", 0, LEFT },
		{ "TAKEN", 0, RIGHT },
		{ "OF", 0, RIGHT },
		{ "GROWTH/S", 0, RIGHT },
		{ "FULL IN", 0, RIGHT },
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

static void print_client(const struct client *client,
			 const struct labels *labels, double seconds)
{
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
	print_rate("new", 0, client->begun, seconds);
	print_growth(client->growth, seconds);
	labels_print(labels, client->addr);
	out_line();
	out_object_end();
}

static void print_clients(struct view *view, unsigned int lines)
{
	static const struct column columns[] = {
		{ "CLIENT", 0, LEFT },
		{ "GATEWAY", 0, LEFT },
		{ "FLOWS", 0, RIGHT },
		{ "PORTS", 0, RIGHT },
		{ "OPENING", 0, RIGHT },
		{ "NEW/S", 0, RIGHT },
		{ "GROWTH/S", 0, RIGHT },
		{ "LABEL", 0, LEFT },
	};
	double seconds = seconds_between(&view->before, &view->now);
	struct look *now = &view->now;
	unsigned int i;

	compare_clients(&view->before, now);
	sort_clients(now, view->by && view->order == NATGW_TOP_ORDER_NEW ?
		     newer : busier);
	out_array("clients");
	out_table(columns, labels_columns(&now->labels, ARRAY_SIZE(columns)));
	for (i = 0; i < now->n_clients && i < lines; i++)
		print_client(&now->clients[i], &now->labels, seconds);
	out_table_end();
	out_array_end();
}

/* Half of what is left of a screen for either list; a destination takes two lines. */
static void print_all(struct view *view, unsigned int rows)
{
	unsigned int lines = LINES;

	if (rows)
		lines = rows > TITLES + view->now.n_stats + 2 ?
			(rows - TITLES - view->now.n_stats) / 2 : 1;
	print_gateways(&view->before, &view->now);
	out_line();
	print_crowds(&view->before, &view->now,
		     rows ? (lines + 1) / 2 : lines);
	if (view->now.n_crowds)
		out_line();
	print_clients(view, lines);
}

static int look(void *data)
{
	struct view *view = data;

	look_away(&view->before);
	view->before = view->now;
	memset(&view->now, 0, sizeof(view->now));
	view->now.gateway = view->gateway;
	clock_gettime(CLOCK_MONOTONIC, &view->now.when);
	return view->by ? look_at_clients(&view->now) :
			  look_at_all(&view->now);
}

static void print(void *data, unsigned int rows)
{
	struct view *view = data;

	if (view->by)
		print_clients(view, top_lines(rows));
	else
		print_all(view, rows);
}

unsigned int top_lines(unsigned int rows)
{
	return !rows ? LINES : rows > 3 ? rows - 3 : 1;
}

enum status top_watch(int (*see)(void *data),
		      void (*show)(void *data, unsigned int rows), void *data)
{
	bool live = !opts.json && isatty(STDOUT_FILENO);
	int err = see(data);

	if (live)
		out_cut();
	while (!err) {
		sleep(live ? INTERVAL : 1);
		err = see(data);
		if (err)
			break;
		/* From the upper left corner, and what is left below goes. */
		if (live)
			fputs("\033[H\033[J", stdout);
		out_open();
		out_object(NULL);
		show(data, live ? screen_height() : 0);
		out_object_end();
		out_close();
		if (!live || fflush(stdout))
			break;
	}
	return err ? nl_fail(err, "see what is busiest") : STATUS_OK;
}

enum status cmd_top(const struct args *args)
{
	struct view view = {
		.gateway = args->v[W_GATEWAY].text,
		.by = given(args, W_BY),
		.order = args->v[W_BY].num,
	};
	enum status status;

	/* What the kernel does not keep it has to count. */
	if (given(args, W_DESTINATIONS) ||
	    view.order == NATGW_TOP_ORDER_BYTES)
		return top_by(view.gateway, view.order,
			      given(args, W_DESTINATIONS));
	status = top_watch(look, print, &view);
	look_away(&view.before);
	look_away(&view.now);
	return status;
}
