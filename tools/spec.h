/* SPDX-License-Identifier: GPL-2.0 */
/* The names that the netlink specification gives to options and values. */
#ifndef NATCTL_SPEC_H
#define NATCTL_SPEC_H

#include "natctl.h"

/* A counter or a gauge, and the metric of Prometheus that it is part of. */
struct number {
	const char *name;	/* NULL: there is none with this attribute */
	const char *unit;
	const char *sentence;
	const char *metric;	/* NULL: others add up to it */
	const char *labels;
	const char *help;	/* of the metric */
};

/* By attribute. */
extern const struct number counters[NATGW_A_COUNTERS_MAX + 1];
extern const struct number gauges[NATGW_A_GAUGES_MAX + 1];

/* Why packets are dropped: the number that the kernel gives, and its name. */
struct cause {
	unsigned int number;
	const char *name;
};

extern const struct cause drop_causes[];	/* ended by one without name */

/* The options of a gateway, by attribute. */
extern const struct word option_words[NATGW_A_OPTIONS_MAX + 1];

/* The words of each enum, ended by NULL. */
extern const char *const profile_words[];
extern const char *const connectivity_words[];
extern const char *const gateway_state_words[];
extern const char *const address_state_words[];
extern const char *const unsolicited_words[];
extern const char *const conntrack_words[];
extern const char *const switch_words[];
extern const char *const dependence_words[];
extern const char *const midstream_words[];
extern const char *const refusal_words[];
extern const char *const flow_state_words[];
extern const char *const tcp_seen_words[];
extern const char *const flow_kind_words[];
extern const char *const flow_end_words[];
extern const char *const event_words[];
extern const char *const error_cause_words[];
extern const char *const level_event_words[];
extern const char *const why_step_words[];
extern const char *const why_result_words[];
extern const char *const why_verdict_words[];
extern const char *const top_order_words[];

/* The name of a cause, or its digits where this natctl does not know it. */
const char *cause_name(unsigned int number);

/* The word for a value, or its digits where this natctl does not know it. */
const char *spec_word(const char *const *list, unsigned int value);

#endif
