#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fragments of every protocol pass in any order, in both directions; none
# leaves with an inside address.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

ORDERS="123 321 213 231"

udp_out()
{
	local order
	for order in $ORDERS; do
		pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$S1 sport=7000 \
			dport=53 ipid=$((1000 + order)) len=4000 \
			fragment=1480 order="$order"
		check "UDP fragments sent as $order arrive whole" \
			pkt take server len=4000 from=$EIP
	done
}

udp_in()
{
	local order port
	pkt udp client "$c1" bind=$C1:7001 to=$HOLE:5000
	pkt put client data=hello
	pkt wait wan src=$EIP dst=$HOLE
	port=$(pkt field wan sport src=$EIP dst=$HOLE)
	for order in $ORDERS; do
		pkt send "$rt/wan" "$gw/ext" udp src=$HOLE dst=$EIP \
			sport=5000 dport="$port" ipid=$((2000 + order)) \
			len=4000 fragment=1480 order="$order"
		check "UDP fragments answered as $order arrive whole" \
			pkt take client len=4000 from=$HOLE
	done
}

echoes()
{
	local order
	for order in $ORDERS; do
		pkt clear
		pkt send "$c1/eth0" "$gw/in1" echo src=$C1 dst=$S1 id=7 \
			ipid=$((3000 + order)) len=3500 fragment=1480 \
			order="$order"
		check "echo in fragments sent as $order is answered" \
			pkt wait c1 n=3 src=$S1 proto=icmp
	done
}

# The beginning of a TCP segment may be cut anywhere, before its flags too.
tiny()
{
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" tcp src=$C1 dst=$HOLE sport=7002 \
		dport=80 flags=S fragment=8 order=321
	check "a TCP header cut into pieces leaves, with right checksums" \
		pkt wait wan src=$EIP dst=$HOLE proto=tcp
}

incomplete()
{
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7003 \
		ipid=5000 len=4000 fragment=1480 order=32
	# What is sent after them also comes after them.
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7004 \
		data=marker
	pkt wait wan data=marker
	check "fragments without their first one do not leave" \
		pkt none wan ipid=5000
}

sockets()
{
	check "ping with 4000 bytes is answered" \
		on "$c1" ping -qc1 -W5 -s 4000 $S1
	pkt udp big "$c1" to=$S1:53
	pkt put big len=8000
	check "8000 bytes of UDP arrive whole" \
		pkt take server len=8000 from=$EIP
	pkt reply server len=8000
	check "8000 bytes of UDP come back whole" pkt take big len=8000
	check "no fragment with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
}

need ping
ktap_plan 22
two_armed
gateway
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53
udp_out
udp_in
echoes
tiny
incomplete
both_offloads sockets
ktap_finish
