// SPDX-License-Identifier: GPL-2.0
/* Spoils packets: headers, lengths, options, quotes, pieces missing, and what
 * a device says of checksums and segments.
 */
#include <string.h>

#include "fuzz.h"

static const __u32 addresses[] = {
	0, 0xffffffff, 0x7f000001, 0xe0000001, 0xf0000001, 0xa9fe0001,
	EIP, HOST, ROUTER, 0xcb0071ff, 0xcb007100, 0xcb00710b,
	IN1_NET | 10, IN1_NET | 11, IN1_NET | 1, IN1_NET | 255, IN1_NET,
	VLAN_NET | 10, UNUSED_NET | 7, 0xc633640a, 0xc6336446,
};

static const __u16 words[] = {
	0, 1, 2, 4, 7, 8, 9, 19, 20, 21, 27, 28, 29, 59, 60, 61, 0xff, 0x100,
	0x5dc, 0x1fff, 0x2000, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xfffe, 0xffff,
};

static const __u8 bytes[] = {
	0, 1, 2, 3, 4, 6, 8, 17, 20, 33, 47, 50, 51, 94, 0x40, 0x45, 0x46, 0x4f,
	0x7f, 0x80, 132, 136, 0xfe, 0xff,
};

static __u16 odd_word(__u16 was)
{
	if (chance(30))
		return was + below(17) - 8;
	return chance(70) ? words[below(ARRAY_SIZE(words))] : below(0x10000);
}

static __u8 odd_byte(void)
{
	return chance(70) ? bytes[below(ARRAY_SIZE(bytes))] : below(256);
}

/* One field of the IPv4 header at @at */
static void spoil_header(__u8 *at)
{
	switch (below(10)) {
	case 0:
		at[0] = odd_byte();
		break;
	case 1:
		at[0] = (at[0] & 0xf0) | below(16);
		break;
	case 2:
		at[1] = odd_byte();
		break;
	case 3:
	case 4:
		put16(at + 2, odd_word(get16(at + 2)));
		break;
	case 5:
		put16(at + 6, odd_word(get16(at + 6)));
		break;
	case 6:
		at[8] = below(3);
		break;
	case 7:
		at[9] = odd_byte();
		break;
	default:
		put32(at + (chance(50) ? 12 : 16),
		      addresses[below(ARRAY_SIZE(addresses))]);
	}
}

static void spoil_ip(struct packet *p)
{
	if (p->len >= IP_HEAD)
		spoil_header(p->data);
}

/* A word of the transport header: ports, lengths, flags, data offset, checksum */
static void spoil_transport(struct packet *p)
{
	unsigned int at = p->l4 + below(12) * 2;

	if (at + 2 <= p->len)
		put16(p->data + at, odd_word(get16(p->data + at)));
}

static void spoil_tcp(struct packet *p)
{
	__u8 *at = p->data + p->l4;

	if (p->data[9] != IPPROTO_TCP || p->l4 + 20 > p->len)
		return;
	if (chance(40))
		at[12] = below(256);
	else if (chance(50))
		at[13] = below(256);
	else
		put32(at + (chance(50) ? 4 : 8),
		      get32(at + 4) + (below(3) - 1) * 0x7fffffff + below(5000));
}

/* insert - room for @size bytes at @at; false where there is none */
static bool insert(struct packet *p, unsigned int at, unsigned int size)
{
	if (at > p->len || p->len + size > MAX_IP)
		return false;
	memmove(p->data + at + size, p->data + at, p->len - at);
	p->len += size;
	put16(p->data + 2, p->len);
	return true;
}

static void write_options(__u8 *at, unsigned int size, const __u8 *kinds,
			  unsigned int n)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		at[i] = chance(20) ? below(256) : below(2);
	at[0] = kinds[below(n)];
	at[1] = chance(60) ? size : below(48);
	at[2] = chance(60) ? 4 : below(48);
}

static void add_options(struct packet *p)
{
	/* Record route, time-stamps, source routes, security, router alert */
	static const __u8 kinds[] = { 7, 68, 131, 137, 130, 148, 0, 1, 30 };
	unsigned int size = (1 + below(10)) * 4;

	if (p->l4 != IP_HEAD || !insert(p, IP_HEAD, size))
		return;
	write_options(p->data + IP_HEAD, size, kinds, ARRAY_SIZE(kinds));
	p->data[0] = 0x45 + size / 4;
	p->l4 += size;
}

static void add_tcp_options(struct packet *p)
{
	/* MSS, window scale, SACK, time-stamps, fast open, authentication */
	static const __u8 kinds[] = { 2, 3, 4, 5, 8, 34, 29, 0, 1, 254 };
	unsigned int size = (1 + below(10)) * 4;
	__u8 *at = p->data + p->l4;

	if (p->data[9] != IPPROTO_TCP || !insert(p, p->l4 + 20, size))
		return;
	write_options(at + 20, size, kinds, ARRAY_SIZE(kinds));
	at[12] = chance(80) ? 5 * 16 + size * 4 : below(256);
	if (chance(50))
		at[13] |= 2;
}

/* What an ICMP error quotes; its own checksum is mostly put right again. */
static void spoil_quote(struct packet *p)
{
	unsigned int at = p->l4 + 8;
	__u8 *ip = p->data + at;

	if (p->data[9] != IPPROTO_ICMP || at + 28 > p->len)
		return;
	if (chance(60))
		spoil_header(ip);
	else
		put16(ip + 20 + below(4) * 2, odd_word(0));
	if (chance(80))
		fix_header(ip, p->len - at);
}

