// SPDX-License-Identifier: GPL-2.0
/* Gateways: what the packet path asks of them, and how they come and go.
 * Whatever changes one holds RTNL, under which devices and their addresses
 * stand still as well.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ip_fib.h>

#include "event.h"
#include "fast.h"
#include "flow.h"
#include "gateway.h"
#include "idle.h"

/* ---------------------------- for the packet path ------------------------- */

/**
 * natgw_config_inside() - is an address in one of the inside prefixes?
 * @config: a gateway's
 * @addr: the address
 *
 * Context: RCU. Return: false too where there is no prefix.
 */
bool natgw_config_inside(const struct natgw_config *config, __be32 addr)
{
	unsigned int i;

	for (i = 0; i < config->n_inside; i++)
		if (natgw_prefix_has(&config->inside[i], addr))
			return true;
	return false;
}

/**
 * natgw_side() - where an address lives, by the routing table
 * @net: the namespace
 * @uplink: index of the device that divides the world
 * @addr: the address
 *
 * An address without a route counts as inside: it must not get out as it is.
 *
 * Context: RCU.
 */
enum natgw_side natgw_side(struct net *net, int uplink, __be32 addr)
{
	struct flowi4 fl4 = {
		.daddr = addr,
		.flowi4_iif = LOOPBACK_IFINDEX,
		.flowi4_scope = RT_SCOPE_UNIVERSE,
	};
	struct net_device *dev;
	struct fib_result res;

	if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr))
		return NATGW_SIDE_HOST;
	if (fib_lookup(net, &fl4, &res, FIB_LOOKUP_NOREF))
		return NATGW_SIDE_INSIDE;
	if (res.type == RTN_LOCAL || res.type == RTN_BROADCAST)
		return NATGW_SIDE_HOST;
	dev = dev_get_by_index_rcu(net, uplink);
	if (res.type == RTN_UNICAST && dev && fib_info_nh_uses_dev(res.fi, dev))
		return NATGW_SIDE_UPLINK;
	return NATGW_SIDE_INSIDE;
}

/**
 * natgw_gateway_on() - some gateway with an uplink
 * @nn: the namespace
 * @ifindex: the uplink
 * @config: set to what it is configured as
 *
 * Context: RCU. Return: a gateway, or NULL.
 */
struct natgw_gw *natgw_gateway_on(struct natgw_net *nn, int ifindex,
				  const struct natgw_config **config)
{
	struct natgw_gw *gw;

	list_for_each_entry_rcu(gw, &nn->gateways, list) {
		*config = rcu_dereference(gw->config);
		if ((*config)->ifindex == ifindex)
			return gw;
	}
	return NULL;
}

/**
 * natgw_gateway_by_uplink() - the gateway that a forwarded packet may need
 * @nn: the namespace
 * @ifindex: device that it leaves through
 * @iif: device that it came in from
 * @iph: its header; from inside to inside, both behind the uplink, needs none
 * @config: set to what the gateway is configured as
 *
 * Inside prefixes of one uplink never overlap, so there is at most one. One
 * without prefixes is alone on its uplink, and whether the source is inside is
 * then for natgw_side() to say.
 *
 * Context: RCU. Return: a gateway, or NULL.
 */
struct natgw_gw *natgw_gateway_by_uplink(struct natgw_net *nn, int ifindex,
					 int iif, const struct iphdr *iph,
					 const struct natgw_config **config)
{
	struct natgw_gw *gw;

	list_for_each_entry_rcu(gw, &nn->gateways, list) {
		*config = rcu_dereference(gw->config);
		if ((*config)->ifindex != ifindex)
			continue;
		if (!(*config)->n_inside ||
		    (natgw_config_inside(*config, iph->saddr) &&
		     (iif != ifindex ||
		      !natgw_config_inside(*config, iph->daddr))))
			return gw;
	}
	return NULL;
}

/* ------------------------------- life of one ------------------------------ */

/**
 * natgw_gateway_get() - a gateway by its name
 * @nn: the namespace
 * @name: the name
 *
 * Context: RTNL. Return: a gateway, or NULL.
 */
struct natgw_gw *natgw_gateway_get(struct natgw_net *nn, const char *name)
{
	struct natgw_gw *gw;

	list_for_each_entry(gw, &nn->gateways, list)
		if (!strcmp(gw->name, name))
			return gw;
	return NULL;
}

