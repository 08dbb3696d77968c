/* SPDX-License-Identifier: GPL-2.0 */
/* natctl top */
#ifndef NATCTL_TOP_H
#define NATCTL_TOP_H

#include <stdbool.h>
#include <linux/natgw.h>

#include "natctl.h"

/*
 * Looks, and after a while looks again and shows what has changed: once, or on a
 * terminal of so many rows again and again. Both are called with the data; see()
 * returns 0 or -errno, for show() rows are 0 where there is no terminal.
 */
enum status top_watch(int (*see)(void *data),
		      void (*show)(void *data, unsigned int rows), void *data);

/* How many lines a list that is shown alone may have. */
unsigned int top_lines(unsigned int rows);

/* What takes a walk over all flows: clients, or destinations, in an order. */
enum status top_by(const char *gateway, enum natgw_top_order order,
		   bool destinations);

#endif
