// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/natgw.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/natgw.h>

/* Common nested types */
const struct nla_policy natgw_options_nl_policy[NATGW_A_OPTIONS_IDLE_REPORT + 1] = {
	[NATGW_A_OPTIONS_UNSOLICITED] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_OPTIONS_CONNTRACK] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_MAX_FLOWS] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_TCP_OPENING] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_TCP_ESTABLISHED] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_TCP_CLOSING] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_UDP] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_ICMP] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_OTHER] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_TCP_MAPPING] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_OPTIONS_UDP_MAPPING] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_OPTIONS_TCP_FILTERING] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_OPTIONS_UDP_FILTERING] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_OPTIONS_HAIRPIN] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_INBOUND_REFRESH] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PORT_PARITY] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PORT_CLASS] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_SPILL] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_MIDSTREAM] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_OPTIONS_SYN_ANSWER] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_REFUSAL] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_OPTIONS_HOLD_FIN] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_HOLD_RST] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_HOLD_OPENING] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_HOLD_UDP] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_HOLD_MAX] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_CLIENT_FLOWS] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_CLIENT_PORTS] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_CLIENT_OPENING] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_CLIENT_RATE] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_FAIR_SHARE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_MSS] = { .type = NLA_U32, },
	[NATGW_A_OPTIONS_UNIQUE_IP_ID] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PROTO_UDPLITE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PROTO_SCTP] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PROTO_DCCP] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PROTO_GRE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PROTO_ESP] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PROTO_AH] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PROTO_IPIP] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_PROTO_OTHER] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_FASTPATH] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_ACCOUNTING] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_OPTIONS_IDLE_REPORT] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy natgw_pair_nl_policy[NATGW_A_PAIR_STATE + 1] = {
	[NATGW_A_PAIR_EIP] = { .type = NLA_U32, },
	[NATGW_A_PAIR_PRIVATE_IP] = { .type = NLA_U32, },
	[NATGW_A_PAIR_STATE] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy natgw_prefix_nl_policy[NATGW_A_PREFIX_LEN + 1] = {
	[NATGW_A_PREFIX_ADDR] = { .type = NLA_U32, },
	[NATGW_A_PREFIX_LEN] = NLA_POLICY_RANGE(NLA_U8, 1, 32),
};

/* NATGW_CMD_GATEWAY_NEW - do */
const struct nla_policy natgw_gateway_new_nl_policy[NATGW_A_GATEWAY_OPTIONS + 1] = {
	[NATGW_A_GATEWAY_NAME] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_GATEWAY_DEV] = { .type = NLA_NUL_STRING, .len = NATGW_DEV_LEN, },
	[NATGW_A_GATEWAY_CONNECTIVITY] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_GATEWAY_ADDRESS] = NLA_POLICY_NESTED(natgw_pair_nl_policy),
	[NATGW_A_GATEWAY_INSIDE] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
	[NATGW_A_GATEWAY_PROFILE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_GATEWAY_OPTIONS] = NLA_POLICY_NESTED(natgw_options_nl_policy),
};

/* NATGW_CMD_GATEWAY_SET - do */
const struct nla_policy natgw_gateway_set_nl_policy[NATGW_A_GATEWAY_OPTIONS + 1] = {
	[NATGW_A_GATEWAY_NAME] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_GATEWAY_INSIDE] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
	[NATGW_A_GATEWAY_INSIDE_ANY] = { .type = NLA_FLAG, },
	[NATGW_A_GATEWAY_PROFILE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_GATEWAY_OPTIONS] = NLA_POLICY_NESTED(natgw_options_nl_policy),
};

/* NATGW_CMD_GATEWAY_DEL - do */
const struct nla_policy natgw_gateway_del_nl_policy[NATGW_A_GATEWAY_NAME + 1] = {
	[NATGW_A_GATEWAY_NAME] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
};

/* NATGW_CMD_GATEWAY_GET - do */
const struct nla_policy natgw_gateway_get_nl_policy[NATGW_A_GATEWAY_NAME + 1] = {
	[NATGW_A_GATEWAY_NAME] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
};

/* NATGW_CMD_ADDRESS_NEW - do */
const struct nla_policy natgw_address_new_nl_policy[NATGW_A_ADDRESS_PRIVATE_IP + 1] = {
	[NATGW_A_ADDRESS_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_ADDRESS_EIP] = { .type = NLA_U32, },
	[NATGW_A_ADDRESS_PRIVATE_IP] = { .type = NLA_U32, },
};

