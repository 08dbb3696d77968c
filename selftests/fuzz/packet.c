// SPDX-License-Identifier: GPL-2.0
/* Makes up valid packets: of flows that there are, in the order in which hosts
 * send them, what is said about such packets, and their fragments.
 */
#include <netinet/ip_icmp.h>
#include <string.h>

#include "fuzz.h"

enum { FLOWS = 192, PIECES = 8 };

static struct flow flows[FLOWS];
static __u64 state;

/* A packet that is sent piece by piece */
static struct packet whole;
static struct { unsigned int from, to; } pieces[PIECES];
static unsigned int pieces_left;

static const __u8 protos[] = {
	IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP,
	IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMP, IPPROTO_SCTP,
	IPPROTO_DCCP, IPPROTO_UDPLITE, IPPROTO_GRE, IPPROTO_ESP, IPPROTO_AH,
	IPPROTO_IPIP, IPPROTO_IPV6, 89, 115, 253,
};

static const __u32 hosts[] = {
	IN1_NET | 10, IN1_NET | 11, IN1_NET | 12, IN1_NET | 13, VLAN_NET | 10,
};

static const __u32 remotes[] = {
	0xc633640a, 0xc6336446, 0xc63364d2, 0xc0000207, ROUTER,
};

static const __u16 ports[] = { 53, 80, 443, 5000, 5001, 40000, 1, 65535 };
static const __u16 sizes[] = { 0, 1, 8, 40, 200, 1000, 1400, 2900, 9000 };

/* random_start - each packet has numbers of its own, whatever came before it */
void random_start(__u64 seed, __u64 index)
{
	state = seed * 0x9e3779b97f4a7c15 + index * 0xd1b54a32d192ed03;
}

/* splitmix64 */
unsigned int below(unsigned int limit)
{
	__u64 z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return limit ? (__u32)(z >> 32) % limit : 0;
}

bool chance(unsigned int percent)
{
	return below(100) < percent;
}

__u16 sum(const __u8 *data, unsigned int len, __u32 start)
{
	unsigned int i;

	for (i = 0; i + 1 < len; i += 2)
		start += get16(data + i);
	if (len & 1)
		start += data[len - 1] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

/* pseudo - what a transport checksum begins with */
__u32 pseudo(const __u8 *ip, unsigned int l4_len)
{
	return ip[9] == IPPROTO_ICMP ? 0 : sum(ip + 12, 8, ip[9] + l4_len);
}

/* sum_offset - where a transport header has its checksum; -1 where nowhere */
int sum_offset(__u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return 6;
	case IPPROTO_ICMP:
		return 2;
	default:
		return -1;
	}
}

void fix_header(__u8 *ip, unsigned int len)
{
	unsigned int size = (ip[0] & 15) * 4;

	if (size > len)
		return;
	put16(ip + 10, 0);
	put16(ip + 10, ~sum(ip, size, 0));
}

void fix_transport(__u8 *ip, unsigned int l4, unsigned int len)
{
	int at = sum_offset(ip[9]);
	__u16 value;

	if (at < 0 || l4 + at + 2 > len)
		return;
	put16(ip + l4 + at, 0);
	value = ~sum(ip + l4, len - l4, pseudo(ip, len - l4));
	put16(ip + l4 + at, value ? value : 0xffff);
}

static __u8 *more(struct packet *p, unsigned int size)
{
	__u8 *at = p->data + p->len;

	memset(at, 0, size);
	p->len += size;
	return at;
}

static void fill(struct packet *p, unsigned int size)
{
	__u8 *at = more(p, size);
	unsigned int i;

	for (i = 0; i < size; i++)
		at[i] = i < 16 ? below(256) : i;
}

static void header(struct packet *p, __u8 proto, __u32 from, __u32 to)
{
	__u8 *ip;

	p->len = 0;
	p->l4 = IP_HEAD;
	ip = more(p, IP_HEAD);
	ip[0] = 0x45;
	put16(ip + 4, below(0x10000));
	ip[6] = chance(50) ? 0x40 : 0;
	ip[8] = 64;
	ip[9] = proto;
	put32(ip + 12, from);
	put32(ip + 16, to);
}

/* A flow's packet as one end sends it. */
static void flow_header(struct packet *p, const struct flow *f, enum side side)
{
	p->side = side;
	if (side == INSIDE)
		header(p, f->proto, f->in, f->out);
	else
		header(p, f->proto, f->out, EIP);
}

static __u8 *port_header(struct packet *p, const struct flow *f,
			 enum side side, unsigned int size)
{
	__u8 *at;

