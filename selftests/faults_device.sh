#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An uplink comes when there is no memory for natgw's hook on it, which keeps inside
# addresses in where others send packets past the host's own way. See faults/device.py.
#
#   in1 --- gw --- late    (taps)
. ./lib.sh
. ./faults/lib.sh

need
need_scarce
ktap_plan 1
between_taps
# It has to be there at first; later it is known by its name.
ip -n "$gw" tuntap add late mode tap
plug "$gw" late 192.0.2.1/24
nat gateway add g dev late eip $EIP inside 10.0.0.0/16
ip -n "$gw" link del late
insmod "$SCARCE_KO"
results_of faults device.py
rmmod scarce
ktap_finish
