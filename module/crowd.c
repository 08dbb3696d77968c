// SPDX-License-Identifier: GPL-2.0
/* Ports towards a crowded destination.
 *
 * A new flow tries a random port, and as long as few are taken towards its
 * destination, that port is free. The first time it is not, the destination (a
 * remote address and port, seen from one address of ours) gets a bitmap, and
 * from then on a port is found by going from a random place to the next zero.
 * So the last of the 64,512 ports costs about what the first did, and only when
 * none is free is a flow refused.
 *
 * Where a port's parity or class is to be kept, its ports are a lane of their own:
 * every second one, or those below 1024. A bitmap is that of a lane; a port is
 * marked in each of those that it was found taken in.
 *
 * The table of flows stays what decides: a port is taken by inserting the reply
 * tuple. A set bit says that the table had that tuple; a clear one only that
 * nobody has tried since the bitmap was made. Flows older than the bitmap (a
 * few hundred, by the birthday paradox) are found out one at a time: each costs
 * one failed insert, once.
 */
#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/inetdevice.h>
#include <linux/log2.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ip.h>

#include "crowd.h"
#include "event.h"
#include "flow.h"
#include "gateway.h"
#include "host.h"
#include "level.h"
#include "table.h"

/**
 * struct natgw_crowd - what is known of the ports towards one destination
 * @head: in natgw_net.crowds
 * @key: the reply tuple of its flows, with the lane in place of the port
 * @lane: the ports
 * @lock: protects the rest, and orders it with the table of flows: a bit is set
 *	together with the insert that took the port, or found it taken
 * @dead: out of the table, or about to be
 * @high: listeners know that many are taken; see level.c
 * @taken: bits set
 * @limit: of how many, when listeners were told last
 * @rcu: to be freed by
 * @port: a bit for each port of the lane
 */
struct natgw_crowd {
	struct rhash_head head;
	struct natgw_tuple key;
	struct natgw_lane lane;
	/* Innermost but for the buckets of the flow table, and what netlink takes
	 * to send a message.
	 */
	spinlock_t lock;
	bool dead;
	bool high;
	unsigned int taken;
	unsigned int limit;
	struct rcu_head rcu;
	unsigned long port[];
};

enum {
	/* Most ports that one packet looks at */
	MARKS = 4096,
	/* So many crowds are looked at before others get the processor, and RCU its way. */
	BREATH = 256,
};

/* The widest lane fits into memory that is easily had. */
static_assert(sizeof(struct natgw_crowd) + NATGW_PORTS / BITS_PER_BYTE <= 8192);

static u32 crowd_hash(const void *data, u32 len, u32 seed)
{
	return natgw_tuple_hash(data);
}

static bool same_crowd(const struct natgw_tuple *a, const struct natgw_tuple *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

static int crowd_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct natgw_crowd *crowd = obj;

	return !same_crowd(arg->key, &crowd->key);
}

static const struct rhashtable_params crowd_params = {
	.head_offset = offsetof(struct natgw_crowd, head),
	.key_offset = offsetof(struct natgw_crowd, key),
	.key_len = sizeof(struct natgw_tuple),
	.hashfn = crowd_hash,
	.obj_cmpfn = crowd_cmp,
	.automatic_shrinking = true,
};

/* All 16 bytes are compared here, so all have a value. */
static struct natgw_tuple crowd_key(const struct natgw_tuple *reply,
				    const struct natgw_lane *lane)
{
	return (struct natgw_tuple){
		.src = reply->src,
		.dst = reply->dst,
		.sport = reply->sport,
		.dport = htons(lane->first),
		.proto = reply->proto,
		.scope = reply->scope,
		.zero = lane->step,
	};
}

/* Outsiders may well choose destinations that share a place: they are found by
 * their keyed hash then.
 */
static struct natgw_crowd __rcu **recent(struct natgw_net *nn,
					 const struct natgw_tuple *key)
{
	u32 mixed = (__force u32)key->src ^ (__force u32)key->dst ^
		    (__force u32)key->sport;

	return &nn->recent[hash_32(mixed, ilog2(NATGW_RECENT))];
}

