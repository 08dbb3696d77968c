// SPDX-License-Identifier: GPL-2.0
/* What natgw itself says to those whose packets it does not pass on. */
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/tcp.h>

#include "answer.h"
#include "flow.h"
#include "gateway.h"

enum {
	RESETS = 1000,		/* a second; the kernel limits ICMP itself */
	WAITING = 64,		/* unsolicited SYNs that are remembered */
	SYN_DELAY = 6 * HZ,	/* RFC 5382 REQ-4 */
};

/**
 * struct waiting - a SYN from outside that may get an answer
 * @skb: the SYN
 * @tuple: its tuple, a reply's
 * @due: jiffies at which it is answered, unless a flow has the tuple by then
 */
struct waiting {
	struct sk_buff *skb;
	struct natgw_tuple tuple;
	unsigned long due;
};

/**
 * struct natgw_answers - what a namespace has to say
 * @lock: protects the rest; taken with bottom halves disabled
 * @second: the second that @resets counts for
 * @resets: RSTs sent in it
 * @first: the oldest of those waiting
 * @n: how many are
 * @waiting: a ring
 */
struct natgw_answers {
	spinlock_t lock;	/* for all of this */
	u32 second;
	unsigned int resets;
	unsigned int first;
	unsigned int n;
	struct waiting waiting[WAITING];
};

/**
 * natgw_answer_refuse() - tell a client that it gets no flow now
 * @config: the gateway's
 * @skb: its packet, as it sent it
 *
 * By default with a soft error: the client may try again, and does not take the
 * destination for closed (RFC 6888 REQ-11). The kernel limits the rate.
 *
 * Context: softirq.
 */
void natgw_answer_refuse(const struct natgw_config *config, struct sk_buff *skb)
{
	switch (natgw_option(config, REFUSAL)) {
	case NATGW_REFUSAL_HOST_UNREACHABLE:
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
		break;
	case NATGW_REFUSAL_PROHIBITED:
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
		break;
	}
}

static bool too_many_resets(struct natgw_answers *answers)
{
	u32 second = (u32)(jiffies / HZ);
	bool many;

	spin_lock(&answers->lock);
	if (answers->second != second) {
		answers->second = second;
		answers->resets = 0;
	}
	many = ++answers->resets > RESETS;
	spin_unlock(&answers->lock);
	return many;
}

/* The route to the client, for a packet in the name of somebody else. */
static struct rtable *route_back(struct net *net, const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct flowi4 fl4 = {
		.daddr = iph->saddr,
		.saddr = iph->daddr,
		.flowi4_mark = skb->mark,
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
	};

	return ip_route_output_key(net, &fl4);
}

static void build_ip(struct sk_buff *skb, const struct iphdr *to,
		     const struct dst_entry *dst)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));

	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->frag_off = htons(IP_DF);
	iph->ttl = ip4_dst_hoplimit(dst);
	iph->protocol = IPPROTO_TCP;
	iph->saddr = to->daddr;
	iph->daddr = to->saddr;
}

/* In the form in which a host answers a segment of no connection (RFC 9293
 * section 3.5.2).
 */
static void build_tcp(struct sk_buff *skb, const struct natgw_pkt *to)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	skb_set_transport_header(skb, sizeof(*iph));
	th->source = to->tuple.dport;
	th->dest = to->tuple.sport;
	th->doff = sizeof(*th) / 4;
	th->rst = 1;
	if (to->tcp & NATGW_TCP_ACK) {
		th->seq = htonl(to->ack);
	} else {
		th->ack = 1;
		th->ack_seq = htonl(to->end);
	}
	th->check = tcp_v4_check(sizeof(*th), iph->saddr, iph->daddr,
				 csum_partial(th, sizeof(*th), 0));
}

/**
 * natgw_answer_reset() - tell a client that its TCP connection is gone
 * @nn: the namespace
 * @skb: its packet, as it sent it
 * @pkt: the packet, parsed
 *
 * An RST in the name of the far side, so that the client begins anew at once
 * instead of waiting for its own time-outs. An RST gets none.
 *
 * Context: softirq, RCU. Return: whether it was sent.
 */
