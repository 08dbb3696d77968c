// SPDX-License-Identifier: GPL-2.0
/* For tests: what no packet of a test comes to, as it would take a week, or every value
 * of a checksum. natgw's own files are included here, with a clock that is turned by
 * hand; what is tested runs when the module is loaded, and is told in the kernel's
 * messages, a line for each case.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <net/ip.h>

/* The clock: ticks since the test began, and what the kernel's clocks had then. */
static u64 ticks;
static u32 first_jiffies, first_second;
static u64 first_ns;

#define jiffies ((unsigned long)(u32)(first_jiffies + ticks))
#define ktime_get_seconds() ((time64_t)(u32)(first_second + div_u64(ticks, HZ)))
#define ktime_get_coarse_real_ns() (first_ns + ticks * (NSEC_PER_SEC / HZ))

#include "../../module/age.c"
#include "../../module/parse.c"
#include "../../module/wheel.c"
#include "../../module/xlate.c"

#define say(ok, fmt, ...) \
	pr_info("%s - " fmt "\n", (ok) ? "ok" : "not ok", ##__VA_ARGS__)

/* The same each time: what failed once fails again. */
static struct rnd_state rnd;

static u32 below(u32 n)
{
	return prandom_u32_state(&rnd) % n;
}

/* --------------------------------- the wheel ------------------------------ */

/* What a flow is to go through, and when it ended, in ticks. */
struct life {
	struct natgw_flow flow;
	u64 last;		/* packet */
	u64 ended;
};

static struct natgw_net *nn;
static struct natgw_gw *gw;
static unsigned int too_often;

bool natgw_flow_claim(struct natgw_flow *flow)
{
	return !test_and_set_bit(NATGW_FLOW_DYING, &flow->flags);
}

void natgw_flow_end_many(struct natgw_net *net, struct natgw_flow *flow,
			 enum natgw_flow_end why, struct hlist_head *dead)
{
	struct life *life = container_of(flow, struct life, flow);

	if (life->ended)
		too_often++;
	life->ended = ticks;
}

void natgw_flow_bury(struct hlist_head *dead)
{
}

static void set_clock(u32 second, u32 jiffy, u64 ns)
{
	unsigned int i;

	ticks = 0;
	first_second = second;
	first_jiffies = jiffy;
	first_ns = ns;
	too_often = 0;
	for (i = 0; i < nn->wheels; i++)
		nn->wheel[i].now = second;
}

static void begin(struct life *life, u32 timeout, unsigned int n)
{
	*life = (struct life){
		.last = ticks,
		.flow = {
			.gw = gw,
			.state = NATGW_FLOW_STATE_UDP,
			.idle = timeout,
			.used = (u32)jiffies,
			.wheel = n % nn->wheels,
		},
	};
	rcu_read_lock();
	local_bh_disable();
	natgw_wheel_add(nn, &life->flow);
	local_bh_enable();
	rcu_read_unlock();
}

static void packet(struct life *life)
{
	life->last = ticks;
	natgw_flow_touch(&life->flow);
}

/* in_time - not while it may be used still, and soon after */
static bool in_time(const struct life *life, unsigned int n)
{
	u64 due = life->last + (u64)life->flow.idle * HZ;

	if (life->ended >= due && life->ended <= due + 3 * HZ)
		return true;
	pr_info("# flow %u: time-out %u s, due at %llu ms, ended at %llu ms\n", n,
		life->flow.idle, due * 1000 / HZ, life->ended * 1000 / HZ);
	return false;
}

static bool all_in_time(const struct life *life, unsigned int n)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < n && wrong < 5; i++)
		wrong += !in_time(&life[i], i);
	return !wrong && !too_often;
}

static void turn_until(u64 second)
{
	while (ticks < second * HZ) {
		ticks += HZ;
		natgw_wheel_turn(nn);
	}
}

enum { WEEK = 7 * 24 * 3600, LIVES = 12000 };

