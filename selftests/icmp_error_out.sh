#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors that inside hosts and the gateway itself send about packets from
# outside: they speak of the elastic IP, and of nothing inside.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

port_unreachable()
{
	local port
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	pkt put client data=ask
	port=$(pkt take server)
	port=${port#*:}
	pkt close client
	pkt reply server data=late
	check "server gets port unreachable in terms of the elastic IP" \
		pkt wait s1 src=$EIP type=3 code=3 \
		q.src=$S1 q.dst=$EIP q.dport="$port"
	check "its checksums are right" pkt sums s1
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
	check "nor quoted there" pkt none wan q.dst=10.0.0.0/8
}

# open_flow: one of c1 to the hole; its wire port in PORT
open_flow()
{
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000
	pkt wait wan src=$EIP dst=$HOLE
	PORT=$(pkt field wan sport src=$EIP dst=$HOLE)
}

# answer WORDS...: from the hole to the flow
answer()
{
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE dst=$EIP sport=5000 \
		dport="$PORT" "$@"
}

by_gateway()
{
	open_flow
	answer ttl=1
	check "time exceeded at the gateway quotes the elastic IP" \
		pkt wait wan src=203.0.113.0/24 type=11 \
		q.src=$HOLE q.dst=$EIP q.dport="$PORT"
	ip -n "$gw" link set dev in1 mtu 1280
	answer df=1 len=1400
	check "fragmentation needed at the gateway quotes the elastic IP" \
		pkt wait wan src=203.0.113.0/24 type=3 code=4 mtu=1280 \
		q.src=$HOLE q.dst=$EIP q.dport="$PORT"
	ip -n "$gw" link set dev in1 mtu 1500
	ip -n "$gw" route add unreachable $C1
	answer
	check "host unreachable at the gateway quotes the elastic IP" \
		pkt wait wan src=203.0.113.0/24 type=3 code=1 q.dst=$EIP
	ip -n "$gw" route del unreachable $C1
	check "their checksums are right" pkt sums wan
	check "no inside address is in any of them" inside_unseen
}

inside_unseen()
{
	pkt none wan src=10.0.0.0/8 && pkt none wan q.src=10.0.0.0/8 &&
		pkt none wan q.dst=10.0.0.0/8
}

# A router behind the gateway reports; c1 stands in for it.
by_inside_router()
{
	open_flow
	answer len=64
	pkt wait c1 src=$HOLE
	local report=("$c1/eth0" "$gw/in1" icmp src=10.0.1.77 "dst=$HOLE"
		      type=3 code=1 quote=c1)
	pkt send "${report[@]}"
	check "an inside router's error has the elastic IP as source" \
		pkt wait wan src=$EIP dst=$HOLE type=3 code=1 \
		q.dst=$EIP q.dport="$PORT"
	check "its checksums are right" pkt sums wan
	pkt send "${report[@]}" badsum=1
	check "one with a wrong checksum is dropped by name" \
		wait_for 5 counter_is source-drop-icmp-checksum -eq 1
	nat flow flush all >/dev/null
	pkt send "${report[@]}"
	check "one about no flow is dropped by name" \
		wait_for 5 counter_is source-drop-icmp-unmatched -eq 1
	check "no inside address was seen outside" inside_unseen
}

need
ktap_plan 18
two_armed
gateway
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/eth0"
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53
both_offloads port_unreachable
by_gateway
by_inside_router
ktap_finish
