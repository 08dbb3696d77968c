// SPDX-License-Identifier: GPL-2.0
/* Word of changes to the host's rules. Packets that take the fast path do not pass
 * them, so a rule that comes while connections run has to make these take the
 * slow path once more.
 *
 * nf_tables tells everybody who listens what has changed, before whoever changed
 * it gets an answer. What it says is not read: that it speaks is enough. Rules of
 * other kinds are heeded when fast.c asks again.
 */
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <net/sock.h>

#include "hop.h"
#include "watch.h"

static void news(struct sock *sk)
{
	skb_queue_purge(&sk->sk_receive_queue);
	natgw_hop_forget(sk->sk_user_data);
}

/**
 * natgw_watch_start() - listen from now on
 * @nn: the namespace
 *
 * Context: process. Without success, which needs memory and nf_tables, it can be
 * called again.
 */
void natgw_watch_start(struct natgw_net *nn)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = BIT(NFNLGRP_NFTABLES - 1),
	};
	struct socket *sock;

	if (nn->watch || sock_create_kern(nn->net, AF_NETLINK, SOCK_RAW,
					  NETLINK_NETFILTER, &sock))
		return;
	sock->sk->sk_user_data = nn;
	sock->sk->sk_data_ready = news;
	/* When more was said than there was room for. */
	sock->sk->sk_error_report = news;
	if (kernel_bind(sock, (struct sockaddr *)&addr, sizeof(addr)))
		sock_release(sock);
	else
		nn->watch = sock;
}

/**
 * natgw_watch_stop() - listen no longer
 * @nn: the namespace
 *
 * Context: process, with the work that starts it stopped.
 */
void natgw_watch_stop(struct natgw_net *nn)
{
	if (nn->watch)
		sock_release(nn->watch);
	nn->watch = NULL;
}
