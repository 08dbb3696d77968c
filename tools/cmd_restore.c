// SPDX-License-Identifier: GPL-2.0
/* natctl restore */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "gateway.h"
#include "lines.h"
#include "msg.h"
#include "nl.h"

/* What a line of the file that says nothing of it means. */
static const struct {
	enum word_id word;
	uint32_t num;
} defaults[] = {
	{ W_CONNECTIVITY, NATGW_CONNECTIVITY_PUBLIC },
	{ W_UNSOLICITED, NATGW_UNSOLICITED_LOCAL },
	{ W_CONNTRACK, NATGW_CONNTRACK_KEEP },
	{ W_TCP_OPENING, NATGW_DEFAULT_TCP_OPENING },
	{ W_TCP_ESTABLISHED, NATGW_DEFAULT_TCP_ESTABLISHED },
	{ W_TCP_CLOSING, NATGW_DEFAULT_TCP_CLOSING },
	{ W_UDP, NATGW_DEFAULT_UDP },
	{ W_ICMP, NATGW_DEFAULT_ICMP },
};

/* A line of the file to be restored, which wants a gateway or an address. */
struct want {
	struct line line;
	unsigned int number;
	struct args args;
	enum { ADD, SET, DONE } todo;
};

struct wants {
	struct want *list;
	unsigned int n;
	const char *file;
};

static bool is_gateway(const struct want *want)
{
	return want->args.command->run == cmd_gateway_add;
}

static const char *gateway_name(const struct want *want)
{
	return want->args.v[is_gateway(want) ? W_NAME : W_GATEWAY].text;
}

static struct want *find_gateway(const struct wants *wants, const char *name)
{
	unsigned int i;

	for (i = 0; i < wants->n; i++)
		if (is_gateway(&wants->list[i]) &&
		    !strcmp(gateway_name(&wants->list[i]), name))
			return &wants->list[i];
	return NULL;
}

static void fill_defaults(struct args *args)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++) {
		if (given(args, defaults[i].word))
			continue;
		args->v[defaults[i].word].num = defaults[i].num;
		args->given |= UINT64_C(1) << defaults[i].word;
	}
	args->given |= UINT64_C(1) << W_INSIDE;
}

/*
 * The kernel would refuse these too, but only after what the file does not
 * mention was deleted.
 */
static enum status check_pair(const struct wants *wants,
			      const struct want *want)
{
	const struct want *gateway = is_gateway(want) ? want :
				     find_gateway(wants, gateway_name(want));
	uint32_t type = gateway->args.v[W_CONNECTIVITY].num;
	bool eip = given(&want->args, W_EIP);

	if (type == NATGW_CONNECTIVITY_PUBLIC && !eip)
		return error("a public gateway needs an elastic IP: eip ADDR");
	if (type == NATGW_CONNECTIVITY_PRIVATE && eip)
		return error("a private gateway takes no elastic IP");
	if (!is_gateway(want) && !eip && !given(&want->args, W_PRIVATE_IP))
		return error("\"private-ip\" is missing");
	return STATUS_OK;
}

static bool has_addr(const struct args *args, in_addr_t addr)
{
	return (given(args, W_EIP) && args->v[W_EIP].prefix.addr == addr) ||
	       (given(args, W_PRIVATE_IP) &&
		args->v[W_PRIVATE_IP].prefix.addr == addr);
}

static enum status check_unique(const struct wants *wants,
				const struct want *want)
{
	static const enum word_id roles[] = { W_EIP, W_PRIVATE_IP };
	const struct value *v;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(roles); i++) {
		v = &want->args.v[roles[i]];
		for (j = 0; given(&want->args, roles[i]) && j < wants->n; j++)
			if (has_addr(&wants->list[j].args, v->prefix.addr))
				return error("line %u has address %s already",
					     wants->list[j].number, v->text);
	}
	return STATUS_OK;
}

