/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_HOOK_H
#define _NATGW_HOOK_H

#include <linux/netfilter.h>

enum { NATGW_HOOKS = 2 };

extern const struct nf_hook_ops natgw_hook_ops[NATGW_HOOKS];

#endif /* _NATGW_HOOK_H */