/* Every time-out up to 5000 seconds, then some up to a week, among them those about
 * the width of a slot of each level.
 */
static u32 some_timeout(unsigned int n)
{
	static const u32 edges[] = {
		64 * 64 * 64 - 1, 64 * 64 * 64, 64 * 64 * 64 + 1,
		2 * 64 * 64 * 64 - 1, 2 * 64 * 64 * 64, WEEK - 1, WEEK,
	};

	if (n < 5000)
		return n + 1;
	if (n - 5000 < ARRAY_SIZE(edges))
		return edges[n - 5000];
	return 5000 + below(WEEK - 5000);
}

static void test_timeouts(struct life *life, u32 second, u32 jiffy,
			  const char *text)
{
	unsigned int i;

	set_clock(second, jiffy, 0);
	for (i = 0; i < LIVES; i++) {
		/* At any time within a second, and within a slot. */
		ticks = div_u64((u64)i * 70 * HZ, LIVES);
		if (!(i % 100))
			natgw_wheel_turn(nn);
		begin(&life[i], some_timeout(i), i);
	}
	ticks = 70 * HZ;
	turn_until(WEEK + 80);
	say(all_in_time(life, LIVES),
	    "time-outs from a second to a week, %s", text);
}

static void test_used(struct life *life)
{
	enum { N = 600, SECONDS = 9000 };
	unsigned int i, second;
	u64 before;

	set_clock(12345, 1, 0);
	for (i = 0; i < N; i++)
		begin(&life[i], 1 + below(400), i);
	for (second = 1; second < SECONDS; second++) {
		before = (u64)second * HZ - 1 - below(HZ / 10);
		ticks = before;
		for (i = 0; i < N; i++)
			if (!life[i].ended && second < i * 10 && !below(20))
				packet(&life[i]);
		ticks = (u64)second * HZ;
		natgw_wheel_turn(nn);
		/* Of one that comes so soon after another the time-stamp says nothing. */
		ticks += below(HZ / 10);
		for (i = 0; i < N; i++)
			if (!life[i].ended && life[i].last == before)
				packet(&life[i]);
	}
	say(all_in_time(life, N), "packets put an end off, by the time-out and no more");
}

static void test_sooner(struct life *life)
{
	enum { N = 1000 };
	unsigned int i;

	set_clock(64 * 64 - 10, 1, 0);
	for (i = 0; i < N; i++)
		begin(&life[i], 5000 + below(WEEK - 5000), i);
	turn_until(100);
	for (i = 0; i < N; i++) {
		packet(&life[i]);
		WRITE_ONCE(life[i].flow.idle, 1 + below(500));
		rcu_read_lock();
		local_bh_disable();
		natgw_wheel_move(nn, &life[i].flow);
		local_bh_enable();
		rcu_read_unlock();
	}
	turn_until(700);
	say(all_in_time(life, N), "an end that comes nearer comes in time");
}

static void test_late(struct life *life)
{
	enum { N = 5000, PAUSE = 300000 };
	unsigned int i, ended = 0, right = 0;

	set_clock(64 * 64 * 64 - 100, 1, 0);
	for (i = 0; i < N; i++)
		begin(&life[i], 1 + i * 100, i);
	ticks = (u64)PAUSE * HZ;
	natgw_wheel_turn(nn);
	for (i = 0; i < N; i++) {
		ended += !!life[i].ended;
		right += !life[i].ended == (life[i].flow.idle >= PAUSE);
	}
	turn_until(N * 100 + 10);
	for (i = 0; i < N; i++)
		if (life[i].flow.idle > PAUSE)
			right -= !in_time(&life[i], i);
	say(right == N && !too_often,
	    "after a pause of days one turn ends all that are due (%u)", ended);
}

