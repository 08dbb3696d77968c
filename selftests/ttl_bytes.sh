#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Forwarding takes one from the time to live; translation replaces address,
# port and checksums. Every other byte of a packet stays, both ways.
#
#   c1 --- in1 gw ext --- wan rt     (two_armed in lib.sh)
. ./lib.sh

# Packets whose bytes somebody might be tempted to change
outgoing()
{
	cat <<-END
		udp tos=0xb8 ipid=0 len=33
		udp tos=3 ipid=65535 df=1 len=1
		udp ttl=255 data=
		udp ttl=2 len=1472
		udp options=01010100 len=64
		udp csum=0 len=10
		udp pad=17 data=x
		tcp flags=SEC tcpopt=020405b40402080a0000000100000000
		tcp flags=PA sport=7100 seq=4294967295 ack=77 len=999
		tcp flags=PAU sport=7101 tos=0x10 df=1 data=urgent
		echo id=7200 tos=8 len=57
		echo id=7201 options=94040000 data=x
	END
}

incoming()
{
	cat <<-END
		udp tos=0xb8 ipid=0 len=33
		udp tos=3 df=1 ttl=2 len=1400
		udp options=01010100 ttl=255 data=
		udp csum=0 len=11
	END
}

outward()
{
	local words
	while read -r words; do
		pkt clear
		# shellcheck disable=SC2086 # words are words
		pkt send "$c1/eth0" "$gw/in1" $words src=$C1 dst=$HOLE
		pkt wait wan dst=$HOLE
		check "out: $words" pkt same in1 wan leave="$(named "$words" s)" \
			hops=1 dst=$HOLE
	done < <(outgoing)
}

# named WORDS s|d: the fields that translation replaces in this kind of packet
named()
{
	case $1,$2 in
	echo*,s) echo src,id ;;
	*,s) echo src,sport ;;
	*,d) echo dst,dport ;;
	esac
}

inward()
{
	local words port
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7300
	pkt wait wan dst=$HOLE
	port=$(pkt field wan sport dst=$HOLE)
	while read -r words; do
		pkt clear
		# shellcheck disable=SC2086
		pkt send "$rt/wan" "$gw/ext" $words src=$HOLE dst=$EIP \
			sport=5000 dport="$port"
		pkt wait c1 src=$HOLE dst=$C1
		check "in: $words" pkt same ext c1 leave="$(named "$words" d)" \
			hops=1 src=$HOLE
		check "in: its checksums are right" pkt sums c1 src=$HOLE
	done < <(incoming)
}

last_hop()
{
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7400 ttl=1
	check "a packet whose time ends at the gateway is answered" \
		pkt wait c1 src=10.0.1.1 type=11 q.src=$C1 q.sport=7400
	check "and does not leave" pkt none wan dst=$HOLE
}

need
ktap_plan 23
two_armed
gateway midstream accept
pkt capture c1 "$c1/eth0"
pkt capture in1 "$gw/in1"
pkt capture ext "$gw/ext"
pkt capture wan "$rt/wan"
outward
check "all their checksums were right" pkt sums wan
inward
last_hop
ktap_finish
