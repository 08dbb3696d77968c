// SPDX-License-Identifier: GPL-2.0
/* natctl doctor: the module, gateways and what they have counted. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "spec.h"
#include "stats.h"

/* Asked of the family, a module that is not there would be loaded. */
void check_module(struct doctor *doctor)
{
	uint32_t version = 0;
	int err = -ENOENT;

	if (access("/sys/module", F_OK) || !access("/sys/module/natgw", F_OK))
		err = nl_version(&version);
	if (err) {
		doctor_say(doctor, VERDICT_FAIL, NULL, "natgw is not loaded");
		doctor_run(doctor, "modprobe natgw");
	} else if (version != NATGW_FAMILY_VERSION) {
		doctor_say(doctor, VERDICT_FAIL, NULL,
			   "the module speaks version %u of its netlink family, natctl %u",
			   version, NATGW_FAMILY_VERSION);
		doctor_advise(doctor, "Install a module and a natctl of one version.");
	} else {
		doctor_say(doctor, VERDICT_OK, NULL,
			   "natgw is loaded, netlink version %u", version);
	}
	doctor->loaded = !err;
}

void check_gateways(struct doctor *doctor)
{
	int err;

	if (!doctor->loaded)
		return;
	err = gateways_read(&doctor->gateways);
	if (err) {
		doctor_say(doctor, VERDICT_UNKNOWN, NULL,
			   "the gateways cannot be read: %s", strerror(-err));
	} else if (!doctor->gateways.n) {
		doctor_say(doctor, VERDICT_FAIL, NULL, "there is no gateway");
		doctor_advise(doctor,
			      "Add one (natctl gateway add), or bring a saved one back (natctl restore FILE).");
	} else {
		doctor_say(doctor, VERDICT_OK, NULL, "%u configured",
			   doctor->gateways.n);
	}
}

struct fences {
	struct doctor *doctor;
	unsigned int n;
};

static void say_fence(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_FENCE_MAX + 1];
	char dev[NATGW_DEV_LEN + 1];
	struct fences *fences = data;

	nl_attrs(nlh, tb, NATGW_A_FENCE_MAX);
	nl_copy(tb[NATGW_A_FENCE_DEV], dev, sizeof(dev));
	fences->n++;
	doctor_say(fences->doctor, VERDICT_WARN, dev,
		   "a fence on %s keeps inside hosts of a former gateway in: %llu packets dropped",
		   dev, (unsigned long long)nl_u64(tb[NATGW_A_FENCE_DROPS]));
	doctor_run(fences->doctor, "natctl fence del dev %s", quote(dev));
}

void check_fences(struct doctor *doctor)
{
	struct fences fences = { doctor, 0 };
	struct nl_list list;
	int err;

	if (!doctor->loaded)
		return;
	err = nl_collect(nl_request(NATGW_CMD_FENCE_GET), &list);
	if (err) {
		doctor_say(doctor, VERDICT_UNKNOWN, NULL,
			   "the fences cannot be read: %s", strerror(-err));
		return;
	}
	nl_each(&list, say_fence, &fences);
	nl_free(&list);
	if (!fences.n)
		doctor_say(doctor, VERDICT_OK, NULL, "none is left");
}

void check_state(struct doctor *doctor)
{
	const struct gateway *gateway = doctor->gateway;

	if (gateway->state == NATGW_GATEWAY_STATE_AVAILABLE) {
		doctor_say(doctor, VERDICT_OK, gateway->dev,
			   "available, uplink %s", gateway->dev);
		return;
	}
	doctor_say(doctor, VERDICT_FAIL, gateway->dev, "failed: %s",
		   gateway->reason);
	if (doctor->uplink.ifindex && !doctor->uplink.up)
		doctor_run(doctor, "ip link set dev %s up",
			   quote(gateway->dev));
	else
		doctor_advise(doctor, "The gateway works again when there is a device %s.",
			      gateway->dev);
}

void check_address(struct doctor *doctor)
{
	const struct gateway *gateway = doctor->gateway;
	char text[INET_ADDRSTRLEN];
	unsigned int i, lacking = 0;
	in_addr_t wire;

	for (i = 0; i < gateway->addresses; i++) {
		wire = pair_wire(&gateway->address[i]);
		if (host_has(&doctor->host, wire))
			continue;
		lacking++;
		inet_ntop(AF_INET, &wire, text, sizeof(text));
		doctor_say(doctor, VERDICT_WARN, gateway->dev,
			   "%s is on no device: answers come only if the network sends them here by itself",
			   text);
		doctor_run(doctor, "ip addr add %s/32 dev %s", text,
			   quote(gateway->dev));
	}
	if (!lacking)
		doctor_say(doctor, VERDICT_OK, NULL, gateway->addresses == 1 ?
			   "it is on a device" : "all %u are on a device",
			   gateway->addresses);
}

