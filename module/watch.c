// SPDX-License-Identifier: GPL-2.0
/* Word of changes that no route and no device tells. Packets that take the fast path
 * do not pass the host's rules, nor its check of sources (rp_filter). So a change of
 * either while connections run has to make these take the slow path once more.
 *
 * nf_tables and the kernel's IPv4 settings tell everybody who listens what has
 * changed, before whoever changed it gets an answer. What they say is not read: that
 * they speak is enough. Rules of other kinds are heeded when fast.c asks again.
 */
#include <linux/module.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/netfilter/nf_tables.h>
#include <net/sock.h>

#include "hop.h"
#include "watch.h"

static const struct {
	int protocol;
	u32 group;
} subjects[NATGW_WATCHES] = {
	[NATGW_WATCH_RULES] = { NETLINK_NETFILTER, NFNLGRP_NFTABLES },
	[NATGW_WATCH_SETTINGS] = { NETLINK_ROUTE, RTNLGRP_IPV4_NETCONF },
};

/* What was said while there was no room, or no memory, for it is made up for by
 * natgw_watch_start(): netlink tells nothing to one who has not read such an error.
 */
static void news(struct sock *sk)
{
	skb_queue_purge(&sk->sk_receive_queue);
	natgw_hop_forget(sk->sk_user_data);
}

/* attend - listen; returns the socket, or NULL */
static struct socket *attend(struct natgw_net *nn, enum natgw_watch watch)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = BIT(subjects[watch].group - 1),
	};
	struct socket *sock;

	if (sock_create_kern(nn->net, AF_NETLINK, SOCK_RAW,
			     subjects[watch].protocol, &sock))
		return NULL;
	sock->sk->sk_user_data = nn;
	/* Connected to the kernel, so that nobody else can send to it: sock_release() waits
	 * for what groups are told, and not for what is sent to one socket.
	 */
	if (kernel_bind(sock, (struct sockaddr *)&addr, sizeof(addr)) ||
	    kernel_connect(sock, (struct sockaddr *)&kernel, sizeof(kernel), 0)) {
		sock_release(sock);
		return NULL;
	}
	/* What it was told up to here is as good as said before. */
	sock->sk->sk_data_ready = news;
	/* When more was said than there was room for. */
	sock->sk->sk_error_report = news;
	return sock;
}

static void hang_up(struct natgw_net *nn, enum natgw_watch watch)
{
	if (nn->watch[watch])
		sock_release(nn->watch[watch]);
	nn->watch[watch] = NULL;
}

/**
 * natgw_watch_start() - listen from now on, and again where something was missed
 * @nn: the namespace
 * @watch: to what
 *
 * Context: process. Without success, which needs memory and, for rules, nf_tables, it
 * can be called again.
 */
void natgw_watch_start(struct natgw_net *nn, enum natgw_watch watch)
{
	bool rules = watch == NATGW_WATCH_RULES;

	if (nn->watch[watch] && !READ_ONCE(nn->watch[watch]->sk->sk_err))
		return;
	hang_up(nn, watch);
	/* To ask for a module that is not there would load it. That takes a lock which is
	 * held by whoever waits for this work to end, as the namespace or this module
	 * goes. Without nf_tables nobody has anything to say.
	 */
	if (rules && !symbol_get(nft_register_expr))
		return;
	nn->watch[watch] = attend(nn, watch);
	if (rules)
		symbol_put(nft_register_expr);
	/* What was said before. */
	if (nn->watch[watch])
		natgw_hop_forget(nn);
}

/**
 * natgw_watch_stop() - listen no longer
 * @nn: the namespace
 *
 * Context: process, with the work that starts it stopped.
 */
void natgw_watch_stop(struct natgw_net *nn)
{
	int i;

	for (i = 0; i < NATGW_WATCHES; i++)
		hang_up(nn, i);
}
