// SPDX-License-Identifier: GPL-2.0
/* Begins flows whose tuples would share one bucket of the table if its hash had no
 * secret key, as somebody can who knows the code:
 *
 *	collide SOURCE DESTINATION COUNT
 *
 * sends COUNT UDP datagrams by the routes of this namespace. The hash is that of
 * natgw_tuple_hash(), its key all zeros.
 */
#include <arpa/inet.h>
#include <linux/types.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>

/* Alike in so many bits, they share a bucket of every table that COUNT flows make. */
#define ALIKE 0x7fff

struct datagram {
	struct iphdr ip;
	struct udphdr udp;
};

union tuple {
	struct {
		__u32 src, dst;
		__u16 sport, dport;
		__u8 proto, rest[3];
	};
	__u64 word[2];
};

static __u64 rotate(__u64 x, int n)
{
	return x << n | x >> (64 - n);
}

static void permute(__u64 v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static __u32 hash(const union tuple *tuple)
{
	__u64 v[] = {
		0x736f6d6570736575, 0x646f72616e646f6d,
		0x6c7967656e657261, 0x7465646279746573,
	};
	int i;

	for (i = 0; i < 2; i++) {
		v[3] ^= tuple->word[i];
		permute(v);
		v[0] ^= tuple->word[i];
	}
	v[2] ^= 0xff;
	for (i = 0; i < 3; i++)
		permute(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

int main(int argc, char **argv)
{
	union tuple tuple = { .proto = IPPROTO_UDP };
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct datagram out = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64,
			.protocol = IPPROTO_UDP },
		.udp = { .len = htons(sizeof(out.udp)) },
	};
	unsigned int count, number;
	int fd;

	if (argc != 4 || !inet_aton(argv[1], (void *)&out.ip.saddr) ||
	    !inet_aton(argv[2], &to.sin_addr)) {
		fprintf(stderr, "collide SOURCE DESTINATION COUNT\n");
		return 1;
	}
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	out.ip.daddr = to.sin_addr.s_addr;
	tuple.src = out.ip.saddr;
	tuple.dst = out.ip.daddr;
	count = atoi(argv[3]);
	for (number = 1U << 26; count && number < 0xffff0000; number++) {
		tuple.sport = htons(number >> 16);
		tuple.dport = htons(number);
		if (!tuple.dport || hash(&tuple) & ALIKE)
			continue;
		out.udp.source = tuple.sport;
		out.udp.dest = tuple.dport;
		if (sendto(fd, &out, sizeof(out), 0, (void *)&to, sizeof(to)) < 0) {
			perror("sendto");
			return 1;
		}
		count--;
	}
	return count;
}
