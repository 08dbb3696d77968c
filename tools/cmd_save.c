// SPDX-License-Identifier: GPL-2.0
/* natctl save */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "gateway.h"
#include "msg.h"
#include "nl.h"
#include "spec.h"

static void save_addr(FILE *file, const char *word, in_addr_t addr)
{
	char text[INET_ADDRSTRLEN];

	fprintf(file, " %s %s", word,
		inet_ntop(AF_INET, &addr, text, sizeof(text)));
}

static void save_pair(FILE *file, const struct pair *pair)
{
	if (pair->has_eip)
		save_addr(file, "eip", pair->eip);
	if (pair->has_private_ip)
		save_addr(file, "private-ip", pair->private_ip);
}

static void save_gateway(FILE *file, const struct gateway *gateway)
{
	char text[INET_ADDRSTRLEN];
	unsigned int i;

	fprintf(file, "gateway add %s dev %s connectivity %s", gateway->name,
		gateway->dev,
		spec_word(connectivity_words, gateway->connectivity));
	if (gateway->addresses)
		save_pair(file, &gateway->address[0]);
	fprintf(file, " inside");
	for (i = 0; i < gateway->insides; i++)
		fprintf(file, " %s/%u",
			inet_ntop(AF_INET, &gateway->inside[i].addr, text,
				  sizeof(text)), gateway->inside[i].len);
	fprintf(file, "%s unsolicited %s", gateway->insides ? "" : " any",
		spec_word(unsolicited_words, gateway->unsolicited));
	fprintf(file, " conntrack %s max-flows %u",
		spec_word(conntrack_words, gateway->conntrack),
		gateway->max_flows);
	for (i = 0; i < TIMEOUTS; i++)
		fprintf(file, " %s %u", flow_state_words[i],
			gateway->timeouts[i]);
	fputc('\n', file);
	for (i = 1; i < gateway->addresses; i++) {
		/* An address on its way out is not part of what is wanted. */
		if (gateway->address[i].state == NATGW_ADDRESS_STATE_DRAINING)
			continue;
		fprintf(file, "address add gateway %s", gateway->name);
		save_pair(file, &gateway->address[i]);
		fputc('\n', file);
	}
}

static enum status save_file(FILE *file, const struct gateways *gateways)
{
	unsigned int i;

	fprintf(file, "# natgw configuration, written by \"natctl save\";\n"
		      "# \"natctl restore\" applies it.\n");
	for (i = 0; i < gateways->n; i++)
		save_gateway(file, &gateways->list[i]);
	return fflush(file) || ferror(file) ?
	       error("cannot write the configuration: %s", strerror(errno)) :
	       STATUS_OK;
}

/* All is read before the file is opened, so a failure leaves an old one. */
enum status cmd_save(const struct args *args)
{
	const char *name = given(args, W_FILE) ? args->v[W_FILE].text : "-";
	struct gateways gateways;
	enum status status;
	FILE *file = stdout;
	int err;

	err = gateways_read(&gateways);
	if (err)
		return nl_fail(err, "read the gateways");
	if (strcmp(name, "-"))
		file = fopen(name, "we");
	if (!file)
		status = error("cannot write %s: %s", name, strerror(errno));
	else
		status = save_file(file, &gateways);
	if (file && file != stdout && fclose(file) && !status)
		status = error("cannot write %s: %s", name, strerror(errno));
	gateways_free(&gateways);
	return status;
}
