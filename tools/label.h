/* SPDX-License-Identifier: GPL-2.0 */
/* Labels: what inside hosts are called. */
#ifndef NATCTL_LABEL_H
#define NATCTL_LABEL_H

#include "args.h"
#include "nl.h"

struct label {
	struct prefix prefix;
	char name[NATGW_NAME_LEN + 1];
};

struct labels {
	struct label *list;	/* in the order of the kernel */
	unsigned int n;
};

void label_parse(const struct nlmsghdr *nlh, struct label *label);
void label_put_prefix(struct nlmsghdr *nlh, const struct prefix *prefix);

/* Reads all labels; 0 or -errno. */
int labels_read(struct labels *all);
void labels_free(struct labels *all);

/* Keeps a list that was read as the kernel's, by the notification of a change. */
void labels_follow(struct labels *all, const struct nlmsghdr *nlh);

/* The label of an address, which is that of its longest prefix; NULL without one. */
const char *labels_find(const struct labels *all, in_addr_t addr);

/*
 * A cell with it, or a key; nothing where there are no labels at all, nor a column
 * for it.
 */
void labels_print(const struct labels *all, in_addr_t addr);

/* So many columns a table has of n, the last of which is for labels. */
unsigned int labels_columns(const struct labels *all, unsigned int n);

#endif
