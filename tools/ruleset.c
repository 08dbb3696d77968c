// SPDX-License-Identifier: GPL-2.0
/* The host's own rules, as nf_tables has them, and what they do to a packet. */
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "nftrule.h"

enum { MAX_DEPTH = 16 };

static int read_list(uint16_t type, struct nl_list *list)
{
	char buf[ASK_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;

	nlh = ask_request(buf, NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_DUMP);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	return ask(NETLINK_NETFILTER, nlh, list);
}

static void read_legacy(struct ruleset *ruleset)
{
	FILE *file = fopen("/proc/net/ip_tables_names", "re");
	char name[RULESET_NAME];

	while (file && fscanf(file, "%63s", name) == 1) {
		if (!strcmp(name, "filter"))
			ruleset->legacy_filter = true;
		else if (!strcmp(name, "nat"))
			ruleset->legacy_nat = true;
	}
	if (file)
		fclose(file);
}

int ruleset_read(struct ruleset *ruleset)
{
	int err;

	memset(ruleset, 0, sizeof(*ruleset));
	err = read_list(NFT_MSG_GETCHAIN, &ruleset->chains);
	if (!err)
		err = read_list(NFT_MSG_GETRULE, &ruleset->rules);
	if (!err)
		err = read_list(NFT_MSG_GETFLOWTABLE, &ruleset->flowtables);
	/* Of a kernel that has no nf_tables there are no rules. */
	if (err == -EOPNOTSUPP || err == -EINVAL || err == -EPROTONOSUPPORT)
		err = 0;
	if (err)
		ruleset_free(ruleset);
	else
		read_legacy(ruleset);
	return err;
}

void ruleset_free(struct ruleset *ruleset)
{
	nl_free(&ruleset->chains);
	nl_free(&ruleset->rules);
	nl_free(&ruleset->flowtables);
}

static uint8_t family_of(const struct nlmsghdr *nlh)
{
	return ((struct nfgenmsg *)mnl_nlmsg_get_payload(nlh))->nfgen_family;
}

static bool is_ipv4(const struct nlmsghdr *nlh)
{
	uint8_t family = family_of(nlh);

	return family == NFPROTO_IPV4 || family == NFPROTO_INET;
}

/* A packet under way through a chain and those that it leads to. */
struct walk {
	const struct ruleset *ruleset;
	const struct packet *packet;
	uint8_t family;
	char table[RULESET_NAME];
	const char *chain;
	unsigned int depth;
	bool over;		/* decided, or left to the chain before */
	bool returned;
	bool doubt[TRANSLATED + 1];	/* rules that may match say so */
	struct answer *answer;
};

static bool decide(struct walk *walk, enum outcome outcome,
		   enum matching matching, uint64_t handle)
{
	enum outcome other;

	if (matching == MAYBE) {
		walk->doubt[outcome] = true;
		/* Of doubts, the first one is named. */
		if (outcome != PASSES && !walk->answer->handle) {
			walk->answer->outcome = outcome;
			walk->answer->handle = handle;
			snprintf(walk->answer->chain,
				 sizeof(walk->answer->chain), "%s", walk->chain);
		}
		return false;
	}
	walk->answer->sure = true;
	for (other = PASSES; other <= TRANSLATED; other++)
		if (walk->doubt[other] && other != outcome)
			walk->answer->sure = false;
	if (outcome == PASSES && !walk->answer->sure)
		return true;	/* what was in doubt stays the answer */
	walk->answer->outcome = outcome;
	walk->answer->handle = handle;
	snprintf(walk->answer->chain, sizeof(walk->answer->chain), "%s",
		 walk->chain);
	return true;
}

/* Some of what comes now may not be looked at, or something else may. */
static void doubt_all(struct walk *walk)
{
	enum outcome outcome;

	for (outcome = PASSES; outcome <= TRANSLATED; outcome++)
		walk->doubt[outcome] = true;
}

static void walk_chain(struct walk *walk, const char *chain);

static void walk_rule(const struct nlmsghdr *nlh, void *data)
{
	static const enum outcome outcomes[] = {
		[ACCEPTS] = PASSES, [DROPS] = DROPPED, [TRANSLATES] = TRANSLATED,
	};
	const struct nlattr *tb[NFTA_RULE_MAX + 1];
	char table[RULESET_NAME], chain[RULESET_NAME];
	enum matching matching;
	struct action action;
	struct walk *walk = data;
	uint64_t handle;

	if (walk->over || walk->returned || family_of(nlh) != walk->family)
		return;
	ask_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_RULE_MAX);
	nl_copy(tb[NFTA_RULE_TABLE], table, sizeof(table));
	nl_copy(tb[NFTA_RULE_CHAIN], chain, sizeof(chain));
	if (strcmp(table, walk->table) || strcmp(chain, walk->chain))
		return;
	matching = rule_match(tb[NFTA_RULE_EXPRESSIONS], walk->packet, &action);
	if (matching == NO || action.kind == GOES_ON)
		return;
	handle = be64toh(nl_u64(tb[NFTA_RULE_HANDLE]));
	if (action.kind != JUMPS && action.kind != RETURNS) {
		walk->over = decide(walk, outcomes[action.kind], matching,
				    handle);
	} else if (matching == MAYBE) {
		doubt_all(walk);
	} else {
		if (action.kind == JUMPS)
			walk_chain(walk, action.chain);
		walk->returned = action.kind == RETURNS || action.for_good;
	}
}

