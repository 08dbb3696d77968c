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

/* What is known of an inside host, which has flows while it has users. */
struct natgw_client_report {
	const struct natgw_gw *gw;
	__be32 addr;
	int users;
	u32 flows;
	u32 ports;
	u32 opening;
};

int natgw_client_table_init(struct natgw_net *nn);
void natgw_client_table_exit(struct natgw_net *nn);
struct natgw_client *natgw_client_join(struct natgw_gw *gw, __be32 addr);
int natgw_client_admit(struct natgw_client *client,
		       const struct natgw_config *config, bool opening);
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
