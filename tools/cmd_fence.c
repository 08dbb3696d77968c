// SPDX-License-Identifier: GPL-2.0
/* natctl fence */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "barrier.h"
#include "cmd.h"
#include "gateway.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "want.h"

static void print_sources(const struct barrier *barrier)
{
	unsigned int i;

	out_array("inside");
	for (i = 0; i < barrier->insides; i++)
		out_prefix(NULL, i ? ", " : "", &barrier->inside[i]);
	out_array_end();
	out_bool("inside-any", barrier->any);
	if (barrier->any)
		out_text(barrier->insides ? ", any" : "any");
}

static void show(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_FENCE_MAX + 1];
	const struct args *args = data;
	struct barrier fence = { 0 };

	nl_attrs(nlh, tb, NATGW_A_FENCE_MAX);
	nl_copy(tb[NATGW_A_FENCE_DEV], fence.dev, sizeof(fence.dev));
	if (given(args, W_DEV) && strcmp(fence.dev, args->v[W_DEV].text))
		return;
	out_object(NULL);
	out_str("dev", "", fence.dev);
	out_cell();
	out_num("ifindex", NULL, nl_u32(tb[NATGW_A_FENCE_IFINDEX]));
	barrier_add_fence(&fence, nlh);
	print_sources(&fence);
	out_cell();
	out_num("drops", "", nl_u64(tb[NATGW_A_FENCE_DROPS]));
	out_line();
	out_object_end();
	free(fence.inside);
}

static struct nlmsghdr *fence_request(uint8_t cmd, const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(cmd);

	if (given(args, W_DEV))
		mnl_attr_put_strz(nlh, NATGW_A_FENCE_DEV, args->v[W_DEV].text);
	return nlh;
}

/* A device without a fence is no error here, so one is picked from all. */
enum status cmd_fence_show(const struct args *args)
{
	static const struct column columns[] = {
		{ "DEVICE", 0, LEFT },
		{ "INSIDE", 0, LEFT },
		{ "DROPS", 0, RIGHT },
	};
	struct nl_list list;
	int err;

	err = nl_collect(fence_request(NATGW_CMD_FENCE_GET, args), &list);
	if (err)
		return nl_fail(err, "read the fences");
	out_list();
	out_table(columns, ARRAY_SIZE(columns));
	nl_each(&list, show, (void *)args);
	out_table_end();
	out_close();
	nl_free(&list);
	return STATUS_OK;
}

enum status cmd_fence_del(const struct args *args)
{
	int err = nl_do(fence_request(NATGW_CMD_FENCE_DEL, args), NULL, NULL);

	if (err)
		return nl_fail(err, "lift the fence of %s",
			       args->v[W_DEV].text);
	return STATUS_OK;
}

/* What the line of a gateway or of one of its addresses adds to it. */
static void add_want(struct barriers *all, const struct args *gateway,
		     const struct args *line)
{
	struct gateway is = { .insides = gateway->insides };
	struct pair *pair = &is.address[0];

	snprintf(is.dev, sizeof(is.dev), "%s", gateway->v[W_DEV].text);
	memcpy(is.inside, gateway->inside, sizeof(is.inside));
	pair->has_private_ip = given(line, W_PRIVATE_IP);
	pair->private_ip = line->v[W_PRIVATE_IP].prefix.addr;
	pair->eip = line->v[W_EIP].prefix.addr;
	is.addresses = pair->has_private_ip || given(line, W_EIP);
	barriers_add_gateway(all, &is);
}

/* What a file to be restored says; natgw need not be loaded. */
static enum status add_file(struct barriers *all, const char *file)
{
	const struct want *want;
	enum status status;
	struct wants wants;
	unsigned int i;

	status = wants_read(&wants, file);
	for (i = 0; i < wants.n && !status; i++) {
		want = &wants.list[i];
		if (is_gateway(want) || is_address(want))
			add_want(all, &find_gateway(&wants, want_name(want))->args,
				 &want->args);
	}
	wants_free(&wants);
	return status;
}

enum status cmd_fence_nft(const struct args *args)
{
	struct barriers all = { NULL, 0 };
	enum status status = STATUS_OK;
	int err = 0;

	if (given(args, W_FILE))
		status = add_file(&all, args->v[W_FILE].text);
	else
		err = barriers_add_gateways(&all) ?: barriers_add_fences(&all);
	if (err)
		status = nl_fail(err, "read the gateways and fences");
	if (!status)
		barriers_print_fence(stdout, &all);
	barriers_free(&all);
	return status;
}
