/* SPDX-License-Identifier: GPL-2.0 */
/* The table of flows. */
#ifndef _NATGW_FLOW_H
#define _NATGW_FLOW_H

#include <linux/jiffies.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <uapi/linux/natgw.h>

#include "natgw.h"
#include "parse.h"

struct natgw_addr;
struct natgw_client;
struct natgw_gw;

enum natgw_dir {
	NATGW_DIR_ORIGINAL,	/* as the inside host sends it */
	NATGW_DIR_REPLY,	/* as the answer comes in from outside */
};

/**
 * struct natgw_node - a flow, seen in one direction
 * @head: in natgw_net.flows
 * @tuple: of its packets
 * @hash: natgw_tuple_hash() of @tuple, next to it as struct natgw_key has it
 * @end: TCP: sequence number behind what this side has sent, as far as tcp.c
 *	believes it
 * @ack: TCP: what this side has acknowledged last
 * @addr: what replaces their source, or their destination
 * @port: likewise
 * @hop: the number of their next hop (hop.c), or 0 while fast.c is not to take
 *	them
 * @armed: low bits of jiffies when @hop was found last
 * @iif: device that they come in on
 * @delta: what that adds to a checksum over address and port
 */
struct natgw_node {
	struct rhash_head head;
	struct natgw_tuple tuple;
	u32 hash;
	u32 end;
	u32 ack;
	__be32 addr;
	u32 hop;
	u32 armed;
	int iif;
	__be16 port;
	__sum16 delta;
};

/* Bits of natgw_flow.flags */
enum {
	NATGW_FLOW_DYING,	/* claimed by whoever ends it */
	NATGW_FLOW_OPENING,	/* counts among its client's half-open ones */
	NATGW_FLOW_PORT,	/* counts among its client's ports */
	NATGW_FLOW_OF_HOST,	/* a mapping that this host's own flows share */
	NATGW_FLOW_GUEST,	/* outsiders have brought it about */
	NATGW_FLOW_COUNTED,	/* counts its packets: see account.h */
	NATGW_FLOW_LOOKED_AT,	/* is not new to top.c */
};

/**
 * struct natgw_flow - one translated connection, or a mapping that several share
 * @original: as the inside host sends
 * @reply: as the far side answers. The original source becomes the reply's
 *	destination on the way out, and back on the way in
 * @idle: idle time-out in seconds that a rule asks for, or 0; once it is held,
 *	for how long
 * @users: of a mapping: its flows, and whoever is making one
 * @wheel: shard of the timing wheel that it is on
 * @begun: when it began: see natgw_flow_start()
 * @gw: its gateway, which outlives it
 * @addr: its address, which outlives it
 * @client: whose limits it counts on, with a reference, or NULL
 * @mapping: the mapping that its port belongs to, with a reference, or NULL
 * @turn: its place on the wheel, under the shard's lock; then among those that
 *	ended with it
 * @rcu: to be freed by; only once NATGW_FLOW_DYING keeps everybody from @turn
 * @flags: NATGW_FLOW_* bits
 * @used: low bits of jiffies at the last packet, coarse
 * @state: enum natgw_flow_state
 * @kind: enum natgw_flow_kind
 * @tcp: what tcp.c has seen
 *
 * Three cache lines of 64 bytes: what packets of one direction write, what those
 * of the other write, and what both read and next to never write. Where the two
 * directions have a CPU each, neither takes a line from the other.
 *
 * Lifetime: a flow is found through the table or the wheel. Whoever sets
 * NATGW_FLOW_DYING owns its end (natgw_flow_end_many()): it takes the flow off the
 * wheel and out of the table, and the memory is freed a grace period later. A
 * reader inside an RCU section may thus use a flow that has just ended; its addresses are still
 * the right ones for the packet in hand. There is no reference count.
 *
 * Where a port is to be kept from reuse, the flow that had it stays after its
 * end: in state held, with its reply tuple alone in the table, on the wheel
 * again, for nobody to find, and to be claimed and ended once more.
 *
 * A mapping (mapping.c) is never on the wheel while it has users; with the last
 * of them it ends, or is held, in the same way.
 */
