// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

#include "device.h"
#include "flow.h"
#include "natgw.h"
#include "netlink.h"

static int __init natgw_init(void)
{
	int err;

	err = natgw_flow_init();
	if (err)
		return err;
	err = natgw_net_init();
	if (err)
		goto err_net;
	err = natgw_device_init();
	if (err)
		goto err_device;
	/* Last: from here on somebody may create a gateway. */
	err = natgw_netlink_init();
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	natgw_device_exit();
err_device:
	natgw_net_exit();
err_net:
	rcu_barrier();
	natgw_flow_exit();
	return err;
}

/* Nobody can configure any more; then devices may go unnoticed, which is safe
 * because no gateway holds one; then every namespace's hooks, flows and
 * gateways go (net.c); then what those left to RCU. From the moment the hooks
 * are gone, packets pass as if natgw had never been there: what keeps inside
 * addresses in meanwhile is "natctl fence nft".
 */
static void __exit natgw_exit(void)
{
	natgw_netlink_exit();
	natgw_device_exit();
	natgw_net_exit();
	rcu_barrier();
	natgw_flow_exit();
}

module_init(natgw_init);
module_exit(natgw_exit);

MODULE_DESCRIPTION("NAT gateway");
MODULE_AUTHOR("The natgw authors");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("natgw");
