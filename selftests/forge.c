// SPDX-License-Identifier: GPL-2.0
/* Sends what an attacker makes up, as fast as it goes, by the routes of this
 * namespace. What is not given is guessed anew for each packet:
 *
 *	forge COUNT scan ADDRESS PORT
 *		from anybody to any port of ADDRESS: SYN, ACK, data and RST of TCP,
 *		UDP and queries
 *	forge COUNT blind ADDRESS PORT SERVER SPORT
 *		from SERVER:SPORT: RST, SYN, FIN, SYN-ACK and data of any number
 *	forge COUNT reset ADDRESS PORT SERVER SPORT
 *		the RSTs of these alone, after which nothing goes on
 *	forge COUNT errors ADDRESS PORT SERVER SPORT
 *		from anybody: ICMP errors about a packet of any number that
 *		ADDRESS:PORT has sent to SERVER:SPORT
 *	forge COUNT spoof ADDRESS PORT
 *		from 10.0.1.0 to 10.0.2.255, to any port of ADDRESS, as scan
 *	forge COUNT syn ADDRESS PORT SERVER SPORT
 *		from any port of ADDRESS to any port of SERVER: SYN
 *
 * A PORT or SPORT of 0 is guessed as well.
 */
#include <arpa/inet.h>
#include <linux/types.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct transport {
	__u16 sport, dport;
	union {
		struct {
			__u32 seq, ack;
			__u8 offset, flags;
			__u16 window, check, urgent;
			char data[4];
		} tcp;
		struct {
			__u16 len, check;
			char data[16];
		} udp;
	};
};

struct out {
	struct iphdr ip;
	union {
		struct transport l4;
		struct {
			struct icmphdr head;
			struct iphdr ip;
			struct transport l4;
		} icmp;
	};
};

struct target {
	__u32 addr, peer;
	unsigned int port, peer_port;
};

static __u32 any(void)
{
	return (__u32)random() << 16 ^ random();
}

static __u16 port(unsigned int given)
{
	return htons(given ?: 1024 + any() % 64512);
}

static __u32 add(const void *data, int len, __u32 sum)
{
	const __u16 *word = data;

	for (; len > 1; len -= 2)
		sum += *word++;
	return sum;
}

