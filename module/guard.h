/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_GUARD_H
#define _NATGW_GUARD_H

struct natgw_net;
struct nf_hook_state;
struct sk_buff;

unsigned int natgw_guard(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state);
bool natgw_guard_wanted(const struct natgw_net *nn);

#endif /* _NATGW_GUARD_H */
