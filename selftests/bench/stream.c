// SPDX-License-Identifier: GPL-2.0
/* One TCP connection: the receiver discards what comes and prints how many
 * nanoseconds passed between the first byte and the last, how many bytes there
 * were, and from whom.
 *
 *	stream PORT                        receive
 *	stream PORT ADDRESS MEGABYTES      send
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 18];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void receive(int fd, const struct sockaddr_in *addr)
{
	long long start = 0, bytes = 0;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t got;
	int peer;

	if (bind(fd, (void *)addr, sizeof(*addr)) || listen(fd, 1))
		die("listen");
	printf("ready\n");
	fflush(stdout);
	peer = accept(fd, (void *)&from, &len);
	if (peer < 0)
		die("accept");
	/* Without a copy: of the receiver's work only the protocol counts. */
	while ((got = recv(peer, NULL, sizeof(buffer), MSG_TRUNC)) > 0) {
		if (!bytes)
			start = now();
		bytes += got;
	}
	if (got < 0)
		die("recv");
	printf("%lld %lld %s\n", now() - start, bytes, inet_ntoa(from.sin_addr));
}

static void transmit(int fd, const struct sockaddr_in *addr, long long bytes)
{
	ssize_t sent;

	if (connect(fd, (void *)addr, sizeof(*addr)))
		die("connect");
	for (; bytes; bytes -= sent) {
		sent = send(fd, buffer, bytes < (int)sizeof(buffer) ? bytes :
			    (int)sizeof(buffer), 0);
		if (sent < 0)
			die("send");
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (argc > 1)
		addr.sin_port = htons(atoi(argv[1]));
	if (argc == 2) {
		receive(fd, &addr);
	} else if (argc == 4 && inet_aton(argv[2], &addr.sin_addr)) {
		transmit(fd, &addr, atoll(argv[3]) << 20);
	} else {
		fprintf(stderr, "stream PORT [ADDRESS MEGABYTES]\n");
		return 1;
	}
	return 0;
}