/* NATGW_CMD_ADDRESS_DEL - do */
const struct nla_policy natgw_address_del_nl_policy[NATGW_A_ADDRESS_DRAIN + 1] = {
	[NATGW_A_ADDRESS_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_ADDRESS_EIP] = { .type = NLA_U32, },
	[NATGW_A_ADDRESS_PRIVATE_IP] = { .type = NLA_U32, },
	[NATGW_A_ADDRESS_DRAIN] = { .type = NLA_U32, },
};

/* NATGW_CMD_ADDRESS_GET - do */
const struct nla_policy natgw_address_get_nl_policy[NATGW_A_ADDRESS_PRIVATE_IP + 1] = {
	[NATGW_A_ADDRESS_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_ADDRESS_EIP] = { .type = NLA_U32, },
	[NATGW_A_ADDRESS_PRIVATE_IP] = { .type = NLA_U32, },
};

/* NATGW_CMD_FLOW_GET - do */
const struct nla_policy natgw_flow_get_nl_policy[NATGW_A_FLOW_WHOLE + 1] = {
	[NATGW_A_FLOW_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_FLOW_PROTO] = { .type = NLA_U8, },
	[NATGW_A_FLOW_SRC] = { .type = NLA_U32, },
	[NATGW_A_FLOW_DST] = { .type = NLA_U32, },
	[NATGW_A_FLOW_SPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_DPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
	[NATGW_A_FLOW_DST_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
	[NATGW_A_FLOW_WHOLE] = { .type = NLA_FLAG, },
};

/* NATGW_CMD_FLOW_FLUSH - do */
const struct nla_policy natgw_flow_flush_nl_policy[NATGW_A_FLOW_DST_LEN + 1] = {
	[NATGW_A_FLOW_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_FLOW_PROTO] = { .type = NLA_U8, },
	[NATGW_A_FLOW_SRC] = { .type = NLA_U32, },
	[NATGW_A_FLOW_DST] = { .type = NLA_U32, },
	[NATGW_A_FLOW_SPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_DPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
	[NATGW_A_FLOW_DST_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
};

/* NATGW_CMD_FLOW_COUNT - do */
const struct nla_policy natgw_flow_count_nl_policy[NATGW_A_FLOW_DST_LEN + 1] = {
	[NATGW_A_FLOW_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_FLOW_PROTO] = { .type = NLA_U8, },
	[NATGW_A_FLOW_SRC] = { .type = NLA_U32, },
	[NATGW_A_FLOW_DST] = { .type = NLA_U32, },
	[NATGW_A_FLOW_SPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_DPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
	[NATGW_A_FLOW_DST_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
};

/* NATGW_CMD_STATS_GET - do */
const struct nla_policy natgw_stats_get_nl_policy[NATGW_A_STATS_GATEWAY + 1] = {
	[NATGW_A_STATS_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
};

/* NATGW_CMD_FENCE_GET - do */
const struct nla_policy natgw_fence_get_nl_policy[NATGW_A_FENCE_DEV + 1] = {
	[NATGW_A_FENCE_DEV] = { .type = NLA_NUL_STRING, .len = NATGW_DEV_LEN, },
};

/* NATGW_CMD_FENCE_DEL - do */
const struct nla_policy natgw_fence_del_nl_policy[NATGW_A_FENCE_DEV + 1] = {
	[NATGW_A_FENCE_DEV] = { .type = NLA_NUL_STRING, .len = NATGW_DEV_LEN, },
};

/* NATGW_CMD_RULE_NEW - do */
const struct nla_policy natgw_rule_new_nl_policy[NATGW_A_RULE_IDLE + 1] = {
	[NATGW_A_RULE_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_RULE_PREF] = { .type = NLA_U32, },
	[NATGW_A_RULE_SRC] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
	[NATGW_A_RULE_DST] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
	[NATGW_A_RULE_PROTO] = { .type = NLA_U8, },
	[NATGW_A_RULE_DPORT] = { .type = NLA_U16, },
	[NATGW_A_RULE_DPORT_END] = { .type = NLA_U16, },
	[NATGW_A_RULE_EXEMPT] = { .type = NLA_FLAG, },
	[NATGW_A_RULE_ADDRESS] = { .type = NLA_U32, },
	[NATGW_A_RULE_IDLE] = { .type = NLA_U32, },
};

/* NATGW_CMD_RULE_DEL - do */
const struct nla_policy natgw_rule_del_nl_policy[NATGW_A_RULE_PREF + 1] = {
	[NATGW_A_RULE_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_RULE_PREF] = { .type = NLA_U32, },
};

/* NATGW_CMD_RULE_GET - do */
const struct nla_policy natgw_rule_get_nl_policy[NATGW_A_RULE_PREF + 1] = {
	[NATGW_A_RULE_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_RULE_PREF] = { .type = NLA_U32, },
};

/* NATGW_CMD_PORT_GET - do */
const struct nla_policy natgw_port_get_nl_policy[NATGW_A_PORT_STEP + 1] = {
	[NATGW_A_PORT_WIRE_IP] = { .type = NLA_U32, },
	[NATGW_A_PORT_PROTO] = { .type = NLA_U8, },
	[NATGW_A_PORT_DST] = { .type = NLA_U32, },
	[NATGW_A_PORT_DPORT] = { .type = NLA_U16, },
	[NATGW_A_PORT_FIRST] = { .type = NLA_U16, },
	[NATGW_A_PORT_STEP] = { .type = NLA_U16, },
};

/* NATGW_CMD_CLIENT_GET - do */
const struct nla_policy natgw_client_get_nl_policy[NATGW_A_CLIENT_ADDR + 1] = {
	[NATGW_A_CLIENT_GATEWAY] = { .type = NLA_NUL_STRING, },
	[NATGW_A_CLIENT_ADDR] = { .type = NLA_U32, },
};

/* NATGW_CMD_DROP_GET - do */
const struct nla_policy natgw_drop_get_nl_policy[NATGW_A_DROP_AFTER + 1] = {
	[NATGW_A_DROP_AFTER] = { .type = NLA_U64, },
};

/* NATGW_CMD_WHY_GET - do */
const struct nla_policy natgw_why_get_nl_policy[NATGW_A_WHY_DEV + 1] = {
	[NATGW_A_WHY_PROTO] = { .type = NLA_U8, },
	[NATGW_A_WHY_SRC] = { .type = NLA_U32, },
	[NATGW_A_WHY_SPORT] = { .type = NLA_U16, },
	[NATGW_A_WHY_DST] = { .type = NLA_U32, },
	[NATGW_A_WHY_DPORT] = { .type = NLA_U16, },
	[NATGW_A_WHY_DEV] = { .type = NLA_NUL_STRING, .len = NATGW_DEV_LEN, },
};

/* NATGW_CMD_IDLE_GET - do */
const struct nla_policy natgw_idle_get_nl_policy[NATGW_A_IDLE_AFTER + 1] = {
	[NATGW_A_IDLE_AFTER] = { .type = NLA_U64, },
};

/* NATGW_CMD_TOP_GET - do */
const struct nla_policy natgw_top_get_nl_policy[NATGW_A_TOP_COUNT + 1] = {
	[NATGW_A_TOP_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_TOP_BY] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_TOP_DESTINATIONS] = { .type = NLA_FLAG, },
	[NATGW_A_TOP_COUNT] = NLA_POLICY_RANGE(NLA_U32, 1, NATGW_MAX_TOP),
};

/* NATGW_CMD_LABEL_SET - do */
const struct nla_policy natgw_label_set_nl_policy[NATGW_A_LABEL_NAME + 1] = {
	[NATGW_A_LABEL_PREFIX] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
	[NATGW_A_LABEL_NAME] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
};

/* NATGW_CMD_LABEL_DEL - do */
const struct nla_policy natgw_label_del_nl_policy[NATGW_A_LABEL_PREFIX + 1] = {
	[NATGW_A_LABEL_PREFIX] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
};

/* NATGW_CMD_LABEL_GET - do */
const struct nla_policy natgw_label_get_nl_policy[NATGW_A_LABEL_PREFIX + 1] = {
	[NATGW_A_LABEL_PREFIX] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
};

/* NATGW_CMD_FLOW_NEW - do */
const struct nla_policy natgw_flow_new_nl_policy[NATGW_A_FLOW_ACK_IN + 1] = {
	[NATGW_A_FLOW_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_FLOW_PROTO] = { .type = NLA_U8, },
	[NATGW_A_FLOW_SRC] = { .type = NLA_U32, },
	[NATGW_A_FLOW_DST] = { .type = NLA_U32, },
	[NATGW_A_FLOW_SPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_DPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_WIRE_IP] = { .type = NLA_U32, },
	[NATGW_A_FLOW_WIRE_PORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_STATE] = NLA_POLICY_MAX(NLA_U32, 9),
	[NATGW_A_FLOW_KIND] = NLA_POLICY_MAX(NLA_U32, 2),
	[NATGW_A_FLOW_EXPIRES] = { .type = NLA_U32, },
	[NATGW_A_FLOW_START] = { .type = NLA_U64, },
	[NATGW_A_FLOW_PACKETS_OUT] = { .type = NLA_U64, },
	[NATGW_A_FLOW_BYTES_OUT] = { .type = NLA_U64, },
	[NATGW_A_FLOW_PACKETS_IN] = { .type = NLA_U64, },
	[NATGW_A_FLOW_BYTES_IN] = { .type = NLA_U64, },
	[NATGW_A_FLOW_TCP_FLAGS_OUT] = { .type = NLA_U8, },
	[NATGW_A_FLOW_TCP_FLAGS_IN] = { .type = NLA_U8, },
	[NATGW_A_FLOW_GUEST] = { .type = NLA_FLAG, },
	[NATGW_A_FLOW_MAPPED] = { .type = NLA_FLAG, },
	[NATGW_A_FLOW_IDLE] = { .type = NLA_U32, },
	[NATGW_A_FLOW_TCP_SEEN] = NLA_POLICY_MASK(NLA_U32, 0x3ff),
	[NATGW_A_FLOW_SEQ_OUT] = { .type = NLA_U32, },
	[NATGW_A_FLOW_ACK_OUT] = { .type = NLA_U32, },
	[NATGW_A_FLOW_SEQ_IN] = { .type = NLA_U32, },
	[NATGW_A_FLOW_ACK_IN] = { .type = NLA_U32, },
};

/* Ops table for natgw */
const struct genl_ops natgw_nl_ops[26] = {
	{
		.cmd		= NATGW_CMD_GATEWAY_NEW,
		.doit		= natgw_nl_gateway_new_doit,
		.policy		= natgw_gateway_new_nl_policy,
		.maxattr	= NATGW_A_GATEWAY_OPTIONS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_GATEWAY_SET,
		.doit		= natgw_nl_gateway_set_doit,
		.policy		= natgw_gateway_set_nl_policy,
		.maxattr	= NATGW_A_GATEWAY_OPTIONS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_GATEWAY_DEL,
		.doit		= natgw_nl_gateway_del_doit,
		.policy		= natgw_gateway_del_nl_policy,
		.maxattr	= NATGW_A_GATEWAY_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_GATEWAY_GET,
		.doit		= natgw_nl_gateway_get_doit,
		.dumpit		= natgw_nl_gateway_get_dumpit,
		.policy		= natgw_gateway_get_nl_policy,
		.maxattr	= NATGW_A_GATEWAY_NAME,
	},
	{
		.cmd		= NATGW_CMD_ADDRESS_NEW,
		.doit		= natgw_nl_address_new_doit,
		.policy		= natgw_address_new_nl_policy,
		.maxattr	= NATGW_A_ADDRESS_PRIVATE_IP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_ADDRESS_DEL,
		.doit		= natgw_nl_address_del_doit,
		.policy		= natgw_address_del_nl_policy,
		.maxattr	= NATGW_A_ADDRESS_DRAIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_ADDRESS_GET,
		.doit		= natgw_nl_address_get_doit,
		.dumpit		= natgw_nl_address_get_dumpit,
		.policy		= natgw_address_get_nl_policy,
		.maxattr	= NATGW_A_ADDRESS_PRIVATE_IP,
	},
	{
		.cmd		= NATGW_CMD_FLOW_GET,
		.doit		= natgw_nl_flow_get_doit,
		.dumpit		= natgw_nl_flow_get_dumpit,
		.policy		= natgw_flow_get_nl_policy,
		.maxattr	= NATGW_A_FLOW_WHOLE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_FLOW_FLUSH,
		.doit		= natgw_nl_flow_flush_doit,
		.policy		= natgw_flow_flush_nl_policy,
		.maxattr	= NATGW_A_FLOW_DST_LEN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_FLOW_COUNT,
		.doit		= natgw_nl_flow_count_doit,
		.policy		= natgw_flow_count_nl_policy,
		.maxattr	= NATGW_A_FLOW_DST_LEN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_STATS_GET,
		.doit		= natgw_nl_stats_get_doit,
		.dumpit		= natgw_nl_stats_get_dumpit,
		.policy		= natgw_stats_get_nl_policy,
		.maxattr	= NATGW_A_STATS_GATEWAY,
	},
	{
		.cmd		= NATGW_CMD_FENCE_GET,
		.doit		= natgw_nl_fence_get_doit,
		.dumpit		= natgw_nl_fence_get_dumpit,
		.policy		= natgw_fence_get_nl_policy,
		.maxattr	= NATGW_A_FENCE_DEV,
	},
	{
		.cmd		= NATGW_CMD_FENCE_DEL,
		.doit		= natgw_nl_fence_del_doit,
		.policy		= natgw_fence_del_nl_policy,
		.maxattr	= NATGW_A_FENCE_DEV,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_RULE_NEW,
		.doit		= natgw_nl_rule_new_doit,
		.policy		= natgw_rule_new_nl_policy,
		.maxattr	= NATGW_A_RULE_IDLE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_RULE_DEL,
		.doit		= natgw_nl_rule_del_doit,
		.policy		= natgw_rule_del_nl_policy,
		.maxattr	= NATGW_A_RULE_PREF,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_RULE_GET,
		.doit		= natgw_nl_rule_get_doit,
		.dumpit		= natgw_nl_rule_get_dumpit,
		.policy		= natgw_rule_get_nl_policy,
		.maxattr	= NATGW_A_RULE_PREF,
	},
	{
		.cmd		= NATGW_CMD_PORT_GET,
		.doit		= natgw_nl_port_get_doit,
		.dumpit		= natgw_nl_port_get_dumpit,
		.policy		= natgw_port_get_nl_policy,
		.maxattr	= NATGW_A_PORT_STEP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_CLIENT_GET,
		.doit		= natgw_nl_client_get_doit,
		.dumpit		= natgw_nl_client_get_dumpit,
		.policy		= natgw_client_get_nl_policy,
		.maxattr	= NATGW_A_CLIENT_ADDR,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_DROP_GET,
		.doit		= natgw_nl_drop_get_doit,
		.dumpit		= natgw_nl_drop_get_dumpit,
		.policy		= natgw_drop_get_nl_policy,
		.maxattr	= NATGW_A_DROP_AFTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_WHY_GET,
		.doit		= natgw_nl_why_get_doit,
		.policy		= natgw_why_get_nl_policy,
		.maxattr	= NATGW_A_WHY_DEV,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_IDLE_GET,
		.doit		= natgw_nl_idle_get_doit,
		.dumpit		= natgw_nl_idle_get_dumpit,
		.policy		= natgw_idle_get_nl_policy,
		.maxattr	= NATGW_A_IDLE_AFTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_TOP_GET,
		.doit		= natgw_nl_top_get_doit,
		.policy		= natgw_top_get_nl_policy,
		.maxattr	= NATGW_A_TOP_COUNT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_LABEL_SET,
		.doit		= natgw_nl_label_set_doit,
		.policy		= natgw_label_set_nl_policy,
		.maxattr	= NATGW_A_LABEL_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_LABEL_DEL,
		.doit		= natgw_nl_label_del_doit,
		.policy		= natgw_label_del_nl_policy,
		.maxattr	= NATGW_A_LABEL_PREFIX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_LABEL_GET,
		.doit		= natgw_nl_label_get_doit,
		.dumpit		= natgw_nl_label_get_dumpit,
		.policy		= natgw_label_get_nl_policy,
		.maxattr	= NATGW_A_LABEL_PREFIX,
	},
	{
		.cmd		= NATGW_CMD_FLOW_NEW,
		.doit		= natgw_nl_flow_new_doit,
		.policy		= natgw_flow_new_nl_policy,
		.maxattr	= NATGW_A_FLOW_ACK_IN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

