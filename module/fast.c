// SPDX-License-Identifier: GPL-2.0
/* The fast path. A packet of a flow whose way is known leaves from the ingress
 * hook of the device that it came in on, without routing table, FORWARD or
 * conntrack. Whatever is doubtful goes on to the slow path (hook.c), which comes
 * to the same result for everything that is taken here:
 *
 *   in --> ingress: known flow, known hop, nothing unusual ----> neighbour --> out
 *             | any doubt                                             ^
 *             v                                                       |
 *           the slow path ............ post_routing: remember the hop +
 *
 * A direction is armed by a packet of that direction that has come through the
 * slow path, with all that the host's own rules have to say, and has only to be
 * sent. So no rule is passed by that was there then. Where the namespace has
 * any, one packet of each direction goes to them again every few seconds, so that
 * conntrack does not take the connection for dead; and at once, when nf_tables
 * says that something has changed, or a setting of IPv4 has (watch.c).
 *
 * For each packet there is no lock, no reference count and no allocation, and
 * nothing is written but the CPU's own counters, the flow's coarse time-stamp, and
 * for TCP what tcp.c keeps of the direction.
 */
#include <linux/ip.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/sock.h>
#include <net/xfrm.h>

#include "account.h"
#include "compat.h"
#include "fast.h"
#include "gate.h"
#include "hook.h"
#include "hop.h"
#include "table.h"
#include "xlate.h"

/* How long the word of the host's rules is good for. */
enum { GOOD_FOR = 5 * HZ };

/* ------------------------------- for each packet -------------------------- */

/* Has a packet come in for this host in the plainest of ways? Where the device
 * belongs to another (a bridge's port, a bond's slave), no flow's packets come in
 * on it, but on that other, whose turn is next.
 *
 * Packet sockets have got their copies before. A generator that holds on to what
 * it has sent only to free it is no reason to copy the packet.
 */
static bool plain(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) &&
	       skb->pkt_type == PACKET_HOST && !skb_vlan_tag_present(skb) &&
	       !skb_dst(skb) && !skb_sec_path(skb);
}

/* disown - take a packet from the local socket that sent it, as ip_rcv() does; false
 * where it has been given one to be received by
 */
static bool disown(struct sk_buff *skb)
{
	if (skb_sk_is_prefetched(skb))
		return false;
	skb_orphan(skb);
	return true;
}

/* What ip_rcv() checks, of a packet without options that is no fragment. */
static bool plain_header(struct sk_buff *skb)
{
	const struct iphdr *iph;
	unsigned int len;

	if (!pskb_may_pull(skb, sizeof(*iph) + sizeof(struct natgw_ports)))
		return false;
	iph = ip_hdr(skb);
	len = ntohs(iph->tot_len);
	if (iph->version != 4 || iph->ihl != 5 ||
	    iph->frag_off & htons(IP_MF | IP_OFFSET) || iph->ttl <= 1 ||
	    len < sizeof(*iph) || len > skb->len || ip_fast_csum(iph, 5))
		return false;
	/* Short ones have padding behind them on Ethernet. */
	return skb->len == len || !pskb_trim_rcsum(skb, len);
}

static bool read_udp(const struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct udphdr *uh = (void *)skb->data + sizeof(struct iphdr);
	unsigned int len = ntohs(uh->len);

	pkt->tuple.sport = uh->source;
	pkt->tuple.dport = uh->dest;
	return skb_is_gso(skb) ||
	       (len >= sizeof(*uh) && len <= skb->len - sizeof(struct iphdr));
}

/* What begins or ends a connection is for the slow path. */
static bool read_tcp(struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const unsigned int thoff = sizeof(struct iphdr);
	const struct tcphdr *th;
	unsigned int len;

	if (!pskb_may_pull(skb, thoff + sizeof(*th)))
		return false;
	th = (void *)skb->data + thoff;
	len = th->doff * 4;
	if ((tcp_flag_word(th) & (TCP_FLAG_SYN | TCP_FLAG_FIN | TCP_FLAG_RST |
				  TCP_FLAG_ACK)) != TCP_FLAG_ACK ||
	    len < sizeof(*th) || len > skb->len - thoff)
		return false;
	pkt->tuple.sport = th->source;
	pkt->tuple.dport = th->dest;
	pkt->tcp = NATGW_TCP_ACK;
	pkt->seq = ntohl(th->seq);
	pkt->ack = ntohl(th->ack_seq);
	pkt->end = pkt->seq + skb->len - thoff - len;
	return true;
}

