// SPDX-License-Identifier: GPL-2.0
/* What is read of packets that end, or are in pieces, anywhere. */
#include "units.h"

#include <linux/slab.h>
#include <net/ip.h>

#include "../../module/parse.c"

enum { PACKET = 160 };

/* piece_up - a packet of which so much is at hand and the rest in a page */
static struct sk_buff *piece_up(const u8 *bytes, unsigned int len,
				unsigned int linear)
{
	struct sk_buff *made = alloc_skb(linear, GFP_KERNEL);
	struct page *page;

	if (!made)
		return NULL;
	skb_put_data(made, bytes, linear);
	skb_reset_network_header(made);
	if (len == linear)
		return made;
	page = alloc_page(GFP_KERNEL);
	if (!page) {
		kfree_skb(made);
		return NULL;
	}
	memcpy(page_address(page), bytes + linear, len - linear);
	skb_add_rx_frag(made, 0, page, 0, len - linear, PAGE_SIZE);
	return made;
}

/* What is read of a packet */
struct reading {
	struct natgw_pkt pkt;
	struct natgw_quote quote;
	int quoted;
};

static bool read(const u8 *bytes, unsigned int len, unsigned int linear,
		 struct reading *reading)
{
	struct sk_buff *made = piece_up(bytes, len, linear);

	if (!made)
		return false;
	memset(reading, 0, sizeof(*reading));
	natgw_parse(made, &reading->pkt);
	if (reading->pkt.kind == NATGW_PKT_ICMP_ERROR)
		reading->quoted = natgw_parse_quote(made, &reading->pkt,
						    &reading->quote);
	kfree_skb(made);
	return true;
}

static bool same_reading(const struct reading *a, const struct reading *b)
{
	return natgw_tuple_same(&a->pkt.tuple, &b->pkt.tuple) &&
	       a->pkt.kind == b->pkt.kind && a->pkt.tcp == b->pkt.tcp &&
	       a->pkt.opens == b->pkt.opens && a->pkt.seq == b->pkt.seq &&
	       a->pkt.end == b->pkt.end && a->pkt.ack == b->pkt.ack &&
	       a->quoted == b->quoted && a->quote.seq == b->quote.seq &&
	       natgw_tuple_same(&a->quote.tuple, &b->quote.tuple);
}

/* What a packet of each protocol has to have behind its IP header; @whole where it says
 * itself how long it is.
 */
static const struct shape {
	u8 proto;
	u8 need;
	bool whole;
	bool error;		/* ICMP error; what it needs is a quote */
} shapes[] = {
	{ IPPROTO_TCP, 32, false },
	{ IPPROTO_UDP, 8, true },
	{ IPPROTO_UDPLITE, 8, false },
	{ IPPROTO_ICMP, 8, false },
	{ IPPROTO_SCTP, 16, false },
	{ IPPROTO_DCCP, 16, false },
	{ IPPROTO_GRE, 0, false },
	{ IPPROTO_ICMP, 8, false, true },
};

static unsigned int put_ip(u8 *at, unsigned int words, u8 proto, unsigned int len)
{
	struct iphdr *iph = (struct iphdr *)at;

	memset(at, IPOPT_NOOP, words * 4);
	*iph = (struct iphdr){
		.version = 4, .ihl = words, .protocol = proto, .ttl = 64,
		.tot_len = htons(len),
		.saddr = htonl(0x0a000102), .daddr = htonl(0xcb007101),
	};
	iph->check = ip_fast_csum(at, words);
	return words * 4;
}

/* put_transport - ports, length and offset where the protocol has them */
static void put_transport(u8 *at, const struct shape *shape, unsigned int len)
{
	__be16 *words = (__be16 *)at;

	words[0] = htons(4000);
	words[1] = htons(53);
	switch (shape->proto) {
	case IPPROTO_TCP:
		((struct tcphdr *)at)->doff = 8;
		break;
	case IPPROTO_UDP:
		words[2] = htons(len);
		break;
	case IPPROTO_UDPLITE:
		words[2] = htons(8);
		break;
	case IPPROTO_ICMP:
		at[0] = shape->error ? ICMP_DEST_UNREACH : ICMP_ECHO;
		at[1] = 0;
		break;
	case IPPROTO_DCCP:
		at[4] = 4;
		break;
	}
}

static unsigned int build(u8 *bytes, const struct shape *shape, unsigned int words)
{
	unsigned int head, len = PACKET - 13, i;

	for (i = 0; i < PACKET; i++)
		bytes[i] = i * 7 + 1;
	head = put_ip(bytes, words, shape->proto, len);
	put_transport(bytes + head, shape, len - head);
	if (shape->error) {
		head += 8;
		head += put_ip(bytes + head, words, IPPROTO_UDP, 100);
		put_transport(bytes + head, &shapes[1], 80);
	}
	return len;
}

/* cut_right - is so much of a packet taken for what it is, wherever it is in pieces? */
static bool cut_right(const struct shape *shape, const u8 *bytes, unsigned int len,
		      unsigned int cut, unsigned int words)
{
	unsigned int head = words * 4, need, linear;
	struct reading whole, other;
	bool is_error, is_whole;

	if (!read(bytes, cut, cut, &whole))
		return false;
	is_error = whole.pkt.kind == NATGW_PKT_ICMP_ERROR;
	if (shape->error) {
		if (is_error != (cut >= head + 8))
			return false;
		need = head + 8 + head + 8;
		is_whole = whole.quoted == NATGW_QUOTED_FLOW && is_error;
	} else {
		need = shape->whole ? len : head + shape->need;
		is_whole = whole.pkt.kind == NATGW_PKT_FLOW;
	}
	if (is_whole ? cut < need : cut >= need)
		return false;
	/* The kernel has the IP header at hand before anybody sees the packet. */
	for (linear = head; linear < cut; linear++)
		if (!read(bytes, cut, linear, &other) || !same_reading(&whole, &other))
			return false;
	return true;
}

static void test_headers(u8 *bytes)
{
	unsigned int i, words, cut, len, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		for (words = 5; words <= 15; words += 5) {
			len = build(bytes, &shapes[i], words);
			for (cut = words * 4; cut <= len; cut++) {
				if (cut_right(&shapes[i], bytes, len, cut, words))
					continue;
				pr_info("# protocol %u, header of %u words, cut at %u\n",
					shapes[i].proto, words, cut);
				wrong++;
				break;
			}
			cond_resched();
		}
	say(!wrong, "headers cut anywhere and in pieces anywhere are read alike");
}

int units_headers(void)
{
	u8 *bytes = kzalloc(PACKET, GFP_KERNEL);

	if (!bytes)
		return -ENOMEM;
	test_headers(bytes);
	kfree(bytes);
	return 0;
}
