#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each request to natgw, with each of the allocations failed, in turn, that the
# kernel makes for it: it is refused for lack of memory and has changed nothing, or
# works all the same; and the next try works. See faults/.
#
#   in1 --- gw --- ext     (taps, whose far ends are in faults/config.py)
. ./lib.sh
. ./faults/lib.sh

need
need_scarce
ktap_plan "$(faults config.py count)"
between_taps
insmod "$SCARCE_KO"
results_of faults config.py run
rmmod scarce
ktap_finish
