#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Nothing outside opens anything inside.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# outside WORDS...: rt sends this into the uplink
outside()
{
	pkt send "$rt/wan" "$gw/ext" "$@"
}

# dropped NUMBER: so many packets have been dropped as unsolicited
dropped()
{
	wait_for 5 counter_is destination-drop-unsolicited -eq "$1"
}

near_misses()
{
	local port word
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000 \
		dport=53
	pkt wait wan src=$EIP dst=$HOLE
	port=$(pkt field wan sport dst=$HOLE)
	local flow="dst=$EIP dport=$port"
	# shellcheck disable=SC2086 # words are words
	{
		outside udp src=$S1 sport=53 $flow data=address
		outside udp src=$HOLE sport=54 $flow data=port
		outside udp src=$HOLE sport=53 dst=$EIP2 dport="$port" data=eip
		outside tcp src=$HOLE sport=53 $flow flags=A data=protocol
		outside udp src=$HOLE sport=53 $flow data=right
	}
	check "the answer to the flow is let in" pkt wait c1 data=right
	for word in address port eip protocol; do
		check "from another $word is not" pkt none c1 data=$word
	done
}

scan()
{
	outside tcp src=$RT dst=$EIP sport=3000 dport=22 flags=S
	outside udp src=$RT dst=$EIP sport=3000..3063 dport=1024
	outside tcp src=$RT dst=$EIP sport=3000..3063 dport=40000 flags=S
	outside echo src=$RT dst=$EIP id=7
	check "the host answers what it answers without natgw" \
		pkt wait wan src=$EIP proto=icmp type=0
	check "no probe reached a client" pkt none c1 src=$RT
	check "they made no flow" flows -eq 1
}

to_inside()
{
	local before
	pkt clear
	before=$(counter destination-drop-unsolicited)
	outside udp src=$RT dst=$C1 dport=53 data=direct
	outside tcp src=$RT dst=$C1 dport=22 flags=S
	outside echo src=$RT dst=$C1
	check "packets for an inside address are dropped by name" \
		dropped $((before + 3))
	check "none arrived" pkt none c1 src=$RT
	check "nobody answered" pkt none wan dst=$RT

	outside udp src=$C2 dst=$HOLE data=spoofed
	check "an inside source from the uplink is dropped by name" \
		wait_for 5 counter_is source-drop-spoofed -eq 1
	check "it is not sent back" pkt none wan data=spoofed
}

closed()
{
	local before
	nat gateway set g unsolicited drop
	pkt clear
	before=$(counter destination-drop-unsolicited)
	outside tcp src=$RT dst=$EIP sport=3000..3009 dport=22 flags=S
	outside echo src=$RT dst=$EIP
	check "unsolicited drop: every probe is dropped by name" \
		dropped $((before + 11))
	check "and none is answered" pkt none wan src=$EIP
}

need
ktap_plan 15
two_armed
gateway
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
near_misses
scan
to_inside
closed
ktap_finish
