#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What an outsider forges about a connection whose addresses and ports it knows is
# told by its numbers: ICMP errors that quote what the client has not sent, and
# RSTs that are far from the window, do not get in.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The client is an address behind c1, which answers nothing by itself.
. ./lib.sh

IN=10.0.16.2
SPORT=7000
PORT=
SPOOFED=0

inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$1" src=$IN dst=$HOLE sport=$SPORT \
		dport=80 "${@:2}"
}

outside()
{
	pkt send "$rt/wan" "$gw/ext" "$1" src=$HOLE dst=$EIP sport=80 \
		dport="$PORT" "${@:2}"
}

# quoted WORDS...: the packet that errors are about, as it would be on the wire;
# made where it goes nowhere
quoted()
{
	pkt clear
	pkt send "$c2/lo" "$c2/lo" "$1" src=$EIP dst=$HOLE sport="$PORT" \
		dport=80 "${@:2}"
}

# error WORDS...: a router says something about it
error()
{
	pkt send "$rt/wan" "$gw/ext" icmp src=$RT dst=$EIP quote=ref "$@"
}

# believed SEQUENCE...: errors that quote one of these reach the client
believed()
{
	local seq
	for seq; do
		quoted tcp flags=PA seq="$seq" ack=5001 len=20
		error type=3 code=1 qlen=8
		error type=11 code=0
		error type=3 code=4 mtu=1280
		pkt wait c1 n=3 src=$RT dst=$IN q.src=$IN q.dst=$HOLE \
			q.sport=$SPORT q.dport=80 && pkt sums c1 || return
	done
}

# refused SEQUENCE...: errors that quote one of these do not, and are counted
refused()
{
	local seq
	for seq; do
		quoted tcp flags=PA seq="$seq" ack=5001 len=20
		error type=3 code=1 qlen=8
		error type=11 code=0
		error type=3 code=4 mtu=576
		SPOOFED=$((SPOOFED + 3))
		wait_for 5 counter_is destination-drop-icmp-spoofed \
			-eq $SPOOFED && pkt none c1 || return
	done
}

# begin SEQUENCE: a connection, up to its SYN
begin()
{
	SPORT=$((SPORT + 1))
	pkt clear
	inside tcp flags=S seq="$1"
	pkt wait wan flags=S
	PORT=$(pkt field wan sport)
}

# crossed CAPTURE WORDS...: with both captures empty before
crossed()
{
	pkt clear
	"${@:2}"
	pkt wait "$1" proto=tcp
}

opening()
{
	begin 1000
	check "an error about a SYN reaches the client" believed 1000
	check "one about a number that it has not sent does not" \
		refused 1002 500000000 2147484648 4290000000
}

established()
{
	crossed c1 outside tcp flags=SA seq=5000 ack=1001
	crossed wan inside tcp flags=PA seq=1001 ack=5001 len=100
	check "one about data that is under way does" believed 1001 1050
	check "one about the edges, or a keep-alive, too" believed 1101 1000
	check "none about what is acknowledged, or not sent yet" \
		refused 999 1102 0 2147484749
	crossed c1 outside tcp flags=A seq=5001 ack=1101
	check "data is not under way any more once it is acknowledged" \
		refused 1050 1099
	check "the edges are" believed 1100 1101
}

# A fast sender on a long line. What was lost first is what errors tell of last.
wide()
{
	begin 1000
	crossed c1 outside tcp flags=SA seq=5000 ack=1001
	crossed wan inside tcp flags=PA seq=1001 ack=5001 len=100
	crossed wan inside tcp flags=PA seq=5001001 ack=5001 len=100
	check "with 5 MB under way, an error about the first of them is believed" \
		believed 1001 3000000
	check "not about what is acknowledged" refused 999
}

wrapped()
{
	begin 4294967200
	crossed c1 outside tcp flags=SA seq=5000 ack=4294967201
	crossed wan inside tcp flags=PA seq=4294967201 ack=5001 len=200
	check "numbers begin again at 0: those under way" \
		believed 4294967201 0 105
	check "numbers begin again at 0: others" refused 4294967199 106
}

without_numbers()
{
	SPORT=8000
	pkt clear
	inside udp
	pkt wait wan src=$EIP
	PORT=$(pkt field wan sport)
	quoted udp len=20
	error type=3 code=1
	check "what has no numbers is told by its ports" \
		pkt wait c1 src=$RT dst=$IN type=3 q.src=$IN q.sport=8000
	PORT=$((PORT ^ 1))
	quoted udp len=20
	error type=3 code=1
	check "an error about another port is not the client's" \
		wait_for 5 counter_is packets-to-local -eq 1
	check "and does not reach it" pkt none c1
}

resets()
{
	begin 1000
	crossed c1 outside tcp flags=SA seq=5000 ack=1001
	crossed wan inside tcp flags=A seq=1001 ack=5001
	pkt clear
	outside tcp flags=R seq=900000000
	outside tcp flags=RA seq=2147490000 ack=1001
	check "RSTs far from the window are dropped by name" \
		wait_for 5 counter_is destination-drop-tcp-reset -eq 2
	check "and do not reach the client" pkt none c1
	outside tcp flags=R seq=5002
	check "one that is near is left to the client" \
		pkt wait c1 flags=R seq=5002
	check_is "none of them ends the connection" tcp-established \
		"$(flow state sport $SPORT)"
	outside tcp flags=R seq=5001
	check "the far side's own is let in" pkt wait c1 flags=R seq=5001
	check_is "and ends it" tcp-reset "$(flow state sport $SPORT)"
}

# An address on the wire that this host does not have itself, where the kernel does not
# know it for its own: no client may use it.
usurped()
{
	local before
	ip -n "$gw" addr del $EIP/24 dev ext
	before=$(counter source-drop-spoofed)
	nat flow flush all >/dev/null
	pkt send "$c1/eth0" "$gw/in1" udp src=$EIP dst=$HOLE sport=9000 \
		dport=53 data=usurped
	check "a client does not get out by the address on the wire" \
		wait_for 5 counter_is source-drop-spoofed -eq $((before + 1))
	check "nothing of it has left" pkt none wan data=usurped
	check "nor begun a flow" flows -eq 0
	ip -n "$gw" addr add $EIP/24 dev ext
}

need
ktap_plan 24
two_armed
ip -n "$gw" route add 10.0.16.0/20 via $C1
gateway
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
pkt capture ref "$c2/lo"
opening
established
check "T10 none of all these has changed the flow" \
	[ "$(flow state sport $SPORT)" = tcp-established ]
wide
wrapped
without_numbers
resets
usurped
ktap_finish
