// SPDX-License-Identifier: GPL-2.0
/* What happens to uplinks. A gateway refers to its uplink by index and name and
 * holds no reference, so a device never waits for natgw.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "device.h"
#include "event.h"
#include "fast.h"
#include "gate.h"
#include "gateway.h"
#include "guard.h"
#include "hop.h"

/* Set before the notifier is unregistered, which is told by a made-up end of
 * every device: a gateway must not stop translating while its hooks still
 * stand.
 */
static bool leaving;

/**
 * natgw_device_trouble() - why a device cannot carry packets now
 * @dev: the device
 *
 * Context: RTNL. Return: a constant sentence, or NULL when it can.
 */
const char *natgw_device_trouble(const struct net_device *dev)
{
	return dev->flags & IFF_UP ? NULL : "uplink device is down";
}

static void publish(struct natgw_gw *gw, const struct net_device *dev,
		    int ifindex, int awaits, const char *reason)
{
	const struct natgw_config *old = rtnl_dereference(gw->config);
	struct natgw_config *config;

	if (old->ifindex == ifindex && old->awaits == awaits &&
	    old->reason == reason && (!dev || !strcmp(old->dev, dev->name)))
		return;
	/* Without memory a gateway would go on with an index that may become
	 * another device's.
	 */
	config = kmemdup(old, sizeof(*config), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
	config->ifindex = ifindex;
	config->awaits = awaits;
	config->reason = reason;
	if (dev)
		strscpy(config->dev, dev->name, sizeof(config->dev));
	natgw_gateway_publish(gw, config);
}

/* fit - publish that this is the uplink now, if that is news */
static void fit(struct natgw_gw *gw, const struct net_device *dev)
{
	publish(gw, dev, dev->ifindex, 0, natgw_device_trouble(dev));
}

/* await - publish that it would be */
static void await(struct natgw_gw *gw, const struct net_device *dev)
{
	publish(gw, dev, 0, dev->ifindex,
		"another gateway on the uplink has the same sources");
}

/* lose - publish that there is none any more */
static void lose(struct natgw_gw *gw)
{
	publish(gw, NULL, 0, 0, "uplink device is gone");
}

static bool is_uplink(const struct natgw_gw *gw, const struct net_device *dev)
{
	return rtnl_dereference(gw->config)->ifindex == dev->ifindex;
}

static bool awaits(const struct natgw_gw *gw, const struct net_device *dev)
{
	return rtnl_dereference(gw->config)->awaits == dev->ifindex;
}

/* comes_back - has a gateway lost an uplink of that name? Then it is the uplink again. */
static bool comes_back(const struct natgw_gw *gw, const struct net_device *dev)
{
	const struct natgw_config *config = rtnl_dereference(gw->config);

	return !config->ifindex && !strcmp(config->dev, dev->name);
}

/**
 * natgw_device_settle() - tell the gateways of a device how it is
 * @nn: the namespace
 * @dev: the device, which has come, has changed, or is free for another gateway
 *
 * Where a device has got the name that another one had, those that have it stay, and
 * those that would have it, and want the same sources, wait.
 *
 * Context: RTNL.
 */
void natgw_device_settle(struct natgw_net *nn, const struct net_device *dev)
{
	struct natgw_gw *gw;

	list_for_each_entry(gw, &nn->gateways, list)
		if (is_uplink(gw, dev))
			fit(gw, dev);
	list_for_each_entry(gw, &nn->gateways, list) {
		if (comes_back(gw, dev)) {
			if (natgw_gateway_crosses(gw, dev->ifindex))
				await(gw, dev);
			else
				fit(gw, dev);
		} else if (awaits(gw, dev)) {
			/* It has another name by now. */
			lose(gw);
		}
		cond_resched();
	}
}

/* follow - keep hooks and hops in step with the devices */
static void follow(struct natgw_net *nn, unsigned long event,
		   struct net_device *dev)
{
	switch (event) {
	case NETDEV_REGISTER:
		if (leaving)
			break;
		if (nn->fast)
			natgw_gate_add(nn, NATGW_GATE_IN, dev);
		if (nn->guarded)
			nn->guarded = natgw_gate_add(nn, NATGW_GATE_OUT, dev);
		break;
	case NETDEV_UNREGISTER:
		natgw_gate_del(nn, dev);
		break;
	}
	/* There are few events, and none that no hop can depend on. Somebody may
	 * have found one after the last fast path was switched off, too.
	 */
	natgw_hop_forget(nn);
}

static int device_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct natgw_net *nn = natgw_net(dev_net(dev));
	struct natgw_gw *gw;

	/* Hops, too, hold up a device that goes, until nobody listens any more. */
	if (nn->started)
		follow(nn, event, dev);
	if (leaving)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGENAME:
		natgw_device_settle(nn, dev);
		break;
	case NETDEV_UNREGISTER:
		list_for_each_entry(gw, &nn->gateways, list)
			if (is_uplink(gw, dev) || awaits(gw, dev))
				lose(gw);
		natgw_fence_del(nn, dev->ifindex);
		break;
	}
	return NOTIFY_DONE;
}

