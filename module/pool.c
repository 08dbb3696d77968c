// SPDX-License-Identifier: GPL-2.0
/* Which address and which port a new flow gets, and how it comes to be. */
#include <linux/bitmap.h>
#include <linux/jhash.h>
#include <linux/rtnetlink.h>

#include "client.h"
#include "crowd.h"
#include "flow.h"
#include "gateway.h"
#include "host.h"
#include "mapping.h"
#include "pool.h"
#include "tcp.h"

/* --------------------------------- addresses ------------------------------ */

/* best - the address for a client, or the next best if the best was tried
 *
 * A client sticks to one address (paired pooling, RFC 4787 REQ-2). The address
 * that scores highest for the client is the one, so adding or draining an
 * address moves no client but those who come to it or leave it.
 */
static struct natgw_addr *best(const struct natgw_config *config, __be32 client,
			       unsigned long *tried)
{
	struct natgw_addr *found = NULL;
	u32 score, found_score = 0;
	unsigned int i, n = 0;

	/* One alone needs no score. */
	if (config->n_addr == 1)
		return READ_ONCE(config->addr[0]->draining) ||
		       __test_and_set_bit(0, tried) ? NULL : config->addr[0];
	for (i = 0; i < config->n_addr; i++) {
		struct natgw_addr *addr = config->addr[i];

		if (READ_ONCE(addr->draining) || test_bit(i, tried))
			continue;
		score = jhash_2words((__force u32)client,
				     (__force u32)addr->wire, 0);
		if (!found || score > found_score) {
			found = addr;
			found_score = score;
			n = i;
		}
	}
	if (found)
		__set_bit(n, tried);
	return found;
}

/**
 * natgw_pool_address() - the address that a packet of this host, or a rule, names
 * @config: the gateway's
 * @ip: elastic IP, or the one on the wire
 *
 * Return: an address or NULL.
 */
struct natgw_addr *natgw_pool_address(const struct natgw_config *config,
				      __be32 ip)
{
	unsigned int i;

	for (i = 0; i < config->n_addr; i++) {
		struct natgw_addr *addr = config->addr[i];

		if (addr->wire == ip || addr->eip == ip)
			return addr;
	}
	return NULL;
}

/* next_address - the address to try for a flow, or another one if that was tried
 *
 * One that is pinned to an address has no other. This host's own may stay where they
 * are, whether or not the address is draining.
 */
static struct natgw_addr *next_address(const struct natgw_config *config,
				       __be32 client, __be32 pinned,
				       unsigned long *tried)
{
	struct natgw_addr *addr;

	if (!pinned)
		return best(config, client, tried);
	if (__test_and_set_bit(0, tried))
		return NULL;
	addr = natgw_pool_address(config, pinned);
	return addr && !(client && READ_ONCE(addr->draining)) ? addr : NULL;
}

/**
 * natgw_pool_first() - the address that a new flow is to have, if it can
 * @config: the gateway's
 * @original: the flow's original tuple
 *
 * Context: RCU. Return: an address or NULL.
 */
const struct natgw_addr *natgw_pool_first(const struct natgw_config *config,
					  const struct natgw_tuple *original)
{
	DECLARE_BITMAP(tried, NATGW_MAX_ADDRESSES) = {};
	struct natgw_treatment treatment;

	natgw_rule_apply(config, original, &treatment);
	return next_address(config, original->src, treatment.address, tried);
}

/* ----------------------------------- ports -------------------------------- */

/* try_random - take a random port, or fail if just that one is not free; what
 * this host wants for itself does not count as tried
 */
static int try_random(struct natgw_net *nn, struct natgw_flow *flow,
		      const struct natgw_lane *lane)
{
	unsigned int tries = 8;

	do {
		flow->reply.tuple.dport =
			htons(natgw_lane_random(nn, lane));
		if (!natgw_host_uses(flow))
			return natgw_flow_insert_node(nn, flow,
						      NATGW_DIR_REPLY);
	} while (--tries);
	return -EEXIST;
}

