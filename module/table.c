// SPDX-License-Identifier: GPL-2.0
/* How large the table of flows is. How it is searched is in table.h. */
#include <linux/log2.h>
#include <linux/moduleparam.h>

#include "table.h"

/* As many as the table can be asked to have buckets for. */
static const unsigned int MOST_ROOM = 1 << 26;

/* Buckets of a table that cannot become crowded within a second. */
static const unsigned int LARGE_TABLE = 1 << 20;

static unsigned int room;
module_param_named(flows, room, uint, 0444);
MODULE_PARM_DESC(flows, "flows that the table has room for from the beginning, and keeps (0: it grows and shrinks)");

/* room_for - how many flows a namespace's table has room for from the beginning
 *
 * Of what a user without rights can make, there may be any number.
 */
static unsigned int room_for(const struct natgw_net *nn)
{
	return nn->net->user_ns == &init_user_ns ? min(room, MOST_ROOM) : 0;
}

/* presize - have a table grow that nobody uses yet
 *
 * Its parameters have 16 bits for a size. So it is told that it has nodes, until it has
 * the buckets for them. It doubles each time, and then looks at itself no more.
 */
static int presize(struct rhashtable *table, unsigned int nodes)
{
	unsigned int tries = BITS_PER_TYPE(nodes);
	bool grows;

	table->p.max_size = roundup_pow_of_two(nodes);
	atomic_set(&table->nelems, nodes);
	do {
		schedule_work(&table->run_work);
		flush_work(&table->run_work);
		grows = rht_grow_above_75(table,
					  rcu_access_pointer(table->tbl));
	} while (grows && --tries);
	atomic_set(&table->nelems, 0);
	return grows ? -ENOMEM : 0;
}

/**
 * natgw_flow_table_init() - a namespace's table
 * @nn: the namespace
 *
 * Context: process. Return: 0 or an error.
 */
int natgw_flow_table_init(struct natgw_net *nn)
{
	struct rhashtable_params params = natgw_flow_params;
	unsigned int size = room_for(nn);
	int err;

	params.automatic_shrinking = !size;
	err = rhashtable_init(&nn->flows, &params);
	if (err || !size)
		return err;
	/* Two tuples a flow */
	err = presize(&nn->flows, 2 * size);
	if (err)
		rhashtable_destroy(&nn->flows);
	return err;
}

/**
 * natgw_flow_table_fit() - say how large the table may be
 * @nn: the namespace
 *
 * It becomes smaller, unless flows are purged. It looks at itself when something is
 * taken out of it; who has emptied it while it was not to become smaller has it look
 * once more.
 *
 * It becomes larger when it is three quarters full, and a large one not before it has
 * about as many tuples as buckets, which makes no difference to packets and saves 17
 * bytes a flow. A little earlier than that, as whoever adds a tuple to a full one makes it
 * larger at once, from what memory a softirq gets: which happens where more than a 32nd
 * come within a second.
 *
 * Context: any; every second, and at the beginning of a purge. Where both meet, the
 * table may become smaller during a purge, which is not wrong but slow.
 */
void natgw_flow_table_fit(struct natgw_net *nn)
{
	unsigned int tuples = atomic_read(&nn->flows.nelems);
	bool shrinks = !room_for(nn) && !atomic_read(&nn->purges);

	WRITE_ONCE(nn->flows.p.max_size,
		   roundup_pow_of_two(max(tuples + tuples / 32, LARGE_TABLE)));
	if (nn->flows.p.automatic_shrinking == shrinks)
		return;
	WRITE_ONCE(nn->flows.p.automatic_shrinking, shrinks);
	if (shrinks)
		schedule_work(&nn->flows.run_work);
}

/**
 * natgw_flow_table_exit() - end all flows and free the table
 * @nn: the namespace, whose hooks and wheel work are gone
 *
 * Context: process.
 */
void natgw_flow_table_exit(struct natgw_net *nn)
{
	static const struct natgw_filter all = { .held = true };

	natgw_flow_purge(nn, &all, NATGW_FLOW_END_GATEWAY);
	/* What the wheel has ended last: a grace period has passed since. */
	natgw_flow_bury(&nn->dead);
	rhashtable_destroy(&nn->flows);
}
