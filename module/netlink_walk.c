// SPDX-License-Identifier: GPL-2.0
/* Dumps of tables other than that of the flows. What is there from beginning to
 * end is in the dump, perhaps twice where the table is resized meanwhile. And requests
 * for what has numbers, of which the last ones are kept.
 */
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "flow.h"
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
	struct walk *walk = kzalloc(sizeof(*walk), GFP_KERNEL_ACCOUNT);

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
	natgw_walk_start(&walk->iter);
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

/* --------------------------------- by number ------------------------------ */

static u64 after(const struct natgw_nl_kept *kept, struct nlattr **tb)
{
	return tb[kept->after] ? nla_get_u64(tb[kept->after]) : 0;
}

/**
 * natgw_nl_kept_get() - answer with the first one after a number
 * @info: the request
 * @kept: what is asked for
 *
 * Context: process. Return: 0, -ENOENT where there is none, or -errno.
 */
int natgw_nl_kept_get(struct genl_info *info, const struct natgw_nl_kept *kept)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	u64 seq = after(kept, info->attrs);
	struct sk_buff *msg;
	int err = -ENOENT;
	void *hdr;

	msg = natgw_nl_answer(info, kept->cmd, &hdr);
	if (!msg)
		return -ENOMEM;
	if (natgw_net_started(nn))
		err = kept->put_next(msg, nn, &seq);
	return natgw_nl_reply(info, msg, hdr, err);
}

/**
 * struct numbers - a dump by number that is under way
 * @seq: of what was dumped last
 * @left: the most that are still to come. Where they come as fast as they are read,
 *	this is what ends the dump
 * @entered: @seq and @left are set
 */
struct numbers {
	u64 seq;
	unsigned int left;
	bool entered;
};

static_assert(sizeof(struct numbers) <=
	      sizeof_field(struct netlink_callback, ctx));

/**
 * natgw_nl_kept_dump() - fill a message of a dump of all after a number
 * @skb: the message
 * @cb: the dump
 * @kept: what is asked for
 *
 * Context: process. Return: the message's length, for netlink.
 */
int natgw_nl_kept_dump(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct natgw_nl_kept *kept)
{
	struct natgw_net *nn = natgw_net(sock_net(skb->sk));
	struct numbers *numbers = (struct numbers *)cb->ctx;
	void *hdr;

	if (!natgw_net_started(nn))
		return 0;
	if (!numbers->entered)
		*numbers = (struct numbers){
			.seq = after(kept, natgw_dump_attrs(cb)),
			.left = kept->most,
			.entered = true,
		};
	while (numbers->left) {
		hdr = natgw_nl_dump_put(skb, cb, kept->cmd);
		if (!hdr ||
		    natgw_nl_dump_end(skb, hdr,
				      kept->put_next(skb, nn, &numbers->seq)))
			break;
		numbers->left--;
	}
	return skb->len;
}
