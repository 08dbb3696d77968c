// SPDX-License-Identifier: GPL-2.0
/* For tests: a network card, card0, of which there is all that the kernel shows of
 * one, and no hardware: it loses what it is to send.
 *
 *	queues		it begins with so many for receiving
 *	most		and may have as many as that
 *	irqs		numbers that its interrupts seem to have
 *	exceeded	what EC2's network seems to have held back of what came in
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/platform_device.h>
#include <linux/rtnetlink.h>

enum { IRQS = 8 };

static unsigned int queues = 1, most = 1;
static int irqs[IRQS], n_irqs;
static ulong exceeded;

module_param(queues, uint, 0400);
MODULE_PARM_DESC(queues, "receive queues at first");
module_param(most, uint, 0400);
MODULE_PARM_DESC(most, "as many as there may be");
module_param_array(irqs, int, &n_irqs, 0400);
MODULE_PARM_DESC(irqs, "numbers of interrupts");
module_param(exceeded, ulong, 0600);
MODULE_PARM_DESC(exceeded, "bw_in_allowance_exceeded");

static const char names[][ETH_GSTRING_LEN] = {
	"rx_bytes", "bw_in_allowance_exceeded", "conntrack_allowance_available",
};

static struct platform_device *parent;
static struct net_device *card;
static char irq_names[IRQS][12];
static struct device_attribute irq_attrs[IRQS];
static struct attribute *irq_list[IRQS + 1];
static const struct attribute_group irq_group = {
	.name = "msi_irqs",
	.attrs = irq_list,
};

static netdev_tx_t lose(struct sk_buff *skb, struct net_device *dev)
{
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops device_ops = {
	.ndo_start_xmit = lose,
};

static int count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(names) : -EOPNOTSUPP;
}

static void get_names(struct net_device *dev, u32 set, u8 *data)
{
	if (set == ETH_SS_STATS)
		memcpy(data, names, sizeof(names));
}

static void get_numbers(struct net_device *dev, struct ethtool_stats *stats,
			u64 *data)
{
	data[0] = 1;
	data[1] = READ_ONCE(exceeded);
	data[2] = 1000;
}

static void get_channels(struct net_device *dev, struct ethtool_channels *c)
{
	c->max_combined = most;
	c->combined_count = dev->real_num_rx_queues;
}

static int set_channels(struct net_device *dev, struct ethtool_channels *c)
{
	return netif_set_real_num_rx_queues(dev, c->combined_count);
}

static const struct ethtool_ops ethtool_ops = {
	.get_sset_count = count,
	.get_strings = get_names,
	.get_ethtool_stats = get_numbers,
	.get_channels = get_channels,
	.set_channels = set_channels,
};

/* show - what the kernel says of an interrupt's kind */
static ssize_t show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "msix\n");
}

static void name_irqs(void)
{
	int i;

	for (i = 0; i < n_irqs; i++) {
		snprintf(irq_names[i], sizeof(irq_names[i]), "%d", irqs[i]);
		sysfs_attr_init(&irq_attrs[i].attr);
		irq_attrs[i].attr.name = irq_names[i];
		irq_attrs[i].attr.mode = 0444;
		irq_attrs[i].show = show;
		irq_list[i] = &irq_attrs[i].attr;
	}
}

static int add_card(void)
{
	int err;

	card = alloc_etherdev_mqs(0, 1, most);
	if (!card)
		return -ENOMEM;
	strscpy(card->name, "card0", sizeof(card->name));
	SET_NETDEV_DEV(card, &parent->dev);
	card->netdev_ops = &device_ops;
	card->ethtool_ops = &ethtool_ops;
	eth_hw_addr_random(card);
	err = netif_set_real_num_rx_queues(card, queues);
	if (!err)
		err = register_netdev(card);
	if (err)
		free_netdev(card);
	return err;
}

static int __init card_init(void)
{
	int err;

	name_irqs();
	parent = platform_device_register_simple("card", PLATFORM_DEVID_NONE,
						 NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	err = sysfs_create_group(&parent->dev.kobj, &irq_group);
	if (!err)
		err = add_card();
	if (err)
		platform_device_unregister(parent);
	return err;
}

static void __exit card_exit(void)
{
	unregister_netdev(card);
	free_netdev(card);
	sysfs_remove_group(&parent->dev.kobj, &irq_group);
	platform_device_unregister(parent);
}

module_init(card_init);
module_exit(card_exit);

MODULE_DESCRIPTION("a network card without hardware, for tests");
MODULE_LICENSE("GPL");