/* read - as much of natgw_parse() as is needed here; false for what is rare */
static bool read(struct sk_buff *skb, struct natgw_pkt *pkt)
{
	const struct iphdr *iph = ip_hdr(skb);

	pkt->tuple.src = iph->saddr;
	pkt->tuple.dst = iph->daddr;
	pkt->tuple.proto = iph->protocol;
	pkt->tuple.scope = NATGW_SCOPE_FLOW;
	switch (iph->protocol) {
	case IPPROTO_UDP:
		return read_udp(skb, pkt);
	case IPPROTO_TCP:
		return read_tcp(skb, pkt);
	default:
		return false;
	}
}

/* Is the flow in the midst of things? */
static bool under_way(const struct natgw_flow *flow)
{
	switch (READ_ONCE(flow->state)) {
	case NATGW_FLOW_STATE_UDP:
	case NATGW_FLOW_STATE_TCP_ESTABLISHED:
	case NATGW_FLOW_STATE_TCP_FIN_INSIDE:
	case NATGW_FLOW_STATE_TCP_FIN_OUTSIDE:
		return natgw_flow_in_use(flow);
	default:
		return false;
	}
}

/* A super-packet has to fit once it is segmented. */
static bool fits(const struct sk_buff *skb, unsigned int mtu)
{
	if (!skb_is_gso(skb))
		return skb->len <= mtu;
	/* Put together by a device that should not have (LRO) it is to be
	 * dropped, and told.
	 */
	return skb_shinfo(skb)->gso_type &&
	       skb_gso_validate_network_len(skb, mtu);
}

/* One checksum that a device is still to compute may be that of a packet inside
 * this one, or be meant for a place where none belongs.
 */
static bool simple(const struct sk_buff *skb)
{
	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       (skb_checksum_start_offset(skb) == sizeof(struct iphdr) &&
		natgw_sum_lands(skb, sizeof(struct iphdr)) &&
		!(skb_shinfo(skb)->gso_type & SKB_GSO_UDP_TUNNEL_CSUM));
}

/* hop_at - where packets that come in at a device may go at once, or NULL */
static __always_inline const struct natgw_hop *
hop_at(const struct natgw_net *nn, const struct natgw_node *node, int iif)
{
	/* Pairs with the release in natgw_fast_arm(). */
	u32 id = smp_load_acquire(&node->hop);
	u32 armed = READ_ONCE(node->armed);

	if (!id || READ_ONCE(node->iif) != iif)
		return NULL;
	if (READ_ONCE(nn->policed) && (u32)jiffies - armed > GOOD_FOR)
		return NULL;
	return natgw_hop_get(nn, id, armed);
}

/* hop_of - where a packet may go at once, or NULL */
static const struct natgw_hop *hop_of(const struct natgw_net *nn,
				      const struct sk_buff *skb,
				      const struct natgw_node *node)
{
	const struct natgw_hop *hop = hop_at(nn, node, skb->dev->ifindex);

	return hop && fits(skb, hop->mtu) ? hop : NULL;
}

/* move_on - one hop less to live, and another address, in one checksum */
static void move_on(struct iphdr *iph, __be32 was, __be32 is)
{
	const __wsum hop = (__force __wsum)htons(0x0100);
	__wsum sum = ~csum_unfold(iph->check);

	sum = csum_sub(sum, hop);
	sum = csum_sub(sum, (__force __wsum)was);
	iph->check = csum_fold(csum_add(sum, (__force __wsum)is));
	iph->ttl--;
}