static struct natgw_crowd *find(struct natgw_net *nn,
				const struct natgw_tuple *reply,
				const struct natgw_lane *lane)
{
	struct natgw_crowd *crowd;
	struct natgw_tuple key;

	if (!atomic_read(&nn->crowds.nelems))
		return NULL;
	key = crowd_key(reply, lane);
	crowd = rcu_dereference(*recent(nn, &key));
	if (crowd && same_crowd(&crowd->key, &key))
		return crowd;
	return rhashtable_lookup(&nn->crowds, &key, crowd_params);
}

static struct natgw_crowd *find_or_make(struct natgw_net *nn,
					const struct natgw_tuple *reply,
					const struct natgw_lane *lane,
					bool make)
{
	struct natgw_crowd *crowd = find(nn, reply, lane);
	size_t bitmap = BITS_TO_LONGS(lane->ports) * sizeof(long);

	if (crowd || !make)
		return crowd;
	crowd = kzalloc(sizeof(*crowd) + bitmap, GFP_ATOMIC | __GFP_NOWARN);
	if (!crowd)
		return NULL;
	spin_lock_init(&crowd->lock);
	crowd->key = crowd_key(reply, lane);
	crowd->lane = *lane;
	if (rhashtable_lookup_insert_fast(&nn->crowds, &crowd->head,
					  crowd_params)) {
		kfree(crowd);
		return find(nn, reply, lane);
	}
	/* Before the first look for a port; pairs with natgw_crowd_release(). */
	smp_mb();
	return crowd;
}

static void mark(struct natgw_crowd *crowd, unsigned int bit)
{
	__set_bit(bit, crowd->port);
	crowd->taken++;
}

/* remember - a crowd that is alive, with its lock held, so that it can be forgotten
 * for good when it is not any more
 */
static void remember(struct natgw_net *nn, struct natgw_crowd *crowd)
{
	struct natgw_crowd __rcu **place = recent(nn, &crowd->key);

	if (rcu_access_pointer(*place) != crowd)
		rcu_assign_pointer(*place, crowd);
}

/* Another crowd may be put there at the same time, and be forgotten as well, which
 * does no harm.
 */
static void forget(struct natgw_net *nn, struct natgw_crowd *crowd)
{
	struct natgw_crowd __rcu **place = recent(nn, &crowd->key);

	if (rcu_access_pointer(*place) == crowd)
		RCU_INIT_POINTER(*place, NULL);
}

/* tell - whoever listens that many of a crowd's ports are taken, or few again
 *
 * With its lock held, so that what is told last is what was so last.
 */
static void tell(struct natgw_crowd *crowd, struct natgw_gw *gw, u32 used,
		 bool high)
{
	const struct natgw_level level = {
		.event = high ? NATGW_LEVEL_EVENT_PORTS_HIGH :
				NATGW_LEVEL_EVENT_PORTS_LOW,
		.ports = &crowd->key,
		.used = used,
		.limit = crowd->limit,
	};

	if (!natgw_event_level(gw, &level))
		crowd->high = high;
}

/* tell_end - of a crowd that listeners know to be high, and that goes
 *
 * At once, as nobody will look at it again: there are no more of these than what
 * was high, which was told at a limited rate. Where its gateway or its address goes,
 * they hear of that.
 */
static void tell_end(struct natgw_net *nn, struct natgw_crowd *crowd)
{
	const struct natgw_config *config;
	struct natgw_gw *gw;

	gw = natgw_gateway_by_wire(nn, crowd->key.dst, &config);
	if (gw)
		tell(crowd, gw, 0, false);
}

/* few - does a crowd mark so little that it is not worth its memory?
 *
 * A client could have many crowds by a flow each otherwise, having had more for a moment.
 * So at least one in 256 ports is taken for long, a flow for each 32 bytes; or most of
 * those that are not reserved.
 */
static bool few(const struct natgw_crowd *crowd)
{
	return !crowd->high && crowd->taken < crowd->lane.ports / 256;
}

