// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/slab.h>
#include <net/ip.h>

#include "account.h"

/* Three lines for a flow, and two for what it counts. */
static_assert(SMP_CACHE_BYTES != 64 || sizeof(struct natgw_flow) == 192);
static_assert(SMP_CACHE_BYTES != 64 || sizeof(struct natgw_counted) == 320);

static struct kmem_cache *counted_cache;

static struct natgw_counted *counted_of(const struct natgw_flow *flow)
{
	return container_of((struct natgw_flow *)flow, struct natgw_counted,
			    flow);
}

/**
 * natgw_account_alloc() - memory for a flow that counts
 *
 * Context: softirq. Return: a flow, all zero but for NATGW_FLOW_COUNTED, for
 * natgw_account_free(); or NULL.
 */
struct natgw_flow *natgw_account_alloc(void)
{
	struct natgw_counted *counted;

	counted = kmem_cache_zalloc(counted_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!counted)
		return NULL;
	__set_bit(NATGW_FLOW_COUNTED, &counted->flow.flags);
	return &counted->flow;
}

/**
 * natgw_account_free() - give its memory back
 * @flow: from natgw_account_alloc(), and nobody's any more
 *
 * Context: any.
 */
void natgw_account_free(struct natgw_flow *flow)
{
	kmem_cache_free(counted_cache, counted_of(flow));
}

/**
 * natgw_account_of() - what a flow has counted
 * @flow: a flow
 * @dir: in which direction
 *
 * Context: any. Return: counts, or NULL where it does not count.
 */
const struct natgw_account *natgw_account_of(const struct natgw_flow *flow,
					     enum natgw_dir dir)
{
	if (!test_bit(NATGW_FLOW_COUNTED, &flow->flags))
		return NULL;
	return &counted_of(flow)->account[dir];
}

/**
 * natgw_account_look() - what a flow has counted since this was asked last
 * @flow: a flow that counts
 * @dir: in which direction
 *
 * Context: the family's lock. Return: bytes.
 */
u64 natgw_account_look(struct natgw_flow *flow, enum natgw_dir dir)
{
	struct natgw_account *account = &counted_of(flow)->account[dir];
	u64 bytes = atomic64_read(&account->bytes);
	u64 before = account->looked_at;

	account->looked_at = bytes;
	/* It may have begun to count anew. */
	return bytes < before ? bytes : bytes - before;
}

/**
 * natgw_account_reset() - begin to count anew
 * @flow: a flow, whether it counts or not
 *
 * A packet on another CPU may be counted before or after.
 *
 * Context: any.
 */
void natgw_account_reset(struct natgw_flow *flow)
{
	struct natgw_account *account = counted_of(flow)->account;
	int dir;

	if (!test_bit(NATGW_FLOW_COUNTED, &flow->flags))
		return;
	for (dir = 0; dir < 2; dir++) {
		atomic64_set(&account[dir].packets, 0);
		atomic64_set(&account[dir].bytes, 0);
		atomic_set(&account[dir].tcp_flags, 0);
	}
}

/**
 * natgw_account_set() - let a flow go on counting from what was counted before
 * @flow: a flow in no table yet, whether it counts or not
 * @dir: in which direction
 * @packets: packets
 * @bytes: their bytes
 * @tcp_flags: their TCP flags
 *
 * What was counted before is not news to top.c.
 *
 * Context: any.
 */
void natgw_account_set(struct natgw_flow *flow, enum natgw_dir dir, u64 packets,
		       u64 bytes, u8 tcp_flags)
{
	struct natgw_account *account = &counted_of(flow)->account[dir];

	if (!test_bit(NATGW_FLOW_COUNTED, &flow->flags))
		return;
	atomic64_set(&account->packets, packets);
	atomic64_set(&account->bytes, bytes);
	atomic_set(&account->tcp_flags, tcp_flags);
	account->looked_at = bytes;
}

static u8 tcp_flags_of(const struct sk_buff *skb)
{
	unsigned int offset = skb_network_offset(skb) + ip_hdrlen(skb);
	const u8 *flags;
	u8 buf;

	if (ip_hdr(skb)->protocol != IPPROTO_TCP)
		return 0;
	flags = skb_header_pointer(skb, offset + NATGW_TCP_FLAGS_OFFSET,
				   sizeof(buf), &buf);
	return flags ? *flags : 0;
}

/**
 * natgw_account_packet() - count a packet
 * @flow: a flow that counts
 * @dir: the packet's direction
 * @skb: the packet
 *
 * Context: softirq, RCU.
 */
void natgw_account_packet(struct natgw_flow *flow, enum natgw_dir dir,
			  const struct sk_buff *skb)
{
	natgw_account_add(flow, dir, natgw_stats_packets(skb),
			  natgw_stats_bytes(skb), tcp_flags_of(skb));
}

int natgw_account_init(void)
{
	counted_cache = kmem_cache_create("natgw_flow_counted",
					  sizeof(struct natgw_counted), 0,
					  SLAB_HWCACHE_ALIGN, NULL);
	return counted_cache ? 0 : -ENOMEM;
}

/* natgw_account_exit - after every namespace is gone and rcu_barrier() */
void natgw_account_exit(void)
{
	kmem_cache_destroy(counted_cache);
}
