/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NATGW_RESTORE_H
#define _NATGW_RESTORE_H

#include "flow.h"
#include "pool.h"

/* What a flow has counted in one direction. */
struct natgw_counts {
	u64 packets;
	u64 bytes;
	u8 tcp_flags;
};

/**
 * struct natgw_again - a flow that there was before, here or on another host
 * @original: its original tuple
 * @external: its external endpoint; when it was used is for restore.c to say
 * @mapped: that is the endpoint of a mapping
 * @kind: enum natgw_flow_kind; a mapping only where its port is held
 * @guest: outsiders have brought it about
 * @state: enum natgw_flow_state that its protocol has
 * @idle: idle time-out that a rule gave it, or 0; of a held port, for how long
 * @expires: seconds until it is idle for too long, at least one
 * @start: when it began, in milliseconds since 1970, or 0 for now
 * @tcp: NATGW_TCP_SEEN_*
 * @end: TCP: see struct natgw_node; by enum natgw_dir
 * @ack: likewise
 * @counts: what it has counted, by enum natgw_dir
 */
struct natgw_again {
	struct natgw_tuple original;
	struct natgw_external external;
	bool mapped;
	u8 kind;
	bool guest;
	u8 state;
	u32 idle;
	u32 expires;
	u64 start;
	u16 tcp;
	u32 end[2];
	u32 ack[2];
	struct natgw_counts counts[2];
};

int natgw_restore(struct natgw_gw *gw, const struct natgw_again *again);

#endif /* _NATGW_RESTORE_H */
