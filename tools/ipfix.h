/* SPDX-License-Identifier: GPL-2.0 */
/* NAT events to an IPFIX collector, over UDP (RFC 7011, RFC 8158). */
#ifndef NATCTL_IPFIX_H
#define NATCTL_IPFIX_H

#include <stdbool.h>
#include <netinet/in.h>

#include "record.h"

/* Opens the way to a collector; 0 or -errno. */
int ipfix_open(in_addr_t addr, uint16_t port, bool destination);

/*
 * ipfix_add() adds a record, with the label of its inside host or NULL, to the message
 * that is being put together, and sends it once it is full; ipfix_flush() sends what
 * there is, and the templates whenever it is time for them. Both return 0 or -errno; the
 * records are gone in either case.
 */
int ipfix_add(const struct record *record, const char *label);
int ipfix_flush(void);

#endif
