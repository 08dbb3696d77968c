/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_ANSWER_H
#define _NATGW_ANSWER_H

#include <linux/skbuff.h>

struct natgw_config;
struct natgw_net;
struct natgw_pkt;

int natgw_answer_init(struct natgw_net *nn);
void natgw_answer_exit(struct natgw_net *nn);
void natgw_answer_refuse(const struct natgw_config *config,
			 struct sk_buff *skb);
bool natgw_answer_reset(struct natgw_net *nn, struct sk_buff *skb,
			const struct natgw_pkt *pkt);
void natgw_answer_later(struct natgw_net *nn, struct sk_buff *skb,
			const struct natgw_pkt *pkt);
void natgw_answer_due(struct natgw_net *nn);

#endif /* _NATGW_ANSWER_H */
