#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What fills up is told once, and once when it is empty again; a flood of refusals
# is a few events that say how many there were; and what else changes by itself.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

FEW=10.0.1.20		# each client has some of the flows, to be ended together
MORE=10.0.1.21
MOST=10.0.1.22
icmp=100

# open CLIENT PORT NUMBER: flows of a client to that port of one destination
open()
{
	pkt send "$c1/eth0" "$gw/in1" udp src="$1" dst=$HOLE dport="$2" \
		sport=7001..$((7000 + $3))
}

# shut CLIENT PORT: they end
shut()
{
	nat flow flush src "$1" dst $HOLE dport "$2" >/dev/null
}

# listens: the monitor tells of a change made for that
listens()
{
	icmp=$((icmp + 1))
	nat gateway set g icmp $icmp
	grep -q '"object":"gateway"' "$TMP/events"
}

# level EVENT [PORT]: those lines of the monitor
level()
{
	grep "\"object\":\"level\",\"event\":\"$1\"" "$TMP/events" |
		grep "\"dport\":${2:-}" || :
}

# told EVENT PORT NUMBER: so many times
told()
{
	level "$1" "$2"
	[ "$(level "$1" "$2" | wc -l)" -eq "$3" ]
}

# full NUMBER, empty NUMBER: a second destination goes up, or down, for the so manyth
# time; and when that is told, so is all there was to tell of the first one before.
# Some of its flows stay: the end of all is told at once.
full()
{
	open $FEW 5001 6
	open $MORE 5001 30
	wait_for 10 told ports-high 5001 "$1"
}

empty()
{
	shut $MORE 5001
	wait_for 10 told ports-low 5001 "$1"
}

# of LINE KEY: a number in it
of()
{
	sed -nE "s/.*\"$2\":([0-9]+).*/\1/p" <<<"$1"
}

ports()
{
	local line
	open $FEW 5000 22
	open $MORE 5000 8
	check "a destination fills up" full 1
	check "three quarters of the ports of another one are no event" told ports-high 5000 0
	open $MOST 5000 6
	check "80 % are" wait_for 10 told ports-high 5000 1
	line=$(level ports-high 5000)
	check "it says where" grep -F \
		"\"proto\":\"udp\",\"wire-ip\":\"$EIP\",\"dst\":\"$HOLE\",\"dport\":5000,\"gateway\":\"g\"" \
		<<<"$line"
	check "and of how many ports, those that the host reserves aside" \
		[ "$(of "$line" limit)" -eq 40 -a "$(of "$line" used)" -ge 32 ]
	shut $MOST 5000
	check "and has room again" empty 1
	open $MOST 5000 6
	check "and fills up again" full 2
	check "a count that wavers is no event" told ports-high 5000 1
	check "neither way" told ports-low 5000 0
	shut $MOST 5000
	shut $MORE 5000
	check "less than 70 % are an event" wait_for 10 told ports-low 5000 1
	line=$(level ports-low 5000)
	check "that says how many there are" [ "$(of "$line" used)" -lt 28 ]
	open $MORE 5000 8
	open $MOST 5000 6
	check "it begins anew" wait_for 10 told ports-high 5000 2
	nat flow flush all >/dev/null
	check "all flows end at once, and that is told too" \
		wait_for 10 told ports-low 5000 2
}

# sum: what the events tell of, each and the others
sum()
{
	local lines missed
	lines=$(grep -c '"cause":"no-port"' "$TMP/events")
	missed=$(grep '"object":"error"' "$TMP/events" |
		sed -nE 's/.*"missed":([0-9]+).*/\1/p' |
		awk '{ n += $1 } END { print n + 0 }')
	echo "$lines events, $missed missed"
	[ $((lines + missed)) -eq "$1" ]
}

refusals()
{
	local began=$SECONDS refused lines
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE dport=5002 \
		sport=7001..8040
	refused=$(counter source-drop-no-port)
	check_is "all but forty packets find no port" 1000 "$refused"
	check "events and what they missed add up to these" \
		wait_for 5 sum "$refused"
	lines=$(grep -c '"object":"error"' "$TMP/events")
	check "of which there are ten a second at most" \
		[ "$lines" -le $(((SECONDS - began + 1) * 10 + 1)) ]
	check "a refusal names client, destination and address" grep -q \
		"\"cause\":\"no-port\",\"proto\":\"udp\",\"src\":\"$C1\",\"sport\":[0-9]*,\"dst\":\"$HOLE\",\"dport\":5002,\"wire-ip\":\"$EIP\",\"gateway\":\"g\"" \
		"$TMP/events"
	nat flow flush all >/dev/null
}

limits()
{
	nat gateway set g max-flows 20
	open $FEW 5003 17
	check "80 % of max-flows are an event" wait_for 10 grep \
		'"event":"flows-high","gateway":"g","used":17,"limit":20' \
		"$TMP/events"
	open $MORE 5003 4
	check "the limit that is reached is told" wait_for 5 grep \
		"\"cause\":\"table-full\",\"limit\":20,.*\"src\":\"$MORE\"" \
		"$TMP/events"
	shut $FEW 5003
	check "few flows are one too" wait_for 10 grep \
		'"event":"flows-low","gateway":"g","used":3,"limit":20' \
		"$TMP/events"
	nat gateway set g max-flows 100000 client-flows 5
	open $MORE 5003 6
	check "so is a client's" wait_for 5 grep \
		"\"cause\":\"client-flows\",\"limit\":5,.*\"src\":\"$MORE\"" \
		"$TMP/events"
	nat gateway set g client-flows 0
}

# address FILTER: an event of the second address
address()
{
	wait_for 10 grep -E "\"object\":\"address\",$1.*\"eip\":\"$EIP2\".*$2" \
		"$TMP/events"
}

addresses()
{
	nat address add gateway g eip $EIP2
	ip -n "$gw" addr del $EIP2/24 dev ext
	check "an address that this host loses is told" \
		address '"event":"change"' '"foreign":true'
	check "and shown" grep -q "$EIP2.*not on this host" \
		<<<"$(nat address show)"
	ip -n "$gw" addr add $EIP2/24 dev ext
	check "so is its return" address '"event":"change"' '"foreign":false'
	nat address del gateway g eip $EIP2 drain 600
	check "draining is told" \
		address '"event":"change"' '"state":"draining"'
	check "and that it has ended" \
		address '"event":"delete"' '"state":"draining"'
}

need
ktap_plan 27
two_armed
gateway udp 600
on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=1024-60000,60041-65535
nat monitor >"$TMP/text" 2>&1 &
nat -j monitor gateway error >"$TMP/events" 2>&1 &
wait_for 10 listens
ports
refusals
limits
addresses
check "people can read it" grep -qE \
	"level ports-high udp $EIP -> $HOLE:5000 gateway g used 3[2-6] of 40, [89][0-9] %$" \
	"$TMP/text"
ktap_finish