static bool prefixes_meet(const struct natgw_prefix *a,
			  const struct natgw_prefix *b)
{
	return !((a->addr ^ b->addr) & a->mask & b->mask);
}

static bool configs_meet(const struct natgw_config *a,
			 const struct natgw_config *b)
{
	unsigned int i, j;

	if (!a->n_inside || !b->n_inside)
		return true;
	for (i = 0; i < a->n_inside; i++)
		for (j = 0; j < b->n_inside; j++)
			if (prefixes_meet(&a->inside[i], &b->inside[j]))
				return true;
	return false;
}

/**
 * natgw_gateway_conflicts() - would a configuration divide sources wrongly?
 * @nn: the namespace
 * @self: the gateway that it is for, which does not count, or NULL
 * @config: the configuration
 *
 * Context: RTNL. Return: whether another gateway on the same uplink would want
 * the same sources. One that waits for the uplink may.
 */
bool natgw_gateway_conflicts(struct natgw_net *nn, const struct natgw_gw *self,
			     const struct natgw_config *config)
{
	const struct natgw_config *other;
	struct natgw_gw *gw;

	list_for_each_entry(gw, &nn->gateways, list) {
		other = rtnl_dereference(gw->config);
		if (gw != self && !(other->awaits && config->ifindex) &&
		    !strcmp(other->dev, config->dev) &&
		    configs_meet(other, config))
			return true;
	}
	return false;
}

/**
 * natgw_gateway_crosses() - would it divide sources wrongly on a device?
 * @gw: the gateway, which has no uplink
 * @ifindex: the device
 *
 * Context: RTNL. Return: whether another gateway on the device wants the same sources.
 */
bool natgw_gateway_crosses(const struct natgw_gw *gw, int ifindex)
{
	const struct natgw_config *config = rtnl_dereference(gw->config);
	const struct natgw_config *other;
	struct natgw_gw *at;

	list_for_each_entry(at, &gw->nn->gateways, list) {
		other = rtnl_dereference(at->config);
		if (other->ifindex == ifindex && configs_meet(other, config))
			return true;
	}
	return false;
}

/**
 * natgw_gateway_room() - can there be one more?
 * @nn: the namespace
 *
 * Context: RTNL.
 */
bool natgw_gateway_room(const struct natgw_net *nn)
{
	const struct natgw_gw *gw;
	unsigned int n = 0;

	list_for_each_entry(gw, &nn->gateways, list)
		n++;
	return n < NATGW_MAX_GATEWAYS;
}

/* A number that no other gateway has: NATGW_MAX_GATEWAYS cannot take all. */
static u16 free_id(struct natgw_net *nn)
{
	const struct natgw_gw *gw;
	u16 id;

again:
	id = ++nn->next_id;
	list_for_each_entry(gw, &nn->gateways, list)
		if (gw->id == id)
			goto again;
	return id;
}

/**
 * natgw_gateway_add() - make a gateway known
 * @nn: the namespace, started
 * @name: its name, checked
 * @config: its configuration, checked; the gateway's from now on
 *
 * Context: RTNL. Return: 0, or -ENOMEM, and then @config is still the caller's.
 */
int natgw_gateway_add(struct natgw_net *nn, const char *name,
		      struct natgw_config *config)
{
	struct natgw_gw *gw;

	gw = kzalloc(sizeof(*gw), GFP_KERNEL_ACCOUNT);
	if (!gw)
		return -ENOMEM;
	gw->stats = natgw_stats_alloc();
	if (!gw->stats) {
		kfree(gw);
		return -ENOMEM;
	}
	natgw_peaks_init(&gw->peaks);
	gw->nn = nn;
	gw->id = free_id(nn);
	strscpy(gw->name, name, sizeof(gw->name));
	rcu_assign_pointer(gw->config, config);
	list_add_tail_rcu(&gw->list, &nn->gateways);
	nn->seq++;
	natgw_fast_review(nn);
	natgw_event_gateway(gw, NATGW_EVENT_ADD);
	return 0;
}

/**
 * natgw_gateway_copy() - a configuration to change and publish
 * @gw: the gateway
 *
 * Context: RTNL. Return: a copy for natgw_gateway_publish() or kfree(), or
 * NULL.
 */
struct natgw_config *natgw_gateway_copy(const struct natgw_gw *gw)
{
	return kmemdup(rtnl_dereference(gw->config),
		       sizeof(struct natgw_config), GFP_KERNEL_ACCOUNT);
}

