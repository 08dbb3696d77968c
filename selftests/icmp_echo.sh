#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP echo: clients ping the internet, each gets its own replies.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

pings()
{
	check "client pings a server" on "$c1" ping -qc1 -W5 $S1
	check "with the largest size of the MTU" \
		on "$c1" ping -qc1 -W5 -s 1472 $S1
	check "server sees the elastic IP" \
		pkt wait s1 n=2 src=$EIP type=8

	# One identifier, used by both clients towards one server
	pkt send "$c1/eth0" "$gw/in1" echo src=$C1 dst=$S1 id=9 data=one
	pkt send "$c2/eth0" "$gw/in2" echo src=$C2 dst=$S1 id=9 data=two
	check "first client gets its reply" \
		pkt wait c1 src=$S1 type=0 id=9 data=one
	check "second client gets its reply" \
		pkt wait c2 src=$S1 type=0 id=9 data=two
	check "neither gets the other's" \
		pkt none c1 data=two
	check_is "the identifiers differ outside" 2 \
		"$(pkt field s1 id len=3 src=$EIP | sort -u | wc -l)"
	check "checksums are right at the server" pkt sums s1
	check "checksums are right at the client" pkt sums c1
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
}

others()
{
	pkt clear
	check "client pings the gateway's inside address" \
		on "$c1" ping -qc1 -W5 10.0.1.1
	check "the internet pings the elastic IP, the host answers" \
		on "$s1" ping -qc1 -W5 $EIP

	# Replies that nothing asked for
	pkt send "$rt/wan" "$gw/ext" echo-reply src=$S1 dst=$EIP id=33
	pkt send "$c1/eth0" "$gw/in1" echo-reply src=$C1 dst=$HOLE id=33
	check "an inside host's unasked reply is dropped by name" \
		wait_for 5 counter_is source-drop-no-flow -eq 1
	check "it does not leave" pkt none wan type=0 dst=$HOLE
	check "an outside host's unasked reply is not let in" \
		pkt none c1 id=33
}

need ping
ktap_plan 25
two_armed
gateway
for capture in c1 c2 s1; do
	pkt capture $capture "${!capture}/eth0"
done
pkt capture wan "$rt/wan"
both_offloads pings
others
ktap_finish
