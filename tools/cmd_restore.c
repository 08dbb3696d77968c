// SPDX-License-Identifier: GPL-2.0
/* natctl restore */
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "cmd.h"
#include "gateway.h"
#include "label.h"
#include "msg.h"
#include "nl.h"
#include "rule.h"
#include "want.h"

/* What there is. */
struct now {
	struct gateways gateways;
	struct rules rules;
	struct labels labels;
};

/* Whether a value is the one given, or none is and there is none. */
static bool same_addr(const struct args *args, enum word_id word, bool has,
		      in_addr_t addr)
{
	if (!given(args, word) || !has)
		return !given(args, word) && !has;
	return args->v[word].prefix.addr == addr;
}

static bool same_pair(const struct args *args, const struct pair *pair)
{
	return same_addr(args, W_EIP, pair->has_eip, pair->eip) &&
	       same_addr(args, W_PRIVATE_IP, pair->has_private_ip,
			 pair->private_ip);
}

/* Whether nothing differs of what cannot be changed in a gateway. */
static bool same_gateway(const struct want *want, const struct gateway *is)
{
	const struct args *args = &want->args;

	/* A device that has gone and come back needs a new gateway. */
	if (!is->ifindex && if_nametoindex(is->dev))
		return false;
	if (strcmp(args->v[W_DEV].text, is->dev) || !is->addresses ||
	    want_connectivity(want) != is->connectivity)
		return false;
	/* A private gateway has found its address by itself. */
	if (is->connectivity == NATGW_CONNECTIVITY_PRIVATE &&
	    !given(args, W_EIP) && !given(args, W_PRIVATE_IP))
		return true;
	return same_pair(args, &is->address[0]);
}

/* The line that wants this address of a gateway, if there is one. */
static struct want *find_address(const struct wants *wants,
				 const struct gateway *is,
				 const struct pair *pair)
{
	unsigned int i;

	for (i = 0; i < wants->n; i++)
		if (is_address(&wants->list[i]) &&
		    !strcmp(want_name(&wants->list[i]), is->name) &&
		    same_pair(&wants->list[i].args, pair))
			return &wants->list[i];
	return NULL;
}

static enum status delete_gateway(const struct gateway *is)
{
	struct args args = { .given[W_NAME] = true };

	args.v[W_NAME].text = is->name;
	return cmd_gateway_del(&args);
}

static enum status delete_address(const struct gateway *is,
				  const struct pair *pair)
{
	struct args args = { .given[W_GATEWAY] = true };

	args.v[W_GATEWAY].text = is->name;
	args.v[W_EIP].prefix.addr = pair->eip;
	args.given[W_EIP] = pair->has_eip;
	args.v[W_PRIVATE_IP].prefix.addr = pair->private_ip;
	args.given[W_PRIVATE_IP] = pair->has_private_ip;
	return cmd_address_del(&args);
}

static enum status delete_rule(const struct rule *is)
{
	struct args args = {
		.given[W_GATEWAY] = true,
		.given[W_PREF] = true,
	};

	args.v[W_GATEWAY].text = is->gateway;
	args.v[W_PREF].num = is->pref;
	return cmd_rule_del(&args);
}

static struct want *find_rule(const struct wants *wants,
			      const struct rule *is)
{
	unsigned int i;

	for (i = 0; i < wants->n; i++)
		if (is_rule(&wants->list[i]) &&
		    rule_same(&wants->list[i].rule, is))
			return &wants->list[i];
	return NULL;
}

/* Removes the rules that no line wants; notes those that are there. */
static enum status prune_rules(const struct wants *wants,
			       const struct gateway *gateway,
			       const struct rules *rules)
{
	enum status status = STATUS_OK;
	const struct rule *is;
	struct want *want;
	unsigned int i;

	for (i = 0; i < rules->n && !status; i++) {
		is = &rules->list[i];
		if (strcmp(is->gateway, gateway->name))
			continue;
		want = find_rule(wants, is);
		if (want)
			want->todo = DONE;
		else
			status = delete_rule(is);
	}
	return status;
}

/*
 * Removes the addresses that no line wants; notes those that are there. A
 * draining address goes by itself; one that is wanted makes way for itself.
 */
static enum status prune_addresses(const struct wants *wants,
				   const struct gateway *is)
{
	const struct pair *pair;
	enum status status = STATUS_OK;
	struct want *want;
	unsigned int i;
	bool draining;

	for (i = 1; i < is->addresses && !status; i++) {
		pair = &is->address[i];
		want = find_address(wants, is, pair);
		draining = pair->state == NATGW_ADDRESS_STATE_DRAINING;
		if (want && !draining)
			want->todo = DONE;
		else if (want || !draining)
			status = delete_address(is, pair);
	}
	return status;
}

/*
 * A line sets all that can be set: what it does not mention is the profile's.
 * The kernel does nothing where that is what there is already.
 */
static void want_set(struct want *want)
{
	struct args *args = &want->args;

	if (!given(args, W_PROFILE))
		args->v[W_PROFILE].num = NATGW_PROFILE_AWS;
	args->given[W_PROFILE] = true;
	args->given[W_INSIDE] = true;
	want->todo = SET;
}

static enum status delete_label(const struct label *is)
{
	struct args args = { .given[W_LABEL_PREFIX] = true };
	char text[INET_ADDRSTRLEN];