static void walk_chain(struct walk *walk, const char *chain)
{
	const char *from = walk->chain;

	if (walk->depth == MAX_DEPTH)
		return;
	walk->depth++;
	walk->chain = chain;
	nl_each(&walk->ruleset->rules, walk_rule, walk);
	walk->chain = from;
	walk->returned = false;
	walk->depth--;
}

struct question {
	const struct ruleset *ruleset;
	unsigned int hook;
	bool nat;
	const struct packet *packet;
	struct answer *answer;
};

/* How bad an answer is: what is sure outweighs what is not. */
static int weight(const struct answer *answer)
{
	if (answer->outcome == PASSES)
		return answer->sure ? 0 : 1;
	return answer->sure ? 3 : 2;
}

/* Asks one base chain; of several the worst answer counts. */
static void ask_chain(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	struct answer answer = { .outcome = PASSES };
	struct question *question = data;
	char chain[RULESET_NAME], type[16];
	struct walk walk = {
		.ruleset = question->ruleset, .packet = question->packet,
		.family = family_of(nlh), .answer = &answer,
	};

	ask_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_CHAIN_MAX);
	if (!is_ipv4(nlh) || !tb[NFTA_CHAIN_HOOK])
		return;
	nl_nested(tb[NFTA_CHAIN_HOOK], hook, NFTA_HOOK_MAX);
	nl_copy(tb[NFTA_CHAIN_TYPE], type, sizeof(type));
	if (rule_be32(hook[NFTA_HOOK_HOOKNUM]) != question->hook ||
	    !strcmp(type, "nat") != question->nat)
		return;
	nl_copy(tb[NFTA_CHAIN_TABLE], walk.table, sizeof(walk.table));
	nl_copy(tb[NFTA_CHAIN_NAME], chain, sizeof(chain));
	snprintf(answer.table, sizeof(answer.table), "%s", walk.table);
	snprintf(answer.chain, sizeof(answer.chain), "%s", chain);
	answer.family = walk.family == NFPROTO_INET ? "inet" : "ip";
	walk_chain(&walk, chain);
	walk.chain = chain;
	if (!walk.over)
		decide(&walk, tb[NFTA_CHAIN_POLICY] &&
		       rule_be32(tb[NFTA_CHAIN_POLICY]) == NF_DROP ? DROPPED : PASSES,
		       YES, 0);
	if (weight(&answer) > weight(question->answer))
		*question->answer = answer;
}

void ruleset_ask(const struct ruleset *ruleset, unsigned int hook, bool nat,
		 const struct packet *packet, struct answer *answer)
{
	struct question question = { ruleset, hook, nat, packet, answer };

	memset(answer, 0, sizeof(*answer));
	answer->sure = true;
	nl_each(&ruleset->chains, ask_chain, &question);
}

/* Whether a rule has an expression, or the match of iptables that is the same. */
static bool has_state(const struct nlattr *expressions)
{
	const struct nlattr *tb[NFTA_EXPR_MAX + 1];
	const struct nlattr *match[NFTA_MATCH_MAX + 1];
	const struct nlattr *nest;
	char name[32];

	if (!expressions)
		return false;
	mnl_attr_for_each_nested(nest, expressions) {
		nl_nested(nest, tb, NFTA_EXPR_MAX);
		nl_copy(tb[NFTA_EXPR_NAME], name, sizeof(name));
		if (!strcmp(name, "match") && tb[NFTA_EXPR_DATA]) {
			nl_nested(tb[NFTA_EXPR_DATA], match, NFTA_MATCH_MAX);
			nl_copy(match[NFTA_MATCH_NAME], name, sizeof(name));
		}
		if (!strcmp(name, "ct") || !strcmp(name, "conntrack") ||
		    !strcmp(name, "state") || !strcmp(name, "flow_offload"))
			return true;
	}
	return false;
}

