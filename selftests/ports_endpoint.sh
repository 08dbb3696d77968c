#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# With endpoint-independent mapping an address carries 64,512 endpoints of a
# protocol; none is refused before that, and the next one only for want of a
# port.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

PORTS=64512
HOLE2=198.51.100.71

fill()
{
	flood "$c1" $C1 $HOLE 1024-65535 0
	check "as many endpoints as there are ports" \
		wait_for 1500 counter_is flows-created -eq $PORTS
	kill "$FLOOD"
	check "G13 none was refused" counter_is source-drop-no-port -eq 0
	nat flow show dst $HOLE >"$TMP/flows"
	check_is "each has a port of its own" $PORTS \
		"$(grep -o " $EIP:[0-9]*" "$TMP/flows" | sort -u | wc -l)"
}

# knock KIND DESTINATION WORDS...: a packet of c2
knock()
{
	pkt send "$c2/eth0" "$gw/in2" "$1" src=$C2 dst="$2" "${@:3}"
}

refusal()
{
	nat -j monitor error >"$TMP/events" &
	wait_for 10 told
	knock udp $HOLE2 sport=7777 data=refused
	check "G11 the next is refused, for whatever destination" \
		wait_for 5 counter_is source-drop-no-port -gt "$TRIES"
	check "G11 its sender is told" \
		pkt wait c2 src=10.0.2.1 type=3 code=1 q.dst=$HOLE2
	check "G11 so is who watches" wait_for 5 event
	check "the refused packet went nowhere" pkt none wan data=refused
	knock tcp $HOLE2 sport=7777
	check "another protocol has its own ports" \
		pkt wait wan src=$EIP proto=tcp
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE2 sport=30000 \
		data=more
	check "U11 who has a port goes on to other destinations" \
		pkt wait wan src=$EIP sport="$(port_of 30000)" data=more
}

# told: the monitor has begun. It tells of few errors, so give it one by one.
TRIES=0
told()
{
	TRIES=$((TRIES + 1))
	knock udp $HOLE sport=7776
	[ -s "$TMP/events" ]
}

event()
{
	knock udp $HOLE2 sport=7777 data=refused
	grep "$HOLE2" "$TMP/events" | grep '"cause": *"no-port"'
}

# port_of PORT: the external port of c1's
port_of()
{
	sed -n "s/.*$C1:$1 .* $EIP:\([0-9]*\).*/\1/p" "$TMP/flows"
}

reuse()
{
	local free
	free=$(port_of 20000)
	nat flow flush src $C1 sport 20000 >/dev/null
	knock udp $HOLE sport=7000..7004 data=one
	check "one freed port is found" \
		pkt wait wan src=$EIP sport="$free" data=one
	check_is "it lets exactly one in" 1 \
		"$(nat -j flow count src $C2 proto udp | values count)"
	check_is "all ports are marked" $PORTS "$(nat -j port show |
		values taken)"
	check_is "and none of them without a mapping" 0 \
		"$(nat -j port show | values stale)"
	nat flow flush all >/dev/null
	check "all can end" flows -eq 0
	check_is "and nothing is left marked" "" "$(nat -j port show |
		values taken)"
	knock udp $HOLE sport=7777 data=again
	check "and begin again" pkt wait wan src=$EIP data=again
}

need
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 16
two_armed
gateway max-flows 100000 udp 7200 mapping endpoint-independent
fill
pkt capture wan "$rt/wan"
pkt capture c2 "$c2/eth0"
refusal
reuse
ktap_finish
