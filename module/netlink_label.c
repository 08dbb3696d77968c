// SPDX-License-Identifier: GPL-2.0
/* Requests about labels: what inside hosts are called by people. Packets know nothing
 * of them; who shows an address looks up its label.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "event.h"
#include "netlink.h"

/**
 * struct label - the name of the hosts of a prefix
 * @list: in natgw_net.labels, by address and length
 * @prefix: unique there
 * @name: for people; several prefixes may have the same
 *
 * All under RTNL.
 */
struct label {
	struct list_head list;
	struct natgw_prefix prefix;
	char name[NATGW_NAME_LEN + 1];
};

static bool same(const struct natgw_prefix *a, const struct natgw_prefix *b)
{
	return a->addr == b->addr && a->mask == b->mask;
}

static bool comes_before(const struct natgw_prefix *a,
			 const struct natgw_prefix *b)
{
	if (a->addr != b->addr)
		return ntohl(a->addr) < ntohl(b->addr);
	return ntohl(a->mask) < ntohl(b->mask);
}

static struct label *find(struct natgw_net *nn,
			  const struct natgw_prefix *prefix)
{
	struct label *label;

	list_for_each_entry(label, &nn->labels, list)
		if (same(&label->prefix, prefix))
			return label;
	return NULL;
}

/* add - a label without a name, in its place; or an ERR_PTR() */
static struct label *add(struct natgw_net *nn,
			 const struct natgw_prefix *prefix,
			 struct netlink_ext_ack *extack)
{
	struct list_head *place = &nn->labels;
	struct label *label, *next;

	if (nn->n_labels == NATGW_MAX_LABELS) {
		NL_SET_ERR_MSG(extack, "there are 1024 labels already");
		return ERR_PTR(-E2BIG);
	}
	label = kzalloc(sizeof(*label), GFP_KERNEL_ACCOUNT);
	if (!label)
		return ERR_PTR(-ENOMEM);
	label->prefix = *prefix;
	list_for_each_entry(next, &nn->labels, list) {
		if (!comes_before(prefix, &next->prefix))
			continue;
		place = &next->list;
		break;
	}
	list_add_tail(&label->list, place);
	nn->n_labels++;
	return label;
}

static void remove(struct natgw_net *nn, struct label *label)
{
	list_del(&label->list);
	nn->n_labels--;
	kfree(label);
}

static void tell(struct natgw_net *nn, const struct label *label,
		 enum natgw_event event)
{
	nn->seq++;
	natgw_event_label(nn, &label->prefix, label->name, event);
}

static int set(struct natgw_net *nn, const struct natgw_prefix *prefix,
	       const char *name, struct netlink_ext_ack *extack)
{
	enum natgw_event event = NATGW_EVENT_CHANGE;
	struct label *label = find(nn, prefix);

	if (label && !strcmp(label->name, name))
		return 0;
	if (!label) {
		event = NATGW_EVENT_ADD;
		label = add(nn, prefix, extack);
		if (IS_ERR(label))
			return PTR_ERR(label);
	}
	strscpy(label->name, name, sizeof(label->name));
	tell(nn, label, event);
	return 0;
}

static int parse_prefix(struct genl_info *info, struct natgw_prefix *prefix)
{
	struct nlattr *attr = info->attrs[NATGW_A_LABEL_PREFIX];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack,
			       "say which hosts the label is about: a prefix");
		return -EINVAL;
	}
	return natgw_nl_prefix(attr, prefix, info->extack);
}

int natgw_nl_label_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct nlattr *name = info->attrs[NATGW_A_LABEL_NAME];
	struct natgw_prefix prefix;
	int err;

	err = parse_prefix(info, &prefix);
	if (err)
		return err;
	if (!name) {
		NL_SET_ERR_MSG(info->extack, "give the label a name");
		return -EINVAL;
	}
	err = natgw_nl_name(name, info->extack);
	if (err)
		return err;
	rtnl_lock();
	err = set(nn, &prefix, nla_data(name), info->extack);
	rtnl_unlock();
	return err;
}

/* named - the label that a request means, or an ERR_PTR() */
static struct label *named(struct natgw_net *nn, struct genl_info *info)
{
	struct natgw_prefix prefix;
	struct label *label;
	int err;

	err = parse_prefix(info, &prefix);
	if (err)
		return ERR_PTR(err);
	label = find(nn, &prefix);
	if (label)
		return label;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NATGW_A_LABEL_PREFIX],
			    "this prefix has no label");
	return ERR_PTR(-ENOENT);
}

int natgw_nl_label_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct label *label;

	rtnl_lock();
	label = named(nn, info);
	if (!IS_ERR(label)) {
		tell(nn, label, NATGW_EVENT_DELETE);
		remove(nn, label);
	}
	rtnl_unlock();
	return PTR_ERR_OR_ZERO(label);
}

/* --------------------------------- answers -------------------------------- */

/**
 * natgw_nl_put_label() - all that there is to say about a label
 * @msg: message to append to
 * @prefix: its hosts
 * @name: what they are called
 *
 * Return: 0 or -EMSGSIZE.
 */
int natgw_nl_put_label(struct sk_buff *msg, const struct natgw_prefix *prefix,
		       const char *name)
{
	struct nlattr *nest = nla_nest_start(msg, NATGW_A_LABEL_PREFIX);

	if (!nest || natgw_nl_put_prefix(msg, prefix))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return nla_put_string(msg, NATGW_A_LABEL_NAME, name);
}

int natgw_nl_label_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct natgw_net *nn = natgw_net(genl_info_net(info));
	struct label *label;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = natgw_nl_answer(info, NATGW_CMD_LABEL_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	label = named(nn, info);
	err = PTR_ERR_OR_ZERO(label) ?:
	      natgw_nl_put_label(msg, &label->prefix, label->name);
	rtnl_unlock();
	return natgw_nl_reply(info, msg, hdr, err);
}

static int dump_label(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct label *label)
{
	void *hdr = natgw_nl_dump_put(skb, cb, NATGW_CMD_LABEL_GET);

	if (!hdr)
		return -EMSGSIZE;
	return natgw_nl_dump_end(skb, hdr,
				 natgw_nl_put_label(skb, &label->prefix,
						    label->name));
}

/* cb->args[0] is the number of the label to go on with. */
int natgw_nl_label_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct natgw_net *nn = natgw_net(sock_net(skb->sk));
	const struct label *label;
	long i = 0;

	rtnl_lock();
	cb->seq = nn->seq;
	list_for_each_entry(label, &nn->labels, list) {
		if (i++ < cb->args[0])
			continue;
		if (dump_label(skb, cb, label))
			break;
		cb->args[0] = i;
	}
	rtnl_unlock();
	return skb->len;
}

/**
 * natgw_nl_forget_labels() - the namespace goes, or the module
 * @nn: the namespace, of which nobody can ask any more
 *
 * Context: process.
 */
void natgw_nl_forget_labels(struct natgw_net *nn)
{
	struct label *label, *next;

	list_for_each_entry_safe(label, next, &nn->labels, list)
		remove(nn, label);
}
