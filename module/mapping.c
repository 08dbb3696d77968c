// SPDX-License-Identifier: GPL-2.0
/* Mappings: external ports that depend on less than the whole connection
 * (RFC 4787 section 4.1).
 *
 * Where the mapping is address-and-port-dependent there is none of this: each
 * flow takes its port by inserting its own reply tuple. Else that port belongs
 * to a mapping, which the flows of an inside endpoint share. A mapping is kept
 * in the same table and takes its port in the same way, by inserting a tuple in
 * which what it does not depend on is 0; so the table still decides, and the
 * search for a free port (pool.c, crowd.c) is the same. It has two tuples:
 *
 *   inside    what a new flow's packet says of it: the inside endpoint, the
 *             destination if it depends on that, and whose gateway it is
 *   outside   what an answer says: the external endpoint, and the far side if
 *             it depends on that
 *
 * Each of the two has a scope of its own: far sides may be inside hosts and wire
 * addresses, too, so their values can be the same.
 *
 * Where mapping is endpoint-independent but filtering is address-dependent, each
 * address that an endpoint has sent to gets a permit: a mapping of a mapping,
 * with an outside tuple only. The flow refers to the permit and the permit to
 * the mapping.
 *
 * A mapping lives as long as flows refer to it.
 */
#include "client.h"
#include "flow.h"
#include "gateway.h"
#include "mapping.h"
#include "pool.h"

/**
 * natgw_mapping_of() - on what external ports of a protocol depend
 * @config: a gateway's
 * @proto: the protocol
 *
 * Return: enum natgw_dependence.
 */
u32 natgw_mapping_of(const struct natgw_config *config, u8 proto)
{
	if (natgw_proto_portless(proto))
		return NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT;
	return natgw_proto_stateful(proto) ?
	       natgw_option(config, TCP_MAPPING) :
	       natgw_option(config, UDP_MAPPING);
}

static u32 filtering_of(const struct natgw_config *config, u8 proto)
{
	/* A query from outside is an answer to nothing. */
	if (proto == IPPROTO_ICMP)
		return NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT;
	return natgw_proto_stateful(proto) ?
	       natgw_option(config, TCP_FILTERING) :
	       natgw_option(config, UDP_FILTERING);
}

static struct natgw_tuple inside_key(const struct natgw_gw *gw, __be32 addr,
				     __be16 port, u8 proto, __be32 dst)
{
	return (struct natgw_tuple){
		.src = addr,
		.dst = dst,
		.sport = port,
		.dport = (__force __be16)gw->id,
		.proto = proto,
		.scope = NATGW_SCOPE_INSIDE,
	};
}

static struct natgw_tuple outside_key(const struct natgw_tuple *packet,
				      __be32 src, enum natgw_scope scope)
{
	return (struct natgw_tuple){
		.src = src,
		.dst = packet->dst,
		.dport = packet->dport,
		.proto = packet->proto,
		.scope = scope,
	};
}

/* lookup - a mapping that is alive, or about to end */
static struct natgw_flow *lookup(struct natgw_net *nn,
				 const struct natgw_tuple *key,
				 enum natgw_dir dir)
{
	struct natgw_flow *mapping = natgw_flow_find_any(nn, key, dir);

	return mapping && READ_ONCE(mapping->state) != NATGW_FLOW_STATE_HELD ?
	       mapping : NULL;
}

/* Flows may only be added to an address that the gateway has: whoever removes
 * it waits for those who have seen the old configuration, and for nobody else.
 */
static bool usable(const struct natgw_config *config,
		   const struct natgw_flow *mapping)
{
	bool of_host = test_bit(NATGW_FLOW_OF_HOST, &mapping->flags);
	unsigned int i;

	/* One that drains takes no new flows, whatever mapping they have. */
	if (READ_ONCE(mapping->addr->draining) && !of_host)
		return false;
	for (i = 0; i < config->n_addr; i++)
		if (config->addr[i] == mapping->addr)
			return true;
	return false;
}

/**
 * natgw_mapping_root() - the mapping itself, where there is a permit before it
 * @mapping: a mapping or a permit
 */
