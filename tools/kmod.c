// SPDX-License-Identifier: GPL-2.0
/* The kernel module itself: loaded, unloaded, tried. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

#include "kmod.h"
#include "msg.h"
#include "program.h"

#define PARAMETERS "/sys/module/natgw/parameters"

/* A dump of flows that somebody reads keeps it for as long. */
enum { TRIES = 100, BETWEEN_MS = 50 };

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

/* 0 or -errno */
static int load(const char *file, const char *parameters)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, parameters, 0))
		err = -errno;
	close(fd);
	return err;
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

/* Whether a file says that it is natgw; a packed one says nothing. */
static bool is_natgw(const char *file)
{
	static const char says[] = "name=natgw";
	FILE *f = fopen(file, "re");
	unsigned int at = 0;
	int c = 0;

	if (!f)
		return false;
	while (at < sizeof(says) && (c = getc(f)) != EOF) {
		if (c != says[at])
			at = 0;
		at += c == says[at];
	}
	fclose(f);
	return at == sizeof(says);
}

/* It is refused as there is one already, after all that is looked at before. */
enum status kmod_try(const char *file)
{
	int err;

	if (access(file, R_OK))
		return error("cannot read %s: %s", file, strerror(errno));
	/* Another module would not be tried, but loaded. */
	if (!is_natgw(file))
		return error("%s is not natgw's module", file);
	err = load(file, "");
	if (err == -EEXIST)
		return STATUS_OK;
	error("%s cannot be loaded: %s", file,
	      err ? reason(err) : "natgw was not loaded");
	return STATUS_KERNEL;
}

enum status kmod_unload(void)
{
	const struct timespec between = { .tv_nsec = BETWEEN_MS * 1000000 };
	unsigned int tries = TRIES;

	while (syscall(SYS_delete_module, "natgw", O_NONBLOCK)) {
		if (errno == EINTR ||
		    ((errno == EWOULDBLOCK || errno == EBUSY) && --tries)) {
			nanosleep(&between, NULL);
			continue;
		}
		error("natgw cannot be unloaded: %s", errno == EWOULDBLOCK ?
		      "somebody is using it" : strerror(errno));
		return STATUS_KERNEL;
	}
	return STATUS_OK;
}

enum status kmod_load(const char *file, const char *parameters)
{
	const char *const modprobe[] = {
		"modprobe", "natgw", *parameters ? parameters : NULL, NULL
	};
	int err;

	if (!file)
		return program_run(modprobe, NULL, NULL);
	err = load(file, parameters);
	if (!err)
		return STATUS_OK;
	/* Who asks for the family has the kernel load what modprobe finds. */
	if (err == -EEXIST) {
		warning("somebody else has loaded natgw meanwhile");
		return STATUS_OK;
	}
	error("%s cannot be loaded: %s", file, reason(err));
	return STATUS_KERNEL;
}
