#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What natctl says of who is busiest is what was sent.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

FLOWS=45000 SLOWLY=5000

# top FILTER: what jq makes of it
top()
{
	nat -j top >"$TMP/top" && jq -c ".[0] | $1" "$TMP/top"
}

# tops FILTER: true of it
tops()
{
	[ "$(top "$1")" = true ] || { cat "$TMP/top"; return 1; }
}

clients()
{
	[ "$(nat -j client show "$@" | jq -c '[.[] | [.addr, .flows, .ports,
		.opening]] | sort')" = "$want" ]
}

# terminal: on a terminal of 16 lines it goes on, and every screen fits
terminal()
{
	timeout 15 script -qec "stty rows 16 cols 80; exec ip netns exec $gw \
		$NATCTL top" /dev/null </dev/null >"$TMP/screen" &
	wait_for 12 eval "[ \$(grep -c \$'\033' \$TMP/screen) -ge 2 ]"
	kill $!
	tr -d '\r' <"$TMP/screen" | awk -v RS='\033\\[H\033\\[J' '
		NR > 1 && /CLIENT/ { screens++ }
		NR > 1 { if (gsub("\n", "\n") > 16) exit 1 }
		{ n = split($0, line, "\n"); for (i in line)
			if (length(line[i]) > 80) exit 1 }
		END { exit !screens }'
}

need jq script
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 16
two_armed
gateway max-flows 100000 udp 600 tcp-opening 600
check "nobody is busy yet" tops '.clients == [] and .ports == []'
pkt tcp stream "$c2" to=$S1:80 >/dev/null || :
flood "$c1" $C1 $HOLE 1024-$((1023 + FLOWS - SLOWLY)) 0
check "flows begin" wait_for 900 flows -eq $((FLOWS - SLOWLY)) src $C1
kill "$FLOOD"
# The rest of them one in a millisecond at most: there is time to see them come.
flood "$c1" $C1 $HOLE $((1024 + FLOWS - SLOWLY))-$((1023 + FLOWS)) 1000
check "while more begin, their client grows, and their destination" \
	wait_for 60 tops \
	".clients[0].addr == \"$C1\" and .clients[0].growth > 0 and
	 .gateways[0].new > 0 and .gateways[0].packets > 0 and
	 .ports[0].growth > 0 and .ports[0][\"full-in\"] > 0"
check "as many flows as were begun" wait_for 900 flows -eq $FLOWS src $C1
kill "$FLOOD"
check "the client has them all" wait_for 10 tops \
	".clients[0] | [.addr, .flows, .ports, .opening, .growth] ==
	 [\"$C1\", $FLOWS, $FLOWS, 0, 0]"
# Ports that were taken before anybody marked them are marked when they are met.
check "so has the destination, but for some that are not marked yet" tops \
	".ports[0] | [.\"wire-ip\", .dst, .dport, .ports, .growth] ==
	 [\"$EIP\", \"$HOLE\", 5000, 64512, 0] and
	 .taken > $FLOWS * 0.99 and .taken <= $FLOWS"
flood "$c2" $C2 $HOLE 2000-2499 0
check "another client opens fewer connections there" \
	wait_for 60 flows -eq 500 src $C2
kill "$FLOOD"
check "both are named as holders, with what each has of the ports" tops \
	".ports[0] | .holders == [{addr: \"$C1\", ports: (.taken - 500)},
		{addr: \"$C2\", ports: 500}]"
check "in the table as well, below the destination" eval \
	"nat port show | grep -A 1 '^$EIP ' |
		grep -E '^  $C1 has [0-9]{5}, $C2 500\$'"
# More hosts than there is room to count at a time
for host in {10..99}; do
	pkt send "$c2/eth0" "$gw/in2" udp src=10.0.2."$host" dst=$HOLE dport=5000 \
		sport=7000..7002
done
check "where many have ports, what is told of two is exact all the same" \
	wait_for 10 tops ".ports[0] | (.holders | length) == 4 and .holders[:2] ==
		[{addr: \"$C1\", ports: (.taken - 770)}, {addr: \"$C2\", ports: 500}] and
		.holders[3].ports <= 3"
nat flow flush src 10.0.2.0/24 >/dev/null
check "the gateway's flows are all of them" tops \
	".gateways[0].flows == ([.clients[].flows] | add)"
for port in 1 2 3; do
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport=7$port dport=9
done
pkt send "$c2/eth0" "$gw/in2" tcp src=$C2 dst=$HOLE sport=74 dport=9 flags=S
nat flow flush proto tcp dst $S1 >/dev/null
want="[[\"$C1\",$FLOWS,$FLOWS,0],[\"$C2\",4,4,1]]"
check "clients are listed with flows, ports and half-open ones" \
	wait_for 5 clients
check "those of one gateway" clients gateway g
want='[]'
check "of another, none" clients gateway h
check "the table tells as much" \
	eval "nat client show | grep -E '^$C2 +g +4 +4 +1\$'"
check "on a terminal it goes on, and fits" terminal
ktap_finish