/* bury - a crowd goes, with its lock held; the next collision makes another */
static void bury(struct natgw_net *nn, struct natgw_crowd *crowd)
{
	crowd->dead = true;
	if (crowd->high)
		tell_end(nn, crowd);
	forget(nn, crowd);
	rhashtable_remove_fast(&nn->crowds, &crowd->head, crowd_params);
	kfree_rcu(crowd, rcu);
}

static u16 port_of(const struct natgw_lane *lane, unsigned int bit)
{
	return lane->first + bit * lane->step;
}

static unsigned int bit_of(const struct natgw_lane *lane, u16 port)
{
	return (port - lane->first) / lane->step;
}

/* any_below - a random number below a limit, each as likely as any other; of the
 * kernel's random bits no more are used than it takes
 */
static unsigned int any_below(unsigned int limit)
{
	u32 product = limit * get_random_u16();

	/* As in __get_random_u32_below(). */
	if ((u16)product < limit)
		while ((u16)product < 65536 % limit)
			product = limit * get_random_u16();
	return product >> 16;
}

/**
 * natgw_lane_random() - a random port, and not one that is reserved if there are
 *	enough others
 * @nn: the namespace
 * @lane: the ports
 *
 * Without that, all that hit a run of reserved ports would go on at its end, and
 * ports could be guessed.
 *
 * Context: any. Return: the port, host byte order.
 */
u16 natgw_lane_random(struct natgw_net *nn, const struct natgw_lane *lane)
{
	unsigned int tries = 32;
	u16 port;

	do {
		port = port_of(lane, any_below(lane->ports));
	} while (inet_is_local_reserved_port(nn->net, port) && --tries);
	return port;
}

/* The next place to look from, behind a port that this host wants for itself.
 * A run of reserved ports is passed at once.
 */
static unsigned int pass(struct natgw_net *nn, const struct natgw_lane *lane,
			 unsigned int bit)
{
	u32 port = natgw_host_next(nn->net, port_of(lane, bit));

	return (port - lane->first + lane->step - 1) / lane->step;
}

/* insert - take a port, or find it taken
 *
 * By an original tuple it can be where the far side is an inside host itself, which sends
 * to that very port. That is rare, so those that end ask for their bit only once there
 * may be one: that is said first, and then the port is tried once more.
 */
static int insert(struct natgw_net *nn, struct natgw_flow *flow)
{
	int err = natgw_flow_insert_node(nn, flow, NATGW_DIR_REPLY);

	if (err != -EEXIST || READ_ONCE(nn->crossed) ||
	    natgw_flow_find_any(nn, &flow->reply.tuple, NATGW_DIR_REPLY))
		return err;
	WRITE_ONCE(nn->crossed, true);
	/* Pairs with natgw_crowd_release_original(). */
	smp_mb();
	return natgw_flow_insert_node(nn, flow, NATGW_DIR_REPLY);
}

/* Each turn ends the search, marks a port, or passes some that this host wants for itself.
 * Normally there is one. A destination that was crowded before it had this bitmap may need
 * many; MARKS of them are left to the flow that asks, which is refused then, and the others
 * to the next ones.
 */
static int take(struct natgw_net *nn, struct natgw_crowd *crowd,
		struct natgw_flow *flow)
{
	struct natgw_tuple *reply = &flow->reply.tuple;
	const struct natgw_lane *lane = &crowd->lane;
	unsigned int start = bit_of(lane, natgw_lane_random(nn, lane));
	unsigned int patience = MARKS;
	unsigned int end = lane->ports;
	unsigned int bit = start;
	bool wrapped = false;
	int err;

	while (crowd->taken < lane->ports && patience--) {
		bit = find_next_zero_bit(crowd->port, end, bit);
		if (bit >= end) {
			if (wrapped)
				break;
			wrapped = true;
			end = start;
			bit = 0;
			continue;
		}
		reply->dport = htons(port_of(lane, bit));
		if (natgw_host_uses(flow)) {
			bit = pass(nn, lane, bit);
			continue;
		}
		err = insert(nn, flow);
		if (err && err != -EEXIST)
			return err;
		mark(crowd, bit);
		if (!err)
			return 0;
	}
	return -EADDRINUSE;
}

