// SPDX-License-Identifier: GPL-2.0
/* natctl doctor ready: whether packets have passed both ways. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "gateway.h"
#include "out.h"
#include "stats.h"

enum { PAUSE_MS = 200 };

/* What makes a gateway ready; hairpin counts in both directions, and never left. */
struct passed {
	uint64_t out, back;
};

static void read_passed(const struct gateway *gateway, struct passed *passed)
{
	uint64_t hairpin;
	struct stats stats;

	memset(passed, 0, sizeof(*passed));
	/* One that was deleted since it was read has passed nothing. */
	if (stats_read(gateway->name, &stats))
		return;
	hairpin = stats.value[NATGW_A_COUNTERS_PACKETS_HAIRPIN];
	passed->out = stats.value[NATGW_A_COUNTERS_PACKETS_OUT_TO_DESTINATION];
	passed->back = stats.value[NATGW_A_COUNTERS_PACKETS_OUT_TO_SOURCE];
	passed->out -= hairpin < passed->out ? hairpin : passed->out;
	passed->back -= hairpin < passed->back ? hairpin : passed->back;
}

/* Why it is not ready, or NULL. */
static const char *lacks(const struct gateway *gateway,
			 const struct passed *passed)
{
	if (gateway->state != NATGW_GATEWAY_STATE_AVAILABLE)
		return gateway->reason;
	if (!passed->out)
		return "no packet of an inside host has gone out yet";
	if (!passed->back)
		return "packets have gone out, and no answer has come back";
	return NULL;
}

static bool show(const struct gateway *gateway, bool print)
{
	struct passed passed;
	const char *reason;

	read_passed(gateway, &passed);
	reason = lacks(gateway, &passed);
	if (!print)
		return !reason;
	out_object(NULL);
	out_str("gateway", "", gateway->name);
	out_bool("ready", !reason);
	out_text(reason ? ": not ready: " : ": ready: ");
	if (reason)
		out_str("reason", "", reason);
	out_num("out", reason ? NULL : "", passed.out);
	out_num("back", reason ? NULL : " packets out, ", passed.back);
	out_text(reason ? "" : " back");
	out_line();
	out_object_end();
	return !reason;
}

/* Whether those that are asked about are all ready; none is not. */
static bool look(const struct gateways *all, const char *name, bool print)
{
	bool ready = true;
	unsigned int i, n = 0;

	for (i = 0; i < all->n; i++) {
		if (name && strcmp(name, all->list[i].name))
			continue;
		n++;
		ready &= show(&all->list[i], print);
	}
	if (!n && print) {
		out_text(name ? name : "");
		out_text(name ? ": not ready: there is no such gateway" :
			 "not ready: there is no gateway");
		out_line();
	}
	return n && ready;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* At boot the module may come later, and gateways with it: they are waited for, too. */
enum status cmd_doctor_ready(const struct args *args)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
	uint64_t end = now_ms() + 1000ULL * args->v[W_TIMEOUT].num;
	const char *name = args->v[W_GATEWAY].text;
	struct gateways all;
	bool ready, over;
	int err;

	do {
		over = now_ms() >= end;
		err = gateways_read(&all);
		ready = !err && look(&all, name, false);
		if (ready || over)
			break;
		gateways_free(&all);
		nanosleep(&pause, NULL);
	} while (true);
	if (err)
		return nl_fail(err, "read the gateways");
	out_open();
	ready = look(&all, name, true);
	out_close();
	gateways_free(&all);
	return ready ? STATUS_OK : STATUS_USAGE;
}
