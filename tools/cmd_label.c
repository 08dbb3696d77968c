// SPDX-License-Identifier: GPL-2.0
/* natctl label */

#include "cmd.h"
#include "label.h"
#include "msg.h"
#include "out.h"

enum status cmd_label_set(const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_LABEL_SET);
	int err;

	label_put_prefix(nlh, &args->v[W_LABEL_PREFIX].prefix);
	mnl_attr_put_strz(nlh, NATGW_A_LABEL_NAME, args->v[W_LABEL_NAME].text);
	err = nl_do(nlh, NULL, NULL);
	if (err)
		return nl_fail(err, "set the label of %s",
			       args->v[W_LABEL_PREFIX].text);
	return STATUS_OK;
}

enum status cmd_label_del(const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_LABEL_DEL);
	int err;

	label_put_prefix(nlh, &args->v[W_LABEL_PREFIX].prefix);
	err = nl_do(nlh, NULL, NULL);
	if (err)
		return nl_fail(err, "remove the label of %s",
			       args->v[W_LABEL_PREFIX].text);
	return STATUS_OK;
}

/* Whether one of two prefixes lies in the other. */
static bool meet(const struct prefix *a, const struct prefix *b)
{
	return prefix_covers(a, b) || prefix_covers(b, a);
}

static void print_label(const struct label *label)
{
	out_object(NULL);
	out_prefix("prefix", "", &label->prefix);
	out_cell();
	out_str("label", "", label->name);
	out_line();
	out_object_end();
}

enum status cmd_label_show(const struct args *args)
{
	static const struct column columns[] = {
		{ "PREFIX", 0, LEFT },
		{ "LABEL", 0, LEFT },
	};
	const struct prefix *of = &args->v[W_LABEL_PREFIX].prefix;
	struct labels labels;
	unsigned int i;
	int err;

	err = labels_read(&labels);
	if (err)
		return nl_fail(err, "read the labels");
	out_list();
	out_table(columns, ARRAY_SIZE(columns));
	for (i = 0; i < labels.n; i++)
		if (!given(args, W_LABEL_PREFIX) ||
		    meet(&labels.list[i].prefix, of))
			print_label(&labels.list[i]);
	out_table_end();
	out_close();
	labels_free(&labels);
	return STATUS_OK;
}
