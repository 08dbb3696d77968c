/* SPDX-License-Identifier: GPL-2.0 */
/* Questions to the kernel's other netlink families. Nothing is changed by them. */
#ifndef NATCTL_ASK_H
#define NATCTL_ASK_H

#include <stdint.h>

#include "nl.h"

enum { ASK_SIZE = 256 };

/* Begins a request of a type in a buffer of ASK_SIZE bytes. */
struct nlmsghdr *ask_request(void *buf, uint16_t type, uint16_t flags);

/*
 * Sends it to a family (NETLINK_ROUTE, ...) and keeps the answers, of which none has
 * a header of generic netlink; 0 or -errno.
 */
int ask(int bus, struct nlmsghdr *nlh, struct nl_list *list);

/* The attributes behind a header of that size; tb must have max + 1 entries. */
void ask_attrs(const struct nlmsghdr *nlh, size_t header,
	       const struct nlattr **tb, unsigned int max);

#endif
