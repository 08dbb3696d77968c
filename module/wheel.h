/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_WHEEL_H
#define _NATGW_WHEEL_H

struct natgw_flow;
struct natgw_net;

int natgw_wheel_init(struct natgw_net *nn);
void natgw_wheel_exit(struct natgw_net *nn);
void natgw_wheel_add(struct natgw_net *nn, struct natgw_flow *flow);
void natgw_wheel_move(struct natgw_net *nn, struct natgw_flow *flow);
void natgw_wheel_del(struct natgw_net *nn, struct natgw_flow *flow);
void natgw_wheel_turn(struct natgw_net *nn);

#endif /* _NATGW_WHEEL_H */
