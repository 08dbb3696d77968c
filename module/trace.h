/* SPDX-License-Identifier: GPL-2.0 */
/* Trace events, in tracefs below events/natgw/. While nobody has switched one on,
 * a static key keeps the packet path past it. The words for numbers come from the
 * netlink specification (trace-gen.h).
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM natgw

#if !defined(_NATGW_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _NATGW_TRACE_H

#include <linux/tracepoint.h>

#include "drop.h"
#include "flow.h"
#include "gateway.h"
#include "trace-gen.h"

DECLARE_EVENT_CLASS(natgw_flow,
	TP_PROTO(const struct natgw_flow *flow, int end),
	TP_ARGS(flow, end),
	TP_STRUCT__entry(
		__array(char, gateway, NATGW_NAME_LEN + 1)
		__field(u8, proto)
		__field(u8, kind)
		__field(u8, end)
		__array(u8, src, 4)
		__array(u8, dst, 4)
		__array(u8, wire_ip, 4)
		__field(u16, sport)
		__field(u16, dport)
		__field(u16, wire_port)
	),
	TP_fast_assign(
		const struct natgw_tuple *o =
			natgw_flow_tuple(flow, NATGW_DIR_ORIGINAL);
		const struct natgw_tuple *r =
			natgw_flow_tuple(flow, NATGW_DIR_REPLY);

		memcpy(__entry->gateway, flow->gw->name,
		       sizeof(__entry->gateway));
		__entry->proto = o->proto;
		__entry->kind = flow->kind;
		__entry->end = end;
		memcpy(__entry->src, &o->src, 4);
		memcpy(__entry->dst, &o->dst, 4);
		memcpy(__entry->wire_ip, &r->dst, 4);
		__entry->sport = ntohs(o->sport);
		__entry->dport = ntohs(o->dport);
		__entry->wire_port = ntohs(r->dport);
	),
	TP_printk("gateway=%s kind=%s proto=%u src=%pI4 sport=%u dst=%pI4 dport=%u wire_ip=%pI4 wire_port=%u",
		  __entry->gateway,
		  __print_symbolic(__entry->kind, NATGW_FLOW_KIND_SYMBOLS),
		  __entry->proto, __entry->src, __entry->sport, __entry->dst,
		  __entry->dport, __entry->wire_ip, __entry->wire_port)
);

DEFINE_EVENT(natgw_flow, natgw_flow_new,
	TP_PROTO(const struct natgw_flow *flow, int end),
	TP_ARGS(flow, end)
);

DEFINE_EVENT_PRINT(natgw_flow, natgw_flow_end,
	TP_PROTO(const struct natgw_flow *flow, int end),
	TP_ARGS(flow, end),
	TP_printk("gateway=%s kind=%s proto=%u src=%pI4 sport=%u dst=%pI4 dport=%u wire_ip=%pI4 wire_port=%u end=%s",
		  __entry->gateway,
		  __print_symbolic(__entry->kind, NATGW_FLOW_KIND_SYMBOLS),
		  __entry->proto, __entry->src, __entry->sport, __entry->dst,
		  __entry->dport, __entry->wire_ip, __entry->wire_port,
		  __print_symbolic(__entry->end, NATGW_FLOW_END_SYMBOLS))
);

TRACE_EVENT(natgw_drop,
	TP_PROTO(const struct natgw_drop *drop),
	TP_ARGS(drop),
	TP_STRUCT__entry(
		__array(char, gateway, NATGW_NAME_LEN + 1)
		__field(u8, cause)
		__field(u8, proto)
		__array(u8, src, 4)
		__array(u8, dst, 4)
		__field(u16, sport)
		__field(u16, dport)
		__field(int, iif)
		__field(u32, len)
	),
	TP_fast_assign(
		const struct natgw_tuple *t = &drop->tuple;

		memcpy(__entry->gateway, drop->gateway,
		       sizeof(__entry->gateway));
		__entry->cause = drop->cause;
		__entry->proto = t->proto;
		memcpy(__entry->src, &t->src, 4);
		memcpy(__entry->dst, &t->dst, 4);
		__entry->sport = ntohs(t->sport);
		__entry->dport = ntohs(t->dport);
		__entry->iif = drop->iif;
		__entry->len = drop->len;
	),
	TP_printk("gateway=%s cause=%s proto=%u src=%pI4 sport=%u dst=%pI4 dport=%u iif=%d len=%u",
		  __entry->gateway,
		  __print_symbolic(__entry->cause, NATGW_DROP_SYMBOLS),
		  __entry->proto, __entry->src, __entry->sport, __entry->dst,
		  __entry->dport, __entry->iif, __entry->len)
);

#endif /* _NATGW_TRACE_H */

/* Outside of the protection: the kernel reads this file several times. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
