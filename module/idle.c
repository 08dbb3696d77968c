// SPDX-License-Identifier: GPL-2.0
/* Which connections lost their flow although they were not over. A flow that ends
 * because it was idle is remembered for a while. When a packet of it comes after
 * all, from either side, that is a report: whose, where to, and how late.
 *
 * The memory has a fixed size, about 200 kB for a namespace, and what is new takes
 * the place of what is old. It is a table of sets: a tuple's hash says in which set
 * it can be, and a set holds the last WAYS of them. Such a set's hashes stand in a
 * quarter of a cache line, so that a packet which begins a flow, or which nobody
 * asked for, learns from four words that it is nothing of the kind. Packets that
 * have a flow never come here.
 *
 * What is remembered are numbers, among them the gateway's, and no pointers: nothing
 * here keeps a gateway, an address or a client. What belongs to a gateway goes with
 * it (natgw_idle_forget()), the rest with the namespace.
 *
 * A flow is reported once, as its first packet makes it forgotten. So are a new
 * connection of the same tuple, and a FIN or an RST without data: those say that
 * the connection is over.
 */
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "flow.h"
#include "gateway.h"
#include "hook.h"
#include "idle.h"
#include "table.h"

enum { SETS = 1024, WAYS = 4 };

/* Which way a packet goes that is looked for. */
enum { OUT, IN, WAYS_TO_GO };

/**
 * struct slot - room for a flow
 * @end: the flow
 * @used: there is one
 */
struct slot {
	struct natgw_idle_end end;
	bool used;
};

/**
 * struct natgw_idle - what a namespace remembers
 * @lock: for all of it; taken with bottom halves disabled. Innermost
 * @used: how many slots are; read without the lock as a hint
 * @hash: of tuples, as packets in either direction have them; likewise. What stands
 *	here has been there, and the slot says whether it is still
 * @next: the way of a set that is the oldest
 * @slot: flows; where the hash of the original tuple is
 * @slot_of: of the hash of a reply tuple, the number of its slot
 * @last: the number of the last report
 * @report: reports by the lower bits of their numbers; 0 where there is none
 */
struct natgw_idle {
	spinlock_t lock;	/* for all of this */
	unsigned int used;
	u32 hash[WAYS_TO_GO][SETS][WAYS] ____cacheline_aligned;
	u8 next[WAYS_TO_GO][SETS];
	struct slot slot[SETS * WAYS];
	u16 slot_of[SETS][WAYS];
	u64 last;
	struct natgw_idle_report report[NATGW_IDLE_KEPT];
};

static_assert(SETS * WAYS <= U16_MAX + 1);

static unsigned int set_of(u32 hash)
{
	return hash & (SETS - 1);
}

/* way_of - where a set has a hash, from a way on; WAYS where it has not */
static unsigned int way_of(const struct natgw_idle *idle, unsigned int dir,
			   u32 hash, unsigned int way)
{
	const u32 *set = idle->hash[dir][set_of(hash)];

	while (way < WAYS && READ_ONCE(set[way]) != hash)
		way++;
	return way;
}

static struct slot *slot_at(struct natgw_idle *idle, unsigned int dir,
			    unsigned int set, unsigned int way)
{
	return &idle->slot[dir == OUT ? set * WAYS + way :
				       idle->slot_of[set][way]];
}

static bool is_of(const struct natgw_idle_end *end, unsigned int dir,
		  const struct natgw_tuple *tuple)
{
	const struct natgw_tuple *o = &end->original;

	if (dir == OUT)
		return natgw_tuple_same(o, tuple);
	return o->dst == tuple->src && o->dport == tuple->sport &&
	       end->wire == tuple->dst && end->port == tuple->dport &&
	       o->proto == tuple->proto;
}

/* find - the slot of a packet's tuple, or NULL; under the lock */
static struct slot *find(struct natgw_idle *idle, unsigned int dir,
			 const struct natgw_tuple *tuple, u32 hash)
{
	unsigned int way = way_of(idle, dir, hash, 0);
	struct slot *slot;

	for (; way < WAYS; way = way_of(idle, dir, hash, way + 1)) {
		slot = slot_at(idle, dir, set_of(hash), way);
		if (slot->used && is_of(&slot->end, dir, tuple))
			return slot;
	}
	return NULL;
}

