// SPDX-License-Identifier: GPL-2.0
/* The timing wheel, and when a flow began, by a clock that is turned by hand. */
#include "units.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

/* The clock: ticks since the test began, and what the kernel's clocks had then. */
static u64 ticks;
static u32 first_jiffies, first_second;
static u64 first_ns;

#define jiffies ((unsigned long)(u32)(first_jiffies + ticks))
#define ktime_get_seconds() ((time64_t)(u32)(first_second + div_u64(ticks, HZ)))
#define ktime_get_coarse_real_ns() (first_ns + ticks * (NSEC_PER_SEC / HZ))

#include "../../module/age.c"
#include "../../module/wheel.c"

/* --------------------------------- the wheel ------------------------------ */

/* What a flow is to go through, and when it ended, in ticks. */
struct life {
	struct natgw_flow flow;
	u64 last;		/* packet */
	u64 ended;
};

static struct natgw_net *nn;
static struct natgw_gw *gw;
static unsigned int too_often;

bool natgw_flow_claim(struct natgw_flow *flow)
{
	return !test_and_set_bit(NATGW_FLOW_DYING, &flow->flags);
}

void natgw_flow_end_many(struct natgw_net *net, struct natgw_flow *flow,
			 enum natgw_flow_end why, struct hlist_head *dead)
{
	struct life *life = container_of(flow, struct life, flow);

	if (life->ended)
		too_often++;
	life->ended = ticks;
}

void natgw_flow_bury(struct hlist_head *dead)
{
}

static void set_clock(u32 second, u32 jiffy, u64 ns)
{
	unsigned int i;

	ticks = 0;
	first_second = second;
	first_jiffies = jiffy;
	first_ns = ns;
	too_often = 0;
	for (i = 0; i < nn->wheels; i++)
		nn->wheel[i].now = second;
}

static void begin(struct life *life, u32 timeout, unsigned int n)
{
	*life = (struct life){
		.last = ticks,
		.flow = {
			.gw = gw,
			.state = NATGW_FLOW_STATE_UDP,
			.idle = timeout,
			.used = (u32)jiffies,
			.wheel = n % nn->wheels,
		},
	};
	rcu_read_lock();
	local_bh_disable();
	natgw_wheel_add(nn, &life->flow);
	local_bh_enable();
	rcu_read_unlock();
}

static void packet(struct life *life)
{
	life->last = ticks;
	natgw_flow_touch(&life->flow);
}

/* in_time - not while it may be used still, and soon after */
static bool in_time(const struct life *life, unsigned int n)
{
	u64 due = life->last + (u64)life->flow.idle * HZ;

	if (life->ended >= due && life->ended <= due + 3 * HZ)
		return true;
	pr_info("# flow %u: time-out %u s, due at %llu ms, ended at %llu ms\n", n,
		life->flow.idle, due * 1000 / HZ, life->ended * 1000 / HZ);
	return false;
}

static bool all_in_time(const struct life *life, unsigned int n)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < n && wrong < 5; i++)
		wrong += !in_time(&life[i], i);
	return !wrong && !too_often;
}

static void turn_until(u64 second)
{
	while (ticks < second * HZ) {
		ticks += HZ;
		natgw_wheel_turn(nn);
	}
}

enum { WEEK = 7 * 24 * 3600, LIVES = 12000 };

/* Every time-out up to 5000 seconds, then some up to a week, among them those about
 * the width of a slot of each level.
 */
static u32 some_timeout(unsigned int n)
{
	static const u32 edges[] = {
		64 * 64 * 64 - 1, 64 * 64 * 64, 64 * 64 * 64 + 1,
		2 * 64 * 64 * 64 - 1, 2 * 64 * 64 * 64, WEEK - 1, WEEK,
	};

	if (n < 5000)
		return n + 1;
	if (n - 5000 < ARRAY_SIZE(edges))
		return edges[n - 5000];
	return 5000 + units_below(WEEK - 5000);
}

static void test_timeouts(struct life *life, u32 second, u32 jiffy,
			  const char *text)
{
	unsigned int i;

	set_clock(second, jiffy, 0);
	for (i = 0; i < LIVES; i++) {
		/* At any time within a second, and within a slot. */
		ticks = div_u64((u64)i * 70 * HZ, LIVES);
		if (!(i % 100))
			natgw_wheel_turn(nn);
		begin(&life[i], some_timeout(i), i);
	}
	ticks = 70 * HZ;
	turn_until(WEEK + 80);
	say(all_in_time(life, LIVES),
	    "time-outs from a second to a week, %s", text);
}