/**
 * natgw_gateway_publish() - put another configuration in place
 * @gw: the gateway
 * @config: the new one, the gateway's from now on
 *
 * Context: RTNL. A packet sees the old one or the new one as a whole. Where
 * nothing differs, nothing happens, and nobody is told.
 */
void natgw_gateway_publish(struct natgw_gw *gw, struct natgw_config *config)
{
	struct natgw_config *old = rtnl_dereference(gw->config);

	/* All of it but what RCU keeps there. */
	if (!memcmp(old, config, offsetof(struct natgw_config, rcu))) {
		kfree(config);
		return;
	}
	rcu_assign_pointer(gw->config, config);
	kfree_rcu(old, rcu);
	gw->nn->seq++;
	natgw_fast_review(gw->nn);
	natgw_event_gateway(gw, NATGW_EVENT_CHANGE);
}

static void gateway_free_rcu(struct rcu_head *rcu)
{
	struct natgw_gw *gw = container_of(rcu, struct natgw_gw, rcu);
	struct natgw_config *config = rcu_dereference_raw(gw->config);
	unsigned int i;

	for (i = 0; i < config->n_addr; i++)
		kfree(config->addr[i]);
	kfree(config);
	free_percpu(gw->stats);
	kfree(gw);
}

/**
 * natgw_gateway_unlink() - take a gateway off the list
 * @gw: the gateway
 *
 * Context: RTNL. The caller has to call natgw_gateway_free() next.
 */
void natgw_gateway_unlink(struct natgw_gw *gw)
{
	const struct natgw_config *config = rtnl_dereference(gw->config);
	unsigned int i;

	for (i = 0; i < config->n_addr; i++)
		gw->nn->draining -= config->addr[i]->draining;
	natgw_event_gateway(gw, NATGW_EVENT_DELETE);
	list_del_rcu(&gw->list);
	gw->nn->seq++;
	natgw_fast_review(gw->nn);
}

/**
 * natgw_gateway_free() - end the flows of an unlinked gateway, and it
 * @gw: the gateway
 *
 * Context: process, without RTNL: a million flows take a while.
 */
void natgw_gateway_free(struct natgw_gw *gw)
{
	const struct natgw_filter filter = { .gw = gw, .held = true };

	/* From here on nobody makes a flow of it... */
	synchronize_net();
	natgw_flow_purge(gw->nn, &filter, NATGW_FLOW_END_GATEWAY);
	natgw_idle_forget(gw->nn, gw->id);
	/* ...and when this runs, nobody looks at one any more. */
	call_rcu(&gw->rcu, gateway_free_rcu);
}

/**
 * natgw_gateway_end_strays() - end the flows of sources that were given up
 * @gw: the gateway, with its new configuration published
 *
 * Context: process, without RTNL, with @gw safe from being freed.
 */
void natgw_gateway_end_strays(struct natgw_gw *gw)
{
	const struct natgw_filter filter = { .gw = gw, .strays = true,
					     .held = true };

	/* Whoever is making a flow by the old configuration is through then. */
	synchronize_net();
	natgw_flow_purge(gw->nn, &filter, NATGW_FLOW_END_GATEWAY);
}

/**
 * natgw_gateway_retime() - apply new time-outs to the flows that are there
 * @gw: the gateway, with its new configuration published
 *
 * Context: process, without RTNL, with @gw safe from being freed.
 */
void natgw_gateway_retime(struct natgw_gw *gw)
{
	const struct natgw_filter filter = { .gw = gw };

	natgw_flow_replace(gw->nn, &filter);
}

/**
 * natgw_gateway_discard() - free a gateway whose flows have ended
 * @gw: the gateway
 *
 * Context: RTNL, while the namespace or the module goes.
 */
void natgw_gateway_discard(struct natgw_gw *gw)
{
	list_del_rcu(&gw->list);
	call_rcu(&gw->rcu, gateway_free_rcu);
}

/* -------------------------------- addresses ------------------------------- */

/**
 * natgw_address_used() - does a gateway of the namespace have an address?
 * @nn: the namespace
 * @addr: elastic or private IP
 *
 * Context: RTNL.
 */