	flow_header(p, f, side);
	at = more(p, size);
	put16(at, side == INSIDE ? f->in_port : f->out_port);
	put16(at + 2, side == INSIDE ? f->out_port : f->wire_port);
	return at;
}

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

void tcp_segment(struct packet *p, struct flow *f, enum side side, __u8 flags,
		 unsigned int size)
{
	__u8 *at = port_header(p, f, side, 20);

	put32(at + 4, f->seq[side]);
	put32(at + 8, flags & ACK ? f->seq[!side] : 0);
	at[12] = 5 << 4;
	at[13] = flags;
	put16(at + 14, 0xffff);
	if (flags & SYN) {
		put32(more(p, 4), 0x020405b4);
		put32(more(p, 4), 0x01030307);
		at[12] = 7 << 4;
	}
	fill(p, size);
	f->seq[side] += size + !!(flags & SYN) + !!(flags & FIN);
}

/* The next one of a connection: mostly what a real one would send. */
static void tcp_next(struct packet *p, struct flow *f, enum side side,
		     unsigned int size)
{
	static const __u8 ends[] = { FIN | ACK, RST, RST | ACK, SYN };
	__u8 flags = size ? PSH | ACK : ACK;

	if (f->stage == 0) {
		flags = SYN;
	} else if (f->stage == 1 && side == UPLINK) {
		flags = SYN | ACK;
		f->stage++;
	} else if (chance(6)) {
		flags = ends[below(ARRAY_SIZE(ends))];
	}
	if (!f->stage)
		f->stage++;
	tcp_segment(p, f, side, flags, flags & SYN ? 0 : size);
}

void datagram(struct packet *p, struct flow *f, enum side side, unsigned int size)
{
	__u8 *at = port_header(p, f, side, 8);

	put16(at + 4, 8 + size);
	fill(p, size);
}

void echo(struct packet *p, struct flow *f, enum side side, unsigned int size)
{
	__u8 *at;

	flow_header(p, f, side);
	at = more(p, 8);
	at[0] = side == INSIDE ? ICMP_ECHO : ICMP_ECHOREPLY;
	put16(at + 4, side == INSIDE ? f->in_port : f->wire_port);
	fill(p, size);
}

static void sctp(struct packet *p, const struct flow *f, enum side side)
{
	static const __u8 chunks[] = { 0, 1, 2, 6, 7, 10, 14 };
	__u8 *at = port_header(p, f, side, 32);

	at[12] = chunks[below(ARRAY_SIZE(chunks))];
	at[15] = 20;
}

static void dccp(struct packet *p, const struct flow *f, enum side side)
{
	__u8 *at = port_header(p, f, side, 24);

	at[4] = 6;
	at[8] = below(11) << 1 | 1;
}

/* Of a protocol without ports; where it is a tunnel, a packet is in it. */
static void portless(struct packet *p, const struct flow *f, enum side from,
		     unsigned int size)
{
	__u8 *at;

	flow_header(p, f, from);
	if (f->proto == IPPROTO_GRE)
		put32(more(p, 4), 0x0800);
	if (f->proto == IPPROTO_IPIP || f->proto == IPPROTO_GRE) {
		at = more(p, IP_HEAD);
		memcpy(at, p->data, IP_HEAD);
		put32(at + 12, f->in);
	}
	fill(p, size + 8);
}

static void transport(struct packet *p, struct flow *f, enum side side)
{
	unsigned int size = sizes[below(ARRAY_SIZE(sizes))];

	p->flow = f;
	switch (f->proto) {
	case IPPROTO_TCP:
		tcp_next(p, f, side, size);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		datagram(p, f, side, size);
		break;
	case IPPROTO_ICMP:
		echo(p, f, side, size);
		break;
	case IPPROTO_SCTP:
		sctp(p, f, side);
		break;
	case IPPROTO_DCCP:
		dccp(p, f, side);
		break;
	default:
		portless(p, f, side, size);
	}
}

void finish(struct packet *p)
{
	put16(p->data + 2, p->len);
	fix_header(p->data, p->len);
	fix_transport(p->data, p->l4, p->len);
	p->sound = true;
}