/**
 * natgw_crowd_take() - take a port towards a crowded destination
 * @nn: the namespace
 * @flow: whose reply tuple lacks the port
 * @lane: the ports that it may be
 * @make: make a crowd if there is none yet
 *
 * Context: bottom halves disabled, RCU. Return: 0, and the reply tuple is
 * inserted; -EADDRINUSE when no port is free; -ENOENT when there is no crowd;
 * or an error of the table of flows.
 */
int natgw_crowd_take(struct natgw_net *nn, struct natgw_flow *flow,
		     const struct natgw_lane *lane, bool make)
{
	const struct natgw_tuple *reply = natgw_flow_tuple(flow,
							   NATGW_DIR_REPLY);
	struct natgw_crowd *crowd;
	int err;

	do {
		crowd = find_or_make(nn, reply, lane, make);
		if (!crowd)
			return -ENOENT;
		spin_lock(&crowd->lock);
		err = crowd->dead ? -EAGAIN : take(nn, crowd, flow);
		if (!err)
			remember(nn, crowd);
		else if (!crowd->taken && !crowd->dead)
			bury(nn, crowd);
		spin_unlock(&crowd->lock);
	} while (err == -EAGAIN);
	return err;
}

static void release(struct natgw_net *nn, const struct natgw_tuple *tuple,
		    const struct natgw_lane *lane)
{
	unsigned int bit = bit_of(lane, ntohs(tuple->dport));
	struct natgw_crowd *crowd = find(nn, tuple, lane);

	if (!crowd)
		return;
	spin_lock(&crowd->lock);
	if (!crowd->dead && test_bit(bit, crowd->port) &&
	    !natgw_flow_known(nn, tuple)) {
		__clear_bit(bit, crowd->port);
		crowd->taken--;
		if (!crowd->taken || few(crowd))
			bury(nn, crowd);
	}
	spin_unlock(&crowd->lock);
}

/**
 * natgw_crowd_release() - a port is free again
 * @nn: the namespace
 * @tuple: the reply tuple, already out of the table of flows
 *
 * Whoever looked for a port while the tuple was still in the table has made
 * the crowd before and marks the bit under the lock; so either it is marked
 * when we get the lock, or the next one who looks finds the port free. Another
 * flow may have the port by now, and then the bit is that one's.
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_crowd_release(struct natgw_net *nn, const struct natgw_tuple *tuple)
{
	u16 port = ntohs(tuple->dport);
	struct natgw_lane lane;

	/* Between the removal and this look; pairs with find_or_make(). */
	smp_mb();
	if (!port || !atomic_read(&nn->crowds.nelems))
		return;
	lane = natgw_lane(port, false);
	release(nn, tuple, &lane);
	lane = natgw_lane(port, true);
	release(nn, tuple, &lane);
}

/**
 * natgw_crowd_release_original() - the same of an original tuple
 * @nn: the namespace
 * @tuple: already out of the table of flows, where it may have been in the way of a reply
 *	tuple; see insert()
 *
 * Context: bottom halves disabled, RCU.
 */
void natgw_crowd_release_original(struct natgw_net *nn,
				  const struct natgw_tuple *tuple)
{
	/* Between the removal and this look; pairs with insert(). */
	smp_mb();
	if (READ_ONCE(nn->crossed))
		natgw_crowd_release(nn, tuple);
}

/**
 * natgw_lane() - the ports that are as good as a given one
 * @port: the port, host byte order
 * @parity: only those that are even if it is even, odd if it is odd
 *
 * Ports below 1024 and from there on are two classes (RFC 4787 section 4.2.2).
 * Port 0 is none.
 */
struct natgw_lane natgw_lane(u16 port, bool parity)
{
	bool low = port < NATGW_PORT_MIN;
	u32 end = low ? NATGW_PORT_MIN : NATGW_PORT_MIN + NATGW_PORTS;
	struct natgw_lane lane = {
		.first = low ? 1 : NATGW_PORT_MIN,
		.step = parity ? 2 : 1,
	};

	if (parity && (lane.first ^ port) & 1)
		lane.first++;
	lane.ports = (end - lane.first + lane.step - 1) / lane.step;
	return lane;
}

