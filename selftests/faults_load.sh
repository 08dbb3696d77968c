#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module is loaded, with each allocation failed that it asks for meanwhile. See
# faults/load.py.
. ./lib.sh
. ./faults/lib.sh

need_scarce
[ ! -e /proc/lockdep_stats ] ||
	skip_all "without memory for a cache's name in sysfs the kernel itself loses some"
! grep -q '^natgw ' /proc/modules || skip_all "natgw is loaded"
ktap_plan 1
insmod "$SCARCE_KO"
results_of faults load.py "$NATGW_KO"
rmmod scarce
ktap_finish
