/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/natgw.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_NATGW_GEN_H
#define _LINUX_NATGW_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/natgw.h>

/* Common nested types */
extern const struct nla_policy natgw_options_nl_policy[NATGW_A_OPTIONS_IDLE_REPORT + 1];
extern const struct nla_policy natgw_pair_nl_policy[NATGW_A_PAIR_STATE + 1];
extern const struct nla_policy natgw_prefix_nl_policy[NATGW_A_PREFIX_LEN + 1];

extern const struct nla_policy natgw_gateway_new_nl_policy[NATGW_A_GATEWAY_OPTIONS + 1];

extern const struct nla_policy natgw_gateway_set_nl_policy[NATGW_A_GATEWAY_OPTIONS + 1];

extern const struct nla_policy natgw_gateway_del_nl_policy[NATGW_A_GATEWAY_NAME + 1];

extern const struct nla_policy natgw_gateway_get_nl_policy[NATGW_A_GATEWAY_NAME + 1];

extern const struct nla_policy natgw_address_new_nl_policy[NATGW_A_ADDRESS_PRIVATE_IP + 1];

extern const struct nla_policy natgw_address_del_nl_policy[NATGW_A_ADDRESS_DRAIN + 1];

extern const struct nla_policy natgw_address_get_nl_policy[NATGW_A_ADDRESS_PRIVATE_IP + 1];

extern const struct nla_policy natgw_flow_get_nl_policy[NATGW_A_FLOW_WHOLE + 1];

extern const struct nla_policy natgw_flow_flush_nl_policy[NATGW_A_FLOW_DST_LEN + 1];

extern const struct nla_policy natgw_flow_count_nl_policy[NATGW_A_FLOW_DST_LEN + 1];

extern const struct nla_policy natgw_stats_get_nl_policy[NATGW_A_STATS_GATEWAY + 1];

extern const struct nla_policy natgw_fence_get_nl_policy[NATGW_A_FENCE_DEV + 1];

extern const struct nla_policy natgw_fence_del_nl_policy[NATGW_A_FENCE_DEV + 1];

extern const struct nla_policy natgw_rule_new_nl_policy[NATGW_A_RULE_IDLE + 1];

extern const struct nla_policy natgw_rule_del_nl_policy[NATGW_A_RULE_PREF + 1];

extern const struct nla_policy natgw_rule_get_nl_policy[NATGW_A_RULE_PREF + 1];

extern const struct nla_policy natgw_port_get_nl_policy[NATGW_A_PORT_STEP + 1];

extern const struct nla_policy natgw_client_get_nl_policy[NATGW_A_CLIENT_ADDR + 1];

extern const struct nla_policy natgw_drop_get_nl_policy[NATGW_A_DROP_AFTER + 1];

extern const struct nla_policy natgw_why_get_nl_policy[NATGW_A_WHY_DEV + 1];

extern const struct nla_policy natgw_idle_get_nl_policy[NATGW_A_IDLE_AFTER + 1];

extern const struct nla_policy natgw_top_get_nl_policy[NATGW_A_TOP_COUNT + 1];

extern const struct nla_policy natgw_label_set_nl_policy[NATGW_A_LABEL_NAME + 1];

extern const struct nla_policy natgw_label_del_nl_policy[NATGW_A_LABEL_PREFIX + 1];

extern const struct nla_policy natgw_label_get_nl_policy[NATGW_A_LABEL_PREFIX + 1];

extern const struct nla_policy natgw_flow_new_nl_policy[NATGW_A_FLOW_ACK_IN + 1];

/* Ops table for natgw */
extern const struct genl_ops natgw_nl_ops[26];

int natgw_nl_gateway_new_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_gateway_set_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_gateway_del_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_gateway_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_gateway_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int natgw_nl_address_new_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_address_del_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_address_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_address_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int natgw_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int natgw_nl_flow_flush_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_flow_count_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int natgw_nl_fence_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_fence_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int natgw_nl_fence_del_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_rule_new_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int natgw_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int natgw_nl_client_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_client_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int natgw_nl_drop_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_drop_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int natgw_nl_why_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_idle_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_idle_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int natgw_nl_top_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_label_set_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_label_del_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_label_get_doit(struct sk_buff *skb, struct genl_info *info);
int natgw_nl_label_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int natgw_nl_flow_new_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	NATGW_NLGRP_GATEWAY,
	NATGW_NLGRP_FLOW,
	NATGW_NLGRP_ERROR,
};

#endif /* _LINUX_NATGW_GEN_H */
