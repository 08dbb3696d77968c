/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_GATE_H
#define _NATGW_GATE_H

#include "natgw.h"

struct net_device;

bool natgw_gate_add(struct natgw_net *nn, enum natgw_gate gate,
		    struct net_device *dev);
void natgw_gate_del(struct natgw_net *nn, const struct net_device *dev);
bool natgw_gate_start(struct natgw_net *nn, enum natgw_gate gate);
void natgw_gate_stop(struct natgw_net *nn, enum natgw_gate gate);

#endif /* _NATGW_GATE_H */