static void rewrite(struct sk_buff *skb, const struct natgw_node *node)
{
	struct iphdr *iph = ip_hdr(skb);
	void *transport = iph + 1;
	bool source = node->tuple.dir == NATGW_DIR_ORIGINAL;
	__be32 *field = source ? &iph->saddr : &iph->daddr;

	if (iph->protocol == IPPROTO_UDP)
		natgw_replace_udp(skb, transport, node);
	else
		natgw_replace_tcp(skb, transport, node);
	move_on(iph, *field, node->addr);
	*field = node->addr;
	skb_clear_hash(skb);
}

/* leave - what ip_forward() and what comes after it do to a packet */
static void leave(struct sk_buff *skb, const struct natgw_hop *hop)
{
	struct iphdr *iph = ip_hdr(skb);

	skb_set_transport_header(skb, sizeof(*iph));
	skb->priority = rt_tos2priority(iph->tos);
	skb_clear_tstamp(skb);
	skb_forward_csum(skb);
	/* Few devices look at it; the reference lasts as long as the hop. */
	if (!(hop->dev->priv_flags & IFF_XMIT_DST_RELEASE))
		skb_dst_set_noref(skb, &hop->rt->dst);
	skb->dev = hop->dev;
	neigh_output(hop->neigh, skb, false);
}

/* note - let the flow know of a packet; see natgw_note_packet() */
static void note(const struct natgw_config *config, const struct natgw_pkt *pkt,
		 struct natgw_flow *flow, enum natgw_dir dir)
{
	if (pkt->tuple.proto == IPPROTO_TCP)
		natgw_tcp_data(flow, dir, pkt);
	else if (dir == NATGW_DIR_REPLY &&
		 !natgw_option(config, INBOUND_REFRESH))
		return;
	natgw_refresh(flow, dir);
}

/* Does it need an identification of this host? See outward.c. */
static bool renumbered(const struct natgw_config *config,
		       const struct sk_buff *skb, enum natgw_dir dir)
{
	return dir == NATGW_DIR_ORIGINAL &&
	       natgw_option(config, UNIQUE_IP_ID) &&
	       !(ip_hdr(skb)->frag_off & htons(IP_DF));
}

/* account - what natgw_account() does, of a packet that is read already */
static void account(struct natgw_flow *flow, enum natgw_dir dir,
		    const struct sk_buff *skb, const struct natgw_pkt *pkt)
{
	const u8 *transport = skb->data + sizeof(struct iphdr);
	u8 tcp_flags = 0;

	if (pkt->tuple.proto == IPPROTO_TCP)
		tcp_flags = transport[NATGW_TCP_FLAGS_OFFSET];
	natgw_account_add(flow, dir, natgw_stats_packets(skb),
			  natgw_stats_bytes(skb), tcp_flags);
}

/* forward - translate and send; returns false where the slow path has to */
static bool forward(const struct natgw_net *nn, struct sk_buff *skb,
		    const struct natgw_pkt *pkt, struct natgw_node *node)
{
	struct natgw_flow *flow = natgw_flow_of(node);
	const struct natgw_hop *hop = hop_of(nn, skb, node);
	const struct natgw_config *config = rcu_dereference(flow->gw->config);
	enum natgw_dir dir = node->tuple.dir;

	/* The last thing that can fail is to have the header for ourselves,
	 * with room for the device's before it.
	 */
	if (!hop || !under_way(flow) || !simple(skb) ||
	    renumbered(config, skb, dir) ||
	    skb_cow_head(skb, LL_RESERVED_SPACE(hop->dev)))
		return false;
	note(config, pkt, flow, dir);
	if (test_bit(NATGW_FLOW_COUNTED, &flow->flags))
		account(flow, dir, skb, pkt);
	natgw_stats_fast(flow->gw->stats, dir == NATGW_DIR_ORIGINAL, skb);
	rewrite(skb, node);
	leave(skb, hop);
	return true;
}

DEFINE_PER_CPU_ALIGNED(struct natgw_miss, natgw_miss);

/* give_up - leave a packet to the slow path, which need not look for what is not
 * there
 */
