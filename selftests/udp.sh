#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# UDP goes out with the gateway's address and its answers come back.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

exchange()
{
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	pkt put client data=question
	check "server sees the elastic IP" \
		pkt take server data=question from=$EIP
	pkt reply server data=answer
	check "client gets the answer from the server's address" \
		pkt take client data=answer from=$S1

	# The same port of another client, towards the same server
	pkt udp other "$c2" bind=$C2:5000 to=$S1:53
	pkt put other data=second
	check "second client reaches the server" \
		pkt take server data=second from=$EIP
	pkt reply server data=answer2
	check "second client gets its own answer" \
		pkt take other data=answer2

	check_is "two clients have two ports" 2 \
		"$(pkt field wan sport dst=$S1 src=$EIP | sort -u | wc -l)"

	pkt put client len=1472
	check "largest datagram of the MTU arrives unharmed" \
		pkt take server len=1472
	pkt reply server len=1472
	check "and so does its answer" pkt take client len=1472

	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
	check "checksums are right at the server" pkt sums s1 src=$EIP
	check "checksums are right at the client" pkt sums c1 src=$S1
}

zero_checksum()
{
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7 csum=0 \
		data=none
	check "a datagram without checksum leaves without one" \
		pkt wait wan src=$EIP dst=$HOLE csum=0 data=none
}

need
ktap_plan 21
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture s1 "$s1/eth0"
pkt capture c1 "$c1/eth0"
pkt udp server "$s1" bind=$S1:53
both_offloads exchange
zero_checksum
ktap_finish
