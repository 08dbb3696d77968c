#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# After all other scripts, on a kernel that checks itself (vm/debug.config): natgw has
# left nothing, the kernel has nothing to complain of, and it has not given up looking
# either, which it does of its own accord after a first report or without memory.
# run.sh runs this last where the kernel can do it.
. ./lib.sh

DEBUG=$TMP/debug

# leaks: memory that nobody points to. What is younger than 5 seconds may just not
# have been stored anywhere yet; only the second look knows what the first one found.
leaks()
{
	sleep 6
	echo scan >"$DEBUG/kmemleak" && echo scan >"$DEBUG/kmemleak" || return 0
	grep . "$DEBUG/kmemleak"
}

namespaces_gone()
{
	local count
	echo 1 >/sys/kernel/slab/net_namespace/shrink
	count=$(sed 's/ .*//' /sys/kernel/slab/net_namespace/objects)
	echo "objects: $count"
	[ "$count" -le 1 ]
}

complaints()
{
	dmesg | ./run.sh --complaints
}

mkdir "$DEBUG"
mount -t debugfs debugfs "$DEBUG"
trap 'umount -l "$DEBUG"; cleanup' EXIT
ktap_plan 7
# The kernel frees those of one time when it comes to the next, so one more goes,
# and is the one that may be left.
ip netns add last
ip netns del last
refute "natgw is not loaded" [ -d /sys/module/natgw ]
refute "its slab caches are gone" grep natgw /proc/slabinfo
check "no network namespace is left in memory" wait_for 10 namespaces_gone
refute "no memory was lost" leaks
check "locks were checked all the time" \
	grep -E 'debug_locks: +1' /proc/lockdep_stats
check "no object was used before or after its life" \
	grep -E '^warnings +:0$' "$DEBUG/debug_objects/stats"
refute "the kernel has not complained since it started" complaints
ktap_finish
