// SPDX-License-Identifier: GPL-2.0
/* Mutated packets through a gateway: plays all hosts at both of its devices, which
 * are tun or tap, so that each packet has passed the gateway when it is written.
 *
 *	fuzz_packets seed=N packets=N inside=DEV uplink=DEV [tun] [napi]
 *		[offload] [open] [honest] [trace=N] [replay=SIDE:HEX[,SIDE:HEX]...]
 *
 * tun		the devices have no hardware addresses
 * napi		frames come in pieces, by way of GRO
 * offload	the devices complete checksums and cut segments themselves
 * open		filtering is endpoint-independent
 * honest	no lies about offloads: somebody has put the headers into pages
 * trace	write packets from this number on to the kernel's log, for where it dies
 * replay	only these, as a failure shows them; nothing may come of one with
 *		SIDE!HEX
 *
 * What is found is printed, with the packets that were sent last; the exit status
 * is 1 then.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#endif

enum {
	FRAME = MAX_L2 + MAX_IP,
	SHOWN = 6,		/* packets, after a failure */
	PIECES = 16,
	PROBE_EVERY = 1000,
	MARK_EVERY = 10000,
	PATIENCE = 2000,	/* milliseconds */
};

static struct {
	unsigned long seed, packets, trace;
	const char *dev[2], *replay;
	bool tun, napi, offload, open, honest;
} told = { .seed = 1, .packets = 1000, .trace = -1UL };

static struct {
	int fd;
	__u8 mac[ETH_ALEN];
} devices[2];

/* What was sent last, as it was sent */
static struct {
	enum side side;
	unsigned int len;
	struct virtio_net_hdr vnet;
	__u8 data[FRAME];
} sent[SHOWN];

/* What a probe waits for */
static struct {
	enum side at;
	__u32 from, to;
	__u8 proto;
	bool seen, right;
	__u16 port;		/* its source's */
} awaited;

static const char *const side_names[] = { "inside", "uplink" };
static unsigned long number, refused, came[2];
static struct packet packet;
static int kmsg;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void show_sent(unsigned int at)
{
	const __u8 *vnet = (const __u8 *)&sent[at].vnet;
	unsigned int i;

	if (!sent[at].len)
		return;
	printf("%s:", side_names[sent[at].side]);
	for (i = 0; i < sizeof(sent[at].vnet); i++)
		printf("%02x", vnet[i]);
	for (i = 0; i < sent[at].len; i++)
		printf("%02x", sent[at].data[i]);
	printf("\n");
}

static void fail(const char *why, const __u8 *data, unsigned int len)
{
	unsigned int i;

	printf("seed %lu, packet %lu: %s\n", told.seed, number, why);
	for (i = 0; i < len; i++)
		printf("%02x%s", data[i], i + 1 < len ? "" : "\n");
	printf("what was sent last, in order, for replay=:\n");
	for (i = 1; i <= SHOWN; i++)
		show_sent((number + i) % SHOWN);
	exit(1);
}

