// SPDX-License-Identifier: GPL-2.0
/* natctl doctor: other rules of this host that meet the gateway's packets. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

/* Says why the rules are not known, if they are not. */
static bool unknown(struct doctor *doctor)
{
	if (!doctor->rules_err)
		return false;
	doctor_say(doctor, VERDICT_UNKNOWN, NULL,
		   "this host's rules cannot be read: %s",
		   strerror(-doctor->rules_err));
	if (doctor->rules_err == -EPERM)
		doctor_advise(doctor, "Run natctl doctor as root.");
	return true;
}

static bool bypasses(const struct doctor *doctor)
{
	return doctor->gateway->options.num[NATGW_A_OPTIONS_CONNTRACK] ==
	       NATGW_CONNTRACK_BYPASS;
}

/* The packets of a way, as the FORWARD hook sees them. */
static void make_packet(const struct doctor *doctor, const struct way *way,
			bool back, struct packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	packet->iif = back ? doctor->uplink.name : way->dev.name;
	packet->oif = back ? way->dev.name : doctor->uplink.name;
	*(back ? &packet->dst : &packet->src) = way->inside;
	packet->ct_state = bypasses(doctor) ? CT_UNTRACKED :
			   back ? CT_ESTABLISHED : CT_NEW;
}

static const char *place_text(const struct answer *answer)
{
	static char text[2 * RULESET_NAME + 32];

	snprintf(text, sizeof(text), "table %s %s, chain %s", answer->family,
		 answer->table, answer->chain);
	return text;
}

/* The same for nft's commands. */
static const char *place_words(const struct answer *answer)
{
	static char text[8 * RULESET_NAME];

	snprintf(text, sizeof(text), "%s %s %s", answer->family,
		 quote(answer->table), quote(answer->chain));
	return text;
}

static void say_dropped(struct doctor *doctor, const struct way *way, bool back,
			const struct answer *answer)
{
	char prefix[INET_ADDRSTRLEN], dev[IFNAMSIZ + 2];

	inet_ntop(AF_INET, &way->inside.addr, prefix, sizeof(prefix));
	doctor_say(doctor, VERDICT_FAIL, way->dev.name,
		   "%s drops %s %s/%u%s", place_text(answer),
		   back ? "answers to" : "what comes from", prefix,
		   way->inside.len, answer->handle ? "" : ", by its policy");
	snprintf(dev, sizeof(dev), "\"%s\"", doctor->uplink.name);
	doctor_run(doctor, "nft insert rule %s %s %s ip %s %s/%u accept",
		   place_words(answer), back ? "iifname" : "oifname",
		   quote(dev), back ? "daddr" : "saddr", prefix,
		   way->inside.len);
}

static void say_unsure(struct doctor *doctor, const struct answer *answer)
{
	doctor_say(doctor, VERDICT_UNKNOWN, NULL,
		   "%s decides by more than devices and addresses",
		   place_text(answer));
	doctor_run(doctor, "nft list chain %s", place_words(answer));
}

/* One direction of one way; whether its packets pass for sure. */
static bool ask_forward(struct doctor *doctor, const struct way *way, bool back)
{
	struct packet packet;
	struct answer answer;

	make_packet(doctor, way, back, &packet);
	ruleset_ask(&doctor->rules, NF_INET_FORWARD, false, &packet, &answer);
	if (answer.outcome == PASSES && answer.sure)
		return true;
	if (answer.outcome == DROPPED && answer.sure)
		say_dropped(doctor, way, back, &answer);
	else
		say_unsure(doctor, &answer);
	return false;
}

/* Of each direction, the first way that does not pass is named. */
void check_forward_rules(struct doctor *doctor)
{
	bool out = true, back = true;
	unsigned int i;

	if (unknown(doctor))
		return;
	for (i = 0; i < doctor->n_ways; i++) {
		if (!doctor->ways[i].dev.ifindex)
			continue;
		if (out)
			out = ask_forward(doctor, &doctor->ways[i], false);
		if (back)
			back = ask_forward(doctor, &doctor->ways[i], true);
	}
	if (!out || !back)
		return;
	if (doctor->rules.legacy_filter) {
		doctor_say(doctor, VERDICT_UNKNOWN, NULL,
			   "rules of the older iptables cannot be seen from here");
		doctor_run(doctor, "iptables-legacy -S FORWARD");
		return;
	}
	doctor_say(doctor, VERDICT_OK, NULL, "packets pass in both directions");
}

