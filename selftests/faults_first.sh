#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A gateway is the first of its namespace when there is no memory for the tables, the
# hooks and all else that come with it. See faults/first.py.
. ./lib.sh
. ./faults/lib.sh

need
need_scarce
modprobe -q dummy || :
ktap_plan 1
insmod "$SCARCE_KO"
results_of faults first.py
rmmod scarce
ktap_finish
