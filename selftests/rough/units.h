/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of units.ko share: see units_main.c. */
#ifndef NATGW_UNITS_H
#define NATGW_UNITS_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/prandom.h>
#include <linux/printk.h>

#define say(ok, fmt, ...) \
	pr_info("%s - " fmt "\n", (ok) ? "ok" : "not ok", ##__VA_ARGS__)

extern struct rnd_state units_rnd;

static inline u32 units_below(u32 n)
{
	return prandom_u32_state(&units_rnd) % n;
}

int units_wheel(void);
int units_sums(void);
int units_headers(void);

#endif
