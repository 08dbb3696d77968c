#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets of every kind, with each of the allocations failed, in turn, that the kernel
# makes for them: they are dropped and counted, or pass all the same, and the next one
# passes. See faults/.
#
#   in1 --- gw --- ext     (taps, whose far ends are in faults/packet.py)
. ./lib.sh
. ./faults/lib.sh

need
need_scarce
ktap_plan "$(faults packet.py count)"
between_taps
# The host says so when the rest of a packet does not come: not in the midst of others.
on "$gw" sysctl -qw net.ipv4.ipfrag_time=3600
on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=1-1022
insmod "$SCARCE_KO"
results_of faults packet.py run "$NATCTL" "$gw"
rmmod scarce
ktap_finish
