// SPDX-License-Identifier: GPL-2.0
/* Fragments that are passed on one by one.
 *
 * Fragments are put together at PRE_ROUTING as a rule, so that the host's own
 * rules see whole packets. The kernel has only so much memory for that, which
 * anybody can fill with fragments that never become whole, and then it refuses
 * all others. So while that memory is short, fragments that come in order are
 * not put together: the first one has the ports, is translated like a packet,
 * and leaves a trace that the others are translated by (RFC 4787 REQ-14).
 *
 * A trace says where a packet went, in numbers: there is nothing in it that
 * could be freed meanwhile. The table has a fixed size, as what fills it comes
 * from the same people.
 */
#include <linux/hash.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/inet_frag.h>

#include "fragment.h"
#include "xlate.h"

enum {
	SETS_ORDER = 10,
	SETS = 1 << SETS_ORDER,
	WAYS = 4,
	/* Fragments of one packet are sent at once. The shorter this is, the
	 * fewer other packets can have got their number meanwhile (RFC 4963).
	 */
	LIFE = 2 * HZ,
};

/* What fragments of one packet have in common. Those of one that come in from
 * elsewhere than the first are not let by: nobody has looked at their source.
 */
struct origin {
	__be32 src;
	__be32 dst;
	__be16 id;
	u8 proto;
	u8 dir;
	int iif;
};

/**
 * struct trace - where the first fragment of a packet went
 * @origin: the packet, as it came in
 * @addr: new source on the way out, new destination on the way in
 * @id: new identification
 * @gw: id of the gateway
 * @born: jiffies
 */
struct trace {
	struct origin origin;
	__be32 addr;
	__be16 id;
	u16 gw;
	unsigned long born;
};

struct set {
	spinlock_t lock;	/* for @way; innermost */
	struct trace way[WAYS];
};

/**
 * struct natgw_fragments - the traces of a namespace
 * @last: jiffies at which the last one was left. Where that is long ago, nobody
 *	has to look for one
 * @hash: against those who choose packets that share a set
 * @set: by the hash of the origin
 */
struct natgw_fragments {
	unsigned long last;
	hsiphash_key_t hash;
	struct set set[SETS];
};

static unsigned long age(unsigned long born)
{
	return jiffies - born;
}

static struct origin origin_of(const struct natgw_ctx *ctx, enum natgw_dir dir)
{
	const struct iphdr *iph = ip_hdr(ctx->skb);

	return (struct origin){
		.src = iph->saddr,
		.dst = iph->daddr,
		.id = iph->id,
		.proto = iph->protocol,
		.dir = dir,
		.iif = natgw_in_device(ctx),
	};
}

static struct set *set_of(struct natgw_fragments *fragments,
			  const struct origin *origin)
{
	u32 hash = hsiphash(origin, sizeof(*origin), &fragments->hash);

	return &fragments->set[hash_32(hash, SETS_ORDER)];
}

/* find - the live trace of a packet in its set, which is locked, or NULL */
static struct trace *find(struct set *set, const struct origin *origin)
{
	unsigned int i;

	for (i = 0; i < WAYS; i++)
		if (!memcmp(&set->way[i].origin, origin, sizeof(*origin)) &&
		    age(set->way[i].born) < LIFE)
			return &set->way[i];
	return NULL;
}

static struct trace *oldest(struct set *set)
{
	struct trace *trace = &set->way[0];
	unsigned int i;

	for (i = 1; i < WAYS; i++)
		if (age(set->way[i].born) > age(trace->born))
			trace = &set->way[i];
	return trace;
}

/* recall - copy the trace of a packet. Returns whether there is one. */
static bool recall(struct natgw_fragments *fragments,
		   const struct origin *origin, struct trace *copy)
{
	struct trace *trace;
	struct set *set;

	if (age(READ_ONCE(fragments->last)) >= LIFE)
		return false;
	set = set_of(fragments, origin);
	spin_lock(&set->lock);
	trace = find(set, origin);
	if (trace)
		*copy = *trace;
	spin_unlock(&set->lock);
	return trace;
}

/* forget - another packet has got the number; its fragments go their own way */
static void forget(struct natgw_fragments *fragments,
		   const struct origin *origin)
{
	struct trace *trace;
	struct set *set;

	if (age(READ_ONCE(fragments->last)) >= LIFE)
		return;
	set = set_of(fragments, origin);
	spin_lock(&set->lock);
	trace = find(set, origin);
	if (trace)
		memset(trace, 0, sizeof(*trace));
	spin_unlock(&set->lock);
}

/* is_short - will memory to put fragments together run out soon? What is left is
 * for packets whose first fragment waits there already, and for this host's own.
 */
static bool is_short(const struct net *net)
{
	const struct fqdir *fqdir = net->ipv4.fqdir;

	return frag_mem_limit(fqdir) >= READ_ONCE(fqdir->high_thresh) / 4 * 3;
}

/* has_inside - is it from the inside of a gateway to somewhere else? */
static bool has_inside(struct net *net, const struct natgw_config *config,
		       const struct natgw_tuple *tuple)
{
	if (config->n_inside)
		return natgw_config_inside(config, tuple->src) &&
		       !natgw_config_inside(config, tuple->dst);
	return natgw_side(net, config->ifindex, tuple->src) ==
	       NATGW_SIDE_INSIDE;
}

/* goes_out - will a gateway translate a packet at POST_ROUTING, as far as one can
 * tell before it has a route? What a rule exempts is not known by a trace.
 */
