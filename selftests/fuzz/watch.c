// SPDX-License-Identifier: GPL-2.0
/* Judges what comes out of the gateway, without a look at its state: all that it
 * knows is what the inside has sent.
 */
#include <linux/if_ether.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#include "fuzz.h"

enum { KNOWN_BITS = 20 };

/* Who has spoken to whom, as hashes; 0 is a free place. */
static __u64 known[1 << KNOWN_BITS];

/* What of a conversation may vary */
enum what { CONVERSATION, ENDPOINT, HOSTS };

struct talk {
	__u8 proto;
	__u32 in, out;
	__u16 in_port, out_port;
};

static __u64 hash(const struct talk *talk, enum what what)
{
	__u64 h = 1 + what;

	h = h * 0x9e3779b97f4a7c15 + talk->proto;
	h = h * 0x9e3779b97f4a7c15 + talk->in;
	if (what != ENDPOINT)
		h = h * 0x9e3779b97f4a7c15 + talk->out;
	if (what != HOSTS)
		h = h * 0x9e3779b97f4a7c15 + talk->in_port;
	if (what == CONVERSATION)
		h = h * 0x9e3779b97f4a7c15 + talk->out_port;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9;
	h ^= h >> 32;
	return h ? h : 1;
}

/* place - where a hash is, or would be */
static __u64 *place(__u64 h)
{
	unsigned int at = h >> (64 - KNOWN_BITS);

	while (known[at] && known[at] != h)
		at = (at + 1) % ARRAY_SIZE(known);
	return &known[at];
}

static void learn(const struct talk *talk, enum what what)
{
	__u64 h = hash(talk, what);

	*place(h) = h;
}

static bool knows(const struct talk *talk, enum what what)
{
	return *place(hash(talk, what));
}

/* transport_of - where the transport header of a packet begins, or of the first of
 * its fragments; false where it has none.
 */
bool transport_of(const __u8 *ip, unsigned int len, unsigned int *l4)
{
	*l4 = len < IP_HEAD ? 0 : (ip[0] & 15) * 4;
	return *l4 >= IP_HEAD && *l4 + 8 <= len &&
	       !(get16(ip + 6) & 0x1fff);
}

static bool has_ports(__u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_DCCP ||
	       proto == IPPROTO_UDPLITE;
}

static bool is_query(__u8 type)
{
	return type == ICMP_ECHO || type == ICMP_ECHOREPLY;
}

static bool is_error(const __u8 *ip, const __u8 *icmp)
{
	if (ip[9] != IPPROTO_ICMP)
		return false;
	switch (icmp[0]) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return true;
	default:
		return false;
	}
}

/* read_talk - whose a packet is, of which the inside host is the source or not;
 * false where only the hosts can be told
 */
static bool read_talk(const __u8 *ip, unsigned int len, bool from_inside,
		      struct talk *talk)
{
	unsigned int l4;
	__u16 source, dest;

	memset(talk, 0, sizeof(*talk));
	talk->proto = ip[9];
	talk->in = get32(ip + (from_inside ? 12 : 16));
	talk->out = get32(ip + (from_inside ? 16 : 12));
	if (!transport_of(ip, len, &l4))
		return false;
	if (talk->proto == IPPROTO_ICMP && is_query(ip[l4])) {
		talk->in_port = get16(ip + l4 + 4);
		return true;
	}
	if (!has_ports(talk->proto))
		return false;
	source = get16(ip + l4);
	dest = get16(ip + l4 + 2);
	talk->in_port = from_inside ? source : dest;
	talk->out_port = from_inside ? dest : source;
	return true;
}

/* remember() - what an inside host sends makes answers welcome */
void remember(const struct packet *p)
{
	struct talk talk;

	if (p->len < IP_HEAD)
		return;
	if (read_talk(p->data, p->len, true, &talk)) {
		learn(&talk, CONVERSATION);
		learn(&talk, ENDPOINT);
	}
	learn(&talk, HOSTS);
}

/* The gateway's host itself answers whoever speaks to it, and no source address is
 * too odd for it here.
 */
static bool is_host(__u32 address)
{
	return address == EIP || address == HOST || address == (IN1_NET | 1) ||
	       address == (VLAN_NET | 1);
}

