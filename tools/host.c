// SPDX-License-Identifier: GPL-2.0
/* This host's devices, addresses and routes, and what its routing would do. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "ask.h"
#include "host.h"

enum { NEIGHBOUR_TRIES = 8 };

static int read_list(uint16_t type, size_t header, uint8_t family,
		     struct nl_list *list)
{
	char buf[ASK_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = ask_request(buf, type, NLM_F_DUMP);
	uint8_t *extra = mnl_nlmsg_put_extra_header(nlh, header);

	*extra = family;	/* what each of these headers begins with */
	return ask(NETLINK_ROUTE, nlh, list);
}

int host_read(struct host *host)
{
	int err;

	memset(host, 0, sizeof(*host));
	err = read_list(RTM_GETLINK, sizeof(struct ifinfomsg), AF_UNSPEC,
			&host->devices);
	if (!err)
		err = read_list(RTM_GETADDR, sizeof(struct ifaddrmsg), AF_INET,
				&host->addresses);
	if (!err)
		err = read_list(RTM_GETROUTE, sizeof(struct rtmsg), AF_INET,
				&host->routes);
	if (!err)
		err = read_list(RTM_GETRULE, sizeof(struct fib_rule_hdr),
				AF_INET, &host->rules);
	/* A kernel without such rules has none. */
	if (err == -EOPNOTSUPP)
		err = 0;
	if (err)
		host_free(host);
	return err;
}

void host_free(struct host *host)
{
	nl_free(&host->devices);
	nl_free(&host->addresses);
	nl_free(&host->routes);
	nl_free(&host->rules);
}

struct device_search {
	uint32_t ifindex;
	const char *name;
	struct device *device;
	bool found;
};

static void match_device(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[IFLA_MAX + 1];
	struct device_search *search = data;
	struct device *device = search->device;
	char name[IFNAMSIZ];

	ask_attrs(nlh, sizeof(*info), tb, IFLA_MAX);
	nl_copy(tb[IFLA_IFNAME], name, sizeof(name));
	if (search->found || (search->ifindex ?
			      search->ifindex != (uint32_t)info->ifi_index :
			      strcmp(search->name, name)))
		return;
	search->found = true;
	device->ifindex = info->ifi_index;
	memcpy(device->name, name, sizeof(name));
	device->mtu = nl_u32(tb[IFLA_MTU]);
	device->rx_queues = nl_u32(tb[IFLA_NUM_RX_QUEUES]);
	device->up = info->ifi_flags & IFF_UP;
	device->software = tb[IFLA_LINKINFO] ||
			   (info->ifi_flags & IFF_LOOPBACK);
}

bool host_device(const struct host *host, uint32_t ifindex, const char *name,
		 struct device *device)
{
	struct device_search search = {
		.ifindex = ifindex, .name = name, .device = device,
	};

	memset(device, 0, sizeof(*device));
	if (ifindex || name)
		nl_each(&host->devices, match_device, &search);
	return search.found;
}

struct address_search {
	in_addr_t addr;
	bool found;
};

static void match_address(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IFA_MAX + 1];
	struct address_search *search = data;

	ask_attrs(nlh, sizeof(struct ifaddrmsg), tb, IFA_MAX);
	if (tb[IFA_LOCAL] && nl_u32(tb[IFA_LOCAL]) == search->addr)
		search->found = true;
}

bool host_has(const struct host *host, in_addr_t addr)
{
	struct address_search search = { .addr = addr };

	nl_each(&host->addresses, match_address, &search);
	return search.found;
}

/* Of several ways at a time the first one stands for all. */
static void take_route(const struct nlmsghdr *nlh, struct route *route)
{
	const struct rtmsg *msg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	const struct rtnexthop *hop;

	ask_attrs(nlh, sizeof(*msg), tb, RTA_MAX);
	route->dst.addr = nl_u32(tb[RTA_DST]);
	route->dst.len = msg->rtm_dst_len;
	route->ifindex = nl_u32(tb[RTA_OIF]);
	route->on_link = !tb[RTA_GATEWAY] && !tb[RTA_VIA] && !tb[RTA_MULTIPATH];
	if (tb[RTA_MULTIPATH] &&
	    mnl_attr_get_payload_len(tb[RTA_MULTIPATH]) >= sizeof(*hop)) {
		hop = mnl_attr_get_payload(tb[RTA_MULTIPATH]);
		route->ifindex = hop->rtnh_ifindex;
	}
}

struct route_walk {
	void (*callback)(const struct route *route, void *data);
	void *data;
};

static void walk_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *msg = mnl_nlmsg_get_payload(nlh);
	const struct route_walk *walk = data;
	struct route route;

	if (msg->rtm_type != RTN_UNICAST)
		return;
	take_route(nlh, &route);
	walk->callback(&route, walk->data);
}

void host_routes(const struct host *host,
		 void (*callback)(const struct route *route, void *data),
		 void *data)
{
	struct route_walk walk = { callback, data };

	nl_each(&host->routes, walk_route, &walk);
}

static void look_mark(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[FRA_MAX + 1];

	ask_attrs(nlh, sizeof(struct fib_rule_hdr), tb, FRA_MAX);
	if (tb[FRA_FWMARK])
		*(bool *)data = true;
}

bool host_marks(const struct host *host)
{
	bool marks = false;

	nl_each(&host->rules, look_mark, &marks);
	return marks;
}

in_addr_t host_neighbour(const struct host *host, const struct prefix *prefix)
{
	uint32_t first = ntohl(prefix->addr), last;
	unsigned int tries = 0;
	in_addr_t addr;

	last = first | (prefix->len ? UINT32_MAX >> prefix->len : UINT32_MAX);
	if (prefix->len == 32)
		last = first;
	if (prefix->len < 31) {
		first++;
		last--;
	}
	for (; first <= last && tries < NEIGHBOUR_TRIES; first++, tries++) {
		addr = htonl(first);
		if (!host_has(host, addr))
			return addr;
	}
	return 0;
}

static int route_ask(in_addr_t src, in_addr_t dst, uint32_t iif,
		     struct route *route)
{
	char buf[ASK_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = ask_request(buf, RTM_GETROUTE, 0);
	struct rtmsg *msg = mnl_nlmsg_put_extra_header(nlh, sizeof(*msg));
	struct nl_list list;
	int err;

	msg->rtm_family = AF_INET;
	msg->rtm_dst_len = 32;
	mnl_attr_put_u32(nlh, RTA_DST, dst);
	if (iif) {
		msg->rtm_src_len = 32;
		mnl_attr_put_u32(nlh, RTA_SRC, src);
		mnl_attr_put_u32(nlh, RTA_IIF, iif);
	}
	err = ask(NETLINK_ROUTE, nlh, &list);
	if (err)
		return err;
	if (!list.len)
		return -EBADMSG;
	nlh = (struct nlmsghdr *)list.buf;
	msg = mnl_nlmsg_get_payload(nlh);
	take_route(nlh, route);
	if (msg->rtm_type != RTN_UNICAST)
		err = -EHOSTUNREACH;
	nl_free(&list);
	return err;
}

int route_to(in_addr_t dst, struct route *route)
{
	return route_ask(0, dst, 0, route);
}

int route_through(in_addr_t src, in_addr_t dst, uint32_t iif,
		  struct route *route)
{
	return route_ask(src, dst, iif, route);
}
