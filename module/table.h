/* SPDX-License-Identifier: GPL-2.0 */
/* How the table of flows is searched. Inline, as the fast path does little else. */
#ifndef _NATGW_TABLE_H
#define _NATGW_TABLE_H

#include <linux/rhashtable.h>
#include <linux/siphash.h>

#include "flow.h"

extern hsiphash_key_t natgw_flow_key;

/**
 * natgw_tuple_hash() - hash a tuple, whatever its direction
 * @data: a struct natgw_tuple
 * @len: unused
 * @seed: the table's, which a rehash changes
 *
 * A key of this boot keeps anybody outside from choosing tuples that share a
 * bucket.
 *
 * Context: any.
 */
static inline u32 natgw_tuple_hash(const void *data, u32 len, u32 seed)
{
	const struct natgw_tuple *tuple = data;

	return hsiphash_4u32((__force u32)tuple->src, (__force u32)tuple->dst,
			     (__force u32)tuple->sport << 16 |
			     (__force u32)tuple->dport,
			     seed ^ (tuple->proto | tuple->scope << 8),
			     &natgw_flow_key);
}

static inline int natgw_tuple_cmp(struct rhashtable_compare_arg *arg,
				  const void *obj)
{
	const struct natgw_node *node = obj;
	const struct natgw_tuple *a = arg->key;
	const struct natgw_tuple *b = &node->tuple;

	return a->src != b->src || a->dst != b->dst || a->sport != b->sport ||
	       a->dport != b->dport || a->proto != b->proto ||
	       a->scope != b->scope;
}

static const struct rhashtable_params natgw_flow_params = {
	.head_offset = offsetof(struct natgw_node, head),
	.key_offset = offsetof(struct natgw_node, tuple),
	.key_len = sizeof(struct natgw_tuple),
	.hashfn = natgw_tuple_hash,
	.obj_cmpfn = natgw_tuple_cmp,
	.min_size = 1024,
	.automatic_shrinking = true,
};

/* natgw_table_find - see natgw_flow_find_node() */
static __always_inline struct natgw_node *
natgw_table_find(struct natgw_net *nn, const struct natgw_tuple *tuple)
{
	return rhashtable_lookup(&nn->flows, tuple, natgw_flow_params);
}

#endif /* _NATGW_TABLE_H */
