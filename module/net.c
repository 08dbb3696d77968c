// SPDX-License-Identifier: GPL-2.0
/* A namespace's instance: created empty, started by the first gateway, torn
 * down with the namespace or the module.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "answer.h"
#include "client.h"
#include "crowd.h"
#include "device.h"
#include "drop.h"
#include "event.h"
#include "fast.h"
#include "flow.h"
#include "fragment.h"
#include "gateway.h"
#include "hook.h"
#include "hop.h"
#include "idle.h"
#include "level.h"
#include "netlink.h"
#include "watch.h"
#include "wheel.h"

unsigned int natgw_net_id __read_mostly;

LIST_HEAD(natgw_nets);

static void look_at_gateways(struct natgw_net *nn)
{
	struct natgw_gw *gw;

	rcu_read_lock();
	list_for_each_entry_rcu(gw, &nn->gateways, list) {
		natgw_peaks_turn(&gw->peaks, gw->stats);
		natgw_event_error_rest(gw);
	}
	rcu_read_unlock();
}

static void tick(struct work_struct *work)
{
	struct natgw_net *nn = container_of(to_delayed_work(work),
					    struct natgw_net, tick);

	natgw_wheel_turn(nn);
	natgw_address_reap(nn);
	natgw_flow_table_fit(nn);
	natgw_answer_due(nn);
	natgw_fast_police(nn);
	natgw_device_guard(nn);
	if (nn->policed)
		natgw_watch_start(nn, NATGW_WATCH_RULES);
	natgw_watch_start(nn, NATGW_WATCH_SETTINGS);
	natgw_hop_sweep(nn);
	look_at_gateways(nn);
	natgw_level_look(nn);
	queue_delayed_work(system_unbound_wq, &nn->tick, HZ);
}

/**
 * natgw_net_start() - give a namespace a table, a wheel and hooks
 * @nn: the namespace
 *
 * They stay until the namespace goes: hooks that come and go under traffic buy
 * nothing, for without gateways and fences they return at once.
 *
 * Context: RTNL. Return: 0, also when it was started before, or an error and
 * nothing is changed.
 */
int natgw_net_start(struct natgw_net *nn)
{
	int err, i;

	if (nn->started)
		return 0;
	err = natgw_flow_table_init(nn);
	if (err)
		return err;
	err = natgw_crowd_table_init(nn);
	if (err)
		goto err_crowds;
	err = natgw_client_table_init(nn);
	if (err)
		goto err_clients;
	err = natgw_answer_init(nn);
	if (err)
		goto err_answers;
	err = natgw_fragment_init(nn);
	if (err)
		goto err_fragments;
	err = natgw_drop_init(nn);
	if (err)
		goto err_drops;
	err = natgw_idle_init(nn);
	if (err)
		goto err_idle;
	err = natgw_wheel_init(nn);
	if (err)
		goto err_wheel;
	err = natgw_hop_init(nn);
	if (err)
		goto err_hops;
	for (i = 0; i < NATGW_HOOKS; i++) {
		nn->ops[i] = natgw_hook_ops[i];
		nn->ops[i].priv = nn;
	}
	err = nf_register_net_hooks(nn->net, nn->ops, NATGW_HOOKS);
	if (err)
		goto err_hooks;
	natgw_fast_police(nn);
	/* Pairs with the acquire in natgw_net_started(). */
	smp_store_release(&nn->started, true);
	list_add(&nn->list, &natgw_nets);
	queue_delayed_work(system_unbound_wq, &nn->tick, HZ);
	return 0;

err_hooks:
	/* The first of the hooks may have been run already. */
	synchronize_net();
	natgw_hop_exit(nn);
err_hops:
	natgw_wheel_exit(nn);
err_wheel:
	natgw_idle_exit(nn);
err_idle:
	natgw_drop_exit(nn);
err_drops:
	natgw_fragment_exit(nn);
err_fragments:
	natgw_answer_exit(nn);
err_answers:
	natgw_client_table_exit(nn);
err_clients:
	natgw_crowd_table_exit(nn);
err_crowds:
	natgw_flow_table_exit(nn);
	return err;
}

static int __net_init net_init(struct net *net)
{
	struct natgw_net *nn = natgw_net(net);
	int i;

	nn->net = net;
	INIT_LIST_HEAD(&nn->gateways);
	INIT_LIST_HEAD(&nn->fences);
	INIT_LIST_HEAD(&nn->labels);
	for (i = 0; i < NATGW_GATES; i++)
		INIT_LIST_HEAD(&nn->gates[i]);
	INIT_DELAYED_WORK(&nn->tick, tick);
	spin_lock_init(&nn->flow_lock);
	return 0;
}

/* Teardown, of namespaces or of all of them with the module. Nobody can
 * configure any more: the sockets that could are closed, or the family is
 * unregistered. Where namespaces go, their devices are gone: that is done
 * before a subsystem's exit, and so the hooks keep inside addresses in until
 * the last packet (a pre_exit, which comes before the devices, would let them
 * out). The hooks on devices went with these, or before anybody stopped
 * listening to them (device.c).
 *
 *   no packet enters the hooks any more; after a grace period, none is in them;
 *   the work is stopped;
 *   the flows are ended, each to be freed after a grace period of its own;
 *   the gateways that they point to, after one more; wheel and fences.
 *
 * What is left to RCU callbacks is waited for in natgw_exit(), before the
 * code and the slab cache that they need are gone.
 */
static void net_exit(struct natgw_net *nn)
{
	struct natgw_gw *gw, *next;

	cancel_delayed_work_sync(&nn->tick);
	natgw_watch_stop(nn);
	/* Who goes through the list, as the module goes, closes what is freed next. */
	rtnl_lock();
	list_del(&nn->list);
	rtnl_unlock();
	natgw_hop_exit(nn);
	natgw_flow_table_exit(nn);
	natgw_crowd_table_exit(nn);
	natgw_client_table_exit(nn);
	natgw_answer_exit(nn);
	natgw_fragment_exit(nn);
	natgw_drop_exit(nn);
	natgw_idle_exit(nn);
	rtnl_lock();
	list_for_each_entry_safe(gw, next, &nn->gateways, list)
		natgw_gateway_discard(gw);
	natgw_fence_del(nn, 0);
	rtnl_unlock();
	natgw_wheel_exit(nn);
}

static void __net_exit net_exit_batch(struct list_head *nets)
{
	bool any = false;
	struct net *net;

	list_for_each_entry(net, nets, exit_list) {
		natgw_nl_forget_labels(natgw_net(net));
		if (!natgw_net(net)->started)
			continue;
		nf_unregister_net_hooks(net, natgw_net(net)->ops, NATGW_HOOKS);
		any = true;
	}
	if (!any)
		return;
	synchronize_net();
	list_for_each_entry(net, nets, exit_list)
		if (natgw_net(net)->started)
			net_exit(natgw_net(net));
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit_batch = net_exit_batch,
	.id = &natgw_net_id,
	.size = sizeof(struct natgw_net),
};

int __init natgw_net_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/* natgw_net_exit - after the family and the notifier are gone */
void natgw_net_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
