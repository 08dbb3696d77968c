#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The port of a flow that has ended is kept from others for as long as hold-*
# says, by how the flow ended, and then given again.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# But for a few ports all are the host's own, so that what is free is given.
. ./lib.sh

HOLE2=198.51.100.71
OFF="hold-udp 0 hold-opening 0 hold-fin 0 hold-rst 0"

now()
{
	date +%s%3N
}

# only FIRST LAST: these ports are for the gateway
only()
{
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports="1024-$(($1 - 1)),\
$(($2 + 1))-65535"
}

# inside WORDS..., outside WORDS...: a packet of c1's flow, from either end
inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$@" src=$C1 dst=$HOLE sport=7000 dport=80
}

outside()
{
	pkt send "$rt/wan" "$gw/ext" "$@" src=$HOLE dst=$EIP sport=80 \
		dport=40000
}

# other: a packet of c2 has the port
TRY=0
other()
{
	TRY=$((TRY + 1))
	pkt send "$c2/eth0" "$gw/in2" "$PROTO" src=$C2 dst=$HOLE dport=80 \
		data=try$TRY
	pkt wait wan within=0.3 src=$EIP sport=40000 data=try$TRY
}

### how a flow ends ###########################################################

udp()
{
	PROTO=udp
	inside udp
	ends udp
}

# ends STATE: c1's flow has come to that state, and ends
ends()
{
	wait_for 5 state "$1"
	nat flow flush all >/dev/null
	ENDED=$(now)
}

state()
{
	[ "$(flow state src $C1)" = "$1" ]
}

opening()
{
	PROTO=tcp
	inside tcp flags=S seq=100
	ends tcp-opening
}

established()
{
	PROTO=tcp
	inside tcp flags=S seq=100
	outside tcp flags=SA seq=500 ack=101
	inside tcp flags=A seq=101 ack=501
}

fin()
{
	established
	inside tcp flags=FA seq=101 ack=501
	outside tcp flags=FA seq=501 ack=102
	ends tcp-closing
}

rst()
{
	established
	inside tcp flags=RA seq=101 ack=501
	ends tcp-reset
}

### each of them ##############################################################

# freed: others get the port two seconds after the end, and not much later
freed()
{
	wait_for 10 other || return
	local took=$(($(now) - ENDED))
	echo "after $took ms"
	[ $took -ge 1750 ] && [ $took -le 6000 ]
}

# again: all is over, and no port held
again()
{
	# shellcheck disable=SC2086 # words are words
	nat gateway set g $OFF
	nat flow flush all >/dev/null
	wait_for 10 marked 0
}

# marked NUMBER: so many ports are marked, each of them as something has it
marked()
{
	nat -j port show | tee "$TMP/ports"
	[ "$(values taken <"$TMP/ports" | awk '{ n += $1 } END { print n + 0 }')" \
		-eq "$1" ] && ! values stale <"$TMP/ports" | grep -v '^0$'
}

# each MAPPING KIND...: of flows with that mapping
each()
{
	local kind
	MAPPING=$1
	usual
	for kind in "${@:2}"; do
		again
		nat gateway set g hold-$kind 2
		$kind
		refute "G8 $MAPPING: hold-$kind keeps a port from others" other
		check "and lets it go after that time" freed
		again
		# shellcheck disable=SC2086 # words are words
		nat gateway set g ${OFF// 0/ 900}
		nat gateway set g hold-$kind 0
		$kind
		check "hold-$kind 0 does not, whatever the others say" other
		# What is held now would be for long.
		usual
	done
}

# usual: a gateway like new
usual()
{
	nat gateway del g 2>/dev/null || :
	# shellcheck disable=SC2086 # words are words
	gateway $OFF mapping "$MAPPING" filtering "$MAPPING" unsolicited drop
}

### what it means #############################################################

meaning()
{
	local before
	usual
	nat gateway set g hold-udp 900
	udp
	check "$MAPPING: a held port is no flow" flows -eq 0
	before=$(counter destination-drop-unsolicited)
	outside udp data=late
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE2 dst=$EIP dport=40000 \
		data=late
	check "what comes for it is unsolicited" wait_for 5 counter_is \
		destination-drop-unsolicited -eq $((before + 2))
	check "and does not reach who had it" pkt none c1 data=late
	refute "nor does anybody else have it" other
	check "what is marked is held" marked 1
}

# Three ports, of which two can be held
most()
{
	local before
	usual
	only 40000 40002
	nat gateway set g hold-udp 900 hold-max 2
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000..7002
	wait_for 5 flows -eq 3
	nat flow flush all >/dev/null
	before=$(counter source-drop-no-port)
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport=1..3
	check "no more than hold-max ports are held" wait_for 5 counter_is \
		source-drop-no-port -eq $((before + 2))
	check "the others are free" flows -eq 1 src $C2
	nat gateway set g hold-max 0
	nat flow flush all >/dev/null
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport=4..6
	check "hold-max 0 holds none from then on" wait_for 5 flows -eq 1 src $C2
	only 40000 40000
}

### who had it goes ###########################################################

# held: a port is, and at the end of the script still is
held()
{
	nat gateway set g hold-udp 900 hold-max 10
	udp
	! other >/dev/null
}

gone()
{
	usual
	held
	check "a gateway can go while it holds ports" nat gateway del g
	usual
	check "they are free for the next" udp_out

	again
	nat address add gateway g eip $EIP2
	nat gateway set g hold-udp 900
	nat rule add gateway g address $EIP2
	at_second
	nat flow flush all >/dev/null
	refute "an address holds ports of its own" at_second
	nat rule del gateway g pref 10
	check "it can go meanwhile" nat address del gateway g eip $EIP2
	nat address add gateway g eip $EIP2
	nat rule add gateway g address $EIP2
	check "they are free when it is back" at_second
	nat flow flush all >/dev/null
	nat rule del gateway g pref 10
	nat address del gateway g eip $EIP2 drain 900
	check "held ports do not keep one that drains" wait_for 5 only_eip
	check "nothing is left marked" marked 0
	check "a namespace can go too" held
}

udp_out()
{
	PROTO=udp
	other
}

# at_second: a flow of c2 at the second address
at_second()
{
	TRY=$((TRY + 1))
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport=$TRY \
		data=try$TRY
	pkt wait wan within=0.5 src=$EIP2 sport=40000 data=try$TRY
}

need
ktap_plan 36
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
pkt capture wan "$rt/wan"
pkt capture c1 "$c1/eth0"
only 40000 40000
each address-and-port-dependent udp opening fin rst
meaning
each endpoint-independent udp
meaning
most
gone
ktap_finish