/* Checks one line, as far as the file alone tells what is right. */
static enum status parse_want(const struct wants *wants, struct want *want)
{
	const struct object *object;
	const struct command *command;
	bool known;
	int used;

	command = find_command(want->line.n, want->line.words, &object, &used);
	if (!command)
		return STATUS_USAGE;
	if (command->run != cmd_gateway_add && command->run != cmd_address_add)
		return error("only \"gateway add\" and \"address add\" belong here");
	if (args_parse(&want->args, object, command, want->line.n - used,
		       want->line.words + used))
		return STATUS_USAGE;
	known = find_gateway(wants, gateway_name(want));
	if (is_gateway(want) && known)
		return error("duplicate gateway \"%s\"", gateway_name(want));
	if (!is_gateway(want) && !known)
		return error("no line above adds gateway \"%s\"",
			     gateway_name(want));
	if (is_gateway(want))
		fill_defaults(&want->args);
	return check_pair(wants, want) ?: check_unique(wants, want);
}

static void wants_free(struct wants *wants)
{
	unsigned int i;

	for (i = 0; i < wants->n; i++)
		line_free(&wants->list[i].line);
	free(wants->list);
}

static enum status wants_read(struct wants *wants, struct reader *reader)
{
	struct want want;
	enum status status;

	while (memset(&want, 0, sizeof(want)), line_read(reader, &want.line)) {
		want.number = place.line;
		status = parse_want(wants, &want);
		if (status) {
			line_free(&want.line);
			return status;
		}
		wants->list = xrealloc(wants->list, (wants->n + 1) *
				       sizeof(*wants->list));
		wants->list[wants->n++] = want;
	}
	if (ferror(reader->file))
		return error("cannot read it: %s", strerror(errno));
	/* Likely a command before a pipe that failed; it may not cost all. */
	if (reader->next == 1)
		return error("it is empty; without gateways it would have a comment at least");
	return STATUS_OK;
}

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
static bool same_gateway(const struct args *args, const struct gateway *is)
{
	/* A device that has gone and come back needs a new gateway. */
	if (!is->ifindex && if_nametoindex(is->dev))
		return false;
	if (strcmp(args->v[W_DEV].text, is->dev) || !is->addresses ||
	    args->v[W_CONNECTIVITY].num != is->connectivity)
		return false;
	/* A private gateway has found its address by itself. */
	if (is->connectivity == NATGW_CONNECTIVITY_PRIVATE &&
	    !given(args, W_EIP) && !given(args, W_PRIVATE_IP))
		return true;
	return same_pair(args, &is->address[0]);
}

static bool same_inside(const struct args *args, const struct gateway *is)
{
	unsigned int i, j;

	if (args->insides != is->insides)
		return false;
	for (i = 0; i < args->insides; i++) {
		for (j = 0; j < is->insides; j++)
			if (args->inside[i].addr == is->inside[j].addr &&
			    args->inside[i].len == is->inside[j].len)
				break;
		if (j == is->insides)
			return false;
	}
	return true;
}

/* Leaves in args only what differs; false where nothing does. */
static bool options_differ(struct args *args, const struct gateway *is)
{
	const struct {
		enum word_id word;
		uint32_t num;
	} now[] = {
		{ W_UNSOLICITED, is->unsolicited },
		{ W_CONNTRACK, is->conntrack },
		{ W_MAX_FLOWS, is->max_flows },
		{ W_TCP_OPENING, is->timeouts[NATGW_FLOW_STATE_TCP_OPENING] },
		{ W_TCP_ESTABLISHED,
		  is->timeouts[NATGW_FLOW_STATE_TCP_ESTABLISHED] },
		{ W_TCP_CLOSING, is->timeouts[NATGW_FLOW_STATE_TCP_CLOSING] },
		{ W_UDP, is->timeouts[NATGW_FLOW_STATE_UDP] },
		{ W_ICMP, is->timeouts[NATGW_FLOW_STATE_ICMP] },
	};
	unsigned int i;
	bool differ = false;

	if (same_inside(args, is)) {
		args->given &= ~(UINT64_C(1) << W_INSIDE);
		args->insides = 0;
	} else {
		differ = true;
	}
	for (i = 0; i < ARRAY_SIZE(now); i++) {
		if (!given(args, now[i].word))
			continue;
		if (args->v[now[i].word].num != now[i].num)
			differ = true;
		else
			args->given &= ~(UINT64_C(1) << now[i].word);
	}
	return differ;
}

