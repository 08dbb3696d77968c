/* SPDX-License-Identifier: GPL-2.0 */
/* A flow's record, as the flow log writes it. */
#ifndef NATCTL_RECORD_H
#define NATCTL_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>
#include <libmnl/libmnl.h>
#include <linux/natgw.h>

struct count {
	uint64_t packets;
	uint64_t bytes;
	uint8_t tcp_flags;
};

struct record {
	bool over;		/* of its end, else of its start */
	char gateway[NATGW_NAME_LEN + 1];
	uint32_t kind;
	uint8_t proto;
	in_addr_t src, dst, wire_ip, eip;	/* network byte order */
	uint16_t sport, dport, wire_port;	/* host byte order */
	bool has_eip;
	uint64_t start, ended;	/* milliseconds since 1970 */
	uint32_t end;
	bool counted;
	struct count out, in;
};

/* Reads the notification of a flow's start or end. */
void record_read(const struct nlmsghdr *nlh, struct record *record);

/* Whether it is one of those of which there are "of" times as many. */
bool record_sampled(const struct record *record, uint32_t of);

#endif