struct natgw_flow *natgw_mapping_root(struct natgw_flow *mapping)
{
	return mapping->mapping ?: mapping;
}

/**
 * natgw_mapping_put() - one user less
 * @nn: the namespace
 * @mapping: a mapping or a permit
 * @why: why the user ended; NATGW_FLOW_END_GATEWAY where it has never used the
 *	port, which then is not held
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_mapping_put(struct natgw_net *nn, struct natgw_flow *mapping,
		       enum natgw_flow_end why)
{
	if (!refcount_dec_and_test(&mapping->users))
		return;
	/* As if claimed, until it is held: see natgw_flow_free_port(). */
	set_bit(NATGW_FLOW_DYING, &mapping->flags);
	natgw_flow_remove_node(nn, mapping, NATGW_DIR_ORIGINAL);
	natgw_flow_uncount(mapping);
	natgw_flow_free_port(nn, mapping, why);
}

static int count(struct natgw_gw *gw, struct natgw_flow *mapping)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	struct natgw_client *client;
	int err;

	client = natgw_client_join(gw, natgw_flow_tuple(mapping,
							NATGW_DIR_ORIGINAL)->src);
	if (!client)
		return -ENOMEM;
	err = natgw_client_take_port(client, config);
	if (err) {
		natgw_client_put(client);
		return err;
	}
	mapping->client = client;
	__set_bit(NATGW_FLOW_PORT, &mapping->flags);
	return 0;
}

/* The state that a mapping shares with its flows, as far as how long an inside
 * endpoint may be silent depends on it.
 */
static u8 state_of(u8 proto)
{
	if (natgw_proto_stateful(proto))
		return NATGW_FLOW_STATE_TCP_ESTABLISHED;
	return proto == IPPROTO_ICMP ? NATGW_FLOW_STATE_ICMP :
				       NATGW_FLOW_STATE_UDP;
}

/* make - a mapping with a port, the one that it had before if there is one;
 * -EEXIST when another CPU was faster
 */
static struct natgw_flow *make(struct natgw_gw *gw, enum natgw_flow_kind kind,
			       const struct natgw_tuple *key, __be32 remote,
			       __be32 pinned,
			       const struct natgw_external *external)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	bool of_host = kind == NATGW_FLOW_KIND_HOST;
	struct natgw_net *nn = gw->nn;
	struct natgw_flow *mapping;
	int err = 0;

	mapping = natgw_flow_alloc(gw, NATGW_FLOW_KIND_MAPPING, false, key,
				   0);
	if (IS_ERR(mapping))
		return mapping;
	mapping->reply.tuple.src = remote;
	mapping->reply.tuple.sport = 0;
	mapping->reply.tuple.scope = NATGW_SCOPE_MAPPING;
	mapping->state = state_of(key->proto);
	if (of_host)
		__set_bit(NATGW_FLOW_OF_HOST, &mapping->flags);
	else
		err = count(gw, mapping);
	if (!err && external) {
		mapping->used = external->used;
		err = natgw_pool_retake(nn, mapping, external);
	} else if (!err) {
		err = natgw_pool_take(nn, config, mapping,
				      of_host ? 0 : key->src, of_host, pinned);
	}
	if (err) {
		natgw_flow_discard(mapping);
		return ERR_PTR(err);
	}
	err = natgw_flow_insert_node(nn, mapping, NATGW_DIR_ORIGINAL);
	if (!err)
		return mapping;
	/* Somebody outside may have found it by its port and use it. */
	natgw_mapping_put(nn, mapping, NATGW_FLOW_END_GATEWAY);
	return ERR_PTR(err);
}

/* joins - may a new flow have the port of a mapping? */
static bool joins(const struct natgw_config *config,
		  const struct natgw_flow *mapping, __be32 pinned)
{
	return usable(config, mapping) &&
	       (!pinned || mapping->addr->wire == pinned);
}

