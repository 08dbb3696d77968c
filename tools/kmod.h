/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel module itself: loaded, unloaded, tried. */
#ifndef NATCTL_KMOD_H
#define NATCTL_KMOD_H

#include "natctl.h"

/* The parameters that the loaded one has, for another one. */
void kmod_parameters(char *text, size_t size);

/* A module in a file, unpacked and open; fd is -1 where it is modprobe(8) that knows one. */
struct kmod {
	const char *file;
	int fd;
};

/*
 * Opens a file that is a module which this kernel would load if there was not one
 * already, as far as it looks before it sees that; reports what is wrong. The caller
 * closes it, in any case.
 */
enum status kmod_open(struct kmod *kmod, const char *file);
void kmod_close(struct kmod *kmod);

/* Waits until nobody uses the module; reports that somebody goes on to. */
enum status kmod_unused(void);

/* Takes the module out, as soon as nobody uses it. */
enum status kmod_unload(void);

enum status kmod_load(const struct kmod *kmod, const char *parameters);

#endif