static bool goes_out(const struct natgw_ctx *ctx, const struct natgw_pkt *pkt)
{
	const struct natgw_config *config;
	struct net *net = ctx->nn->net;
	const struct natgw_gw *gw;

	list_for_each_entry_rcu(gw, &ctx->nn->gateways, list) {
		config = rcu_dereference(gw->config);
		if (has_inside(net, config, &pkt->tuple) &&
		    natgw_side(net, config->ifindex, pkt->tuple.dst) ==
		    NATGW_SIDE_UPLINK)
			return !natgw_rule_exempts(config, ctx->skb, pkt,
						   false);
	}
	return false;
}

/* comes_back - is it for an inside host? The rest of what has a gateway address,
 * this host may want, or two inside hosts have between them.
 */
static bool comes_back(const struct natgw_ctx *ctx, const struct natgw_pkt *pkt)
{
	const struct natgw_flow *flow;

	flow = natgw_flow_find(ctx->nn, &pkt->tuple, NATGW_DIR_REPLY);
	return flow && flow->kind == NATGW_FLOW_KIND_INSIDE;
}

/**
 * natgw_fragment_passes() - is a fragment to be passed on as it is?
 * @ctx: a fragment at PRE_ROUTING; the gateway is set where it is for a gateway
 *	address
 *
 * Where there is a trace, also when memory is not short any more.
 *
 * Context: bottom halves disabled, RCU. Return: false where it is to be put
 * together with the others.
 */
bool natgw_fragment_passes(const struct natgw_ctx *ctx)
{
	struct origin origin = origin_of(ctx, ctx->gw ? NATGW_DIR_REPLY :
				     NATGW_DIR_ORIGINAL);
	struct natgw_pkt pkt;
	struct trace trace;

	if (natgw_fragment_later(ctx->skb))
		return recall(ctx->nn->fragments, &origin, &trace);
	forget(ctx->nn->fragments, &origin);
	if (!is_short(ctx->nn->net))
		return false;
	natgw_parse(ctx->skb, &pkt);
	if (pkt.kind != NATGW_PKT_FLOW)
		return false;
	return ctx->gw ? comes_back(ctx, &pkt) : goes_out(ctx, &pkt);
}

/**
 * natgw_fragment_remember() - leave a trace for the other fragments of a packet
 * @ctx: its first fragment, translated by the gateway
 * @dir: its direction
 * @id: its identification as it came in
 *
 * The oldest of those that share a set has to go.
 *
 * Context: bottom halves disabled.
 */
void natgw_fragment_remember(const struct natgw_ctx *ctx, enum natgw_dir dir,
			     __be16 id)
{
	struct natgw_fragments *fragments = ctx->nn->fragments;
	const struct natgw_tuple *t = &ctx->pkt.tuple;
	const struct iphdr *iph = ip_hdr(ctx->skb);
	const struct trace trace = {
		.origin = {
			.src = t->src,
			.dst = t->dst,
			.id = id,
			.proto = t->proto,
			.dir = dir,
			.iif = natgw_in_device(ctx),
		},
		.addr = dir == NATGW_DIR_ORIGINAL ? iph->saddr : iph->daddr,
		.id = iph->id,
		.gw = ctx->gw->id,
		.born = jiffies,
	};
	struct set *set = set_of(fragments, &trace.origin);

	spin_lock(&set->lock);
	*(find(set, &trace.origin) ?: oldest(set)) = trace;
	spin_unlock(&set->lock);
	if (READ_ONCE(fragments->last) != trace.born)
		WRITE_ONCE(fragments->last, trace.born);
}

/**
 * natgw_fragment_follow() - translate a later fragment like its first one
 * @ctx: the fragment, and the gateway that is to translate it
 * @dir: its direction
 *
 * Context: bottom halves disabled, RCU. Return: 0; -ENOENT without a trace, or
 * where the gateway has given up the address since; -ENOMEM.
 */
int natgw_fragment_follow(const struct natgw_ctx *ctx, enum natgw_dir dir)
{
	const struct origin origin = origin_of(ctx, dir);
	const struct natgw_config *config;
	struct trace trace;

	if (!recall(ctx->nn->fragments, &origin, &trace) ||
	    trace.gw != ctx->gw->id)
		return -ENOENT;
	if (dir == NATGW_DIR_ORIGINAL &&
	    natgw_gateway_by_wire(ctx->nn, trace.addr, &config) != ctx->gw)
		return -ENOENT;
	return natgw_xlate_fragment(ctx->skb, dir == NATGW_DIR_ORIGINAL,
				    trace.addr, trace.id) ? 0 : -ENOMEM;
}

/**
 * natgw_fragment_init() - a namespace's traces
 * @nn: the namespace
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int natgw_fragment_init(struct natgw_net *nn)
{
	unsigned int i;

	nn->fragments = kvzalloc(sizeof(*nn->fragments), GFP_KERNEL_ACCOUNT);
	if (!nn->fragments)
		return -ENOMEM;
	get_random_bytes(&nn->fragments->hash, sizeof(nn->fragments->hash));
	for (i = 0; i < SETS; i++)
		spin_lock_init(&nn->fragments->set[i].lock);
	return 0;
}

/**
 * natgw_fragment_exit() - forget them
 * @nn: the namespace, whose hooks are gone
 *
 * Context: process.
 */
void natgw_fragment_exit(struct natgw_net *nn)
{
	kvfree(nn->fragments);
	nn->fragments = NULL;
}
