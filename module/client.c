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

/* Two CPUs may begin the same second at once; the worst is a flow too many. */
static bool too_fast(struct natgw_client *client, u32 rate)
{
	u32 second = (u32)(jiffies / HZ);

	if (!rate)
		return false;
	if (READ_ONCE(client->second) != second) {
		WRITE_ONCE(client->second, second);
		atomic_set(&client->begun, 0);
	}
	return (u32)atomic_inc_return(&client->begun) > rate;
}

/* Does a gateway run short of flows, and has the client its share of them? */
static bool greedy(const struct natgw_client *client,
		   const struct natgw_config *config)
{
	struct natgw_gw *gw = client->key.gw;
	u32 max = natgw_option(config, MAX_FLOWS);
	u32 flows = atomic_read(&gw->flows);

	return natgw_option(config, FAIR_SHARE) &&
	       flows > max - max / 8 &&
	       (u32)atomic_read(&client->flows) >
	       max / max(atomic_read(&gw->clients), 1);
}

static bool over(atomic_t *count, u32 limit)
{
	if ((u32)atomic_inc_return(count) <= limit || !limit)
		return false;
	atomic_dec(count);
	return true;
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
	int err = -EDQUOT;

	if (too_fast(client, natgw_option(config, CLIENT_RATE)))
		return -EAGAIN;
	if (over(&client->flows, natgw_option(config, CLIENT_FLOWS)))
		return err;
	err = -ENOSPC;
	if (greedy(client, config))
		goto err_flows;
	err = -EMFILE;
	if (opening &&
	    over(&client->opening, natgw_option(config, CLIENT_OPENING)))
		goto err_flows;
	return 0;

err_flows:
	atomic_dec(&client->flows);
	return err;
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
	return over(&client->ports, natgw_option(config, CLIENT_PORTS)) ?
	       -EUSERS : 0;
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
 * natgw_client_report() - what is known of an inside host
 * @gw: its gateway
 * @addr: its address
 * @report: filled in
 *
 * Context: RCU. Return: whether it has flows.
 */
bool natgw_client_report(struct natgw_gw *gw, __be32 addr,
			 struct natgw_client_report *report)
{
	const struct client_key key = { .gw = gw, .addr = addr };
	const struct natgw_client *client;

	client = rhashtable_lookup(&gw->nn->clients, &key, client_params);
	if (client)
		natgw_client_walk_report(client, report);
	return client;
}

/**
 * natgw_client_walk_report() - the same of one that a walk has come to
 * @entry: of the table of clients
 * @report: filled in
 *
 * Context: RCU.
 */
void natgw_client_walk_report(const void *entry,
			      struct natgw_client_report *report)
{
	const struct natgw_client *client = entry;

	*report = (struct natgw_client_report){
		.gw = client->key.gw,
		.addr = client->key.addr,
		.flows = atomic_read(&client->flows),
		.ports = atomic_read(&client->ports),
		.opening = atomic_read(&client->opening),
	};
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