/* is_at - has a mapping this external endpoint? If so it was used as late. */
static bool is_at(struct natgw_flow *mapping,
		  const struct natgw_external *external)
{
	if (mapping->addr != external->addr ||
	    natgw_flow_tuple(mapping, NATGW_DIR_REPLY)->dport !=
	    external->port)
		return false;
	if ((s32)(external->used - READ_ONCE(mapping->used)) > 0)
		WRITE_ONCE(mapping->used, external->used);
	return true;
}

/* get_root - the mapping of a flow's source, made if need be; -ENOTUNIQ where the
 * flow is to have another external endpoint again
 */
static struct natgw_flow *get_root(struct natgw_gw *gw,
				   enum natgw_flow_kind kind,
				   const struct natgw_tuple *key,
				   __be32 remote, __be32 pinned,
				   const struct natgw_external *external)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	struct natgw_flow *mapping;

	do {
		mapping = lookup(gw->nn, key, NATGW_DIR_ORIGINAL);
		if (!mapping) {
			mapping = make(gw, kind, key, remote, pinned,
				       external);
			continue;
		}
		if (refcount_inc_not_zero(&mapping->users)) {
			if (external && !is_at(mapping, external)) {
				natgw_mapping_put(gw->nn, mapping,
						  NATGW_FLOW_END_GATEWAY);
				return ERR_PTR(-ENOTUNIQ);
			}
			if (joins(config, mapping, pinned))
				return mapping;
			natgw_mapping_put(gw->nn, mapping,
					  NATGW_FLOW_END_ADDRESS);
		}
		/* It is ending, or its address is, or a rule demands another
		 * one; it is left to the flows that it has.
		 */
		natgw_flow_remove_node(gw->nn, mapping, NATGW_DIR_ORIGINAL);
		mapping = ERR_PTR(-EEXIST);
	} while (mapping == ERR_PTR(-EEXIST));
	return mapping;
}

static struct natgw_flow *make_permit(struct natgw_net *nn,
				      struct natgw_flow *mapping, __be32 remote)
{
	const struct natgw_tuple *o = natgw_flow_tuple(mapping,
						       NATGW_DIR_ORIGINAL);
	struct natgw_flow *permit;
	int err;

	permit = natgw_flow_alloc(mapping->gw, NATGW_FLOW_KIND_MAPPING, false,
				  o, mapping->original.hash);
	if (IS_ERR(permit))
		return permit;
	permit->reply.tuple =
		*natgw_flow_tuple(mapping, NATGW_DIR_REPLY);
	permit->reply.tuple.src = remote;
	permit->reply.tuple.scope = NATGW_SCOPE_PERMIT;
	permit->state = READ_ONCE(mapping->state);
	permit->addr = mapping->addr;
	permit->mapping = mapping;
	refcount_inc(&mapping->users);
	err = natgw_flow_insert_node(nn, permit, NATGW_DIR_REPLY);
	if (!err)
		return permit;
	natgw_flow_discard(permit);
	return ERR_PTR(err);
}

/* get_permit - the permit of a far side for a mapping, made if need be
 *
 * The caller's reference is turned into one on the permit.
 */
static struct natgw_flow *get_permit(struct natgw_net *nn,
				     struct natgw_flow *mapping, __be32 remote)
{
	const struct natgw_tuple key =
		outside_key(natgw_flow_tuple(mapping, NATGW_DIR_REPLY), remote,
			    NATGW_SCOPE_PERMIT);
	struct natgw_flow *permit;

	do {
		permit = lookup(nn, &key, NATGW_DIR_REPLY);
		if (!permit) {
			permit = make_permit(nn, mapping, remote);
			continue;
		}
		if (refcount_inc_not_zero(&permit->users))
			break;
		natgw_flow_remove_node(nn, permit, NATGW_DIR_REPLY);
		permit = ERR_PTR(-EEXIST);
	} while (permit == ERR_PTR(-EEXIST));
	natgw_mapping_put(nn, mapping, NATGW_FLOW_END_GATEWAY);
	return permit;
}

/* key_of - what a new flow's packet says of its mapping
 *
 * Pinned to an address, an endpoint has another mapping than without.
 */
