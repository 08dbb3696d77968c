#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Flows are shown, counted and ended by filter.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# filter|flows that match, of those made below
filters()
{
	cat <<-END
		gateway g|10
		src $C1|7
		src 10.0.0.0/16|10
		src 10.0.2.0/24|3
		src 0.0.0.0/0|10
		src 10.9.9.9|0
		dst $HOLE|9
		dst 198.51.100.64/27|10
		proto udp|5
		proto 17|5
		proto tcp|3
		proto icmp|2
		sport 7000|3
		dport 53|5
		dport 80|3
		src $C1 proto udp dport 53|4
		src $C2 dport 53 sport 7000|1
		src $C1 dst $HOLE proto tcp sport 7001 dport 80|1
		gateway g proto udp dst 198.51.100.71|1
	END
}

make_flows()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE dport=53 \
		sport=7000..7002
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=198.51.100.71 dport=53 \
		sport=7003
	pkt send "$c1/eth0" "$gw/in1" tcp src=$C1 dst=$HOLE dport=80 \
		sport=7000..7001
	pkt send "$c1/eth0" "$gw/in1" echo src=$C1 dst=$HOLE id=9
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE dport=53 sport=7000
	pkt send "$c2/eth0" "$gw/in2" tcp src=$C2 dst=$HOLE dport=80 sport=7009
	pkt send "$c2/eth0" "$gw/in2" echo src=$C2 dst=$HOLE id=9
	pkt wait wan n=10 src=$EIP
}

# agree NUMBER FILTER...: flow count and flow show find so many
agree()
{
	local shown
	# shellcheck disable=SC2086 # words are words
	shown=$(flow proto $2 | wc -l)
	echo "shown: $shown"
	# shellcheck disable=SC2086
	[ "$shown" -eq "$1" ] && flows -eq "$1" $2
}

# told: what a flow shows is what was on the wire
told()
{
	local seen
	seen=$(pkt field wan sport proto=udp dst=198.51.100.71)
	nat -j flow show dst 198.51.100.71 | tee "$TMP/flow" |
		jq -e ".[0] | .gateway == \"g\" and .proto == \"udp\" and
			.src == \"$C1\" and .sport == 7003 and
			.dst == \"198.51.100.71\" and .dport == 53 and
			.[\"wire-ip\"] == \"$EIP\" and
			.[\"wire-port\"] == $seen and .state == \"udp\" and
			.kind == \"inside\" and .expires <= 350 and
			.expires >= 349 - $((SECONDS - MADE))"
}

# flushed NUMBER FILTER...: flow flush says that it ended so many
flushed()
{
	[ "$(nat -j flow flush "${@:2}" | values count)" = "$1" ]
}

need
ktap_plan $(($(filters | wc -l) + 9))
two_armed
# Nothing ends before a slow machine has asked for it all.
gateway tcp-opening 600
pkt capture wan "$rt/wan"
MADE=$SECONDS
make_flows
while IFS='|' read -r filter number; do
	check "$filter: $number" agree "$number" "$filter"
done < <(filters)
check "a flow shows all that it is" told
check "flush by a filter says how many it ended" \
	flushed 4 src $C1 proto udp
check "the others are there" flows -eq 6
check "flush of nothing ends nothing" flushed 0 src 10.9.9.9
check "one flow can be ended" \
	flushed 1 src $C2 dst $HOLE proto tcp sport 7009 dport 80
check "the others are there" flows -eq 5
check "all can be ended" flushed 5 all
check "none is left" flows -eq 0
check_is "the gateway counts none" 0 "$(nat -j gateway show g | values flows)"
ktap_finish
