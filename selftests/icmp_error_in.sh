#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors about a client's packets reach it, in its own terms, whoever
# sends them and however much they quote. Errors about nothing do not.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# error QLEN TYPE CODE [MORE]: rt says this about the last packet it got
error()
{
	pkt send "$rt/wan" "$gw/ext" icmp src=$RT dst=$EIP \
		quote=wan qlen="$1" type="$2" code="$3" "${@:4}"
}

# Each row: the client's packet, then what identifies it in the quote
kinds()
{
	cat <<-END
		udp|sport=7001 dport=53 len=100|q.proto=udp q.sport=7001 q.dport=53
		tcp|sport=7002 dport=80 flags=S|q.proto=tcp q.sport=7002 q.dport=80
		echo|id=7003 len=56|q.proto=icmp q.type=8 q.id=7003
		udp|options=01010100 sport=7004 len=40|q.proto=udp q.sport=7004
	END
}

crafted()
{
	local kind words quoted qlen
	while IFS='|' read -r kind words quoted; do
		for qlen in 8 28 548; do
			pkt clear
			# shellcheck disable=SC2086 # words are words
			pkt send "$c1/eth0" "$gw/in1" $kind src=$C1 dst=$HOLE \
				ipid=99 $words
			pkt wait wan src=$EIP
			error $qlen 11 0
			# shellcheck disable=SC2086
			check "time exceeded quoting $qlen bytes of $kind $words" \
				pkt wait c1 src=$RT dst=$C1 type=11 code=0 \
				q.src=$C1 q.dst=$HOLE q.ipid=99 $quoted
			error $qlen 3 4 mtu=1280
			# shellcheck disable=SC2086
			check "fragmentation needed quoting $qlen bytes of $kind $words" \
				pkt wait c1 type=3 code=4 mtu=1280 \
				q.src=$C1 $quoted
			check "all their checksums are right" pkt sums c1
		done
	done < <(kinds)
	check "an error ends no flow" flows -eq 4
}

# These have to be stopped; natgw's counters tell when they have been.
unwanted()
{
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7001 len=9
	pkt wait wan src=$EIP
	error 548 3 1 badsum=1
	check "an error with a wrong checksum is dropped by name" \
		wait_for 5 counter_is destination-drop-icmp-checksum -eq 1
	error 548 3 1 qbadip=1
	check "and one whose quoted header has a wrong checksum" \
		wait_for 5 counter_is destination-drop-icmp-checksum -eq 2

	local before
	before=$(counter packets-to-local)
	nat flow flush all >/dev/null
	error 548 3 1
	check "an error about no flow goes to the host" \
		wait_for 5 counter_is packets-to-local -eq $((before + 1))
	check "none of them reached the client" pkt none c1 type=3
}

# From real sockets: the quotes are those that kernels make
sockets()
{
	pkt udp client "$c1" to=$S1:54
	pkt put client data=nobody
	check "port unreachable reaches the client's socket" \
		pkt_error ECONNREFUSED take client
	check "its checksums are right" pkt sums c1 type=3
	for method in -U -I -T; do
		check "traceroute $method shows every hop" hops $method
	done
}

hops()
{
	local seen
	on "$c1" traceroute -n -q1 -w3 -m5 "$1" $S1 | tee "$TMP/hops"
	seen=$(awk 'NR > 1 { print $2 }' "$TMP/hops" | xargs)
	[ "$seen" = "10.0.1.1 $RT $S1" ]
}

need traceroute
ktap_plan 51
two_armed
gateway
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
crafted
unwanted
both_offloads sockets
ktap_finish
