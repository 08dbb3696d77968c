/* SPDX-License-Identifier: GPL-2.0 */
/* Gateways, their addresses, and the fences that deleted ones leave. */
#ifndef _NATGW_GATEWAY_H
#define _NATGW_GATEWAY_H

#include <linux/if.h>
#include <linux/ip.h>
#include <linux/rculist.h>
#include <uapi/linux/natgw.h>

#include "natgw.h"
#include "parse.h"
#include "stats.h"

struct natgw_prefix {
	__be32 addr;
	__be32 mask;
};

/**
 * struct natgw_rule - what is done with new flows of some clients to some
 *	destinations
 * @pref: its number, which orders the rules of a gateway
 * @src: inside hosts; all where the mask is 0
 * @dst: destinations, likewise
 * @proto: IP protocol, or 0 for all
 * @dport: first destination port, host byte order
 * @dport_end: last one
 * @exempt: they are not translated
 * @address: they get this address, elastic or private IP, or 0
 * @idle: seconds that they may be idle, or 0
 */
struct natgw_rule {
	u32 pref;
	struct natgw_prefix src;
	struct natgw_prefix dst;
	u8 proto;
	u16 dport;
	u16 dport_end;
	bool exempt;
	__be32 address;
	u32 idle;
};

/**
 * struct natgw_addr - one address of a gateway
 * @eip: elastic IP, 0 where the gateway is private
 * @private_ip: 0 where the elastic IP itself is on the wire
 * @wire: source address on the wire: @private_ip if there is one, else @eip
 * @draining: takes no new flows; set once, under RTNL
 * @deadline: jiffies at which draining ends
 * @flows: flows alive on it
 * @created: flows begun on it
 * @no_port: times that it had no port left
 * @rcu: to be freed by, when no flow refers to it
 */
struct natgw_addr {
	__be32 eip;
	__be32 private_ip;
	__be32 wire;
	bool draining;
	unsigned long deadline;
	atomic_t flows;
	atomic64_t created;
	atomic64_t no_port;
	struct rcu_head rcu;
};

/**
 * struct natgw_config - all that can change about a gateway
 * @ifindex: uplink; 0 while the gateway has failed, so that no packet matches
 * @awaits: the device that would be it, were there no other gateway on that with the same
 *	sources; the gateway's own are fenced there. Otherwise 0
 * @dev: its name, the last one known
 * @connectivity: enum natgw_connectivity
 * @profile: enum natgw_profile
 * @reason: why it has failed, or NULL
 * @option: by NATGW_A_OPTIONS_*, see natgw_option()
 * @n_inside: prefixes in use
 * @n_addr: addresses in use, at least one
 * @n_rule: rules in use
 * @n_exempt: how many of them exempt from translation
 * @inside: sources to translate; any where there are none
 * @addr: the first is the primary one
 * @rule: by pref
 * @rcu: to be freed by
 *
 * Never changed once published: a change publishes a copy under RTNL.
 */
struct natgw_config {
	int ifindex;
	int awaits;
	char dev[IFNAMSIZ];
	u8 connectivity;
	u8 profile;
	const char *reason;
	u32 option[NATGW_A_OPTIONS_MAX + 1];
	unsigned int n_inside;
	unsigned int n_addr;
	unsigned int n_rule;
	unsigned int n_exempt;
	struct natgw_prefix inside[NATGW_MAX_INSIDE];
	struct natgw_addr *addr[NATGW_MAX_ADDRESSES];
	struct natgw_rule rule[NATGW_MAX_RULES];
	struct rcu_head rcu;
};

