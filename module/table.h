/* SPDX-License-Identifier: GPL-2.0 */
/* How the table of flows is searched. Inline, as the fast path does little else. */
#ifndef _NATGW_TABLE_H
#define _NATGW_TABLE_H

#include <linux/prefetch.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>

#include "flow.h"

extern siphash_key_t natgw_flow_key;

/**
 * natgw_tuple_hash() - hash a tuple, whatever its direction
 * @tuple: the tuple
 *
 * A key of this boot keeps anybody outside from choosing tuples that share a
 * bucket. This is the kernel's hsiphash (SipHash-1-3) less its last word, which
 * tells apart inputs of different lengths: here there is but one.
 *
 * Context: any.
 */
static __always_inline u32 natgw_tuple_hash(const struct natgw_tuple *tuple)
{
	const siphash_key_t *key = &natgw_flow_key;
	u64 first = tuple->word[0], second = natgw_tuple_rest(tuple);
	u64 v0 = SIPHASH_CONST_0 ^ key->key[0];
	u64 v1 = SIPHASH_CONST_1 ^ key->key[1];
	u64 v2 = SIPHASH_CONST_2 ^ key->key[0];
	u64 v3 = SIPHASH_CONST_3 ^ key->key[1] ^ first;

	SIPHASH_PERMUTATION(v0, v1, v2, v3);
	v0 ^= first;
	v3 ^= second;
	SIPHASH_PERMUTATION(v0, v1, v2, v3);
	v0 ^= second;
	v2 ^= 0xff;
	SIPHASH_PERMUTATION(v0, v1, v2, v3);
	SIPHASH_PERMUTATION(v0, v1, v2, v3);
	SIPHASH_PERMUTATION(v0, v1, v2, v3);
	return v0 ^ v1 ^ v2 ^ v3;
}

/* What the table is searched for: a tuple and its hash, as they stand in a node. So
 * a tuple is hashed once, however often it is looked for, moved to a larger table,
 * or taken out.
 */
struct natgw_key {
	struct natgw_tuple tuple;
	u32 hash;
};

static_assert(offsetof(struct natgw_node, hash) -
	      offsetof(struct natgw_node, tuple) ==
	      offsetof(struct natgw_key, hash));

/* The table's own seed is not needed: nobody knows the key. */
static inline u32 natgw_key_hash(const void *data, u32 len, u32 seed)
{
	const struct natgw_key *key = data;

	return key->hash;
}

static inline u32 natgw_node_hash(const void *data, u32 len, u32 seed)
{
	const struct natgw_node *node = data;

	return node->hash;
}

/* Among many flows none is in a cache. The line that a packet wants behind its node is
 * fetched together with the node, as soon as it is known where that is: behind the next
 * node for an original tuple, the next line for a reply.
 */
static inline int natgw_key_cmp(struct rhashtable_compare_arg *arg,
				const void *obj)
{
	const struct natgw_node *node = obj;

	prefetch(obj + offsetof(struct natgw_flow, gw) -
		 offsetof(struct natgw_flow, original));
	prefetch(obj + offsetof(struct natgw_flow, gw) -
		 offsetof(struct natgw_flow, reply));
	return !natgw_tuple_same(arg->key, &node->tuple);
}

static const struct rhashtable_params natgw_flow_params = {
	.head_offset = offsetof(struct natgw_node, head),
	.key_offset = offsetof(struct natgw_node, tuple),
	.key_len = sizeof(struct natgw_tuple),
	.hashfn = natgw_key_hash,
	.obj_hashfn = natgw_node_hash,
	.obj_cmpfn = natgw_key_cmp,
	.min_size = 1024,
	.automatic_shrinking = true,
};

/* natgw_table_find - see natgw_flow_find_node() */
static __always_inline struct natgw_node *
natgw_table_find(struct natgw_net *nn, const struct natgw_tuple *tuple,
		 u32 hash)
{
	const struct natgw_key key = { .tuple = *tuple, .hash = hash };

	return rhashtable_lookup(&nn->flows, &key, natgw_flow_params);
}

#endif /* _NATGW_TABLE_H */
