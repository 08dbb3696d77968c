// SPDX-License-Identifier: GPL-2.0
/* Ports that this host wants for itself: those that its sockets wait on, and
 * those that its administrator has reserved.
 */
#include <linux/inetdevice.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "compat.h"
#include "crowd.h"
#include "flow.h"
#include "gateway.h"
#include "host.h"

static bool tcp_expects(struct net *net, int ifindex,
			const struct natgw_tuple *tuple)
{
	struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;
	u16 port = ntohs(tuple->dport);
	struct sock *sk;

	sk = __inet_lookup_established(net, hashinfo, tuple->src, tuple->sport,
				       tuple->dst, port, ifindex, 0);
	if (sk) {
		sock_gen_put(sk);
		return true;
	}
	return __inet_lookup_listener(net, hashinfo, NULL, 0, tuple->src,
				      tuple->sport, tuple->dst, port, ifindex,
				      0);
}

static bool udp_expects(struct net *net, int ifindex,
			const struct natgw_tuple *tuple)
{
	struct udp_table *table = natgw_udp_table(net);

	/* Each socket is in the table by its port alone, too, and mostly none
	 * has the port, which costs little to see.
	 */
	return !hlist_empty(&udp_hashslot(table, net,
					  ntohs(tuple->dport))->head) &&
	       __udp4_lib_lookup(net, tuple->src, tuple->sport, tuple->dst,
				 tuple->dport, ifindex, 0, table, NULL);
}

static bool expects(struct net *net, int ifindex,
		    const struct natgw_tuple *tuple)
{
	switch (tuple->proto) {
	case IPPROTO_TCP:
		return tcp_expects(net, ifindex, tuple);
	case IPPROTO_UDP:
		return udp_expects(net, ifindex, tuple);
	default:
		return false;
	}
}

/**
 * natgw_host_expects() - does a socket of this host wait for a packet?
 * @net: the namespace
 * @ifindex: device that it comes in from
 * @tuple: the packet's
 *
 * Of protocols other than TCP and UDP nothing is known.
 *
 * Context: bottom halves disabled, RCU.
 */
bool natgw_host_expects(struct net *net, int ifindex,
			const struct natgw_tuple *tuple)
{
	return expects(net, ifindex, tuple);
}

static bool reserved(struct net *net, const struct natgw_tuple *reply)
{
	return reply->proto != IPPROTO_ICMP &&
	       inet_is_local_reserved_port(net, ntohs(reply->dport));
}

/**
 * natgw_host_uses() - is a port to be left to this host?
 * @flow: the flow whose reply tuple is to be given that port
 *
 * What the host begins holds its port by a flow of its own; this is for the
 * services that it offers, and the connections that others opened to them.
 *
 * Context: bottom halves disabled, RCU.
 */
bool natgw_host_uses(const struct natgw_flow *flow)
{
	const struct natgw_tuple *reply = natgw_flow_tuple(flow,
							   NATGW_DIR_REPLY);
	int ifindex = rcu_dereference(flow->gw->config)->ifindex;
	struct net *net = flow->gw->nn->net;

	/* A socket may be bound to any address; here it counts only where the
	 * gateway's is one of the host's. That is asked last, as it costs most.
	 */
	return (reserved(net, reply) ||
		expects(net, ifindex, reply)) &&
	       inet_addr_type(net, reply->dst) == RTN_LOCAL;
}

/**
 * natgw_host_reserved() - how many ports the administrator has reserved
 * @net: the namespace
 * @lane: the ports in question
 *
 * Context: any. Return: how many of them.
 */
u32 natgw_host_reserved(const struct net *net, const struct natgw_lane *lane)
{
	const unsigned long *map = net->ipv4.sysctl_local_reserved_ports;
	unsigned long end = lane->first + lane->ports * lane->step;
	unsigned long port = lane->first;
	u32 n = 0;

	if (!map)
		return 0;
	end = min(end, 65536UL);
	for_each_set_bit_from(port, map, end)
		n += !((port - lane->first) % lane->step);
	return n;
}

/**
 * natgw_host_next() - the next port that is worth a look
 * @net: the namespace
 * @port: one that this host uses, host byte order
 *
 * Return: a greater one, behind all that are reserved together with it; 65536
 * when there is none.
 */
u32 natgw_host_next(struct net *net, u16 port)
{
	const unsigned long *map = net->ipv4.sysctl_local_reserved_ports;

	if (!map || !inet_is_local_reserved_port(net, port))
		return port + 1;
	return find_next_zero_bit(map, 65536, port + 1);
}
