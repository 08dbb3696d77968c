/* SPDX-License-Identifier: GPL-2.0 */
/* When something that fills up is worth a word. */
#ifndef _NATGW_LEVEL_H
#define _NATGW_LEVEL_H

#include <linux/types.h>

struct natgw_net;

/* Events about levels that a gateway sends in a second. */
enum { NATGW_LEVEL_EVENTS = 10 };

bool natgw_level_high(u32 used, u32 limit, bool high);
void natgw_level_look(struct natgw_net *nn);

#endif /* _NATGW_LEVEL_H */
