/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_INGRESS_H
#define _NATGW_INGRESS_H

struct natgw_net;
struct net_device;

void natgw_ingress_add(struct natgw_net *nn, struct net_device *dev);
void natgw_ingress_del(struct natgw_net *nn, const struct net_device *dev);
void natgw_ingress_start(struct natgw_net *nn);
void natgw_ingress_stop(struct natgw_net *nn);

#endif /* _NATGW_INGRESS_H */
