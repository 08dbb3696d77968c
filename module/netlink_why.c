// SPDX-License-Identifier: GPL-2.0
/* Requests about what would become of a packet. */
#include <linux/icmp.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip_fib.h>
#include <net/sock.h>

#include "netlink.h"
#include "why.h"

enum { TRANSPORT = 32 };	/* room for what opens a connection */

/* The transport header that opens a connection. */
static void fill_transport(const struct natgw_tuple *t, void *transport)
{
	struct sctp_chunkhdr *chunk = transport + sizeof(struct sctphdr);
	struct natgw_ports *ports = transport;
	struct icmphdr *icmph = transport;
	struct tcphdr *th = transport;

	if (natgw_proto_portless(t->proto))
		return;
	if (t->proto == IPPROTO_ICMP) {
		icmph->type = ICMP_ECHO;
		icmph->un.echo.id = t->sport;
		return;
	}
	ports->source = t->sport;
	ports->dest = t->dport;
	switch (t->proto) {
	case IPPROTO_TCP:
		th->doff = sizeof(*th) / 4;
		th->syn = 1;
		break;
	case IPPROTO_SCTP:
		chunk->type = SCTP_CID_INIT;
		break;
	case IPPROTO_DCCP:
		/* A request, whose type is 0, with a header of five words. */
		((u8 *)transport)[4] = 5;
		break;
	default:
		ports->length = htons(TRANSPORT);
		break;
	}
}

static struct sk_buff *make_packet(const struct natgw_tuple *t,
				   struct net_device *in)
{
	unsigned int len = sizeof(struct iphdr) + TRANSPORT;
	struct sk_buff *skb = alloc_skb(LL_MAX_HEADER + len, GFP_KERNEL);
	struct iphdr *iph;

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	iph = skb_put_zero(skb, len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(*iph));
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tot_len = htons(len);
	iph->frag_off = htons(IP_DF);
	iph->ttl = IPDEFTTL;
	iph->protocol = t->proto;
	iph->saddr = t->src;
	iph->daddr = t->dst;
	ip_send_check(iph);
	fill_transport(t, iph + 1);
	skb->protocol = htons(ETH_P_IP);
	skb->dev = in;
	IPCB(skb)->flags |= IPSKB_FORWARDED;
	return skb;
}

static int check_ports(struct nlattr **tb, const struct natgw_tuple *t,
		       struct netlink_ext_ack *extack)
{
	if (natgw_proto_portless(t->proto) && (t->sport || t->dport))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_WHY_PROTO],
				       "this protocol has no ports: say 0 for both");
	if (t->proto == IPPROTO_ICMP && t->dport)
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_WHY_DPORT],
				       "an ICMP query has an identifier as its source port, and 0 as its destination port");
	return 0;
}

static int check_ends(struct net *net, struct nlattr **tb,
		      const struct natgw_tuple *t,
		      struct netlink_ext_ack *extack)
{
	const struct natgw_config *config;

	if (!natgw_nl_forwardable(t->src))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_WHY_SRC],
				       "no packet that is forwarded has this source");
	if (inet_addr_type(net, t->src) == RTN_LOCAL ||
	    natgw_gateway_by_wire(natgw_net(net), t->src, &config))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_WHY_SRC],
				       "the source is an address of this host or of a gateway: give that of an inside host");
	if (!natgw_nl_forwardable(t->dst))
		return natgw_nl_refuse(-EINVAL, extack, tb[NATGW_A_WHY_DST],
				       "no packet that is translated has this destination");
	return 0;
}

static int parse(struct net *net, struct genl_info *info, struct natgw_tuple *t)
{
	struct nlattr **tb = info->attrs;
	int err;

	if (!tb[NATGW_A_WHY_PROTO] || !tb[NATGW_A_WHY_SRC] ||
	    !tb[NATGW_A_WHY_SPORT] || !tb[NATGW_A_WHY_DST] ||
	    !tb[NATGW_A_WHY_DPORT]) {
		NL_SET_ERR_MSG(info->extack,
			       "say which packet: proto, src, sport, dst and dport");
		return -EINVAL;
	}
	*t = (struct natgw_tuple){
		.proto = nla_get_u8(tb[NATGW_A_WHY_PROTO]),
		.src = nla_get_in_addr(tb[NATGW_A_WHY_SRC]),
		.sport = nla_get_be16(tb[NATGW_A_WHY_SPORT]),
		.dst = nla_get_in_addr(tb[NATGW_A_WHY_DST]),
		.dport = nla_get_be16(tb[NATGW_A_WHY_DPORT]),
	};
	err = check_ports(tb, t, info->extack);
	if (err)
		return err;
	rcu_read_lock();
	err = check_ends(net, tb, t, info->extack);
	rcu_read_unlock();
	return err;
}

/* device_to - the device that leads to an address */
static struct net_device *device_to(struct net *net, __be32 addr)
{
	struct flowi4 fl4 = {
		.daddr = addr,
		.flowi4_iif = LOOPBACK_IFINDEX,
		.flowi4_scope = RT_SCOPE_UNIVERSE,
	};
	struct net_device *dev = NULL;
	struct fib_result res;

	rcu_read_lock();
	if (!fib_lookup(net, &fl4, &res, FIB_LOOKUP_NOREF) &&
	    res.type == RTN_UNICAST)
		dev = FIB_RES_DEV(res);
	rcu_read_unlock();
	return dev;
}

/* in_device - where the packet comes in; RTNL keeps it there */
static struct net_device *in_device(struct net *net, struct genl_info *info,
				    const struct natgw_tuple *t)
{
	struct nlattr *attr = info->attrs[NATGW_A_WHY_DEV];
	struct net_device *dev;

	if (attr) {
		dev = __dev_get_by_name(net, nla_data(attr));
		if (!dev)
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "there is no device of this name");
		return dev ?: ERR_PTR(-ENODEV);
	}
	dev = device_to(net, t->src);
	if (!dev)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NATGW_A_WHY_SRC],
				    "there is no route to the source; say where it comes in: dev DEVICE");
	return dev ?: ERR_PTR(-ENETUNREACH);
}

static int answer(struct genl_info *info, struct natgw_why *why)
{
	struct net *net = genl_info_net(info);
	struct natgw_tuple t;
	int err;

	err = parse(net, info, &t);
	if (err)
		return err;
	why->state.in = in_device(net, info, &t);
	if (IS_ERR(why->state.in))
		return PTR_ERR(why->state.in);
	why->ctx.skb = make_packet(&t, why->state.in);
	if (!why->ctx.skb)
		return -ENOMEM;
	natgw_parse(why->ctx.skb, &why->ctx.pkt);
	natgw_why_ask(why);
	kfree_skb(why->ctx.skb);
	return natgw_why_put(why);
}

int natgw_nl_why_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct natgw_why why = {
		.ctx.nn = nn,
		.ctx.state = &why.state,
		.state.net = nn->net,
		.state.pf = NFPROTO_IPV4,
	};
	void *hdr;
	int err;

	if (!natgw_net_started(nn)) {
		NL_SET_ERR_MSG(info->extack,
			       "there is no gateway in this network namespace");
		return -ENOENT;
	}
	why.msg = natgw_nl_answer(info, NATGW_CMD_WHY_GET, &hdr);
	if (!why.msg)
		return -ENOMEM;
	rtnl_lock();
	err = answer(info, &why);
	rtnl_unlock();
	return natgw_nl_reply(info, why.msg, hdr, err);
}
