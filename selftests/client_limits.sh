#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# No inside host takes what the others need: limits of each, and fair shares when
# a gateway runs short of flows. Who is refused is told; flows that live stay.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The clients are addresses behind c1 and c2, which answer nothing by themselves.
. ./lib.sh

HOG=10.0.16.2
OTHER=10.0.32.2
HOLE2=198.51.100.71
icmp=100

# hog KIND WORDS...: from the one, other KIND WORDS...: from the other
hog()
{
	pkt send "$c1/eth0" "$gw/in1" "$1" src=$HOG dst=$HOLE "${@:2}"
}

other()
{
	pkt send "$c2/eth0" "$gw/in2" "$1" src=$OTHER dst=$HOLE "${@:2}"
}

anew()
{
	nat flow flush all >/dev/null
	pkt clear
}

# refused CAUSE NUMBER: so many packets of the hog, by name
refused()
{
	wait_for 5 counter_is "source-drop-$1" -eq "$2"
}

# told NUMBER: the hog is, each time, and learns which packet it was
told()
{
	pkt wait c1 n="$1" src=10.0.1.1 dst=$HOG type=3 code=1 q.src=$HOG \
		q.dst=$HOLE && pkt sums c1
}

# event CAUSE: natctl monitor tells of the hog's
event()
{
	wait_for 5 grep "\"cause\":\"$1\".*\"src\":\"$HOG\"" "$TMP/events"
}

# listens: the monitor tells of a change made for that
listens()
{
	icmp=$((icmp + 1))
	nat gateway set g icmp $icmp
	grep -q '"object":"gateway"' "$TMP/events"
}

most_flows()
{
	nat gateway set g client-flows 3
	hog udp sport=7000..7004
	check "G4 client-flows: as many as allowed pass" \
		pkt wait wan n=3 src=$EIP dst=$HOLE
	check "client-flows: others are refused by name" \
		refused client-flows 2
	check_is "client-flows: no more have passed" 3 \
		"$(pkt count wan dst=$HOLE)"
	check "G11 the client is told" told 2
	check "G11 so is the manager" event client-flows
	hog udp sport=7002 data=again
	check "G11 flows that live go on" pkt wait wan data=again
	other udp sport=7000..7002
	check "G4 another client is not concerned" pkt wait wan n=7 src=$EIP
	nat flow flush src $HOG sport 7001 >/dev/null
	hog udp sport=7003 data=freed
	check "a flow that ended makes room for another" \
		pkt wait wan data=freed
	nat gateway set g client-flows 0
	hog udp sport=7010..7015
	check "0 is no limit" pkt wait wan n=14 src=$EIP
}

most_ports()
{
	anew
	nat gateway set g client-ports 2
	hog udp sport=7000..7002
	check "client-ports: each flow has its own" refused client-ports 1
	check "client-ports: the client is told" told 1
	check "client-ports: so is the manager" event client-ports
	other udp
	check "client-ports: another client passes" \
		pkt wait wan n=3 src=$EIP

	anew
	nat gateway set g mapping endpoint-independent
	hog udp sport=7000..7001
	hog udp sport=7000..7001 dst=$HOLE2
	check "client-ports: several destinations of an endpoint are one port" \
		pkt wait wan n=4 src=$EIP
	hog udp sport=7002
	check "client-ports: a third endpoint is refused" \
		refused client-ports 2
	nat flow flush src $HOG sport 7000 >/dev/null
	hog udp sport=7002 data=freed
	check "client-ports: the end of an endpoint's flows frees its port" \
		pkt wait wan data=freed
	nat gateway set g profile aws
}

half_open()
{
	local port
	anew
	nat gateway set g client-opening 2
	hog tcp sport=7000..7002 seq=1000
	check "client-opening: as many as allowed pass" \
		pkt wait wan n=2 src=$EIP flags=S
	check "client-opening: another one is refused" \
		refused client-opening 1
	check "client-opening: the client is told" told 1
	check "client-opening: so is the manager" event client-opening
	hog udp data=datagram
	check "client-opening: UDP is not concerned" \
		pkt wait wan data=datagram
	other tcp sport=7000..7001
	check "client-opening: nor is another client" \
		pkt wait wan n=4 flags=S

	port=$(flow wire-port src $HOG sport 7000)
	pkt send "$rt/wan" "$gw/ext" tcp src=$HOLE dst=$EIP sport=5000 \
		dport="$port" flags=SA seq=5000 ack=1001
	hog tcp sport=7000 flags=A seq=1001 ack=5001
	pkt wait wan flags=A
	hog tcp sport=7002
	check "client-opening: one that is established makes room" \
		pkt wait wan n=5 flags=S
	port=$(flow wire-port src $HOG sport 7001)
	pkt send "$rt/wan" "$gw/ext" tcp src=$HOLE dst=$EIP sport=5000 \
		dport="$port" flags=RA seq=0 ack=1001
	pkt wait c1 flags=RA
	hog tcp sport=7003
	check "client-opening: so does one that was reset" \
		pkt wait wan n=6 flags=S
	nat gateway set g client-opening 0
}

