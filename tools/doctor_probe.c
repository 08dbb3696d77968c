// SPDX-License-Identifier: GPL-2.0
/* natctl doctor ready probe: an inside host that is made up, and pings. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "msg.h"
#include "probe.h"

enum { TTL = 64, PACKET_SIZE = 2048 };

static unsigned short checksum(const void *data, size_t len)
{
	const unsigned char *byte = data;
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += byte[i] << 8 | byte[i + 1];
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	return htons(~sum);
}

/* Where only some devices forward, this one has to. */
static void let_forward(const char *dev)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/forwarding",
		 dev);
	file = fopen(path, "we");
	if (!file)
		return;
	fputs("1", file);
	fclose(file);
}

/* Has the device up, with the route to the host. 0 or -errno. */
static int connect_host(const struct probe *probe, char *dev)
{
	struct rtentry route = { .rt_flags = RTF_UP | RTF_HOST, .rt_dev = dev };
	struct sockaddr_in *dst = (struct sockaddr_in *)&route.rt_dst;
	struct ifreq ifr = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd, err = 0;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	dst->sin_family = AF_INET;
	dst->sin_addr.s_addr = probe->host;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr) || ioctl(fd, SIOCADDRT, &route))
		err = -errno;
	close(fd);
	let_forward(dev);
	return err;
}

bool probe_open(struct probe *probe, in_addr_t host, in_addr_t far)
{
	struct ifreq ifr = {
		.ifr_name = "natgw-probe%d", .ifr_flags = IFF_TUN | IFF_NO_PI,
	};
	int err = 0;

	probe->host = host;
	probe->far = far;
	probe->seq = 0;
	probe->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (probe->fd < 0 || ioctl(probe->fd, TUNSETIFF, &ifr))
		err = errno;
	else
		err = -connect_host(probe, ifr.ifr_name);
	if (!err)
		return true;
	if (err == ENOENT || err == ENODEV)
		error("probe needs the kernel's tun devices: run `modprobe tun`");
	else if (err == EEXIST)
		error("there is a host with that address: name a free one behind \"from\"");
	else
		error("cannot make up an inside host: %s", strerror(err));
	probe_close(probe);
	return false;
}

void probe_close(struct probe *probe)
{
	if (probe->fd >= 0)
		close(probe->fd);
	probe->fd = -1;
}

struct ping {
	struct iphdr ip;
	struct icmphdr icmp;
};

bool probe_send(struct probe *probe)
{
	struct ping ping = {
		.ip = {
			.version = 4, .ihl = 5, .ttl = TTL,
			.tot_len = htons(sizeof(ping)),
			.protocol = IPPROTO_ICMP,
			.saddr = probe->host, .daddr = probe->far,
		},
		.icmp = { .type = ICMP_ECHO },
	};

	ping.icmp.un.echo.id = htons(getpid());
	ping.icmp.un.echo.sequence = htons(++probe->seq);
	ping.icmp.checksum = checksum(&ping.icmp, sizeof(ping.icmp));
	ping.ip.check = checksum(&ping.ip, sizeof(ping.ip));
	return write(probe->fd, &ping, sizeof(ping)) == sizeof(ping);
}

/* What comes may also be a report that the far side is not reached: no answer. */
static bool is_answer(const struct probe *probe, const void *packet, size_t len)
{
	const struct ping *ping = packet;

	return len >= sizeof(*ping) && ping->ip.version == 4 &&
	       ping->ip.ihl == 5 && ping->ip.protocol == IPPROTO_ICMP &&
	       ping->ip.saddr == probe->far && ping->ip.daddr == probe->host &&
	       ping->icmp.type == ICMP_ECHOREPLY &&
	       ping->icmp.un.echo.id == htons(getpid());
}

bool probe_answered(struct probe *probe, int milliseconds)
{
	struct pollfd fd = { .fd = probe->fd, .events = POLLIN };
	char packet[PACKET_SIZE] __attribute__((aligned(4)));
	bool answered = false;
	ssize_t len;

	poll(&fd, 1, milliseconds);
	while ((len = read(probe->fd, packet, sizeof(packet))) > 0)
		answered |= is_answer(probe, packet, len);
	return answered;
}
