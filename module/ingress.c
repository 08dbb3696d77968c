// SPDX-License-Identifier: GPL-2.0
/* Where the fast path begins: a hook on each device of the namespace, behind all
 * others that may be there.
 *
 * The kernel does not take such a hook off a device that goes, so that is done
 * here when the device says so, and for all that are left before nobody listens
 * to devices any more (device.c). All of it under RTNL.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "fast.h"
#include "ingress.h"

struct ingress {
	struct list_head list;
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

/**
 * natgw_ingress_add() - let packets of a device take the fast path
 * @nn: the namespace, started
 * @dev: the device
 *
 * Context: RTNL. Without memory its packets take the slow path.
 */
void natgw_ingress_add(struct natgw_net *nn, struct net_device *dev)
{
	struct ingress *ingress;

	if (dev->flags & IFF_LOOPBACK)
		return;
	ingress = kzalloc(sizeof(*ingress), GFP_KERNEL);
	if (!ingress)
		return;
	ingress->ops = (struct nf_hook_ops){
		.hook = natgw_fast,
		.priv = nn,
		.dev = dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MAX,
	};
	if (nf_register_net_hook(nn->net, &ingress->ops)) {
		kfree(ingress);
		return;
	}
	list_add(&ingress->list, &nn->ingress);
}

static void ingress_free(struct natgw_net *nn, struct ingress *ingress)
{
	list_del(&ingress->list);
	nf_unregister_net_hook(nn->net, &ingress->ops);
	kfree_rcu(ingress, rcu);
}

/**
 * natgw_ingress_del() - leave a device
 * @nn: the namespace
 * @dev: the device; nothing happens where it has no hook
 *
 * Context: RTNL.
 */
void natgw_ingress_del(struct natgw_net *nn, const struct net_device *dev)
{
	struct ingress *ingress, *next;

	list_for_each_entry_safe(ingress, next, &nn->ingress, list)
		if (ingress->ops.dev == dev)
			ingress_free(nn, ingress);
}

/**
 * natgw_ingress_start() - the devices that are there
 * @nn: the namespace
 *
 * Context: RTNL.
 */
void natgw_ingress_start(struct natgw_net *nn)
{
	struct net_device *dev;

	for_each_netdev(nn->net, dev)
		natgw_ingress_add(nn, dev);
}

/**
 * natgw_ingress_stop() - all that are left
 * @nn: the namespace
 *
 * Context: RTNL. Packets may be in the hook until a grace period has passed.
 */
void natgw_ingress_stop(struct natgw_net *nn)
{
	struct ingress *ingress, *next;

	list_for_each_entry_safe(ingress, next, &nn->ingress, list)
		ingress_free(nn, ingress);
}
