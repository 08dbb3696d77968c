// SPDX-License-Identifier: GPL-2.0
/* Inside hosts that have flows, so that none of them takes what the others need
 * (RFC 6888 REQ-4).
 */
#include <linux/align.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "client.h"
#include "gateway.h"

struct block_key {
	struct natgw_gw *gw;
	__be32 addr;
};

/**
 * struct natgw_client - an inside host, as one gateway sees it
 * @users: flows and mappings that refer to it; it has flows while there are any
 * @flows: its flows
 * @ports: external ports that it has
 * @opening: its TCP connections that are not established
 * @begun: flows that it has asked for in its block's second
 * @created: flows that it has got since it has had any
 */
struct natgw_client {
	atomic_t users;
	atomic_t flows;
	atomic_t ports;
	atomic_t opening;
	atomic_t begun;
	atomic_t created;
};

enum {
	NEIGHBOURS = NATGW_CLIENT_NEIGHBOURS,
	BLOCK = 256,	/* bytes, to which a block is aligned, too */
	GONE = INT_MIN / 2,
};

/**
 * struct block - inside hosts with addresses next to each other
 * @head: in natgw_net.clients
 * @key: gateway, and the address of the first
 * @users: what refers to one of them; negative once it is on its way out of the
 *	table
 * @second: the second that the hosts' @begun count for
 * @rcu: to be freed by
 * @client: the hosts, by the end of their address
 *
 * Where one inside host is, there are others. So most of them are found, not made,
 * and one of a full block takes 32 bytes.
 *
 * It goes with the last flow. Its gateway outlives it, for it outlives its
 * flows.
 */
struct block {
	struct rhash_head head;
	struct block_key key;
	atomic_t users;
	u32 second;
	struct rcu_head rcu;
	struct natgw_client client[NEIGHBOURS];
};

static_assert(sizeof(struct block) <= BLOCK);

/* Seeded by the table, anew whenever it is resized. */
static u32 block_hash(const void *data, u32 len, u32 seed)
{
	const struct block_key *key = data;

	return jhash_2words((__force u32)key->addr, (u32)(unsigned long)key->gw,
			    seed);
}

static int block_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct block_key *key = arg->key;
	const struct block *block = obj;

	return key->gw != block->key.gw || key->addr != block->key.addr;
}

static const struct rhashtable_params block_params = {
	.head_offset = offsetof(struct block, head),
	.key_offset = offsetof(struct block, key),
	.key_len = sizeof(struct block_key),
	.hashfn = block_hash,
	.obj_cmpfn = block_cmp,
	.automatic_shrinking = true,
};

static struct block *block_of(const struct natgw_client *client)
{
	return (struct block *)ALIGN_DOWN((unsigned long)client, BLOCK);
}

/* make - a block with one user; -EEXIST when another CPU was faster */
static struct block *make(struct natgw_net *nn, const struct block_key *key)
{
	struct block *block, *other;

	/* Memory of a power of two is aligned to it. */
	block = kzalloc(BLOCK, GFP_ATOMIC | __GFP_NOWARN);
	if (!block)
		return NULL;
	block->key = *key;
	atomic_set(&block->users, 1);
	other = rhashtable_lookup_get_insert_fast(&nn->clients, &block->head,
						  block_params);
	if (!other)
		return block;
	kfree(block);
	return IS_ERR(other) ? NULL : ERR_PTR(-EEXIST);
}

static struct block_key key_of(struct natgw_gw *gw, __be32 addr)
{
	return (struct block_key){
		.gw = gw,
		.addr = addr & ~htonl(NEIGHBOURS - 1),
	};
}

/* get - the block of an address, with one user more */
static struct block *get(struct natgw_gw *gw, __be32 addr)
{
	const struct block_key key = key_of(gw, addr);
	struct natgw_net *nn = gw->nn;
	struct block *block;

	for (;;) {
		block = rhashtable_lookup(&nn->clients, &key, block_params);
		if (block) {
			if (atomic_inc_unless_negative(&block->users))
				return block;
			/* Its last user is about to take it out of the table;
			 * do not wait for that.
			 */
			rhashtable_remove_fast(&nn->clients, &block->head,
					       block_params);
			continue;
		}
		block = make(nn, &key);
		if (block != ERR_PTR(-EEXIST))
			return block;
	}
}