static void say_nat(struct doctor *doctor, const struct answer *answer)
{
	doctor_say(doctor, answer->sure ? VERDICT_FAIL : VERDICT_WARN,
		   doctor->uplink.name,
		   "%s translates sources on %s%s, before natgw does",
		   place_text(answer), doctor->uplink.name,
		   answer->sure ? "" : " too, in some cases");
	doctor_run(doctor, "nft delete rule %s handle %llu",
		   place_words(answer), (unsigned long long)answer->handle);
}

void check_other_nat(struct doctor *doctor)
{
	struct packet packet;
	struct answer answer;
	unsigned int i;

	if (unknown(doctor))
		return;
	for (i = 0; i < doctor->n_ways; i++) {
		make_packet(doctor, &doctor->ways[i], false, &packet);
		packet.iif = NULL;	/* not known any more at that hook */
		ruleset_ask(&doctor->rules, NF_INET_POST_ROUTING, true, &packet,
			    &answer);
		if (answer.outcome == TRANSLATED) {
			say_nat(doctor, &answer);
			return;
		}
	}
	if (doctor->rules.legacy_nat) {
		doctor_say(doctor, VERDICT_UNKNOWN, NULL,
			   "rules of the older iptables cannot be seen from here");
		doctor_run(doctor, "iptables-legacy -t nat -S POSTROUTING");
		return;
	}
	doctor_say(doctor, VERDICT_OK, NULL, "natgw alone translates on %s",
		   doctor->uplink.name);
}

static void say_tracked(struct doctor *doctor)
{
	doctor_say(doctor, VERDICT_WARN, NULL,
		   "it follows each packet too, and no rule about forwarded ones asks it");
	if (doctor->gateway->insides)
		doctor_run(doctor, "natctl gateway set %s conntrack bypass",
			   quote(doctor->gateway->name));
	else
		doctor_advise(doctor, "Name the inside prefixes, and set the option conntrack.");
}

/* What does not fit into its table any more is dropped. */
static bool nearly_full(struct doctor *doctor, long entries)
{
	long most = doctor_number("/proc/sys/net/netfilter/nf_conntrack_max");

	if (most <= 0 || entries < most / 10 * 9)
		return false;
	doctor_say(doctor, VERDICT_WARN, NULL,
		   "its table has %ld of %ld entries; what does not fit is dropped",
		   entries, most);
	doctor_run(doctor, "sysctl -w net.netfilter.nf_conntrack_max=%ld",
		   2 * most);
	return true;
}

/* It is active where something asks for it, which entries alone do not prove. */
void check_conntrack(struct doctor *doctor)
{
	long entries = doctor_number("/proc/sys/net/netfilter/nf_conntrack_count");

	if (entries < 0 || bypasses(doctor)) {
		doctor_say(doctor, VERDICT_OK, NULL, entries < 0 ?
			   "it is not loaded" :
			   "this gateway's packets are kept out of it");
		return;
	}
	if (unknown(doctor) || nearly_full(doctor, entries))
		return;
	if (ruleset_wants_states(&doctor->rules)) {
		doctor_say(doctor, VERDICT_OK, NULL,
			   "rules of this host ask for connection states");
	} else if (ruleset_tracks(&doctor->rules)) {
		say_tracked(doctor);
	} else if (entries) {
		doctor_say(doctor, VERDICT_UNKNOWN, NULL,
			   "it has %ld entries, but no rule is seen that asks for it",
			   entries);
		doctor_advise(doctor, "Old ones go by themselves. New ones: iptables or tc.");
	} else {
		doctor_say(doctor, VERDICT_OK, NULL, "it follows nothing");
	}
}

static bool flowtable_lacks(struct doctor *doctor, const struct device *device)
{
	const char *dev = device->name;
	char list[IFNAMSIZ + 32];
	struct answer answer;

	if (!ruleset_flowtable(&doctor->rules, dev, &answer))
		return true;
	doctor_say(doctor, VERDICT_WARN, dev,
		   "flowtable %s %s %s has %s: packets that it takes pass more slowly than by natgw's fast path",
		   answer.family, answer.table, answer.chain, dev);
	snprintf(list, sizeof(list), "{ devices = { %s }; }", dev);
	doctor_run(doctor, "nft delete flowtable %s %s", place_words(&answer),
		   quote(list));
	return false;
}

void check_flowtables(struct doctor *doctor)
{
	if (unknown(doctor))
		return;
	if (doctor_each_dev(doctor, flowtable_lacks))
		doctor_say(doctor, VERDICT_OK, NULL,
			   "none has the gateway's devices");
}