static int open_device(const char *name)
{
	unsigned int features = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO_ECN;
	struct ifreq ifr = { .ifr_flags = IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	ifr.ifr_flags |= told.tun ? IFF_TUN : IFF_TAP;
	if (told.napi)
		ifr.ifr_flags |= IFF_NAPI | IFF_NAPI_FRAGS;
	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die(name);
	/* Not every kernel cuts UDP. */
	if (told.offload && ioctl(fd, TUNSETOFFLOAD, features | TUN_F_USO4 | 0x40) &&
	    ioctl(fd, TUNSETOFFLOAD, features))
		die("TUNSETOFFLOAD");
	return fd;
}

static void attach(enum side side)
{
	struct ifreq ifr = { 0 };
	int sock = socket(AF_INET, SOCK_DGRAM, 0);

	devices[side].fd = open_device(told.dev[side]);
	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", told.dev[side]);
	if (ioctl(sock, SIOCGIFHWADDR, &ifr))
		die("SIOCGIFHWADDR");
	memcpy(devices[side].mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	close(sock);
}

/* wait_up - until the device sends; before, the kernel throws packets away */
static void wait_up(enum side side)
{
	struct ifreq ifr = { 0 };
	int sock = socket(AF_INET, SOCK_DGRAM, 0), i;

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", told.dev[side]);
	for (i = 0; i < PATIENCE / 10; i++) {
		if (ioctl(sock, SIOCGIFFLAGS, &ifr))
			die("SIOCGIFFLAGS");
		/* Setting them waits for whoever is setting them now. */
		if (ifr.ifr_flags & IFF_RUNNING &&
		    !ioctl(sock, SIOCSIFFLAGS, &ifr))
			break;
		usleep(10000);
	}
	close(sock);
}

/* What the kernel says that it should not */
static void listen_to_kernel(void)
{
	static const char *const complaints[] = {
		"WARNING", "BUG", "KASAN", "UBSAN", "refcount_t", "Call Trace",
		"csum failure", "general protection", "bad offload", "stall",
	};
	char line[2048];
	unsigned int i;
	ssize_t n;

	while ((n = read(kmsg, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[n > 0 ? n : 0] = 0;
		for (i = 0; i < ARRAY_SIZE(complaints); i++)
			if (strstr(line, complaints[i])) {
				printf("%s", line);
				fail("the kernel complains", NULL, 0);
			}
	}
}

static void say_to_kernel(const char *text)
{
	int fd = open("/dev/kmsg", O_WRONLY);

	if (write(fd, text, strlen(text)) < 0)
		perror("/dev/kmsg");
	close(fd);
}

/* What went out tells where a flow of the inside is seen from outside. */
static void learn_port(const struct seen *seen)
{
	struct flow *f = packet.flow;
	const __u8 *ip = seen->ip;
	unsigned int l4;

	if (!f || packet.side != INSIDE || ip[9] != f->proto ||
	    get32(ip + 16) != f->out || get32(ip + 12) != EIP ||
	    !transport_of(ip, seen->len, &l4))
		return;
	f->known = true;
	f->wire_port = get16(ip + l4 + (f->proto == IPPROTO_ICMP ? 4 : 0));
}

static void await_this(const struct seen *seen, enum side at)
{
	const __u8 *ip = seen->ip;
	unsigned int l4;

	if (at != awaited.at || ip[9] != awaited.proto ||
	    get32(ip + 12) != awaited.from || get32(ip + 16) != awaited.to ||
	    !transport_of(ip, seen->len, &l4))
		return;
	awaited.seen = true;
	awaited.right = right_sums(seen);
	awaited.port = get16(ip + l4 + (ip[9] == IPPROTO_ICMP ? 4 : 0));
}

/* One frame that the gateway's host sent */
static void look(enum side at, const __u8 *data, unsigned int len)
{
	unsigned int l2 = told.tun ? 0 : ETH_HLEN;
	__u16 type = told.tun ? ETH_P_IP : get16(data + 12);
	struct seen seen;
	const char *why;

	memcpy(&seen.vnet, data - sizeof(seen.vnet), sizeof(seen.vnet));
	if (type == ETH_P_8021Q) {
		type = get16(data + 16);
		l2 += 4;
	}
	if (type == ETH_P_ARP)
		return;
	came[at]++;
	if (type != ETH_P_IP)
		fail("a frame that is no IPv4", data, len);
	seen.ip = data + l2;
	seen.len = len - l2;
	why = judge(&seen, at, &packet, told.open);
	if (why)
		fail(why, data, len);
	learn_port(&seen);
	await_this(&seen, at);
}

static void drain(void)
{
	static __u8 buf[sizeof(struct virtio_net_hdr) + FRAME + 64];
	const unsigned int head = sizeof(struct virtio_net_hdr);
	ssize_t n;
	int at;

	for (at = 0; at < 2; at++)
		while ((n = read(devices[at].fd, buf, sizeof(buf))) > (ssize_t)head)
			look(at, buf + head, n - head);
	listen_to_kernel();
}

/* In pieces of any size, the first of which holds the head of the frame. */
static unsigned int pieces(struct iovec *iov, __u8 *data, unsigned int len)
{
	unsigned int n = 0, size;

	while (len) {
		size = n ? 1 + below(4096) : ETH_HLEN + below(100);
		if (!told.napi || size > len || n == PIECES - 1)
			size = len;
		iov[n++] = (struct iovec){ data, size };
		data += size;
		len -= size;
	}
	return n;
}

static void put_frame(unsigned int at)
{
	struct iovec iov[1 + PIECES] = {
		{ &sent[at].vnet, sizeof(sent[at].vnet) },
	};
	unsigned int n = 1;

	if (told.napi && sent[at].len > 16000)
		sent[at].len = 16000;
	n += pieces(iov + 1, sent[at].data, sent[at].len);
	if (writev(devices[sent[at].side].fd, iov, n) < 0)
		refused++;
}

static unsigned int l2_of(const struct packet *p)
{
	return told.tun ? 0 : ETH_HLEN + p->tags * 4;
}

/* frame - what is before the packet */
static unsigned int frame(const struct packet *p, __u8 *data)
{
	unsigned int i, at = 2 * ETH_ALEN;

	if (told.tun)
		return 0;
	memcpy(data, devices[p->side].mac, ETH_ALEN);
	if (p->to == 1)
		memset(data, 0xff, ETH_ALEN);
	else
		data[5] += p->to;
	memcpy(data + ETH_ALEN, "\2\0\0\0\0", ETH_ALEN - 1);
	data[2 * ETH_ALEN - 1] = 1 + p->side;
	for (i = 0; i < p->tags; i++, at += 4) {
		put16(data + at, ETH_P_8021Q);
		put16(data + at + 2, p->vid + i);
	}
	put16(data + at, p->ethertype);
	return at + 2;
}

static void trace(unsigned int at)
{
	static char text[900];
	unsigned int i, n;

	n = snprintf(text, sizeof(text), "<4>natgw: seed %lu packet %lu %s ",
		     told.seed, number, side_names[sent[at].side]);
	for (i = 0; i < sent[at].len && n + 3 < sizeof(text); i++)
		n += snprintf(text + n, 3, "%02x", sent[at].data[i]);
	say_to_kernel(text);
}

/* inject - send the packet, and look at all that comes of it */
static void inject(void)
{
	unsigned int at = ++number % SHOWN, l2;

	sent[at].side = packet.side;
	sent[at].vnet = packet.vnet;
	l2 = frame(&packet, sent[at].data);
	memcpy(sent[at].data + l2, packet.data, packet.len);
	sent[at].len = l2 + packet.len;
	if (packet.side == INSIDE)
		remember(&packet);
	if (number >= told.trace)
		trace(at);
	put_frame(at);
	drain();
}

/* A step of a probe: the packet arrives at the other side, unharmed. */
static void arrives(struct flow *f)
{
	struct pollfd both[] = {
		{ .fd = devices[0].fd, .events = POLLIN },
		{ .fd = devices[1].fd, .events = POLLIN },
	};

	finish(&packet);
	awaited.at = !packet.side;
	awaited.proto = f->proto;
	awaited.from = packet.side == INSIDE ? EIP : f->out;
	awaited.to = packet.side == INSIDE ? f->out : f->in;
	awaited.seen = false;
	inject();
	while (!awaited.seen && poll(both, 2, PATIENCE) > 0)
		drain();
	if (!awaited.seen)
		fail("a probe did not arrive", NULL, 0);
	if (!awaited.right)
		fail("a probe arrived with a wrong checksum", NULL, 0);
	if (packet.side == INSIDE)
		f->wire_port = awaited.port;
	memset(&awaited, 0, sizeof(awaited));
}

static void probe_tcp(struct flow *f)
{
	enum { FIN = 1, SYN = 2, ACK = 16 };
	static const struct {
		enum side side;
		__u8 flags;
		unsigned int size;
	} steps[] = {
		{ INSIDE, SYN, 0 }, { UPLINK, SYN | ACK, 0 }, { INSIDE, ACK, 0 },
		{ INSIDE, ACK, 100 }, { UPLINK, ACK, 1000 }, { INSIDE, ACK, 1 },
		{ UPLINK, ACK, 1 }, { UPLINK, FIN | ACK, 0 },
		{ INSIDE, FIN | ACK, 0 }, { UPLINK, ACK, 0 },
	};
	unsigned int i;

	f->proto = IPPROTO_TCP;
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		tcp_segment(&packet, f, steps[i].side, steps[i].flags,
			    steps[i].size);
		arrives(f);
	}
}

/* probe - somebody who sends nothing odd is served */
static void probe(void)
{
	static __u16 port = 1024;
	struct flow f = {
		.in = PROBE_CLIENT, .out = PROBE_SERVER, .out_port = 7,
		.in_port = port < 65000 ? ++port : (port = 1024),
		.seq = { 1000, 5000 },
	};
	unsigned int i;

	memset(&packet, 0, offsetof(struct packet, data));
	packet.ethertype = ETH_P_IP;
	probe_tcp(&f);
	f.proto = IPPROTO_UDP;
	for (i = 0; i < 6; i++) {
		datagram(&packet, &f, i & 1 ? UPLINK : INSIDE, 100);
		arrives(&f);
	}
	f.proto = IPPROTO_ICMP;
	for (i = 0; i < 2; i++) {
		echo(&packet, &f, i & 1 ? UPLINK : INSIDE, 56);
		arrives(&f);
	}
}

static void fuzz_all(void)
{
	unsigned long i;
	char text[80];

	for (i = 0; i < told.packets; i++) {
		random_start(told.seed, i);
		if (i % PROBE_EVERY == 0)
			probe();
		if (i % MARK_EVERY == 0) {
			snprintf(text, sizeof(text),
				 "<4>natgw: seed %lu, packet %lu", told.seed,
				 number);
			say_to_kernel(text);
		}
		make(&packet);
		if (chance(75))
			mutate(&packet);
		offload(&packet, l2_of(&packet), told.honest);
		inject();
	}
	probe();
}

static __u8 hex_digit(char digit)
{
	return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

/* replay_one - send a frame as show_sent() shows it; nothing may come of one with
 * an exclamation mark
 */
static void replay_one(const char *text)
{
	unsigned int at = ++number % SHOWN, n, l2 = told.tun ? 0 : ETH_HLEN;
	__u8 *data = (__u8 *)&sent[at].vnet;
	unsigned long before[] = { came[0], came[1] };
	bool silent = text[6] == '!';

	packet.side = strncmp(text, "inside", 6) ? UPLINK : INSIDE;
	sent[at].side = packet.side;
	text += 7;
	for (n = 0; text[2 * n] && text[2 * n + 1] &&
	     n < sizeof(sent[at].vnet) + FRAME; n++)
		data[n] = hex_digit(text[2 * n]) << 4 | hex_digit(text[2 * n + 1]);
	if (n <= sizeof(sent[at].vnet) + l2)
		return;
	sent[at].len = n - sizeof(sent[at].vnet);
	memcpy(sent[at].data, devices[packet.side].mac, l2 ? ETH_ALEN : 0);
	packet.len = sent[at].len - l2;
	packet.sound = false;
	memcpy(packet.data, sent[at].data + l2, packet.len);
	if (packet.side == INSIDE)
		remember(&packet);
	put_frame(at);
	drain();
	if (silent && (came[0] != before[0] || came[1] != before[1]))
		fail("something came of it", NULL, 0);
}

static void replay(void)
{
	char *text = strdup(told.replay), *one;

	probe();
	for (one = strtok(text, ","); one; one = strtok(NULL, ","))
		replay_one(one);
	probe();
	free(text);
}

static void take(const char *word)
{
	const char *value = strchr(word, '=');

	value = value ? value + 1 : word;
	if (!strncmp(word, "seed=", 5))
		told.seed = strtoul(value, NULL, 0);
	else if (!strncmp(word, "packets=", 8))
		told.packets = strtoul(value, NULL, 0);
	else if (!strncmp(word, "trace=", 6))
		told.trace = strtoul(value, NULL, 0);
	else if (!strncmp(word, "inside=", 7))
		told.dev[INSIDE] = value;
	else if (!strncmp(word, "uplink=", 7))
		told.dev[UPLINK] = value;
	else if (!strncmp(word, "replay=", 7))
		told.replay = value;
	told.tun |= !strcmp(word, "tun");
	told.napi |= !strcmp(word, "napi");
	told.offload |= !strcmp(word, "offload");
	told.open |= !strcmp(word, "open");
	told.honest |= !strcmp(word, "honest");
}

int main(int argc, char **argv)
{
	while (--argc)
		take(*++argv);
	if (!told.dev[INSIDE] || !told.dev[UPLINK]) {
		fprintf(stderr, "fuzz_packets inside=DEV uplink=DEV ...\n");
		return 2;
	}
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg < 0)
		die("/dev/kmsg");
	lseek(kmsg, 0, SEEK_END);
	attach(INSIDE);
	attach(UPLINK);
	wait_up(INSIDE);
	wait_up(UPLINK);
	if (told.replay)
		replay();
	else
		fuzz_all();
	printf("%lu packets, %lu refused by the device; %lu came out inside, %lu at the uplink\n",
	       number, refused, came[INSIDE], came[UPLINK]);
	return 0;
}