static unsigned int give_up(const struct natgw_net *nn,
			    const struct sk_buff *skb,
			    const struct natgw_tuple *tuple, u32 hash,
			    bool missed)
{
	struct natgw_miss *miss = this_cpu_ptr(&natgw_miss);

	miss->skb = missed ? skb : NULL;
	miss->nn = nn;
	miss->tuple = *tuple;
	miss->hash = hash;
	return NF_ACCEPT;
}

/**
 * natgw_fast() - the ingress hook
 * @priv: the namespace's instance
 * @skb: a packet that has just come in, skb->data at the network header
 * @state: the device
 *
 * Context: softirq, RCU. Return: NF_STOLEN where the packet is gone, else
 * NF_ACCEPT, with the packet as it was but for padding.
 */
unsigned int natgw_fast(void *priv, struct sk_buff *skb,
			const struct nf_hook_state *state)
{
	struct natgw_net *nn = priv;
	struct natgw_node *node;
	struct natgw_pkt pkt;
	u32 hash;

	/* What was said of a packet before it was freed is not said of this. */
	__this_cpu_write(natgw_miss.skb, NULL);
	if (!plain(skb) || (skb->sk && !disown(skb)) || !plain_header(skb) ||
	    !read(skb, &pkt))
		return NF_ACCEPT;
	hash = natgw_tuple_hash(&pkt.tuple);
	node = natgw_table_find(nn, &pkt.tuple, hash);
	if (node && forward(nn, skb, &pkt, node))
		return NF_STOLEN;
	return give_up(nn, skb, &pkt.tuple, hash, !node);
}

/* -------------------------------- to begin with --------------------------- */

/* tolerates - can conntrack do without most of a connection's packets?
 *
 * Of TCP it checks the sequence numbers, and has to be told not to. What it
 * translates itself, or reads, it has to see.
 */
static bool tolerates(struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);

	if (!ct || nf_ct_is_template(ct))
		return true;
	if (!test_bit(IPS_CONFIRMED_BIT, &ct->status) ||
	    ct->status & (IPS_NAT_MASK | IPS_HELPER))
		return false;
	if (nf_ct_protonum(ct) == IPPROTO_TCP) {
		ct->proto.tcp.seen[0].flags |= IP_CT_TCP_FLAG_BE_LIBERAL;
		ct->proto.tcp.seen[1].flags |= IP_CT_TCP_FLAG_BE_LIBERAL;
	}
	return true;
}

/* has_policies - may IPsec's policies forbid a packet to be forwarded? */
static bool has_policies(const struct net *net)
{
#ifdef CONFIG_XFRM
	return net->xfrm.policy_count[XFRM_POLICY_FWD];
#else
	return false;
#endif
}

/**
 * natgw_fast_objection() - why packets of a flow cannot take the fast path
 * @nn: the namespace
 * @config: the gateway's
 * @proto: the flow's protocol
 *
 * Context: RCU. Return: NATGW_SLOW_NOT where it depends on the packets.
 */
enum natgw_slow natgw_fast_objection(const struct natgw_net *nn,
				     const struct natgw_config *config,
				     u8 proto)
{
	if (!natgw_option(config, FASTPATH))
		return NATGW_SLOW_OFF;
	if (proto != IPPROTO_UDP && proto != IPPROTO_TCP)
		return NATGW_SLOW_PROTOCOL;
	return has_policies(nn->net) ? NATGW_SLOW_IPSEC : NATGW_SLOW_NOT;
}

/**
 * natgw_fast_armed() - would a flow's next packet take the fast path?
 * @nn: the namespace
 * @flow: the flow
 * @iif: device that it comes in on
 *
 * Context: RCU.
 */
bool natgw_fast_armed(const struct natgw_net *nn, const struct natgw_flow *flow,
		      int iif)
{
	return under_way(flow) && hop_at(nn, &flow->original, iif);
}

