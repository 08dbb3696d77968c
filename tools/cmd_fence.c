// SPDX-License-Identifier: GPL-2.0
/* natctl fence */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/genetlink.h>

#include "cmd.h"
#include "gateway.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "want.h"

/* What is kept from leaving a device, by a fence or with what a gateway is. */
struct barrier {
	char dev[NATGW_DEV_LEN + 1];
	bool any;		/* any inside source, besides the prefixes */
	struct prefix *inside;
	unsigned int insides;
	in_addr_t *wire;	/* the addresses that may leave all the same */
	unsigned int wires;
};

static void add_inside(struct barrier *barrier, const struct prefix *prefix)
{
	barrier->inside = xrealloc(barrier->inside, (barrier->insides + 1) *
				   sizeof(*barrier->inside));
	barrier->inside[barrier->insides++] = *prefix;
}

/* Adds what a fence keeps in to a barrier. */
static void add_sources(const struct nlmsghdr *nlh, struct barrier *barrier)
{
	const struct nlattr *attr;
	struct prefix prefix;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case NATGW_A_FENCE_INSIDE:
			prefix_parse(attr, &prefix);
			add_inside(barrier, &prefix);
			break;
		case NATGW_A_FENCE_INSIDE_ANY:
			barrier->any = true;
			break;
		}
	}
}

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
	add_sources(nlh, &fence);
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

/*
 * A ruleset that does what natgw does to packets which it does not translate:
 * it looks at them last of all, when those translated have a wire address. One
 * rule holds what all gateways and fences of a device say together.
 */
struct barriers {
	struct barrier *list;
	unsigned int n;
};

static struct barrier *barrier_of(struct barriers *all, const char *dev)
{
	struct barrier *barrier;
	unsigned int i;

	for (i = 0; i < all->n; i++)
		if (!strcmp(all->list[i].dev, dev))
			return &all->list[i];
	all->list = xrealloc(all->list, (all->n + 1) * sizeof(*all->list));
	barrier = &all->list[all->n++];
	memset(barrier, 0, sizeof(*barrier));
	snprintf(barrier->dev, sizeof(barrier->dev), "%s", dev);
	return barrier;
}

static void add_gateway(struct barriers *all, const struct gateway *gateway)
{
	struct barrier *barrier = barrier_of(all, gateway->dev);
	unsigned int i;

	barrier->any |= !gateway->insides;
	for (i = 0; i < gateway->insides; i++)
		add_inside(barrier, &gateway->inside[i]);
	barrier->wire = xrealloc(barrier->wire,
				 (barrier->wires + gateway->addresses + 1) *
				 sizeof(*barrier->wire));
	for (i = 0; i < gateway->addresses; i++)
		barrier->wire[barrier->wires++] =
			pair_wire(&gateway->address[i]);
}

static void add_fence(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_FENCE_MAX + 1];
	char dev[NATGW_DEV_LEN + 1];

	nl_attrs(nlh, tb, NATGW_A_FENCE_MAX);
	nl_copy(tb[NATGW_A_FENCE_DEV], dev, sizeof(dev));
	add_sources(nlh, barrier_of(data, dev));
}

/* Whether another prefix says it already: nft refuses overlapping elements. */
static bool superfluous(const struct barrier *barrier, unsigned int i)
{
	const struct prefix *prefix = &barrier->inside[i];
	unsigned int j;

	for (j = 0; j < barrier->insides; j++)
		if (j != i && prefix_covers(&barrier->inside[j], prefix) &&
		    (j < i || !prefix_covers(prefix, &barrier->inside[j])))
			return true;
	return false;
}

static void print_prefixes(const char *match, const struct barrier *barrier)
{
	char addr[INET_ADDRSTRLEN];
	const char *comma = "";
	unsigned int i;

	if (barrier->any)
		return;
	printf(" %s {", match);
	for (i = 0; i < barrier->insides; i++) {
		if (superfluous(barrier, i))
			continue;
		inet_ntop(AF_INET, &barrier->inside[i].addr, addr,
			  sizeof(addr));
		printf("%s %s/%u", comma, addr, barrier->inside[i].len);
		comma = ",";
	}
	printf(" }");
}

static void print_wires(const struct barrier *barrier)
{
	char addr[INET_ADDRSTRLEN];
	unsigned int i;

	if (!barrier->wires)
		return;
	printf(" ip saddr != {");
	for (i = 0; i < barrier->wires; i++) {
		inet_ntop(AF_INET, &barrier->wire[i], addr, sizeof(addr));
		printf("%s %s", i ? "," : "", addr);
	}
	printf(" }");
}

/*
 * Inside hosts may meet each other through an uplink that is theirs too, and
 * this host's own addresses are not inside, whatever prefix they are in.
 */
static void print_ruleset(const struct barriers *all)
{
	unsigned int i;

	printf("table ip natgw_fence\n"
	       "delete table ip natgw_fence\n"
	       "table ip natgw_fence {\n"
	       "\tchain postrouting {\n"
	       "\t\ttype filter hook postrouting priority 300; policy accept;\n");
	for (i = 0; i < all->n; i++) {
		printf("\t\toifname \"%s\"", all->list[i].dev);
		print_prefixes("ip saddr", &all->list[i]);
		print_prefixes("ip daddr !=", &all->list[i]);
		print_wires(&all->list[i]);
		printf(" fib saddr type != local drop\n");
	}
	printf("\t}\n}\n");
}

static void barriers_free(struct barriers *all)
{
	unsigned int i;

	for (i = 0; i < all->n; i++) {
		free(all->list[i].inside);
		free(all->list[i].wire);
	}
	free(all->list);
}

/* What the kernel has now; 0 or -errno. */
static int add_what_is(struct barriers *all)
{
	struct gateways gateways;
	struct nl_list list;
	unsigned int i;
	int err;

	err = gateways_read(&gateways);
	if (err)
		return err;
	for (i = 0; i < gateways.n; i++)
		add_gateway(all, &gateways.list[i]);
	gateways_free(&gateways);
	err = nl_collect(nl_request(NATGW_CMD_FENCE_GET), &list);
	if (err)
		return err;
	nl_each(&list, add_fence, all);
	nl_free(&list);
	return 0;
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
	add_gateway(all, &is);
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
		err = add_what_is(&all);
	if (err)
		status = nl_fail(err, "read the gateways and fences");
	if (!status)
		print_ruleset(&all);
	barriers_free(&all);
	return status;
}
