#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rules: what is exempt from translation, what gets a certain address, and what
# may be idle for longer; by which rule, and from when on.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The router knows the way back to 10/8 here.
. ./lib.sh

IN=10.0.16.2
HOLE2=198.51.100.72
HOLE3=198.51.100.73
# In the network of s2, but nobody there
NEAR2=198.51.100.200
PRIVATE=203.0.113.20

rule()
{
	nat rule add gateway g "$@"
}

no_rules()
{
	nat -j rule show | values pref | sed 's/^/rule del gateway g pref /' \
		>"$TMP/rules"
	nat -b "$TMP/rules"
	nat flow flush all >/dev/null
	pkt clear
}

# inside KIND WORDS...: from a client that answers nothing by itself
inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$1" src=$IN "${@:2}"
}

outside()
{
	pkt send "$rt/wan" "$gw/ext" "$@"
}

exempt_sockets()
{
	pkt udp client "$c1" bind=$C1:5000 to=$S2:53
	pkt put client data=question
	check "G6 the server sees the inside address" \
		pkt take server data=question from=$C1
	pkt reply server data=answer
	check "G6 its answer comes back" pkt take client data=answer from=$S2
	pkt put client len=4000
	check "so do fragments arrive" pkt take server len=4000 from=$C1
	pkt reply server len=4000
	check "in both directions" pkt take client len=4000 from=$S2
	check "a TCP connection is as it is" pkt tcp stream "$c1" to=$S2:80
	check "with the inside address" pkt accept web session from=$C1
	pkt udp closed "$c1" to=$S2:54
	pkt put closed data=nobody
	check "ICMP errors come in" pkt_error ECONNREFUSED take closed
	pkt close client
	pkt reply server data=late
	check "and go out as they are" pkt wait s2 src=$C1 dst=$S2 type=3 \
		q.src=$S2 q.dst=$C1 q.dport=5000
	check "checksums are right there" pkt sums s2
	check "and here" pkt sums c1 src=$S2
	check "none of this is a flow" flows -eq 0
	pkt close stream session
}

not_exempt()
{
	pkt udp client "$c1" to=$S1:53
	pkt put client data=other
	check "another destination is translated" \
		pkt take server1 data=other from=$EIP
	pkt udp client "$c2" to=$S2:53
	pkt put client data=source
	check "so is another source" pkt take server data=source from=$EIP
}

# counted COUNTER NUMBER: that many packets since BEFORE
counted()
{
	wait_for 5 counter_is "$1" -eq $((BEFORE + $2))
}

pretenders()
{
	pkt clear
	BEFORE=$(counter packets-exempt)
	inside udp dst=$NEAR2 sport=7000 data=out
	pkt wait wan src=$IN data=out
	outside icmp src=$RT dst=$IN type=3 code=1 quote=wan
	outside udp src=$NEAR2 dst=$IN sport=5000 dport=7000 data=in
	check "exempt packets are counted" counted packets-exempt 3
	check "among them a router's ICMP error" \
		pkt wait c1 src=$RT type=3 q.src=$IN q.dst=$NEAR2

	BEFORE=$(counter destination-drop-unsolicited)
	# What never left as it is here
	pkt send "$c2/lo" "$c2/lo" udp src=$IN dst=$S1
	outside icmp src=$RT dst=$IN type=3 code=3 quote=ref
	outside udp src=$S1 dst=$IN data=address
	outside udp src=$NEAR2 dst=$C2 data=client
	check "others are not let in to the client, nor to others" \
		counted destination-drop-unsolicited 3
	check "none arrived" none_arrived
	BEFORE=$(counter source-drop-spoofed)
	outside udp src=$IN dst=$NEAR2 data=spoofed
	check "an exempt source from the uplink is dropped" \
		counted source-drop-spoofed 1
	check "and not sent back" pkt none wan data=spoofed
}

none_arrived()
{
	pkt none c1 src=$S1 && pkt none c2 src=$NEAR2 && pkt none c1 code=3
}

exempt()
{
	rule src 10.0.1.0/24 dst 198.51.100.128/25 exempt
	rule src $IN dst 198.51.100.128/25 exempt
	both_offloads exempt_sockets
	not_exempt
	pretenders

	no_rules
	rule proto udp dport 50-60 exempt
	inside udp dst=$HOLE dport=50
	inside udp dst=$HOLE dport=60
	check "the first and the last of several ports are exempt" \
		pkt wait wan n=2 src=$IN dst=$HOLE
	inside udp dst=$HOLE dport=49
	inside udp dst=$HOLE dport=61
	inside tcp dst=$HOLE dport=53
	check "the ports around them are not, nor another protocol" \
		pkt wait wan n=3 src=$EIP dst=$HOLE
	no_rules
	rule proto gre dst $HOLE exempt
	inside gre dst=$HOLE
	check "what the gateway does not translate can be exempt too" \
		pkt wait wan src=$IN dst=$HOLE proto=gre
}

