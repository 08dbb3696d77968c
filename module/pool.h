/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_POOL_H
#define _NATGW_POOL_H

#include <uapi/linux/natgw.h>

struct natgw_addr;
struct natgw_config;
struct natgw_flow;
struct natgw_gw;
struct natgw_net;
struct natgw_pkt;

struct natgw_addr *natgw_pool_address(const struct natgw_config *config,
				      __be32 client);
struct natgw_flow *natgw_pool_bind(struct natgw_gw *gw, struct natgw_addr *addr,
				   enum natgw_flow_kind kind,
				   const struct natgw_pkt *pkt);

#endif /* _NATGW_POOL_H */
