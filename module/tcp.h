/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_TCP_H
#define _NATGW_TCP_H

#include "flow.h"

/* What a packet means to its flow. */
enum natgw_tcp {
	NATGW_TCP_REFRESH,	/* the flow is in use */
	NATGW_TCP_PASS,		/* it says nothing about that */
	NATGW_TCP_SPOOFED,	/* an RST that nobody of the two can have sent */
};

bool natgw_tcp_begin(struct natgw_flow *flow, enum natgw_dir dir,
		     const struct natgw_pkt *pkt);
enum natgw_tcp natgw_tcp_packet(struct natgw_flow *flow, enum natgw_dir dir,
				const struct natgw_pkt *pkt);
void natgw_tcp_data(struct natgw_flow *flow, enum natgw_dir dir,
		    const struct natgw_pkt *pkt);
bool natgw_tcp_under_way(const struct natgw_flow *flow, u32 seq);
void natgw_tcp_count(const struct natgw_flow *flow, int counter);

#endif /* _NATGW_TCP_H */