static void spoil_type(struct packet *p)
{
	if (p->data[9] != IPPROTO_ICMP || p->l4 + 8 > p->len)
		return;
	p->data[p->l4] = below(45);
	p->data[p->l4 + 1] = below(20);
}

static void truncate(struct packet *p)
{
	p->len = chance(60) ? below(81) % (p->len + 1) : below(p->len + 1);
	if (p->len >= 4 && chance(60))
		put16(p->data + 2, p->len);
}

/* Bytes behind the packet's end, as Ethernet pads */
static void pad(struct packet *p)
{
	unsigned int size = below(64);

	if (p->len + size <= MAX_IP) {
		memset(p->data + p->len, odd_byte(), size);
		p->len += size;
	}
}

static void flip(struct packet *p)
{
	unsigned int n = 1 + below(8), limit = chance(70) ? 64 : p->len;

	if (limit > p->len)
		limit = p->len;
	while (limit && n--)
		p->data[below(limit)] ^= 1 << below(8);
}

static void scribble(struct packet *p)
{
	unsigned int at = below(p->len), n = below(40);

	for (; n-- && at < p->len; at++)
		p->data[at] = below(256);
}

static void repeat(struct packet *p)
{
	unsigned int from = below(p->len), size = below(64);

	if (from + size <= p->len && insert(p, from, size) && chance(50))
		put16(p->data + 2, p->len - size);
}

static void spoil_frame(struct packet *p)
{
	static const __u16 types[] = {
		0x0800, 0x0806, 0x86dd, 0x8100, 0x8847, 0x8864, 0x88a8, 0x8, 0,
	};

	switch (below(4)) {
	case 0:
		p->tags = below(3);
		p->vid = chance(50) ? VLAN_ID : below(4096);
		break;
	case 1:
		p->ethertype = types[below(ARRAY_SIZE(types))];
		break;
	default:
		p->to = 1 + below(3);
	}
}

static void (*const mutations[])(struct packet *p) = {
	spoil_ip, spoil_ip, spoil_ip, spoil_transport, spoil_transport,
	spoil_tcp, add_options, add_tcp_options, spoil_quote, spoil_quote,
	spoil_type, truncate, pad, flip, scribble, repeat, spoil_frame,
};

/**
 * mutate() - spoil a packet, mostly so that it still gets a long way
 * @p: a valid packet
 */
void mutate(struct packet *p)
{
	unsigned int n = 1 + below(3);

	while (n-- && p->len)
		mutations[below(ARRAY_SIZE(mutations))](p);
	p->sound = false;
	if (p->len < IP_HEAD)
		return;
	if (chance(70))
		fix_header(p->data, p->len);
	if (chance(60) && p->l4 < p->len)
		fix_transport(p->data, p->l4, p->len);
}

/* A checksum that the device is to complete; @l2 bytes are before the packet. */
static void partial(struct packet *p, unsigned int l2)
{
	int at = sum_offset(p->data[9]);

	p->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	p->vnet.csum_start = l2 + p->l4;
	p->vnet.csum_offset = at;
	put16(p->data + p->l4 + at,
	      sum(NULL, 0, pseudo(p->data, p->len - p->l4)));
}

static void segments(struct packet *p, unsigned int l2)
{
	bool tcp = p->data[9] == IPPROTO_TCP;

	partial(p, l2);
	p->vnet.gso_type = tcp ? VIRTIO_NET_HDR_GSO_TCPV4 :
				 VIRTIO_NET_HDR_GSO_UDP_L4;
	p->vnet.gso_size = 88 + below(1300);
	p->vnet.hdr_len = l2 + p->l4 + (tcp ? (p->data[p->l4 + 12] >> 4) * 4 : 8);
}

static void lie(struct packet *p)
{
	static const __u8 kinds[] = { 0, 1, 3, 4, 5, 0x81, 0x85, 2, 0xff };

	switch (below(6)) {
	case 0:
		p->vnet.gso_type = kinds[below(ARRAY_SIZE(kinds))];
		p->vnet.gso_size = odd_word(1000);
		break;
	case 1:
		p->vnet.gso_size = odd_word(p->vnet.gso_size);
		break;
	case 2:
		p->vnet.csum_start = odd_word(p->vnet.csum_start);
		break;
	case 3:
		p->vnet.csum_offset = odd_word(p->vnet.csum_offset) & 31;
		break;
	case 4:
		p->vnet.hdr_len = odd_word(p->vnet.hdr_len);
		break;
	default:
		p->vnet.flags = below(8);
	}
	p->sound = false;
	p->lies = true;
}

/**
 * offload() - say about a packet what devices that compute checksums and cut
 *	segments say, or what none would
 * @p: the packet
 * @l2: bytes of the frame before it
 * @honest: nothing that no device would say
 */
void offload(struct packet *p, unsigned int l2, bool honest)
{
	bool whole = p->len > p->l4 + 20 && !(get16(p->data + 6) & 0x3fff) &&
		     (p->data[9] == IPPROTO_TCP || p->data[9] == IPPROTO_UDP);

	memset(&p->vnet, 0, sizeof(p->vnet));
	if (whole && chance(25))
		partial(p, l2);
	else if (whole && p->len > 600 && chance(50))
		segments(p, l2);
	if (!honest && chance(6))
		lie(p);
	if (!p->vnet.flags && chance(10))
		p->vnet.flags = VIRTIO_NET_HDR_F_DATA_VALID;
}
