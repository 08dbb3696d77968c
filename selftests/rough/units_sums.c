// SPDX-License-Identifier: GPL-2.0
/* Each value of a checksum, by what natgw adds to it. */
#include "units.h"

#include <linux/slab.h>
#include <net/ip.h>

#include "../../module/xlate.c"

static struct sk_buff *skb;
static struct natgw_flow *flow;

/* Some values of which each part is special now and then. */
static u32 word(unsigned int bits)
{
	u32 all = bits == 32 ? U32_MAX : U16_MAX;

	switch (units_below(8)) {
	case 0:
		return 0;
	case 1:
		return all;
	case 2:
		return 1U << units_below(bits);
	case 3:
		return all ^ 1U << units_below(bits);
	default:
		return prandom_u32_state(&units_rnd) & all;
	}
}

static void some_change(unsigned int n)
{
	memset(flow, 0, sizeof(*flow));
	flow->original.tuple.dir = NATGW_DIR_ORIGINAL;
	flow->reply.tuple.dir = NATGW_DIR_REPLY;
	flow->original.tuple.src = (__force __be32)word(32);
	flow->original.tuple.sport = (__force __be16)word(16);
	flow->reply.tuple.dst = n % 5 ? (__force __be32)word(32) :
				flow->original.tuple.src;
	flow->reply.tuple.dport = n % 3 ? (__force __be16)word(16) :
				  flow->original.tuple.sport;
	natgw_xlate_prepare(flow);
}

/* What sums are counted in: 0 and 65535 are one number (RFC 1624). */
static u32 mod(u64 n)
{
	u32 rest;

	div_u64_rem(n, 0xffff, &rest);
	return rest;
}

static u32 sum32(__be32 n)
{
	return ((__force u32)n >> 16) + ((__force u32)n & 0xffff);
}

/* gain - by how much a node's change makes a sum larger */
static u32 gain(const struct natgw_node *node, bool with_port)
{
	const struct natgw_tuple *t = &node->tuple;
	bool source = t->dir == NATGW_DIR_ORIGINAL;
	u64 more = sum32(node->addr), less = sum32(source ? t->src : t->dst);

	if (with_port) {
		more += (__force u16)node->port;
		less += (__force u16)(source ? t->sport : t->dport);
	}
	return mod(more + 0xffffULL * 4 - less);
}

static u32 value(__sum16 check)
{
	return (__force u16)check;
}

/* A whole checksum: its complement grows by what the packet's sum does. */
static bool whole_right(u32 before, u32 after, u32 more)
{
	return mod((u16)~after) == mod((u64)(u16)~before + more);
}

static bool plain_tcp(u32 before, struct natgw_node *node)
{
	struct tcphdr th = { .check = (__force __sum16)before };

	natgw_replace_tcp(skb, &th, node);
	return whole_right(before, value(th.check), gain(node, true));
}

static bool plain_udp(u32 before, struct natgw_node *node)
{
	struct natgw_ports head = { .check = (__force __sum16)before };

	natgw_replace_udp(skb, &head, node);
	if (!before)
		return !head.check;
	return head.check && whole_right(before, value(head.check), gain(node, true));
}

/* The device is to do it: in the field is the sum of the pseudo-header alone. */
static bool for_device(u32 before, struct natgw_node *node)
{
	struct natgw_ports head = { .check = (__force __sum16)before };
	struct tcphdr th = { .check = (__force __sum16)before };

	skb->head = (unsigned char *)&head;
	skb->data = skb->head;
	skb->csum_start = 0;
	natgw_replace_udp(skb, &head, node);
	natgw_replace_tcp(skb, &th, node);
	return mod(value(head.check)) == mod((u64)before + gain(node, false)) &&
	       mod(value(th.check)) == mod((u64)before + gain(node, false));
}

/* The device has added up everything behind the IP header: checksum and port too. */
static bool by_device(u32 before, struct natgw_node *node)
{
	struct tcphdr th = { .check = (__force __sum16)before };
	u32 was = prandom_u32_state(&units_rnd);
	u64 more;

	skb->csum = (__force __wsum)was;
	natgw_replace_tcp(skb, &th, node);
	more = gain(node, true) + 0xffff - gain(node, false);
	more += value(th.check) + 0xffff - before;
	return whole_right(before, value(th.check), gain(node, true)) &&
	       mod((u64)(u16)~csum_fold(skb->csum)) ==
	       mod(((u64)was >> 16) + (was & 0xffff) + more);
}

/* In an ICMP error's quote, with all of it there. */
static bool in_quote(u32 before, struct natgw_node *node)
{
	bool source = node->tuple.dir == NATGW_DIR_ORIGINAL;
	struct change c = source ? change_source(flow) : change_destination(flow);
	__sum16 check[2];

	check[0] = (__force __sum16)before;
	check[1] = check[0];
	skb->data = (unsigned char *)check;
	skb->len = sizeof(check);
	replace_quoted_check(skb, 0, &c, false);
	replace_quoted_check(skb, sizeof(check[0]), &c, true);
	if (!whole_right(before, value(check[0]), gain(node, true)))
		return false;
	if (!before)
		return !check[1];
	return check[1] && whole_right(before, value(check[1]), gain(node, true));
}

static bool ip_header(u32 before, struct natgw_node *node)
{
	bool source = node->tuple.dir == NATGW_DIR_ORIGINAL;
	struct iphdr iph = { .check = (__force __sum16)before };

	*(source ? &iph.saddr : &iph.daddr) =
		source ? node->tuple.src : node->tuple.dst;
	replace_address(&iph, source, node->addr);
	return whole_right(before, value(iph.check), gain(node, false)) &&
	       (source ? iph.saddr : iph.daddr) == node->addr;
}

static const struct {
	bool (*right)(u32 before, struct natgw_node *node);
	u8 ip_summed;
	const char *text;
} sums[] = {
	{ plain_tcp, CHECKSUM_NONE, "TCP's" },
	{ plain_udp, CHECKSUM_UNNECESSARY, "UDP's, where 0 is none" },
	{ for_device, CHECKSUM_PARTIAL, "one that the device is to compute" },
	{ by_device, CHECKSUM_COMPLETE, "TCP's, and the device's own sum" },
	{ in_quote, CHECKSUM_NONE, "those in a quote" },
	{ ip_header, CHECKSUM_NONE, "the IP header's" },
};

static void test_sums(unsigned int which)
{
	enum { CHANGES = 64 };
	unsigned int n, wrong = 0;
	u32 check;

	for (n = 0; n < CHANGES && wrong < 5; n++) {
		some_change(n);
		for (check = 0; check <= U16_MAX; check++) {
			memset(skb, 0, sizeof(*skb));
			skb->ip_summed = sums[which].ip_summed;
			if (sums[which].right(check, &flow->original) &&
			    sums[which].right(check, &flow->reply))
				continue;
			pr_info("# %04x: %pI4:%u to %pI4:%u\n", check,
				&flow->original.tuple.src,
				ntohs(flow->original.tuple.sport),
				&flow->original.addr, ntohs(flow->original.port));
			wrong++;
			break;
		}
		cond_resched();
	}
	say(!wrong, "each value of a checksum is right again: %s", sums[which].text);
}

int units_sums(void)
{
	int err = -ENOMEM;
	unsigned int i;

	skb = kzalloc(sizeof(*skb), GFP_KERNEL);
	flow = kzalloc(sizeof(*flow), GFP_KERNEL);
	if (skb && flow)
		err = 0;
	for (i = 0; !err && i < ARRAY_SIZE(sums); i++)
		test_sums(i);
	kfree(flow);
	kfree(skb);
	return err;
}
