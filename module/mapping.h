/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_MAPPING_H
#define _NATGW_MAPPING_H

#include <uapi/linux/natgw.h>

struct natgw_config;
struct natgw_external;
struct natgw_flow;
struct natgw_gw;
struct natgw_net;
struct natgw_pkt;
struct natgw_tuple;

u32 natgw_mapping_of(const struct natgw_config *config, u8 proto);
struct natgw_flow *natgw_mapping_get(struct natgw_gw *gw,
				     enum natgw_flow_kind kind,
				     const struct natgw_pkt *pkt,
				     __be32 pinned);
struct natgw_flow *natgw_mapping_again(struct natgw_gw *gw,
				       enum natgw_flow_kind kind,
				       const struct natgw_tuple *tuple,
				       __be32 pinned,
				       const struct natgw_external *external);
struct natgw_flow *natgw_mapping_find_outside(struct natgw_net *nn,
					      const struct natgw_config *config,
					      const struct natgw_tuple *tuple,
					      bool *filtered);
struct natgw_flow *natgw_mapping_find_inside(struct natgw_gw *gw, __be32 addr,
					     __be16 port, u8 proto,
					     __be32 pinned);
const struct natgw_flow *natgw_mapping_look(const struct natgw_gw *gw,
					    const struct natgw_tuple *tuple,
					    __be32 pinned);
struct natgw_tuple natgw_mapping_reply(const struct natgw_config *config,
				       const struct natgw_tuple *original);
bool natgw_mapping_taken(struct natgw_net *nn,
			 const struct natgw_config *config,
			 const struct natgw_tuple *reply);
void natgw_mapping_put(struct natgw_net *nn, struct natgw_flow *mapping,
		       enum natgw_flow_end why);
struct natgw_flow *natgw_mapping_root(struct natgw_flow *mapping);

#endif /* _NATGW_MAPPING_H */
