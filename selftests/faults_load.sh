#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module is loaded, with each allocation failed that it asks for meanwhile. See
# faults/load.py. What a namespace needs is had with its first gateway: faults_config.sh.
. ./lib.sh
. ./faults/lib.sh

# complaints: the kernel's, but for its own about a cache that could not be made
complaints()
{
	dmesg | awk '/natgw selftest: / { n = 0; next } { line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }' |
		sed '/kmem_cache_create.* failed with error -/,/<\/TASK>/d' |
		grep -E "WARNING|BUG|Call Trace|already exists|refcount|Objects remaining"
}

need_scarce
! grep -q '^natgw ' /proc/modules || skip_all "natgw is loaded"
ktap_plan 2
insmod "$SCARCE_KO"
results_of faults load.py "$NATGW_KO"
rmmod scarce
check_is "the kernel complains of nothing else" "" "$(complaints)"
echo "natgw selftest: faults_load has looked at that" >/dev/kmsg
ktap_finish
