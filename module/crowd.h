/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_CROWD_H
#define _NATGW_CROWD_H

#include <linux/types.h>

struct natgw_flow;
struct natgw_net;
struct natgw_tuple;

int natgw_crowd_table_init(struct natgw_net *nn);
void natgw_crowd_table_exit(struct natgw_net *nn);
int natgw_crowd_take(struct natgw_net *nn, struct natgw_flow *flow, bool make);
void natgw_crowd_release(struct natgw_net *nn, const struct natgw_tuple *reply);

#endif /* _NATGW_CROWD_H */
