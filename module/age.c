// SPDX-License-Identifier: GPL-2.0
/* When flows began, and for how long they may be idle. */
#include <linux/ktime.h>

#include "flow.h"
#include "gateway.h"

/* Which option has the idle time-out of a state. */
static const u8 timeout_option[] = {
	[NATGW_FLOW_STATE_TCP_OPENING] = NATGW_A_OPTIONS_TCP_OPENING,
	[NATGW_FLOW_STATE_TCP_ESTABLISHED] = NATGW_A_OPTIONS_TCP_ESTABLISHED,
	[NATGW_FLOW_STATE_TCP_FIN_INSIDE] = NATGW_A_OPTIONS_TCP_ESTABLISHED,
	[NATGW_FLOW_STATE_TCP_FIN_OUTSIDE] = NATGW_A_OPTIONS_TCP_ESTABLISHED,
	[NATGW_FLOW_STATE_TCP_CLOSING] = NATGW_A_OPTIONS_TCP_CLOSING,
	[NATGW_FLOW_STATE_TCP_RESET] = NATGW_A_OPTIONS_TCP_CLOSING,
	[NATGW_FLOW_STATE_UDP] = NATGW_A_OPTIONS_UDP,
	[NATGW_FLOW_STATE_ICMP] = NATGW_A_OPTIONS_ICMP,
	[NATGW_FLOW_STATE_OTHER] = NATGW_A_OPTIONS_OTHER,
	[NATGW_FLOW_STATE_HELD] = 0,
};

/**
 * natgw_flow_transitory() - is a connection opening or ending?
 * @state: its
 *
 * It has the time-out of its state then, whatever a rule says of its idleness.
 *
 * Context: any.
 */
bool natgw_flow_transitory(u8 state)
{
	return state == NATGW_FLOW_STATE_TCP_OPENING ||
	       state == NATGW_FLOW_STATE_TCP_CLOSING ||
	       state == NATGW_FLOW_STATE_TCP_RESET;
}

/**
 * natgw_flow_timeout() - how long a flow may be idle in its present state
 * @flow: a flow
 *
 * Context: RCU. Return: seconds.
 */
u32 natgw_flow_timeout(const struct natgw_flow *flow)
{
	const struct natgw_config *config = rcu_dereference(flow->gw->config);
	u8 state = READ_ONCE(flow->state);
	u32 idle = READ_ONCE(flow->idle);

	if (state == NATGW_FLOW_STATE_HELD || (idle && !natgw_flow_transitory(state)))
		return idle;
	return config->option[timeout_option[state]];
}

/**
 * natgw_flow_remaining() - how long until a flow has been idle for too long
 * @flow: a flow
 *
 * Context: RCU. Return: jiffies; zero or less once it has expired.
 */
s32 natgw_flow_remaining(const struct natgw_flow *flow)
{
	u32 timeout = natgw_flow_timeout(flow) * HZ + NATGW_FLOW_GRAIN;

	/* Time-outs are at most a week, so the difference never wraps. */
	return (s32)(READ_ONCE(flow->used) + timeout - (u32)jiffies);
}

/**
 * natgw_flow_clock() - what flows remember of the time when they begin
 *
 * Context: any. Return: the time since 1970 in units of 2^24 ns, which are 17 ms; of
 * which they have the low bits.
 */
u64 natgw_flow_clock(void)
{
	return ktime_get_coarse_real_ns() >> 24;
}

/* latest - the time that a flow may seem to begin at: a clock is set back by a day at most */
static u64 latest(void)
{
	return natgw_flow_clock() + (24ULL * 3600 * NSEC_PER_SEC >> 24);
}

/**
 * natgw_flow_start() - when a flow began
 * @flow: a flow
 *
 * It remembers the low bits of the clock, which go round after more than two
 * years. What seems to come has been: the clock was set back, by a day at most.
 *
 * Context: any. Return: milliseconds since 1970, the same whenever it is asked.
 */
u64 natgw_flow_start(const struct natgw_flow *flow)
{
	u64 last = latest();
	u32 ago = (u32)last - READ_ONCE(flow->begun);

	return div_u64((last - ago) << 24, NSEC_PER_MSEC);
}

/**
 * natgw_flow_set_start() - say when a flow began
 * @flow: a flow
 * @ms: milliseconds since 1970, from natgw_flow_start(), here or on another host;
 *	what a flow cannot remember is passed over
 *
 * Context: any.
 */
void natgw_flow_set_start(struct natgw_flow *flow, u64 ms)
{
	u64 last = latest();
	u64 when;

	if (ms > U64_MAX / NSEC_PER_MSEC - 1)
		return;
	/* Up to the unit that natgw_flow_start() has cut the end of. */
	when = (ms * NSEC_PER_MSEC + NSEC_PER_MSEC - 1) >> 24;
	if (when <= last && last - when <= U32_MAX)
		WRITE_ONCE(flow->begun, when);
}
