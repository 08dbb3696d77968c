// SPDX-License-Identifier: GPL-2.0
/* What fills up: the ports towards a destination, the flows of a gateway. Whoever
 * listens is told once when it is high and once when it is low again.
 *
 * Packets have no part in this. The counts are there, and the work that turns the
 * wheel looks at them each second. So there is at most one event a second for each
 * thing, and what was high for less than that may go unnoticed.
 *
 * A gateway sends NATGW_LEVEL_EVENTS of them a second. The state that is kept is the
 * one that was told last, so what could not be told this second differs in the next
 * one still, and is told then, unless it has become again what listeners know. In
 * the end they know all there is to know, however much went on in between. Without
 * memory for a message, and where a listener is too slow for it, the listener's
 * socket says that something is missing (netlink_event.c).
 */
#include <linux/rculist.h>

#include "crowd.h"
#include "event.h"
#include "gateway.h"
#include "level.h"

/* Per cent. They are apart so that a count that wavers is not news. */
enum { HIGH = 80, LOW = 70 };

/**
 * natgw_level_high() - is so much used that it is worth a word?
 * @used: how many are
 * @limit: of how many
 * @high: what was said last
 *
 * Context: any.
 */
bool natgw_level_high(u32 used, u32 limit, bool high)
{
	return limit && (u64)used * 100 >= (u64)limit * (high ? LOW : HIGH);
}

static void look_at_flows(struct natgw_gw *gw)
{
	const struct natgw_config *config = rcu_dereference(gw->config);
	struct natgw_level level = {
		.used = atomic_read(&gw->flows),
		.limit = natgw_option(config, MAX_FLOWS),
	};
	bool high;

	high = natgw_level_high(level.used, level.limit, gw->flows_high);
	if (high == gw->flows_high)
		return;
	level.event = high ? NATGW_LEVEL_EVENT_FLOWS_HIGH :
			     NATGW_LEVEL_EVENT_FLOWS_LOW;
	gw->levels++;
	if (!natgw_event_level(gw, &level))
		gw->flows_high = high;
}

/**
 * natgw_level_look() - look at all that fills up
 * @nn: the namespace, started
 *
 * Context: process, every second.
 */
void natgw_level_look(struct natgw_net *nn)
{
	struct natgw_gw *gw;

	rcu_read_lock();
	list_for_each_entry_rcu(gw, &nn->gateways, list) {
		gw->levels = 0;
		look_at_flows(gw);
	}
	rcu_read_unlock();
	natgw_crowd_look(nn);
}
