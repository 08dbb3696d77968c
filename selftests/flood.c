// SPDX-License-Identifier: GPL-2.0
/* Sends UDP datagrams from a range of source ports in turn, for as long as it
 * lives: traffic for tests in which something happens under traffic. Where the
 * destination port is 0, each goes to the port that it comes from. With an address and
 * a port alone, sends back what comes there.
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct datagram {
	struct iphdr ip;
	struct udphdr udp;
	char data[8];
};

static int echo(const struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in from;
	socklen_t len;
	char data[64];
	ssize_t got;

	if (fd < 0 || bind(fd, (void *)at, sizeof(*at))) {
		perror("bind");
		return 1;
	}
	for (;;) {
		len = sizeof(from);
		got = recvfrom(fd, data, sizeof(data), 0, (void *)&from, &len);
		/* Errors, here too, are what tests bring about. */
		if (got > 0)
			sendto(fd, data, got, 0, (void *)&from, len);
	}
}

int main(int argc, char **argv)
{
	struct datagram out = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64,
			.protocol = IPPROTO_UDP },
		.udp = { .len = htons(sizeof(out) - sizeof(out.ip)) },
		.data = "flood",
	};
	struct sockaddr_in to = { .sin_family = AF_INET };
	unsigned int port, low, high, pause;
	int fd;

	if (argc == 3 && inet_aton(argv[1], &to.sin_addr)) {
		to.sin_port = htons(atoi(argv[2]));
		return echo(&to);
	}
	if (argc != 7 || !inet_aton(argv[1], (void *)&out.ip.saddr) ||
	    !inet_aton(argv[2], &to.sin_addr)) {
		fprintf(stderr,
			"flood SOURCE DESTINATION DPORT LOW HIGH MICROSECONDS\n"
			"flood ADDRESS PORT\n");
		return 1;
	}
	out.ip.daddr = to.sin_addr.s_addr;
	out.udp.dest = htons(atoi(argv[3]));
	low = atoi(argv[4]);
	high = atoi(argv[5]);
	pause = atoi(argv[6]);

	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	for (port = low; ; port = port < high ? port + 1 : low) {
		out.udp.source = htons(port);
		if (!atoi(argv[3]))
			out.udp.dest = out.udp.source;
		/* An error is what a test may be about: routes and devices
		 * come and go.
		 */
		sendto(fd, &out, sizeof(out), 0, (void *)&to, sizeof(to));
		if (pause)
			usleep(pause);
	}
}
