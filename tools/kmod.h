/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel module itself: loaded, unloaded, tried. */
#ifndef NATCTL_KMOD_H
#define NATCTL_KMOD_H

#include "natctl.h"

/* The parameters that the loaded one has, for another one. */
void kmod_parameters(char *text, size_t size);

/*
 * Whether a file is a module that this kernel would load if there was not one already,
 * as far as it looks before it sees that; reports what is wrong.
 */
enum status kmod_try(const char *file);

/* Takes the module out, as soon as nobody uses it. */
enum status kmod_unload(void);

/* Loads it from a file, or where that is NULL as modprobe(8) finds it. */
enum status kmod_load(const char *file, const char *parameters);

#endif