static bool inside(__u32 address)
{
	return ((address & 0xffffff00) == IN1_NET ||
		(address & 0xffffff00) == VLAN_NET) && !is_host(address);
}

/* Did the inside host speak to whoever sends it this packet from outside, or is
 * told about what it sent? @open: it is enough that it spoke to anybody.
 */
static bool welcome(const __u8 *ip, unsigned int len, bool open)
{
	unsigned int l4;
	struct talk talk;

	if (transport_of(ip, len, &l4) && is_error(ip, ip + l4)) {
		if (len - l4 < 8 + IP_HEAD)
			return false;
		if (read_talk(ip + l4 + 8, len - l4 - 8, true, &talk))
			return knows(&talk, CONVERSATION);
		return knows(&talk, HOSTS);
	}
	if (!read_talk(ip, len, false, &talk))
		return knows(&talk, HOSTS);
	return knows(&talk, open ? ENDPOINT : CONVERSATION);
}

/* Is a packet one that the gateway is there for? What others send goes out as it is:
 * with what it quotes, and spoilt by the device where it says so.
 */
static bool concerns(const struct packet *p)
{
	return p->len >= IP_HEAD &&
	       (p->side == INSIDE ? inside(get32(p->data + 12)) :
				    get32(p->data + 16) == EIP);
}

static const char *judge_leaks(const __u8 *ip, unsigned int len, bool quotes)
{
	const __u8 *quote;
	unsigned int l4;

	if (inside(get32(ip + 12)) ||
	    (get32(ip + 12) & 0xffffff00) == UNUSED_NET)
		return "an inside source has got out";
	if (!quotes || !transport_of(ip, len, &l4) || !is_error(ip, ip + l4))
		return NULL;
	quote = ip + l4 + 8;
	if (len - l4 >= 8 + IP_HEAD &&
	    (inside(get32(quote + 12)) || inside(get32(quote + 16))))
		return "an inside address has got out in a quote";
	return NULL;
}

/* right_sums - is the transport checksum right, whole or partial? */
bool right_sums(const struct seen *seen)
{
	const __u8 *ip = seen->ip;
	unsigned int l4, size;
	__u16 start;
	int at = sum_offset(ip[9]);

	if (at < 0 || !transport_of(ip, seen->len, &l4) ||
	    get16(ip + 6) & 0x3fff || l4 + at + 2 > seen->len)
		return true;
	size = seen->len - l4;
	start = pseudo(ip, size);
	if (seen->vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		return get16(ip + l4 + at) == sum(NULL, 0, start);
	if (ip[9] == IPPROTO_UDP && !get16(ip + l4 + at))
		return true;
	return sum(ip + l4, size, start) == 0xffff;
}

/* The length of segments that the device is to cut may be missing. */
static bool sane(const struct seen *seen)
{
	const __u8 *ip = seen->ip;
	unsigned int head = (ip[0] & 15) * 4;

	return seen->len >= IP_HEAD && ip[0] >> 4 == 4 && head >= IP_HEAD &&
	       head <= seen->len && sum(ip, head, 0) == 0xffff &&
	       (get16(ip + 2) == seen->len ||
		(!get16(ip + 2) && seen->vnet.gso_type));
}

/**
 * judge() - what is wrong with a packet that the gateway's host has sent
 * @seen: it, all of it
 * @at: to which side
 * @last: what was sent to it last
 * @open: may outsiders speak to whoever has spoken?
 *
 * Return: NULL where nothing is.
 */
const char *judge(const struct seen *seen, enum side at, const struct packet *last,
		  bool open)
{
	const char *why;

	if (!sane(seen) && (!last->lies || concerns(last)))
		return "its IPv4 header is wrong";
	if (seen->len < IP_HEAD)
		return NULL;
	if (at == UPLINK) {
		why = judge_leaks(seen->ip, seen->len,
				  last->side == UPLINK || concerns(last));
		if (why)
			return why;
	} else if (last->side == UPLINK && !is_host(get32(seen->ip + 12)) &&
		   !welcome(seen->ip, seen->len, open)) {
		return "it got in without a flow";
	}
	if (last->sound && !right_sums(seen))
		return "its checksum is wrong";
	return NULL;
}