/* take_in_lane - find a free port and take it by inserting the reply tuple */
static int take_in_lane(struct natgw_net *nn, struct natgw_flow *flow,
			const struct natgw_lane *lane)
{
	unsigned int tries = 32;
	int err;

	err = natgw_crowd_take(nn, flow, lane, false);
	if (err != -ENOENT)
		return err;
	err = try_random(nn, flow, lane);
	if (err != -EEXIST)
		return err;
	err = natgw_crowd_take(nn, flow, lane, true);
	if (err != -ENOENT)
		return err;
	/* No memory to be exact with. */
	do {
		err = try_random(nn, flow, lane);
	} while (err == -EEXIST && --tries);
	return err == -EEXIST ? -ENOMEM : err;
}

/* nth_lane - where a flow may look for a port: like the inside one, as far as options
 * ask for it and as long as there is one, then any; returns whether there is so much
 */
static bool nth_lane(const struct natgw_config *config,
		     const struct natgw_tuple *original, unsigned int n,
		     struct natgw_lane *lane)
{
	bool parity = natgw_option(config, PORT_PARITY);
	unsigned int each = parity ? 2 : 1;
	u16 port = ntohs(original->sport);

	/* An ICMP identifier has neither class nor parity. */
	if (original->proto == IPPROTO_ICMP) {
		*lane = natgw_lane(NATGW_PORT_MIN, false);
		return !n;
	}
	if (!natgw_option(config, PORT_CLASS) || !port ||
	    port >= NATGW_PORT_MIN)
		n += each;
	if (n >= 2 * each)
		return false;
	if (n >= each)
		port = NATGW_PORT_MIN + (port & 1);
	/* The other parity, when this one's are taken. */
	*lane = natgw_lane(n % each ? port ^ 1 : port, parity);
	return true;
}

static int take_port(struct natgw_net *nn, const struct natgw_config *config,
		     struct natgw_flow *flow, bool own_port)
{
	const struct natgw_tuple *o = natgw_flow_tuple(flow,
						       NATGW_DIR_ORIGINAL);
	static const struct natgw_lane any = {
		.first = NATGW_PORT_MIN, .step = 1, .ports = NATGW_PORTS,
	};
	struct natgw_lane lane;
	unsigned int n = 0;
	int err;

	if (own_port || natgw_proto_portless(o->proto)) {
		/* As the host chose it, whatever port that is. */
		flow->reply.tuple.dport = o->sport;
		err = natgw_flow_insert_node(nn, flow, NATGW_DIR_REPLY);
		if (err != -EEXIST)
			return err;
		if (natgw_proto_portless(o->proto))
			return -EADDRINUSE;
	}
	if (!natgw_option(config, PORT_CLASS) &&
	    !natgw_option(config, PORT_PARITY))
		return take_in_lane(nn, flow, &any);
	err = -EADDRINUSE;
	while (err == -EADDRINUSE && nth_lane(config, o, n++, &lane))
		err = take_in_lane(nn, flow, &lane);
	return err;
}

/* take_on - give a flow an address, and a port there */
static int take_on(struct natgw_net *nn, const struct natgw_config *config,
		   struct natgw_flow *flow, struct natgw_addr *addr,
		   bool own_port)
{
	int err;

	natgw_flow_use_address(flow, addr);
	err = take_port(nn, config, flow, own_port);
	if (err == -EADDRINUSE)
		atomic64_inc(&addr->no_port);
	return err;
}

/**
 * natgw_pool_take() - give a flow or a mapping its address and its port
 * @nn: the namespace
 * @config: the gateway's
 * @flow: in no table yet
 * @client: inside address; 0 for this host
 * @own_port: try the original port first
 * @pinned: address that it has to have, or 0
 *
 * Context: softirq, RCU. Return: 0, and its reply tuple is in the table;
 * -EADDRNOTAVAIL without an address; -EADDRINUSE without a free port; -ENOMEM or
 * what else the table says.
 */