/* limit_of - how many ports there are to be had; @lane is the one that @reserved was
 * counted for last
 */
static u32 limit_of(struct natgw_net *nn, const struct natgw_crowd *crowd,
		    struct natgw_lane *lane, u32 *reserved)
{
	/* As natgw_host_uses() has it. */
	if (crowd->key.proto == IPPROTO_ICMP ||
	    inet_addr_type(nn->net, crowd->key.dst) != RTN_LOCAL)
		return crowd->lane.ports;
	if (lane->first != crowd->lane.first ||
	    lane->step != crowd->lane.step) {
		*lane = crowd->lane;
		*reserved = natgw_host_reserved(nn->net, lane);
	}
	return crowd->lane.ports - *reserved;
}

static void look_at(struct natgw_net *nn, struct natgw_crowd *crowd, u32 limit)
{
	u32 taken = READ_ONCE(crowd->taken);
	const struct natgw_config *config;
	struct natgw_gw *gw;
	bool high;

	high = natgw_level_high(taken, limit, READ_ONCE(crowd->high));
	if (high == READ_ONCE(crowd->high))
		return;
	gw = natgw_gateway_by_wire(nn, crowd->key.dst, &config);
	if (!gw || gw->levels >= NATGW_LEVEL_EVENTS)
		return;
	gw->levels++;
	spin_lock_bh(&crowd->lock);
	if (!crowd->dead) {
		crowd->limit = limit;
		tell(crowd, gw, taken, high);
	}
	spin_unlock_bh(&crowd->lock);
}

/**
 * natgw_crowd_look() - tell of crowds that have many ports taken, or few again
 * @nn: the namespace, started
 *
 * There are few crowds: what has one is a destination with some hundred flows, or
 * one that a random port was not free towards by chance.
 *
 * Context: process, every second.
 */