/**
 * natgw_device_guard() - guard what leaves as long as that is called for
 * @nn: the namespace, started
 *
 * Context: process, every second. Not at any price: whoever holds RTNL may be
 * waiting for the work that calls this. What there was no memory for is tried again.
 */
void natgw_device_guard(struct natgw_net *nn)
{
	bool wanted = natgw_guard_wanted(nn);

	if (wanted ? nn->guarded : list_empty(&nn->gates[NATGW_GATE_OUT]))
		return;
	if (!rtnl_trylock())
		return;
	if (!leaving) {
		if (!wanted)
			natgw_gate_stop(nn, NATGW_GATE_OUT);
		nn->guarded = wanted && natgw_gate_start(nn, NATGW_GATE_OUT);
	}
	rtnl_unlock();
}

/* tell_wire - tell of the addresses of gateways that have an address on the wire */
static void tell_wire(const struct natgw_net *nn, __be32 wire)
{
	const struct natgw_config *config;
	const struct natgw_gw *gw;
	unsigned int i;

	list_for_each_entry(gw, &nn->gateways, list) {
		config = rtnl_dereference(gw->config);
		for (i = 0; i < config->n_addr; i++)
			if (config->addr[i]->wire == wire)
				natgw_event_address(gw, config->addr[i], !i,
						    NATGW_EVENT_CHANGE);
	}
}

/* An address of this host comes or goes. The kernel's own routes to it have come or
 * gone before: they are made by a notifier that was there before this one.
 */
static int address_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	const struct in_ifaddr *ifa = ptr;

	if (!leaving && (event == NETDEV_UP || event == NETDEV_DOWN))
		tell_wire(natgw_net(dev_net(ifa->ifa_dev->dev)),
			  ifa->ifa_local);
	return NOTIFY_DONE;
}

static struct notifier_block address_notifier = {
	.notifier_call = address_event,
};

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

int __init natgw_device_init(void)
{
	int err = register_netdevice_notifier(&device_notifier);

	if (err)
		return err;
	err = register_inetaddr_notifier(&address_notifier);
	if (err)
		unregister_netdevice_notifier(&device_notifier);
	return err;
}

void natgw_device_exit(void)
{
	struct natgw_net *nn;
	int i;

	rtnl_lock();
	leaving = true;
	list_for_each_entry(nn, &natgw_nets, list) {
		for (i = 0; i < NATGW_GATES; i++)
			natgw_gate_stop(nn, i);
		/* Nobody will tell of a device that goes. */
		natgw_hop_close(nn);
	}
	rtnl_unlock();
	unregister_inetaddr_notifier(&address_notifier);
	unregister_netdevice_notifier(&device_notifier);
}
