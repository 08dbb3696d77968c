#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An external port is like the inside one, even or odd and below 1024 or not,
# where options ask for that and as long as there is such a port. Ports that the
# host wants for itself are given to nobody.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

HOLE2=198.51.100.71
HOLE3=198.51.100.72

# send KIND FIRST..LAST [DESTINATION]: a packet of c1 from each of these ports
send()
{
	pkt send "$c1/eth0" "$gw/in1" "$1" src=$C1 sport="$2" dst="${3:-$HOLE}"
}

# reserve PORTS: keep the gateway from them
reserve()
{
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports="$1"
}

# pairs FILTER...: inside and external port of each flow
pairs()
{
	nat -j flow show "$@" >"$TMP/flows"
	paste <(values sport <"$TMP/flows") <(values wire-port <"$TMP/flows")
}

# number CONDITION FILTER...: of flows with inside port $1 and external port $2
number()
{
	pairs "${@:2}" | awk "$1" | wc -l
}

ODD='($1 + $2) % 2'		# one is even, the other odd
LOW='$2 < 1024'
HIGH='$2 >= 1024'

### options ###################################################################

# all NUMBER FIRST..LAST: that many flows of UDP and of TCP
all()
{
	nat flow flush all >/dev/null
	send udp "$2"
	send tcp "$2"
	wait_for 10 flows -eq $((2 * $1))
}

options()
{
	all 300 20000..20299
	check "without port-parity ports are even or odd by chance" \
		[ "$(number "$ODD")" -gt 100 ]
	nat gateway set g port-parity on
	all 300 20000..20299
	check_is "U4 an even port stays even, an odd one odd" 0 \
		"$(number "$ODD")"
	check_is "U3a P1 from 1024 on" 600 "$(number "$HIGH")"
	all 300 500..799
	check_is "without port-class this goes for those below too" 600 \
		"$(number "$HIGH")"

	nat gateway set g port-parity off port-class on
	all 300 500..799
	check_is "U3a a port below 1024 stays below" 600 "$(number "$LOW")"
	check "but may be even or odd" [ "$(number "$ODD")" -gt 100 ]
	all 300 20000..20299
	check_is "U3a one from 1024 on stays there" 600 "$(number "$HIGH")"

	# Of this profile is hold-udp, too.
	nat flow flush all >/dev/null
	nat gateway set g profile rfc
	all 150 1000..1149
	check_is "U4 profile rfc" 0 "$(number "$ODD")"
	check_is "U3a profile rfc" 48 "$(number "$LOW")"
	check_is "U3a profile rfc: both classes" 252 "$(number "$HIGH")"
	nat gateway set g profile aws port-parity on port-class on
}

### when there are no more ####################################################

full()
{
	nat flow flush all >/dev/null
	send udp 1..1023
	check "every port below 1024 is given" wait_for 20 flows -eq 1023
	check_is "each to a port like it" "1023 0" \
		"$(number "$LOW") $(number "$ODD")"
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 sport=500..519 dst=$HOLE
	check "then others get one from 1024 on" wait_for 5 flows -eq 20 src $C2
	check_is "all of them" 20 "$(number "$HIGH" src $C2)"
	send udp 500..519 $HOLE2
	check "another destination is another matter" \
		wait_for 5 flows -eq 20 dst $HOLE2
	check_is "its ports are as they should be" "20 0" \
		"$(number "$LOW" dst $HOLE2) $(number "$ODD" dst $HOLE2)"
	check "what is marked as taken is taken" no_stale

	# No odd port below 1024 is left.
	reserve "$(seq -s, 1 2 1023)"
	send udp 500..519 $HOLE3
	check "where no odd port is left" wait_for 5 flows -eq 20 dst $HOLE3
	check_is "a port's class counts for more than its parity" 20 \
		"$(number "$LOW" dst $HOLE3)"
	check_is "the rest is even" 20 "$(number '$2 % 2 == 0' dst $HOLE3)"
	nat flow flush all >/dev/null
	check_is "nothing stays marked" "" "$(nat -j port show | values taken)"
	nat gateway set g port-parity off port-class off
}

no_stale()
{
	nat -j port show | tee "$TMP/ports"
	[ "$(values stale <"$TMP/ports" | sort -u)" = 0 ]
}