struct natgw_flow {
	struct natgw_node original;
	u32 idle;
	refcount_t users;

	struct natgw_node reply;
	u32 wheel;
	u32 begun;

	struct natgw_gw *gw ____cacheline_aligned;
	struct natgw_addr *addr;
	struct natgw_client *client;
	struct natgw_flow *mapping;
	union {
		struct hlist_node turn;
		struct rcu_head rcu;
	};
	unsigned long flags;
	u32 used;
	u8 state;
	u8 kind;
	u16 tcp;
};

/* What a filter of flows compares; all zero matches every flow. Strays are
 * flows of sources that their gateway does not have inside any more. Flows that
 * are held are only included where it says so.
 */
struct natgw_filter {
	const struct natgw_gw *gw;
	const struct natgw_addr *addr;
	__be32 src, src_mask;
	__be32 dst, dst_mask;
	__be16 sport, dport;
	bool has_sport, has_dport, has_proto;
	bool strays;
	bool held;
	u8 proto;
};

typedef void natgw_flow_visit_fn(struct natgw_net *nn, struct natgw_flow *flow,
				 void *data);

/* How often a visit to all flows begins anew because the table was resized under it.
 * Each resize takes a change of its size by half, so this is patience enough.
 */
enum { NATGW_FLOW_PATIENCE = 16 };

static inline struct natgw_flow *natgw_flow_of(struct natgw_node *node)
{
	return node->tuple.dir == NATGW_DIR_ORIGINAL ?
	       container_of(node, struct natgw_flow, original) :
	       container_of(node, struct natgw_flow, reply);
}

/* natgw_flow_node - a flow as packets in one direction see it */
static inline struct natgw_node *natgw_flow_node(struct natgw_flow *flow,
						 enum natgw_dir dir)
{
	return dir == NATGW_DIR_ORIGINAL ? &flow->original : &flow->reply;
}

/* natgw_flow_look - the same, to look only */
static inline const struct natgw_node *
natgw_flow_look(const struct natgw_flow *flow, enum natgw_dir dir)
{
	return dir == NATGW_DIR_ORIGINAL ? &flow->original : &flow->reply;
}

static inline const struct natgw_tuple *
natgw_flow_tuple(const struct natgw_flow *flow, enum natgw_dir dir)
{
	return &natgw_flow_look(flow, dir)->tuple;
}

/* A flow's time-stamp may be this much older than its last packet. */
enum { NATGW_FLOW_GRAIN = HZ / 4 };

/* natgw_flow_touch - a packet was seen; written only when it says more */
static inline void natgw_flow_touch(struct natgw_flow *flow)
{
	u32 now = (u32)jiffies;

	if (now - READ_ONCE(flow->used) >= NATGW_FLOW_GRAIN)
		WRITE_ONCE(flow->used, now);
}

/* age.c */
bool natgw_flow_transitory(u8 state);
u32 natgw_flow_timeout(const struct natgw_flow *flow);
s32 natgw_flow_remaining(const struct natgw_flow *flow);
u64 natgw_flow_clock(void);
u64 natgw_flow_start(const struct natgw_flow *flow);
void natgw_flow_set_start(struct natgw_flow *flow, u64 ms);

/* natgw_flow_in_use - has it not expired? No time-out is shorter than a second. */
static inline bool natgw_flow_in_use(const struct natgw_flow *flow)
{
	return (u32)jiffies - READ_ONCE(flow->used) < HZ ||
	       natgw_flow_remaining(flow) > 0;
}

/* natgw_flow_too_many - are they more than a gateway may have? */
#define natgw_flow_too_many(config, n) \
	((u32)(n) > natgw_option(config, MAX_FLOWS))

