/* SPDX-License-Identifier: GPL-2.0 */
/* What is kept of packets that were dropped. */
#ifndef _NATGW_DROP_H
#define _NATGW_DROP_H

#include <uapi/linux/natgw.h>

#include "natgw.h"
#include "parse.h"

/* So many of a namespace are kept, the last ones. A power of two. */
enum { NATGW_DROPS_KEPT = 1024 };

/**
 * struct natgw_drop - a packet that was dropped
 * @seq: its number
 * @time: when, in nanoseconds since 1970
 * @tuple: as it was in the packet then
 * @gateway: name of the gateway, which may be gone by now; empty where there was
 *	none
 * @len: bytes from the IP header on
 * @iif: device that it came in on; 0 where this host sent it
 * @cause: the counter that counts it, or enum natgw_drop_cause
 */
struct natgw_drop {
	u64 seq;
	u64 time;
	struct natgw_tuple tuple;
	char gateway[NATGW_NAME_LEN + 1];
	u32 len;
	int iif;
	u8 cause;
};

bool natgw_drop_next(const struct natgw_net *nn, u64 after,
		     struct natgw_drop *drop);
int natgw_drop_init(struct natgw_net *nn);
void natgw_drop_exit(struct natgw_net *nn);

#endif /* _NATGW_DROP_H */
