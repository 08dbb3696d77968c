// SPDX-License-Identifier: GPL-2.0
/* Dumps of tables other than that of the flows. What is there from beginning to
 * end is in the dump, perhaps twice where the table is resized meanwhile.
 */
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "netlink.h"

/**
 * struct walk - a dump that is under way
 * @iter: where it is in the table; survives what comes and goes
 * @entered: @iter is in use
 */
struct walk {
	struct rhashtable_iter iter;
	bool entered;
};

int natgw_nl_walk_start(struct netlink_callback *cb)
{
	struct walk *walk = kzalloc(sizeof(*walk), GFP_KERNEL);

	cb->args[0] = (long)walk;
	return walk ? 0 : -ENOMEM;
}

int natgw_nl_walk_done(struct netlink_callback *cb)
{
	struct walk *walk = (struct walk *)cb->args[0];

	if (walk && walk->entered)
		rhashtable_walk_exit(&walk->iter);
	kfree(walk);
	return 0;
}

/**
 * natgw_nl_walk() - fill a message of a dump with entries of a table
 * @skb: the message
 * @cb: the dump, begun by natgw_nl_walk_start()
 * @table: one of the namespace's
 * @room: most entries in a message: RCU waits for them
 * @put: adds an entry; fails where it does not fit
 *
 * Context: process. Return: the message's length, for netlink.
 */
int natgw_nl_walk(struct sk_buff *skb, struct netlink_callback *cb,
		  struct rhashtable *table, unsigned int room,
		  int (*put)(struct sk_buff *skb, struct netlink_callback *cb,
			     void *entry))
{
	struct walk *walk = (struct walk *)cb->args[0];
	void *entry;

	if (!natgw_net_started(natgw_net(sock_net(skb->sk))))
		return 0;
	if (!walk->entered)
		rhashtable_walk_enter(table, &walk->iter);
	walk->entered = true;
	rhashtable_walk_start(&walk->iter);
	/* The one that did not fit into the last message comes first. */
	entry = rhashtable_walk_peek(&walk->iter);
	while (entry) {
		if (!IS_ERR(entry) && put(skb, cb, entry))
			break;
		entry = rhashtable_walk_next(&walk->iter);
		if (!--room)
			break;
	}
	rhashtable_walk_stop(&walk->iter);
	return skb->len;
}