/* find - an inside host that has flows, or NULL */
static const struct natgw_client *find(struct natgw_gw *gw, __be32 addr)
{
	const struct block_key key = key_of(gw, addr);
	const struct natgw_client *client;
	const struct block *block;

	block = rhashtable_lookup(&gw->nn->clients, &key, block_params);
	if (!block)
		return NULL;
	client = &block->client[ntohl(addr) % NEIGHBOURS];
	return atomic_read(&client->users) ? client : NULL;
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
	struct block *block = get(gw, addr);
	struct natgw_client *client;

	if (!block)
		return NULL;
	client = &block->client[ntohl(addr) % NEIGHBOURS];
	if (atomic_inc_return(&client->users) == 1) {
		/* Its neighbours may have kept the block since it had flows before. */
		atomic_set(&client->created, 0);
		atomic_inc(&gw->clients);
	}
	return client;
}

/**
 * natgw_client_put() - refer to an inside host no longer
 * @client: from natgw_client_join()
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_client_put(struct natgw_client *client)
{
	struct block *block = block_of(client);
	struct natgw_gw *gw = block->key.gw;

	if (atomic_dec_and_test(&client->users))
		atomic_dec(&gw->clients);
	if (atomic_dec_return(&block->users) ||
	    atomic_cmpxchg(&block->users, 0, GONE))
		return;
	rhashtable_remove_fast(&gw->nn->clients, &block->head, block_params);
	kfree_rcu(block, rcu);
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
	struct block *block = block_of(client);
	u32 second = this_second();
	unsigned int i;

	if (READ_ONCE(block->second) != second) {
		WRITE_ONCE(block->second, second);
		for (i = 0; i < NEIGHBOURS; i++)
			atomic_set(&block->client[i].begun, 0);
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
 * @again: it has begun before, or somebody else begins it, so nobody asks whether the
 *	client may begin one now
 *
 * Context: softirq, RCU. Return: 0; -EAGAIN when the client begins too many
 * flows at a time, -EDQUOT when it has its most flows, -EMFILE its most half-open
 * ones, -ENOSPC its share while the gateway runs short.
 */
int natgw_client_admit(struct natgw_client *client,
		       const struct natgw_config *config, bool opening,
		       bool again)
{
	const struct natgw_gw *gw = block_of(client)->key.gw;
	struct natgw_client_use use = {
		.flows = atomic_inc_return(&client->flows),
		.all = again ? 0 : atomic_read(&gw->flows),
		.clients = max(atomic_read(&gw->clients), 1),
	};
	int err;

	if (!again && natgw_option(config, CLIENT_RATE))
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
 * natgw_client_began() - a flow of a client has begun
 * @client: the client, which natgw_client_admit() has just written to
 *
 * Context: softirq, RCU.
 */
void natgw_client_began(struct natgw_client *client)
{
	atomic_inc(&client->created);
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
	const struct natgw_client *client = find(gw, addr);

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
	if (READ_ONCE(block_of(client)->second) == this_second())
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

static void report_on(const struct natgw_client *client,
		      struct natgw_client_report *report)
{
	const struct block *block = block_of(client);

	*report = (struct natgw_client_report){
		.gw = block->key.gw,
		.addr = block->key.addr | htonl(client - block->client),
		.flows = atomic_read(&client->flows),
		.ports = atomic_read(&client->ports),
		.opening = atomic_read(&client->opening),
		.created = atomic_read(&client->created),
	};
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
	const struct natgw_client *client = find(gw, addr);

	if (client)
		report_on(client, report);
	return client;
}

/**
 * natgw_client_walk_report() - the same of those that a walk has come to
 * @entry: of the table of clients
 * @report: NATGW_CLIENT_NEIGHBOURS of them; the first ones are filled in
 *
 * Context: RCU. Return: how many.
 */
unsigned int natgw_client_walk_report(const void *entry,
				      struct natgw_client_report *report)
{
	const struct block *block = entry;
	unsigned int i, n = 0;

	for (i = 0; i < NEIGHBOURS; i++)
		if (atomic_read(&block->client[i].users))
			report_on(&block->client[i], &report[n++]);
	return n;
}

/**
 * natgw_client_table_init() - a namespace's clients
 * @nn: the namespace
 *
 * Context: process. Return: 0 or an error.
 */
int natgw_client_table_init(struct natgw_net *nn)
{
	return rhashtable_init(&nn->clients, &block_params);
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
