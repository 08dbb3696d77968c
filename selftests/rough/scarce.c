// SPDX-License-Identifier: GPL-2.0
/* For tests: memory is scarce. Of the allocations that a thread makes in the kernel,
 * the nth fails.
 *
 *	/proc/scarce	written: which one fails, of those that the writing thread makes
 *			from now on; 0: none. Read: how many are left until then; 0 when
 *			it has failed. Neither allocates anything itself.
 *	where		(a parameter) the function of natgw that has asked for what
 *			failed last, if one did
 *
 * Kernels built for that have the same in /proc/self/fail-nth, without those for each
 * processor; this needs probes, which every kernel has. What the thread does in an
 * interrupt for others is not counted.
 */
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>

enum { DEPTH = 48 };

/* What allocates, in one kernel or another, and which argument says how. */
struct place {
	struct kprobe probe;
	unsigned int gfp;
};

#define PLACE(name, number) \
	{ .probe = { .symbol_name = name }, .gfp = number }

/* A function that gets a set of caches before the flags where there are some. */
#define BUCKETS IS_ENABLED(CONFIG_SLAB_BUCKETS)

static struct place places[] = {
	PLACE("kmem_cache_alloc", 1),
	PLACE("kmem_cache_alloc_noprof", 1),
	PLACE("kmem_cache_alloc_node", 1),
	PLACE("kmem_cache_alloc_node_noprof", 1),
	PLACE("kmalloc_trace", 1),
	PLACE("kmalloc_node_trace", 1),
	PLACE("__kmalloc_cache_noprof", 1),
	PLACE("__kmalloc_cache_node_noprof", 1),
	PLACE("__kmalloc", 1),
	PLACE("__kmalloc_noprof", 1),
	PLACE("__kmalloc_node", 1),
	PLACE("__kmalloc_node_noprof", 1 + BUCKETS),
	PLACE("__kmalloc_node_track_caller", 1),
	PLACE("__kmalloc_node_track_caller_noprof", 1 + BUCKETS),
	PLACE("kmalloc_large", 1),
	PLACE("__kmalloc_large_noprof", 1),
	PLACE("kvmalloc_node", 1),
	PLACE("__kvmalloc_node_noprof", 1 + BUCKETS),
	PLACE("pcpu_alloc", 3),
	PLACE("pcpu_alloc_noprof", 3),
};

static struct task_struct *task;
static unsigned int left;
static char where[KSYM_SYMBOL_LEN];

/* Returned to in place of what is to fail; leaves the return value alone. */
static noinline notrace void nothing(void)
{
}

static void remember(void)
{
	unsigned long entry[DEPTH];
	unsigned int i, n;

	n = stack_trace_save(entry, DEPTH, 0);
	for (i = 0; i < n; i++) {
		snprintf(where, sizeof(where), "%ps", (void *)entry[i]);
		if (strstr(where, "[natgw]"))
			return;
	}
	where[0] = 0;
}

/* serving - is this an interrupt? The probe may be something like one itself. */
static bool serving(void)
{
	unsigned long depth = hardirq_count();

	if (in_nmi())
		depth -= HARDIRQ_OFFSET;
	return depth || in_serving_softirq();
}

static int enter(struct kprobe *probe, struct pt_regs *regs)
{
	struct place *place = container_of(probe, struct place, probe);

	if (current != READ_ONCE(task) || !left || serving() ||
	    regs_get_kernel_argument(regs, place->gfp) & __GFP_NOFAIL)
		return 0;
	if (--left)
		return 0;
	remember();
	regs_set_return_value(regs, 0);
	instruction_pointer_set(regs, (unsigned long)nothing);
	return 1;
}

/* A probe with one of these may have the function return early. */
static void leave(struct kprobe *probe, struct pt_regs *regs,
		  unsigned long flags)
{
}

static ssize_t set(struct file *file, const char __user *text, size_t size,
		   loff_t *at)
{
	int err;

	WRITE_ONCE(task, NULL);
	err = kstrtouint_from_user(text, size, 0, &left);
	if (err)
		return err;
	if (left)
		WRITE_ONCE(task, current);
	return size;
}

static ssize_t get(struct file *file, char __user *text, size_t size,
		   loff_t *at)
{
	char buffer[16];

	return simple_read_from_buffer(text, size, at, buffer,
				       scnprintf(buffer, sizeof(buffer), "%u\n",
						 left));
}

static const struct proc_ops file_ops = {
	.proc_write = set,
	.proc_read = get,
	.proc_lseek = default_llseek,
};

module_param_string(where, where, sizeof(where), 0400);
MODULE_PARM_DESC(where, "who asked for it");

static void forget(unsigned int n)
{
	while (n--)
		if (places[n].probe.addr)
			unregister_kprobe(&places[n].probe);
}

static int __init scarce_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		places[i].probe.pre_handler = enter;
		places[i].probe.post_handler = leave;
		err = register_kprobe(&places[i].probe);
		/* Another kernel's */
		if (err == -ENOENT)
			continue;
		if (err) {
			forget(i);
			return err;
		}
	}
	if (proc_create("scarce", 0600, NULL, &file_ops))
		return 0;
	forget(ARRAY_SIZE(places));
	return -ENOMEM;
}

static void __exit scarce_exit(void)
{
	remove_proc_entry("scarce", NULL);
	forget(ARRAY_SIZE(places));
}

module_init(scarce_init);
module_exit(scarce_exit);

MODULE_DESCRIPTION("Memory is scarce");
MODULE_LICENSE("GPL");
