/* SPDX-License-Identifier: GPL-2.0 */
/* The one way by which news leave the rest of the module; netlink_event.c
 * sends them to whoever listens.
 */
#ifndef _NATGW_EVENT_H
#define _NATGW_EVENT_H

#include <uapi/linux/natgw.h>

struct natgw_addr;
struct natgw_flow;
struct natgw_gw;
struct natgw_net;
struct natgw_prefix;
struct natgw_tuple;

/**
 * struct natgw_level - something has filled up, or has room again
 * @event: what, and which
 * @ports: the reply tuple of flows whose ports it is about, or NULL
 * @used: how many are used
 * @limit: how many there are
 */
struct natgw_level {
	enum natgw_level_event event;
	const struct natgw_tuple *ports;
	u32 used;
	u32 limit;
};

void natgw_event_gateway(const struct natgw_gw *gw, enum natgw_event event);
void natgw_event_address(const struct natgw_gw *gw,
			 const struct natgw_addr *addr, bool primary,
			 enum natgw_event event);
void natgw_event_label(struct natgw_net *nn, const struct natgw_prefix *prefix,
		       const char *name, enum natgw_event event);
void natgw_event_flow(struct natgw_net *nn, const struct natgw_flow *flow,
		      enum natgw_event event, enum natgw_flow_end end);
void natgw_event_error(struct natgw_gw *gw, enum natgw_error_cause cause,
		       const struct natgw_tuple *tuple);
void natgw_event_error_rest(struct natgw_gw *gw);
int natgw_event_level(struct natgw_gw *gw, const struct natgw_level *level);

#endif /* _NATGW_EVENT_H */
