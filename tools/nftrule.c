// SPDX-License-Identifier: GPL-2.0
/* One rule of nf_tables, and a packet. */
#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <stdio.h>
#include <string.h>

#include "nftrule.h"

uint32_t rule_be32(const struct nlattr *attr)
{
	return ntohl(nl_u32(attr));
}

/* The value that an expression has loaded, or that it is nothing known. */
struct value_seen {
	enum { NOTHING, NAME, INDEX, ADDRESS, STATE, FAMILY } kind;
	const char *name;
	const struct prefix *addr;
	uint32_t state;
	unsigned int len;	/* bytes of an address that were loaded */
	uint32_t mask;		/* of an address, network byte order */
};

static const void *data_value(const struct nlattr *nest, unsigned int *len)
{
	const struct nlattr *tb[NFTA_DATA_MAX + 1];

	*len = 0;
	if (!nest)
		return NULL;
	nl_nested(nest, tb, NFTA_DATA_MAX);
	if (!tb[NFTA_DATA_VALUE])
		return NULL;
	*len = mnl_attr_get_payload_len(tb[NFTA_DATA_VALUE]);
	return mnl_attr_get_payload(tb[NFTA_DATA_VALUE]);
}

static void load_meta(const struct nlattr *data, const struct packet *packet,
		      struct value_seen *seen)
{
	const struct nlattr *tb[NFTA_META_MAX + 1];

	nl_nested(data, tb, NFTA_META_MAX);
	if (tb[NFTA_META_SREG])
		return;		/* it sets a mark or the like */
	seen->kind = NAME;
	switch (rule_be32(tb[NFTA_META_KEY])) {
	case NFT_META_IIF:
		seen->kind = INDEX;
		seen->name = packet->iif;
		break;
	case NFT_META_OIF:
		seen->kind = INDEX;
		seen->name = packet->oif;
		break;
	case NFT_META_IIFNAME:
		seen->name = packet->iif;
		break;
	case NFT_META_OIFNAME:
		seen->name = packet->oif;
		break;
	case NFT_META_NFPROTO:
		seen->kind = FAMILY;
		break;
	default:
		seen->kind = NOTHING;
	}
}

static void load_payload(const struct nlattr *data, const struct packet *packet,
			 struct value_seen *seen)
{
	const struct nlattr *tb[NFTA_PAYLOAD_MAX + 1];
	uint32_t offset;

	nl_nested(data, tb, NFTA_PAYLOAD_MAX);
	if (tb[NFTA_PAYLOAD_SREG])
		return;
	offset = rule_be32(tb[NFTA_PAYLOAD_OFFSET]);
	seen->len = rule_be32(tb[NFTA_PAYLOAD_LEN]);
	seen->mask = UINT32_MAX;
	seen->kind = NOTHING;
	if (rule_be32(tb[NFTA_PAYLOAD_BASE]) != NFT_PAYLOAD_NETWORK_HEADER ||
	    (offset != 12 && offset != 16) || !seen->len || seen->len > 4)
		return;
	seen->kind = ADDRESS;
	seen->addr = offset == 12 ? &packet->src : &packet->dst;
}

static void load_ct(const struct nlattr *data, const struct packet *packet,
		    struct value_seen *seen)
{
	const struct nlattr *tb[NFTA_CT_MAX + 1];

	nl_nested(data, tb, NFTA_CT_MAX);
	if (tb[NFTA_CT_SREG])
		return;
	seen->kind = rule_be32(tb[NFTA_CT_KEY]) == NFT_CT_STATE ? STATE : NOTHING;
	seen->state = packet->ct_state;
}

static void apply_mask(const struct nlattr *data, struct value_seen *seen)
{
	const struct nlattr *tb[NFTA_BITWISE_MAX + 1];
	const void *mask;
	unsigned int len;
	uint32_t word = 0;

	nl_nested(data, tb, NFTA_BITWISE_MAX);
	mask = data_value(tb[NFTA_BITWISE_MASK], &len);
	if (!mask || len > sizeof(word)) {
		seen->kind = NOTHING;
		return;
	}
	memcpy(&word, mask, len);
	seen->mask = word;
	seen->state &= word;
}

