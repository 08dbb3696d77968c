#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# natctl idle show names the connections that lost their flow while they were idle,
# although somebody still had something to say.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

OTHER=198.51.100.71

now()
{
	date +%s%3N
}

# connect NAME PORT: a real connection from that port of c1, on which both have
# spoken; the server's end is NAME-s
connect()
{
	pkt tcp "$1" "$c1" bind=$C1:"$2" to=$S1:6001 >/dev/null
	pkt accept srv "$1-s" from=$EIP >/dev/null
	pkt put "$1" data=hello
	pkt take "$1-s" data=hello >/dev/null
}

gone()
{
	wait_for 10 flows -eq 0 >/dev/null
}

# inside WORDS..., outside WORDS...: one packet
inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$@" src=$C1
}

outside()
{
	pkt send "$rt/wan" "$gw/ext" "$@" dst=$EIP
}

# spoke N: so many flows were spoken on again
spoke()
{
	wait_for 5 counter_is flows-idle-spoke-again -eq "$1"
}

# listed PROTO DST:DPORT INSIDE OUTSIDE: how often either side spoke
listed()
{
	nat -j idle show gateway g | tr -d '\n ' | grep -F \
		"\"src\":\"$C1\",\"proto\":\"$1\",\"dst\":\"${2%:*}\",\"dport\":${2#*:},\"times\":$(($3 + $4)),\"from-inside\":$3,\"from-outside\":$4,"
}

late()
{
	nat -j idle show | values "$1" | sed -n 1p
}

# begin: connections and flows, all of them idle until they have ended
begin()
{
	pkt listen srv "$s1" $S1:6001
	BEGAN=$(now)
	connect client 7001
	connect server 7002
	connect closed 7003
	connect late 7004
	connect flushed 7005
	pkt close closed closed-s
	nat flow flush sport 7005 >/dev/null
	inside tcp sport=7006 dst=$HOLE dport=6001 flags=S
	outside tcp src=$HOLE sport=6001 dport="$(flow wire-port sport 7006)" \
		flags=SA
	inside tcp sport=7006 dst=$HOLE dport=6001 flags=A
	inside udp sport=7010 dst=$HOLE dport=53
	inside udp sport=7011 dst=$HOLE dport=53
	PORT=$(flow wire-port sport 7011)
	on "$gw" sysctl -qw \
		net.ipv4.ip_local_reserved_ports=1024-60000,60002-65535
	inside udp sport=7012 dst=$OTHER dport=53
	gone
	check "nothing is told of what is idle and silent" spoke 0
}

tcp()
{
	local bound
	pkt put client data=again
	check "the client speaks again" spoke 1
	# The end came no sooner than the time-out after the last packet, as which
	# one up to a quarter of a second before may count.
	bound=$(($(now) - BEGAN - 2000 + 250))
	check "that is listed" listed tcp $S1:6001 1 0
	check "with how long after" [ "$(late shortest)" -le $bound ]
	pkt put server-s data=again
	check "the server does" spoke 2
	check "and is listed with the client it spoke to" \
		listed tcp $S1:6001 1 1
	check "shortest and longest are told apart" \
		[ "$(late shortest)" -le "$(late longest)" ]
}

# over: connections that nobody misses
over()
{
	inside tcp sport=7003 dst=$S1 dport=6001 flags=A data=late
	pkt close late
	pkt put flushed data=again
	inside tcp sport=7006 dst=$HOLE dport=6001 flags=S seq=77777
	check "another connection of the tuple has its flow" \
		flows -eq 1 sport 7006
	nat flow flush all >/dev/null
	inside tcp sport=7006 dst=$HOLE dport=6001 flags=A
	# The only port is another's now, and what comes for it is about that one.
	inside udp sport=7013 dst=$OTHER dport=53
	nat flow flush sport 7013 >/dev/null
	outside udp src=$OTHER sport=53 dport=60001
	# What is counted now shows that what was before it was not.
	inside udp sport=7010 dst=$HOLE dport=53
	check "closed, closed too late, flushed, begun anew, or another's is not told" \
		spoke 3
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=
}

udp()
{
	check "UDP is listed too" listed udp $HOLE:53 1 0
	check "and goes on by another flow" flows -eq 1 sport 7010
	outside udp src=$HOLE sport=54 dport="$PORT"
	outside udp src=$HOLE sport=53 dport="$PORT"
	outside udp src=$HOLE sport=53 dport="$PORT"
	check "an answer that comes too late is told, once" spoke 4
	check "of the destination that it came from" listed udp $HOLE:53 1 1
	nat idle show >"$TMP/text"
	check "people can read it" grep -qE \
		"^$C1 +udp +$HOLE:53 +2 +[0-9.]+ s +[0-9.]+ s +g$" "$TMP/text"
	check "a rule that would help stands below" grep -qE \
		"^  natctl rule add gateway g dst $HOLE proto udp dport 53 idle 60$" \
		"$TMP/text"
	check_is "once for a destination" 2 "$(grep -c 'rule add' "$TMP/text")"
	check "that is what natctl takes" bash -c \
		"$(sed -n "s|^  natctl|$NATCTL -n $gw|p" "$TMP/text" | sed -n 1p)"
	check "it fits into 80 columns" awk 'length > 80 { exit 1 }' "$TMP/text"
}

off()
{
	nat flow flush all >/dev/null
	nat gateway set g idle-report off
	inside udp sport=7020 dst=$HOLE dport=54
	gone
	inside udp sport=7020 dst=$HOLE dport=54
	check "with the option off nothing is told" spoke 4
	nat gateway del g 2>/dev/null
	check_is "reports go with their gateway" "[]" \
		"$(nat -j idle show | tr -d '\n ')"
}

need
ktap_plan 20
two_armed
gateway tcp-opening 2 tcp-established 2 tcp-closing 1 udp 2
begin
tcp
over
udp
off
ktap_finish