# leaves SOURCE WORDS...: a packet of UDP
leaves()
{
	pkt clear
	inside udp "${@:2}"
	pkt wait wan dst=198.51.100.0/24 &&
		[ "$(pkt field wan src dst=198.51.100.0/24)" = "$1" ]
}

pinned()
{
	no_rules
	rule dst $HOLE address $EIP
	rule dst $HOLE2/31 address $EIP2
	check "one destination gets one address" leaves $EIP dst=$HOLE
	check "another one gets another" leaves $EIP2 dst=$HOLE2
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE2
	check "from every client" pkt wait wan n=2 src=$EIP2 dst=$HOLE2
	rule pref 5 src $IN address 203.0.113.12
	check "an address is named by its elastic IP too" \
		leaves $PRIVATE dst=$HOLE2 sport=7001
	nat rule del gateway g pref 5

	nat gateway set g mapping endpoint-independent
	leaves $EIP2 dst=$HOLE2 sport=7002
	local port
	port=$(pkt field wan sport)
	check "with endpoint-independent mapping, all that is pinned so is one" \
		leaves $EIP2 dst=$HOLE3 sport=7002
	check_is "with one port" "$port" "$(pkt field wan sport)"
	check "and another address for what is pinned otherwise" \
		leaves $EIP dst=$HOLE sport=7002

	nat gateway set g mapping address-dependent
	leaves $EIP2 dst=$HOLE2 sport=7003
	rule pref 5 dst $HOLE2 proto udp dport 80 address $EIP
	check "with address-dependent mapping, one port may be pinned otherwise" \
		leaves $EIP dst=$HOLE2 sport=7003 dport=80
	nat rule del gateway g pref 5
	nat gateway set g profile aws

	refute "an address that a rule gives is not deleted" \
		nat address del gateway g eip $EIP2
}

# choose: take a client that has EIP where no rule says anything
choose()
{
	local n
	no_rules
	for n in {3..40}; do
		IN=10.0.16.$n
		! leaves $EIP dst=$HOLE || return 0
	done
	return 1
}

# to_go LEAST MOST FILTER...: seconds that a flow has left
to_go()
{
	local seconds
	seconds=$(flow expires "${@:3}")
	echo "$seconds s to go"
	[ "$seconds" -ge "$1" ] && [ "$seconds" -le "$2" ]
}

# connect SPORT DPORT: a handshake
connect()
{
	pkt clear
	inside tcp dst=$HOLE sport="$1" dport="$2" seq=1000
	pkt wait wan dport="$2" flags=S
	outside tcp src=$HOLE dst=$EIP sport="$2" flags=SA seq=5000 ack=1001 \
		dport="$(pkt field wan sport dport="$2")"
	pkt wait c1 dport="$1" flags=SA
	inside tcp dst=$HOLE sport="$1" dport="$2" flags=A seq=1001 ack=5001
	pkt wait wan dport="$2" flags=A
}

idle()
{
	no_rules
	rule dst $HOLE proto udp dport 53 idle 900
	rule dst $HOLE proto tcp dport 5432 idle 1000
	inside udp dst=$HOLE sport=7000 dport=53
	inside udp dst=$HOLE sport=7000 dport=54
	pkt wait wan n=2 dst=$HOLE
	check "a rule gives UDP more time" to_go 880 900 dport 53
	inside tcp dst=$HOLE sport=7000 dport=5432 seq=1000
	pkt wait wan flags=S
	check "not TCP before it is established" to_go 40 60 dport 5432
	connect 7001 5432
	check "but then" to_go 980 1000 sport 7001 dport 5432
	connect 7001 80
	nat gateway set g udp 1 tcp-established 1
	check "flows without a rule end" wait_for 10 no_others
	check "those with one live" still_there
	nat gateway set g udp 350 tcp-established 350
	inside tcp dst=$HOLE sport=7001 dport=5432 flags=R seq=1001
	pkt wait wan flags=R
	check "and end like others after RST" to_go 40 60 sport 7001
}

no_others()
{
	flows -eq 0 dport 54 && flows -eq 0 dport 80
}

still_there()
{
	flows -eq 1 dport 53 && flows -eq 1 sport 7001 dport 5432
}

