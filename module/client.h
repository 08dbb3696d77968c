/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_CLIENT_H
#define _NATGW_CLIENT_H

#include <linux/types.h>

struct natgw_client;
struct natgw_config;
struct natgw_gw;
struct natgw_net;

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

#endif /* _NATGW_CLIENT_H */
