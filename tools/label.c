// SPDX-License-Identifier: GPL-2.0
/* Labels, as the kernel has them. */
#include <stdlib.h>
#include <string.h>

#include "gateway.h"
#include "label.h"
#include "msg.h"
#include "out.h"

void label_parse(const struct nlmsghdr *nlh, struct label *label)
{
	const struct nlattr *tb[NATGW_A_LABEL_MAX + 1];

	memset(label, 0, sizeof(*label));
	nl_attrs(nlh, tb, NATGW_A_LABEL_MAX);
	if (tb[NATGW_A_LABEL_PREFIX])
		prefix_parse(tb[NATGW_A_LABEL_PREFIX], &label->prefix);
	nl_copy(tb[NATGW_A_LABEL_NAME], label->name, sizeof(label->name));
}

void label_put_prefix(struct nlmsghdr *nlh, const struct prefix *prefix)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NATGW_A_LABEL_PREFIX);

	mnl_attr_put_u32(nlh, NATGW_A_PREFIX_ADDR, prefix->addr);
	mnl_attr_put_u8(nlh, NATGW_A_PREFIX_LEN, prefix->len);
	mnl_attr_nest_end(nlh, nest);
}

static struct label *append(struct labels *all)
{
	all->list = xrealloc(all->list, (all->n + 1) * sizeof(*all->list));
	return &all->list[all->n++];
}

static void add_label(const struct nlmsghdr *nlh, void *data)
{
	label_parse(nlh, append(data));
}

int labels_read(struct labels *all)
{
	struct nl_list list;
	int err;

	all->list = NULL;
	all->n = 0;
	err = nl_collect(nl_request(NATGW_CMD_LABEL_GET), &list);
	if (err)
		return err;
	nl_each(&list, add_label, all);
	nl_free(&list);
	return 0;
}

void labels_free(struct labels *all)
{
	free(all->list);
	all->list = NULL;
	all->n = 0;
}

void labels_follow(struct labels *all, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_LABEL_MAX + 1];
	struct label label;
	unsigned int i;

	nl_attrs(nlh, tb, NATGW_A_LABEL_MAX);
	label_parse(nlh, &label);
	for (i = 0; i < all->n; i++)
		if (prefix_same(&all->list[i].prefix, &label.prefix))
			break;
	if (nl_u32(tb[NATGW_A_LABEL_EVENT]) != NATGW_EVENT_DELETE) {
		if (i == all->n)
			append(all);
		all->list[i] = label;
	} else if (i < all->n) {
		all->list[i] = all->list[--all->n];
	}
}

const char *labels_find(const struct labels *all, in_addr_t addr)
{
	const struct label *label, *best = NULL;

	for (label = all->list; label < all->list + all->n; label++)
		if (prefix_has(&label->prefix, addr) &&
		    (!best || label->prefix.len > best->prefix.len))
			best = label;
	return best ? best->name : NULL;
}

void labels_print(const struct labels *all, in_addr_t addr)
{
	const char *name = labels_find(all, addr);

	if (!all->n)
		return;
	if (name)
		out_str("label", "", name);
	out_cell();
}

unsigned int labels_columns(const struct labels *all, unsigned int n)
{
	return all->n ? n : n - 1;
}