static struct natgw_tuple key_of(const struct natgw_gw *gw,
				 enum natgw_flow_kind kind,
				 const struct natgw_tuple *t, bool any,
				 __be32 pinned)
{
	return inside_key(gw, t->src, t->sport, t->proto, any ?
			  (kind == NATGW_FLOW_KIND_HOST ? 0 : pinned) : t->dst);
}

static bool any_destination(const struct natgw_config *config, u8 proto)
{
	return natgw_mapping_of(config, proto) ==
	       NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT;
}

/**
 * natgw_mapping_look() - the mapping that a new flow would join
 * @gw: its gateway
 * @tuple: its original tuple
 * @pinned: wire address that a rule demands, or 0
 *
 * Context: RCU. Return: a mapping to be looked at inside the RCU section, or NULL
 * where the flow would need a port.
 */
const struct natgw_flow *natgw_mapping_look(const struct natgw_gw *gw,
					    const struct natgw_tuple *tuple,
					    __be32 pinned)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	const struct natgw_flow *mapping;
	struct natgw_tuple key;

	if (natgw_mapping_of(config, tuple->proto) ==
	    NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT)
		return NULL;
	key = key_of(gw, NATGW_FLOW_KIND_INSIDE, tuple,
		     any_destination(config, tuple->proto), pinned);
	mapping = lookup(gw->nn, &key, NATGW_DIR_ORIGINAL);
	return mapping && joins(config, mapping, pinned) ? mapping : NULL;
}

/**
 * natgw_mapping_reply() - the tuple that holds a new flow's port, but for address
 *	and port
 * @config: the gateway's
 * @original: the flow's original tuple
 */
struct natgw_tuple natgw_mapping_reply(const struct natgw_config *config,
				       const struct natgw_tuple *original)
{
	struct natgw_tuple reply = natgw_tuple_invert(original);

	if (natgw_mapping_of(config, original->proto) ==
	    NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT)
		return reply;
	return outside_key(&reply, any_destination(config, original->proto) ?
			   0 : reply.src, NATGW_SCOPE_MAPPING);
}

static struct natgw_flow *get(struct natgw_gw *gw, enum natgw_flow_kind kind,
			      const struct natgw_tuple *t, __be32 pinned,
			      const struct natgw_external *external)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	bool any = any_destination(config, t->proto);
	const struct natgw_tuple key = key_of(gw, kind, t, any, pinned);
	struct natgw_flow *mapping;

	mapping = get_root(gw, kind, &key, any ? 0 : t->dst, pinned, external);
	if (IS_ERR(mapping) || !any ||
	    filtering_of(config, t->proto) !=
	    NATGW_DEPENDENCE_ADDRESS_DEPENDENT)
		return mapping;
	return get_permit(gw->nn, mapping, t->dst);
}

/**
 * natgw_mapping_get() - the mapping for a new flow
 * @gw: its gateway, whose mapping for the protocol depends on less than the
 *	address and port
 * @kind: of the flow
 * @pkt: its first packet
 * @pinned: wire address that a rule demands, or 0
 *
 * Context: softirq, RCU. Return: a mapping or a permit with a reference for
 * natgw_mapping_put(), or an ERR_PTR().
 */
struct natgw_flow *natgw_mapping_get(struct natgw_gw *gw,
				     enum natgw_flow_kind kind,
				     const struct natgw_pkt *pkt, __be32 pinned)
{
	return get(gw, kind, &pkt->tuple, pinned, NULL);
}

/**
 * natgw_mapping_again() - the mapping for a flow that there was before
 * @gw: its gateway, likewise
 * @kind: of the flow
 * @tuple: its original tuple
 * @pinned: wire address that a rule demands, or 0
 * @external: the external endpoint that it had
 *
 * Context: softirq, RCU. Return: as natgw_mapping_get(), and ERR_PTR(-EADDRINUSE)
 * or ERR_PTR(-ENOTUNIQ) where others have that endpoint, or the inside endpoint has
 * another one.
 */
struct natgw_flow *natgw_mapping_again(struct natgw_gw *gw,
				       enum natgw_flow_kind kind,
				       const struct natgw_tuple *tuple,
				       __be32 pinned,
				       const struct natgw_external *external)
{
	return get(gw, kind, tuple, pinned, external);
}