struct state_search {
	const struct ruleset *ruleset;
	bool forwarded;		/* packets of this host alone do not count */
	bool found;
	char table[RULESET_NAME], chain[RULESET_NAME];
	uint8_t family;
	bool local;
};

/* Whether the chain in question is one for this host's own packets. */
static void look_local(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	char table[RULESET_NAME], chain[RULESET_NAME];
	struct state_search *search = data;
	uint32_t number;

	ask_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_CHAIN_MAX);
	nl_copy(tb[NFTA_CHAIN_TABLE], table, sizeof(table));
	nl_copy(tb[NFTA_CHAIN_NAME], chain, sizeof(chain));
	if (family_of(nlh) != search->family || !tb[NFTA_CHAIN_HOOK] ||
	    strcmp(table, search->table) || strcmp(chain, search->chain))
		return;
	nl_nested(tb[NFTA_CHAIN_HOOK], hook, NFTA_HOOK_MAX);
	number = rule_be32(hook[NFTA_HOOK_HOOKNUM]);
	search->local = number == NF_INET_LOCAL_IN ||
			number == NF_INET_LOCAL_OUT;
}

static void look_state(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_RULE_MAX + 1];
	struct state_search *search = data;

	if (search->found || !is_ipv4(nlh))
		return;
	ask_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_RULE_MAX);
	if (!has_state(tb[NFTA_RULE_EXPRESSIONS]))
		return;
	nl_copy(tb[NFTA_RULE_TABLE], search->table, sizeof(search->table));
	nl_copy(tb[NFTA_RULE_CHAIN], search->chain, sizeof(search->chain));
	search->family = family_of(nlh);
	search->local = false;
	if (search->forwarded)
		nl_each(&search->ruleset->chains, look_local, search);
	search->found = !search->local;
}

bool ruleset_wants_states(const struct ruleset *ruleset)
{
	struct state_search search = { .ruleset = ruleset, .forwarded = true };

	nl_each(&ruleset->rules, look_state, &search);
	return search.found;
}

static void look_nat(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_CHAIN_MAX + 1];
	char type[16];

	ask_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_CHAIN_MAX);
	nl_copy(tb[NFTA_CHAIN_TYPE], type, sizeof(type));
	if (is_ipv4(nlh) && !strcmp(type, "nat"))
		*(bool *)data = true;
}

bool ruleset_tracks(const struct ruleset *ruleset)
{
	struct state_search search = { .ruleset = ruleset };
	bool nat = ruleset->legacy_nat;

	nl_each(&ruleset->chains, look_nat, &nat);
	nl_each(&ruleset->rules, look_state, &search);
	return nat || search.found;
}

struct flowtable_search {
	const char *dev;
	bool found;
	struct answer *answer;
};

static void look_flowtable(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_FLOWTABLE_MAX + 1];
	const struct nlattr *hook[NFTA_FLOWTABLE_HOOK_MAX + 1];
	struct flowtable_search *search = data;
	const struct nlattr *attr;
	char name[IFNAMSIZ];

	ask_attrs(nlh, sizeof(struct nfgenmsg), tb, NFTA_FLOWTABLE_MAX);
	if (search->found || !is_ipv4(nlh) || !tb[NFTA_FLOWTABLE_HOOK])
		return;
	nl_nested(tb[NFTA_FLOWTABLE_HOOK], hook, NFTA_FLOWTABLE_HOOK_MAX);
	if (!hook[NFTA_FLOWTABLE_HOOK_DEVS])
		return;
	mnl_attr_for_each_nested(attr, hook[NFTA_FLOWTABLE_HOOK_DEVS]) {
		nl_copy(attr, name, sizeof(name));
		if (strcmp(name, search->dev))
			continue;
		search->found = true;
		search->answer->family = family_of(nlh) == NFPROTO_INET ?
					 "inet" : "ip";
		nl_copy(tb[NFTA_FLOWTABLE_TABLE], search->answer->table,
			sizeof(search->answer->table));
		nl_copy(tb[NFTA_FLOWTABLE_NAME], search->answer->chain,
			sizeof(search->answer->chain));
	}
}

bool ruleset_flowtable(const struct ruleset *ruleset, const char *dev,
		       struct answer *answer)
{
	struct flowtable_search search = { dev, false, answer };

	memset(answer, 0, sizeof(*answer));
	nl_each(&ruleset->flowtables, look_flowtable, &search);
	return search.found;
}
