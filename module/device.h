/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_DEVICE_H
#define _NATGW_DEVICE_H

struct natgw_net;
struct net_device;

const char *natgw_device_trouble(const struct net_device *dev);
void natgw_device_settle(struct natgw_net *nn, const struct net_device *dev);
void natgw_device_guard(struct natgw_net *nn);
int natgw_device_init(void);
void natgw_device_exit(void);

#endif /* _NATGW_DEVICE_H */
