#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whose the external port of a mapping is, and for how long: another endpoint
# never has it meanwhile, and can have it afterwards.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#               |      |
#              ext2 --- wan2            (a second uplink, for the last part)
. ./lib.sh

HOLE2=198.51.100.71
HOLE3=198.51.100.72
HOLE4=198.51.100.73
EIP_B=192.0.2.10
EI="endpoint-independent"
AD="address-dependent"
APD="address-and-port-dependent"

# set_mapping WORDS...: options, for flows that are all new
set_mapping()
{
	nat gateway set g "$@"
	nat flow flush all >/dev/null
}

### whose it is ###############################################################

# only PORT: all other ports are this host's own
only()
{
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports="${1:+\
1024-$(($1 - 1)),$(($1 + 1))-65535}"
}

# from c1|c2 KIND WORDS...: a packet of that client
TRY=0
from()
{
	local place=("$c1/eth0" "$gw/in1" "$2" "src=$C1")
	[ "$1" = c1 ] || place=("$c2/eth0" "$gw/in2" "$2" "src=$C2")
	TRY=$((TRY + 1))
	pkt send "${place[@]}" "${@:3}" data=try$TRY
}

# gets ADDRESS PORT c1|c2 KIND WORDS...: that packet has this source outside
gets()
{
	from "${@:3}"
	pkt wait wan src="$1" sport="$2" data=try$TRY
}

# refused c1|c2 KIND WORDS...: that packet does not get out, for want of a port
refused()
{
	local before
	before=$(counter source-drop-no-port)
	from "$@"
	wait_for 5 counter_is source-drop-no-port -eq $((before + 1)) &&
		pkt none wan data=try$TRY
}

overloading()
{
	only 40000
	set_mapping mapping $EI
	check "the only port is given" gets $EIP 40000 c1 udp dst=$HOLE
	check "for another destination it is given again" \
		gets $EIP 40000 c1 udp dst=$HOLE2
	# Nobody has sent to these yet, so the port is taken for its mapping alone.
	check "U3 not to another client" refused c2 udp dst=$HOLE3 dport=7
	check "U3 nor to another port of the same client" \
		refused c1 udp dst=$HOLE4 dport=7 sport=7
	check "Q6 the same endpoint of TCP has a port of its own" \
		gets $EIP 40000 c1 tcp dst=$HOLE
	check "T7 it is nobody else's either" refused c2 tcp dst=$HOLE2
	nat flow flush proto udp >/dev/null
	check "Q6 when UDP has given it back, others can have it" \
		gets $EIP 40000 c2 udp dst=$HOLE
	check "Q6 and TCP's is not free for that" refused c2 tcp dst=$HOLE

	set_mapping mapping $AD
	check "address-dependent: the only port is given" \
		gets $EIP 40000 c1 udp dst=$HOLE
	check "not to others towards that address" \
		refused c2 udp dst=$HOLE dport=7
	check "Q4 to others towards another address" \
		gets $EIP 40000 c2 udp dst=$HOLE2

	set_mapping mapping $APD
	check "address-and-port-dependent: the only port is given" \
		gets $EIP 40000 c1 udp dst=$HOLE
	check "not to others towards that destination" refused c2 udp dst=$HOLE
	check "Q4 to others towards another port" \
		gets $EIP 40000 c2 udp dst=$HOLE dport=7
}

host()
{
	set_mapping mapping $EI
	pkt udp own "$gw" bind=$EIP:40000
	pkt put own to=$S1:53 data=mine
	check_is "this host's own query keeps its port" $EIP:40000 \
		"$(pkt take a data=mine)"
	check "no client gets it, for whatever destination" \
		refused c1 udp dst=$HOLE
	pkt reply a data=yours
	check "the answer is the host's" pkt take own data=yours
	pkt close own
}

### for how long ##############################################################

