#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A tunnel as the uplink. Its packets need more room for headers than they come with,
# and come with the sum that the tunnel has checked (CHECKSUM_COMPLETE, where
# offloads are off), which must not stay on a packet that has changed.
#
#   c1 10.0.1.2 --- in1 gw ext === (t0, GRE with checksums) === eth0 s1 203.0.113.1
. ./lib.sh

topology()
{
	setup_ns c1 gw s1
	ip -batch - <<-END
		link add eth0 netns $c1 type veth peer name in1 netns $gw
		link add ext netns $gw type veth peer name eth0 netns $s1
	END
	plug "$c1" eth0 $C1/24 10.0.1.1
	plug "$gw" in1 10.0.1.1/24
	plug "$gw" ext 192.0.2.1/24
	plug "$s1" eth0 192.0.2.2/24
	ip -n "$gw" link add t0 type gretap local 192.0.2.1 remote 192.0.2.2 csum
	ip -n "$s1" link add t0 type gretap local 192.0.2.2 remote 192.0.2.1 csum
	plug "$gw" t0 $HOST/24
	ip -n "$gw" addr add $EIP/24 dev t0
	plug "$s1" t0 $RT/24
	route_on "$gw"
	DEVICES=("$c1/eth0" "$gw/in1" "$gw/ext" "$s1/eth0" "$gw/t0" "$s1/t0")
	LAST_HOPS=("$gw/in1")
}

ask()
{
	pkt put client data=question && pkt take server data=question from=$EIP
}

answer()
{
	pkt reply server data=answer && pkt take client data=answer from=$RT
}

exchange()
{
	pkt udp client "$c1" bind=$C1:5000 to=$RT:53
	check "server sees the elastic IP" ask
	check "client gets the answer" answer
	check "the same by the fast path" wait_for 8 quick ask
	check "answers too" wait_for 8 quick answer
	check "client pings the server" on "$c1" ping -qc1 -W5 $RT
	check "1 MB arrives unharmed, up and down" transfer "$c1" "$s1" $RT
	check "checksums are right at the client" pkt sums c1 src=$RT
	check "nothing with an inside address is in the tunnel" \
		pkt none s1 src=10.0.0.0/8
}

need socat ss ping
ktap_plan 16
topology
nat gateway add g dev t0 eip $EIP inside 10.0.0.0/16
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/t0"
pkt udp server "$s1" bind=$RT:53
both_offloads exchange
ktap_finish