bool natgw_address_used(struct natgw_net *nn, __be32 addr)
{
	const struct natgw_config *config;
	struct natgw_gw *gw;
	unsigned int i;

	list_for_each_entry(gw, &nn->gateways, list) {
		config = rtnl_dereference(gw->config);
		for (i = 0; i < config->n_addr; i++)
			if (config->addr[i]->eip == addr ||
			    config->addr[i]->private_ip == addr)
				return true;
	}
	return false;
}

/**
 * natgw_address_new() - an address that is no gateway's yet
 * @eip: elastic IP or 0
 * @private_ip: private IP or 0, not both 0
 *
 * Context: process. Return: to be put into a configuration or freed with
 * kfree(), or NULL.
 */
struct natgw_addr *natgw_address_new(__be32 eip, __be32 private_ip)
{
	struct natgw_addr *addr = kzalloc(sizeof(*addr), GFP_KERNEL_ACCOUNT);

	if (!addr)
		return NULL;
	addr->eip = eip;
	addr->private_ip = private_ip;
	addr->wire = private_ip ?: eip;
	return addr;
}

/**
 * natgw_address_drain() - let an address take no new flows
 * @gw: its gateway
 * @addr: the address
 * @seconds: until its flows are ended
 *
 * Context: RTNL.
 */
void natgw_address_drain(struct natgw_gw *gw, struct natgw_addr *addr,
			 u32 seconds)
{
	WRITE_ONCE(addr->deadline, jiffies + seconds * HZ);
	if (addr->draining)
		return;
	WRITE_ONCE(addr->draining, true);
	gw->nn->draining++;
	natgw_event_address(gw, addr, false, NATGW_EVENT_CHANGE);
}

/**
 * natgw_address_unlink() - take an address out of its gateway
 * @gw: the gateway
 * @addr: one of its addresses, not the primary one
 *
 * Context: RTNL. Return: 0, and the caller has to call natgw_address_free()
 * next; or -ENOMEM.
 */
int natgw_address_unlink(struct natgw_gw *gw, struct natgw_addr *addr)
{
	struct natgw_config *config = natgw_gateway_copy(gw);
	unsigned int i, n = 0;

	if (!config)
		return -ENOMEM;
	for (i = 0; i < config->n_addr; i++)
		if (config->addr[i] != addr)
			config->addr[n++] = config->addr[i];
	config->n_addr = n;
	gw->nn->draining -= addr->draining;
	natgw_event_address(gw, addr, false, NATGW_EVENT_DELETE);
	natgw_gateway_publish(gw, config);
	return 0;
}

/**
 * natgw_address_free() - end the flows of an unlinked address, and it
 * @gw: the gateway that it was of
 * @addr: the address
 * @why: NATGW_FLOW_END_ADDRESS or NATGW_FLOW_END_DRAINED
 *
 * Context: process, with @gw safe from being freed.
 */
void natgw_address_free(struct natgw_gw *gw, struct natgw_addr *addr,
			enum natgw_flow_end why)
{
	const struct natgw_filter filter = { .addr = addr, .held = true };

	/* The same two steps as in natgw_gateway_free(). */
	synchronize_net();
	natgw_flow_purge(gw->nn, &filter, why);
	kfree_rcu(addr, rcu);
}

/* drained - the first address of a gateway that has drained, or NULL */
static struct natgw_addr *drained(const struct natgw_gw *gw)
{
	const struct natgw_config *config = rtnl_dereference(gw->config);
	unsigned int i;

	for (i = 0; i < config->n_addr; i++) {
		struct natgw_addr *addr = config->addr[i];

		if (addr->draining && (!atomic_read(&addr->flows) ||
				       time_after(jiffies, addr->deadline)))
			return addr;
	}
	return NULL;
}

/**
 * natgw_address_reap() - remove the addresses that have drained
 * @nn: the namespace
 *
 * Context: process, every second; takes RTNL, which also keeps their gateways. Not at
 * any price: somebody may have it for seconds, and the wheel has to turn. So an address
 * goes in the first second after its deadline in which RTNL is free.
 */
void natgw_address_reap(struct natgw_net *nn)
{
	struct natgw_addr *addr;
	struct natgw_gw *gw;

	if (!READ_ONCE(nn->draining) || !rtnl_trylock())
		return;
	list_for_each_entry(gw, &nn->gateways, list)
		while ((addr = drained(gw)) && !natgw_address_unlink(gw, addr))
			natgw_address_free(gw, addr, NATGW_FLOW_END_DRAINED);
	rtnl_unlock();
}
