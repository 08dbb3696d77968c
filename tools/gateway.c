// SPDX-License-Identifier: GPL-2.0
/* Gateways as the kernel describes them. */
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "gateway.h"
#include "msg.h"
#include "out.h"
#include "spec.h"

static void pair_parse(const struct nlattr *nest, struct pair *pair)
{
	const struct nlattr *tb[NATGW_A_PAIR_MAX + 1];

	nl_nested(nest, tb, NATGW_A_PAIR_MAX);
	pair->has_eip = tb[NATGW_A_PAIR_EIP];
	pair->has_private_ip = tb[NATGW_A_PAIR_PRIVATE_IP];
	pair->eip = nl_u32(tb[NATGW_A_PAIR_EIP]);
	pair->private_ip = nl_u32(tb[NATGW_A_PAIR_PRIVATE_IP]);
	pair->state = nl_u32(tb[NATGW_A_PAIR_STATE]);
}

void prefix_parse(const struct nlattr *nest, struct prefix *prefix)
{
	const struct nlattr *tb[NATGW_A_PREFIX_MAX + 1];

	nl_nested(nest, tb, NATGW_A_PREFIX_MAX);
	prefix->addr = nl_u32(tb[NATGW_A_PREFIX_ADDR]);
	prefix->len = nl_u8(tb[NATGW_A_PREFIX_LEN]);
}

/* The attributes that a gateway may have several of. */
static void lists_parse(const struct nlmsghdr *nlh, struct gateway *gateway)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case NATGW_A_GATEWAY_ADDRESS:
			if (gateway->addresses < NATGW_MAX_ADDRESSES)
				pair_parse(attr, &gateway->address[gateway->addresses++]);
			break;
		case NATGW_A_GATEWAY_INSIDE:
			if (gateway->insides < NATGW_MAX_INSIDE)
				prefix_parse(attr, &gateway->inside[gateway->insides++]);
			break;
		}
	}
}

void gateway_parse(const struct nlmsghdr *nlh, struct gateway *gateway)
{
	const struct nlattr *tb[NATGW_A_GATEWAY_MAX + 1];

	memset(gateway, 0, sizeof(*gateway));
	nl_attrs(nlh, tb, NATGW_A_GATEWAY_MAX);
	nl_copy(tb[NATGW_A_GATEWAY_NAME], gateway->name,
		sizeof(gateway->name));
	nl_copy(tb[NATGW_A_GATEWAY_DEV], gateway->dev, sizeof(gateway->dev));
	nl_copy(tb[NATGW_A_GATEWAY_REASON], gateway->reason,
		sizeof(gateway->reason));
	gateway->ifindex = nl_u32(tb[NATGW_A_GATEWAY_IFINDEX]);
	gateway->connectivity = nl_u32(tb[NATGW_A_GATEWAY_CONNECTIVITY]);
	gateway->state = nl_u32(tb[NATGW_A_GATEWAY_STATE]);
	gateway->profile = nl_u32(tb[NATGW_A_GATEWAY_PROFILE]);
	gateway->flows = nl_u32(tb[NATGW_A_GATEWAY_FLOWS]);
	if (tb[NATGW_A_GATEWAY_OPTIONS])
		options_parse(tb[NATGW_A_GATEWAY_OPTIONS], &gateway->options);
	lists_parse(nlh, gateway);
}

static void add_gateway(const struct nlmsghdr *nlh, void *data)
{
	struct gateways *all = data;

	all->list = xrealloc(all->list, (all->n + 1) * sizeof(*all->list));
	gateway_parse(nlh, &all->list[all->n++]);
}

int gateways_read(struct gateways *all)
{
	struct nl_list list;
	int err;

	all->list = NULL;
	all->n = 0;
	err = nl_collect(nl_request(NATGW_CMD_GATEWAY_GET), &list);
	if (err)
		return err;
	nl_each(&list, add_gateway, all);
	nl_free(&list);
	return 0;
}

void gateways_free(struct gateways *all)
{
	free(all->list);
	all->list = NULL;
	all->n = 0;
}

int gateway_check(const char *name)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_GATEWAY_GET);

	mnl_attr_put_strz(nlh, NATGW_A_GATEWAY_NAME, name);
	return nl_do(nlh, NULL, NULL);
}

in_addr_t pair_wire(const struct pair *pair)
{
	return pair->has_private_ip ? pair->private_ip : pair->eip;
}

bool gateway_names(const struct gateway *gateway, in_addr_t addr)
{
	unsigned int i;

	for (i = 0; i < gateway->insides; i++)
		if (prefix_has(&gateway->inside[i], addr))
			return true;
	return false;
}

void pair_print(const struct pair *pair)
{
	if (pair->has_eip)
		out_addr("eip", "", pair->eip);
	if (pair->has_private_ip)
		out_addr("private-ip", pair->has_eip ? " -> " : "",
			 pair->private_ip);
}

static void print_json_lists(const struct gateway *gateway)
{
	const struct pair *pair;
	unsigned int i;

	out_array("address");
	for (i = 0; i < gateway->addresses; i++) {
		pair = &gateway->address[i];
		out_object(NULL);
		pair_print(pair);
		out_str("state", NULL,
			spec_word(address_state_words, pair->state));
		out_object_end();
	}
	out_array_end();
	out_array("inside");
	for (i = 0; i < gateway->insides; i++)
		out_prefix(NULL, NULL, &gateway->inside[i]);
	out_array_end();
}

void gateway_print_json(const struct gateway *gateway)
{
	if (!opts.json)
		return;
	out_str("name", NULL, gateway->name);
	out_str("dev", NULL, gateway->dev);
	if (gateway->ifindex)
		out_num("ifindex", NULL, gateway->ifindex);
	out_str("connectivity", NULL,
		spec_word(connectivity_words, gateway->connectivity));
	out_str("state", NULL, spec_word(gateway_state_words, gateway->state));
	if (gateway->reason[0])
		out_str("reason", NULL, gateway->reason);
	print_json_lists(gateway);
	out_str("profile", NULL, spec_word(profile_words, gateway->profile));
	options_print_json(&gateway->options);
	out_num("flows", NULL, gateway->flows);
}
