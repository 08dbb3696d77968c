// SPDX-License-Identifier: GPL-2.0
/* natctl doctor: the way of packets through this host. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

static const char *addr_text(in_addr_t addr)
{
	static char text[INET_ADDRSTRLEN];

	return inet_ntop(AF_INET, &addr, text, sizeof(text));
}

/* Ways are looked for among the routes into a prefix, or out of the uplink. */
struct search {
	struct doctor *doctor;
	const struct prefix *prefix;	/* NULL: of a gateway that takes all */
	bool found;
	unsigned int len;	/* of the widest route that leads out */
};

static void add_way(struct doctor *doctor, const struct prefix *inside,
		    const struct prefix *route)
{
	struct way *way = &doctor->ways[doctor->n_ways];
	struct route found;
	unsigned int i;

	if (doctor->n_ways == MAX_WAYS)
		return;
	memset(way, 0, sizeof(*way));
	way->inside = *inside;
	way->host = host_neighbour(&doctor->host, route);
	if (!way->host)
		return;
	for (i = 0; i < doctor->n_ways; i++)
		if (doctor->ways[i].host == way->host)
			return;
	if (!route_to(way->host, &found)) {
		host_device(&doctor->host, found.ifindex, NULL, &way->dev);
		way->on_link = found.on_link;
	}
	doctor->n_ways++;
}

static void into(const struct route *route, void *data)
{
	struct search *search = data;

	if (search->prefix) {
		if (!prefix_covers(search->prefix, &route->dst))
			return;
		search->found = true;
		add_way(search->doctor, search->prefix, &route->dst);
	} else if (route->dst.len && route->ifindex &&
		   route->ifindex != search->doctor->uplink.ifindex) {
		add_way(search->doctor, &route->dst, &route->dst);
	}
}

/* An address of the internet that is nobody's. */
static in_addr_t internet(const struct doctor *doctor)
{
	static const char *const list[] = {
		"198.51.100.1", "192.0.2.1", "203.0.113.1",
	};
	unsigned int i;
	in_addr_t addr;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		inet_pton(AF_INET, list[i], &addr);
		if (!gateway_names(doctor->gateway, addr) &&
		    !host_has(&doctor->host, addr))
			return addr;
	}
	return 0;
}

/*
 * Of the routes out of the uplink the widest one says where it leads to. A public
 * gateway is not there for its neighbours alone.
 */
static void out_of(const struct route *route, void *data)
{
	struct search *search = data;
	struct doctor *doctor = search->doctor;
	in_addr_t far;

	if (route->ifindex != doctor->uplink.ifindex ||
	    (doctor->far && route->dst.len >= search->len))
		return;
	if (route->on_link && route->dst.len &&
	    doctor->gateway->connectivity == NATGW_CONNECTIVITY_PUBLIC)
		return;
	far = route->dst.len ? host_neighbour(&doctor->host, &route->dst) :
			       internet(doctor);
	if (!far || gateway_names(doctor->gateway, far))
		return;
	doctor->far = far;
	search->len = route->dst.len;
}

void doctor_find_ways(struct doctor *doctor)
{
	const struct gateway *gateway = doctor->gateway;
	struct search search = { .doctor = doctor };
	unsigned int i;

	doctor->n_ways = 0;
	doctor->far = 0;
	host_routes(&doctor->host, out_of, &search);
	if (!doctor->far &&
	    gateway->connectivity == NATGW_CONNECTIVITY_PUBLIC)
		doctor->far = internet(doctor);
	for (i = 0; i < gateway->insides; i++) {
		search.prefix = &gateway->inside[i];
		search.found = false;
		host_routes(&doctor->host, into, &search);
		if (!search.found)
			add_way(doctor, search.prefix, search.prefix);
	}
	if (!gateway->insides)
		host_routes(&doctor->host, into, &search);
}

static bool one_armed(const struct doctor *doctor)
{
	unsigned int i;

	for (i = 0; i < doctor->n_ways; i++)
		if (doctor->ways[i].dev.ifindex == doctor->uplink.ifindex)
			return true;
	return false;
}

/* The inside devices, each once: whether this is the first way by its device. */
static bool new_dev(const struct doctor *doctor, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (doctor->ways[i].dev.ifindex == doctor->ways[n].dev.ifindex)
			return false;
	return doctor->ways[n].dev.ifindex;
}

/* "in1, in2 and ext": all devices that the gateway's packets come in on. */
static const char *dev_list(const struct doctor *doctor)
{
	static char text[160];
	size_t len;
	unsigned int i;

	len = snprintf(text, sizeof(text), "%s", doctor->uplink.name);
	for (i = 0; i < doctor->n_ways && len < sizeof(text); i++)
		if (new_dev(doctor, i) && doctor->ways[i].dev.ifindex !=
					  doctor->uplink.ifindex)
			len += snprintf(text + len, sizeof(text) - len, ", %s",
					doctor->ways[i].dev.name);
	return text;
}

