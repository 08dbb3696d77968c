/* SPDX-License-Identifier: GPL-2.0 */
/* What the list of flows and their events print alike. */
#ifndef NATCTL_FLOW_H
#define NATCTL_FLOW_H

struct nlattr;

/* An address with its port, as far as they are there. */
void flow_endpoint(const char *addr_key, const char *port_key,
		   const char *before, const struct nlattr *addr,
		   const struct nlattr *port);

/* The name of the gateway that something belongs to. */
void flow_gateway(const char *before, const struct nlattr *attr);

#endif