int natgw_pool_take(struct natgw_net *nn, const struct natgw_config *config,
		    struct natgw_flow *flow, __be32 client, bool own_port,
		    __be32 pinned)
{
	DECLARE_BITMAP(tried, NATGW_MAX_ADDRESSES) = {};
	struct natgw_addr *addr;
	int err = -EADDRNOTAVAIL;

	while ((addr = next_address(config, client, pinned, tried))) {
		err = take_on(nn, config, flow, addr, own_port);
		if (err != -EADDRINUSE || !natgw_option(config, SPILL))
			break;
	}
	return err;
}

/**
 * natgw_pool_holder() - what is left of a flow whose port is held
 * @gw: the gateway
 * @original: a tuple from its inside endpoint
 * @reply: its reply tuple
 *
 * Context: RCU. Return: the flow, or NULL where the port is not held, or for another
 * endpoint.
 */
struct natgw_flow *natgw_pool_holder(const struct natgw_gw *gw,
				     const struct natgw_tuple *original,
				     const struct natgw_tuple *reply)
{
	const struct natgw_tuple *theirs;
	struct natgw_flow *held;

	held = natgw_flow_find_any(gw->nn, reply, NATGW_DIR_REPLY);
	if (!held)
		return NULL;
	theirs = natgw_flow_tuple(held, NATGW_DIR_ORIGINAL);
	return READ_ONCE(held->state) == NATGW_FLOW_STATE_HELD &&
	       held->gw == gw && theirs->src == original->src &&
	       theirs->sport == original->sport ? held : NULL;
}

/* let_go - end what only holds a port that its former owner wants again */
static bool let_go(struct natgw_net *nn, const struct natgw_flow *flow)
{
	struct natgw_flow *held =
		natgw_pool_holder(flow->gw,
				  natgw_flow_tuple(flow, NATGW_DIR_ORIGINAL),
				  natgw_flow_tuple(flow, NATGW_DIR_REPLY));

	if (held)
		natgw_flow_kill(nn, held, NATGW_FLOW_END_REOPENED);
	return held;
}

/**
 * natgw_pool_retake() - give a flow or a mapping the address and port that it had
 * @nn: the namespace
 * @flow: in no table yet
 * @external: what it had
 *
 * Context: softirq, RCU. Return: 0, and its reply tuple is in the table;
 * -EADDRINUSE where another flow or this host has the port; or what else the table
 * says.
 */
int natgw_pool_retake(struct natgw_net *nn, struct natgw_flow *flow,
		      const struct natgw_external *external)
{
	bool of_host = flow->kind == NATGW_FLOW_KIND_HOST ||
		       test_bit(NATGW_FLOW_OF_HOST, &flow->flags);
	int err;

	natgw_flow_use_address(flow, external->addr);
	flow->reply.tuple.dport = external->port;
	if (!of_host && natgw_host_uses(flow))
		return -EADDRINUSE;
	err = natgw_flow_insert_node(nn, flow, NATGW_DIR_REPLY);
	if (err == -EEXIST && let_go(nn, flow))
		err = natgw_flow_insert_node(nn, flow, NATGW_DIR_REPLY);
	return err == -EEXIST ? -EADDRINUSE : err;
}

/* look_at_lane - add its ports, and those that a flow could not have
 *
 * By asking for each of them. In pieces, as others have work to do.
 */
static void look_at_lane(struct natgw_net *nn, struct natgw_flow *flow,
			 const struct natgw_lane *lane,
			 struct natgw_pool_look *look)
{
	struct natgw_tuple *reply = &flow->reply.tuple;
	u32 i;

	look->ports += lane->ports;

	for (i = 0; i < lane->ports; i++) {
		reply->dport = htons(lane->first + i * lane->step);
		local_bh_disable();
		rcu_read_lock();
		if (natgw_flow_known(nn, reply))
			look->used++;
		else if (natgw_host_uses(flow))
			look->kept++;
		rcu_read_unlock();
		local_bh_enable();
		if (i % 1024 == 1023)
			cond_resched();
	}
}

static bool all_used(const struct natgw_pool_look *look)
{
	return look->used + look->kept == look->ports;
}

