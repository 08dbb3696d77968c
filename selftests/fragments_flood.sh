#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# RFC 4787 REQ-14: while a flood of fragments takes all the memory that the host
# has for putting them together, fragments that come in order pass one by one.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# Less memory than usual, which is given back later than usual.
ROOM=262144

# room BYTES: what fragments that wait for others may take
room()
{
	on "$gw" sysctl -qw net.ipv4.ipfrag_low_thresh=$((ROOM / 2)) \
		net.ipv4.ipfrag_high_thresh="$1"
}

# taken: what they take
taken()
{
	on "$gw" sed -n 's/^FRAG:.* memory //p' /proc/net/sockstat
}

full()
{
	local bytes
	bytes=$(taken)
	echo "$bytes of $ROOM bytes"
	[ "$bytes" -gt $ROOM ]
}

# From outside, the middles of datagrams whose rest never comes
fill()
{
	local id
	room $ROOM
	on "$gw" sysctl -qw net.ipv4.ipfrag_time=3600
	for id in {1..150}; do
		pkt send "$rt/wan" "$gw/ext" udp src=$HOLE dst=$EIP \
			ipid="$id" len=4000 fragment=1480 order=2
	done
	check "the memory for fragments is full" wait_for 10 full
}

# from_client WORDS..., from_server WORDS...: fragments of one datagram
from_client()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 sport=7001 dst=$HOLE \
		len=4000 fragment=1480 "$@"
}

from_server()
{
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE sport=5000 dst=$EIP \
		dport="$port" len=4000 fragment=1480 "$@"
}

# one_id CAPTURE FILTER...: all of them have one identification
one_id()
{
	[ "$(pkt field "$@" | sort -u | wc -l)" -eq 1 ]
}

sockets()
{
	pkt udp client "$c1" to=$S1:53
	pkt put client len=4000
	check "4000 bytes of UDP arrive whole" \
		pkt take server len=4000 from=$EIP
	check "they left in fragments with one identification" \
		one_id wan ipid src=$EIP frag=0..4000
	pkt reply server len=4000
	check "4000 bytes of UDP come back whole" pkt take client len=4000
	check "ping with 4000 bytes is answered" \
		on "$c1" ping -qc1 -W5 -s 4000 $S1
	pkt join in1
	pkt join wan
	check "no byte differs on the way out but the source" \
		pkt same in1 wan leave=src,sport,id hops=1 src!=$S1 dst=$S1
	check "checksums are right" pkt sums wan dst=$S1
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
	check "the memory for fragments is still full" full
}

# Protocols without ports, and UDP without a checksum
crafted()
{
	pkt clear
	nat gateway set g proto-gre on
	pkt send "$c1/eth0" "$gw/in1" gre src=$C1 dst=$HOLE len=4000 \
		fragment=1480 ipid=77
	check "GRE leaves in fragments" pkt wait wan n=3 src=$EIP proto=gre
	from_client csum=0 ipid=78
	pkt wait wan n=3 src=$EIP proto=udp
	pkt join in1
	pkt join wan
	check "no byte differs but the source" \
		pkt same in1 wan leave=src,sport hops=1
	check "no checksum stays none" pkt wait wan proto=udp csum=0
}

# text LETTER: 3000 of it
text()
{
	printf "$1%.0s" {1..3000}
}

# Two clients, one destination, one identification
renumbered()
{
	local a b
	local big=("dst=$S1" sport=7000 dport=53 csum=0 fragment=1480 ipid=4711)
	a=(send "$c1/eth0" "$gw/in1" udp "src=$C1" "data=$(text A)" "${big[@]}")
	b=(send "$c2/eth0" "$gw/in2" udp "src=$C2" "data=$(text B)" "${big[@]}")
	pkt clear
	nat gateway set g unique-ip-id on
	pkt "${a[@]}" order=1
	pkt "${b[@]}" order=1
	pkt "${a[@]}" order=23
	pkt "${b[@]}" order=23
	check "Q12 fragments of two clients arrive whole, the one's" \
		pkt take server data="$(text A)"
	check "Q12 and the other's" pkt take server data="$(text B)"
	nat gateway set g unique-ip-id off
}