void natgw_crowd_look(struct natgw_net *nn)
{
	struct natgw_lane lane = {};
	struct rhashtable_iter iter;
	unsigned int left = BREATH;
	struct natgw_crowd *crowd;
	u32 reserved = 0;

	if (!atomic_read(&nn->crowds.nelems))
		return;
	rhashtable_walk_enter(&nn->crowds, &iter);
	rhashtable_walk_start(&iter);
	/* What a resize hides this time, or shows twice, is there next time. */
	while ((crowd = rhashtable_walk_next(&iter))) {
		if (!IS_ERR(crowd))
			look_at(nn, crowd,
				limit_of(nn, crowd, &lane, &reserved));
		if (--left)
			continue;
		left = BREATH;
		rhashtable_walk_stop(&iter);
		cond_resched();
		natgw_walk_start(&iter);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
}

/* ---------------------------------- report -------------------------------- */

/**
 * struct poll - who may have most of the ports
 * @n: how many of @of are in use
 * @crowded: there are others, and what was counted is too little
 * @of: the hosts, and how many ports each was found to have
 *
 * Of those who have no place, each takes one off everybody's count, and who has none
 * left makes room. With 64 places that happens to no more than a 65th of all ports,
 * so whoever has more of them is there in the end (Misra and Gries).
 */
struct poll {
	unsigned int n;
	bool crowded;
	struct natgw_holder of[64];
};

static struct natgw_holder *find_holder(struct poll *poll, __be32 addr)
{
	unsigned int i;

	for (i = 0; i < poll->n; i++)
		if (poll->of[i].addr == addr)
			return &poll->of[i];
	return NULL;
}

static void make_room(struct poll *poll)
{
	unsigned int i = 0;

	poll->crowded = true;
	while (i < poll->n) {
		if (--poll->of[i].ports)
			i++;
		else
			poll->of[i] = poll->of[--poll->n];
	}
}

/* elect - count a port of anybody */
static void elect(struct poll *poll, __be32 addr)
{
	struct natgw_holder *holder = find_holder(poll, addr);

	if (holder)
		holder->ports++;
	else if (poll->n < ARRAY_SIZE(poll->of))
		poll->of[poll->n++] = (struct natgw_holder){ addr, 1 };
	else
		make_room(poll);
}

/* recount - count a port of one who has a place */
static void recount(struct poll *poll, __be32 addr)
{
	struct natgw_holder *holder = find_holder(poll, addr);

	if (holder)
		holder->ports++;
}

/* ask - find out whose the ports are; returns how many are nobody's */
static u32 ask(struct natgw_net *nn, const struct natgw_crowd *crowd,
	       struct poll *poll,
	       void (*count)(struct poll *poll, __be32 addr))
{
	struct natgw_tuple reply = crowd->key;
	const struct natgw_flow *flow;
	struct natgw_node *node;
	unsigned int bit;
	u32 stale = 0;

	reply.zero = 0;
	for_each_set_bit(bit, crowd->port, crowd->lane.ports) {
		reply.dport = htons(port_of(&crowd->lane, bit));
		node = natgw_flow_find_node(nn, &reply);
		if (!node) {
			stale++;
			continue;
		}
		flow = natgw_flow_of(node);
		count(poll, natgw_flow_tuple(flow, NATGW_DIR_ORIGINAL)->src);
	}
	return stale;
}

/* name_holders - those with most ports, the first one most */
static void name_holders(struct poll *poll, struct natgw_crowd_report *report)
{
	struct natgw_holder *most;
	unsigned int i;

	report->n_holders = 0;
	while (poll->n && report->n_holders < NATGW_HOLDERS) {
		most = &poll->of[0];
		for (i = 1; i < poll->n; i++)
			if (poll->of[i].ports > most->ports)
				most = &poll->of[i];
		if (!most->ports)
			break;
		report->holder[report->n_holders++] = *most;
		*most = poll->of[--poll->n];
	}
}

/* Without the lock, which the packet path must not wait for that long: a port
 * that is given back meanwhile may be counted as stale.
 */
static void fill_report(struct natgw_net *nn, const struct natgw_crowd *crowd,
			struct natgw_crowd_report *report)
{
	struct poll poll = {};
	unsigned int i;

	report->key = crowd->key;
	report->lane = crowd->lane;
	report->taken = READ_ONCE(crowd->taken);
	report->stale = ask(nn, crowd, &poll, elect);
	if (poll.crowded) {
		for (i = 0; i < poll.n; i++)
			poll.of[i].ports = 0;
		ask(nn, crowd, &poll, recount);
	}
	name_holders(&poll, report);
}

/**
 * natgw_crowd_report() - what is known of the ports towards a destination
 * @nn: the namespace, started
 * @key: the reply tuple of its flows, less the port
 * @lane: the ports in question
 * @report: filled
 *
 * Context: process, RCU. Return: false where nothing is known, because a
 * random port was always free so far.
 */
bool natgw_crowd_report(struct natgw_net *nn, const struct natgw_tuple *key,
			const struct natgw_lane *lane,
			struct natgw_crowd_report *report)
{
	const struct natgw_crowd *crowd = find(nn, key, lane);

	if (crowd)
		fill_report(nn, crowd, report);
	return crowd;
}

/**
 * natgw_crowd_walk_report() - the same of an entry of natgw_net.crowds
 * @nn: the namespace
 * @entry: from rhashtable_walk_next()
 * @report: filled
 *
 * Context: process, RCU.
 */
void natgw_crowd_walk_report(struct natgw_net *nn, void *entry,
			     struct natgw_crowd_report *report)
{
	fill_report(nn, entry, report);
}

/**
 * natgw_crowd_table_init() - a namespace's crowds
 * @nn: the namespace
 *
 * Context: process. Return: 0 or an error.
 */
int natgw_crowd_table_init(struct natgw_net *nn)
{
	return rhashtable_init(&nn->crowds, &crowd_params);
}

/**
 * natgw_crowd_table_exit() - free the table
 * @nn: the namespace, without flows, and therefore without crowds
 *
 * Context: process.
 */
void natgw_crowd_table_exit(struct natgw_net *nn)
{
	/* A bit without its flow would be a port lost. */
	WARN_ON_ONCE(atomic_read(&nn->crowds.nelems));
	rhashtable_destroy(&nn->crowds);
}
