// SPDX-License-Identifier: GPL-2.0
/* Hooks on each device of the namespace: where the fast path begins, behind all
 * others that may be there, and where the guard looks at what leaves (guard.c).
 *
 * The kernel does not take such a hook off a device that goes, so that is done
 * here when the device says so, and for all that are left before nobody listens
 * to devices any more (device.c). All of it under RTNL.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "fast.h"
#include "gate.h"
#include "guard.h"

struct gate_hook {
	struct list_head list;
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

static const struct nf_hook_ops templates[NATGW_GATES] = {
	[NATGW_GATE_IN] = {
		.hook = natgw_fast,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MAX,
	},
	[NATGW_GATE_OUT] = {
		.hook = natgw_guard,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = INT_MAX,
	},
};

/**
 * natgw_gate_add() - put a hook on a device
 * @nn: the namespace, started
 * @gate: which one
 * @dev: the device
 *
 * Context: RTNL. Return: whether it is there, or not needed; without memory the device
 * does without.
 */
bool natgw_gate_add(struct natgw_net *nn, enum natgw_gate gate,
		    struct net_device *dev)
{
	struct gate_hook *hook;

	if (dev->flags & IFF_LOOPBACK)
		return true;
	list_for_each_entry(hook, &nn->gates[gate], list)
		if (hook->ops.dev == dev)
			return true;
	hook = kzalloc(sizeof(*hook), GFP_KERNEL_ACCOUNT);
	if (!hook)
		return false;
	hook->ops = templates[gate];
	hook->ops.priv = nn;
	hook->ops.dev = dev;
	if (nf_register_net_hook(nn->net, &hook->ops)) {
		kfree(hook);
		return false;
	}
	list_add(&hook->list, &nn->gates[gate]);
	return true;
}

static void hook_free(struct natgw_net *nn, struct gate_hook *hook)
{
	list_del(&hook->list);
	nf_unregister_net_hook(nn->net, &hook->ops);
	kfree_rcu(hook, rcu);
}

/**
 * natgw_gate_del() - leave a device
 * @nn: the namespace
 * @dev: the device; nothing happens where it has no hook
 *
 * Context: RTNL.
 */
void natgw_gate_del(struct natgw_net *nn, const struct net_device *dev)
{
	struct gate_hook *hook, *next;
	int i;

	for (i = 0; i < NATGW_GATES; i++)
		list_for_each_entry_safe(hook, next, &nn->gates[i], list)
			if (hook->ops.dev == dev)
				hook_free(nn, hook);
}

/**
 * natgw_gate_start() - the devices that are there
 * @nn: the namespace
 * @gate: which hooks
 *
 * Context: RTNL. Return: whether all of them have the hook; those that have not get it
 * when this is called again.
 */
bool natgw_gate_start(struct natgw_net *nn, enum natgw_gate gate)
{
	struct net_device *dev;
	bool all = true;

	for_each_netdev(nn->net, dev)
		all &= natgw_gate_add(nn, gate, dev);
	return all;
}

/**
 * natgw_gate_stop() - all that are left
 * @nn: the namespace
 * @gate: which hooks
 *
 * Context: RTNL. Packets may be in the hook until a grace period has passed.
 */
void natgw_gate_stop(struct natgw_net *nn, enum natgw_gate gate)
{
	struct gate_hook *hook, *next;

	list_for_each_entry_safe(hook, next, &nn->gates[gate], list)
		hook_free(nn, hook);
}
