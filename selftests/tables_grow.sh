#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# More inside hosts, and more crowded destinations, than the tables of them have room
# for at first: each of them stays known, and goes.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

HOSTS=600
DESTINATIONS=60
EACH=200

# from HOST WORDS...: a packet of one of many clients behind c1
from()
{
	pkt send "$c1/eth0" "$gw/in1" udp "src=10.0.$((16 + $1 / 4)).$(($1 % 4 * 64 + 1))" \
		dst=$HOLE "${@:2}"
}

hosts()
{
	local number
	for ((number = 0; number < HOSTS; number++)); do
		from $number sport=7000..7001
	done
	check "each inside host has its flows" wait_for 30 flows -eq $((2 * HOSTS))
	check_is "each of them is listed, once" $HOSTS "$(nat -j client show |
		values addr | sort | uniq -c | grep -c '^ *1 ')"
	check_is "with as many flows" 2 "$(nat -j client show | values flows | sort -u)"
	nat gateway set g client-flows 2
	from 77 sport=7002
	check "each counts on its limit" wait_for 5 counter_is source-drop-client-flows -eq 1
	nat gateway set g client-flows 0
	nat flow flush all >/dev/null
	check_is "all of them go" "[]" "$(nat -j client show)"
}

# Ports below 1024 are few, so some are met twice.
destinations()
{
	local number
	nat gateway set g port-class on
	for ((number = 1; number <= DESTINATIONS; number++)); do
		pkt send "$c1/eth0" "$gw/in1" udp src=$C1 sport=1..$EACH dst=$HOLE \
			dport=$number
	done
	check "each flow towards each destination" \
		wait_for 60 flows -eq $((DESTINATIONS * EACH))
	nat -j port show >"$TMP/ports"
	check_is "each destination is crowded" "$(seq $DESTINATIONS | xargs)" \
		"$(values dport <"$TMP/ports" | sort -n | xargs)"
	check_is "what is marked is taken" 0 "$(values stale <"$TMP/ports" | sort -u)"
	check "one of them can be asked for" asked
	refute "another one is not" on "$gw" /usr/bin/python3 netlink_strict.py ports \
		$EIP 17 $HOLE $((DESTINATIONS + 1))
	nat flow flush all >/dev/null
	check_is "all of them go" "[]" "$(nat -j port show)"
}

# asked: by its own request, with the same answer
asked()
{
	local taken
	taken=$(jq '.[] | select(.dport == 7) | .taken' "$TMP/ports")
	on "$gw" /usr/bin/python3 netlink_strict.py ports $EIP 17 $HOLE 7 >"$TMP/asked"
	cat "$TMP/asked"
	[ "$(cat "$TMP/asked")" = "$taken" ]
}

need
ktap_plan 11
two_armed
gateway
hosts
destinations
ktap_finish