/* look_at_address - the ports that a flow could have of its address */
static void look_at_address(struct natgw_net *nn,
			    const struct natgw_config *config,
			    struct natgw_flow *flow,
			    struct natgw_pool_look *look)
{
	const struct natgw_tuple *o = &flow->original.tuple;
	struct natgw_lane lane;
	unsigned int n = 0;

	look->used = 0;
	look->kept = 0;
	look->ports = 0;
	if (natgw_proto_portless(o->proto)) {
		flow->reply.tuple.dport = o->sport;
		look->ports = 1;
		rcu_read_lock();
		look->used = natgw_flow_known(nn, &flow->reply.tuple);
		rcu_read_unlock();
		return;
	}
	while (all_used(look) && nth_lane(config, o, n++, &lane))
		look_at_lane(nn, flow, &lane, look);
}

/**
 * natgw_pool_look() - which address and how many ports would a flow find?
 * @gw: the gateway
 * @original: the flow's original tuple
 * @pinned: address that rules demand, or 0
 * @look: filled
 *
 * Takes nothing. Towards each address that natgw_pool_take() would try, in that
 * order, until one has a port.
 *
 * Context: process, RTNL. Return: as natgw_pool_take().
 */
int natgw_pool_look(struct natgw_gw *gw, const struct natgw_tuple *original,
		    __be32 pinned, struct natgw_pool_look *look)
{
	const struct natgw_config *config = rtnl_dereference(gw->config);
	DECLARE_BITMAP(tried, NATGW_MAX_ADDRESSES) = {};
	struct natgw_flow flow = {
		.original.tuple = *original,
		.reply.tuple = natgw_mapping_reply(config, original),
		.gw = gw,
	};
	struct natgw_addr *addr;

	memset(look, 0, sizeof(*look));
	while ((addr = next_address(config, original->src, pinned, tried))) {
		look->addr = addr;
		flow.reply.tuple.dst = addr->wire;
		look_at_address(gw->nn, config, &flow, look);
		if (!all_used(look) || pinned ||
		    !natgw_option(config, SPILL))
			break;
	}
	if (!look->addr)
		return -EADDRNOTAVAIL;
	return all_used(look) ? -EADDRINUSE : 0;
}

/* --------------------------------- new flows ------------------------------ */

/* The state that a flow's first packet asks for; returns whether the packet
 * begins a TCP connection.
 */
static bool begin(struct natgw_flow *flow, enum natgw_dir dir,
		  const struct natgw_pkt *pkt)
{
	u8 proto = pkt->tuple.proto;

	if (natgw_proto_stateful(proto))
		return natgw_tcp_begin(flow, dir, pkt);
	if (proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE)
		flow->state = NATGW_FLOW_STATE_UDP;
	else if (proto == IPPROTO_ICMP)
		flow->state = NATGW_FLOW_STATE_ICMP;
	else
		flow->state = NATGW_FLOW_STATE_OTHER;
	return false;
}

/**
 * natgw_pool_count() - count a flow on its client's limits
 * @config: its gateway's
 * @flow: from natgw_flow_alloc(), with its state
 * @port: it takes a port of its own
 * @again: as natgw_client_admit() has it
 *
 * Context: softirq, RCU. Return: 0; -ENOMEM; what natgw_client_admit() and
 * natgw_client_take_port() say. natgw_flow_discard() takes it back in any case.
 */
int natgw_pool_count(const struct natgw_config *config, struct natgw_flow *flow,
		     bool port, bool again)
{
	/* Outsiders must not use up what their client may have half-open. */
	bool opening = flow->state == NATGW_FLOW_STATE_TCP_OPENING &&
		       !test_bit(NATGW_FLOW_GUEST, &flow->flags);
	struct natgw_client *client;
	int err;

	client = natgw_client_join(flow->gw,
				   natgw_flow_tuple(flow,
						    NATGW_DIR_ORIGINAL)->src);
	if (!client)
		return -ENOMEM;
	err = natgw_client_admit(client, config, opening, again);
	if (err) {
		natgw_client_put(client);
		return err;
	}
	flow->client = client;
	if (opening)
		__set_bit(NATGW_FLOW_OPENING, &flow->flags);
	if (!port)
		return 0;
	err = natgw_client_take_port(client, config);
	if (!err)
		__set_bit(NATGW_FLOW_PORT, &flow->flags);
	return err;
}