static void clear(struct natgw_idle *idle, struct slot *slot)
{
	slot->used = false;
	WRITE_ONCE(idle->used, idle->used - 1);
}

/* enter - put a hash in the place of the oldest of its set; returns the way */
static unsigned int enter(struct natgw_idle *idle, unsigned int dir, u32 hash)
{
	unsigned int set = set_of(hash);
	unsigned int way = idle->next[dir][set];

	idle->next[dir][set] = (way + 1) % WAYS;
	WRITE_ONCE(idle->hash[dir][set][way], hash);
	return way;
}

static void remember(struct natgw_idle *idle, const struct natgw_flow *flow)
{
	const struct natgw_node *out = natgw_flow_look(flow,
						       NATGW_DIR_ORIGINAL);
	const struct natgw_node *in = natgw_flow_look(flow, NATGW_DIR_REPLY);
	u32 timeout = natgw_flow_timeout(flow);
	u64 now = get_jiffies_64();
	s32 idle_for = (u32)now - READ_ONCE(flow->used);
	s32 after = timeout * HZ;
	struct slot *slot;
	unsigned int way;

	/* The same connection, begun again since and idle again. */
	slot = find(idle, OUT, &out->tuple, out->hash);
	if (slot)
		clear(idle, slot);
	way = enter(idle, OUT, out->hash);
	slot = slot_at(idle, OUT, set_of(out->hash), way);
	if (slot->used)
		clear(idle, slot);
	slot->end = (struct natgw_idle_end){
		.original = out->tuple,
		.wire = in->tuple.dst,
		.port = in->tuple.dport,
		.gw = flow->gw->id,
		.timeout = timeout,
		/* Somebody may have spoken, or changed the time-out, just now. */
		.when = idle_for > after ? now - (idle_for - after) : now,
	};
	slot->used = true;
	WRITE_ONCE(idle->used, idle->used + 1);
	way = enter(idle, IN, in->hash);
	idle->slot_of[set_of(in->hash)][way] = slot - idle->slot;
}

/**
 * natgw_idle_flow_end() - a flow ends
 * @nn: the namespace
 * @flow: the flow
 * @idle: because it was idle, though nobody had closed it
 *
 * One that ends otherwise may have had the port of one that is remembered. What is
 * sent there from now on is about the later one.
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_idle_flow_end(struct natgw_net *nn, const struct natgw_flow *flow,
			 bool idle)
{
	const struct natgw_config *config = rcu_dereference(flow->gw->config);
	const struct natgw_node *in = natgw_flow_look(flow, NATGW_DIR_REPLY);
	struct natgw_idle *memory = nn->idle;
	struct slot *slot;

	idle = idle && natgw_option(config, IDLE_REPORT);
	if (!idle && (!READ_ONCE(memory->used) ||
		      way_of(memory, IN, in->hash, 0) == WAYS))
		return;
	spin_lock(&memory->lock);
	slot = find(memory, IN, &in->tuple, in->hash);
	if (slot)
		clear(memory, slot);
	if (idle)
		remember(memory, flow);
	spin_unlock(&memory->lock);
}

/* speaks - does whoever sends a packet want the connection to go on? */
static bool speaks(const struct natgw_pkt *pkt)
{
	bool fin = pkt->tcp & NATGW_TCP_FIN;

	if (!natgw_proto_stateful(pkt->tuple.proto))
		return true;
	if (pkt->tcp & NATGW_TCP_SYN)
		return false;
	return !(pkt->tcp & (NATGW_TCP_FIN | NATGW_TCP_RST)) ||
	       pkt->end - pkt->seq > fin;
}

