#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every packet is accounted for: what comes in goes out, or is dropped under one
# name, or is the host's own. Packets and bytes are those of the wire.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# snapshot: all counters of now, and what they have grown by since the last one
declare -A VALUE DELTA
snapshot()
{
	local name value
	while read -r name value; do
		DELTA[$name]=$((value - ${VALUE[$name]:-0}))
		VALUE[$name]=$value
	done < <(nat -j stats gateway g | tr ',{}' '\n' |
		sed -nE 's/^"([a-z-]+)":([0-9]+)$/\1 \2/p')
}

# drops PREFIX: the sum of these
drops()
{
	local name sum=0
	for name in "${!VALUE[@]}"; do
		[[ $name != "$1"-drop-* ]] || sum=$((sum + VALUE[$name]))
	done
	echo $sum
}

# agrees: counters of a transfer, against what the ends received
agrees()
{
	local out back bytes
	pkt clear
	snapshot
	transfer "$c1" "$s1" $S1 || return
	out=$(pkt count s1 src=$EIP)
	back=$(pkt count c1 src=$S1)
	bytes=$(pkt field s1 total src=$EIP | awk '{ n += $1 } END { print n }')
	snapshot
	echo "captured $out ($bytes bytes) and $back, counted" \
		"${DELTA[packets-out-to-destination]}" \
		"(${DELTA[bytes-out-to-destination]} bytes)" \
		"${DELTA[packets-out-to-source]}"
	[ "${DELTA[packets-out-to-destination]}" -eq "$out" ] &&
		[ "${DELTA[packets-in-from-source]}" -eq "$out" ] &&
		[ "${DELTA[bytes-out-to-destination]}" -eq "$bytes" ] &&
		[ "${DELTA[bytes-in-from-source]}" -eq "$bytes" ] &&
		[ "${DELTA[packets-out-to-source]}" -eq "$back" ]
}

exchange()
{
	check "a transfer counts as the packets that arrive" agrees
	check "the sums balance after it" accounts_balance "$gw"
	on "$c1" ping -qc3 -i0.2 -W5 $S1 >/dev/null
	check "the sums balance after pings" accounts_balance "$gw"
}

# One of each thing that can happen to a packet
mixture()
{
	local inside=("$c1/eth0" "$gw/in1") outside=("$rt/wan" "$gw/ext") port
	nat gateway set g max-flows 4
	nat flow flush all >/dev/null
	pkt clear
	pkt send "${inside[@]}" udp src=$C1 dst=$HOLE sport=7000..7003
	pkt wait wan n=4 src=$EIP
	port=$(pkt field wan sport src=$EIP | sed -n 1p)
	pkt send "${inside[@]}" udp src=$C1 dst=$HOLE sport=7004..7008
	pkt send "${inside[@]}" raw src=$C1 dst=$HOLE proto=gre len=30
	pkt send "${inside[@]}" udp src=$C1 dst=$HOLE cut=5
	pkt send "${inside[@]}" echo-reply src=$C1 dst=$HOLE
	pkt send "${inside[@]}" icmp src=$C1 dst=$HOLE quote=wan
	pkt send "${inside[@]}" icmp src=$C1 dst=$HOLE quote=wan badsum=1
	pkt send "${inside[@]}" udp src=$C1 dst=$HOLE sport=7000 len=3000 \
		fragment=1480
	pkt send "${outside[@]}" udp src=$HOLE dst=$EIP sport=5000 dport="$port"
	pkt send "${outside[@]}" udp src=$RT dst=$EIP dport=9
	pkt send "${outside[@]}" udp src=$RT dst=$EIP cut=5
	pkt send "${outside[@]}" udp src=$RT dst=$C1
	pkt send "${outside[@]}" udp src=$C2 dst=$HOLE
	pkt send "${outside[@]}" icmp src=$RT dst=$EIP quote=wan type=11
	pkt send "${outside[@]}" icmp src=$RT dst=$EIP quote=wan badsum=1
	check "the sums balance after one of everything" accounts_balance "$gw"
	snapshot
	check_is "dropped from the inside" 11 "$(drops source)"
	nat gateway set g unsolicited drop
	pkt send "${outside[@]}" tcp src=$RT dst=$EIP dport=22
	check "the sums balance with unsolicited drop" accounts_balance "$gw"
}

need socat ss ping
ktap_plan 9
two_armed
gateway
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/eth0"
pkt capture wan "$rt/wan"
both_offloads exchange
mixture
ktap_finish
