// SPDX-License-Identifier: GPL-2.0
/* A plugin for QEMU: which instructions of the guest's kernel modules read and
 * write which cache lines, on which processor. At the end it writes a line for each
 * that was met often:
 *
 *   instruction line processor reads writes
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sharing.h"

EXPORT int qemu_plugin_version = 1;

/* Where x86 has its modules, and what a cache line is */
#define MODULES 0xffffffffc0000000ull
#define MODULES_END 0xffffffffff000000ull
enum { LINE = 64, PLACES = 1 << 23, OFTEN = 100 };

static struct meeting {
	__u64 insn, line;
	__u32 count[2][2];	/* by processor; reads, writes */
} *meetings;

static const char *path;

static struct meeting *find(__u64 insn, __u64 line)
{
	__u64 at = (insn * 31 + line) * 0x9e3779b97f4a7c15ull >> 41;
	struct meeting *meeting;
	int i;

	for (i = 0; i < 64; i++) {
		meeting = &meetings[(at + i) % PLACES];
		if (!meeting->insn) {
			meeting->insn = insn;
			meeting->line = line;
		}
		if (meeting->insn == insn && meeting->line == line)
			return meeting;
	}
	return NULL;
}

/* The emulated processors take turns on one thread. */
static void access_memory(unsigned int cpu, qemu_plugin_meminfo_t info,
			  __u64 addr, void *insn)
{
	struct meeting *meeting = find((unsigned long)insn, addr / LINE);

	if (!meeting) {
		fprintf(stderr, "sharing: no room\n");
		exit(1);
	}
	meeting->count[cpu & 1][qemu_plugin_mem_is_store(info)]++;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct qemu_plugin_insn *insn;
	__u64 addr;
	size_t i;

	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		addr = qemu_plugin_insn_vaddr(insn);
		if (addr >= MODULES && addr < MODULES_END)
			qemu_plugin_register_vcpu_mem_cb(insn, access_memory,
							 NO_REGS, READ_AND_WRITE,
							 (void *)(unsigned long)addr);
	}
}

static void end(qemu_plugin_id_t id, void *data)
{
	FILE *out = fopen(path, "w");
	const struct meeting *meeting;
	const __u32 *count;
	int cpu;

	if (!out)
		return;
	for (meeting = meetings; meeting < meetings + PLACES; meeting++) {
		for (cpu = 0; cpu < 2; cpu++) {
			count = meeting->count[cpu];
			if (count[0] >= OFTEN || count[1] >= OFTEN)
				fprintf(out, "%llx %llx %d %u %u\n",
					meeting->insn, meeting->line * LINE, cpu,
					count[0], count[1]);
		}
	}
	fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
			       char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return 1;
	path = strdup(argv[0] + 4);
	meetings = calloc(PLACES, sizeof(*meetings));
	if (!path || !meetings)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, end, NULL);
	return 0;
}
