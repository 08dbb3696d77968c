/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_TCP_H
#define _NATGW_TCP_H

#include "flow.h"

bool natgw_tcp_begin(struct natgw_flow *flow, u8 flags);
void natgw_tcp_packet(struct natgw_flow *flow, enum natgw_dir dir, u8 flags);
void natgw_tcp_count(const struct natgw_flow *flow, int counter);

#endif /* _NATGW_TCP_H */
