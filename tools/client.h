/* SPDX-License-Identifier: GPL-2.0 */
/* Inside hosts, and the destinations where ports are taken. */
#ifndef NATCTL_CLIENT_H
#define NATCTL_CLIENT_H

#include <netinet/in.h>
#include <linux/natgw.h>

#include "nl.h"

struct client {
	char gateway[NATGW_NAME_LEN + 1];
	in_addr_t addr;
	uint32_t flows;
	uint32_t ports;
	uint32_t opening;
	uint32_t created;	/* goes round */
	int64_t growth;		/* since the look before, as of cmd_top.c */
	uint32_t begun;
};

enum { HOLDERS = 4 };

struct holder {
	in_addr_t addr;
	uint32_t ports;
};

struct crowd {
	in_addr_t wire_ip;
	uint8_t proto;
	in_addr_t dst;		/* 0: whichever */
	uint16_t dport;		/* in host byte order */
	uint16_t first;
	uint16_t step;
	uint32_t ports;
	uint32_t taken;
	uint32_t stale;
	unsigned int n_holders;
	struct holder holder[HOLDERS];	/* the one with most first */
};

void client_parse(const struct nlmsghdr *nlh, struct client *client);
void crowd_parse(const struct nlmsghdr *nlh, struct crowd *crowd);

/* What a crowd is about: three cells, or keys. */
void crowd_print(const struct crowd *crowd);

/* Who has most of its ports: a line below its row, or a key. */
void crowd_print_holders(const struct crowd *crowd);

#endif
