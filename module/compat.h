/* SPDX-License-Identifier: GPL-2.0 */
/* Every difference between the kernels that natgw is built for, each with the
 * upstream version that made it. The rest of the module reads as if written
 * for the newest one.
 */
#ifndef _NATGW_COMPAT_H
#define _NATGW_COMPAT_H

#include <linux/netfilter.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/udp.h>

/* 6.5 gave segmentation a header of its own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

/* 6.8 put the attributes of a dump request into struct genl_info. */
static inline struct nlattr **natgw_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* 6.2 gave namespaces a table of UDP sockets of their own. */
static inline struct udp_table *natgw_udp_table(struct net *net)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	return net->ipv4.udp_table;
#else
	return &udp_table;
#endif
}

/* 6.7 lets a hook say why it drops a packet and have a local sender told at the same
 * time. Before, one that says why tells nobody, so what this host itself sends is
 * left to netfilter to drop.
 */
static inline unsigned int natgw_verdict_drop(struct sk_buff *skb,
					      enum skb_drop_reason reason,
					      bool from_host)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return NF_DROP_REASON(skb, reason, EPERM);
#else
	if (from_host)
		return NF_DROP;
	kfree_skb_reason(skb, reason);
	return NF_STOLEN;
#endif
}

#endif /* _NATGW_COMPAT_H */
