// SPDX-License-Identifier: GPL-2.0
/* natctl metrics: the counters for those who keep them. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "client.h"
#include "cmd.h"
#include "gateway.h"
#include "label.h"
#include "metrics.h"
#include "msg.h"
#include "nl.h"
#include "spec.h"

enum format { PROMETHEUS, CLOUDWATCH };

const char *const format_words[] = { "prometheus", "cloudwatch", NULL };

static void add_stats(const struct nlmsghdr *nlh, void *data)
{
	struct metrics *metrics = data;

	metrics->list = xrealloc(metrics->list,
				 (metrics->n + 1) * sizeof(*metrics->list));
	stats_parse(nlh, &metrics->list[metrics->n++]);
}

/* --------------------------------- Prometheus ----------------------------- */

/* Everything about one metric has to stand together, behind this. */
static void describe(const char *metric, const char *type, const char *help)
{
	printf("# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

/* A name may have what ends a label's value. */
static void begin_sample(const char *metric, const char *label,
			 const char *name)
{
	printf("%s{%s=\"", metric, label);
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			putchar('\\');
		putchar(*name);
	}
	putchar('"');
}

static void end_sample(uint64_t value)
{
	printf("} %llu\n", (unsigned long long)value);
}

static bool same_metric(const struct number *a, const struct number *b)
{
	return a->metric && b->metric && !strcmp(a->metric, b->metric);
}

static bool is_first(const struct number *list, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (same_metric(&list[j], &list[i]))
			return false;
	return list[i].metric;
}

static void print_number(const struct metrics *metrics, const struct number *of,
			 unsigned int attr, bool is_gauge)
{
	const struct stats *stats;

	for (stats = metrics->list; stats < metrics->list + metrics->n;
	     stats++) {
		if (!(is_gauge ? stats->has_gauge : stats->has_value)[attr])
			continue;
		begin_sample(of->metric, "gateway", stats->gateway);
		if (of->labels)
			printf(",%s", of->labels);
		end_sample((is_gauge ? stats->gauge : stats->value)[attr]);
	}
}

static void print_numbers(const struct metrics *metrics,
			  const struct number *list, unsigned int max,
			  bool is_gauge)
{
	unsigned int i, j;

	for (i = 0; i <= max; i++) {
		if (!is_first(list, i))
			continue;
		describe(list[i].metric, is_gauge ? "gauge" : "counter",
			 list[i].help);
		for (j = i; j <= max; j++)
			if (same_metric(&list[i], &list[j]))
				print_number(metrics, &list[j], j, is_gauge);
	}
}

static const struct {
	unsigned int attr;
	bool is_gauge;
	const char *metric;
	const char *help;
} of_address[] = {
	{ NATGW_A_ADDRESS_FLOWS, true, "natgw_address_flows",
	  "Flows on the address that are alive." },
	{ NATGW_A_ADDRESS_FLOWS_CREATED, false,
	  "natgw_address_flows_created_total", "Flows begun on the address." },
	{ NATGW_A_ADDRESS_PORT_ERRORS, false,
	  "natgw_address_port_errors_total",
	  "Times that no port was left on the address towards a destination." },
};

struct of_addresses {
	const struct metrics *metrics;
	unsigned int what;	/* index of of_address */
};

static bool has_gateway(const struct metrics *metrics, const char *name)
{
	unsigned int i;

	for (i = 0; i < metrics->n; i++)
		if (!strcmp(metrics->list[i].gateway, name))
			return true;
	return false;
}

static void print_address(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_ADDRESS_MAX + 1];
	const struct of_addresses *of = data;
	char gateway[NATGW_NAME_LEN + 1];
	unsigned int attr = of_address[of->what].attr;
	char text[INET_ADDRSTRLEN];
	in_addr_t addr;

	nl_attrs(nlh, tb, NATGW_A_ADDRESS_MAX);
	nl_copy(tb[NATGW_A_ADDRESS_GATEWAY], gateway, sizeof(gateway));
	if (!tb[attr] || !has_gateway(of->metrics, gateway))
		return;
	addr = nl_u32(tb[NATGW_A_ADDRESS_EIP] ?: tb[NATGW_A_ADDRESS_PRIVATE_IP]);
	inet_ntop(AF_INET, &addr, text, sizeof(text));
	begin_sample(of_address[of->what].metric, "gateway", gateway);
	printf(",address=\"%s\"", text);
	end_sample(attr == NATGW_A_ADDRESS_FLOWS ? nl_u32(tb[attr]) :
						   nl_u64(tb[attr]));
}

