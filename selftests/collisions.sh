#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client that knows how natgw hashes tuples chooses some that would all share a bucket
# if the hash had no key. None is refused, and others begin flows as before.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

FLOWS=300

need
[ -x ./collide ] || skip_all "collide was not built"
ktap_plan 4
two_armed
gateway udp 600
check "the datagrams are sent" on "$c1" ./collide $C1 $HOLE $FLOWS
check "as many flows" wait_for 10 flows -eq $FLOWS src $C1
check "none found no memory" counter_is source-drop-no-memory -eq 0
pkt capture wan "$rt/wan"
pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$S1 sport=7777 dport=53 data=other
check "another client begins a flow" pkt wait wan src=$EIP dport=53 data=other
ktap_finish