/* table.c */
int natgw_flow_table_init(struct natgw_net *nn);
void natgw_flow_table_fit(struct natgw_net *nn);
void natgw_flow_table_exit(struct natgw_net *nn);

int natgw_flow_init(void);
void natgw_flow_exit(void);

struct natgw_flow *natgw_flow_find(struct natgw_net *nn,
				   const struct natgw_tuple *tuple,
				   enum natgw_dir dir);
struct natgw_flow *natgw_flow_find_hashed(struct natgw_net *nn,
					  const struct natgw_tuple *tuple,
					  u32 hash, enum natgw_dir dir);
struct natgw_node *natgw_flow_find_node(struct natgw_net *nn,
					const struct natgw_tuple *tuple);
struct natgw_flow *natgw_flow_find_any(struct natgw_net *nn,
				       const struct natgw_tuple *tuple,
				       enum natgw_dir dir);
bool natgw_flow_known(struct natgw_net *nn, const struct natgw_tuple *tuple);
bool natgw_flow_taken(struct natgw_net *nn, const struct natgw_tuple *tuple);
struct natgw_flow *natgw_flow_alloc(struct natgw_gw *gw,
				    enum natgw_flow_kind kind, bool guest,
				    const struct natgw_tuple *original,
				    u32 hash);
void natgw_flow_use_address(struct natgw_flow *flow, struct natgw_addr *addr);
void natgw_flow_uncount(struct natgw_flow *flow);
void natgw_flow_free(struct natgw_flow *flow);
int natgw_flow_insert_node(struct natgw_net *nn, struct natgw_flow *flow,
			   enum natgw_dir dir);
void natgw_flow_remove_node(struct natgw_net *nn, struct natgw_flow *flow,
			    enum natgw_dir dir);
int natgw_flow_insert(struct natgw_net *nn, struct natgw_flow *flow);
void natgw_flow_start_opening(struct natgw_flow *flow);
void natgw_flow_stop_opening(struct natgw_flow *flow);
void natgw_flow_renew(struct natgw_net *nn, struct natgw_flow *flow);
int natgw_flow_counter(const struct natgw_flow *flow, int first);

/* end.c */
void natgw_flow_remove_reply(struct natgw_net *nn, struct natgw_flow *flow);
void natgw_flow_discard(struct natgw_flow *flow);
bool natgw_flow_claim(struct natgw_flow *flow);
bool natgw_flow_count_held(struct natgw_gw *gw);
void natgw_flow_hold(struct natgw_net *nn, struct natgw_flow *flow);
void natgw_flow_free_port(struct natgw_net *nn, struct natgw_flow *mapping,
			  enum natgw_flow_end why);
void natgw_flow_end_many(struct natgw_net *nn, struct natgw_flow *flow,
			 enum natgw_flow_end why, struct hlist_head *dead);
void natgw_flow_bury(struct hlist_head *dead);
void natgw_flow_kill(struct natgw_net *nn, struct natgw_flow *flow,
		     enum natgw_flow_end why);

/* walk.c */
bool natgw_flow_stands(const struct natgw_node *node,
		       const struct natgw_flow *flow);
bool natgw_flow_matches(const struct natgw_flow *flow,
			const struct natgw_filter *filter);
bool natgw_walk_start(struct rhashtable_iter *iter) __acquires(RCU);
unsigned int natgw_flow_visit(struct natgw_net *nn,
			      const struct natgw_filter *filter,
			      natgw_flow_visit_fn *visit, void *data,
			      bool *again);
unsigned int natgw_flow_count(struct natgw_net *nn,
			      const struct natgw_filter *filter);
unsigned int natgw_flow_flush(struct natgw_net *nn,
			      const struct natgw_filter *filter,
			      enum natgw_flow_end why);
void natgw_flow_purge(struct natgw_net *nn, const struct natgw_filter *filter,
		      enum natgw_flow_end why);
void natgw_flow_replace(struct natgw_net *nn,
			const struct natgw_filter *filter);

#endif /* _NATGW_FLOW_H */
