/* SPDX-License-Identifier: GPL-2.0 */
/* What the list of flows and their events print alike. */
#ifndef NATCTL_FLOW_H
#define NATCTL_FLOW_H

#include <stdbool.h>
#include <stdint.h>

struct args;
struct nlattr;

/* A request about the flows that a filter includes. */
struct nlmsghdr *flow_request(uint8_t cmd, const struct args *args);

/* An address with its port, as far as they are there. */
void flow_endpoint(const char *addr_key, const char *port_key,
		   const char *before, const struct nlattr *addr,
		   const struct nlattr *port);

/* The name of the gateway that something belongs to. */
void flow_gateway(const char *before, const struct nlattr *attr);

/* When a flow began and ended, and its elastic IP, in JSON alone. */
void flow_times(const struct nlattr **tb);

/* What a flow has counted in one direction, if it counts. */
void flow_count(const struct nlattr **tb, bool out, const char *before);

/* The letters of TCP flags. */
const char *flow_tcp_flags(uint8_t flags);

#endif
