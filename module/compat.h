/* SPDX-License-Identifier: GPL-2.0 */
/* Every difference between the kernels that natgw is built for, each with the
 * upstream version that made it. The rest of the module reads as if written
 * for the newest one.
 */
#ifndef _NATGW_COMPAT_H
#define _NATGW_COMPAT_H

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

#endif /* _NATGW_COMPAT_H */