/**
 * natgw_pool_join() - let a flow have the port of a mapping
 * @nn: the namespace
 * @flow: in no table yet
 * @mapping: the mapping or permit, whose reference it takes over
 *
 * Context: softirq, RCU. Return: 0, and its reply tuple is in the table; or what
 * natgw_flow_insert_node() says.
 */
int natgw_pool_join(struct natgw_net *nn, struct natgw_flow *flow,
		    struct natgw_flow *mapping)
{
	const struct natgw_tuple *m = natgw_flow_tuple(mapping,
						       NATGW_DIR_REPLY);

	flow->mapping = mapping;
	natgw_flow_use_address(flow, mapping->addr);
	flow->reply.tuple.dport = m->dport;
	return natgw_flow_insert_node(nn, flow, NATGW_DIR_REPLY);
}

/* rival - the flow of the same connection that another CPU is making
 *
 * With a mapping, both CPUs want the same reply tuple, and the other one may
 * not have got to the original one yet. It can be used all the same: all that
 * a packet needs of it is there.
 */
static struct natgw_flow *rival(struct natgw_net *nn,
				const struct natgw_flow *flow)
{
	const struct natgw_tuple *mine = natgw_flow_tuple(flow,
							  NATGW_DIR_ORIGINAL);
	const struct natgw_tuple *theirs;
	struct natgw_flow *other;

	other = natgw_flow_find_any(nn, natgw_flow_tuple(flow, NATGW_DIR_REPLY),
				    NATGW_DIR_REPLY);
	if (!other)
		return NULL;
	theirs = natgw_flow_tuple(other, NATGW_DIR_ORIGINAL);
	return !test_bit(NATGW_FLOW_DYING, &other->flags) &&
	       READ_ONCE(other->state) != NATGW_FLOW_STATE_HELD &&
	       theirs->src == mine->src && theirs->sport == mine->sport &&
	       theirs->dst == mine->dst && theirs->dport == mine->dport ?
	       other : NULL;
}

static int take(struct natgw_gw *gw, const struct natgw_config *config,
		struct natgw_flow *flow, const struct natgw_pkt *pkt,
		__be32 pinned)
{
	bool of_host = flow->kind == NATGW_FLOW_KIND_HOST;
	struct natgw_flow *mapping;
	struct natgw_addr *addr;

	if (natgw_mapping_of(config, pkt->tuple.proto) ==
	    NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT)
		return natgw_pool_take(gw->nn, config, flow,
				       of_host ? 0 : pkt->tuple.src, of_host,
				       pinned);
	addr = pinned ? natgw_pool_address(config, pinned) : NULL;
	if (pinned && !addr)
		return -EADDRNOTAVAIL;
	mapping = natgw_mapping_get(gw, flow->kind, pkt, addr ? addr->wire : 0);
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);
	return natgw_pool_join(gw->nn, flow, mapping);
}

/* finish - make a flow known, or give it up for another CPU's, or for good */
static struct natgw_flow *finish(struct natgw_net *nn, struct natgw_flow *flow,
				 bool attempt, int err)
{
	struct natgw_flow *winner = NULL;

	if (!err)
		err = natgw_flow_insert(nn, flow);
	else if (err == -EEXIST)
		winner = rival(nn, flow);
	if (!err) {
		if (attempt)
			natgw_tcp_count(flow, NATGW_A_COUNTERS_TCP_ATTEMPTS);
		return flow;
	}
	if (err == -EEXIST && !winner)
		winner = natgw_flow_find(nn,
					 natgw_flow_tuple(flow,
							  NATGW_DIR_ORIGINAL),
					 NATGW_DIR_ORIGINAL);
	natgw_flow_discard(flow);
	if (winner)
		return winner;
	/* Somebody has the port of the mapping towards this destination, since
	 * a time with other options.
	 */
	return ERR_PTR(err == -EEXIST ? -EADDRINUSE : err);
}