/* gave_up - is the inside host of a mapping not inside any more? */
static bool gave_up(const struct natgw_config *config,
		    const struct natgw_flow *mapping)
{
	return config->n_inside &&
	       !natgw_config_inside(config,
				    natgw_flow_tuple(mapping,
						     NATGW_DIR_ORIGINAL)->src);
}

/**
 * natgw_mapping_taken() - has an inside host the port of a tuple?
 * @nn: the namespace
 * @config: that of the gateway which has its destination
 * @reply: the tuple, of answers to it
 *
 * Context: RCU.
 */
bool natgw_mapping_taken(struct natgw_net *nn,
			 const struct natgw_config *config,
			 const struct natgw_tuple *reply)
{
	u32 mapped = natgw_mapping_of(config, reply->proto);
	const struct natgw_flow *mapping;
	struct natgw_tuple key;

	if (mapped == NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT)
		return false;
	key = outside_key(reply, mapped ==
			  NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT ? 0 :
			  reply->src, NATGW_SCOPE_MAPPING);
	mapping = lookup(nn, &key, NATGW_DIR_REPLY);
	return mapping && !test_bit(NATGW_FLOW_OF_HOST, &mapping->flags);
}

/**
 * natgw_mapping_find_outside() - the mapping that an unexpected packet is for
 * @nn: the namespace
 * @config: that of the gateway which has the packet's destination
 * @tuple: the packet's
 * @filtered: set where there is one, but its filter keeps this sender out
 *
 * Context: softirq, RCU. Return: a mapping or a permit of an inside host, with a
 * reference; or NULL.
 */
struct natgw_flow *natgw_mapping_find_outside(struct natgw_net *nn,
					      const struct natgw_config *config,
					      const struct natgw_tuple *tuple,
					      bool *filtered)
{
	u32 mapped = natgw_mapping_of(config, tuple->proto);
	u32 filter = filtering_of(config, tuple->proto);
	struct natgw_tuple key;
	struct natgw_flow *mapping;

	*filtered = false;
	if (mapped == NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT)
		return NULL;
	key = outside_key(tuple, mapped ==
			  NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT ? 0 :
			  tuple->src, NATGW_SCOPE_MAPPING);
	mapping = lookup(nn, &key, NATGW_DIR_REPLY);
	if (!mapping || test_bit(NATGW_FLOW_OF_HOST, &mapping->flags) ||
	    !usable(config, mapping) || gave_up(config, mapping))
		return NULL;
	/* Only what goes out keeps the mapping alive, and it was too long ago. */
	if (!natgw_option(config, INBOUND_REFRESH) &&
	    !natgw_proto_stateful(tuple->proto) &&
	    natgw_flow_remaining(natgw_mapping_root(mapping)) <= 0)
		return NULL;
	*filtered = true;
	if (filter == NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT)
		return NULL;
	if (filter == NATGW_DEPENDENCE_ADDRESS_DEPENDENT && !key.src) {
		key = outside_key(tuple, tuple->src, NATGW_SCOPE_PERMIT);
		mapping = lookup(nn, &key, NATGW_DIR_REPLY);
	}
	if (!mapping || !refcount_inc_not_zero(&mapping->users))
		return NULL;
	*filtered = false;
	return mapping;
}

/**
 * natgw_mapping_find_inside() - the mapping that an inside endpoint has
 * @gw: its gateway
 * @addr: inside address
 * @port: inside port
 * @proto: the protocol
 * @pinned: wire address that rules demand for it, or 0
 *
 * Context: RCU. Return: an endpoint-independent mapping, to be looked at inside
 * the RCU section, or NULL.
 */
struct natgw_flow *natgw_mapping_find_inside(struct natgw_gw *gw, __be32 addr,
					     __be16 port, u8 proto,
					     __be32 pinned)
{
	const struct natgw_tuple key = inside_key(gw, addr, port, proto,
						  pinned);

	return lookup(gw->nn, &key, NATGW_DIR_ORIGINAL);
}
