// SPDX-License-Identifier: GPL-2.0
/* Which address and which port a new flow gets. */
#include <linux/jhash.h>
#include <linux/random.h>

#include "crowd.h"
#include "flow.h"
#include "gateway.h"
#include "host.h"
#include "pool.h"
#include "tcp.h"

/**
 * natgw_pool_address() - the address for a new flow of a client
 * @config: the gateway's
 * @client: inside address
 *
 * A client sticks to one address (paired pooling, RFC 4787 REQ-2). The address
 * that scores highest for the client is the one, so adding or draining an
 * address moves no client but those who come to it or leave it.
 *
 * Context: RCU. Return: an address, or NULL when all are draining.
 */
struct natgw_addr *natgw_pool_address(const struct natgw_config *config,
				      __be32 client)
{
	struct natgw_addr *best = NULL;
	u32 score, best_score = 0;
	unsigned int i;

	for (i = 0; i < config->n_addr; i++) {
		struct natgw_addr *addr = config->addr[i];

		if (READ_ONCE(addr->draining))
			continue;
		score = jhash_2words((__force u32)client,
				     (__force u32)addr->wire, 0);
		if (!best || score > best_score) {
			best = addr;
			best_score = score;
		}
	}
	return best;
}

/* try_random - take a random port, or fail if just that one is not free */
static int try_random(struct natgw_net *nn, struct natgw_flow *flow)
{
	flow->node[NATGW_DIR_REPLY].tuple.dport =
		htons(NATGW_PORT_MIN +
		      reciprocal_scale(get_random_u32(), NATGW_PORTS));
	return natgw_host_owns(flow) ? -EEXIST :
				       natgw_flow_insert_reply(nn, flow);
}

/* take_port - find a free port and take it by inserting the reply tuple */
static int take_port(struct natgw_net *nn, struct natgw_flow *flow)
{
	unsigned int tries = 32;
	int err;

	if (flow->kind == NATGW_FLOW_KIND_HOST) {
		/* As the host chose it, whatever port that is. */
		err = natgw_flow_insert_reply(nn, flow);
		if (err != -EEXIST)
			return err;
	}
	err = natgw_crowd_take(nn, flow, false);
	if (err != -ENOENT)
		return err;
	err = try_random(nn, flow);
	if (err != -EEXIST)
		return err;
	err = natgw_crowd_take(nn, flow, true);
	if (err != -ENOENT)
		return err;
	/* No memory to be exact with. */
	do {
		err = try_random(nn, flow);
	} while (err == -EEXIST && --tries);
	return err == -EEXIST ? -ENOMEM : err;
}

/**
 * natgw_pool_bind() - make a flow for the first packet of a connection
 * @gw: the gateway
 * @addr: the address that it gets
 * @kind: an inside client's flow gets a random port (RFC 6056); one that only
 *	holds a port of this host keeps it, unless a client has it
 * @pkt: the packet, which opens a flow
 *
 * Context: softirq, RCU. Return: a flow to be used inside the RCU section, and
 * maybe made by another CPU that handled a packet of the same connection;
 * ERR_PTR(-ENFILE) at the gateway's limit, ERR_PTR(-EADDRINUSE) without a free
 * port, ERR_PTR(-ENOMEM).
 */
struct natgw_flow *natgw_pool_bind(struct natgw_gw *gw, struct natgw_addr *addr,
				   enum natgw_flow_kind kind,
				   const struct natgw_pkt *pkt)
{
	struct natgw_net *nn = gw->nn;
	struct natgw_flow *flow, *winner;
	bool attempt = false;
	int err;

	flow = natgw_flow_alloc(gw, addr, kind, &pkt->tuple);
	if (IS_ERR(flow))
		return flow;
	if (pkt->tuple.proto == IPPROTO_TCP)
		attempt = natgw_tcp_begin(flow, pkt->tcp);
	else
		flow->state = pkt->tuple.proto == IPPROTO_UDP ?
			      NATGW_FLOW_STATE_UDP : NATGW_FLOW_STATE_ICMP;

	err = take_port(nn, flow);
	if (!err)
		err = natgw_flow_insert(nn, flow);
	if (!err) {
		if (attempt)
			natgw_tcp_count(flow, NATGW_A_COUNTERS_TCP_ATTEMPTS);
		return flow;
	}

	natgw_flow_discard(flow);
	if (err == -EADDRINUSE)
		return ERR_PTR(err);
	if (err == -EEXIST) {
		winner = natgw_flow_find(nn, &pkt->tuple, NATGW_DIR_ORIGINAL);
		if (winner)
			return winner;
	}
	return ERR_PTR(-ENOMEM);
}
