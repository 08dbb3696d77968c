/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's own rules, as nf_tables has them, and what they do to a packet. natctl
 * understands rules by device, address and connection state; of others it knows that
 * they may match.
 */
#ifndef NATCTL_RULESET_H
#define NATCTL_RULESET_H

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <net/if.h>

#include "args.h"
#include "nl.h"

enum { RULESET_NAME = 64 };

struct ruleset {
	struct nl_list chains, rules, flowtables;
	bool legacy_filter;	/* the older iptables has rules too, unseen */
	bool legacy_nat;
};

/* Reads all of it; 0 or -errno. */
int ruleset_read(struct ruleset *ruleset);
void ruleset_free(struct ruleset *ruleset);

/* What is asked about: a packet of any protocol. */
struct packet {
	const char *iif, *oif;
	struct prefix src, dst;	/* with a length of 0 any address */
	uint32_t ct_state;	/* bits, as rules have them */
};

enum { CT_ESTABLISHED = 1 << 1, CT_NEW = 1 << 3, CT_UNTRACKED = 1 << 6 };

enum outcome { PASSES, DROPPED, TRANSLATED };

struct answer {
	enum outcome outcome;
	bool sure;		/* no rule that may match says otherwise */
	const char *family;	/* where it was decided, as nft calls it */
	char table[RULESET_NAME];
	char chain[RULESET_NAME];
	uint64_t handle;	/* of the rule; 0: by the chain's policy */
};

/* What becomes of it at a hook; "nat" asks chains of that type, else filters. */
void ruleset_ask(const struct ruleset *ruleset, unsigned int hook, bool nat,
		 const struct packet *packet, struct answer *answer);

/* Whether rules, those for this host's own packets apart, ask for conntrack's states. */
bool ruleset_wants_states(const struct ruleset *ruleset);

/* Whether anything in it makes conntrack follow each packet. */
bool ruleset_tracks(const struct ruleset *ruleset);

/* The flowtable that has a device; only its table and its name, as chain, are set. */
bool ruleset_flowtable(const struct ruleset *ruleset, const char *dev,
		       struct answer *answer);

#endif