/* An ICMP error of one side about a packet that the other one sent. */
static void error(struct packet *p, struct flow *f, enum side side)
{
	static const __u8 types[] = { 3, 3, 3, 4, 5, 11, 11, 12, 13, 17, 40 };
	static struct packet about;
	unsigned int quoted;
	__u8 *at;

	/* As this side saw it: translated. */
	transport(&about, f, !side);
	if (side == UPLINK) {
		put32(about.data + 12, EIP);
		put16(about.data + about.l4 +
		      (f->proto == IPPROTO_ICMP ? 4 : 0), f->wire_port);
	} else {
		put32(about.data + 16, f->in);
		if (f->proto == IPPROTO_ICMP)
			put16(about.data + about.l4 + 4, f->in_port);
		else
			put16(about.data + about.l4 + 2, f->in_port);
	}
	finish(&about);
	quoted = chance(50) ? 28 : below(about.len + 1);
	if (quoted > 548)
		quoted = 548;

	p->side = side;
	p->flow = NULL;
	if (side == INSIDE)
		header(p, IPPROTO_ICMP, f->in, f->out);
	else
		header(p, IPPROTO_ICMP, chance(50) ? f->out : ROUTER, EIP);
	at = more(p, 8);
	at[0] = types[below(ARRAY_SIZE(types))];
	at[1] = below(at[0] == 3 ? 16 : 3);
	if (at[0] == 3 && at[1] == 4)
		put16(at + 6, chance(50) ? 1300 : below(0x10000));
	memcpy(more(p, quoted), about.data, quoted);
}

/* Nobody has a flow for it: to the gateway's own addresses, or straight at an
 * inside host.
 */
static void stranger(struct packet *p)
{
	struct flow f = {
		.proto = protos[below(ARRAY_SIZE(protos))],
		.out = remotes[below(ARRAY_SIZE(remotes))] ^ below(4),
		.in = hosts[below(ARRAY_SIZE(hosts))],
		.out_port = ports[below(ARRAY_SIZE(ports))],
		.wire_port = below(0x10000),
		.stage = below(3),
	};

	transport(p, &f, UPLINK);
	p->flow = NULL;
	if (chance(60))
		put32(p->data + 16, f.in);
	else if (chance(30))
		put32(p->data + 16, HOST);
	if (chance(10))
		put32(p->data + 12, hosts[below(ARRAY_SIZE(hosts))]);
}

static void begin(struct flow *f)
{
	*f = (struct flow){
		.proto = protos[below(ARRAY_SIZE(protos))],
		.in = hosts[below(ARRAY_SIZE(hosts))],
		.out = remotes[below(ARRAY_SIZE(remotes))],
		.in_port = 1024 + below(2048),
		.out_port = ports[below(ARRAY_SIZE(ports))],
		.seq = { below(0xffffffff), below(0xffffffff) },
	};
}

/* In what pieces a packet goes: some in order, some not, a few overlapping. */
static void cut(const struct packet *p)
{
	unsigned int rest = p->len - p->l4, size = 8 + below(rest / 2) / 8 * 8;
	unsigned int from = 0, other;

	whole = *p;
	for (pieces_left = 0; from < rest && pieces_left < PIECES; pieces_left++) {
		pieces[pieces_left].from = from;
		pieces[pieces_left].to = from + size;
		from += size;
	}
	pieces[pieces_left - 1].to = rest;
	if (chance(10))
		pieces[below(pieces_left)].to += 8;
	if (chance(50))
		return;
	other = below(pieces_left);
	rest = pieces[0].from;
	size = pieces[0].to;
	pieces[0] = pieces[other];
	pieces[other].from = rest;
	pieces[other].to = size;
}

/* Taken from the end, or from the beginning where they were not swapped. */
static void piece(struct packet *p)
{
	unsigned int from, to, rest = whole.len - whole.l4;

	pieces_left--;
	from = pieces[0].from;
	to = pieces[0].to < rest ? pieces[0].to : rest;
	memmove(pieces, pieces + 1, pieces_left * sizeof(*pieces));

	*p = whole;
	p->flow = NULL;
	memcpy(p->data + p->l4, whole.data + whole.l4 + from, to - from);
	p->len = p->l4 + to - from;
	put16(p->data + 2, p->len);
	put16(p->data + 6, from / 8 | (to < rest ? 0x2000 : 0));
	fix_header(p->data, p->len);
	p->sound = false;
}

/**
 * make() - the next packet, a valid one
 * @p: filled
 */
void make(struct packet *p)
{
	struct flow *f = &flows[below(FLOWS)];
	enum side side;

	if (pieces_left) {
		piece(p);
		return;
	}
	memset(p, 0, offsetof(struct packet, data));
	p->ethertype = 0x0800;
	if (!f->proto || chance(8))
		begin(f);
	side = f->known && chance(50) ? UPLINK : INSIDE;
	if (f->known && chance(12))
		error(p, f, side);
	else if (chance(8))
		stranger(p);
	else
		transport(p, f, side);
	if ((get32(p->data + 12) & 0xffffff00) == VLAN_NET) {
		p->tags = 1;
		p->vid = VLAN_ID;
	}
	finish(p);
	if (p->len - p->l4 > 64 && chance(10)) {
		cut(p);
		piece(p);
	}
}