	args.v[W_LABEL_PREFIX].prefix = is->prefix;
	args.v[W_LABEL_PREFIX].text = inet_ntop(AF_INET, &is->prefix.addr, text,
						sizeof(text));
	return cmd_label_del(&args);
}

/* The line that wants a label of a prefix, if there is one. */
static struct want *find_label(const struct wants *wants,
			       const struct prefix *prefix)
{
	unsigned int i;

	for (i = 0; i < wants->n; i++)
		if (is_label(&wants->list[i]) &&
		    prefix_same(&wants->list[i].args.v[W_LABEL_PREFIX].prefix,
				prefix))
			return &wants->list[i];
	return NULL;
}

/* Removes the labels that no line wants; notes those that are there. */
static enum status prune_labels(const struct wants *wants,
				const struct labels *labels)
{
	enum status status = STATUS_OK;
	const struct label *is;
	struct want *want;
	unsigned int i;

	for (i = 0; i < labels->n && !status; i++) {
		is = &labels->list[i];
		want = find_label(wants, &is->prefix);
		if (!want)
			status = delete_label(is);
		else if (!strcmp(want->args.v[W_LABEL_NAME].text, is->name))
			want->todo = DONE;
	}
	return status;
}

/* Removes all that is not wanted, which makes room for what is. */
static enum status prune(const struct wants *wants, const struct now *now)
{
	enum status status = STATUS_OK;
	const struct gateway *is;
	struct want *want;
	unsigned int i;

	for (i = 0; i < now->gateways.n && !status; i++) {
		is = &now->gateways.list[i];
		want = find_gateway(wants, is->name);
		if (want && same_gateway(want, is)) {
			want_set(want);
			status = prune_rules(wants, is, &now->rules) ?:
				 prune_addresses(wants, is);
		} else {
			status = delete_gateway(is);
		}
	}
	return status ?: prune_labels(wants, &now->labels);
}

/*
 * Changes the gateways that stay. A prefix may move from one to another, which
 * the kernel takes only after the first gave it up; so those refused are tried
 * again for as long as others succeed.
 */
static enum status change(const struct wants *wants)
{
	struct want *want, *refused;
	unsigned int i, changed;
	int err = 0;

	do {
		changed = 0;
		refused = NULL;
		for (i = 0; i < wants->n; i++) {
			want = &wants->list[i];
			if (want->todo != SET)
				continue;
			set_place(wants, want);
			err = gateway_change(&want->args);
			if (err) {
				refused = want;
			} else {
				want->todo = DONE;
				changed++;
			}
		}
	} while (refused && changed);
	/* The kernel's words are those on the last one that was tried. */
	if (!refused)
		return STATUS_OK;
	set_place(wants, refused);
	return nl_fail(err, "set gateway %s", want_name(refused));
}

static enum status add_rule(const struct want *want)
{
	struct args args = want->args;

	args.given[W_PREF] = true;
	args.v[W_PREF].num = want->rule.pref;
	return cmd_rule_add(&args);
}

/* In the order of the file: what something is added to comes first there. */
static enum status add(const struct wants *wants)
{
	enum status status = STATUS_OK;
	const struct want *want;
	unsigned int i;

	for (i = 0; i < wants->n && !status; i++) {
		want = &wants->list[i];
		if (want->todo != ADD)
			continue;
		set_place(wants, want);
		status = is_rule(want) ? add_rule(want) :
			 want->args.command->run(&want->args);
	}
	return status;
}

/* A file from another machine may not cost the gateways of this one. */
static enum status check_devices(const struct wants *wants,
				 const struct gateways *gateways)
{
	const struct want *want;
	unsigned int i, j;

	for (i = 0; i < wants->n; i++) {
		want = &wants->list[i];
		if (!is_gateway(want) ||
		    if_nametoindex(want->args.v[W_DEV].text))
			continue;
		for (j = 0; j < gateways->n; j++)
			if (!strcmp(gateways->list[j].name, want_name(want)) &&
			    same_gateway(want, &gateways->list[j]))
				break;
		if (j < gateways->n)
			continue;
		set_place(wants, want);
		return error("there is no device \"%s\"",
			     want->args.v[W_DEV].text);
	}
	return STATUS_OK;
}

static enum status apply(const struct wants *wants, const struct now *now)
{
	enum status status = check_devices(wants, &now->gateways);

	if (status)
		return status;
	status = prune(wants, now) ?: change(wants) ?: add(wants);
	if (status)
		warning("restore stopped there; what it did before stays done");
	return status;
}

static enum status read_and_apply(const struct wants *wants)
{
	enum status status;
	struct now now = {};
	int err;

	err = gateways_read(&now.gateways);
	if (err)
		return nl_fail(err, "read the gateways");
	err = rules_read(&now.rules) ?: labels_read(&now.labels);
	status = err ? nl_fail(err, "read the rules and labels") :
		 apply(wants, &now);
	labels_free(&now.labels);
	rules_free(&now.rules);
	gateways_free(&now.gateways);
	return status;
}

enum status cmd_restore(const struct args *args)
{
	struct place before = place;
	struct wants wants;
	enum status status;

	status = wants_read(&wants, given(args, W_FILE) ?
			    args->v[W_FILE].text : "-");
	if (!status)
		status = read_and_apply(&wants);
	place = before;
	wants_free(&wants);
	return status;
}
