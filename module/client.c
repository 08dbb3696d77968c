// SPDX-License-Identifier: GPL-2.0
/* Inside hosts that have flows, so that none of them takes what the others need
 * (RFC 6888 REQ-4).
 */
#include <linux/jiffies.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "client.h"
#include "gateway.h"

struct client_key {
	struct natgw_gw *gw;
	__be32 addr;
	u32 zero;	/* so that all bytes have a value */
};

/**
 * struct natgw_client - an inside host, as one gateway sees it
 * @head: in natgw_net.clients
 * @key: gateway and address
 * @users: flows and mappings that refer to it; negative once it is on its way
 *	out of the table
 * @flows: its flows
 * @ports: external ports that it has
 * @opening: its TCP connections that are not established
 * @second: the second that @begun counts for
 * @begun: flows begun in it
 * @rcu: to be freed by
 *
 * It goes with the last flow. Its gateway outlives it, for it outlives its
 * flows.
 */
struct natgw_client {
	struct rhash_head head;
	struct client_key key;
	atomic_t users;
	atomic_t flows;
	atomic_t ports;
	atomic_t opening;
	u32 second;
	atomic_t begun;
	struct rcu_head rcu;
};

enum { GONE = INT_MIN / 2 };

static const struct rhashtable_params client_params = {
	.head_offset = offsetof(struct natgw_client, head),
	.key_offset = offsetof(struct natgw_client, key),
	.key_len = sizeof(struct client_key),
	.automatic_shrinking = true,
};

/* make - a client with one user; -EEXIST when another CPU was faster */
static struct natgw_client *make(struct natgw_net *nn,
				 const struct client_key *key)
{
	struct natgw_client *client, *other;

	client = kzalloc(sizeof(*client), GFP_ATOMIC | __GFP_NOWARN);
	if (!client)
		return NULL;
	client->key = *key;
	atomic_set(&client->users, 1);
	/* Before anybody can find it, and leave it again. */
	atomic_inc(&key->gw->clients);
	other = rhashtable_lookup_get_insert_fast(&nn->clients, &client->head,
						  client_params);
	if (!other)
		return client;
	atomic_dec(&key->gw->clients);
	kfree(client);
	return IS_ERR(other) ? NULL : ERR_PTR(-EEXIST);
}

/**
 * natgw_client_join() - refer to an inside host
 * @gw: its gateway
 * @addr: its address
 *
 * Context: softirq, RCU. Return: a client for natgw_client_put() or
 * natgw_client_leave(), or NULL without memory.
 */
struct natgw_client *natgw_client_join(struct natgw_gw *gw, __be32 addr)
{
	const struct client_key key = { .gw = gw, .addr = addr };
	struct natgw_net *nn = gw->nn;
	struct natgw_client *client;

	for (;;) {
		client = rhashtable_lookup(&nn->clients, &key, client_params);
		if (client) {
			if (atomic_inc_unless_negative(&client->users))
				return client;
			/* Its last user is about to take it out of the table;
			 * do not wait for that.
			 */
			rhashtable_remove_fast(&nn->clients, &client->head,
					       client_params);
			continue;
		}
		client = make(nn, &key);
		if (client != ERR_PTR(-EEXIST))
			return client;
	}
}

/**
 * natgw_client_put() - refer to an inside host no longer
 * @client: from natgw_client_join()
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_client_put(struct natgw_client *client)
{
	struct natgw_gw *gw = client->key.gw;

	if (atomic_dec_return(&client->users) ||
	    atomic_cmpxchg(&client->users, 0, GONE))
		return;
	rhashtable_remove_fast(&gw->nn->clients, &client->head, client_params);
	atomic_dec(&gw->clients);
	kfree_rcu(client, rcu);
}

static u32 this_second(void)
{
	return (u32)(jiffies / HZ);
}

/* begin - count a flow that is asked for; returns how many there were this second
 *
 * Two CPUs may begin the same second at once; the worst is a flow too many.
 */
static u32 begin(struct natgw_client *client)
{
	u32 second = this_second();

	if (READ_ONCE(client->second) != second) {
		WRITE_ONCE(client->second, second);
		atomic_set(&client->begun, 0);
	}
	return atomic_inc_return(&client->begun);
}

static bool over(u32 n, u32 limit)
{
	return limit && n > limit;
}

/* Does a gateway run short of flows, and has the client its share of them? */
static bool greedy(const struct natgw_config *config,
		   const struct natgw_client_use *use)
{
	u32 max = natgw_option(config, MAX_FLOWS);

	return natgw_option(config, FAIR_SHARE) && use->all > max - max / 8 &&
	       use->flows > max / use->clients;
}

