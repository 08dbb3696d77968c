/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_WATCH_H
#define _NATGW_WATCH_H

#include "natgw.h"

void natgw_watch_start(struct natgw_net *nn, enum natgw_watch watch);
void natgw_watch_stop(struct natgw_net *nn);

#endif /* _NATGW_WATCH_H */
