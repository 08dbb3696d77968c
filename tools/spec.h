/* SPDX-License-Identifier: GPL-2.0 */
/* The names that the netlink specification gives to counters and values. */
#ifndef NATCTL_SPEC_H
#define NATCTL_SPEC_H

#include <linux/natgw.h>

struct counter {
	unsigned int attr;
	const char *name;
	const char *sentence;
};

extern const struct counter counters[];		/* ended by one without name */

/* The words of each enum, ended by NULL. */
extern const char *const connectivity_words[];
extern const char *const gateway_state_words[];
extern const char *const address_state_words[];
extern const char *const unsolicited_words[];
extern const char *const conntrack_words[];
extern const char *const flow_state_words[];
extern const char *const flow_kind_words[];
extern const char *const flow_end_words[];
extern const char *const event_words[];
extern const char *const error_cause_words[];

/* The word for a value, or its digits where this natctl does not know it. */
const char *spec_word(const char *const *list, unsigned int value);

#endif