bool doctor_each_dev(struct doctor *doctor,
		     bool (*look)(struct doctor *doctor,
				  const struct device *dev))
{
	bool all = look(doctor, &doctor->uplink);
	unsigned int i;

	for (i = 0; i < doctor->n_ways; i++)
		if (new_dev(doctor, i) && doctor->ways[i].dev.ifindex !=
					  doctor->uplink.ifindex)
			all &= look(doctor, &doctor->ways[i].dev);
	return all;
}

/* A setting of a device for sysctl(8), where a dot in a name is written as a slash. */
static const char *setting(const char *dev, const char *what)
{
	static char text[128];
	char *dot;

	snprintf(text, sizeof(text), "net.ipv4.conf.%s", dev);
	for (dot = text + strlen("net.ipv4.conf."); *dot; dot++)
		if (*dot == '.')
			*dot = '/';
	snprintf(dot, text + sizeof(text) - dot, ".%s", what);
	return quote(text);
}

static bool dev_forwards(struct doctor *doctor, const struct device *device)
{
	const char *dev = device->name;
	long forwarding = doctor_number("/proc/sys/net/ipv4/conf/%s/forwarding",
					dev);

	if (forwarding > 0)
		return true;
	doctor_say(doctor, forwarding ? VERDICT_UNKNOWN : VERDICT_FAIL, dev,
		   forwarding ? "whether %s forwards cannot be read" :
		   "%s does not forward: what comes in there goes nowhere", dev);
	if (!forwarding)
		doctor_run(doctor, "sysctl -w %s",
			   setting(dev, "forwarding=1"));
	return false;
}

/*
 * Only the device that a packet comes in on is asked (IN_DEV_FORWARD). ip_forward
 * is what devices that come later begin with, and sets all of them when it is
 * written.
 */
void check_forwarding(struct doctor *doctor)
{
	if (!doctor_number("/proc/sys/net/ipv4/ip_forward")) {
		doctor_say(doctor, VERDICT_FAIL, NULL,
			   "this host does not forward packets");
		doctor_run(doctor, "sysctl -w net.ipv4.ip_forward=1");
	} else if (doctor_each_dev(doctor, dev_forwards)) {
		doctor_say(doctor, VERDICT_OK, NULL, "%s", dev_list(doctor));
	}
}

static bool forwards(const struct device *dev)
{
	return doctor_number("/proc/sys/net/ipv4/conf/%s/forwarding",
			     dev->name) > 0;
}

/* Whether inside hosts are reached, and what they send leaves by the uplink. */
static bool way_leads_out(struct doctor *doctor, const struct way *way)
{
	enum verdict verdict = VERDICT_FAIL;
	struct route out = { .ifindex = 0 };
	struct device dev;
	int err;

	if (!way->dev.ifindex) {
		doctor_say(doctor, VERDICT_FAIL, NULL,
			   "this host has no way to inside hosts like %s",
			   addr_text(way->host));
		doctor_advise(doctor, "Add a route to the inside prefix.");
		return false;
	}
	err = route_through(way->host, doctor->far, way->dev.ifindex, &out);
	if (!err && out.ifindex == doctor->uplink.ifindex)
		return true;
	/* These have checks of their own. */
	if (err == -EXDEV || !forwards(&way->dev))
		return true;
	if (host_marks(&doctor->host))
		verdict = VERDICT_UNKNOWN;
	host_device(&doctor->host, out.ifindex, NULL, &dev);
	if (err)
		doctor_say(doctor, verdict, NULL,
			   "what comes from %s has no route out",
			   addr_text(way->host));
	else
		doctor_say(doctor, verdict, dev.name,
			   "what comes from %s leaves by %s, not by the uplink",
			   addr_text(way->host), dev.name);
	doctor_advise(doctor, verdict == VERDICT_FAIL ?
		      "Give the uplink the route, for these hosts or for all." :
		      "Unless a rule by mark leads it elsewhere: ip rule show.");
	return false;
}

void check_route(struct doctor *doctor)
{
	unsigned int i;
	bool well = true;

	if (!doctor->far) {
		doctor_say(doctor, VERDICT_FAIL, doctor->uplink.name,
			   "no route leads out by %s", doctor->uplink.name);
		doctor_advise(doctor, "Add the default route, or one to the far network.");
		return;
	}
	for (i = 0; i < doctor->n_ways; i++)
		well &= way_leads_out(doctor, &doctor->ways[i]);
	if (!doctor->n_ways)
		doctor_say(doctor, VERDICT_UNKNOWN, NULL,
			   "no route leads to inside hosts");
	else if (well)
		doctor_say(doctor, VERDICT_OK, doctor->uplink.name,
			   "%s leads out, %s to inside hosts",
			   doctor->uplink.name, one_armed(doctor) ?
			   "it too leads" : "others lead");
}

