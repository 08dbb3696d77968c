/* SPDX-License-Identifier: GPL-2.0 */
/*
 * natctl doctor: what is looked at, and what was found. A check reports at least
 * one finding; nothing that it does changes anything.
 */
#ifndef NATCTL_DOCTOR_H
#define NATCTL_DOCTOR_H

#include "gateway.h"
#include "host.h"
#include "ruleset.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL, VERDICT_UNKNOWN };

/* How some inside hosts are reached, with the address of one of them. */
struct way {
	struct prefix inside;
	in_addr_t host;
	struct device dev;	/* index 0: there is no way */
	bool on_link;
};

enum { MAX_WAYS = 32 };

struct finding;

/* A check is about the host where "gateway" is false, and about each gateway else. */
struct check;

struct doctor {
	bool loaded;		/* the module, so that it can be asked */
	struct gateways gateways;
	struct host host;
	struct ruleset rules;
	int rules_err;		/* why the rules are not known */

	const struct check *check;
	const struct gateway *gateway;
	struct device uplink;	/* index 0: it is gone */
	struct way ways[MAX_WAYS];
	unsigned int n_ways;
	in_addr_t far;		/* an address that the uplink leads to, or 0 */
	bool has_allowance;	/* some driver counts what its network held back */

	struct finding *findings;
	unsigned int n_findings;
};

/* Adds a finding of the current check; dev may be NULL. */
void doctor_say(struct doctor *doctor, enum verdict verdict, const char *dev,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* What puts the last finding right: a command as it is to be run, or words. */
void doctor_run(struct doctor *doctor, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_advise(struct doctor *doctor, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A word as a shell takes it; of the last few calls, the answers stay. */
const char *quote(const char *word);

/* The number in a file; -1 where there is none. */
long doctor_number(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Finds the ways of the current gateway's inside hosts, and where it leads to. */
void doctor_find_ways(struct doctor *doctor);

/* Asks about the uplink and each inside device; whether all answers are true. */
bool doctor_each_dev(struct doctor *doctor,
		     bool (*look)(struct doctor *doctor,
				  const struct device *dev));

/* Whether this is an instance in EC2; id is its identifier, or "". */
bool doctor_on_ec2(char *id, size_t size);

void check_module(struct doctor *doctor);
void check_gateways(struct doctor *doctor);
void check_fences(struct doctor *doctor);
void check_state(struct doctor *doctor);
void check_address(struct doctor *doctor);
void check_route(struct doctor *doctor);
void check_forwarding(struct doctor *doctor);
void check_rp_filter(struct doctor *doctor);
void check_redirects(struct doctor *doctor);
void check_mtu(struct doctor *doctor);
void check_forward_rules(struct doctor *doctor);
void check_other_nat(struct doctor *doctor);
void check_conntrack(struct doctor *doctor);
void check_flowtables(struct doctor *doctor);
void check_queues(struct doctor *doctor);
void check_allowances(struct doctor *doctor);
void check_drops(struct doctor *doctor);
void check_timeouts(struct doctor *doctor);
void check_source_dest(struct doctor *doctor);

#endif