# marker: what is sent after the others also comes after them
marker()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 sport=7001 dst=$HOLE data=marker
	pkt wait wan data=marker
}

unknown()
{
	pkt clear
	from_client ipid=5000 order=23
	marker
	check "fragments without their first one do not leave" \
		pkt none wan ipid=5000
	from_client ipid=5001 order=1
	pkt send "$c2/eth0" "$gw/in2" udp src=$C1 dst=$HOLE ipid=5001 \
		len=4000 fragment=1480 order=2
	marker
	check "nor do those that somebody else sends after it" \
		pkt none wan frag=1480
	check "the first one has left" pkt wait wan src=$EIP ipid=5001 mf=1
	pkt send "$c1/eth0" "$gw/in1" tcp src=$C1 dst=$HOLE ipid=5002 \
		len=3000 fragment=1480
	marker
	check "a TCP segment needs to be put together" \
		pkt none wan proto=tcp
	check "none has an inside address" pkt none wan src=10.0.0.0/8
}

# answered: a datagram in order from outside, and what it needs first
answered()
{
	pkt udp client "$c1" bind=$C1:7001 to=$HOLE:5000
	pkt put client data=hello
	pkt wait wan dport=5000 data=hello
	port=$(pkt field wan sport dport=5000 data=hello)
	from_server ipid=6000
	check "fragments that answer arrive whole" \
		pkt take client len=4000 from=$HOLE
}

# inside_marker: the same on the way in
inside_marker()
{
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE sport=5000 dst=$EIP \
		dport="$port" data=marker
	pkt wait c1 data=marker
}

# Another packet with the same identification, for nobody
reused()
{
	pkt clear
	from_server ipid=6001 order=1
	from_server ipid=6001 dport=$((port ^ 1)) order=123
	inside_marker
	check "the first fragment was let in" pkt wait c1 ipid=6001 frag=0
	check "a number used anew does not lead to the old receiver" \
		pkt none c1 frag=1480..4000
}

# probe: a later fragment of packet 6002, and something behind it
probe()
{
	pkt clear
	from_server ipid=6002 order=2
	inside_marker
}

refused()
{
	probe && pkt none c1 frag=1480
}

ends()
{
	from_server ipid=6002 order=1
	probe
	check "a later fragment follows the first" \
		pkt wait c1 ipid=6002 frag=1480
	check "but not for ever" wait_for 10 refused
}

ceases()
{
	local order
	# One that has not got the markers
	pkt udp client "$c1" bind=$C1:7001 to=$HOLE:5000
	from_server ipid=6003 order=1
	room 4194304
	from_server ipid=6003 order=23
	check "they follow it when there is memory again" \
		pkt take client len=4000 from=$HOLE
	# Short, but not at its end.
	room $(($(taken) / 8 * 9))
	pkt udp own "$gw" bind=$EIP:6000
	for order in 123 321; do
		from_server dport=6000 ipid=$((7000 + order)) order=$order
		check "fragments for the host itself, sent as $order" \
			pkt take own len=4000 from=$HOLE
	done
	room $ROOM
}

# sum PREFIX: of the counters whose names begin like this
sum()
{
	nat -j stats gateway g | tr ',{}' '\n' |
		awk -F '[":]+' -v name="^$1" '$2 ~ name { n += $3 }
			END { print n + 0 }'
}

balanced()
{
	check_is "all that came from inside went out or was dropped" \
		"$(counter packets-in-from-source)" \
		$(($(counter packets-out-to-destination) + $(sum source-drop)))
	check_is "all that came from outside was let in, dropped, or the host's" \
		"$(counter packets-in-from-destination)" \
		$(($(counter packets-out-to-source) + $(sum destination-drop) +
		   $(counter packets-to-local)))
}

need ping
ktap_plan 37
two_armed
gateway
pkt capture c1 "$c1/eth0"
pkt capture in1 "$gw/in1"
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53
fill
both_offloads sockets
crafted
renumbered
unknown
answered
reused
ends
ceases
balanced
ktap_finish
