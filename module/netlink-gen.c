// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/natgw.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/natgw.h>

/* Common nested types */
const struct nla_policy natgw_pair_nl_policy[NATGW_A_PAIR_STATE + 1] = {
	[NATGW_A_PAIR_EIP] = { .type = NLA_U32, },
	[NATGW_A_PAIR_PRIVATE_IP] = { .type = NLA_U32, },
	[NATGW_A_PAIR_STATE] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy natgw_prefix_nl_policy[NATGW_A_PREFIX_LEN + 1] = {
	[NATGW_A_PREFIX_ADDR] = { .type = NLA_U32, },
	[NATGW_A_PREFIX_LEN] = NLA_POLICY_RANGE(NLA_U8, 1, 32),
};

const struct nla_policy natgw_timeouts_nl_policy[NATGW_A_TIMEOUTS_ICMP + 1] = {
	[NATGW_A_TIMEOUTS_TCP_OPENING] = NLA_POLICY_MIN(NLA_U32, 1),
	[NATGW_A_TIMEOUTS_TCP_ESTABLISHED] = NLA_POLICY_MIN(NLA_U32, 1),
	[NATGW_A_TIMEOUTS_TCP_CLOSING] = NLA_POLICY_MIN(NLA_U32, 1),
	[NATGW_A_TIMEOUTS_UDP] = NLA_POLICY_MIN(NLA_U32, 1),
	[NATGW_A_TIMEOUTS_ICMP] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* NATGW_CMD_GATEWAY_NEW - do */
const struct nla_policy natgw_gateway_new_nl_policy[NATGW_A_GATEWAY_TIMEOUTS + 1] = {
	[NATGW_A_GATEWAY_NAME] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_GATEWAY_DEV] = { .type = NLA_NUL_STRING, .len = NATGW_DEV_LEN, },
	[NATGW_A_GATEWAY_CONNECTIVITY] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_GATEWAY_ADDRESS] = NLA_POLICY_NESTED(natgw_pair_nl_policy),
	[NATGW_A_GATEWAY_INSIDE] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
	[NATGW_A_GATEWAY_UNSOLICITED] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_GATEWAY_CONNTRACK] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_GATEWAY_MAX_FLOWS] = NLA_POLICY_MIN(NLA_U32, 1),
	[NATGW_A_GATEWAY_TIMEOUTS] = NLA_POLICY_NESTED(natgw_timeouts_nl_policy),
};

/* NATGW_CMD_GATEWAY_SET - do */
const struct nla_policy natgw_gateway_set_nl_policy[NATGW_A_GATEWAY_TIMEOUTS + 1] = {
	[NATGW_A_GATEWAY_NAME] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_GATEWAY_INSIDE] = NLA_POLICY_NESTED(natgw_prefix_nl_policy),
	[NATGW_A_GATEWAY_INSIDE_ANY] = { .type = NLA_FLAG, },
	[NATGW_A_GATEWAY_UNSOLICITED] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_GATEWAY_CONNTRACK] = NLA_POLICY_MAX(NLA_U32, 1),
	[NATGW_A_GATEWAY_MAX_FLOWS] = NLA_POLICY_MIN(NLA_U32, 1),
	[NATGW_A_GATEWAY_TIMEOUTS] = NLA_POLICY_NESTED(natgw_timeouts_nl_policy),
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
const struct nla_policy natgw_flow_get_nl_policy[NATGW_A_FLOW_DST_LEN + 1] = {
	[NATGW_A_FLOW_GATEWAY] = { .type = NLA_NUL_STRING, .len = NATGW_NAME_LEN, },
	[NATGW_A_FLOW_PROTO] = { .type = NLA_U8, },
	[NATGW_A_FLOW_SRC] = { .type = NLA_U32, },
	[NATGW_A_FLOW_DST] = { .type = NLA_U32, },
	[NATGW_A_FLOW_SPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_DPORT] = { .type = NLA_U16, },
	[NATGW_A_FLOW_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
	[NATGW_A_FLOW_DST_LEN] = NLA_POLICY_MAX(NLA_U8, 32),
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

/* Ops table for natgw */
const struct genl_ops natgw_nl_ops[13] = {
	{
		.cmd		= NATGW_CMD_GATEWAY_NEW,
		.doit		= natgw_nl_gateway_new_doit,
		.policy		= natgw_gateway_new_nl_policy,
		.maxattr	= NATGW_A_GATEWAY_TIMEOUTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NATGW_CMD_GATEWAY_SET,
		.doit		= natgw_nl_gateway_set_doit,
		.policy		= natgw_gateway_set_nl_policy,
		.maxattr	= NATGW_A_GATEWAY_TIMEOUTS,
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
		.maxattr	= NATGW_A_FLOW_DST_LEN,
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
};