# goes_on SECONDS: c1 speaks to one destination until its flow to the other ends
goes_on()
{
	local end=$((SECONDS + $1))
	while flows -ne 0 dst $HOLE2; do
		[ "$SECONDS" -le "$end" ] || return
		gets $EIP 40000 c1 udp dst=$HOLE || return
	done
}

lifetime()
{
	set_mapping mapping $EI
	from c1 udp dst=$HOLE
	from c1 udp dst=$HOLE2
	nat flow flush dst $HOLE >/dev/null
	check "a mapping outlives the first of its flows" \
		refused c2 udp dst=$HOLE
	nat flow flush dst $HOLE2 >/dev/null
	check "it ends with the last" gets $EIP 40000 c2 udp dst=$HOLE

	set_mapping udp 3
	from c1 udp dst=$HOLE
	from c1 udp dst=$HOLE2
	check "an idle flow ends while another is used" goes_on 20
	check "the mapping goes on" refused c2 udp dst=$HOLE
	check "and is there for a new flow" gets $EIP 40000 c1 udp dst=$HOLE2
	check "then all are idle" wait_for 15 flows -eq 0
	check "and the port is free" gets $EIP 40000 c2 udp dst=$HOLE
	nat gateway set g udp 300
}

change()
{
	local first second
	only
	set_mapping mapping $APD
	pkt udp client "$c1" bind=$C1:5000
	pkt put client to=$S1:53 data=1
	first=$(pkt take a data=1)
	nat gateway set g mapping $EI
	pkt put client to=$S1:53 data=2
	check_is "after a change a flow keeps its port" "$first" \
		"$(pkt take a data=2)"
	pkt put client to=$S2:53 data=3
	second=$(pkt take c data=3)
	pkt put client to=$S1:54 data=4
	check_is "new flows follow the change" "$second" "$(pkt take b data=4)"
	nat gateway set g mapping $APD
	pkt put client to=$S2:53 data=5
	check_is "and go on after the next" "$second" "$(pkt take c data=5)"
	pkt reply a data=6
	check "answers to the oldest still arrive" pkt take client data=6

	only 40000
	set_mapping mapping $APD
	from c2 udp dst=$HOLE
	nat gateway set g mapping $EI
	check "a mapping may have a port that older flows have" \
		gets $EIP 40000 c1 udp dst=$HOLE2
	check "but not towards their destinations" refused c1 udp dst=$HOLE
	check "where they go on" gets $EIP 40000 c2 udp dst=$HOLE
}

### two gateways ##############################################################

second_uplink()
{
	ip link add ext2 netns "$gw" type veth peer name wan2 netns "$rt"
	plug "$gw" ext2 192.0.2.2/24
	ip -n "$gw" addr add $EIP_B/24 dev ext2
	plug "$rt" wan2 192.0.2.1/24
	ip -n "$gw" route add $S2 via 192.0.2.1
	nat gateway add h dev ext2 eip $EIP_B inside 10.0.0.0/16 mapping $EI
}

two_gateways()
{
	local here there
	only
	set_mapping mapping $EI
	second_uplink
	pkt udp client "$c1" bind=$C1:5000
	pkt put client to=$S1:53 data=here
	here=$(pkt take a data=here)
	pkt put client to=$S2:53 data=there
	there=$(pkt take c data=there)
	check_is "an endpoint has a mapping at each of two gateways" \
		"$EIP $EIP_B" "${here%:*} ${there%:*}"
	pkt reply a data=hither
	check "answers arrive by one" pkt take client data=hither
	pkt reply c data=thither
	check "and by the other" pkt take client data=thither
	nat gateway del g 2>/dev/null
	pkt put client to=$S2:53 data=again
	check_is "one goes on without the other" "$there" \
		"$(pkt take c data=again)"
}

need
ktap_plan 35
two_armed
gateway
pkt capture wan "$rt/wan"
pkt udp a "$s1" bind=$S1:53
pkt udp b "$s1" bind=$S1:54
pkt udp c "$s2" bind=$S2:53
overloading
host
lifetime
change
two_gateways
ktap_finish