static void report(struct natgw_idle *idle, const struct natgw_idle_end *end,
		   bool outside)
{
	u64 seq = ++idle->last;

	idle->report[seq % NATGW_IDLE_KEPT] = (struct natgw_idle_report){
		.flow = *end,
		.seq = seq,
		.time = ktime_get_real_ns(),
		.late = min_t(u64, jiffies64_to_msecs(get_jiffies_64() - end->when),
			      U32_MAX),
		.outside = outside,
	};
}

static noinline void meet(const struct natgw_ctx *ctx, unsigned int dir)
{
	const struct natgw_pkt *pkt = &ctx->pkt;
	struct natgw_idle *idle = ctx->nn->idle;
	bool spoke = false;
	struct slot *slot;

	spin_lock(&idle->lock);
	slot = find(idle, dir, &pkt->tuple, pkt->hash);
	if (slot) {
		clear(idle, slot);
		spoke = slot->end.gw == ctx->gw->id && speaks(pkt);
		if (spoke)
			report(idle, &slot->end, dir == IN);
	}
	spin_unlock(&idle->lock);
	if (spoke)
		natgw_stats_add(ctx->gw->stats,
				NATGW_A_COUNTERS_FLOWS_IDLE_SPOKE_AGAIN, 1);
}

/**
 * natgw_idle_packet() - a packet has no flow: did it have one?
 * @ctx: the packet, parsed and hashed, with its gateway
 * @outside: it was sent from outside to the gateway's address, else from inside
 *
 * Context: softirq, RCU.
 */
void natgw_idle_packet(const struct natgw_ctx *ctx, bool outside)
{
	const struct natgw_idle *idle = ctx->nn->idle;
	unsigned int dir = outside ? IN : OUT;

	if (READ_ONCE(idle->used) &&
	    way_of(idle, dir, ctx->pkt.hash, 0) < WAYS)
		meet(ctx, dir);
}

/**
 * natgw_idle_next() - the first report after a number that is still kept
 * @nn: the namespace, started
 * @after: the number
 * @report: filled
 *
 * Context: process. Return: false where there is none.
 */
bool natgw_idle_next(struct natgw_net *nn, u64 after,
		     struct natgw_idle_report *report)
{
	struct natgw_idle *idle = nn->idle;
	bool found = false;
	u64 seq = after;

	spin_lock_bh(&idle->lock);
	if (idle->last > NATGW_IDLE_KEPT)
		seq = max(seq, idle->last - NATGW_IDLE_KEPT);
	while (!found && seq < idle->last) {
		seq++;
		*report = idle->report[seq % NATGW_IDLE_KEPT];
		found = report->seq == seq;
	}
	spin_unlock_bh(&idle->lock);
	return found;
}

/**
 * natgw_idle_forget() - a gateway goes
 * @nn: the namespace
 * @gw: its number, which no other gateway gets before 65,535 have been made
 *
 * Context: process, when no packet knows the gateway any more and its flows have
 * ended.
 */
void natgw_idle_forget(struct natgw_net *nn, u16 gw)
{
	struct natgw_idle *idle = nn->idle;
	unsigned int i;

	spin_lock_bh(&idle->lock);
	for (i = 0; i < SETS * WAYS; i++)
		if (idle->slot[i].used && idle->slot[i].end.gw == gw)
			clear(idle, &idle->slot[i]);
	for (i = 0; i < NATGW_IDLE_KEPT; i++)
		if (idle->report[i].flow.gw == gw)
			idle->report[i].seq = 0;
	spin_unlock_bh(&idle->lock);
}

/**
 * natgw_idle_init() - a namespace's memory
 * @nn: the namespace
 *
 * There from the beginning, rather than with the first gateway that has the option
 * on: by default all have.
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int natgw_idle_init(struct natgw_net *nn)
{
	nn->idle = kvzalloc(sizeof(*nn->idle), GFP_KERNEL_ACCOUNT);
	if (!nn->idle)
		return -ENOMEM;
	spin_lock_init(&nn->idle->lock);
	return 0;
}

/**
 * natgw_idle_exit() - free it
 * @nn: the namespace, without hooks, work or flows
 *
 * Context: process.
 */
void natgw_idle_exit(struct natgw_net *nn)
{
	kvfree(nn->idle);
	nn->idle = NULL;
}
