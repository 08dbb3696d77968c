/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An inside host that is made up: a tun device, which the kernel takes away when it is
 * closed or natctl ends, with a route to the host's address. What it sends is forwarded
 * like any other host's packets.
 */
#ifndef NATCTL_PROBE_H
#define NATCTL_PROBE_H

#include <netinet/in.h>
#include <stdbool.h>

struct probe {
	int fd;
	in_addr_t host, far;
	unsigned short seq;
};

/* Makes the host; reports what fails. */
bool probe_open(struct probe *probe, in_addr_t host, in_addr_t far);
void probe_close(struct probe *probe);

/* Sends a ping; whether an answer to one of them comes within some milliseconds. */
bool probe_send(struct probe *probe);
bool probe_answered(struct probe *probe, int milliseconds);

#endif