static enum matching truth(bool equal, uint32_t op)
{
	return equal == (op == NFT_CMP_EQ) ? YES : NO;
}

/* A name that is compared up to its end has a 0 there; else it is a pattern. */
static enum matching compare_name(const struct value_seen *seen,
				  const char *name, unsigned int len,
				  uint32_t op)
{
	char mine[IFNAMSIZ] = "";

	if (!seen->name || len > sizeof(mine))
		return MAYBE;
	snprintf(mine, sizeof(mine), "%s", seen->name);
	return truth(!memcmp(mine, name, len), op);
}

/* The packet's address is a prefix, which the rule's may cover, or be a part of. */
static enum matching compare_address(const struct value_seen *seen,
				     const void *value, unsigned int len,
				     uint32_t op)
{
	uint32_t theirs = 0, rule, mine;

	if (len > sizeof(theirs))
		return MAYBE;
	memcpy(&theirs, value, len);
	rule = ntohl(seen->mask);
	if (seen->len < 4)
		rule &= UINT32_MAX << (32 - 8 * seen->len);
	mine = seen->addr->len ? UINT32_MAX << (32 - seen->addr->len) : 0;
	if (ntohl(theirs ^ seen->addr->addr) & rule & mine)
		return truth(false, op);
	return (rule & mine) == rule ? truth(true, op) : MAYBE;
}

static enum matching compare(const struct nlattr *data,
			     const struct value_seen *seen)
{
	const struct nlattr *tb[NFTA_CMP_MAX + 1];
	const void *value;
	unsigned int len;
	uint32_t op, word = 0;

	nl_nested(data, tb, NFTA_CMP_MAX);
	op = rule_be32(tb[NFTA_CMP_OP]);
	value = data_value(tb[NFTA_CMP_DATA], &len);
	if (!value || !len || (op != NFT_CMP_EQ && op != NFT_CMP_NEQ))
		return MAYBE;
	switch (seen->kind) {
	case NAME:
		return compare_name(seen, value, len, op);
	case INDEX:
		memcpy(&word, value, len < sizeof(word) ? len : sizeof(word));
		return seen->name ? truth(if_nametoindex(seen->name) == word,
					  op) : MAYBE;
	case ADDRESS:
		return compare_address(seen, value, len, op);
	case STATE:
		memcpy(&word, value, len < sizeof(word) ? len : sizeof(word));
		return truth(seen->state == word, op);
	case FAMILY:
		return truth(*(uint8_t *)value == NFPROTO_IPV4, op);
	default:
		return MAYBE;
	}
}

static void read_verdict(const struct nlattr *data, struct action *action)
{
	const struct nlattr *tb[NFTA_IMMEDIATE_MAX + 1];
	const struct nlattr *value[NFTA_DATA_MAX + 1];
	const struct nlattr *verdict[NFTA_VERDICT_MAX + 1];

	nl_nested(data, tb, NFTA_IMMEDIATE_MAX);
	if (!tb[NFTA_IMMEDIATE_DATA])
		return;
	nl_nested(tb[NFTA_IMMEDIATE_DATA], value, NFTA_DATA_MAX);
	if (!value[NFTA_DATA_VERDICT])
		return;
	nl_nested(value[NFTA_DATA_VERDICT], verdict, NFTA_VERDICT_MAX);
	switch ((int32_t)rule_be32(verdict[NFTA_VERDICT_CODE])) {
	case NF_DROP:
		action->kind = DROPS;
		break;
	case NF_ACCEPT:
		action->kind = ACCEPTS;
		break;
	case NFT_JUMP:
	case NFT_GOTO:
		action->kind = JUMPS;
		action->for_good = (int32_t)rule_be32(verdict[NFTA_VERDICT_CODE]) ==
				   NFT_GOTO;
		nl_copy(verdict[NFTA_VERDICT_CHAIN], action->chain,
			sizeof(action->chain));
		break;
	case NFT_RETURN:
		action->kind = RETURNS;
		break;
	}
}

