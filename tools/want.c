// SPDX-License-Identifier: GPL-2.0
/* What a file to be restored wants: a gateway, address, rule or label a line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "label.h"
#include "msg.h"
#include "want.h"

enum { PREF_STEP = 10 };

bool is_gateway(const struct want *want)
{
	return want->args.command->run == cmd_gateway_add;
}

bool is_address(const struct want *want)
{
	return want->args.command->run == cmd_address_add;
}

bool is_rule(const struct want *want)
{
	return want->args.command->run == cmd_rule_add;
}

bool is_label(const struct want *want)
{
	return want->args.command->run == cmd_label_set;
}

const char *want_name(const struct want *want)
{
	if (is_label(want))
		return "";
	return want->args.v[is_gateway(want) ? W_NAME : W_GATEWAY].text;
}

uint32_t want_connectivity(const struct want *want)
{
	return given(&want->args, W_CONNECTIVITY) ?
	       want->args.v[W_CONNECTIVITY].num : NATGW_CONNECTIVITY_PUBLIC;
}

struct want *find_gateway(const struct wants *wants, const char *name)
{
	unsigned int i;

	for (i = 0; i < wants->n; i++)
		if (is_gateway(&wants->list[i]) &&
		    !strcmp(want_name(&wants->list[i]), name))
			return &wants->list[i];
	return NULL;
}

void set_place(const struct wants *wants, const struct want *want)
{
	place.file = wants->file;
	place.line = want->number;
}

/*
 * The kernel would refuse what the checks below find too, but only after what
 * the file does not mention was deleted.
 */
static enum status check_pair(const struct wants *wants,
			      const struct want *want)
{
	const struct want *gateway = is_gateway(want) ? want :
				     find_gateway(wants, want_name(want));
	uint32_t type = want_connectivity(gateway);
	bool eip = given(&want->args, W_EIP);

	if (type == NATGW_CONNECTIVITY_PUBLIC && !eip)
		return error("a public gateway needs an elastic IP: eip ADDR");
	if (type == NATGW_CONNECTIVITY_PRIVATE && eip)
		return error("a private gateway takes no elastic IP");
	if (is_address(want) && !eip && !given(&want->args, W_PRIVATE_IP))
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

/* Whether a rule's address is one of those that its gateway has by then. */
static enum status check_rule_address(const struct wants *wants,
				      const struct want *want)
{
	const struct want *other;
	unsigned int i;

	for (i = 0; want->rule.has_address && i < wants->n; i++) {
		other = &wants->list[i];
		if (strcmp(want_name(other), want->rule.gateway))
			continue;
		/* A private gateway may find its address by itself. */
		if (has_addr(&other->args, want->rule.address) ||
		    (is_gateway(other) && !given(&other->args, W_EIP) &&
		     !given(&other->args, W_PRIVATE_IP)))
			return STATUS_OK;
	}
	return want->rule.has_address ?
	       error("no line above gives gateway \"%s\" address %s",
		     want->rule.gateway, want->args.v[W_ADDRESS].text) :
	       STATUS_OK;
}

/*
 * A rule without a number comes behind those above, and gets the number that
 * the kernel would give it: the file may have been applied already.
 */
static enum status check_rule(const struct wants *wants, struct want *want)
{
	struct rule *rule = &want->rule;
	const struct rule *other;
	uint32_t last = 0;
	unsigned int i;

	rule_of_args(&want->args, rule);
	if (rule->exempt && (rule->has_address || rule->has_idle))
		return error("\"exempt\" cannot stand beside \"address\" or \"idle\"");
	for (i = 0; i < wants->n; i++) {
		other = &wants->list[i].rule;
		if (!is_rule(&wants->list[i]) ||
		    strcmp(other->gateway, rule->gateway))
			continue;
		if (rule->has_pref && rule->pref == other->pref)
			return error("line %u has rule %u already",
				     wants->list[i].number, rule->pref);
		if (other->pref > last)
			last = other->pref;
	}
	if (!rule->has_pref)
		rule->pref = last > UINT32_MAX - PREF_STEP ? 0 :
							     last + PREF_STEP;
	rule->has_pref = true;
	return check_rule_address(wants, want);
}

static enum status check_label(const struct wants *wants,
			       const struct want *want)
{
	const struct value *v = &want->args.v[W_LABEL_PREFIX];
	const struct want *other;
	unsigned int i;

	for (i = 0; i < wants->n; i++) {
		other = &wants->list[i];
		if (is_label(other) &&
		    prefix_same(&other->args.v[W_LABEL_PREFIX].prefix,
				&v->prefix))
			return error("line %u has a label for %s already",
				     other->number, v->text);
	}
	return STATUS_OK;
}

static bool belongs_here(const struct command *command)
{
	return command->run == cmd_gateway_add ||
	       command->run == cmd_address_add ||
	       command->run == cmd_rule_add || command->run == cmd_label_set;
}

static enum status parse_want(const struct wants *wants, struct want *want)
{
	const struct object *object;
	const struct command *command;
	bool known;
	int used;

	command = find_command(want->line.n, want->line.words, &object, &used);
	if (!command)
		return STATUS_USAGE;
	if (!belongs_here(command))
		return error("only %s belong here",
			     "\"gateway add\", \"address add\", \"rule add\" and \"label set\"");
	if (args_parse(&want->args, object, command, want->line.n - used,
		       want->line.words + used))
		return STATUS_USAGE;
	if (is_label(want))
		return check_label(wants, want);
	known = find_gateway(wants, want_name(want));
	if (is_gateway(want) && known)
		return error("duplicate gateway \"%s\"", want_name(want));
	if (!is_gateway(want) && !known)
		return error("no line above adds gateway \"%s\"",
			     want_name(want));
	if (is_rule(want))
		return check_rule(wants, want);
	return check_pair(wants, want) ?: check_unique(wants, want);
}

static enum status read_lines(struct wants *wants, struct reader *reader)
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

enum status wants_read(struct wants *wants, const char *file)
{
	struct place before = place;
	struct reader reader;
	enum status status;

	memset(wants, 0, sizeof(*wants));
	if (!reader_open(&reader, file))
		return STATUS_USAGE;
	wants->file = reader.name;
	status = read_lines(wants, &reader);
	reader_close(&reader);
	place = before;
	return status;
}

void wants_free(struct wants *wants)
{
	unsigned int i;

	for (i = 0; i < wants->n; i++)
		line_free(&wants->list[i].line);
	free(wants->list);
}
