// SPDX-License-Identifier: GPL-2.0
/* natctl doctor: the list of checks, and how findings are shown. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "doctor.h"
#include "msg.h"
#include "out.h"

enum { FOUND_SIZE = 256, FIX_SIZE = 320, WIDTH = 80, MARGIN = 24 };

struct check {
	const char *name;
	bool gateway;		/* of each gateway, not of the host */
	void (*run)(struct doctor *doctor);
	const char *sentence;
};

struct finding {
	const struct check *check;
	const char *gateway;
	enum verdict verdict;
	char dev[IFNAMSIZ];
	char found[FOUND_SIZE];
	char fix[FIX_SIZE];
	bool command;
};

static const char *const verdicts[] = {
	[VERDICT_OK] = "ok", [VERDICT_WARN] = "warn", [VERDICT_FAIL] = "fail",
	[VERDICT_UNKNOWN] = "unknown",
};

/* Where the module is not loaded, or has no gateway, the rest is not asked. */
static const struct check checks[] = {
	{ "module", false, check_module,
	  "The module is loaded, and its netlink version is natctl's." },
	{ "gateway", false, check_gateways, "There is a gateway." },
	{ "fence", false, check_fences,
	  "No fence is left of a gateway that was deleted or changed." },
	{ "state", true, check_state, "The gateway can carry packets." },
	{ "address", true, check_address,
	  "Its addresses on the wire are on a device of this host." },
	{ "forwarding", true, check_forwarding,
	  "The uplink and the devices of inside hosts forward." },
	{ "route", true, check_route,
	  "Inside hosts are reached, and what they send leaves by the uplink." },
	{ "rp-filter", true, check_rp_filter,
	  "It drops neither what comes from inside nor answers." },
	{ "redirects", true, check_redirects,
	  "Inside hosts on the uplink's own link are not told to go round it." },
	{ "mtu", true, check_mtu,
	  "The uplink takes packets as large as inside devices, or TCP is told." },
	{ "forward", true, check_forward_rules,
	  "The host's rules let packets pass in both directions." },
	{ "nat", true, check_other_nat,
	  "No rule of the host translates sources on the uplink as well." },
	{ "conntrack", true, check_conntrack,
	  "Connection tracking does not follow the gateway's packets for nothing." },
	{ "flowtable", true, check_flowtables,
	  "No flowtable of the host has the gateway's devices." },
	{ "queues", true, check_queues,
	  "Packets that come in are spread over the processors." },
	{ "allowance", true, check_allowances,
	  "EC2's network has not dropped what was beyond the instance type." },
	{ "drops", true, check_drops,
	  "No packet of this gateway was dropped because something ran out." },
	{ "timeouts", true, check_timeouts,
	  "Connections are not idle for longer than security groups keep them." },
	{ "source-dest", true, check_source_dest,
	  "The cloud lets this instance send packets that are not its own." },
};

static struct finding *last(struct doctor *doctor)
{
	return &doctor->findings[doctor->n_findings - 1];
}

void doctor_say(struct doctor *doctor, enum verdict verdict, const char *dev,
		const char *fmt, ...)
{
	struct finding *finding;
	va_list ap;

	doctor->findings = xrealloc(doctor->findings, ++doctor->n_findings *
				    sizeof(*doctor->findings));
	finding = last(doctor);
	memset(finding, 0, sizeof(*finding));
	finding->check = doctor->check;
	finding->gateway = doctor->gateway ? doctor->gateway->name : NULL;
	finding->verdict = verdict;
	snprintf(finding->dev, sizeof(finding->dev), "%s", dev ? dev : "");
	va_start(ap, fmt);
	vsnprintf(finding->found, sizeof(finding->found), fmt, ap);
	va_end(ap);
}

void doctor_run(struct doctor *doctor, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(last(doctor)->fix, FIX_SIZE, fmt, ap);
	va_end(ap);
	last(doctor)->command = true;
}

void doctor_advise(struct doctor *doctor, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(last(doctor)->fix, FIX_SIZE, fmt, ap);
	va_end(ap);
}