/* The targets of iptables that nft has no words of its own for. */
static void read_target(const struct nlattr *data, struct action *action)
{
	const struct nlattr *tb[NFTA_TARGET_MAX + 1];
	char name[32];

	nl_nested(data, tb, NFTA_TARGET_MAX);
	nl_copy(tb[NFTA_TARGET_NAME], name, sizeof(name));
	if (!strcmp(name, "MASQUERADE") || !strcmp(name, "SNAT") ||
	    !strcmp(name, "NETMAP"))
		action->kind = TRANSLATES;
	else if (!strcmp(name, "REJECT"))
		action->kind = DROPS;
}

static void read_nat(const struct nlattr *data, struct action *action)
{
	const struct nlattr *tb[NFTA_NAT_MAX + 1];

	nl_nested(data, tb, NFTA_NAT_MAX);
	action->kind = rule_be32(tb[NFTA_NAT_TYPE]) == NFT_NAT_SNAT ? TRANSLATES :
								ACCEPTS;
}

static void read_masquerade(const struct nlattr *data, struct action *action)
{
	(void)data;
	action->kind = TRANSLATES;
}

static void read_reject(const struct nlattr *data, struct action *action)
{
	(void)data;
	action->kind = DROPS;
}

/*
 * A rule is a row of expressions: one loads a value, others change or compare it, and
 * the last ones say what is done.
 */
static const struct expression {
	const char *name;
	void (*load)(const struct nlattr *data, const struct packet *packet,
		     struct value_seen *seen);
	void (*change)(const struct nlattr *data, struct value_seen *seen);
	enum matching (*compare)(const struct nlattr *data,
				 const struct value_seen *seen);
	void (*act)(const struct nlattr *data, struct action *action);
} expressions[] = {
	{ .name = "meta", .load = load_meta },
	{ .name = "payload", .load = load_payload },
	{ .name = "ct", .load = load_ct },
	{ .name = "bitwise", .change = apply_mask },
	{ .name = "cmp", .compare = compare },
	{ .name = "immediate", .act = read_verdict },
	{ .name = "target", .act = read_target },
	{ .name = "nat", .act = read_nat },
	{ .name = "masq", .act = read_masquerade },
	{ .name = "reject", .act = read_reject },
	/* These say nothing about whether the rule matches. */
	{ .name = "counter" },
	{ .name = "log" },
	{ .name = "objref" },
	{ .name = "notrack" },
	{ .name = "last" },
};

static const struct expression *find_expression(const struct nlattr *attr)
{
	char name[32];
	unsigned int i;

	nl_copy(attr, name, sizeof(name));
	for (i = 0; i < ARRAY_SIZE(expressions); i++)
		if (!strcmp(name, expressions[i].name))
			return &expressions[i];
	return NULL;
}

enum matching rule_match(const struct nlattr *row, const struct packet *packet,
			 struct action *action)
{
	const struct nlattr *tb[NFTA_EXPR_MAX + 1], *data, *nest;
	struct value_seen seen = { .kind = NOTHING };
	const struct expression *expression;
	enum matching matching = YES, part;

	memset(action, 0, sizeof(*action));
	if (!row)
		return YES;
	mnl_attr_for_each_nested(nest, row) {
		nl_nested(nest, tb, NFTA_EXPR_MAX);
		data = tb[NFTA_EXPR_DATA];
		expression = find_expression(tb[NFTA_EXPR_NAME]);
		part = expression ? YES : MAYBE;
		if (!expression || !data)
			seen.kind = NOTHING;
		else if (expression->load)
			expression->load(data, packet, &seen);
		else if (expression->change)
			expression->change(data, &seen);
		else if (expression->compare)
			part = expression->compare(data, &seen);
		if (expression && data && expression->act)
			expression->act(data, action);
		if (part < matching)
			matching = part;
	}
	return matching;
}
