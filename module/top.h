/* SPDX-License-Identifier: GPL-2.0 */
/* Who and what has most of the flows. */
#ifndef _NATGW_TOP_H
#define _NATGW_TOP_H

#include <linux/types.h>
#include <uapi/linux/natgw.h>

struct natgw_gw;
struct natgw_net;

/* Most of them that are told apart: 640 kB for the time of a request */
enum { NATGW_TOP_KEYS = 16384 };

/**
 * struct natgw_top_entry - a client, or a destination
 * @addr: its address
 * @port: of a destination, network byte order
 * @gw: of a client, the number of its gateway
 * @proto: of a destination, its IP protocol
 * @used: it stands for somebody
 * @flows: flows alive
 * @begun: those that begun since the last look
 * @out: bytes from inside hosts since then
 * @in: bytes to them
 */
struct natgw_top_entry {
	__be32 addr;
	__be16 port;
	u16 gw;
	u8 proto;
	bool used;
	u32 flows;
	u32 begun;
	u64 out;
	u64 in;
};

/**
 * struct natgw_top - a look at all flows
 * @by: what the entries are sorted by
 * @destinations: they are destinations, not clients
 * @gw: the flows of this gateway alone, or NULL; never looked into
 * @interval: milliseconds since the last look, or 0 where there was none
 * @flows: flows alive
 * @counted: those that count their bytes
 * @others: those that have no entry, together
 * @seed: of the hash
 * @entry: those that have most first, then unused ones
 *
 * What an entry says is never too much. It is exact, and nobody is missing, where
 * @others has no flows. Else the table was full, and who was met later has got the
 * place of somebody with less, if there was one; what is missing in an entry is in
 * @others.
 */
struct natgw_top {
	enum natgw_top_order by;
	bool destinations;
	const struct natgw_gw *gw;
	u32 interval;
	u32 flows;
	u32 counted;
	struct natgw_top_entry others;
	u32 seed;
	struct natgw_top_entry entry[NATGW_TOP_KEYS];
};

void natgw_top_look(struct natgw_net *nn, struct natgw_top *top);

#endif /* _NATGW_TOP_H */
