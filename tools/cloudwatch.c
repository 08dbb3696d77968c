// SPDX-License-Identifier: GPL-2.0
/* The metrics of a managed NAT gateway, by their names in CloudWatch. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "metrics.h"
#include "msg.h"
#include "out.h"

enum source { COUNTER, GAUGE, DROPS };

static const struct metric {
	const char *name;
	const char *unit;
	enum source source;
	unsigned int attr;
} metrics_of[] = {
	{ "ActiveConnectionCount", "Count", GAUGE, NATGW_A_GAUGES_FLOWS_TCP },
	{ "BytesInFromDestination", "Bytes", COUNTER,
	  NATGW_A_COUNTERS_BYTES_IN_FROM_DESTINATION },
	{ "BytesInFromSource", "Bytes", COUNTER,
	  NATGW_A_COUNTERS_BYTES_IN_FROM_SOURCE },
	{ "BytesOutToDestination", "Bytes", COUNTER,
	  NATGW_A_COUNTERS_BYTES_OUT_TO_DESTINATION },
	{ "BytesOutToSource", "Bytes", COUNTER,
	  NATGW_A_COUNTERS_BYTES_OUT_TO_SOURCE },
	{ "ConnectionAttemptCount", "Count", COUNTER,
	  NATGW_A_COUNTERS_TCP_ATTEMPTS },
	{ "ConnectionEstablishedCount", "Count", COUNTER,
	  NATGW_A_COUNTERS_TCP_ESTABLISHED },
	{ "ErrorPortAllocation", "Count", COUNTER,
	  NATGW_A_COUNTERS_SOURCE_DROP_NO_PORT },
	{ "IdleTimeoutCount", "Count", COUNTER, NATGW_A_COUNTERS_TCP_IDLE },
	{ "PacketsDropCount", "Count", DROPS, 0 },
	{ "PacketsInFromDestination", "Count", COUNTER,
	  NATGW_A_COUNTERS_PACKETS_IN_FROM_DESTINATION },
	{ "PacketsInFromSource", "Count", COUNTER,
	  NATGW_A_COUNTERS_PACKETS_IN_FROM_SOURCE },
	{ "PacketsOutToDestination", "Count", COUNTER,
	  NATGW_A_COUNTERS_PACKETS_OUT_TO_DESTINATION },
	{ "PacketsOutToSource", "Count", COUNTER,
	  NATGW_A_COUNTERS_PACKETS_OUT_TO_SOURCE },
	{ "PeakBytesPerSecond", "Count", GAUGE,
	  NATGW_A_GAUGES_PEAK_BYTES_PER_SECOND },
	{ "PeakPacketsPerSecond", "Count", GAUGE,
	  NATGW_A_GAUGES_PEAK_PACKETS_PER_SECOND },
};

/* What was counted at the run before. */
struct past {
	char metric[32];
	char gateway[NATGW_NAME_LEN + 1];
	uint64_t value;
};

struct history {
	struct past *list;
	unsigned int n;
	bool known;		/* there was a run before */
};

static uint64_t value_of(const struct stats *stats, const struct metric *metric)
{
	switch (metric->source) {
	case COUNTER:
		return stats->value[metric->attr];
	case GAUGE:
		return stats->gauge[metric->attr];
	default:
		return stats_drops(stats);
	}
}

/* A line is METRIC VALUE GATEWAY, as history_write() writes it. */
static enum status history_read(struct history *history, const char *name)
{
	enum status status = STATUS_OK;
	struct past past;
	char line[128];
	FILE *file;

	file = fopen(name, "re");
	if (!file)
		return errno == ENOENT ? STATUS_OK :
		       error("cannot read %s: %s", name, strerror(errno));
	history->known = true;
	while (!status && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31s %" SCNu64 " %31s", past.metric,
			   &past.value, past.gateway) != 3) {
			status = error("\"natctl metrics\" has not written %s",
				       name);
			break;
		}
		history->list = xrealloc(history->list, (history->n + 1) *
					 sizeof(*history->list));
		history->list[history->n++] = past;
	}
	if (!status && ferror(file))
		status = error("cannot read %s: %s", name, strerror(errno));
	fclose(file);
	return status;
}

/* A new file takes the old one's place, so that there is always a whole one. */
static enum status history_write(const struct metrics *metrics, const char *name)
{
	char path[4096];
	unsigned int i, j;
	FILE *file;
	bool good;

	if (snprintf(path, sizeof(path), "%s.new", name) >= (int)sizeof(path))
		return error("the name %s is too long", name);
	file = fopen(path, "we");
	if (!file)
		return error("cannot write %s: %s", path, strerror(errno));
	for (i = 0; i < metrics->n; i++)
		for (j = 0; j < ARRAY_SIZE(metrics_of); j++)
			if (metrics_of[j].source != GAUGE)
				fprintf(file, "%s %" PRIu64 " %s\n",
					metrics_of[j].name,
					value_of(&metrics->list[i],
						 &metrics_of[j]),
					metrics->list[i].gateway);
	good = !ferror(file);
	if (fclose(file) || !good || rename(path, name))
		return error("cannot write %s: %s", name, strerror(errno));
	return STATUS_OK;
}

/*
 * What a counter has grown by. One that is less than it was is of another gateway
 * of the same name, which like one that was not there has all its packets since.
 */
static uint64_t growth(const struct history *history, const struct metric *metric,
		       const char *gateway, uint64_t value)
{
	unsigned int i;

	for (i = 0; i < history->n; i++)
		if (!strcmp(history->list[i].metric, metric->name) &&
		    !strcmp(history->list[i].gateway, gateway) &&
		    history->list[i].value <= value)
			return value - history->list[i].value;
	return value;
}

static void print_metric(const struct metric *metric, const char *gateway,
			 const char *when, uint64_t value)
{
	out_object(NULL);
	out_str("MetricName", NULL, metric->name);
	out_array("Dimensions");
	out_object(NULL);
	out_str("Name", NULL, "NatGatewayId");
	out_str("Value", NULL, gateway);
	out_object_end();
	out_array_end();
	out_str("Timestamp", NULL, when);
	out_num("Value", NULL, value);
	out_str("Unit", NULL, metric->unit);
	out_object_end();
}

static void print_all(const struct metrics *metrics,
		      const struct history *history, bool sums)
{
	const struct metric *metric;
	const struct stats *stats;
	time_t now = time(NULL);
	unsigned int i, j;
	uint64_t value;
	char when[32];

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	for (i = 0; i < metrics->n; i++) {
		stats = &metrics->list[i];
		for (j = 0; j < ARRAY_SIZE(metrics_of); j++) {
			metric = &metrics_of[j];
			value = value_of(stats, metric);
			if (metric->source != GAUGE) {
				if (!sums)
					continue;
				value = growth(history, metric, stats->gateway,
					       value);
			}
			print_metric(metric, stats->gateway, when, value);
		}
	}
}

enum status cloudwatch_print(const struct metrics *metrics, const char *since)
{
	struct history history = {};
	bool json = opts.json;
	enum status status;

	status = since ? history_read(&history, since) : STATUS_OK;
	if (!status) {
		opts.json = true;
		out_open();
		print_all(metrics, &history, !since || history.known);
		out_close();
		opts.json = json;
	}
	/* Who did not get this gets it with what comes next. */
	if (!status && since && !fflush(stdout) && !ferror(stdout))
		status = history_write(metrics, since);
	free(history.list);
	return status;
}
