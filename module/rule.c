// SPDX-License-Identifier: GPL-2.0
/* What a gateway's rules say about a packet. */
#include <linux/ip.h>

#include "gateway.h"

static bool matches(const struct natgw_rule *rule,
		    const struct natgw_tuple *tuple)
{
	u16 dport = ntohs(tuple->dport);

	return natgw_prefix_has(&rule->src, tuple->src) &&
	       natgw_prefix_has(&rule->dst, tuple->dst) &&
	       (!rule->proto || rule->proto == tuple->proto) &&
	       dport >= rule->dport && dport <= rule->dport_end;
}

/**
 * natgw_rule_apply() - what rules want of a new flow
 * @config: the gateway's
 * @tuple: the flow's original tuple
 * @treatment: filled; of each kind the first rule counts
 *
 * Context: RCU.
 */
void natgw_rule_apply(const struct natgw_config *config,
		      const struct natgw_tuple *tuple,
		      struct natgw_treatment *treatment)
{
	const struct natgw_rule *rule;
	unsigned int i;

	memset(treatment, 0, sizeof(*treatment));
	for (i = 0; i < config->n_rule; i++) {
		rule = &config->rule[i];
		if (!matches(rule, tuple))
			continue;
		if (!treatment->pref)
			treatment->pref = rule->pref;
		/* One that exempts says nothing else; nor does what follows. */
		if (rule->exempt) {
			treatment->exempt = !treatment->address;
			return;
		}
		if (!treatment->address)
			treatment->address = rule->address;
		if (!treatment->idle)
			treatment->idle = rule->idle;
	}
}

/**
 * natgw_rule_exempts() - may a packet pass as it is?
 * @config: the gateway's
 * @skb: the packet
 * @pkt: the packet, parsed
 * @inbound: it comes from the destination that a rule exempts
 *
 * An ICMP error goes where the packets that it is about come from.
 *
 * Context: RCU.
 */
bool natgw_rule_exempts(const struct natgw_config *config,
			const struct sk_buff *skb, const struct natgw_pkt *pkt,
			bool inbound)
{
	struct natgw_tuple tuple = pkt->tuple;
	struct natgw_treatment treatment;
	struct natgw_quote quote;

	if (!config->n_exempt || pkt->kind == NATGW_PKT_MALFORMED)
		return false;
	if (pkt->kind == NATGW_PKT_ICMP_ERROR) {
		if (natgw_parse_quote(skb, pkt, &quote) != NATGW_QUOTED_FLOW ||
		    quote.tuple.src != pkt->tuple.dst)
			return false;
		tuple = quote.tuple;
		inbound = !inbound;
	}
	if (inbound)
		tuple = natgw_tuple_invert(&tuple);
	natgw_rule_apply(config, &tuple, &treatment);
	return treatment.exempt;
}