/* natgw_option - the value of an option, as in natgw_option(config, MIDSTREAM) */
#define natgw_option(config, name) \
	((config)->option[NATGW_A_OPTIONS_##name])

/**
 * struct natgw_gw - a gateway
 * @list: in natgw_net.gateways
 * @nn: its namespace
 * @name: unique there
 * @config: what can change
 * @id: tells it from the others of its namespace, in keys of mappings
 * @stats: its counters
 * @peaks: what they say about the last minute
 * @flows: flows alive
 * @guests: those among them that outsiders can bring about
 * @held: flows ended whose ports are kept from reuse
 * @clients: inside hosts that have flows
 * @error_next: jiffies before which no further error event is sent
 * @error_missed: error events not sent since the last one
 * @flows_high: listeners know that there are many flows; see level.c
 * @levels: events about levels this second; likewise
 * @rcu: to be freed by
 *
 * A gateway goes in this order: off the list, so that no packet finds it; an
 * RCU grace period, after which nobody is creating a flow of it; its flows;
 * another grace period, after which nobody looks at one; its memory. While the
 * namespace itself goes, its hooks are gone first (net.c), which stands for
 * the first two steps.
 */
struct natgw_gw {
	struct list_head list;
	struct natgw_net *nn;
	char name[NATGW_NAME_LEN + 1];
	struct natgw_config __rcu *config;
	u16 id;
	struct natgw_stats __percpu *stats;
	struct natgw_peaks peaks;
	atomic_t flows;
	atomic_t guests;
	atomic_t held;
	atomic_t clients;
	unsigned long error_next;
	atomic_t error_missed;
	bool flows_high;
	unsigned int levels;
	struct rcu_head rcu;
};

/**
 * struct natgw_fence - keeps the sources of a gateway that is gone inside
 * @list: in natgw_net.fences
 * @ifindex: device that they may not leave untranslated
 * @prefix: the sources; any inside source where the mask is 0
 * @drops: packets stopped
 * @rcu: to be freed by
 */
struct natgw_fence {
	struct list_head list;
	int ifindex;
	struct natgw_prefix prefix;
	atomic64_t drops;
	struct rcu_head rcu;
};

/* Where a source address lives, seen from an uplink. */
enum natgw_side {
	NATGW_SIDE_HOST,	/* this host's own */
	NATGW_SIDE_UPLINK,	/* reached through the uplink */
	NATGW_SIDE_INSIDE,	/* reached some other way */
};

static inline bool natgw_prefix_has(const struct natgw_prefix *prefix,
				    __be32 addr)
{
	return !((addr ^ prefix->addr) & prefix->mask);
}

/**
 * natgw_gateway_by_wire() - the gateway that has an address on the wire
 * @nn: the namespace
 * @addr: the address
 * @config: set to what it is configured as
 *
 * Context: RCU. Return: a gateway, or NULL.
 */
static inline struct natgw_gw *
natgw_gateway_by_wire(struct natgw_net *nn, __be32 addr,
		      const struct natgw_config **config)
{
	struct natgw_gw *gw;
	unsigned int i;

	list_for_each_entry_rcu(gw, &nn->gateways, list) {
		*config = rcu_dereference(gw->config);
		for (i = 0; i < (*config)->n_addr; i++)
			if ((*config)->addr[i]->wire == addr)
				return gw;
	}
	return NULL;
}

/* What rules want of a new flow, and the first of them that wants something. */
struct natgw_treatment {
	u32 pref;
	bool exempt;
	__be32 address;
	u32 idle;
};

void natgw_rule_apply(const struct natgw_config *config,
		      const struct natgw_tuple *tuple,
		      struct natgw_treatment *treatment);
bool natgw_rule_exempts(const struct natgw_config *config,
			const struct sk_buff *skb, const struct natgw_pkt *pkt,
			bool inbound);

bool natgw_config_inside(const struct natgw_config *config, __be32 addr);
enum natgw_side natgw_side(struct net *net, int uplink, __be32 addr);
struct natgw_gw *natgw_gateway_on(struct natgw_net *nn, int ifindex,
				  const struct natgw_config **config);
struct natgw_gw *natgw_gateway_by_uplink(struct natgw_net *nn, int ifindex,
					 int iif, const struct iphdr *iph,
					 const struct natgw_config **config);

struct natgw_gw *natgw_gateway_get(struct natgw_net *nn, const char *name);
bool natgw_gateway_crosses(const struct natgw_gw *gw, int ifindex);
bool natgw_gateway_room(const struct natgw_net *nn);
bool natgw_gateway_conflicts(struct natgw_net *nn, const struct natgw_gw *self,
			     const struct natgw_config *config);
int natgw_gateway_add(struct natgw_net *nn, const char *name,
		      struct natgw_config *config);
struct natgw_config *natgw_gateway_copy(const struct natgw_gw *gw);
void natgw_gateway_publish(struct natgw_gw *gw, struct natgw_config *config);
void natgw_gateway_unlink(struct natgw_gw *gw);
void natgw_gateway_free(struct natgw_gw *gw);
void natgw_gateway_end_strays(struct natgw_gw *gw);
void natgw_gateway_retime(struct natgw_gw *gw);
void natgw_gateway_discard(struct natgw_gw *gw);

bool natgw_address_used(struct natgw_net *nn, __be32 addr);
struct natgw_addr *natgw_address_new(__be32 eip, __be32 private_ip);
void natgw_address_drain(struct natgw_gw *gw, struct natgw_addr *addr,
			 u32 seconds);
int natgw_address_unlink(struct natgw_gw *gw, struct natgw_addr *addr);
void natgw_address_free(struct natgw_gw *gw, struct natgw_addr *addr,
			enum natgw_flow_end why);
void natgw_address_reap(struct natgw_net *nn);

bool natgw_fence_keeps(struct natgw_net *nn, int ifindex,
		       const struct iphdr *iph);
bool natgw_fence_stops(struct natgw_net *nn, int ifindex,
		       const struct sk_buff *skb);
int natgw_fence_leave(struct natgw_net *nn, const struct natgw_config *old,
		      const struct natgw_config *new);
bool natgw_fence_del(struct natgw_net *nn, int ifindex);

#endif /* _NATGW_GATEWAY_H */
