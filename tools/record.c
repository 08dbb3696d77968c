// SPDX-License-Identifier: GPL-2.0
/* A flow's record, as the flow log writes it. */
#include "nl.h"
#include "record.h"

void record_read(const struct nlmsghdr *nlh, struct record *record)
{
	const struct nlattr *tb[NATGW_A_FLOW_MAX + 1];

	nl_attrs(nlh, tb, NATGW_A_FLOW_MAX);
	record->over = nl_u32(tb[NATGW_A_FLOW_EVENT]) == NATGW_EVENT_DELETE;
	nl_copy(tb[NATGW_A_FLOW_GATEWAY], record->gateway,
		sizeof(record->gateway));
	record->kind = nl_u32(tb[NATGW_A_FLOW_KIND]);
	record->proto = nl_u8(tb[NATGW_A_FLOW_PROTO]);
	record->src = nl_u32(tb[NATGW_A_FLOW_SRC]);
	record->dst = nl_u32(tb[NATGW_A_FLOW_DST]);
	record->wire_ip = nl_u32(tb[NATGW_A_FLOW_WIRE_IP]);
	record->eip = nl_u32(tb[NATGW_A_FLOW_EIP]);
	record->has_eip = tb[NATGW_A_FLOW_EIP];
	record->sport = ntohs(nl_u16(tb[NATGW_A_FLOW_SPORT]));
	record->dport = ntohs(nl_u16(tb[NATGW_A_FLOW_DPORT]));
	record->wire_port = ntohs(nl_u16(tb[NATGW_A_FLOW_WIRE_PORT]));
	record->start = nl_u64(tb[NATGW_A_FLOW_START]);
	record->ended = nl_u64(tb[NATGW_A_FLOW_ENDED]);
	record->end = nl_u32(tb[NATGW_A_FLOW_END]);
	record->counted = tb[NATGW_A_FLOW_PACKETS_OUT];
	record->out.packets = nl_u64(tb[NATGW_A_FLOW_PACKETS_OUT]);
	record->out.bytes = nl_u64(tb[NATGW_A_FLOW_BYTES_OUT]);
	record->out.tcp_flags = nl_u8(tb[NATGW_A_FLOW_TCP_FLAGS_OUT]);
	record->in.packets = nl_u64(tb[NATGW_A_FLOW_PACKETS_IN]);
	record->in.bytes = nl_u64(tb[NATGW_A_FLOW_BYTES_IN]);
	record->in.tcp_flags = nl_u8(tb[NATGW_A_FLOW_TCP_FLAGS_IN]);
}

/* Each bit of the result depends on each of the number. */
static uint32_t mix(uint32_t hash, uint32_t num)
{
	hash ^= num;
	hash = (hash ^ hash >> 16) * 0x85ebca6b;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35;
	return hash ^ hash >> 16;
}

/* By what a flow is, so that its start and its end have the same answer. */
bool record_sampled(const struct record *record, uint32_t of)
{
	uint32_t hash;

	if (of == 1)
		return true;
	hash = mix(record->proto, record->src);
	hash = mix(hash, record->dst);
	hash = mix(hash, (uint32_t)record->sport << 16 | record->dport);
	return hash % of == 0;
}