order()
{
	no_rules
	rule pref 20 dst $HOLE idle 1020
	rule pref 10 dst $HOLE idle 1010
	rule idle 1030
	check_is "rules are in the order of their numbers, a new one behind" \
		"10 20 30" "$(nat -j rule show gateway g | values pref | xargs)"
	inside udp dst=$HOLE sport=7000
	inside udp dst=$HOLE2 sport=7000
	pkt wait wan n=2 src=203.0.113.0/24
	check "the first one that matches counts" to_go 1000 1010 dst $HOLE
	check "where it does not, the next" to_go 1020 1030 dst $HOLE2
	rule pref 15 dst $HOLE idle 1 address 203.0.113.12
	inside udp dst=$HOLE sport=7001
	check "one of another kind counts beside it" \
		pkt wait wan src=$PRIVATE dst=$HOLE
	check "each for its kind" to_go 1000 1010 sport 7001
	rule pref 17 dst $HOLE exempt
	inside udp dst=$HOLE sport=7002
	check "exempt behind an address counts no more" \
		pkt wait wan n=2 src=$PRIVATE dst=$HOLE
	rule pref 12 dst $HOLE exempt
	inside udp dst=$HOLE sport=7003
	check "before it it does" pkt wait wan src=$IN sport=7003
	nat rule del gateway g pref 12
	inside udp dst=$HOLE sport=7003
	check "a rule that was deleted does not" \
		pkt wait wan n=3 src=$PRIVATE dst=$HOLE
}

new_flows_only()
{
	no_rules
	check "without rules" leaves $EIP dst=$HOLE sport=7000
	rule dst $HOLE idle 1000
	leaves $EIP dst=$HOLE sport=7000
	check "a flow keeps the time that it began with" \
		to_go 330 350 sport 7000
	leaves $EIP dst=$HOLE sport=7001
	nat rule del gateway g pref 10
	leaves $EIP dst=$HOLE sport=7001
	check "from a rule too" to_go 980 1000 sport 7001
	rule dst $HOLE address 203.0.113.12
	check "and its address" leaves $EIP dst=$HOLE sport=7000
	rule pref 5 dst $HOLE exempt
	check "and is translated still" leaves $EIP dst=$HOLE sport=7000
	check "as new ones are not" leaves $IN dst=$HOLE sport=7002
}

# expected status | words of the message | command
commands()
{
	cat <<-END
		2|no gateway|rule add gateway nobody exempt
		2|no such address|rule add gateway g address 203.0.113.99
		2|no such address|rule add gateway g address 0.0.0.0
		2|number already|rule add gateway g pref 5 idle 7
		2|pref takes 1 to 4294967295|rule add gateway g pref 0 exempt
		2|no address and no time-out|rule add gateway g exempt idle 5
		2|no address and no time-out|rule add gateway g exempt address $EIP
		2|idle takes 1 to 604800|rule add gateway g idle 0
		2|idle takes 1 to 604800|rule add gateway g idle 604801
		2|dport needs a protocol with ports|rule add gateway g dport 53 exempt
		2|dport needs a protocol with ports|rule add gateway g proto icmp dport 53 exempt
		2|dport needs a protocol with ports|rule add gateway g proto gre dport 53 exempt
		2|bits|rule add gateway g src 10.0.0.1/8 exempt
		2|bits|rule add gateway g dst 198.51.100.1/24 exempt
		2|no rule with this number|rule del gateway g pref 99
		2|no gateway|rule del gateway nobody pref 5
		2|at most 64|rule add gateway g exempt
	END
}

# as_told STATUS WORDS COMMAND...: it ends so, says so, and changes nothing
as_told()
{
	local status=0
	nat -j rule show >"$TMP/before"
	nat "${@:3}" >"$TMP/said" 2>&1 || status=$?
	cat "$TMP/said"
	echo "status $status"
	[ $status -eq "$1" ] && grep -q "$2" "$TMP/said" &&
		nat -j rule show | cmp - "$TMP/before"
}

# fill: as many as there may be
fill()
{
	local have n
	have=$(nat -j rule show | grep -o '"pref"' | wc -l)
	for ((n = have; n < 64; n++)); do
		echo "rule add gateway g pref $((n + 1000)) exempt"
	done >"$TMP/rules"
	nat -b "$TMP/rules"
}

refused()
{
	local status words command
	while IFS='|' read -r status words command; do
		[ "$words" != "at most 64" ] || fill
		# shellcheck disable=SC2086 # words are words
		check "$command: $words" as_told "$status" "$words" $command
	done < <(commands)
}

need
ktap_plan 79
two_armed
ip -n "$rt" route add 10.0.0.0/8 via $HOST
ip -n "$rt" route add blackhole $NEAR2
ip -n "$gw" route add 10.0.16.0/20 via $C1
gateway
pkt capture c1 "$c1/eth0"
pkt capture c2 "$c2/eth0"
pkt capture s2 "$s2/eth0"
pkt capture wan "$rt/wan"
pkt capture ref "$c2/lo"
pkt udp server1 "$s1" bind=$S1:53
pkt udp server "$s2" bind=$S2:53
pkt listen web "$s2" $S2:80
exempt
# Routed to the gateway by the router, and no address of the host
nat address add gateway g eip $EIP2
nat address add gateway g eip 203.0.113.12 private-ip $PRIVATE 2>/dev/null
pinned
choose
idle
order
new_flows_only
refused
ktap_finish
