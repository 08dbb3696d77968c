#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The gateway's address is the host's too: what a socket of the host waits for
# gets in, nothing else is answered, and clients leave the host's ports alone.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The client is an address behind c1, which answers nothing by itself.
. ./lib.sh

IN=10.0.16.2
HOLE2=198.51.100.71

inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$1" src=$IN dst=$HOLE "${@:2}"
}

outside()
{
	pkt send "$rt/wan" "$gw/ext" "$1" src=$HOLE dst=$EIP sport=80 "${@:2}"
}

# dropped NUMBER: so many since BEFORE, and nobody answered
dropped()
{
	wait_for 5 counter_is destination-drop-unsolicited -eq \
		$((BEFORE + $1)) && pkt none wan src=$EIP
}

exchange_data()
{
	pkt put visitor data=hello && pkt take session data=hello &&
		pkt put session data=back && pkt take visitor data=back
}

services()
{
	check "a TCP service is reached" pkt tcp visitor "$s1" to=$EIP:22
	check "and sees who it is" pkt accept ssh session from=$S1
	check "data flows" exchange_data
	pkt udp visitor "$s1" to=$EIP:53
	pkt put visitor data=question
	check "so is a UDP service" pkt take dns data=question from=$S1
	pkt reply dns data=answer
	check "and answers" pkt take visitor data=answer from=$EIP
	check "the host answers a ping" on "$s1" ping -qc1 -W5 $EIP
	pkt close visitor session
}

silence()
{
	local flags
	pkt clear
	BEFORE=$(counter destination-drop-unsolicited)
	for flags in S SA A FA; do
		outside tcp dport=23 flags=$flags
	done
	check "TCP to a closed port is dropped without a word" dropped 4
	outside udp dport=54
	outside udp dport=40004
	check "so is UDP, to another address's socket too" dropped 6
	outside raw proto=253 len=20
	check "what has no ports is the host's to answer" \
		pkt wait wan src=$EIP type=3 code=2 q.proto=253
	pkt close ssh
	outside tcp dport=22
	pkt clear
	check "a service that has ended is closed" dropped 7
	pkt listen ssh "$gw" 0.0.0.0:22
}

# Two SYNs that nobody waits for; the first one's tuple is then taken by a client
# that opens the same connection.
syn_answer()
{
	local port start took
	nat gateway set g mapping endpoint-independent syn-answer on
	pkt clear
	inside tcp sport=7000 dst=$HOLE2 dport=81 seq=1000
	pkt wait wan src=$EIP flags=S
	port=$(pkt field wan sport)
	outside tcp dport="$port" seq=5000
	check "a SYN to a client's port, but not from its peer, is filtered" \
		wait_for 5 counter_is destination-drop-filtered -eq 1
	start=$(date +%s%3N)
	outside tcp dport=39999
	inside tcp sport=7000 dport=80 seq=2000
	check "T4 a client opens the same connection" \
		pkt wait wan src=$EIP dst=$HOLE sport="$port" flags=S
	outside tcp dport="$port" seq=5000
	check "T2a the far side's next SYN reaches it" \
		pkt wait c1 src=$HOLE dst=$IN flags=S seq=5000
	check "T4 the other SYN is answered by port unreachable" \
		pkt wait wan within=12 src=$EIP dst=$HOLE type=3 code=3 \
		q.src=$HOLE q.dst=$EIP q.dport=39999
	took=$(($(date +%s%3N) - start))
	check "T4 not before six seconds" [ $took -ge 5750 ]
	check "not long after" [ $took -le 9000 ]
	check "its checksums are right" pkt sums wan type=3
	check_is "T4 that is the only answer" 1 "$(pkt count wan proto=icmp)"
	nat gateway set g mapping address-and-port-dependent syn-answer off
}

# leave PORT-PORT: the only ports that are not reserved
leave()
{
	local below=$((${1%-*} - 1)) above=$((${1#*-} + 1))
	on "$gw" sysctl -qw \
		net.ipv4.ip_local_reserved_ports=1024-$below,$above-65535
}

# leaves_from PORT... : all of these, and no other port, were used
leaves_from()
{
	pkt wait wan n=$# src=$EIP dst="$DST" &&
		[ "$(pkt field wan sport src=$EIP dst="$DST" | sort -n |
			xargs)" = "$*" ]
}

# Nine ports are left; the services have one of them.
ports()
{
	pkt tcp visitor "$s1" bind=$S1:4000 to=$EIP:40005 >"$TMP/log"
	pkt accept high session >"$TMP/log"
	nat flow flush all >/dev/null
	leave 40001-40009
	pkt clear
	inside tcp sport=7000..7009 dport=80
	DST=$HOLE
	check "P1 a port that the host listens on is no client's" \
		leaves_from 4000{1,2,3,4,6,7,8,9}
	check "nor is one that is reserved: others are refused" \
		wait_for 5 counter_is source-drop-no-port -eq 2
	pkt clear
	inside udp sport=7000..7009 dport=53
	check "P1 it is the same with UDP, but for another address's socket" \
		leaves_from 4000{1,2,4,5,6,7,8,9}
	pkt clear
	inside tcp sport=7000..7009 dst=$S1 dport=4000
	DST=$S1
	check "the visitor's own port is towards it as well" \
		leaves_from 4000{1,2,3,4,6,7,8,9}
	check "its connection goes on" exchange_data
	pkt close high
	nat flow flush all >/dev/null
	pkt clear
	inside tcp sport=7000..7009 dst=$S1 dport=4000
	check "without the listener, too" \
		leaves_from 4000{1,2,3,4,6,7,8,9}
	inside tcp sport=7000..7009 dport=80
	DST=$HOLE
	check "but not towards others" \
		leaves_from 4000{1,2,3,4,5,6,7,8,9}
	check "and it goes on" exchange_data
}

# The host's own connections, from ports that clients may have
outgoing()
{
	local n
	nat flow flush all >/dev/null
	pkt clear
	inside tcp sport=7000..7005 dst=$S1 dport=80
	pkt wait wan n=6 src=$EIP dst=$S1
	for n in 1 2 3; do
		check "the host connects while clients have the ports" \
			pkt tcp "own$n" "$gw" bind=$EIP:0 to=$S1:80
		check "from one of those that are left" \
			pkt accept web "web$n" from=$EIP
	done
	check "and is refused when none is" \
		pkt_error "nothing came or went in time" \
		tcp last "$gw" bind=$EIP:0 to=$S1:80 within=1
	check "by name" counter_is host-drop-no-port -ge 1
	pkt put own1 data=mine
	check "its connections go on" pkt take web1 data=mine
}

closed()
{
	nat gateway set g unsolicited drop
	pkt clear
	BEFORE=$(counter destination-drop-unsolicited)
	outside tcp dport=22
	outside udp dport=53
	outside echo
	check "unsolicited drop: services are not reached" dropped 3
}

need ping
ktap_plan 42
two_armed
ip -n "$gw" route add 10.0.16.0/20 via $C1
gateway unsolicited service
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
pkt listen web "$s1" $S1:80
pkt listen ssh "$gw" 0.0.0.0:22
pkt listen high "$gw" 0.0.0.0:40005
pkt udp dns "$gw" bind=$EIP:53
pkt udp high2 "$gw" bind=$EIP:40003
pkt udp high3 "$gw" bind=$HOST:40004
both_offloads services
silence
syn_answer
ports
outgoing
closed
ktap_finish