static void test_used(struct life *life)
{
	enum { N = 600, SECONDS = 9000 };
	unsigned int i, second;
	u64 before;

	set_clock(12345, 1, 0);
	for (i = 0; i < N; i++)
		begin(&life[i], 1 + units_below(400), i);
	for (second = 1; second < SECONDS; second++) {
		before = (u64)second * HZ - 1 - units_below(HZ / 10);
		ticks = before;
		for (i = 0; i < N; i++)
			if (!life[i].ended && second < i * 10 && !units_below(20))
				packet(&life[i]);
		ticks = (u64)second * HZ;
		natgw_wheel_turn(nn);
		/* Of one that comes so soon after another the time-stamp says nothing. */
		ticks += units_below(HZ / 10);
		for (i = 0; i < N; i++)
			if (!life[i].ended && life[i].last == before)
				packet(&life[i]);
	}
	say(all_in_time(life, N), "packets put an end off, by the time-out and no more");
}

static void test_sooner(struct life *life)
{
	enum { N = 1000 };
	unsigned int i;

	set_clock(64 * 64 - 10, 1, 0);
	for (i = 0; i < N; i++)
		begin(&life[i], 5000 + units_below(WEEK - 5000), i);
	turn_until(100);
	for (i = 0; i < N; i++) {
		packet(&life[i]);
		WRITE_ONCE(life[i].flow.idle, 1 + units_below(500));
		rcu_read_lock();
		local_bh_disable();
		natgw_wheel_move(nn, &life[i].flow);
		local_bh_enable();
		rcu_read_unlock();
	}
	turn_until(700);
	say(all_in_time(life, N), "an end that comes nearer comes in time");
}

static void test_late(struct life *life)
{
	enum { N = 5000, PAUSE = 300000 };
	unsigned int i, ended = 0, right = 0;

	set_clock(64 * 64 * 64 - 100, 1, 0);
	for (i = 0; i < N; i++)
		begin(&life[i], 1 + i * 100, i);
	ticks = (u64)PAUSE * HZ;
	natgw_wheel_turn(nn);
	for (i = 0; i < N; i++) {
		ended += !!life[i].ended;
		right += !life[i].ended == (life[i].flow.idle >= PAUSE);
	}
	turn_until(N * 100 + 10);
	for (i = 0; i < N; i++)
		if (life[i].flow.idle > PAUSE)
			right -= !in_time(&life[i], i);
	say(right == N && !too_often,
	    "after a pause of days one turn ends all that are due (%u)", ended);
}

static void test_gone(struct life *life)
{
	set_clock(0, 1, 0);
	begin(&life[0], 10, 0);
	begin(&life[1], 10, 1);
	natgw_flow_claim(&life[0].flow);
	local_bh_disable();
	natgw_wheel_del(nn, &life[0].flow);
	natgw_wheel_add(nn, &life[0].flow);
	natgw_wheel_move(nn, &life[0].flow);
	natgw_wheel_add(nn, &life[1].flow);
	local_bh_enable();
	turn_until(100);
	say(!life[0].ended && life[1].ended && !too_often,
	    "who ends a flow takes it off for good, and it is there once");
}

/* ---------------------------------- the clock ----------------------------- */

/* A beginning is told to the unit of 17 ms, the same for two years, also where the clock
 * was set back by a day, and can be handed over.
 */
static void test_start(struct life *life)
{
	const u64 now = 1790000000ULL * NSEC_PER_SEC, day = 86400ULL * HZ;
	struct natgw_flow *flow = &life[0].flow, *copy = &life[1].flow;
	unsigned int wrong = 0, i, days;

	for (i = 0; i < 1000; i++) {
		u64 start, told;

		set_clock(0, 0, now + (u64)units_below(U32_MAX) * 4096);
		start = div_u64(natgw_flow_clock() << 24, NSEC_PER_MSEC);
		flow->begun = natgw_flow_clock();
		first_ns -= (u64)units_below(86400) * NSEC_PER_SEC;
		for (days = 0; days < 830; days += 1 + units_below(60)) {
			ticks = days * day + units_below(day);
			told = natgw_flow_start(flow);
			copy->begun = 0;
			natgw_flow_set_start(copy, told);
			wrong += told != start || copy->begun != flow->begun;
		}
	}
	say(!wrong, "a flow's beginning is the same for 830 days, and once handed over");
}

static void run(struct life *life)
{
	test_timeouts(life, 1000, (u32)-300 * HZ, "from the machine's start");
	test_timeouts(life, U32_MAX - WEEK / 2, U32_MAX - 1000, "while clocks go round");
	test_used(life);
	test_sooner(life);
	test_late(life);
	test_gone(life);
	test_start(life);
}

int units_wheel(void)
{
	struct life *life = vzalloc(array_size(LIVES, sizeof(*life)));
	int err = -ENOMEM;

	nn = kzalloc(sizeof(*nn), GFP_KERNEL);
	gw = kzalloc(sizeof(*gw), GFP_KERNEL);
	if (life && nn && gw)
		err = natgw_wheel_init(nn);
	if (!err) {
		run(life);
		natgw_wheel_exit(nn);
	}
	kfree(gw);
	kfree(nn);
	vfree(life);
	return err;
}