### the host's own ############################################################

# Of the ports left, the host waits for packets at some.
listeners()
{
	reserve 1024-65499
	pkt udp udp "$gw" bind=$EIP:65500
	pkt udp udp_any "$gw" bind=0.0.0.0:65501
	pkt listen tcp "$gw" $EIP:65502
	pkt listen tcp_any "$gw" 0.0.0.0:65503
	on "$gw" socat -u TCP6-LISTEN:65504,fork OPEN:/dev/null &
	wait_for 10 listening "$gw" 65504
}


host()
{
	local before
	nat flow flush all >/dev/null
	before=$(counter source-drop-no-port)
	send udp 7000..7049
	send tcp 7000..7049
	check "P1 no port is left out but the host's" \
		wait_for 5 counter_is source-drop-no-port \
		-eq $((before + 100 - 34 - 33))
	check_is "P1 UDP gets none that is reserved or waited on" \
		"$(seq 65502 65535 | xargs)" "$(ports udp)"
	check_is "P1 neither does TCP" "65500 65501 $(seq 65505 65535 | xargs)" \
		"$(ports tcp)"
	check "what is marked as taken is taken" no_stale
	pkt udp visitor "$s2" bind=$S2:4000
	pkt put visitor to=$EIP:65500 data=hello
	check "a UDP socket of the host goes on to receive" \
		pkt take udp data=hello from=$S2
	pkt put visitor to=$EIP:65501 data=hello
	check "one of any address too" pkt take udp_any data=hello from=$S2
	check "a listener accepts" pkt tcp visitor "$s2" to=$EIP:65502
	check "one of any address too" pkt tcp visitor "$s2" to=$EIP:65503
	check "and one of both IP versions" pkt tcp visitor "$s2" to=$EIP:65504
}

ports()
{
	flow wire-port proto "$1" src $C1 | sort -n | xargs
}

# The host may begin to listen on a port that a mapping has.
late()
{
	local port
	pkt close tcp udp
	nat flow flush all >/dev/null
	pkt clear
	send udp 7000
	pkt wait wan src=$EIP dst=$HOLE
	port=$(pkt field wan sport src=$EIP dst=$HOLE)
	pkt udp late "$gw" bind=$EIP:"$port"
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE2 dst=$EIP dport="$port" \
		data=stranger
	check "a socket that came later receives what is not for the flow" \
		pkt take late data=stranger from=$HOLE2
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE sport=5000 dst=$EIP \
		dport="$port" data=answer
	check "the flow gets its answers" pkt wait c1 data=answer
	check "and nothing else" pkt none c1 data=stranger
}

### in the way ################################################################

# An inside host behind the uplink sends to ports of the address, which for once is none
# of the host's. What it begins looks like the answers that others would get from it.
in_the_way()
{
	local c3=10.0.9.9
	nat flow flush all >/dev/null
	ip -n "$gw" route add $c3 via $RT
	ip -n "$gw" addr del $EIP/24 dev ext
	nat gateway set g port-class on
	pkt send "$rt/wan" "$gw/ext" udp src=$c3 sport=53 dst=$EIP dport=1..1023
	check "an inside host behind the uplink sends to each port below 1024" \
		wait_for 20 flows -eq 1023 src $c3
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 sport=500 dst=$c3 dport=53
	check "towards it none of them can be had" wait_for 5 flows -eq 1 src $C1
	check_is "so it is another" 1 "$(number "$HIGH" src $C1)"
	nat flow flush src $c3 >/dev/null
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 sport=501..520 dst=$c3 dport=53
	check "afterwards they can" wait_for 5 flows -eq 21 src $C1
	check_is "all of them" 20 "$(number "$LOW" src $C1)"
	nat flow flush all >/dev/null
	check_is "nothing stays marked" "" "$(nat -j port show | values taken)"
	ip -n "$gw" addr add $EIP/24 dev ext
	ip -n "$gw" route del $c3
	nat gateway set g port-class off
}

need socat ss
ktap_plan 48
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture c1 "$c1/eth0"
options
full
in_the_way
listeners
host
nat gateway set g mapping endpoint-independent filtering endpoint-independent
host
late
ktap_finish