# Two seconds of the gateway's can meet in this one, and more on a machine that
# is slow: no more than a few in each.
rate()
{
	local start=$SECONDS passed
	anew
	nat gateway set g client-rate 5
	hog udp sport=7000..7199
	other udp sport=7000..7003 data=other
	check "client-rate: another client is not concerned" \
		pkt wait wan n=4 src=$EIP data=other
	passed=$(flow sport src $HOG | wc -l)
	check "G4c client-rate: so many a second pass, others do not" \
		test_range 5 "$passed" $((5 * (SECONDS - start + 2)))
	check "client-rate: they are refused by name" \
		refused client-rate $((200 - passed))
	check "client-rate: the client is told" told 1
	check "client-rate: so is the manager" event client-rate
	hog udp sport="$(flow sport src $HOG | sed -n 1p)" data=again
	check "client-rate: flows that live go on" pkt wait wan data=again
	check "client-rate: soon others pass again" wait_for 10 passes_again
	nat gateway set g client-rate 0
}

test_range()
{
	echo "$2 of $1 to $3"
	[ "$2" -ge "$1" ] && [ "$2" -le "$3" ]
}

passes_again()
{
	pkt clear
	hog udp sport=9000
	pkt wait wan src=$EIP within=0.3
}

# The hog wants more than there are, while another one has a flow and comes back
# for more.
fair()
{
	local mine
	anew
	nat gateway set g max-flows 64
	other udp sport=7000
	hog udp sport=7000..7099
	check "fair-share: the hog is refused before the last eighth is gone" \
		wait_for 5 counter_is source-drop-fair-share -ge 37
	check "fair-share: it is told" told 1
	check "fair-share: so is the manager" event fair-share
	mine=$(flow sport src $HOG | wc -l)
	check "fair-share: it has most of them" [ "$mine" -ge 54 ]
	pkt clear
	other udp sport=7001..7006
	check "fair-share: the other one gets what it needs" \
		pkt wait wan n=6 src=$EIP
	check "G11 no flow of the hog had to end for it" \
		flows -eq "$mine" src $HOG
	check_is "table-full has not come to pass" 0 \
		"$(counter source-drop-table-full)"

	nat gateway set g fair-share off
	anew
	other udp sport=7000
	hog udp sport=7000..7099
	other udp sport=7001
	check "fair-share off: the hog takes all" \
		wait_for 5 counter_is source-drop-table-full -eq 38
	check "G11 the other one is refused, and told" \
		pkt wait c2 dst=$OTHER type=3 code=1 q.sport=7001
	check "G11 but lives on with what it has" keeps
	nat gateway set g profile aws
}

keeps()
{
	other udp sport=7000 data=again
	pkt wait wan data=again && flows -eq 63 src $HOG
}

# How a client that gets no flow is told
refusal()
{
	anew
	nat gateway set g client-flows 1 refusal prohibited
	hog udp sport=7000..7001
	check "I8 refusal prohibited: by code 13" \
		pkt wait c1 src=10.0.1.1 type=3 code=13 q.sport=7001
	nat gateway set g refusal silent
	hog udp sport=7002
	nat gateway set g refusal host-unreachable
	hog udp sport=7003
	check "G11 refusal host-unreachable: by code 1" \
		pkt wait c1 src=10.0.1.1 type=3 code=1 q.sport=7003
	check "I9 refusal silent: not at all" pkt none c1 q.sport=7002
}

# What outsiders begin, where the filter lets them in, uses up none of what the host that
# they send to may begin.
outsiders()
{
	local port
	anew
	nat gateway set g mapping endpoint-independent \
		filtering endpoint-independent client-rate 5 client-opening 2
	hog udp sport=7100
	port=$(flow wire-port src $HOG proto udp)
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE2 dst=$EIP sport=9000..9019 \
		dport="$port"
	hog udp sport=7101 data=mine
	check "client-rate: outsiders do not use it up" pkt wait wan data=mine
	check "client-rate: they all get in" pkt wait c1 n=20 src=$HOLE2
	nat gateway set g client-rate 0
	hog tcp sport=7200
	port=$(flow wire-port src $HOG proto tcp)
	pkt send "$rt/wan" "$gw/ext" tcp src=$HOLE2 dst=$EIP sport=9000..9004 \
		dport="$port"
	pkt wait c1 n=5 src=$HOLE2 proto=tcp
	hog tcp sport=7201
	check "client-opening: nor that" \
		pkt wait wan n=2 src=$EIP flags=S
	check_is "nor is it theirs to see" 2 "$(nat -j client show | values opening)"
	nat gateway set g profile aws client-opening 0
}

need
ktap_plan 48
two_armed
ip -n "$gw" route add 10.0.16.0/20 via $C1
ip -n "$gw" route add 10.0.32.0/20 via $C2
gateway
pkt capture c1 "$c1/eth0"
pkt capture c2 "$c2/eth0"
pkt capture wan "$rt/wan"
nat -j monitor >"$TMP/events" 2>&1 &
wait_for 10 listens
most_flows
most_ports
half_open
rate
outsiders
fair
refusal
ktap_finish