static void test_gone(struct life *life)
{
	set_clock(0, 1, 0);
	begin(&life[0], 10, 0);
	begin(&life[1], 10, 1);
	natgw_flow_claim(&life[0].flow);
	local_bh_disable();
	natgw_wheel_del(nn, &life[0].flow);
	natgw_wheel_add(nn, &life[0].flow);
	natgw_wheel_move(nn, &life[0].flow);
	natgw_wheel_add(nn, &life[1].flow);
	local_bh_enable();
	turn_until(100);
	say(!life[0].ended && life[1].ended && !too_often,
	    "who ends a flow takes it off for good, and it is there once");
}

/* ---------------------------------- the clock ----------------------------- */

/* A beginning is told to the unit of 17 ms, the same for two years, also where the clock
 * was set back by a day, and can be handed over.
 */
static void test_start(struct life *life)
{
	const u64 now = 1790000000ULL * NSEC_PER_SEC, day = 86400ULL * HZ;
	struct natgw_flow *flow = &life[0].flow, *copy = &life[1].flow;
	unsigned int wrong = 0, i, days;

	for (i = 0; i < 1000; i++) {
		u64 start, told;

		set_clock(0, 0, now + (u64)below(U32_MAX) * 4096);
		start = div_u64(natgw_flow_clock() << 24, NSEC_PER_MSEC);
		flow->begun = natgw_flow_clock();
		first_ns -= (u64)below(86400) * NSEC_PER_SEC;
		for (days = 0; days < 830; days += 1 + below(60)) {
			ticks = days * day + below(day);
			told = natgw_flow_start(flow);
			copy->begun = 0;
			natgw_flow_set_start(copy, told);
			wrong += told != start || copy->begun != flow->begun;
		}
	}
	say(!wrong, "a flow's beginning is the same for 830 days, and once handed over");
}

/* -------------------------------- checksums ------------------------------- */

static struct sk_buff *skb;
static struct natgw_flow *flow;

/* Some values of which each part is special now and then. */
static u32 word(unsigned int bits)
{
	u32 all = bits == 32 ? U32_MAX : U16_MAX;

	switch (below(8)) {
	case 0:
		return 0;
	case 1:
		return all;
	case 2:
		return 1U << below(bits);
	case 3:
		return all ^ 1U << below(bits);
	default:
		return prandom_u32_state(&rnd) & all;
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
	u32 was = prandom_u32_state(&rnd);
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

/* ---------------------------------- headers ------------------------------- */

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

/* ----------------------------------- all ---------------------------------- */

static void run(struct life *life, u8 *bytes)
{
	unsigned int i;

	pr_info("begin\n");
	prandom_seed_state(&rnd, 1);
	test_timeouts(life, 1000, (u32)-300 * HZ, "from the machine's start");
	test_timeouts(life, U32_MAX - WEEK / 2, U32_MAX - 1000, "while clocks go round");
	test_used(life);
	test_sooner(life);
	test_late(life);
	test_gone(life);
	test_start(life);
	for (i = 0; i < ARRAY_SIZE(sums); i++)
		test_sums(i);
	test_headers(bytes);
	pr_info("end\n");
}

static int __init units_init(void)
{
	struct life *life = vzalloc(array_size(LIVES, sizeof(*life)));
	u8 *bytes = kzalloc(PACKET, GFP_KERNEL);
	int err = -ENOMEM;

	nn = kzalloc(sizeof(*nn), GFP_KERNEL);
	gw = kzalloc(sizeof(*gw), GFP_KERNEL);
	skb = kzalloc(sizeof(*skb), GFP_KERNEL);
	flow = kzalloc(sizeof(*flow), GFP_KERNEL);
	if (life && bytes && nn && gw && skb && flow)
		err = natgw_wheel_init(nn);
	if (!err) {
		run(life, bytes);
		natgw_wheel_exit(nn);
	}
	kfree(flow);
	kfree(skb);
	kfree(gw);
	kfree(nn);
	kfree(bytes);
	vfree(life);
	return err;
}

static void __exit units_exit(void)
{
}

module_init(units_init);
module_exit(units_exit);

MODULE_DESCRIPTION("Parts of natgw, tried alone");
MODULE_LICENSE("GPL");
