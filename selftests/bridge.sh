#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Containers on a bridge of the gateway host: translated to the outside, left
# alone among themselves.
#
#   c1 10.0.1.2 --- v1 .-----.
#                      | br0 | gw ext --- eth0 s1 203.0.113.1
#   c2 10.0.1.3 --- v2 '-----'
#                    10.0.1.1
. ./lib.sh

topology()
{
	setup_ns c1 c2 gw s1
	ip -batch - <<-END
		link add eth0 netns $c1 type veth peer name v1 netns $gw
		link add eth0 netns $c2 type veth peer name v2 netns $gw
		link add ext netns $gw type veth peer name eth0 netns $s1
	END
	ip -n "$gw" -batch - <<-END
		link add br0 type bridge
		link set dev v1 master br0 up
		link set dev v2 master br0 up
	END
	plug "$gw" br0 10.0.1.1/24
	plug "$gw" ext $HOST/24
	ip -n "$gw" addr add $EIP/24 dev ext
	plug "$c1" eth0 10.0.1.2/24 10.0.1.1
	plug "$c2" eth0 10.0.1.3/24 10.0.1.1
	plug "$s1" eth0 $RT/24
	route_on "$gw"
	DEVICES=("$c1/eth0" "$c2/eth0" "$gw/v1" "$gw/v2" "$gw/br0" "$gw/ext"
		 "$s1/eth0")
	LAST_HOPS=("$gw/v1" "$gw/v2" "$gw/ext")
}

exchange()
{
	local ns
	pkt udp neighbour "$c2" bind=10.0.1.3:53
	pkt udp talker "$c1" to=10.0.1.3:53
	pkt put talker data=local
	check "containers see each other's own address" \
		pkt take neighbour data=local from=10.0.1.2

	for ns in "$c1" "$c2"; do
		pkt udp client "$ns" to=$RT:53
		pkt put client data=question
		check "server sees the elastic IP of ${ns%-*}" \
			pkt take server data=question from=$EIP
		pkt reply server data=answer
		check "${ns%-*} gets the answer" pkt take client data=answer
	done
	check "1 MB arrives unharmed, up and down" transfer "$c1" "$s1" $RT
	check "nothing with an inside address is on the uplink" \
		pkt none s1 src=10.0.0.0/8
	check "checksums are right at the server" pkt sums s1 src=$EIP
	check "checksums are right at the container" pkt sums c1 src=$RT
}

need socat ss
ktap_plan 18
topology
nat gateway add g dev ext eip $EIP inside 10.0.1.0/24
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/eth0"
pkt udp server "$s1" bind=$RT:53
both_offloads exchange
ktap_finish