static void print_addresses(const struct metrics *metrics,
			    const struct nl_list *addresses)
{
	struct of_addresses of = { .metrics = metrics };

	for (of.what = 0; of.what < ARRAY_SIZE(of_address); of.what++) {
		describe(of_address[of.what].metric,
			 of_address[of.what].is_gauge ? "gauge" : "counter",
			 of_address[of.what].help);
		nl_each(addresses, print_address, &of);
	}
}

/* Labels, each once, and what the clients that have it have together. */
struct of_labels {
	const struct metrics *metrics;
	struct labels labels;
	uint64_t *sum;		/* of each label and metric; the first of a name counts */
};

static const struct {
	const char *metric;
	const char *help;
} of_label[] = {
	{ "natgw_label_clients", "Inside hosts with the label that have flows." },
	{ "natgw_label_flows", "Their flows that are alive." },
	{ "natgw_label_ports", "External ports that they have." },
};

static uint64_t *sums_of(const struct of_labels *of, const char *name)
{
	unsigned int i = 0;

	while (strcmp(of->labels.list[i].name, name))
		i++;
	return &of->sum[i * ARRAY_SIZE(of_label)];
}

static void add_client(const struct nlmsghdr *nlh, void *data)
{
	struct of_labels *of = data;
	struct client client;
	const char *name;
	uint64_t *sum;

	client_parse(nlh, &client);
	name = labels_find(&of->labels, client.addr);
	if (!name || !has_gateway(of->metrics, client.gateway))
		return;
	sum = sums_of(of, name);
	sum[0]++;
	sum[1] += client.flows;
	sum[2] += client.ports;
}

static void print_labels(const struct of_labels *of)
{
	const char *name;
	unsigned int i, j;
	uint64_t *sum;

	for (i = 0; i < ARRAY_SIZE(of_label); i++) {
		describe(of_label[i].metric, "gauge", of_label[i].help);
		for (j = 0; j < of->labels.n; j++) {
			name = of->labels.list[j].name;
			sum = &of->sum[j * ARRAY_SIZE(of_label)];
			if (sum != sums_of(of, name))
				continue;
			begin_sample(of_label[i].metric, "label", name);
			end_sample(sum[i]);
		}
	}
}

/* Clients are not for everybody, and what has no labels has no such metrics. */
static enum status add_labels(const struct metrics *metrics)
{
	struct of_labels of = { .metrics = metrics };
	bool disturbed;
	int err;

	err = labels_read(&of.labels);
	if (!err && of.labels.n) {
		of.sum = xrealloc(NULL, of.labels.n * ARRAY_SIZE(of_label) *
					sizeof(*of.sum));
		memset(of.sum, 0, of.labels.n * ARRAY_SIZE(of_label) *
				  sizeof(*of.sum));
		err = nl_dump(nl_request(NATGW_CMD_CLIENT_GET), add_client, &of,
			      &disturbed);
		if (!err)
			print_labels(&of);
	}
	free(of.sum);
	labels_free(&of.labels);
	return err && !nl_rights(err) ? nl_fail(err, "read the labels") :
					STATUS_OK;
}

