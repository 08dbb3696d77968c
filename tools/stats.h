/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of a gateway. */
#ifndef NATCTL_STATS_H
#define NATCTL_STATS_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/natgw.h>

struct stats {
	uint64_t value[NATGW_A_COUNTERS_MAX + 1];
	uint64_t present;	/* a bit for each counter the kernel sent */
};

/* Reads one gateway's counters; 0 or -errno. */
int stats_read(const char *gateway, struct stats *stats);

/* All of them, as a JSON object. */
void stats_print_json(const struct stats *stats);

/* The packets of all causes for dropping one. */
uint64_t stats_drops(const struct stats *stats);

#endif
