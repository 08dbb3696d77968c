// SPDX-License-Identifier: GPL-2.0
/* Sends the frames of a file in turn and prints how many nanoseconds that took:
 * the generator for packets that pktgen cannot make. Each frame leaves as one
 * linear packet, as a network card delivers them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_device(const char *name)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		die(name);
	return fd;
}

static char *open_frames(const char *name, size_t size, size_t *count)
{
	int fd = open(name, O_RDONLY);
	struct stat stat;
	char *frames;

	if (fd < 0 || fstat(fd, &stat))
		die(name);
	frames = mmap(NULL, stat.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE,
		      fd, 0);
	if (frames == MAP_FAILED)
		die(name);
	*count = stat.st_size / size;
	return frames;
}

int main(int argc, char **argv)
{
	struct mmsghdr batch[BATCH] = {};
	struct timespec start, end;
	struct iovec part[BATCH];
	size_t size, frames, at = 0;
	long left, want, i;
	char *frame;
	int fd;

	if (argc != 5) {
		fprintf(stderr, "frames DEVICE FILE SIZE COUNT\n");
		return 1;
	}
	size = atol(argv[3]);
	frame = open_frames(argv[2], size, &frames);
	fd = open_device(argv[1]);
	for (i = 0; i < BATCH; i++) {
		part[i].iov_len = size;
		batch[i].msg_hdr.msg_iov = &part[i];
		batch[i].msg_hdr.msg_iovlen = 1;
	}

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (left = atol(argv[4]); left; left -= want) {
		want = left < BATCH ? left : BATCH;
		for (i = 0; i < want; i++) {
			part[i].iov_base = frame + at * size;
			at = at + 1 < frames ? at + 1 : 0;
		}
		if (sendmmsg(fd, batch, want, 0) != want)
			die("sendmmsg");
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL +
	       end.tv_nsec - start.tv_nsec);
	return 0;
}
