// SPDX-License-Identifier: GPL-2.0
/*
 * natctl handover: another module takes over from the one that is loaded.
 *
 * What natgw would translate is stopped by nftables first, in both directions, so that
 * nothing that flows know changes any more, and nobody answers in their place while
 * there is no module. It is let go when the new module has all flows.
 *
 * The module serves all network namespaces. Those that have a name are looked after,
 * and the one that natctl is in.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>

#include "barrier.h"
#include "cmd.h"
#include "flowfile.h"
#include "kmod.h"
#include "label.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "program.h"

#define NAMESPACES "/run/netns"

/* A network namespace that has something to be handed over. */
struct space {
	char name[NAME_MAX + 1];	/* for messages */
	int fd;
	struct barriers gateways, fences;
	char config[PATH_MAX], flows[PATH_MAX];
	bool closed;
};

struct handover {
	struct kmod module, old;
	char dir[64];		/* where what is saved is kept meanwhile */
	struct space *list;
	unsigned int n;
	struct flowfile_result result;
	enum status flows;	/* whether they could be told to the module at all */
	bool over;		/* a module has got all that there was */
	bool unfinished;	/* something of it is only in the files */
	uint64_t pause;		/* milliseconds */
};

static uint64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool enter(const struct space *space)
{
	nl_close();
	return !setns(space->fd, CLONE_NEWNET);
}

/* ------------------------------- what there is ---------------------------- */

static bool known(const struct handover *h, int fd)
{
	struct stat its, other;
	unsigned int i;

	if (fstat(fd, &its))
		return true;
	for (i = 0; i < h->n; i++)
		if (!fstat(h->list[i].fd, &other) &&
		    its.st_dev == other.st_dev && its.st_ino == other.st_ino)
			return true;
	return false;
}

static void add_space(struct handover *h, const char *path, const char *name)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct space *space;

	if (fd < 0 || known(h, fd)) {
		if (fd >= 0)
			close(fd);
		return;
	}
	h->list = xrealloc(h->list, (h->n + 1) * sizeof(*h->list));
	space = &h->list[h->n++];
	memset(space, 0, sizeof(*space));
	snprintf(space->name, sizeof(space->name), "%s", name);
	space->fd = fd;
}

/* The first one is that which natctl is in, to come back to. */
static void find_spaces(struct handover *h)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	add_space(h, "/proc/self/ns/net", "this one");
	dir = opendir(NAMESPACES);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), NAMESPACES "/%s", entry->d_name);
		if (*entry->d_name != '.')
			add_space(h, path, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* A gateway whose device is gone could not be made again. */
static enum status check_devices(const struct gateways *gateways)
{
	const struct gateway *gateway;
	unsigned int i;

	for (i = 0; i < gateways->n; i++) {
		gateway = &gateways->list[i];
		if (!gateway->ifindex)
			return error("gateway %s has lost %s: delete it, or bring that back",
				     gateway->name, gateway->dev);
	}
	return STATUS_OK;
}

static int count_labels(unsigned int *n)
{
	struct labels labels = {};
	int err = labels_read(&labels);

	*n = labels.n;
	labels_free(&labels);
	return err;
}

/* What a namespace has; *something is false where that is nothing. */
static enum status look(struct space *space, bool *something)
{
	struct gateways gateways = {};
	enum status status;
	unsigned int i, labels;
	int err;

	err = gateways_read(&gateways);
	if (err)
		return nl_fail(err, "read the gateways");
	err = count_labels(&labels) ?: barriers_add_fences(&space->fences);
	status = err ? nl_fail(err, "read labels and fences") :
		 check_devices(&gateways);
	for (i = 0; i < gateways.n; i++)
		barriers_add_gateway(&space->gateways, &gateways.list[i]);
	gateways_free(&gateways);
	*something = labels || space->gateways.n || space->fences.n;
	return status;
}

static enum status save_config(const struct handover *h, struct space *space)
{
	struct args args = { .given[W_FILE] = true };
	unsigned int i = space - h->list;
	/* Names may be long, and two of them alike. */
	const char *name = i ? space->name : "here";

	snprintf(space->config, sizeof(space->config), "%s/%u-%.64s.conf",
		 h->dir, i, name);
	snprintf(space->flows, sizeof(space->flows), "%s/%u-%.64s.flows",
		 h->dir, i, name);
	args.v[W_FILE].text = space->config;
	return cmd_save(&args);
}

/* Those that have nothing are passed over from here on. */
static enum status look_around(struct handover *h)
{
	enum status status = STATUS_OK;
	bool something = false;
	unsigned int i;

	for (i = 0; i < h->n && !status; i++) {
		/* A name may be left of a namespace that has gone. */
		if (!enter(&h->list[i]))
			continue;
		status = look(&h->list[i], &something);
		if (!status && something)
			status = save_config(h, &h->list[i]);
	}
	return status;
}

/* ------------------------------ closed and open --------------------------- */

static const char *const nft[] = { "nft", "-f", "-", NULL };

static void feed_closed(FILE *file, const void *data)
{
	barriers_print_closed(file, data);
}

static void feed_open(FILE *file, const void *data)
{
	(void)data;
	fprintf(file, "table ip natgw_handover\n"
		      "delete table ip natgw_handover\n");
}

static void feed_fence(FILE *file, const void *data)
{
	barriers_print_fence(file, data);
}

static enum status close_all(struct handover *h)
{
	enum status status = STATUS_OK;
	struct space *space;
	unsigned int i;

	for (i = 0; i < h->n && !status; i++) {
		space = &h->list[i];
		if (!space->gateways.n || !enter(space))
			continue;
		status = program_run(nft, feed_closed, &space->gateways);
		space->closed = !status;
	}
	return status;
}

static enum status save_flows(struct handover *h)
{
	static const struct args all;
	enum status status = STATUS_OK;
	struct space *space;
	unsigned int i, n;

	for (i = 0; i < h->n && !status; i++) {
		space = &h->list[i];
		if (!space->closed || !enter(space))
			continue;
		status = flowfile_save(space->flows, &all, &n);
	}
	return status;
}

static enum status open_space(struct space *space)
{
	if (!space->closed)
		return STATUS_OK;
	space->closed = false;
	return program_run(nft, feed_open, NULL);
}

/* Nothing has happened. */
static void reopen_all(struct handover *h)
{
	struct space *space;
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		space = &h->list[i];
		if (space->closed && (!enter(space) || open_space(space)))
			error("namespace %s stays closed (nft table natgw_handover)",
			      space->name);
	}
}