static void print_gateways(const struct metrics *metrics,
			   const struct gateways *gateways)
{
	const struct gateway *gateway, *end = gateways->list + gateways->n;

	describe("natgw_gateway_available", "gauge",
		 "Whether the gateway can carry packets: its uplink is there and up.");
	for (gateway = gateways->list; gateway < end; gateway++) {
		if (!has_gateway(metrics, gateway->name))
			continue;
		begin_sample("natgw_gateway_available", "gateway", gateway->name);
		end_sample(gateway->state == NATGW_GATEWAY_STATE_AVAILABLE);
	}
	describe("natgw_flows_limit", "gauge",
		 "Flows that the gateway may have at a time, this host's own among them.");
	for (gateway = gateways->list; gateway < end; gateway++) {
		if (!has_gateway(metrics, gateway->name))
			continue;
		begin_sample("natgw_flows_limit", "gateway", gateway->name);
		end_sample(gateway->options.num[NATGW_A_OPTIONS_MAX_FLOWS]);
	}
}

static enum status prometheus_print(const struct metrics *metrics)
{
	struct gateways gateways;
	struct nl_list addresses;
	int err;

	err = gateways_read(&gateways);
	if (err)
		return nl_fail(err, "read the gateways");
	err = nl_collect(nl_request(NATGW_CMD_ADDRESS_GET), &addresses);
	if (err) {
		gateways_free(&gateways);
		return nl_fail(err, "read the addresses");
	}
	print_gateways(metrics, &gateways);
	print_numbers(metrics, gauges, NATGW_A_GAUGES_MAX, true);
	print_numbers(metrics, counters, NATGW_A_COUNTERS_MAX, false);
	print_addresses(metrics, &addresses);
	nl_free(&addresses);
	gateways_free(&gateways);
	return add_labels(metrics);
}

/* ------------------------------- the command ------------------------------ */

static enum status wrong(const struct args *args, const char *what)
{
	error("%s", what);
	usage_error(args->object, args->command);
	return STATUS_USAGE;
}

enum status cmd_metrics(const struct args *args)
{
	enum format format = given(args, W_FORMAT) ? args->v[W_FORMAT].num :
						     PROMETHEUS;
	struct metrics metrics = {};
	enum status status;
	struct nl_list list;
	int err;

	if (format != CLOUDWATCH && given(args, W_SINCE))
		return wrong(args, "\"since\" needs format cloudwatch");
	if (format != CLOUDWATCH && opts.json)
		return wrong(args, "not as JSON; \"natctl -j stats\" is");
	err = stats_collect(args->v[W_GATEWAY].text, &list);
	if (err)
		return nl_fail(err, "read the counters");
	nl_each(&list, add_stats, &metrics);
	nl_free(&list);
	if (format == CLOUDWATCH)
		status = cloudwatch_print(&metrics, args->v[W_SINCE].text);
	else
		status = prometheus_print(&metrics);
	free(metrics.list);
	return status;
}

static void man_metric(const char *metric, const char *labels, const char *help)
{
	printf(".TP\n.BR %s \" {gateway%s}\"\n%s\n", metric, labels, help);
}

/* The labels' names, of which the values are different. */
static const char *label_names(const struct number *number)
{
	static char names[64];
	const char *at = number->labels;
	size_t len = 0;

	names[0] = '\0';
	while (at && *at) {
		len += snprintf(names + len, sizeof(names) - len, ", %.*s",
				(int)strcspn(at, "="), at);
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return names;
}

static void man_numbers(const struct number *list, unsigned int max)
{
	unsigned int i;

	for (i = 0; i <= max; i++)
		if (is_first(list, i))
			man_metric(list[i].metric, label_names(&list[i]),
				   list[i].help);
}

void metrics_man(void)
{
	unsigned int i;

	man_numbers(gauges, NATGW_A_GAUGES_MAX);
	man_numbers(counters, NATGW_A_COUNTERS_MAX);
	for (i = 0; i < ARRAY_SIZE(of_address); i++)
		man_metric(of_address[i].metric, ", address",
			   of_address[i].help);
}
