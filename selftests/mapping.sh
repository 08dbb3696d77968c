#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the external port of an inside endpoint depends on: nothing, the
# destination's address, or its port too; for each protocol.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

HOLE2=198.51.100.71
EI="endpoint-independent"
AD="address-dependent"
APD="address-and-port-dependent"

# set_mapping WORDS...: options, for flows that are all new
set_mapping()
{
	nat gateway set g "$@"
	nat flow flush all >/dev/null
}

# X_ends PORT: how servers see that port of c1: two ports of one, and another
udp_ends()
{
	local to
	pkt udp client "$c1" bind=$C1:"$1"
	for to in a:$S1:53 b:$S1:54 c:$S2:53; do
		pkt put client to=${to#*:} data=udp
		pkt take ${to%%:*} data=udp
	done
}

tcp_ends()
{
	local to
	for to in d:$S1:80 e:$S1:81 f:$S2:80; do
		pkt tcp client.$to "$c1" bind=$C1:"$1" to=${to#*:} >/dev/null
		pkt accept ${to%%:*} conn.$to
	done
	for to in d:$S1:80 e:$S1:81 f:$S2:80; do
		pkt close client.$to conn.$to
	done
}

# A query has no destination port.
icmp_ends()
{
	pkt clear wan
	pkt send "$c1/eth0" "$gw/in1" echo src=$C1 dst=$HOLE id="$1"
	pkt send "$c1/eth0" "$gw/in1" echo src=$C1 dst=$HOLE2 id="$1"
	pkt wait wan n=2 type=8 && pkt field wan id dst=$HOLE &&
		pkt field wan id dst=$HOLE && pkt field wan id dst=$HOLE2
}

# depends PROTOCOL PORT: on what, as seen of that port of c1
depends()
{
	local ends
	mapfile -t ends < <("$1_ends" "$2")
	if [ "${ends[0]}" != "${ends[1]}" ]; then
		echo $APD
	elif [ "${ends[0]}" != "${ends[2]}" ]; then
		echo $AD
	else
		echo $EI
	fi
}

# is PROTOCOL WANTED: that is what it depends on. A second look where it seems
# otherwise, as ports that have nothing to do with each other may be the same.
is()
{
	[ "$(depends "$1" 6000)" = "$2" ] || [ "$(depends "$1" 6002)" = "$2" ]
}

classes()
{
	set_mapping mapping $EI
	check "U1 one UDP port for every destination" is udp $EI
	check "T1 one TCP port for every destination" is tcp $EI
	check "I1 one query identifier for every destination" is icmp $EI
	check "checksums are right at the server" pkt sums s1 src=$EIP
	set_mapping mapping $AD
	check "a UDP port for each address" is udp $AD
	check "a TCP port for each address" is tcp $AD
	check "a query identifier for each address" is icmp $AD
	set_mapping mapping $APD
	check "a UDP port for each destination" is udp $APD
	check "a TCP port for each destination" is tcp $APD
}

protocols()
{
	set_mapping tcp-mapping $EI udp-mapping $APD
	check "Q6 tcp-mapping is for TCP" is tcp $EI
	check "Q6 and not for UDP" is udp $APD
	check "Q6 nor for queries" is icmp $AD
	set_mapping tcp-mapping $APD udp-mapping $EI
	check "Q6 udp-mapping is for UDP" is udp $EI
	check "Q6 and for queries" is icmp $EI
	check "Q6 but not for TCP" is tcp $APD
}

profiles()
{
	set_mapping profile rfc
	check "U1 profile rfc: one UDP port" is udp $EI
	check "T1 profile rfc: one TCP port" is tcp $EI
	check "I1 profile rfc: one query identifier" is icmp $EI
	set_mapping profile aws
	check "profile aws: a UDP port for each destination" is udp $APD
	check "profile aws: a TCP port for each destination" is tcp $APD
}

need
ktap_plan 29
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture s1 "$s1/eth0"
pkt udp a "$s1" bind=$S1:53
pkt udp b "$s1" bind=$S1:54
pkt udp c "$s2" bind=$S2:53
pkt listen d "$s1" $S1:80
pkt listen e "$s1" $S1:81
pkt listen f "$s2" $S2:80
both_offloads classes
protocols
profiles
ktap_finish
