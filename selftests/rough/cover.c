// SPDX-License-Identifier: GPL-2.0
/* For "make coverage": which parts of natgw have run. natgw is built so that it calls
 * this at the beginning of each basic block. Where it is loaded changes, how it lies
 * there does not, so what was seen is kept when it goes and comes again.
 */
#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "cover.h"

/* More than the module's text has bytes */
enum { MOST = 1 << 20 };

static DECLARE_BITMAP(seen, MOST);
static unsigned long base;
static struct dentry *file;

/* Context: any. Until natgw's initialisation is over, and freed, nothing in its place
 * is counted: its text is elsewhere.
 */
notrace void __sanitizer_cov_trace_pc(void)
{
	unsigned long at = (unsigned long)__builtin_return_address(0) -
			   READ_ONCE(base);

	if (at < MOST && !test_bit(at, seen))
		set_bit(at, seen);
}
EXPORT_SYMBOL(__sanitizer_cov_trace_pc);

/* Its code has not run yet. */
static int comes(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;

	if (state == MODULE_STATE_COMING && !strcmp(module->name, "natgw"))
		WRITE_ONCE(base, (unsigned long)module->mem[MOD_TEXT].base);
	return NOTIFY_DONE;
}

static struct notifier_block block = { .notifier_call = comes };

/* The addresses that what was seen has now */
static int seen_show(struct seq_file *out, void *unused)
{
	unsigned long at;

	for_each_set_bit(at, seen, MOST)
		seq_printf(out, "%lx\n", base + at);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(seen);

static int __init cover_init(void)
{
	int err = register_module_notifier(&block);

	if (!err)
		file = debugfs_create_file("natgw-cover", 0400, NULL, NULL,
					   &seen_fops);
	return err;
}

static void __exit cover_exit(void)
{
	debugfs_remove(file);
	unregister_module_notifier(&block);
}

module_init(cover_init);
module_exit(cover_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("which parts of natgw have run, for tests");