/* Drops that something can be done about; others are the internet's noise. */
static const struct remedy {
	unsigned int counter;
	const char *advice;
} remedies[] = {
	{ NATGW_A_COUNTERS_SOURCE_DROP_NO_PORT,
	  "natctl port show tells where. More ports: natctl address add." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_NO_ADDRESS,
	  "All addresses drain. Add one: natctl address add." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_TABLE_FULL,
	  "Raise max-flows: natctl gateway set." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY,
	  "This host needs more memory, or the gateway a lower max-flows." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED,
	  "Hosts are reached by one device and send by another." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_PROTOCOL,
	  "natctl drops tells which one. Switch it on: option proto-*." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_FLOWS,
	  "natctl client show tells who. The limit is the option client-flows." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_PORTS,
	  "natctl client show tells who. The limit is the option client-ports." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_OPENING,
	  "natctl client show tells who. The limit is the option client-opening." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_RATE,
	  "natctl top tells who. The limit is the option client-rate." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_FAIR_SHARE,
	  "The gateway runs short of flows: raise max-flows (natctl gateway set)." },
	{ NATGW_A_COUNTERS_HOST_DROP_NO_PORT,
	  "Give clients another address than this host: natctl address add." },
	{ NATGW_A_COUNTERS_HOST_DROP_NO_MEMORY,
	  "This host needs more memory, or the gateway a lower max-flows." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY,
	  "This host needs more memory, or the gateway a lower max-flows." },
	{ NATGW_A_COUNTERS_FLOW_EVENTS_LOST,
	  "The flow log lacks records: give natctl log a larger buffer." },
};

void check_drops(struct doctor *doctor)
{
	struct stats stats;
	unsigned int i, n = 0;
	uint64_t value;

	if (stats_read(doctor->gateway->name, &stats)) {
		doctor_say(doctor, VERDICT_UNKNOWN, NULL,
			   "the counters cannot be read");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(remedies); i++) {
		value = stats.value[remedies[i].counter];
		if (!value)
			continue;
		n++;
		doctor_say(doctor, VERDICT_WARN, NULL, "%s %llu: %s",
			   counters[remedies[i].counter].name,
			   (unsigned long long)value,
			   counters[remedies[i].counter].sentence);
		doctor_advise(doctor, "%s", remedies[i].advice);
	}
	if (!n)
		doctor_say(doctor, VERDICT_OK, NULL,
			   "nothing ran out, no limit was reached");
}

/*
 * EC2's security groups forget a connection that is idle: on some instances after
 * 350 s, if the network interface does not say otherwise.
 */
enum { SECURITY_GROUP_IDLE = 350 };

void check_timeouts(struct doctor *doctor)
{
	const struct option_values *options = &doctor->gateway->options;
	uint32_t idle = options->num[NATGW_A_OPTIONS_TCP_ESTABLISHED];
	char id[32];

	if (idle <= SECURITY_GROUP_IDLE || !doctor_on_ec2(id, sizeof(id))) {
		doctor_say(doctor, VERDICT_OK, NULL,
			   "TCP may be idle for %u s, UDP for %u s", idle,
			   options->num[NATGW_A_OPTIONS_UDP]);
		return;
	}
	doctor_say(doctor, VERDICT_UNKNOWN, NULL,
		   "TCP may be idle for %u s; security groups of some instances forget it after %u s",
		   idle, SECURITY_GROUP_IDLE);
	doctor_advise(doctor,
		      "aws ec2 modify-network-interface-attribute --network-interface-id ENI --connection-tracking-specification TcpEstablishedTimeout=%u",
		      idle);
}

static void read_dmi(const char *name, char *text, size_t size)
{
	char path[64];
	FILE *file;

	text[0] = '\0';
	snprintf(path, sizeof(path), "/sys/class/dmi/id/%s", name);
	file = fopen(path, "re");
	if (file && fgets(text, size, file))
		text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* What stands there goes into a command: it has to look like an identifier. */
static bool is_instance_id(const char *text)
{
	if (strncmp(text, "i-", 2))
		return false;
	for (text += 2; *text; text++)
		if (!isxdigit((unsigned char)*text))
			return false;
	return true;
}

bool doctor_on_ec2(char *id, size_t size)
{
	char vendor[64];

	read_dmi("board_asset_tag", id, size);
	if (!is_instance_id(id))
		id[0] = '\0';
	read_dmi("sys_vendor", vendor, sizeof(vendor));
	return id[0] || !strcmp(vendor, "Amazon EC2");
}

void check_source_dest(struct doctor *doctor)
{
	char id[32];

	if (!doctor_on_ec2(id, sizeof(id))) {
		doctor_say(doctor, VERDICT_OK, NULL,
			   "this is no EC2 instance");
		return;
	}
	doctor_say(doctor, VERDICT_UNKNOWN, NULL,
		   "the source/destination check cannot be seen from inside; it has to be off");
	if (id[0])
		doctor_run(doctor,
			   "aws ec2 describe-instance-attribute --instance-id %s --attribute sourceDestCheck",
			   id);
	else
		doctor_advise(doctor,
			      "aws ec2 describe-instance-attribute --instance-id INSTANCE --attribute sourceDestCheck");
}
