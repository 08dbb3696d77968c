#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The largest segment that a SYN offers is lowered to what the path can carry, in
# both directions, wherever the option is; nothing else changes.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The client of crafted packets is an address behind c1.
. ./lib.sh

IN=10.0.16.2
SPORT=7000

# TCP options with 1460 (05b4), and what 1300 (0514) makes of them; blanks are for
# the eye
options()
{
	local most=080a0000000100000000030307040201010101
	most=${most}01010101010101010101010101010101
	cat <<-END
		alone|020405b4|02040514
		behind another|0402 020405b4 0101|0402 02040514 0101
		at an odd offset|01 020405b4 000000|01 02040514 000000
		behind an odd one|030307 020405b4 01|030307 02040514 01
		at the end of forty bytes|$most 020405b4 01|$most 02040514 01
		of fewer bytes|020404b0|020404b0
		of as many bytes|02040514|02040514
		of another kind|01010402|01010402
		behind the end of all|00000000 020405b4|00000000 020405b4
		cut off after its kind|010101 02|010101 02
		cut off after its length|0101 0204|0101 0204
		cut off in its value|01 020405|01 020405
		with a wrong length|020305b4|020305b4
		behind one without a length|0300 020405b4 0101|0300 020405b4 0101
		behind one that is too long|03ff 020405b4 0101|03ff 020405b4 0101
	END
}

# syn BEFORE AFTER: from the client, with these options
syn()
{
	SPORT=$((SPORT + 1))
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" tcp src=$IN dst=$HOLE sport=$SPORT \
		dport=80 flags=S seq=1000 tcpopt="$1" len=7
	pkt wait wan src=$EIP dst=$HOLE flags=S len=7 && pkt sums wan &&
		pkt wait wan tcpopt="$2" within=0
}

# syn_ack BEFORE AFTER: the answer to it
syn_ack()
{
	pkt send "$rt/wan" "$gw/ext" tcp src=$HOLE dst=$EIP sport=80 \
		dport="$(pkt field wan sport)" flags=SA seq=5000 ack=1001 \
		tcpopt="$1"
	pkt wait c1 src=$HOLE dst=$IN flags=SA && pkt sums c1 &&
		pkt wait c1 tcpopt="$2" within=0
}

number()
{
	local text before after
	nat gateway set g mss 1300
	while IFS='|' read -r text before after; do
		check "SYN, MSS option $text" syn "${before// }" "${after// }"
		check "SYN-ACK, MSS option $text" \
			syn_ack "${before// }" "${after// }"
	done < <(options)
	pkt send "$c1/eth0" "$gw/in1" tcp src=$IN dst=$HOLE sport=$SPORT \
		dport=80 flags=A seq=1001 ack=5001 tcpopt=020405b4
	check "what is no SYN is left alone" \
		pkt wait wan flags=A tcpopt=020405b4
}

path()
{
	nat gateway set g mss pmtu
	check "mss pmtu: what fits is left alone" syn 020405b4 020405b4
	check "mss pmtu: in the SYN-ACK too" syn_ack 020405b4 020405b4
	ip -n "$gw" route change default via $RT mtu 1240
	check "mss pmtu: a route's MTU limits the SYN" syn 020405b4 020404b0
	ip -n "$gw" route change default via $RT
	ip -n "$gw" link set ext mtu 1300
	ip -n "$rt" link set wan mtu 1300
	check "mss pmtu: the uplink's limits it" syn 020405b4 020404ec
	check "mss pmtu: and the SYN-ACK" syn_ack 020405b4 020404ec
	ip -n "$gw" link set in1 mtu 1240
	check "mss pmtu: so does that of where it came in" \
		syn 020405b4 020404b0
	ip -n "$gw" link set in1 mtu 1500
	nat gateway set g mss off
	check "mss off: it is left alone" syn 020405b4 020405b4
	check "mss off: in the SYN-ACK too" syn_ack 020405b4 020405b4
}

# A path of which nobody is told that it takes 1300 bytes only
quiet()
{
	on "$1" nft -f - <<-END
		table ip quiet {
			chain output {
				type filter hook output priority filter
				icmp type destination-unreachable drop
			}
		}
	END
}

lost()
{
	pkt tcp client "$c1" to=$S1:80 >"$TMP/log"
	pkt accept server session >"$TMP/log"
	pkt put client len=5000
	refute "mss off: large packets do not get through" \
		pkt take session len=5000 within=1
	pkt close client session
}

through()
{
	check "mss pmtu: a file gets through, up and down" \
		transfer "$c1" "$s1" $S1
	check "no packet of it was too large" small
}

small()
{
	pkt none s1 total=1301..65535 && pkt none c1 total=1301..65535
}

need socat ss
ktap_plan 44
two_armed
ip -n "$gw" route add 10.0.16.0/20 via $C1
gateway
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/eth0"
pkt capture wan "$rt/wan"
pkt listen server "$s1" $S1:80
number
path
quiet "$gw"
quiet "$rt"
lost
nat gateway set g mss pmtu
both_offloads through
ktap_finish