bool natgw_answer_reset(struct natgw_net *nn, struct sk_buff *skb,
			const struct natgw_pkt *pkt)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct sk_buff *rst;
	struct rtable *rt;

	if (pkt->tcp & NATGW_TCP_RST || too_many_resets(nn->answers))
		return false;
	rt = route_back(nn->net, skb);
	if (IS_ERR(rt))
		return false;
	rst = alloc_skb(LL_MAX_HEADER + sizeof(struct iphdr) +
			sizeof(struct tcphdr), GFP_ATOMIC | __GFP_NOWARN);
	if (!rst) {
		ip_rt_put(rt);
		return false;
	}
	skb_reserve(rst, LL_MAX_HEADER);
	rst->protocol = htons(ETH_P_IP);
	rst->ip_summed = CHECKSUM_NONE;
	build_ip(rst, iph, &rt->dst);
	build_tcp(rst, pkt);
	skb_dst_set(rst, &rt->dst);
	/* So that the host's firewall takes it for part of the connection. */
	nf_ct_attach(rst, skb);
	ip_local_out(nn->net, NULL, rst);
	return true;
}

/**
 * natgw_answer_later() - remember a SYN from outside that nobody waits for
 * @nn: the namespace
 * @skb: the SYN, which is about to be dropped
 * @pkt: the SYN, parsed
 *
 * An inside host may be opening the same connection at this moment, and must not
 * be disturbed. If none does within six seconds, the far side is told that there
 * is nobody (RFC 5382 REQ-4). Those that are too many get no answer.
 *
 * Context: softirq.
 */
void natgw_answer_later(struct natgw_net *nn, struct sk_buff *skb,
			const struct natgw_pkt *pkt)
{
	struct natgw_answers *answers = nn->answers;
	struct waiting *waiting;

	spin_lock(&answers->lock);
	if (answers->n < WAITING) {
		waiting = &answers->waiting[(answers->first + answers->n) %
					    WAITING];
		/* A copy, as this one is freed; nobody changes a dropped SYN. */
		waiting->skb = skb_copy(skb, GFP_ATOMIC | __GFP_NOWARN);
		waiting->tuple = pkt->tuple;
		waiting->due = jiffies + SYN_DELAY;
		answers->n += !!waiting->skb;
	}
	spin_unlock(&answers->lock);
}

/* next_due - the oldest SYN whose time has come, or NULL */
static struct sk_buff *next_due(struct natgw_answers *answers,
				struct natgw_tuple *tuple, bool all)
{
	struct waiting *waiting = &answers->waiting[answers->first];
	struct sk_buff *skb = NULL;

	spin_lock_bh(&answers->lock);
	if (answers->n && (all || time_after_eq(jiffies, waiting->due))) {
		skb = waiting->skb;
		*tuple = waiting->tuple;
		answers->first = (answers->first + 1) % WAITING;
		answers->n--;
	}
	spin_unlock_bh(&answers->lock);
	return skb;
}

/* An ICMP error takes its route from that of the packet that it is about, which
 * was dropped before it had one.
 */
static void answer_syn(struct natgw_net *nn, struct sk_buff *skb,
		       const struct natgw_tuple *tuple)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct net_device *dev;

	dev = dev_get_by_index_rcu(nn->net, skb->skb_iif);
	if (!dev || natgw_flow_taken(nn, tuple))
		return;
	skb->dev = dev;
	if (!ip_route_input_noref(skb, iph->daddr, iph->saddr, 0, dev))
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
}

/**
 * natgw_answer_due() - answer the SYNs that have waited for long enough
 * @nn: the namespace
 *
 * Context: process.
 */
void natgw_answer_due(struct natgw_net *nn)
{
	struct natgw_tuple tuple;
	struct sk_buff *skb;

	while ((skb = next_due(nn->answers, &tuple, false))) {
		rcu_read_lock();
		local_bh_disable();
		answer_syn(nn, skb, &tuple);
		kfree_skb(skb);
		local_bh_enable();
		rcu_read_unlock();
	}
}

/**
 * natgw_answer_init() - a namespace's answers
 * @nn: the namespace
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int natgw_answer_init(struct natgw_net *nn)
{
	nn->answers = kzalloc(sizeof(*nn->answers), GFP_KERNEL_ACCOUNT);
	if (!nn->answers)
		return -ENOMEM;
	spin_lock_init(&nn->answers->lock);
	return 0;
}

/**
 * natgw_answer_exit() - forget what was still to be said
 * @nn: the namespace, whose hooks and work are gone
 *
 * Context: process.
 */
void natgw_answer_exit(struct natgw_net *nn)
{
	struct natgw_tuple tuple;
	struct sk_buff *skb;

	while ((skb = next_due(nn->answers, &tuple, true)))
		kfree_skb(skb);
	kfree(nn->answers);
	nn->answers = NULL;
}
