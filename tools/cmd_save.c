// SPDX-License-Identifier: GPL-2.0
/* natctl save */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "gateway.h"
#include "label.h"
#include "msg.h"
#include "nl.h"
#include "rule.h"
#include "spec.h"

enum { WIDTH = 78, TAB = 8 };

/* The file, and how far the current line of it has come. */
struct writer {
	FILE *file;
	int column;
};

/* Writes words that stay together, on a new line where this one is full. */
static void __attribute__((format(printf, 2, 3)))
save(struct writer *w, const char *fmt, ...)
{
	char text[128];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (w->column + 1 + len > WIDTH) {
		fprintf(w->file, " \\\n\t%s", text);
		w->column = TAB + len;
	} else {
		w->column += fprintf(w->file, "%s%s", w->column ? " " : "",
				     text);
	}
}

static void save_end(struct writer *w)
{
	fputc('\n', w->file);
	w->column = 0;
}

static void save_addr(struct writer *w, const char *word, in_addr_t addr)
{
	char text[INET_ADDRSTRLEN];

	save(w, "%s %s", word, inet_ntop(AF_INET, &addr, text, sizeof(text)));
}

static void save_prefix(struct writer *w, const char *word,
			const struct prefix *prefix)
{
	char text[INET_ADDRSTRLEN];

	save(w, "%s%s/%u", word,
	     inet_ntop(AF_INET, &prefix->addr, text, sizeof(text)),
	     prefix->len);
}

static void save_pair(struct writer *w, const struct pair *pair)
{
	if (pair->has_eip)
		save_addr(w, "eip", pair->eip);
	if (pair->has_private_ip)
		save_addr(w, "private-ip", pair->private_ip);
}

static void save_gateway(struct writer *w, const struct gateway *gateway)
{
	const struct option_values *options = &gateway->options;
	unsigned int i;

	save(w, "gateway add %s dev %s connectivity %s", gateway->name,
	     gateway->dev,
	     spec_word(connectivity_words, gateway->connectivity));
	if (gateway->addresses)
		save_pair(w, &gateway->address[0]);
	if (!gateway->insides)
		save(w, "inside any");
	for (i = 0; i < gateway->insides; i++)
		save_prefix(w, i ? "" : "inside ", &gateway->inside[i]);
	save(w, "profile %s", spec_word(profile_words, gateway->profile));
	for (i = 1; i <= NATGW_A_OPTIONS_MAX; i++)
		if (options->present[i])
			save(w, "%s %s", option_name(i),
			     option_text(i, options->num[i]));
	save_end(w);
}

static void save_addresses(struct writer *w, const struct gateway *gateway)
{
	unsigned int i;

	for (i = 1; i < gateway->addresses; i++) {
		/* An address on its way out is not part of what is wanted. */
		if (gateway->address[i].state == NATGW_ADDRESS_STATE_DRAINING)
			continue;
		save(w, "address add gateway %s", gateway->name);
		save_pair(w, &gateway->address[i]);
		save_end(w);
	}
}

/* Whether the gateway has the address of a rule, and will have it. */
static bool has_address(const struct gateway *gateway,
			const struct rule *rule)
{
	const struct pair *pair;
	unsigned int i;

	for (i = 0; rule->has_address && i < gateway->addresses; i++) {
		pair = &gateway->address[i];
		if (pair->state != NATGW_ADDRESS_STATE_DRAINING &&
		    ((pair->has_eip && pair->eip == rule->address) ||
		     pair_wire(pair) == rule->address))
			return true;
	}
	return !rule->has_address;
}

static void save_rule(struct writer *w, const struct gateway *gateway,
		      const struct rule *rule)
{
	/* The kernel takes no such rule; it would not let the file in. */
	if (!has_address(gateway, rule)) {
		warning("rule %u of gateway %s is left out: its address is gone or going",
			rule->pref, rule->gateway);
		return;
	}
	save(w, "rule add gateway %s pref %u", rule->gateway, rule->pref);
	if (rule->src.len)
		save_prefix(w, "src ", &rule->src);
	if (rule->dst.len)
		save_prefix(w, "dst ", &rule->dst);
	if (rule->has_proto)
		save(w, "proto %s", proto_name(rule->proto));
	if (rule->has_dport && rule->dport_end != rule->dport)
		save(w, "dport %u-%u", rule->dport, rule->dport_end);
	else if (rule->has_dport)
		save(w, "dport %u", rule->dport);
	if (rule->exempt)
		save(w, "exempt");
	if (rule->has_address)
		save_addr(w, "address", rule->address);
	if (rule->has_idle)
		save(w, "idle %u", rule->idle);
	save_end(w);
}

/* All that there is to be written. */
struct all {
	struct gateways gateways;
	struct rules rules;
	struct labels labels;
};

static enum status save_all(FILE *file, const struct all *all)
{
	const struct gateways *gateways = &all->gateways;
	const struct rules *rules = &all->rules;
	struct writer w = { .file = file };
	const struct gateway *gateway;
	unsigned int i, j;

	fprintf(file, "# natgw configuration, written by \"natctl save\";\n"
		      "# \"natctl restore\" applies it.\n");
	for (i = 0; i < gateways->n; i++) {
		gateway = &gateways->list[i];
		save_gateway(&w, gateway);
		save_addresses(&w, gateway);
		for (j = 0; j < rules->n; j++)
			if (!strcmp(rules->list[j].gateway, gateway->name))
				save_rule(&w, gateway, &rules->list[j]);
	}
	for (i = 0; i < all->labels.n; i++) {
		save_prefix(&w, "label set ", &all->labels.list[i].prefix);
		save(&w, "%s", all->labels.list[i].name);
		save_end(&w);
	}
	return fflush(file) || ferror(file) ?
	       error("cannot write the configuration: %s", strerror(errno)) :
	       STATUS_OK;
}

static enum status save_file(const char *name, const struct all *all)
{
	enum status status;
	FILE *file;

	if (!strcmp(name, "-"))
		return save_all(stdout, all);
	file = fopen(name, "we");
	if (!file)
		return error("cannot write %s: %s", name, strerror(errno));
	status = save_all(file, all);
	if (fclose(file) && !status)
		status = error("cannot write %s: %s", name, strerror(errno));
	return status;
}

static enum status read_all(struct all *all)
{
	int err;

	err = gateways_read(&all->gateways);
	if (err)
		return nl_fail(err, "read the gateways");
	err = rules_read(&all->rules);
	if (err)
		return nl_fail(err, "read the rules");
	err = labels_read(&all->labels);
	return err ? nl_fail(err, "read the labels") : STATUS_OK;
}

/* All is read before the file is opened, so a failure leaves an old one. */
enum status cmd_save(const struct args *args)
{
	struct all all = {};
	enum status status;

	status = read_all(&all);
	if (!status)
		status = save_file(given(args, W_FILE) ? args->v[W_FILE].text :
				   "-", &all);
	labels_free(&all.labels);
	rules_free(&all.rules);
	gateways_free(&all.gateways);
	return status;
}