static void rp_filter_drops(struct doctor *doctor, const char *dev, bool back)
{
	doctor_say(doctor, VERDICT_FAIL, dev,
		   "rp_filter of %s drops %s: the way back is by another device",
		   dev, back ? "answers" : "packets from inside");
	doctor_run(doctor, "sysctl -w %s", setting(dev, "rp_filter=2"));
}

/*
 * Strict filtering is no fault by itself: it drops what would be answered by
 * another device. So the kernel is asked what it does to a packet of each
 * direction; an answer has its inside destination by then.
 */
void check_rp_filter(struct doctor *doctor)
{
	bool well = true, back = true;
	const struct way *way;
	struct route route;
	unsigned int i;

	for (i = 0; i < doctor->n_ways; i++) {
		way = &doctor->ways[i];
		if (!way->dev.ifindex || !doctor->far)
			continue;
		if (new_dev(doctor, i) &&
		    route_through(way->host, doctor->far, way->dev.ifindex,
				  &route) == -EXDEV) {
			rp_filter_drops(doctor, way->dev.name, false);
			well = false;
		}
		if (back && route_through(doctor->far, way->host,
					  doctor->uplink.ifindex,
					  &route) == -EXDEV) {
			rp_filter_drops(doctor, doctor->uplink.name, true);
			back = false;
		}
	}
	if (well && back)
		doctor_say(doctor, VERDICT_OK, NULL,
			   "it drops nothing of the gateway's");
}

/*
 * A redirect goes to the sender of a packet that leaves by the device that it came
 * in on, where the sender is on that very link, and any of the two settings says so
 * (IN_DEV_ORCONF). Hosts behind another router never get one.
 */
void check_redirects(struct doctor *doctor)
{
	const char *dev = doctor->uplink.name;
	bool neighbours = false;
	unsigned int i;
	long all, own;

	for (i = 0; i < doctor->n_ways; i++)
		neighbours |= doctor->ways[i].on_link &&
			      doctor->ways[i].dev.ifindex ==
			      doctor->uplink.ifindex;
	all = doctor_number("/proc/sys/net/ipv4/conf/all/send_redirects");
	own = doctor_number("/proc/sys/net/ipv4/conf/%s/send_redirects", dev);
	if (!neighbours) {
		doctor_say(doctor, VERDICT_OK, NULL,
			   "no inside host is on the uplink's own link");
	} else if (all < 0 || own < 0) {
		doctor_say(doctor, VERDICT_UNKNOWN, dev,
			   "whether %s sends redirects cannot be read", dev);
	} else if (all || own) {
		doctor_say(doctor, VERDICT_FAIL, dev,
			   "inside hosts on %s are told by ICMP redirect to go round the gateway",
			   dev);
		doctor_run(doctor,
			   "sysctl -w net.ipv4.conf.all.send_redirects=0 %s",
			   setting(dev, "send_redirects=0"));
	} else {
		doctor_say(doctor, VERDICT_OK, dev, "%s sends none", dev);
	}
}

/* Bytes of headers without options in front of a segment. */
enum { TCP_HEADERS = 40 };

static bool mss_fits(const struct doctor *doctor)
{
	const struct option_values *options = &doctor->gateway->options;
	uint32_t mss = options->num[NATGW_A_OPTIONS_MSS];

	/* The lowest numbers are the words: off and pmtu. */
	return mss == 1 || (mss > 1 &&
			    mss + TCP_HEADERS <= doctor->uplink.mtu);
}

/* Larger packets come back as ICMP errors, which not all hosts get or heed. */
void check_mtu(struct doctor *doctor)
{
	const struct device *uplink = &doctor->uplink;
	const struct device *large = uplink;
	unsigned int i;

	for (i = 0; i < doctor->n_ways; i++)
		if (doctor->ways[i].dev.mtu > large->mtu)
			large = &doctor->ways[i].dev;
	if (large == uplink) {
		doctor_say(doctor, VERDICT_OK, uplink->name,
			   "%s takes %u bytes, no inside device more",
			   uplink->name, uplink->mtu);
	} else if (mss_fits(doctor)) {
		doctor_say(doctor, VERDICT_OK, uplink->name,
			   "%s takes %u bytes, %s %u; TCP is told by the option mss",
			   uplink->name, uplink->mtu, large->name, large->mtu);
	} else {
		doctor_say(doctor, VERDICT_WARN, uplink->name,
			   "%s takes %u bytes, %s %u: connections hang where the ICMP errors about this are lost",
			   uplink->name, uplink->mtu, large->name, large->mtu);
		doctor_run(doctor, "natctl gateway set %s mss pmtu",
			   quote(doctor->gateway->name));
	}
}