static bool eligible(const struct natgw_ctx *ctx, const struct natgw_flow *flow)
{
	struct sk_buff *skb = ctx->skb;

	return ctx->state->pf == NFPROTO_IPV4 &&
	       natgw_fast_objection(ctx->nn, ctx->config,
				    ctx->pkt.tuple.proto) == NATGW_SLOW_NOT &&
	       flow->kind == NATGW_FLOW_KIND_INSIDE && under_way(flow) &&
	       natgw_in_device(ctx) && IPCB(skb)->flags & IPSKB_FORWARDED &&
	       ctx->state->out == skb_dst(skb)->dev && tolerates(skb);
}

/**
 * natgw_fast_arm() - let the packets after this one take the fast path
 * @ctx: a packet at POST_ROUTING, translated; with its gateway
 * @flow: its flow
 * @dir: its direction
 *
 * Context: softirq, RCU.
 */
void natgw_fast_arm(struct natgw_ctx *ctx, struct natgw_flow *flow,
		    enum natgw_dir dir)
{
	struct natgw_node *node = natgw_flow_node(flow, dir);
	int iif = natgw_in_device(ctx);
	u32 id;

	id = eligible(ctx, flow) ? natgw_hop_find(ctx->nn, ctx->skb) : 0;
	if (!id) {
		if (READ_ONCE(node->hop))
			WRITE_ONCE(node->hop, 0);
		return;
	}
	WRITE_ONCE(node->armed, (u32)jiffies);
	WRITE_ONCE(node->iif, iif);
	/* Pairs with the acquire in hop_of(). */
	smp_store_release(&node->hop, id);
}

/**
 * natgw_fast_arm_reply() - the same of a reply that has come through FORWARD
 * @ctx: a packet at POST_ROUTING that PRE_ROUTING has restored
 *
 * Context: softirq, RCU.
 */
void natgw_fast_arm_reply(struct natgw_ctx *ctx)
{
	struct natgw_tuple original;
	struct natgw_flow *flow;

	natgw_parse(ctx->skb, &ctx->pkt);
	if (ctx->pkt.kind != NATGW_PKT_FLOW)
		return;
	original = natgw_tuple_invert(&ctx->pkt.tuple);
	flow = natgw_flow_find(ctx->nn, &original, NATGW_DIR_ORIGINAL);
	if (!flow)
		return;
	ctx->gw = flow->gw;
	ctx->config = rcu_dereference(ctx->gw->config);
	natgw_fast_arm(ctx, flow, NATGW_DIR_REPLY);
}

/* ---------------------------- what changes meanwhile ---------------------- */

/**
 * natgw_fast_review() - the configuration of a gateway has changed
 * @nn: the namespace
 *
 * Context: RTNL.
 */
void natgw_fast_review(struct natgw_net *nn)
{
	const struct natgw_config *config;
	const struct natgw_gw *gw;
	bool fast = false;

	list_for_each_entry(gw, &nn->gateways, list) {
		config = rtnl_dereference(gw->config);
		fast |= natgw_option(config, FASTPATH);
	}
	if (fast && !nn->fast)
		natgw_gate_start(nn, NATGW_GATE_IN);
	else if (!fast && nn->fast)
		natgw_gate_stop(nn, NATGW_GATE_IN);
	WRITE_ONCE(nn->fast, fast);
	natgw_hop_forget(nn);
}

/**
 * natgw_fast_police() - has the host rules of its own, since when?
 * @nn: the namespace
 *
 * Context: process, every second.
 */
void natgw_fast_police(struct natgw_net *nn)
{
	static const u8 passed_by[NATGW_PASSED_BY] = {
		NF_INET_PRE_ROUTING, NF_INET_FORWARD, NF_INET_POST_ROUTING,
	};
	const struct nf_hook_entries *hooks;
	unsigned int i, n = 0;
	bool news = false;

	rcu_read_lock();
	for (i = 0; i < NATGW_PASSED_BY; i++) {
		hooks = rcu_dereference(nn->net->nf.hooks_ipv4[passed_by[i]]);
		news |= hooks != nn->hooks[i];
		nn->hooks[i] = hooks;
		n += hooks ? hooks->num_hook_entries : 0;
	}
	rcu_read_unlock();
	if (!news)
		return;
	WRITE_ONCE(nn->policed, n > NATGW_HOOKS);
	natgw_hop_forget(nn);
}
