/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_WHY_H
#define _NATGW_WHY_H

#include "gateway.h"
#include "hook.h"

/**
 * struct natgw_why - a question, and the answer so far
 * @msg: the answer, which steps are added to
 * @full: one did not fit
 * @ctx: the packet; with the gateway that it concerns, or NULL
 * @state: where it comes in and goes out
 * @treatment: what rules want
 * @verdict: enum natgw_why_verdict
 * @cause: why it is dropped, where it is
 * @wire_ip: its source after translation, or 0
 * @wire_port: its port, or 0 where it would be chosen
 * @known: it belongs to a flow
 * @armed: and would take the fast path
 */
struct natgw_why {
	struct sk_buff *msg;
	bool full;
	struct natgw_ctx ctx;
	struct nf_hook_state state;
	struct natgw_treatment treatment;
	u32 verdict;
	u32 cause;
	__be32 wire_ip;
	__be16 wire_port;
	bool known;
	bool armed;
};

void natgw_why_ask(struct natgw_why *why);
int natgw_why_put(const struct natgw_why *why);

#endif /* _NATGW_WHY_H */
