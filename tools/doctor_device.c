// SPDX-License-Identifier: GPL-2.0
/* natctl doctor: network hardware. */
#include <dirent.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor.h"

static int ethtool(const char *dev, void *command)
{
	struct ifreq ifr = { .ifr_data = command };
	int fd, err = 0;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		err = -errno;
	close(fd);
	return err;
}

/* /sys shows the devices of the namespace that it was mounted in. */
static bool in_sysfs(const struct device *dev)
{
	return doctor_number("/sys/class/net/%s/ifindex", dev->name) ==
	       (long)dev->ifindex;
}

static bool rps_on(const struct device *dev, unsigned int queue)
{
	char path[96], mask[256] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues/rx-%u/rps_cpus",
		 dev->name, queue);
	file = fopen(path, "re");
	if (file && !fgets(mask, sizeof(mask), file))
		mask[0] = '\0';
	if (file)
		fclose(file);
	return mask[strspn(mask, "0,\n")];
}

static unsigned int count_queues(const struct device *dev)
{
	char path[96];
	unsigned int n = 0;

	do {
		snprintf(path, sizeof(path), "/sys/class/net/%s/queues/rx-%u",
			 dev->name, n);
	} while (!access(path, F_OK) && ++n);
	return n;
}

static void say_few(struct doctor *doctor, const struct device *dev,
		    unsigned int queues, unsigned int cpus)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	unsigned int most = 0;

	if (!ethtool(dev->name, &channels))
		most = channels.max_combined < cpus ? channels.max_combined :
						      cpus;
	doctor_say(doctor, VERDICT_WARN, dev->name,
		   "%s has %u receive queues for %u processors, and none is spread further",
		   dev->name, queues, cpus);
	if (most > queues)
		doctor_run(doctor, "ethtool -L %s combined %u",
			   quote(dev->name), most);
	else
		doctor_run(doctor,
			   "for f in /sys/class/net/%s/queues/rx-*/rps_cpus; do echo %llx > $f; done",
			   quote(dev->name), cpus < 32 ? (1ULL << cpus) - 1 :
			   0xffffffffULL);
}

/* The one processor in a list of them; -1 where there are more, or no list. */
static long only_one(const char *irq, const char *which)
{
	char path[96], list[64] = "", *end;
	FILE *file;
	long cpu;

	snprintf(path, sizeof(path), "/proc/irq/%.16s/%s", irq, which);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (!fgets(list, sizeof(list), file))
		list[0] = '\0';
	fclose(file);
	cpu = strtol(list, &end, 10);
	return end != list && (*end == '\n' || !*end) ? cpu : -1;
}

/* Where an interrupt is to go counts before where the last one went. */
static long processor_of(const char *irq)
{
	long cpu = only_one(irq, "smp_affinity_list");

	return cpu >= 0 ? cpu : only_one(irq, "effective_affinity_list");
}

/* The processor that all interrupts of a device go to, if there are several. */
static long only_processor(const struct device *dev)
{
	const struct dirent *entry;
	unsigned int n = 0;
	long cpu = -1;
	char path[96];
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/msi_irqs",
		 dev->name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (n++ && processor_of(entry->d_name) != cpu)
			cpu = -1;
		else
			cpu = processor_of(entry->d_name);
		if (cpu < 0)
			break;
	}
	if (dir)
		closedir(dir);
	return n > 1 ? cpu : -1;
}

/* Many queues are of no use where one processor gets the interrupts of all. */
static bool interrupts_spread(struct doctor *doctor, const struct device *dev,
			      unsigned int cpus)
{
	long cpu = only_processor(dev);

	if (cpu < 0)
		return true;
	doctor_say(doctor, VERDICT_WARN, dev->name,
		   "processor %ld gets the interrupts of all queues of %s", cpu,
		   dev->name);
	doctor_run(doctor,
		   "n=0; for i in $(ls /sys/class/net/%s/device/msi_irqs); do echo $((n++ %% %u)) > /proc/irq/$i/smp_affinity_list; done",
		   quote(dev->name), cpus);
	return false;
}

static bool any_rps(const struct device *dev, unsigned int queues)
{
	unsigned int i;

	for (i = 0; i < queues; i++)
		if (rps_on(dev, i))
			return true;
	return false;
}

