#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One address carries 64,512 flows to one destination, and no port is refused
# before the last one is taken, nor any given twice.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

PORTS=64512

fill()
{
	flood "$c1" $C1 $HOLE 1024-65535 0
	check "as many flows as there are ports" \
		wait_for 1500 counter_is flows-created -eq $PORTS
	kill "$FLOOD"
	check "none was refused" counter_is source-drop-no-port -eq 0
	check "all are there" flows -eq $PORTS dst $HOLE dport 5000
	nat flow show dst $HOLE >"$TMP/flows"
	check_is "each has a port of its own" $PORTS \
		"$(grep -o " $EIP:[0-9]*" "$TMP/flows" | sort -u | wc -l)"
}

# knock PORT: a packet of c2 to that port of the same destination
knock()
{
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport=7777 \
		dport="$1" data="knock$1"
}

refusal()
{
	knock 5000
	check "the next flow is refused" \
		wait_for 5 counter_is source-drop-no-port -eq 1
	check "its sender is told" \
		pkt wait c2 src=10.0.2.1 type=3 code=1
	knock 5001
	check "another port of the destination is another matter" \
		pkt wait wan src=$EIP dport=5001
	check "the refused packet went nowhere" pkt none wan data=knock5000
}

reuse()
{
	local free
	free=$(sed -n "s/.*$C1:30000 .* $EIP:\([0-9]*\).*/\1/p" "$TMP/flows")
	nat flow flush src $C1 sport 30000 >/dev/null
	knock 5000
	check "the only free port is found" \
		pkt wait wan src=$EIP sport="$free" dport=5000
	nat flow flush all >/dev/null
	check "all flows can end" flows -eq 0
	knock 5000
	check "and begin again" pkt wait wan n=2 src=$EIP dport=5000
}

# few: what is known of a destination's ports is forgotten when few are taken
few()
{
	nat flow flush all >/dev/null
	flood "$c1" $C1 $HOLE 1024-4023 0
	wait_for 600 flows -eq 3000 dst $HOLE dport 5000 >"$TMP/flows"
	kill "$FLOOD"
	knock 5000
	check "one flow more" wait_for 5 flows -eq 3001 dst $HOLE dport 5000
	check "of 3001, it is known which ports they have" known 1
	nat flow flush src $C1 >/dev/null
	check "one flow is left" wait_for 5 flows -eq 1 dst $HOLE dport 5000
	check "of one, it is not" known 0
}

# known NUMBER: so many destinations have a bitmap
known()
{
	nat -j port show | tee /dev/stderr | jq -e "length == $1"
}

need jq
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 15
two_armed
gateway max-flows 100000 udp 7200
fill
pkt capture wan "$rt/wan"
pkt capture c2 "$c2/eth0"
refusal
reuse
few
ktap_finish