/* Whether a shell takes it as it is. */
static bool is_plain(const char *word)
{
	const char *c;

	for (c = word; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.:@%+=,/", *c))
			return false;
	return c != word;
}

const char *quote(const char *word)
{
	static char buffers[4][4 * FOUND_SIZE];
	static unsigned int next;
	char *text = buffers[next++ % ARRAY_SIZE(buffers)], *end = text;

	if (is_plain(word))
		return word;
	*end++ = '\'';
	for (; *word && end < text + 4 * FOUND_SIZE - 6; word++)
		end += sprintf(end, *word == '\'' ? "'\\''" : "%c", *word);
	sprintf(end, "'");
	return text;
}

long doctor_number(const char *fmt, ...)
{
	char path[256];
	long number;
	va_list ap;
	FILE *file;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fscanf(file, "%ld", &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

static void examine(struct doctor *doctor, const struct gateway *gateway)
{
	unsigned int i;

	doctor->gateway = gateway;
	if (gateway) {
		host_device(&doctor->host, gateway->ifindex, NULL,
			    &doctor->uplink);
		doctor_find_ways(doctor);
	}
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		if (checks[i].gateway != !!gateway)
			continue;
		/* Of a gateway that has failed, only that is of interest. */
		if (gateway && gateway->state != NATGW_GATEWAY_STATE_AVAILABLE &&
		    checks[i].run != check_state)
			continue;
		doctor->check = &checks[i];
		checks[i].run(doctor);
	}
}

static void print_prose(const char *text)
{
	out_hang(MARGIN, WIDTH);
	out_text(text);
	out_line();
}

static void print_text(const struct finding *finding)
{
	printf("  %-7s  %-11s  ", verdicts[finding->verdict],
	       finding->check->name);
	print_prose(finding->found);
	if (!finding->fix[0])
		return;
	printf("%*s", finding->command ? 11 : MARGIN, "");
	if (finding->command) {
		out_str(NULL, "run: ", finding->fix);
		out_line();
	} else {
		print_prose(finding->fix);
	}
}

static void print_json(const struct finding *finding)
{
	out_object(NULL);
	out_str("check", NULL, finding->check->name);
	out_str("status", NULL, verdicts[finding->verdict]);
	if (finding->gateway)
		out_str("gateway", NULL, finding->gateway);
	if (finding->dev[0])
		out_str("dev", NULL, finding->dev);
	out_str("found", NULL, finding->found);
	if (finding->fix[0]) {
		out_str("fix", NULL, finding->fix);
		out_bool("command", finding->command);
	}
	out_object_end();
}

static void print_sum(const unsigned int *sums)
{
	printf("%u ok, %u warnings, %u failed, %u unknown\n",
	       sums[VERDICT_OK], sums[VERDICT_WARN], sums[VERDICT_FAIL],
	       sums[VERDICT_UNKNOWN]);
}

static enum status print_findings(const struct doctor *doctor)
{
	unsigned int sums[ARRAY_SIZE(verdicts)] = { 0 };
	const struct finding *finding;
	const char *gateway = "";
	unsigned int i;

	out_list();
	for (i = 0; i < doctor->n_findings; i++) {
		finding = &doctor->findings[i];
		sums[finding->verdict]++;
		if (opts.json) {
			print_json(finding);
			continue;
		}
		if (!i || finding->gateway != gateway) {
			out_str(NULL, finding->gateway ? "gateway " : "this host",
				finding->gateway ? finding->gateway : "");
			out_line();
		}
		gateway = finding->gateway;
		print_text(finding);
	}
	out_close();
	if (!opts.json)
		print_sum(sums);
	return sums[VERDICT_FAIL] ? STATUS_USAGE : STATUS_OK;
}

/* The gateways to look at: one, or all; 0 or -errno. */
static int choose(struct doctor *doctor, const char *name)
{
	unsigned int i;
	int err;

	if (!doctor->loaded)
		return 0;
	if (name) {
		err = gateway_check(name);
		if (err)
			return err;
	}
	for (i = 0; i < doctor->gateways.n; i++)
		if (!name || !strcmp(name, doctor->gateways.list[i].name))
			examine(doctor, &doctor->gateways.list[i]);
	return 0;
}

enum status cmd_doctor_show(const struct args *args)
{
	struct doctor doctor = { 0 };
	enum status status;
	int err;

	err = host_read(&doctor.host);
	if (err)
		return nl_fail(err, "read this host's devices and routes");
	doctor.rules_err = ruleset_read(&doctor.rules);
	examine(&doctor, NULL);
	err = choose(&doctor, args->v[W_GATEWAY].text);
	if (err)
		status = nl_fail(err, "find gateway %s",
				 args->v[W_GATEWAY].text);
	else
		status = print_findings(&doctor);
	free(doctor.findings);
	gateways_free(&doctor.gateways);
	ruleset_free(&doctor.rules);
	host_free(&doctor.host);
	return status;
}

void doctor_man(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(checks); i++)
		printf(".TP\n.B %s\n%s\n", checks[i].name, checks[i].sentence);
}
