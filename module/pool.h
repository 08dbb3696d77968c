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
struct natgw_treatment;
struct natgw_tuple;

/**
 * struct natgw_pool_look - what a flow would find
 * @addr: the address, or NULL
 * @ports: ports that it could have of that address towards its destination
 * @used: those of them that flows have
 * @kept: those that are left to this host
 */
struct natgw_pool_look {
	const struct natgw_addr *addr;
	u32 ports;
	u32 used;
	u32 kept;
};

/**
 * struct natgw_external - the external endpoint that a flow or a mapping had
 * @addr: an address of its gateway
 * @port: its port there
 * @used: when it was used last, as natgw_flow.used has it
 */
struct natgw_external {
	struct natgw_addr *addr;
	__be16 port;
	u32 used;
};

struct natgw_addr *natgw_pool_address(const struct natgw_config *config,
				      __be32 ip);
const struct natgw_addr *natgw_pool_first(const struct natgw_config *config,
					  const struct natgw_tuple *original);
int natgw_pool_look(struct natgw_gw *gw, const struct natgw_tuple *original,
		    __be32 pinned, struct natgw_pool_look *look);
int natgw_pool_take(struct natgw_net *nn, const struct natgw_config *config,
		    struct natgw_flow *flow, __be32 client, bool own_port,
		    __be32 pinned);
struct natgw_flow *natgw_pool_holder(const struct natgw_gw *gw,
				     const struct natgw_tuple *original,
				     const struct natgw_tuple *reply);
int natgw_pool_retake(struct natgw_net *nn, struct natgw_flow *flow,
		      const struct natgw_external *external);
int natgw_pool_count(const struct natgw_config *config, struct natgw_flow *flow,
		     bool port, bool again);
int natgw_pool_join(struct natgw_net *nn, struct natgw_flow *flow,
		    struct natgw_flow *mapping);
struct natgw_flow *natgw_pool_bind(struct natgw_gw *gw,
				   enum natgw_flow_kind kind,
				   const struct natgw_pkt *pkt,
				   const struct natgw_treatment *treatment);
struct natgw_flow *natgw_pool_admit(struct natgw_flow *mapping,
				    const struct natgw_pkt *pkt);

#endif /* _NATGW_POOL_H */