static __u16 fold(__u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void header(struct iphdr *ip, int proto, __u32 from, __u32 to, int len)
{
	*ip = (struct iphdr) {
		.version = 4, .ihl = 5, .ttl = 60, .protocol = proto,
		.id = any(), .frag_off = htons(IP_DF), .saddr = from,
		.daddr = to, .tot_len = htons(sizeof(*ip) + len),
	};
	ip->check = fold(add(ip, sizeof(*ip), 0));
}

/* The sum of a transport header and the four words before it; all lengths are even. */
static __u16 transport_sum(const struct iphdr *ip, const void *l4, int len)
{
	return fold(add(l4, len, add(&ip->saddr, 8,
				     htons(ip->protocol) + htons(len))));
}

static void tcp(struct iphdr *ip, struct transport *l4, __u32 from, __u32 to,
		int flags)
{
	/* Some carry data; what is quoted and a SYN do not. */
	int len = flags & TH_PUSH ? sizeof(*l4) : sizeof(*l4) - sizeof(l4->tcp.data);

	header(ip, IPPROTO_TCP, from, to, len);
	l4->tcp.seq = any();
	l4->tcp.ack = flags & TH_ACK ? any() : 0;
	l4->tcp.offset = 5 << 4;
	l4->tcp.flags = flags;
	l4->tcp.window = htons(64240);
	l4->tcp.check = 0;
	l4->tcp.urgent = 0;
	memcpy(l4->tcp.data, "evil", sizeof(l4->tcp.data));
	l4->tcp.check = transport_sum(ip, l4, len);
}

static void udp(struct iphdr *ip, struct transport *l4, __u32 from, __u32 to)
{
	int len = 8 + sizeof(l4->udp.data);

	header(ip, IPPROTO_UDP, from, to, len);
	l4->udp.len = htons(len);
	l4->udp.check = 0;
	memset(l4->udp.data, 'x', sizeof(l4->udp.data));
	l4->udp.check = transport_sum(ip, l4, len) ?: 0xffff;
}

/* ends - of an ICMP message of LEN bytes behind its header */
static void icmp(struct out *out, __u32 from, __u32 to, int type, int code, int len)
{
	len += sizeof(out->icmp.head);
	header(&out->ip, IPPROTO_ICMP, from, to, len);
	out->icmp.head.type = type;
	out->icmp.head.code = code;
	out->icmp.head.checksum = 0;
	out->icmp.head.checksum = fold(add(&out->icmp, len, 0));
}

static void probe(struct out *out, const struct target *to, __u32 from)
{
	static const int flags[] = {
		TH_SYN, TH_ACK, TH_ACK | TH_PUSH, TH_RST, TH_SYN | TH_ACK,
	};
	int kind = any() % 8;

	out->l4.sport = port(0);
	out->l4.dport = port(to->port);
	if (kind < 5) {
		tcp(&out->ip, &out->l4, from, to->addr, flags[kind]);
	} else if (kind < 7) {
		udp(&out->ip, &out->l4, from, to->addr);
	} else {
		out->icmp.head.un.echo.id = any();
		icmp(out, from, to->addr, any() & 1 ? ICMP_ECHO : ICMP_ECHOREPLY,
		     0, 0);
	}
}

static void blind(struct out *out, const struct target *to, unsigned int kinds)
{
	/* The first two are resets. */
	static const int flags[] = {
		TH_RST, TH_RST | TH_ACK, TH_SYN, TH_SYN | TH_ACK, TH_FIN | TH_ACK,
		TH_ACK, TH_ACK | TH_PUSH,
	};

	out->l4.sport = port(to->peer_port);
	out->l4.dport = port(to->port);
	tcp(&out->ip, &out->l4, to->peer, to->addr, flags[any() % kinds]);
}

static void error(struct out *out, const struct target *to)
{
	static const int kinds[][2] = {
		{ ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED },
		{ ICMP_DEST_UNREACH, ICMP_HOST_UNREACH },
		{ ICMP_DEST_UNREACH, ICMP_PORT_UNREACH },
		{ ICMP_DEST_UNREACH, ICMP_PROT_UNREACH },
		{ ICMP_TIME_EXCEEDED, ICMP_EXC_TTL },
		{ ICMP_PARAMETERPROB, 0 },
	};
	const int *kind = kinds[any() % (sizeof(kinds) / sizeof(*kinds))];
	struct transport *l4 = &out->icmp.l4;

	l4->sport = port(to->port);
	l4->dport = port(to->peer_port);
	tcp(&out->icmp.ip, l4, to->addr, to->peer, TH_ACK);
	out->icmp.head.un.gateway = 0;
	if (kind[1] == ICMP_FRAG_NEEDED)
		out->icmp.head.un.frag.mtu = htons(68 + any() % 1400);
	icmp(out, any() | htonl(0x40000000), to->addr, kind[0], kind[1],
	     sizeof(out->icmp.ip) + 20);
}

static void syn(struct out *out, const struct target *to)
{
	out->l4.sport = port(to->port);
	out->l4.dport = port(to->peer_port);
	tcp(&out->ip, &out->l4, to->addr, to->peer, TH_SYN);
}

/* An address of somebody: not inside, not of a kind that is not routed */
static __u32 outsider(void)
{
	return htonl(0x0b000000 + any() % 0x60000000);
}

static void make(struct out *out, const char *kind, const struct target *to)
{
	if (!strcmp(kind, "scan"))
		probe(out, to, outsider());
	else if (!strcmp(kind, "spoof"))
		probe(out, to, htonl(0x0a000100 + any() % 0x200));
	else if (!strcmp(kind, "blind"))
		blind(out, to, 7);
	else if (!strcmp(kind, "reset"))
		blind(out, to, 2);
	else if (!strcmp(kind, "errors"))
		error(out, to);
	else
		syn(out, to);
}

int main(int argc, char **argv)
{
	struct sockaddr_in where = { .sin_family = AF_INET };
	struct target to = { 0 };
	struct out out;
	int fd, count;

	if ((argc != 5 && argc != 7) ||
	    !inet_aton(argv[3], (void *)&to.addr) ||
	    (argc == 7 && !inet_aton(argv[5], (void *)&to.peer))) {
		fprintf(stderr, "forge COUNT KIND ADDRESS PORT [SERVER SPORT]\n");
		return 1;
	}
	to.port = atoi(argv[4]);
	to.peer_port = argc == 7 ? atoi(argv[6]) : 0;
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	srandom(getpid());
	for (count = atoi(argv[1]); count > 0; count--) {
		make(&out, argv[2], &to);
		where.sin_addr.s_addr = out.ip.daddr;
		if (sendto(fd, &out, ntohs(out.ip.tot_len), 0, (void *)&where,
			   sizeof(where)) < 0) {
			perror("sendto");
			return 1;
		}
		/* So that those whom it attacks get the processor, too. */
		if (count % 64 == 0)
			usleep(1000);
	}
	return 0;
}
