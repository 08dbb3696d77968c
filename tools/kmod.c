// SPDX-License-Identifier: GPL-2.0
/* The kernel module itself: loaded, unloaded, tried. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "kmod.h"
#include "msg.h"
#include "program.h"

#define MODULE "/sys/module/natgw"
#define PARAMETERS MODULE "/parameters"

/* A list that somebody reads keeps it for as long. Whoever waits before packets are
 * stopped can do so for longer.
 */
enum { TRIES_BEFORE = 100, TRIES = 10, BETWEEN_MS = 50 };

static void add_parameter(const char *name, char *text, size_t size)
{
	size_t len = strlen(text);
	char path[300], value[64];
	FILE *file;

	snprintf(path, sizeof(path), PARAMETERS "/%s", name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%63s", value) == 1)
		snprintf(text + len, size - len, "%s%s=%s", len ? " " : "",
			 name, value);
	fclose(file);
}

void kmod_parameters(char *text, size_t size)
{
	DIR *dir = opendir(PARAMETERS);
	const struct dirent *entry;

	*text = '\0';
	while (dir && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			add_parameter(entry->d_name, text, size);
	if (dir)
		closedir(dir);
}

/* How distributions pack modules, and who unpacks them. */
static const struct packing {
	const char *magic;
	size_t len;
	const char *const unpack[3];
} packings[] = {
	{ "\3757zXZ", 6, { "xz", "-dc", NULL } },
	{ "\x28\xb5\x2f\xfd", 4, { "zstd", "-dc", NULL } },
	{ "\x1f\x8b", 2, { "gzip", "-dc", NULL } },
};

static const struct packing *packing_of(int fd)
{
	const struct packing *p;
	char begin[6] = "";

	if (pread(fd, begin, sizeof(begin), 0) < 0)
		return NULL;
	for (p = packings; p < packings + ARRAY_SIZE(packings); p++)
		if (!memcmp(begin, p->magic, p->len))
			return p;
	return NULL;
}

/* In memory, and not to be written to any more: the kernel loads nothing else. */
static int unpack(const struct packing *packing, int packed)
{
	int memory = memfd_create("natgw.ko", MFD_CLOEXEC);
	char path[32];
	int fd = -1;

	if (memory < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	if (!program_filter(packing->unpack, packed, memory))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	else
		errno = EILSEQ;
	close(memory);
	return fd;
}

/* open_module: what is in a file, unpacked; -1 and errno where it cannot be had */
static int open_module(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), plain;
	const struct packing *packing;

	packing = fd < 0 ? NULL : packing_of(fd);
	if (!packing)
		return fd;
	plain = unpack(packing, fd);
	close(fd);
	return plain;
}

/* 0 or -errno */
static int load(const struct kmod *kmod, const char *parameters)
{
	return syscall(SYS_finit_module, kmod->fd, parameters, 0) ? -errno : 0;
}

static const char *reason(int err)
{
	switch (-err) {
	case ENOEXEC:
		return "it is no module for this kernel (see dmesg)";
	case ENOENT:
		return "it needs what this kernel does not have (see dmesg)";
	case EKEYREJECTED:
	case ENOKEY:
		return "the kernel wants modules that are signed";
	default:
		return strerror(-err);
	}
}

/* Whether a file says that it is natgw */
static bool is_natgw(int fd)
{
	static const char says[] = "name=natgw";
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *f = own < 0 ? NULL : fdopen(own, "r");
	unsigned int at = 0;
	int c = 0;

	if (!f) {
		close(own);
		return false;
	}
	while (at < sizeof(says) && (c = getc(f)) != EOF) {
		if (c != says[at])
			at = 0;
		at += c == says[at];
	}
	fclose(f);
	return at == sizeof(says);
}

/* It is refused as there is one already, after all that is looked at before. */
enum status kmod_open(struct kmod *kmod, const char *file)
{
	int err;

	kmod->file = file;
	kmod->fd = open_module(file);
	if (kmod->fd < 0)
		return error("cannot read %s: %s", file, errno == EILSEQ ?
			     "it cannot be unpacked" : strerror(errno));
	/* Another module would not be tried, but loaded. */
	if (!is_natgw(kmod->fd))
		return error("%s is not natgw's module", file);
	err = load(kmod, "");
	if (err == -EEXIST)
		return STATUS_OK;
	error("%s cannot be loaded: %s", file,
	      err ? reason(err) : "natgw was not loaded");
	return STATUS_KERNEL;
}

static void pause_between(void)
{
	const struct timespec between = { .tv_nsec = BETWEEN_MS * 1000000 };

	nanosleep(&between, NULL);
}

static bool used(void)
{
	FILE *file = fopen(MODULE "/refcnt", "re");
	int users = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &users) != 1)
		users = 0;
	fclose(file);
	return users > 0;
}

static enum status stays(int err)
{
	error("natgw cannot be unloaded: %s", err == EWOULDBLOCK ?
	      "somebody is using it, by a list that is not read to its end" :
	      strerror(err));
	return STATUS_KERNEL;
}

enum status kmod_unused(void)
{
	unsigned int tries = TRIES_BEFORE;

	while (used()) {
		if (!--tries)
			return stays(EWOULDBLOCK);
		pause_between();
	}
	return STATUS_OK;
}

enum status kmod_unload(void)
{
	unsigned int tries = TRIES;

	while (syscall(SYS_delete_module, "natgw", O_NONBLOCK)) {
		if (errno != EINTR &&
		    ((errno != EWOULDBLOCK && errno != EBUSY) || !--tries))
			return stays(errno);
		pause_between();
	}
	return STATUS_OK;
}

enum status kmod_load(const struct kmod *kmod, const char *parameters)
{
	const char *const modprobe[] = {
		"modprobe", "natgw", *parameters ? parameters : NULL, NULL
	};
	int err;

	if (kmod->fd < 0)
		return program_run(modprobe, NULL, NULL);
	err = load(kmod, parameters);
	if (!err)
		return STATUS_OK;
	/* Who asks for the family has the kernel load what modprobe finds. */
	if (err == -EEXIST) {
		warning("somebody else has loaded natgw meanwhile");
		return STATUS_OK;
	}
	error("%s cannot be loaded: %s", kmod->file, reason(err));
	return STATUS_KERNEL;
}

void kmod_close(struct kmod *kmod)
{
	if (kmod->fd >= 0)
		close(kmod->fd);
}
