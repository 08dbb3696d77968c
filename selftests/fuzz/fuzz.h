/* SPDX-License-Identifier: GPL-2.0 */
/* Packets for fuzz_packets.sh: made up (packet.c), spoilt (mutate.c), and what
 * comes out of the gateway judged (watch.c).
 */
#ifndef _FUZZ_H
#define _FUZZ_H

#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

enum side { INSIDE, UPLINK };

/* The network of fuzz_packets.sh */
enum {
	/* Inside, a /24 each; nobody is routed to the last one. */
	IN1_NET = 0x0a000100,
	VLAN_NET = 0x0a000300,
	UNUSED_NET = 0x0a000700,
	VLAN_ID = 5,
	EIP = 0xcb00710a,
	HOST = 0xcb007102,
	ROUTER = 0xcb007101,
};

#define PROBE_CLIENT 0x0a0001c8U
#define PROBE_SERVER 0xc6336463U

enum {
	MAX_IP = 65535,
	MAX_L2 = 22,
	IP_HEAD = 20,
};

/* A flow that the inside began; where it came out is learnt by looking. */
struct flow {
	__u8 proto;
	__u8 stage;		/* of TCP: how much of the handshake was sent */
	bool known;		/* is the wire port? */
	__u32 in, out;
	__u16 in_port, out_port, wire_port;
	__u32 seq[2];	/* what each side sends next */
};

struct packet {
	enum side side;
	struct flow *flow;
	unsigned int len;	/* of the IPv4 packet */
	unsigned int l4;	/* where its transport header begins */
	bool sound;		/* are its checksums right? */
	bool lies;		/* about what devices are to do with it */
	__u8 tags;		/* VLAN */
	__u16 vid, ethertype;
	__u8 to;		/* last byte of the hardware address it is for */
	struct virtio_net_hdr vnet;
	__u8 data[MAX_IP];
};

/* The whole frame; numbers are not in the order of the network. */
struct seen {
	struct virtio_net_hdr vnet;
	const __u8 *ip;
	unsigned int len;
};

static inline __u16 get16(const __u8 *at)
{
	return at[0] << 8 | at[1];
}

static inline __u32 get32(const __u8 *at)
{
	return (__u32)get16(at) << 16 | get16(at + 2);
}

static inline void put16(__u8 *at, __u16 value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void put32(__u8 *at, __u32 value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* packet.c */
void random_start(__u64 seed, __u64 index);
unsigned int below(unsigned int limit);
bool chance(unsigned int percent);

__u16 sum(const __u8 *data, unsigned int len, __u32 start);
__u32 pseudo(const __u8 *ip, unsigned int l4_len);
int sum_offset(__u8 proto);
void fix_header(__u8 *ip, unsigned int len);
void fix_transport(__u8 *ip, unsigned int l4, unsigned int len);

void tcp_segment(struct packet *p, struct flow *f, enum side side, __u8 flags,
		 unsigned int size);
void datagram(struct packet *p, struct flow *f, enum side side, unsigned int size);
void echo(struct packet *p, struct flow *f, enum side side, unsigned int size);
void finish(struct packet *p);
void make(struct packet *p);

/* mutate.c */
void mutate(struct packet *p);
void offload(struct packet *p, unsigned int l2, bool honest);

/* watch.c */
void remember(const struct packet *p);
const char *judge(const struct seen *seen, enum side at, const struct packet *last,
		  bool open);
bool transport_of(const __u8 *ip, unsigned int len, unsigned int *l4);
bool right_sums(const struct seen *seen);

#endif
