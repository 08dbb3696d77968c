// SPDX-License-Identifier: GPL-2.0
/* Two threads on two CPUs send the first two datagrams of one UDP socket at the
 * same time. Each round uses the next source port and carries its number.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_barrier_t barrier;
static int sock;
static int rounds;

static void *sender(void *cpu)
{
	cpu_set_t set;
	int round;

	CPU_ZERO(&set);
	CPU_SET((long)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("sched_setaffinity");
		exit(1);
	}
	for (round = 0; round < rounds; round++) {
		/* The socket of this round is there... */
		pthread_barrier_wait(&barrier);
		/* ...and now go. */
		pthread_barrier_wait(&barrier);
		if (send(sock, &round, sizeof(round), 0) != sizeof(round))
			perror("send");
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

static int open_socket(struct sockaddr_in *from, const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (void *)from, sizeof(*from)) ||
	    connect(fd, (void *)to, sizeof(*to))) {
		perror("socket");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct sockaddr_in to = { .sin_family = AF_INET };
	pthread_t threads[2];
	int port, round;

	if (argc != 6 || !inet_aton(argv[1], &from.sin_addr) ||
	    !inet_aton(argv[3], &to.sin_addr)) {
		fprintf(stderr, "race SOURCE SPORT DESTINATION DPORT ROUNDS\n");
		return 1;
	}
	port = atoi(argv[2]);
	to.sin_port = htons(atoi(argv[4]));
	rounds = atoi(argv[5]);

	pthread_barrier_init(&barrier, NULL, 3);
	pthread_create(&threads[0], NULL, sender, (void *)0L);
	pthread_create(&threads[1], NULL, sender, (void *)1L);
	for (round = 0; round < rounds; round++) {
		from.sin_port = htons(port + round);
		sock = open_socket(&from, &to);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		close(sock);
	}
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	return 0;
}