/* exceeds - which limit is exceeded, with the flow in question counted */
static int exceeds(const struct natgw_config *config,
		   const struct natgw_client_use *use)
{
	if (over(use->begun, natgw_option(config, CLIENT_RATE)))
		return -EAGAIN;
	if (over(use->flows, natgw_option(config, CLIENT_FLOWS)))
		return -EDQUOT;
	if (greedy(config, use))
		return -ENOSPC;
	if (over(use->opening, natgw_option(config, CLIENT_OPENING)))
		return -EMFILE;
	if (over(use->ports, natgw_option(config, CLIENT_PORTS)))
		return -EUSERS;
	return 0;
}

/**
 * natgw_client_admit() - count a new flow on its client
 * @client: the client
 * @config: the gateway's
 * @opening: it is a TCP connection that is not established yet
 *
 * Context: softirq, RCU. Return: 0; -EAGAIN when the client begins too many
 * flows at a time, -EDQUOT when it has its most flows, -EMFILE its most half-open
 * ones, -ENOSPC its share while the gateway runs short.
 */
int natgw_client_admit(struct natgw_client *client,
		       const struct natgw_config *config, bool opening)
{
	struct natgw_gw *gw = client->key.gw;
	struct natgw_client_use use = {
		.flows = atomic_inc_return(&client->flows),
		.all = atomic_read(&gw->flows),
		.clients = max(atomic_read(&gw->clients), 1),
	};
	int err;

	if (natgw_option(config, CLIENT_RATE))
		use.begun = begin(client);
	if (opening)
		use.opening = atomic_inc_return(&client->opening);
	err = exceeds(config, &use);
	if (!err)
		return 0;
	if (opening)
		atomic_dec(&client->opening);
	atomic_dec(&client->flows);
	return err;
}

/**
 * natgw_client_look() - would a new flow be admitted?
 * @gw: its gateway
 * @config: the gateway's
 * @addr: its client
 * @opening: it is a TCP connection that is not established yet
 * @port: it takes a port of its own
 * @use: filled with what the client would have then
 *
 * Counts nothing. Context: RCU. Return: as natgw_client_admit() and
 * natgw_client_take_port().
 */
int natgw_client_look(struct natgw_gw *gw, const struct natgw_config *config,
		      __be32 addr, bool opening, bool port,
		      struct natgw_client_use *use)
{
	const struct client_key key = { .gw = gw, .addr = addr };
	const struct natgw_client *client;

	client = rhashtable_lookup(&gw->nn->clients, &key, client_params);
	*use = (struct natgw_client_use){
		.begun = 1,
		.flows = 1,
		.opening = opening,
		.ports = port,
		.all = atomic_read(&gw->flows) + 1,
		.clients = atomic_read(&gw->clients) + !client,
	};
	if (!client)
		return exceeds(config, use);
	if (READ_ONCE(client->second) == this_second())
		use->begun += atomic_read(&client->begun);
	use->flows += atomic_read(&client->flows);
	if (opening)
		use->opening += atomic_read(&client->opening);
	if (port)
		use->ports += atomic_read(&client->ports);
	use->clients = max(use->clients, 1U);
	return exceeds(config, use);
}

/**
 * natgw_client_take_port() - count a port on a client
 * @client: the client
 * @config: the gateway's
 *
 * Context: softirq, RCU. Return: 0, or -EUSERS when it has its most ports.
 */
int natgw_client_take_port(struct natgw_client *client,
			   const struct natgw_config *config)
{
	if (!over(atomic_inc_return(&client->ports),
		  natgw_option(config, CLIENT_PORTS)))
		return 0;
	atomic_dec(&client->ports);
	return -EUSERS;
}

/**
 * natgw_client_reopen() - a connection is half-open again
 * @client: the client
 *
 * Its flow is there already, so no limit is asked.
 *
 * Context: softirq.
 */
void natgw_client_reopen(struct natgw_client *client)
{
	atomic_inc(&client->opening);
}

/**
 * natgw_client_opened() - a connection is half-open no longer
 * @client: the client
 *
 * Context: bottom halves disabled.
 */
void natgw_client_opened(struct natgw_client *client)
{
	atomic_dec(&client->opening);
}

/**
 * natgw_client_leave() - a flow or a mapping ends
 * @client: the client that it refers to
 * @flow: it is a flow
 * @port: it has a port
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_client_leave(struct natgw_client *client, bool flow, bool port)
{
	if (flow)
		atomic_dec(&client->flows);
	if (port)
		atomic_dec(&client->ports);
	natgw_client_put(client);
}

/**
 * natgw_client_table_init() - a namespace's clients
 * @nn: the namespace
 *
 * Context: process. Return: 0 or an error.
 */
int natgw_client_table_init(struct natgw_net *nn)
{
	return rhashtable_init(&nn->clients, &client_params);
}

/**
 * natgw_client_table_exit() - free the table
 * @nn: the namespace, without flows, and therefore without clients
 *
 * Context: process.
 */
void natgw_client_table_exit(struct natgw_net *nn)
{
	WARN_ON_ONCE(atomic_read(&nn->clients.nelems));
	rhashtable_destroy(&nn->clients);
}
