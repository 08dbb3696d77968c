// SPDX-License-Identifier: GPL-2.0
/* natctl describe: gateways as the managed one's DescribeNatGateways has them. */
#include <linux/genetlink.h>

#include "cmd.h"
#include "gateway.h"
#include "nl.h"
#include "out.h"
#include "spec.h"

static const char *status_of(const struct gateway *gateway,
			     const struct pair *pair)
{
	if (pair->state != NATGW_ADDRESS_STATE_DRAINING)
		return "succeeded";
	return gateway->connectivity == NATGW_CONNECTIVITY_PUBLIC ?
	       "disassociating" : "unassigning";
}

static void describe_address(const struct gateway *gateway, unsigned int i)
{
	const struct pair *pair = &gateway->address[i];

	out_object(NULL);
	if (pair->has_eip)
		out_addr("PublicIp", NULL, pair->eip);
	out_addr("PrivateIp", NULL, pair_wire(pair));
	out_str("NetworkInterfaceId", NULL, gateway->dev);
	out_bool("IsPrimary", !i);
	out_str("Status", NULL, status_of(gateway, pair));
	out_object_end();
}

/* All that makes a gateway fail is that its uplink is not there or down. */
static void describe_failure(const struct gateway *gateway)
{
	if (gateway->state == NATGW_GATEWAY_STATE_AVAILABLE)
		return;
	out_str("FailureCode", NULL, "Gateway.NotAttached");
	out_str("FailureMessage", NULL, gateway->reason);
}

/* Where scripts look for what a gateway is called. */
static void describe_tags(const struct gateway *gateway)
{
	out_array("Tags");
	out_object(NULL);
	out_str("Key", NULL, "Name");
	out_str("Value", NULL, gateway->name);
	out_object_end();
	out_array_end();
}

static void describe(const struct nlmsghdr *nlh, void *data)
{
	struct gateway gateway;
	unsigned int i;

	(void)data;
	gateway_parse(nlh, &gateway);
	out_object(NULL);
	out_str("NatGatewayId", NULL, gateway.name);
	out_str("State", NULL, spec_word(gateway_state_words, gateway.state));
	describe_failure(&gateway);
	out_str("ConnectivityType", NULL,
		spec_word(connectivity_words, gateway.connectivity));
	out_array("NatGatewayAddresses");
	for (i = 0; i < gateway.addresses; i++)
		describe_address(&gateway, i);
	out_array_end();
	describe_tags(&gateway);
	out_object_end();
}

enum status cmd_describe(const struct args *args)
{
	struct nl_list list;
	int err = gateways_get(args, &list);

	if (err)
		return nl_fail(err, "read the gateways");
	/* There is no other form of it. */
	opts.json = true;
	out_object(NULL);
	out_array("NatGateways");
	nl_each(&list, describe, NULL);
	out_array_end();
	out_object_end();
	nl_free(&list);
	return STATUS_OK;
}
