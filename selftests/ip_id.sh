#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets that may be fragmented leave with identifications of the gateway's own,
# or the fragments of two clients could not be told apart behind it.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The clients are addresses behind c1 and c2, which answer nothing by themselves.
. ./lib.sh

IN=10.0.16.2
IN2=10.0.32.2
SAME=4711

# one KIND WORDS...: from one client, other KIND WORDS...: from the other
one()
{
	pkt send "$c1/eth0" "$gw/in1" "$1" src=$IN dst=$HOLE ipid=$SAME "${@:2}"
}

other()
{
	pkt send "$c2/eth0" "$gw/in2" "$1" src=$IN2 dst=$HOLE ipid=$SAME "${@:2}"
}

# distinct CAPTURE NUMBER FILTER...: so many packets, and as many identifications
distinct()
{
	local ids
	pkt wait "$1" n="$2" "${@:3}"
	ids=$(pkt field "$1" ipid "${@:3}" | sort -u | wc -l)
	echo "$ids different"
	[ "$ids" -eq "$(pkt count "$1" "${@:3}")" ]
}

fresh()
{
	one udp sport=7000..7099
	other udp sport=7000..7099
	check "Q12 two clients with one identification have many" \
		distinct wan 200 src=$EIP proto=udp
	one tcp sport=7000..7009
	other tcp sport=7000..7009
	check "Q12 TCP too" distinct wan 20 src=$EIP proto=tcp
	one echo id=7
	other echo id=7
	check "Q12 and ICMP" distinct wan 2 src=$EIP proto=icmp
	check "checksums are right" pkt sums wan
}

kept()
{
	pkt clear
	one udp df=1 data=whole
	check "what is never fragmented keeps its own" \
		pkt wait wan src=$EIP data=whole ipid=$SAME df=1
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE dst=$EIP sport=5000 \
		ipid=99 dport="$(pkt field wan sport)" data=answer
	check "so does what comes in" \
		pkt wait c1 src=$HOLE dst=$IN data=answer ipid=99
	nat gateway set g unique-ip-id off
	one udp data=off
	check "unique-ip-id off: so does all" \
		pkt wait wan src=$EIP data=off ipid=$SAME
	nat gateway set g unique-ip-id on
}

# Two clients send to a third by its external endpoint.
turned()
{
	local port
	nat gateway set g mapping endpoint-independent \
		filtering endpoint-independent hairpin on
	pkt clear
	one udp sport=7200
	pkt wait wan src=$EIP
	port=$(pkt field wan sport src=$EIP)
	other udp dst=$EIP sport=7000..7009 dport="$port"
	other udp src=10.0.32.3 dst=$EIP sport=7000..7009 dport="$port"
	check "Q12 towards a third client too" distinct c1 20 dst=$IN
	check "checksums are right there" pkt sums c1
	nat gateway set g profile aws unique-ip-id on
	nat flow flush all >/dev/null
}

# text LETTER: 3000 of it
text()
{
	printf "$1%.0s" {1..3000}
}

# Without checksum, so that the server would take a mixture.
fragmented()
{
	local port big=("dst=$S1" sport=7000 dport=53 csum=0 fragment=1480)
	one udp "${big[@]}" data="$(text A)" order=1
	other udp "${big[@]}" data="$(text B)" order=2
	one udp "${big[@]}" data="$(text A)" order=32
	other udp "${big[@]}" data="$(text B)" order=13
	check "Q12 fragments of two clients arrive whole, the one's" \
		pkt take server data="$(text A)"
	check "Q12 and the other's" pkt take server data="$(text B)"

	# Now the first fragment of the one gets lost on the way.
	port=$(flow wire-port src $IN dst $S1)
	on "$rt" nft -f - <<-END
		table ip lossy {
			chain in {
				type filter hook prerouting priority raw
				udp sport $port ip frag-off & 0x3fff == 0x2000 counter drop
			}
		}
	END
	one udp "${big[@]}" data="$(text C)"
	other udp "${big[@]}" data="$(text D)"
	check "Q12 what is left of one is not put together with the other" \
		pkt take server data="$(text D)"
	check "it was the first fragment that was lost" \
		grep -q 'packets 1 ' <(on "$rt" nft list table ip lossy)
}

# A client that does not discover path MTUs; what leaves it may be segmented later
segments()
{
	check "a file arrives unharmed" transfer "$c1" "$s1" $S1
	check "Q12 its segments have one each" \
		distinct s1 700 src=$EIP df=0
	check "checksums are right" pkt sums s1
}

need socat ss
ktap_plan 19
two_armed
ip -n "$gw" route add 10.0.16.0/20 via $C1
ip -n "$gw" route add 10.0.32.0/20 via $C2
on "$c1" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
gateway unique-ip-id on
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/eth0"
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53
fresh
kept
turned
fragmented
both_offloads segments
ktap_finish
