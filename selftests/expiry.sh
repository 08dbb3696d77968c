#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A flow lives until nothing was sent for the time-out of its state: not less,
# and not much longer. After that, nothing gets in any more.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

now()
{
	date +%s%3N
}

# lives SECONDS COMMAND...: after it, flows are gone not before SECONDS, less a
# quarter of one by which an emulated machine's clock may lag, and soon thereafter
lives()
{
	local start
	start=$(now)
	"${@:2}"
	wait_for $(($1 + 5)) none_shown || return
	local took=$(($(now) - start))
	echo "gone after $took ms"
	[ $took -ge $(($1 * 1000 - 250)) ] && [ $took -le $(($1 * 1000 + 3000)) ]
}

none_shown()
{
	! nat -j flow show | grep src
}

# inside WORDS..., outside WORDS...: one packet of the flow each
inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$@" src=$C1 dst=$HOLE
}

outside()
{
	pkt send "$rt/wan" "$gw/ext" "$@" src=$HOLE dst=$EIP
}

# begin WORDS...: from inside, and seen outside; sets PORT, that on the wire
begin()
{
	pkt clear
	inside "$@"
	pkt wait wan src=$EIP dst=$HOLE
	PORT=$(pkt field wan sport src=$EIP dst=$HOLE)
}

udp()
{
	local first
	begin udp sport=7000 dport=53
	first=$PORT
	outside udp sport=53 dport="$PORT" data=intime
	check "an answer in time is let in" pkt wait c1 data=intime

	# Three times half of the time-out: longer than it in all
	for _ in 1 2 3; do
		sleep 2
		begin udp sport=7000 dport=53
	done
	check_is "packets keep the flow, and its port, alive" "$first" "$PORT"
	check "no packet: the UDP flow ends in time" lives 4 \
		begin udp sport=7000 dport=53
	too_late udp sport=53
	check "the end is counted" wait_for 5 counter_is flows-idle -eq 1
	check "echo flows end too" lives 2 inside echo id=7
}

# too_late WORDS...: an answer now is not the flow's any more. To be asked at
# once: the flow's memory may live on for a second.
too_late()
{
	local host=$TO_LOCAL
	outside "$@" dport="$PORT"
	check "a late answer of $1 is the host's" \
		wait_for 5 counter_is packets-to-local -gt "$host"
	check "it does not reach the client" pkt none c1 src=$HOLE
	TO_LOCAL=$(counter packets-to-local)
}

# tcp_state STATE LIMIT: that it has, and no longer to go than its time-out
tcp_state()
{
	local state expires
	state=$(flow state proto tcp)
	expires=$(flow expires proto tcp)
	echo "$state, $expires s to go"
	[ "$state" = "$1" ] && [ "$expires" -le "$2" ]
}

handshake()
{
	begin tcp sport=7100 dport=80 flags=S seq=100
	check "a SYN opens" tcp_state tcp-opening 3
	outside tcp sport=80 dport="$PORT" flags=SA seq=500 ack=101
	pkt wait c1 flags=SA
	inside tcp sport=7100 dport=80 flags=A seq=101 ack=501
	pkt wait wan flags=A
	check "after the handshake it is established" \
		tcp_state tcp-established 100
	check "and outlives the opening time-out" \
		[ "$(flow expires proto tcp)" -gt 10 ]
}

tcp()
{
	check "a SYN alone ends in time" lives 3 \
		begin tcp sport=7099 dport=80 flags=S
	too_late tcp sport=80 flags=SA
	handshake
	inside tcp sport=7100 dport=80 flags=FA seq=101 ack=501
	outside tcp sport=80 dport="$PORT" flags=FA seq=501 ack=102
	pkt wait c1 flags=FA
	check "after FIN it is closing" tcp_state tcp-closing 3
	check "and ends in time" lives 3 \
		inside tcp sport=7100 dport=80 flags=A seq=102 ack=502

	handshake
	outside tcp sport=80 dport="$PORT" flags=RA seq=501 ack=101
	pkt wait c1 flags=RA
	check "after RST it is reset" tcp_state tcp-reset 3
	check "attempts are counted" counter_is tcp-attempts -eq 3
	check "connections are counted" counter_is tcp-established -eq 2
}

need
ktap_plan 21
two_armed
# No socket of c1 knows the crafted packets; its kernel would reset them.
on "$c1" nft -f - <<END
table ip quiet {
	chain output {
		type filter hook output priority filter
		tcp flags & rst == rst drop
	}
}
END
gateway udp 4 icmp 2 tcp-opening 3 tcp-established 100 tcp-closing 3
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
TO_LOCAL=0
udp
tcp
ktap_finish
