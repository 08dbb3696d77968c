// SPDX-License-Identifier: GPL-2.0
/* Connections of this host that have no flow. */
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "flow.h"
#include "gateway.h"
#include "host.h"

/**
 * natgw_host_owns() - does a TCP connection of this host have a tuple?
 * @flow: the flow whose reply tuple is to be given that port
 *
 * What the host begins holds its port by a flow of its own; this is for
 * connections that others opened to a service of the host.
 *
 * Context: bottom halves disabled, RCU.
 */
bool natgw_host_owns(const struct natgw_flow *flow)
{
	const struct natgw_tuple *reply = natgw_flow_tuple(flow,
							   NATGW_DIR_REPLY);
	struct net *net = flow->gw->nn->net;
	struct sock *sk;

	if (reply->proto != IPPROTO_TCP)
		return false;
	sk = __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo,
				       reply->src, reply->sport, reply->dst,
				       ntohs(reply->dport),
				       rcu_dereference(flow->gw->config)->ifindex,
				       0);
	if (!sk)
		return false;
	sock_gen_put(sk);
	return true;
}
