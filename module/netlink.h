/* SPDX-License-Identifier: GPL-2.0 */
/* What the files that serve netlink requests share. */
#ifndef _NATGW_NETLINK_H
#define _NATGW_NETLINK_H

#include <net/genetlink.h>

#include "compat.h"
#include "gateway.h"
#include "netlink-gen.h"

/* Answer a request with an errno, a sentence, and the attribute at fault. */
#define natgw_nl_refuse(err, extack, attr, message) ({		\
	NL_SET_ERR_MSG_ATTR(extack, attr, message);		\
	(err);							\
})

/* A gateway with all the addresses and prefixes that it can have. */
enum { NATGW_NL_SIZE = 8192 };

struct natgw_flow;

extern struct genl_family natgw_nl_family;
extern bool natgw_nl_up;

int natgw_netlink_init(void);
void natgw_netlink_exit(void);

struct natgw_gw *natgw_nl_gateway(struct natgw_net *nn, struct nlattr *attr,
				  struct netlink_ext_ack *extack);
bool natgw_nl_forwardable(__be32 addr);
int natgw_nl_name(const struct nlattr *attr, struct netlink_ext_ack *extack);
int natgw_nl_seconds(struct nlattr *attr, u32 *seconds,
		     struct netlink_ext_ack *extack);
int natgw_nl_prefix(struct nlattr *attr, struct natgw_prefix *prefix,
		    struct netlink_ext_ack *extack);
struct natgw_addr *natgw_nl_pair(struct natgw_net *nn, u8 connectivity,
				 struct nlattr *eip, struct nlattr *private_ip,
				 struct netlink_ext_ack *extack);
void natgw_nl_warn_foreign(struct natgw_net *nn, const struct natgw_addr *addr,
			   struct netlink_ext_ack *extack);
int natgw_nl_put_pair(struct sk_buff *msg, const struct natgw_addr *addr,
		      int eip, int private_ip);
int natgw_nl_put_prefix(struct sk_buff *msg, const struct natgw_prefix *prefix);
int natgw_nl_put_gateway_name(struct sk_buff *msg, struct natgw_net *nn, u16 id,
			      int attr);
int natgw_nl_put_gateway(struct sk_buff *msg, const struct natgw_gw *gw);
int natgw_nl_put_address(struct sk_buff *msg, const struct natgw_gw *gw,
			 const struct natgw_addr *addr, bool primary);
int natgw_nl_put_label(struct sk_buff *msg, const struct natgw_prefix *prefix,
		       const char *name);
int natgw_nl_put_restorable(struct sk_buff *msg,
			    const struct natgw_flow *flow);
int natgw_nl_put_flow(struct sk_buff *msg, const struct natgw_flow *flow);

struct sk_buff *natgw_nl_answer(struct genl_info *info, u8 cmd, void **hdr);
int natgw_nl_reply(struct genl_info *info, struct sk_buff *msg, void *hdr,
		   int err);
void *natgw_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
			u8 cmd);
int natgw_nl_dump_end(struct sk_buff *skb, void *hdr, int err);
int natgw_nl_dump_gateways(struct sk_buff *skb, struct netlink_callback *cb,
			   int (*dump)(struct sk_buff *skb,
				       struct netlink_callback *cb,
				       const struct natgw_gw *gw));

void natgw_nl_forget_labels(struct natgw_net *nn);

int natgw_nl_walk_start(struct netlink_callback *cb);
int natgw_nl_walk_done(struct netlink_callback *cb);
int natgw_nl_walk(struct sk_buff *skb, struct netlink_callback *cb,
		  struct rhashtable *table, unsigned int room,
		  int (*put)(struct sk_buff *skb, struct netlink_callback *cb,
			     void *entry));

/**
 * struct natgw_nl_kept - what has numbers, of which the last ones are kept
 * @cmd: NATGW_CMD_* that asks for them
 * @after: its attribute with the number after which they are wanted
 * @most: so many are kept
 * @put_next: put the first one after a number, and leave its own there; 0, -ENOENT,
 *	or -EMSGSIZE where it does not fit
 */
struct natgw_nl_kept {
	u8 cmd;
	int after;
	unsigned int most;
	int (*put_next)(struct sk_buff *msg, struct natgw_net *nn, u64 *seq);
};

int natgw_nl_kept_get(struct genl_info *info, const struct natgw_nl_kept *kept);
int natgw_nl_kept_dump(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct natgw_nl_kept *kept);
int natgw_nl_flow_get_start(struct netlink_callback *cb);
int natgw_nl_flow_get_done(struct netlink_callback *cb);

#endif /* _NATGW_NETLINK_H */
