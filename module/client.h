/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_CLIENT_H
#define _NATGW_CLIENT_H

#include <linux/types.h>

struct natgw_client;
struct natgw_config;
struct natgw_gw;
struct natgw_net;

/* Inside hosts that share an entry of the table */
enum { NATGW_CLIENT_NEIGHBOURS = 8 };

/* What is known of an inside host. */
struct natgw_client_report {
	const struct natgw_gw *gw;
	__be32 addr;
	u32 flows;
	u32 ports;
	u32 opening;
	u32 created;
};

/**
 * struct natgw_client_use - what limits are compared with
 * @begun: flows that the client has asked for in this second
 * @flows: its flows
 * @opening: its half-open connections, where the flow in question is one
 * @ports: its external ports, where the flow in question takes one
 * @all: flows of the gateway
 * @clients: the gateway's clients, at least one
 */
struct natgw_client_use {
	u32 begun;
	u32 flows;
	u32 opening;
	u32 ports;
	u32 all;
	u32 clients;
};

int natgw_client_table_init(struct natgw_net *nn);
void natgw_client_table_exit(struct natgw_net *nn);
struct natgw_client *natgw_client_join(struct natgw_gw *gw, __be32 addr);
int natgw_client_admit(struct natgw_client *client,
		       const struct natgw_config *config, bool opening,
		       bool again);
void natgw_client_began(struct natgw_client *client);
int natgw_client_look(struct natgw_gw *gw, const struct natgw_config *config,
		      __be32 addr, bool opening, bool port,
		      struct natgw_client_use *use);
int natgw_client_take_port(struct natgw_client *client,
			   const struct natgw_config *config);
void natgw_client_reopen(struct natgw_client *client);
void natgw_client_opened(struct natgw_client *client);
void natgw_client_put(struct natgw_client *client);
void natgw_client_leave(struct natgw_client *client, bool flow, bool port);
bool natgw_client_report(struct natgw_gw *gw, __be32 addr,
			 struct natgw_client_report *report);
unsigned int natgw_client_walk_report(const void *entry,
				      struct natgw_client_report *report);

#endif /* _NATGW_CLIENT_H */
