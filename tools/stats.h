/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of a gateway. */
#ifndef NATCTL_STATS_H
#define NATCTL_STATS_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/natgw.h>

#include "nl.h"

struct stats {
	char gateway[NATGW_NAME_LEN + 1];
	uint64_t value[NATGW_A_COUNTERS_MAX + 1];
	uint64_t gauge[NATGW_A_GAUGES_MAX + 1];
	bool has_value[NATGW_A_COUNTERS_MAX + 1];	/* sent by the kernel */
	bool has_gauge[NATGW_A_GAUGES_MAX + 1];
};

/* Reads the counters and gauges of one gateway, or of all; 0 or -errno. */
int stats_read(const char *gateway, struct stats *stats);
int stats_collect(const char *gateway, struct nl_list *list);
void stats_parse(const struct nlmsghdr *nlh, struct stats *stats);

/* All of them, as JSON objects. */
void stats_print_json(const struct stats *stats);

/* The packets of all causes for dropping one. */
uint64_t stats_drops(const struct stats *stats);

#endif
