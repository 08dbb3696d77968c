#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two CPUs send the first packets of one flow at the same time, as resolvers do
# with A and AAAA queries: one flow comes of it, one port, and both arrive.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

: "${ROUNDS:=300}"

need
[ -x ./race ] || skip_all "race was not built"
[ "$(nproc)" -ge 2 ] || skip_all "needs two CPUs"
ktap_plan 6
two_armed
gateway
pkt capture wan "$rt/wan"
on "$c1" ./race $C1 20000 $HOLE 53 $ROUNDS
check "every packet arrives" \
	pkt wait wan n=$((2 * ROUNDS)) src=$EIP dst=$HOLE dport=53
check_is "each round has one port of its own" $ROUNDS \
	"$(pkt field wan sport dst=$HOLE dport=53 | sort -u | wc -l)"
check_is "used by both of its packets" "2" \
	"$(pkt field wan sport dst=$HOLE dport=53 | sort | uniq -c |
		awk '{ print $1 }' | sort -u)"
check "each round has one flow" flows -eq $ROUNDS src $C1
check "so many were created, and no more" \
	counter_is flows-created -eq $ROUNDS
nat flow flush all >/dev/null
check "all of them can be ended" flows -eq 0
ktap_finish
