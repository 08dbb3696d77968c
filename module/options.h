/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_OPTIONS_H
#define _NATGW_OPTIONS_H

#include <net/netlink.h>

struct natgw_config;

void natgw_options_default(struct natgw_config *config, u32 profile);
int natgw_options_parse(struct natgw_config *config, struct nlattr *nest,
			struct netlink_ext_ack *extack);
int natgw_options_put(struct sk_buff *msg, const struct natgw_config *config);

#endif /* _NATGW_OPTIONS_H */
