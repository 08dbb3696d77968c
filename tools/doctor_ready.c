// SPDX-License-Identifier: GPL-2.0
/* natctl doctor ready: whether packets have passed both ways. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "gateway.h"
#include "msg.h"
#include "out.h"
#include "probe.h"
#include "stats.h"

enum { PAUSE_MS = 200 };

/* What is waited for, and how long. */
struct wait {
	const char *name;	/* of one gateway, or NULL */
	uint64_t end;
	struct probe probe;
	bool probing, answered;
};

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

/* Whether the gateway is there for the probe, which else would leave untranslated. */
static bool takes_probe(const struct gateway *gateway, const struct wait *wait)
{
	return gateway->state == NATGW_GATEWAY_STATE_AVAILABLE &&
	       (!gateway->insides ||
		gateway_names(gateway, wait->probe.host));
}

/* Why it is not ready, or NULL. */
static const char *lacks(const struct gateway *gateway,
			 const struct passed *passed, const struct wait *wait)
{
	if (gateway->state != NATGW_GATEWAY_STATE_AVAILABLE)
		return gateway->reason;
	if (wait->probing && !takes_probe(gateway, wait))
		return "the host that the probe is from is not in its inside prefixes";
	if (wait->probing && !wait->answered)
		return "no answer to the probe has come back";
	if (!passed->out)
		return "no packet of an inside host has gone out yet";
	if (!passed->back)
		return "packets have gone out, and no answer has come back";
	return NULL;
}

static bool show(const struct gateway *gateway, const struct wait *wait,
		 bool print)
{
	struct passed passed;
	const char *reason;

	read_passed(gateway, &passed);
	reason = lacks(gateway, &passed, wait);
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
static bool look(const struct gateways *all, const struct wait *wait,
		 bool print)
{
	const char *name = wait->name;
	bool ready = true;
	unsigned int i, n = 0;

	for (i = 0; i < all->n; i++) {
		if (name && strcmp(name, all->list[i].name))
			continue;
		n++;
		ready &= show(&all->list[i], wait, print);
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

/* Each gateway that is asked about has to be there, and to take it. */
static void send_probe(struct wait *wait, const struct gateways *all)
{
	unsigned int i, n = 0;

	for (i = 0; i < all->n; i++) {
		if (wait->name && strcmp(wait->name, all->list[i].name))
			continue;
		if (!takes_probe(&all->list[i], wait))
			return;
		n++;
	}
	if (!n)
		return;
	probe_send(&wait->probe);
	wait->answered = probe_answered(&wait->probe, PAUSE_MS);
}

/*
 * At boot the module may come later, and gateways with it: they are waited for, too.
 * 0 or -errno, with the last state of the gateways.
 */
static int wait_ready(struct wait *wait, struct gateways *all)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
	bool over;
	int err;

	do {
		over = now_ms() >= wait->end;
		err = gateways_read(all);
		if (wait->probing && !wait->answered && !err)
			send_probe(wait, all);
		if (over || (!err && look(all, wait, false)))
			return err;
		gateways_free(all);
		nanosleep(&pause, NULL);
	} while (true);
}

static enum status show_ready(const struct wait *wait,
			      const struct gateways *all)
{
	bool ready;

	out_open();
	ready = look(all, wait, true);
	out_close();
	return ready ? STATUS_OK : STATUS_USAGE;
}

enum status cmd_doctor_ready(const struct args *args)
{
	struct wait wait = {
		.name = args->v[W_GATEWAY].text,
		.end = now_ms() + 1000ULL * args->v[W_TIMEOUT].num,
		.probe = { .fd = -1 },
		.probing = given(args, W_PROBE),
	};
	enum status status;
	struct gateways all;
	int err;

	if (wait.probing != given(args, W_FROM))
		return error("\"probe\" and \"from\" belong together");
	if (wait.probing && !probe_open(&wait.probe,
					args->v[W_FROM].prefix.addr,
					args->v[W_PROBE].prefix.addr))
		return STATUS_USAGE;
	err = wait_ready(&wait, &all);
	if (err)
		status = nl_fail(err, "read the gateways");
	else
		status = show_ready(&wait, &all);
	gateways_free(&all);
	probe_close(&wait.probe);
	return status;
}
