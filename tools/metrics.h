/* SPDX-License-Identifier: GPL-2.0 */
/* What exporters tell others of gateways. */
#ifndef NATCTL_METRICS_H
#define NATCTL_METRICS_H

#include "stats.h"

struct metrics {
	struct stats *list;
	unsigned int n;
};

/*
 * As the MetricData of CloudWatch's put-metric-data. Where there is a file, what
 * is a sum there counts from the run before, whose counters the file has.
 */
enum status cloudwatch_print(const struct metrics *metrics, const char *since);

#endif
