// SPDX-License-Identifier: GPL-2.0
/* For tests: packets in the shapes that some drivers hand them over in, and that
 * virtual devices never do. Whoever comes after this at a device's ingress hook has
 * to cope, and what is wrong is seen at the far end, or told here.
 *
 *	summed		the device has added up all bytes (CHECKSUM_COMPLETE)
 *	split		behind 20 bytes, the rest is in a page
 *	shared		somebody else keeps the bytes, and looks whether they change
 *	tight		there is no room before the packet but for what was there
 */
#include <linux/crc32.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter_netdev.h>
#include <linux/slab.h>
#include <net/ip.h>

static bool summed, split, shared, tight;
static char *names[8];
static int n_names;

module_param(summed, bool, 0400);
MODULE_PARM_DESC(summed, "checksums as devices add them up");
module_param(split, bool, 0400);
MODULE_PARM_DESC(split, "packets in two pieces");
module_param(shared, bool, 0400);
MODULE_PARM_DESC(shared, "packets that somebody else has too");
module_param(tight, bool, 0400);
MODULE_PARM_DESC(tight, "packets without room before them");
module_param_array(names, charp, &n_names, 0400);
MODULE_PARM_DESC(names, "devices that this is done to");

enum { HEAD = sizeof(struct iphdr) };

/* A packet that somebody else has too, and what was in it. */
struct copy {
	struct sk_buff *skb;
	u32 crc;
};

static DEFINE_PER_CPU(struct copy, copies);

struct hook {
	struct list_head list;
	struct nf_hook_ops ops;
};

static LIST_HEAD(hooks); /* under RTNL */

static u32 crc_of(const struct sk_buff *skb)
{
	return crc32(0, skb->data, skb_headlen(skb));
}

/* keep - as a capture does, until the next packet comes. Not fragments: where they
 * have been put together and are sent on, the kernel writes their headers anew
 * without a look at who else has them.
 */
static void keep(struct sk_buff *skb)
{
	struct copy *copy = this_cpu_ptr(&copies);

	if (copy->skb && crc_of(copy->skb) != copy->crc)
		WARN(1, "a packet has changed that was not one's own: %*ph\n",
		     min_t(int, skb_headlen(copy->skb), 64), copy->skb->data);
	kfree_skb(copy->skb);
	copy->skb = skb_clone(skb, GFP_ATOMIC);
	if (copy->skb)
		copy->crc = crc_of(copy->skb);
}

/* cut - all behind the header into a page */
static void cut(struct sk_buff *skb)
{
	unsigned int rest = skb->len - HEAD;
	struct page *page;

	if (skb->len <= HEAD || rest > PAGE_SIZE || skb_is_nonlinear(skb) ||
	    (skb_cloned(skb) && pskb_expand_head(skb, 0, 0, GFP_ATOMIC)))
		return;
	page = alloc_page(GFP_ATOMIC);
	if (!page)
		return;
	memcpy(page_address(page), skb->data + HEAD, rest);
	/* Its socket must not be charged for the page. */
	skb_orphan(skb);
	skb->len -= rest;
	skb->tail -= rest;
	skb_add_rx_frag(skb, 0, page, 0, rest, PAGE_SIZE);
}

static void add_up(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL || skb_is_gso(skb))
		return;
	skb->csum = skb_checksum(skb, 0, skb->len, 0);
	skb->csum_complete_sw = 0;
	skb->csum_valid = 0;
	skb->csum_level = 0;
	skb->ip_summed = CHECKSUM_COMPLETE;
}

/* squeeze - receive a copy that has no room instead; false without memory */
static bool squeeze(struct sk_buff *skb)
{
	struct sk_buff *copy;

	__skb_push(skb, ETH_HLEN);
	copy = skb_copy_expand(skb, 0, 0, GFP_ATOMIC);
	__skb_pull(skb, ETH_HLEN);
	if (!copy)
		return false;
	__skb_pull(copy, ETH_HLEN);
	consume_skb(skb);
	netif_receive_skb(copy);
	return true;
}

static unsigned int reshape(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	if (skb->protocol != htons(ETH_P_IP))
		return NF_ACCEPT;
	if (tight && skb_headroom(skb) != ETH_HLEN && squeeze(skb))
		return NF_STOLEN;
	if (split)
		cut(skb);
	if (summed)
		add_up(skb);
	if (shared && !ip_is_fragment(ip_hdr(skb)))
		keep(skb);
	return NF_ACCEPT;
}

static bool meant(const struct net_device *dev)
{
	int i;

	for (i = 0; i < n_names; i++)
		if (!strcmp(names[i], dev->name))
			return dev->type == ARPHRD_ETHER;
	return false;
}

static void add(struct net_device *dev)
{
	struct hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL);

	if (!hook)
		return;
	hook->ops.hook = reshape;
	hook->ops.pf = NFPROTO_NETDEV;
	hook->ops.hooknum = NF_NETDEV_INGRESS;
	hook->ops.priority = INT_MIN;
	hook->ops.dev = dev;
	if (nf_register_net_hook(dev_net(dev), &hook->ops))
		kfree(hook);
	else
		list_add(&hook->list, &hooks);
}

static void del(const struct net_device *dev)
{
	struct hook *hook, *next;

	list_for_each_entry_safe(hook, next, &hooks, list) {
		if (hook->ops.dev != dev)
			continue;
		list_del(&hook->list);
		nf_unregister_net_hook(dev_net(dev), &hook->ops);
		synchronize_net();
		kfree(hook);
	}
}

/* Devices that are there already are told of when one begins to listen, and those
 * that are left when one stops.
 */
static int device_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (event == NETDEV_REGISTER && meant(dev))
		add(dev);
	else if (event == NETDEV_UNREGISTER)
		del(dev);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

static int __init rough_init(void)
{
	return register_netdevice_notifier(&device_notifier);
}

static void __exit rough_exit(void)
{
	int cpu;

	unregister_netdevice_notifier(&device_notifier);
	for_each_possible_cpu(cpu)
		kfree_skb(per_cpu(copies, cpu).skb);
}

module_init(rough_init);
module_exit(rough_exit);

MODULE_DESCRIPTION("packets in odd shapes, for tests");
MODULE_LICENSE("GPL");
