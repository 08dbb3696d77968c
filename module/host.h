/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_HOST_H
#define _NATGW_HOST_H

#include <linux/types.h>

struct natgw_flow;
struct natgw_lane;
struct natgw_tuple;
struct net;

bool natgw_host_expects(struct net *net, int ifindex,
			const struct natgw_tuple *tuple);
bool natgw_host_uses(const struct natgw_flow *flow);
u32 natgw_host_reserved(const struct net *net, const struct natgw_lane *lane);
u32 natgw_host_next(struct net *net, u16 port);

#endif /* _NATGW_HOST_H */