/**
 * natgw_pool_bind() - make a flow for the first packet of a connection
 * @gw: the gateway
 * @kind: an inside client's flow gets a random port (RFC 6056); one that only
 *	holds a port of this host keeps it, unless a client has it
 * @pkt: the packet, which opens a flow
 * @treatment: what rules say; of a packet of this host, the address it has
 *
 * Context: softirq, RCU. Return: a flow to be used inside the RCU section, and
 * maybe made by another CPU that handled a packet of the same connection; or an
 * ERR_PTR() of what natgw_flow_alloc(), natgw_client_admit(),
 * natgw_client_take_port() and natgw_pool_take() say.
 */
struct natgw_flow *natgw_pool_bind(struct natgw_gw *gw,
				   enum natgw_flow_kind kind,
				   const struct natgw_pkt *pkt,
				   const struct natgw_treatment *treatment)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	u8 proto = pkt->tuple.proto;
	struct natgw_flow *flow;
	bool attempt;
	int err = 0;

	flow = natgw_flow_alloc(gw, kind, kind == NATGW_FLOW_KIND_HOST,
				&pkt->tuple, pkt->hash);
	if (IS_ERR(flow))
		return flow;
	flow->idle = treatment->idle;
	attempt = begin(flow, NATGW_DIR_ORIGINAL, pkt);
	if (kind == NATGW_FLOW_KIND_INSIDE)
		err = natgw_pool_count(config, flow,
				       !natgw_proto_portless(proto) &&
				       natgw_mapping_of(config, proto) ==
				       NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT,
				       false);
	if (!err)
		err = take(gw, config, flow, pkt, treatment->address);
	if (err && err != -EEXIST) {
		natgw_flow_discard(flow);
		return ERR_PTR(err);
	}
	return finish(gw->nn, flow, attempt, err);
}

/**
 * natgw_pool_admit() - make a flow for a packet from outside
 * @mapping: what it was sent to, with a reference that is taken over
 * @pkt: the packet, which opens a flow
 *
 * Context: softirq, RCU. Return: as natgw_pool_bind().
 */
struct natgw_flow *natgw_pool_admit(struct natgw_flow *mapping,
				    const struct natgw_pkt *pkt)
{
	const struct natgw_tuple *inside = natgw_flow_tuple(mapping,
							    NATGW_DIR_ORIGINAL);
	const struct natgw_config *config;
	struct natgw_tuple original = {
		.src = inside->src,
		.dst = pkt->tuple.src,
		.sport = inside->sport,
		.dport = pkt->tuple.sport,
		.proto = pkt->tuple.proto,
	};
	struct natgw_treatment treatment = {};
	struct natgw_gw *gw = mapping->gw;
	struct natgw_flow *flow;
	int err;

	flow = natgw_flow_alloc(gw, NATGW_FLOW_KIND_INSIDE, true, &original,
				0);
	if (IS_ERR(flow)) {
		natgw_mapping_put(gw->nn, mapping, NATGW_FLOW_END_GATEWAY);
		return flow;
	}
	config = rcu_dereference(gw->config);
	natgw_rule_apply(config, &original, &treatment);
	flow->idle = treatment.idle;
	begin(flow, NATGW_DIR_REPLY, pkt);
	/* What comes in must not keep the mapping alive where only what goes
	 * out does.
	 */
	if (!natgw_option(config, INBOUND_REFRESH) &&
	    !natgw_proto_stateful(original.proto))
		flow->used = READ_ONCE(natgw_mapping_root(mapping)->used);
	/* Nor may they use up how many its client may begin. */
	err = natgw_pool_count(config, flow, false, true);
	if (err) {
		natgw_flow_discard(flow);
		natgw_mapping_put(gw->nn, mapping, NATGW_FLOW_END_GATEWAY);
		return ERR_PTR(err);
	}
	return finish(gw->nn, flow, false,
		      natgw_pool_join(gw->nn, flow, mapping));
}
