// SPDX-License-Identifier: GPL-2.0
/* For tests: what no packet of a test comes to, as it would take a week, or every value
 * of a checksum. natgw's own files are included in those beside this one; what is tested
 * runs when the module is loaded, and is told in the kernel's messages, a line for each
 * case.
 */
#include "units.h"

#include <linux/module.h>

struct rnd_state units_rnd;

static int __init units_init(void)
{
	int err;

	/* The same each time: what failed once fails again. */
	prandom_seed_state(&units_rnd, 1);
	pr_info("begin\n");
	err = units_wheel();
	if (!err)
		err = units_sums();
	if (!err)
		err = units_headers();
	if (!err)
		pr_info("end\n");
	return err;
}

static void __exit units_exit(void)
{
}

module_init(units_init);
module_exit(units_exit);

MODULE_DESCRIPTION("Parts of natgw, tried alone");
MODULE_LICENSE("GPL");
