/* SPDX-License-Identifier: GPL-2.0 */
/* This host's devices, addresses and routes, and what its routing would do. */
#ifndef NATCTL_HOST_H
#define NATCTL_HOST_H

#include <net/if.h>

#include "args.h"
#include "nl.h"

struct device {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint32_t mtu;
	uint32_t rx_queues;
	bool up;
	bool software;		/* of a kind that has no hardware of its own */
};

struct route {
	struct prefix dst;
	uint32_t ifindex;	/* 0: several ways, or none */
	bool on_link;		/* no router in between */
};

struct host {
	struct nl_list devices, addresses, routes, rules;
};

/* Reads them; 0 or -errno. */
int host_read(struct host *host);
void host_free(struct host *host);

/* By index, or by name where that is 0; false where there is none. */
bool host_device(const struct host *host, uint32_t ifindex, const char *name,
		 struct device *device);

/* Whether the address is on some device. */
bool host_has(const struct host *host, in_addr_t addr);

/* Calls back for each route to other hosts, of whatever table. */
void host_routes(const struct host *host,
		 void (*callback)(const struct route *route, void *data),
		 void *data);

/* An address of a prefix that a host other than this may have; 0: none. */
in_addr_t host_neighbour(const struct host *host, const struct prefix *prefix);

/* Whether routes depend on marks, which packets have that one cannot ask about. */
bool host_marks(const struct host *host);

/* By which way this host sends to an address; 0 or -errno. */
int route_to(in_addr_t dst, struct route *route);

/*
 * What it does to a packet that comes in by a device: 0 where it is to be forwarded,
 * with the way; or -errno, as -EXDEV where rp_filter drops it.
 */
int route_through(in_addr_t src, in_addr_t dst, uint32_t iif,
		  struct route *route);

#endif
