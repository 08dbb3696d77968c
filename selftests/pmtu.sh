#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Path-MTU discovery through the gateway: past it, and at the gateway itself.
#
#   c1, c2 --- gw --- rt --- s1     (two_armed in lib.sh)
#                        1280 bytes from rt to s1, 1500 back
. ./lib.sh

downstream()
{
	ip -n "$c1" route flush cache
	pkt udp client "$c1" to=$S1:53 pmtu=2
	pkt put client len=1400
	check "fragmentation needed reaches the client" \
		pkt wait c1 src=$RT type=3 code=4 mtu=1280 \
		q.src=$C1 q.dst=$S1 q.dport=53
	check "client's next large datagram is refused locally" learned
	pkt put client len=1252
	check "one that fits arrives" pkt take server len=1252 from=$EIP

	# DF unset: rt fragments
	pkt udp plain "$c1" to=$S1:53
	pkt put plain len=1472
	check "a datagram without DF arrives, fragmented" \
		pkt take server len=1472 from=$EIP

	ip -n "$c1" route flush cache
	check "1 MB arrives unharmed, up and down" transfer "$c1" "$s1" $S1
	check "TCP's path MTU was learned from the router" \
		pkt wait c1 type=3 code=4 mtu=1280 q.proto=tcp q.src=$C1
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
}

# The error is reported once to the socket; after it, the limit is known.
learned()
{
	pkt_error EMSGSIZE take client &&
		ip -n "$c1" route get $S1 | grep 'mtu 1280' &&
		pkt_error EMSGSIZE put client len=1400
}

at_gateway()
{
	ip -n "$c1" route flush cache
	pkt clear
	ip -n "$gw" link set dev ext mtu 1400
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000 df=1 \
		len=1400
	check "fragmentation needed at the gateway quotes the client's packet" \
		pkt wait c1 src=10.0.1.1 type=3 code=4 mtu=1400 \
		q.src=$C1 q.sport=7000
	check "its checksums are right" pkt sums c1 type=3
	check "the packet is not on the uplink" pkt none wan dst=$HOLE
}

need socat ss
ktap_plan 17
two_armed
ip -n "$rt" route add $S1 dev l1 mtu lock 1280
gateway
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53
both_offloads downstream
at_gateway
ktap_finish