/* -------------------------------- the modules ----------------------------- */

/* The new one, or if that fails the old one; *back says which. */
static enum status load(const struct handover *h, const char *parameters, bool *back)
{
	enum status status = kmod_load(&h->module, parameters);

	*back = status;
	if (!status)
		return STATUS_OK;
	/* What modprobe finds is no other one than what has just failed. */
	if (h->old.fd < 0 && h->module.fd < 0)
		return status;
	warning("the old module is loaded again");
	return kmod_load(&h->old, parameters);
}

static enum status restore_space(struct handover *h, struct space *space)
{
	struct args args = { .given[W_FILE] = true };
	enum status status = STATUS_OK, flows = STATUS_OK;

	args.v[W_FILE].text = space->config;
	/* natgw's own fences have gone with the old module. */
	if (space->fences.n)
		status = program_run(nft, feed_fence, &space->fences);
	if (!status)
		status = cmd_restore(&args);
	/* It goes on without flows, but not without gateways. */
	if (!status && space->closed)
		flows = flowfile_restore(space->flows, &h->result);
	h->flows = h->flows ?: flows;
	return status ?: open_space(space);
}

static enum status restore_all(struct handover *h)
{
	enum status status, first = STATUS_OK;
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		if (!*h->list[i].config)
			continue;
		status = enter(&h->list[i]) ? restore_space(h, &h->list[i]) :
			 error("it has gone");
		if (!status)
			continue;
		error("namespace %s is not as it was, and stays closed (nft table natgw_handover)",
		      h->list[i].name);
		first = first ?: status;
	}
	return first;
}

/* ------------------------------------ all --------------------------------- */

/* From the moment that packets are stopped until they are let go. */
static enum status replace(struct handover *h)
{
	uint64_t start = milliseconds();
	char parameters[256];
	enum status status;
	bool back = false;

	kmod_parameters(parameters, sizeof(parameters));
	/* Nothing is stopped for a change that is known to fail. */
	nl_close();
	status = kmod_unused() ?: close_all(h) ?: save_flows(h);
	nl_close();
	if (!status)
		status = kmod_unload();
	if (status) {
		reopen_all(h);
		return status;
	}
	status = load(h, parameters, &back);
	if (status) {
		h->unfinished = true;
		error("no module is loaded, and all that natgw would translate is dropped");
		return status;
	}
	status = restore_all(h);
	h->unfinished = status;
	h->over = true;
	h->pause = milliseconds() - start;
	return status ?: (back ? STATUS_KERNEL : STATUS_OK);
}

static enum status report(const struct handover *h)
{
	enum status status;

	out_open();
	out_object(NULL);
	out_num("pause-ms", "packets were stopped for ", h->pause);
	out_text(" ms; flows: ");
	status = flowfile_report(&h->result);
	out_object_end();
	out_close();
	return status;
}

static void clean_up(struct handover *h)
{
	bool keep = h->unfinished;
	struct space *space;
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		space = &h->list[i];
		if (!keep && *space->config) {
			unlink(space->config);
			unlink(space->flows);
		}
		barriers_free(&space->gateways);
		barriers_free(&space->fences);
	}
	if (keep)
		warning("what there was is in %s", h->dir);
	else
		rmdir(h->dir);
	/* The namespace to come back to is the first one. */
	if (h->n)
		enter(&h->list[0]);
	for (i = 0; i < h->n; i++)
		close(h->list[i].fd);
	free(h->list);
	flowfile_free(&h->result);
}

static enum status open_modules(struct handover *h, const struct args *args)
{
	enum status status = STATUS_OK;

	if (given(args, W_FILE))
		status = kmod_open(&h->module, args->v[W_FILE].text);
	if (!status && given(args, W_BACK))
		status = kmod_open(&h->old, args->v[W_BACK].text);
	return status;
}

static enum status hand_over(struct handover *h)
{
	enum status status, said = STATUS_OK;

	if (!mkdtemp(h->dir))
		return error("cannot write to /run: %s", strerror(errno));
	find_spaces(h);
	status = look_around(h);
	if (!status) {
		/* To stop half-way would leave the host without gateways. */
		signal(SIGINT, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		signal(SIGPIPE, SIG_IGN);
		status = replace(h);
	}
	if (h->over)
		said = report(h);
	clean_up(h);
	return status ?: h->flows ?: said;
}

enum status cmd_handover(const struct args *args)
{
	struct handover h = {
		.dir = "/run/natgw-handover.XXXXXX",
		.module = { .fd = -1 },
		.old = { .fd = -1 },
	};
	enum status status;
	uint32_t version;
	int err;

	err = nl_version(&version);
	if (err)
		return nl_fail(err, "hand over");
	status = open_modules(&h, args) ?: hand_over(&h);
	kmod_close(&h.module);
	kmod_close(&h.old);
	return status;
}
