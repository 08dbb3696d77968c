// SPDX-License-Identifier: GPL-2.0
/* Rulesets of nftables that keep in what natgw would, while it is not there. */
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/genetlink.h>

#include "barrier.h"
#include "msg.h"
#include "nl.h"

static void add_inside(struct barrier *barrier, const struct prefix *prefix)
{
	barrier->inside = xrealloc(barrier->inside, (barrier->insides + 1) *
				   sizeof(*barrier->inside));
	barrier->inside[barrier->insides++] = *prefix;
}

void barrier_add_fence(struct barrier *barrier, const struct nlmsghdr *nlh)
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

void barriers_add_gateway(struct barriers *all, const struct gateway *gateway)
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

int barriers_add_gateways(struct barriers *all)
{
	struct gateways gateways;
	unsigned int i;
	int err;

	err = gateways_read(&gateways);
	if (err)
		return err;
	for (i = 0; i < gateways.n; i++)
		barriers_add_gateway(all, &gateways.list[i]);
	gateways_free(&gateways);
	return 0;
}

static void add_fence(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_FENCE_MAX + 1];
	char dev[NATGW_DEV_LEN + 1];

	nl_attrs(nlh, tb, NATGW_A_FENCE_MAX);
	nl_copy(tb[NATGW_A_FENCE_DEV], dev, sizeof(dev));
	barrier_add_fence(barrier_of(data, dev), nlh);
}

int barriers_add_fences(struct barriers *all)
{
	struct nl_list list;
	int err;

	err = nl_collect(nl_request(NATGW_CMD_FENCE_GET), &list);
	if (err)
		return err;
	nl_each(&list, add_fence, all);
	nl_free(&list);
	return 0;
}

void barriers_free(struct barriers *all)
{
	unsigned int i;

	for (i = 0; i < all->n; i++) {
		free(all->list[i].inside);
		free(all->list[i].wire);
	}
	free(all->list);
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

static void print_prefixes(FILE *file, const char *match,
			   const struct barrier *barrier)
{
	char addr[INET_ADDRSTRLEN];
	const char *comma = "";
	unsigned int i;

	if (barrier->any)
		return;
	fprintf(file, " %s {", match);
	for (i = 0; i < barrier->insides; i++) {
		if (superfluous(barrier, i))
			continue;
		inet_ntop(AF_INET, &barrier->inside[i].addr, addr,
			  sizeof(addr));
		fprintf(file, "%s %s/%u", comma, addr, barrier->inside[i].len);
		comma = ",";
	}
	fprintf(file, " }");
}

static void print_wires(FILE *file, const char *match,
			const struct barrier *barrier)
{
	char addr[INET_ADDRSTRLEN];
	unsigned int i;

	if (!barrier->wires)
		return;
	fprintf(file, " %s {", match);
	for (i = 0; i < barrier->wires; i++) {
		inet_ntop(AF_INET, &barrier->wire[i], addr, sizeof(addr));
		fprintf(file, "%s %s", i ? "," : "", addr);
	}
	fprintf(file, " }");
}

/* Loaded where it is already, the table is replaced. */
static void print_table(FILE *file, const char *name)
{
	fprintf(file, "table ip %s\ndelete table ip %s\ntable ip %s {\n", name,
		name, name);
}

/*
 * Inside hosts may meet each other through an uplink that is theirs too, and
 * this host's own addresses are not inside, whatever prefix they are in.
 */
void barriers_print_fence(FILE *file, const struct barriers *all)
{
	unsigned int i;

	print_table(file, "natgw_fence");
	fprintf(file, "\tchain postrouting {\n"
		"\t\ttype filter hook postrouting priority 300; policy accept;\n");
	for (i = 0; i < all->n; i++) {
		fprintf(file, "\t\toifname \"%s\"", all->list[i].dev);
		print_prefixes(file, "ip saddr", &all->list[i]);
		print_prefixes(file, "ip daddr !=", &all->list[i]);
		print_wires(file, "ip saddr !=", &all->list[i]);
		fprintf(file, " fib saddr type != local drop\n");
	}
	fprintf(file, "\t}\n}\n");
}

static void print_inward(FILE *file, const struct barrier *barrier)
{
	if (!barrier->wires)
		return;
	fprintf(file, "\t\tiifname != \"lo\"");
	print_wires(file, "ip daddr", barrier);
	fprintf(file, " drop\n");
}

static void print_forwarded(FILE *file, const struct barrier *barrier)
{
	fprintf(file, "\t\toifname \"%s\"", barrier->dev);
	print_prefixes(file, "ip saddr", barrier);
	print_prefixes(file, "ip daddr !=", barrier);
	fprintf(file, " drop\n\t\tiifname \"%s\"", barrier->dev);
	print_prefixes(file, "ip daddr", barrier);
	print_prefixes(file, "ip saddr !=", barrier);
	fprintf(file, " drop\n");
}

static void print_outward(FILE *file, const struct barrier *barrier)
{
	if (!barrier->wires)
		return;
	fprintf(file, "\t\toifname \"%s\"", barrier->dev);
	print_wires(file, "ip saddr", barrier);
	fprintf(file, " drop\n");
}

static void print_chain(FILE *file, const struct barriers *all,
			const char *hook, int priority,
			void (*print)(FILE *file, const struct barrier *barrier))
{
	unsigned int i;

	fprintf(file, "\tchain %s {\n"
		"\t\ttype filter hook %s priority %d; policy accept;\n",
		hook, hook, priority);
	for (i = 0; i < all->n; i++)
		print(file, &all->list[i]);
	fprintf(file, "\t}\n");
}

/* Before conntrack (-200) and natgw (-250); what leaves, when nobody changes it any
 * more.
 */
void barriers_print_closed(FILE *file, const struct barriers *all)
{
	print_table(file, "natgw_handover");
	print_chain(file, all, "prerouting", -350, print_inward);
	print_chain(file, all, "forward", -350, print_forwarded);
	print_chain(file, all, "postrouting", 300, print_outward);
	fprintf(file, "}\n");
}