/* The line that wants this address of a gateway, if there is one. */
static struct want *find_address(const struct wants *wants,
				 const struct gateway *is,
				 const struct pair *pair)
{
	unsigned int i;

	for (i = 0; i < wants->n; i++)
		if (!is_gateway(&wants->list[i]) &&
		    !strcmp(gateway_name(&wants->list[i]), is->name) &&
		    same_pair(&wants->list[i].args, pair))
			return &wants->list[i];
	return NULL;
}

static enum status delete_gateway(const struct gateway *is)
{
	struct args args = { .given = UINT64_C(1) << W_NAME };

	args.v[W_NAME].text = is->name;
	return cmd_gateway_del(&args);
}

static enum status delete_address(const struct gateway *is,
				  const struct pair *pair)
{
	struct args args = { .given = UINT64_C(1) << W_GATEWAY };

	args.v[W_GATEWAY].text = is->name;
	if (pair->has_eip) {
		args.v[W_EIP].prefix.addr = pair->eip;
		args.given |= UINT64_C(1) << W_EIP;
	}
	if (pair->has_private_ip) {
		args.v[W_PRIVATE_IP].prefix.addr = pair->private_ip;
		args.given |= UINT64_C(1) << W_PRIVATE_IP;
	}
	return cmd_address_del(&args);
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

/* Removes all that is not wanted, which makes room for what is. */
static enum status prune(const struct wants *wants,
			 const struct gateways *gateways)
{
	enum status status = STATUS_OK;
	const struct gateway *is;
	struct want *want;
	unsigned int i;

	for (i = 0; i < gateways->n && !status; i++) {
		is = &gateways->list[i];
		want = find_gateway(wants, is->name);
		if (want && same_gateway(&want->args, is)) {
			want->todo = options_differ(&want->args, is) ? SET :
								       DONE;
			status = prune_addresses(wants, is);
		} else {
			status = delete_gateway(is);
		}
	}
	return status;
}

static void set_place(const struct wants *wants, const struct want *want)
{
	place.file = wants->file;
	place.line = want->number;
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
	return nl_fail(err, "set gateway %s", gateway_name(refused));
}

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
		status = want->args.command->run(&want->args);
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
			if (!strcmp(gateways->list[j].name,
				    gateway_name(want)) &&
			    same_gateway(&want->args, &gateways->list[j]))
				break;
		if (j < gateways->n)
			continue;
		set_place(wants, want);
		return error("there is no device \"%s\"",
			     want->args.v[W_DEV].text);
	}
	return STATUS_OK;
}

static enum status apply(const struct wants *wants)
{
	struct gateways gateways;
	enum status status;
	int err;

	err = gateways_read(&gateways);
	if (err)
		return nl_fail(err, "read the gateways");
	status = check_devices(wants, &gateways);
	if (!status) {
		status = prune(wants, &gateways) ?: change(wants) ?: add(wants);
		if (status)
			warning("restore stopped there; what it did before stays done");
	}
	gateways_free(&gateways);
	return status;
}

enum status cmd_restore(const struct args *args)
{
	struct place before = place;
	struct wants wants = { NULL, 0, NULL };
	struct reader reader;
	enum status status;

	if (!reader_open(&reader, given(args, W_FILE) ?
			 args->v[W_FILE].text : "-"))
		return STATUS_USAGE;
	wants.file = reader.name;
	status = wants_read(&wants, &reader);
	reader_close(&reader);
	place = before;
	if (!status) {
		status = apply(&wants);
		place = before;
	}
	wants_free(&wants);
	return status;
}
