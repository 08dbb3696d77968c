/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_HOST_H
#define _NATGW_HOST_H

#include <linux/types.h>

struct natgw_flow;

bool natgw_host_owns(const struct natgw_flow *flow);

#endif /* _NATGW_HOST_H */