static bool well_spread(struct doctor *doctor, const struct device *dev)
{
	unsigned int cpus = sysconf(_SC_NPROCESSORS_ONLN), queues;

	/* What a software device gets, another one has spread already. */
	if (dev->software || cpus == 1)
		return true;
	if (!in_sysfs(dev)) {
		doctor_say(doctor, VERDICT_UNKNOWN, dev->name,
			   "/sys shows the devices of another namespace");
		return false;
	}
	queues = count_queues(dev);
	if (any_rps(dev, queues))
		return true;
	if (queues >= cpus)
		return interrupts_spread(doctor, dev, cpus);
	say_few(doctor, dev, queues, cpus);
	return false;
}

void check_queues(struct doctor *doctor)
{
	if (doctor_each_dev(doctor, well_spread))
		doctor_say(doctor, VERDICT_OK, NULL,
			   "packets that come in are spread over the processors");
}

/* What ENA, EC2's network, has held back or dropped by its own account. */
static const struct allowance {
	const char *name;
	const char *advice;
} allowances[] = {
	{ "bw_in_allowance_exceeded",
	  "More came in than it may take: a larger instance type." },
	{ "bw_out_allowance_exceeded",
	  "More went out than it may send: a larger instance type." },
	{ "pps_allowance_exceeded",
	  "More packets a second than it may have: a larger instance type." },
	{ "conntrack_allowance_exceeded",
	  "Let security groups allow all, both ways: that is not tracked." },
	{ "linklocal_allowance_exceeded",
	  "Too many questions to the VPC's DNS: cache names on this host." },
};

static const struct allowance *find_allowance(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(allowances); i++)
		if (!strcmp(name, allowances[i].name))
			return &allowances[i];
	return NULL;
}

/* Statistics of a driver: names and numbers, in one order; NULL where it has none. */
struct counts {
	struct ethtool_gstrings *names;
	struct ethtool_stats *numbers;
};

static uint32_t counts_number(const char *dev)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t n;
	} request = {
		.info = {
			.cmd = ETHTOOL_GSSET_INFO,
			.sset_mask = 1ULL << ETH_SS_STATS,
		},
	};

	if (ethtool(dev, &request) || !request.info.sset_mask)
		return 0;
	return request.n;
}

static bool counts_read(const char *dev, struct counts *counts)
{
	uint32_t n = counts_number(dev);

	counts->names = calloc(1, sizeof(*counts->names) +
			       (size_t)n * ETH_GSTRING_LEN);
	counts->numbers = calloc(1, sizeof(*counts->numbers) +
				 (size_t)n * sizeof(uint64_t));
	if (!n || !counts->names || !counts->numbers)
		return false;
	counts->names->cmd = ETHTOOL_GSTRINGS;
	counts->names->string_set = ETH_SS_STATS;
	counts->names->len = n;
	counts->numbers->cmd = ETHTOOL_GSTATS;
	counts->numbers->n_stats = n;
	/* A driver that has more of them by now writes no more than were asked for. */
	return !ethtool(dev, counts->names) &&
	       !ethtool(dev, counts->numbers) &&
	       counts->names->len == n && counts->numbers->n_stats == n;
}

static void say_exceeded(struct doctor *doctor, const struct device *dev,
			 const struct counts *counts, bool *has, bool *well)
{
	const struct allowance *allowance;
	char name[ETH_GSTRING_LEN + 1];
	uint32_t i;

	for (i = 0; i < counts->numbers->n_stats; i++) {
		snprintf(name, sizeof(name), "%.*s", ETH_GSTRING_LEN,
			 (char *)counts->names->data + i * ETH_GSTRING_LEN);
		allowance = find_allowance(name);
		if (!allowance)
			continue;
		*has = true;
		if (!counts->numbers->data[i])
			continue;
		*well = false;
		doctor_say(doctor, VERDICT_WARN, dev->name, "%s of %s: %llu",
			   name, dev->name,
			   (unsigned long long)counts->numbers->data[i]);
		doctor_advise(doctor, "%s", allowance->advice);
	}
}

static bool within_allowance(struct doctor *doctor, const struct device *dev)
{
	bool has = false, well = true;
	struct counts counts;

	if (counts_read(dev->name, &counts))
		say_exceeded(doctor, dev, &counts, &has, &well);
	free(counts.names);
	free(counts.numbers);
	doctor->has_allowance |= has;
	return well;
}

void check_allowances(struct doctor *doctor)
{
	doctor->has_allowance = false;
	if (doctor_each_dev(doctor, within_allowance))
		doctor_say(doctor, VERDICT_OK, NULL, doctor->has_allowance ?
			   "none is exceeded" :
			   "the drivers count none");
}
