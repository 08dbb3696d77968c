#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every edge of TCP's states, with the idle time that each state gives; and what
# an RST has to be like to count.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The client is an address behind c1, which answers nothing by itself.
. ./lib.sh

IN=10.0.16.2
SPORT=7000
PORT=
FORGED=0
declare -A LIMIT

# limits OPENING ESTABLISHED CLOSING: seconds that are expected from now on
limits()
{
	LIMIT=([tcp-opening]=$1 [tcp-established]=$2 [tcp-fin-inside]=$2
	       [tcp-fin-outside]=$2 [tcp-closing]=$3 [tcp-reset]=$3)
}

# in_state STATE: the flow is in it, and has just got the time of that state
in_state()
{
	local shown
	shown=$(nat -j flow show proto tcp sport "$SPORT" dst $HOLE)
	[[ $shown =~ \"state\":\"([a-z-]*)\",\"expires\":([0-9]*) ]] || return
	local state=${BASH_REMATCH[1]} expires=${BASH_REMATCH[2]}
	echo "$state, $expires s to go"
	[ "$state" = "$1" ] && [ "$expires" -le "${LIMIT[$1]}" ] &&
		[ "$expires" -gt $((LIMIT[$1] - 20)) ]
}

# inside FLAGS WORDS...: the client sends this, and it is seen outside
inside()
{
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" tcp src=$IN dst=$HOLE sport="$SPORT" \
		dport=80 flags="$1" "${@:2}"
	pkt wait wan src=$EIP dst=$HOLE flags="$1" ${PORT:+sport="$PORT"} ||
		return
	PORT=$(pkt field wan sport flags="$1")
	pkt sums wan
}

outside_sends()
{
	pkt clear
	pkt send "$rt/wan" "$gw/ext" tcp src=$HOLE dst=$EIP sport=80 \
		dport="$PORT" flags="$1" "${@:2}"
}

# outside FLAGS WORDS...: the far side sends this, and the client gets it
outside()
{
	outside_sends "$@"
	pkt wait c1 src=$HOLE dst=$IN dport="$SPORT" flags="$1" && pkt sums c1
}

# forged FLAGS WORDS...: nobody gets this
forged()
{
	FORGED=$((FORGED + 1))
	outside_sends "$@"
	wait_for 5 dropped && pkt none c1 dst=$IN
}

dropped()
{
	[[ $(nat -j stats gateway g) =~ -drop-tcp-reset\":([0-9]+) ]] &&
		[ "${BASH_REMATCH[1]}" -eq $FORGED ]
}

handshake()
{
	inside S seq=1000 && outside SA seq=5000 ack=1001 &&
		inside A seq=1001 ack=5001
}

# steps: a connection of its own for lines of WHO FLAGS STATE WORDS...: who sends
# what, and the state that the flow is in then
steps()
{
	local who flags state words
	SPORT=$((SPORT + 1))
	PORT=
	while read -r who flags state words; do
		echo "$who $flags $words"
		# shellcheck disable=SC2086 # words are words
		$who $flags $words || return
		[ -z "$state" ] || in_state "$state" || return
	done
}

walk()
{
	check "$1" steps
}

# prepare: steps that are no case of their own
prepare()
{
	steps >"$TMP/steps" && return
	diag <"$TMP/steps"
	exit 1
}

opening()
{
	walk "Q1 handshake: opening, then established" <<-END
		inside  S  tcp-opening      seq=1000
		outside SA tcp-opening      seq=5000 ack=1001
		inside  A  tcp-established  seq=1001 ack=5001
		inside  PA tcp-established  seq=1001 ack=5001 data=hello
		outside PA tcp-established  seq=5001 ack=1006 data=hello
	END
	walk "T2 a handshake with lost packets" <<-END
		inside  S  tcp-opening      seq=1000
		inside  S  tcp-opening      seq=1000
		outside SA tcp-opening      seq=5000 ack=1001
		outside SA tcp-opening      seq=5000 ack=1001
		inside  PA tcp-established  seq=1001 ack=5001 data=hello
	END
	walk "T2 simultaneous open" <<-END
		inside  S  tcp-opening      seq=1000
		outside S  tcp-opening      seq=5000
		inside  SA tcp-established  seq=1000 ack=5001
		outside SA tcp-established  seq=5000 ack=1001
		inside  A  tcp-established  seq=1001 ack=5001
	END
	walk "T2 simultaneous open, the far side's answer first" <<-END
		inside  S  tcp-opening      seq=1000
		outside S  tcp-opening      seq=5000
		outside SA tcp-opening      seq=5000 ack=1001
		inside  SA tcp-established  seq=1000 ack=5001
	END
	walk "T2 keep-alives keep it established" <<-END
		handshake
		inside  A  tcp-established  seq=1000 ack=5001
		outside A  tcp-established  seq=5001 ack=1001
		outside A  tcp-established  seq=5000 ack=1001
		inside  A  tcp-established  seq=1001 ack=5001
	END
}

closing()
{
	walk "Q1 FIN from inside, data from outside, FIN from outside" <<-END
		handshake
		inside  FA tcp-fin-inside   seq=1001 ack=5001
		outside A  tcp-fin-inside   seq=5001 ack=1002
		outside PA tcp-fin-inside   seq=5001 ack=1002 data=late
		inside  A  tcp-fin-inside   seq=1002 ack=5005
		outside FA tcp-closing      seq=5005 ack=1002
		inside  A  tcp-closing      seq=1002 ack=5006
	END
	walk "Q1 FIN from outside, data from inside, FIN from inside" <<-END
		handshake
		outside FA tcp-fin-outside  seq=5001 ack=1001
		inside  A  tcp-fin-outside  seq=1001 ack=5002
		inside  PA tcp-fin-outside  seq=1001 ack=5002 data=late
		outside A  tcp-fin-outside  seq=5002 ack=1005
		inside  FA tcp-closing      seq=1005 ack=5002
		outside A  tcp-closing      seq=5002 ack=1006
	END
	walk "Q1 FINs that cross" <<-END
		handshake
		inside  FA tcp-fin-inside   seq=1001 ack=5001
		outside FA tcp-closing      seq=5001 ack=1001
		inside  A  tcp-closing      seq=1002 ack=5002
		outside A  tcp-closing      seq=5002 ack=1002
	END
	walk "T2 FIN in place of the handshake's last ACK" <<-END
		inside  S  tcp-opening      seq=1000
		outside SA tcp-opening      seq=5000 ack=1001
		inside  FA tcp-fin-inside   seq=1001 ack=5001
	END
}

resets()
{
	walk "Q3 RST from inside, with the next number" <<-END
		handshake
		inside  R  tcp-reset        seq=1001
	END
	walk "Q3 RST from outside, with the next number" <<-END
		handshake
		outside RA tcp-reset        seq=5001 ack=1001
	END
	walk "Q3 RST from outside, behind data nobody acknowledged" <<-END
		handshake
		outside PA tcp-established  seq=5001 ack=1001 data=hello
		outside R  tcp-reset        seq=5006
	END
	walk "Q3 RST with the number that was acknowledged last" <<-END
		handshake
		outside PA tcp-established  seq=5001 ack=1001 data=hello
		outside R  tcp-reset        seq=5001
	END
	walk "Q3 RST of a half closed connection, and of a closing one" <<-END
		handshake
		inside  FA tcp-fin-inside   seq=1001 ack=5001
		outside R  tcp-reset        seq=5001
		outside FA tcp-closing      seq=5001 ack=1002
		inside  R  tcp-closing      seq=1002
	END
	walk "Q3 RST in answer to a SYN" <<-END
		inside  S  tcp-opening      seq=1000
		outside RA tcp-reset        seq=0 ack=1001
	END
	walk "Q3 RST in answer to the SYN of a client that has lost its connection" <<-END
		inside  S  tcp-opening      seq=1000
		outside SA tcp-opening      seq=3000000000 ack=1001
		inside  A  tcp-established  seq=1001 ack=3000000001
		inside  S  tcp-established  seq=500
		forged  RA tcp-established  seq=0 ack=502
		outside RA tcp-reset        seq=0 ack=501
	END
	walk "Q3 RST in answer to a SYN-ACK" <<-END
		inside  S  tcp-opening      seq=1000
		outside SA tcp-opening      seq=5000 ack=1001
		inside  R  tcp-reset        seq=1001
	END
}

wrong_resets()
{
	local ignored
	ignored=$(counter tcp-resets-ignored)
	walk "Q3 RST out of window changes nothing" <<-END
		handshake
		outside R  tcp-established  seq=5002
		outside R  tcp-established  seq=4000
		outside RA tcp-established  seq=1005001 ack=1001
		inside  R  tcp-established  seq=1500
		inside  R  tcp-established  seq=3000000000
	END
	check "such are counted" \
		counter_is tcp-resets-ignored -eq $((ignored + 5))
	walk "Q3 RST far from the window is dropped" <<-END
		handshake
		forged  R  tcp-established  seq=1105001
		forged  RA tcp-established  seq=4293872297 ack=1001
		forged  R  tcp-established  seq=2147488649
		outside PA tcp-established  seq=5001 ack=1001 data=hello
	END
	walk "Q3 data out of order makes no RST behind it valid" <<-END
		handshake
		outside PA tcp-established  seq=9000 ack=1001 data=forged
		outside R  tcp-established  seq=9006
	END
	walk "Q3 RST that acknowledges no SYN of the client is dropped" <<-END
		inside  S  tcp-opening      seq=1000
		forged  RA tcp-opening      seq=0 ack=1002
		forged  RA tcp-opening      seq=0 ack=1000
		forged  R  tcp-opening      seq=1001
		outside SA tcp-opening      seq=5000 ack=1001
		inside  A  tcp-established  seq=1001 ack=5001
	END
}

# Whoever guesses has one chance in four billions with each packet; about one in
# two thousand is near enough to be left to the client.
blind()
{
	prepare <<<handshake
	pkt clear
	on "$rt" ./volley.py 4000 tcp src=$HOLE dst=$EIP sport=80 \
		dport="$PORT" flags=R seq=random >"$TMP/volley"
	check "4000 blind RSTs are dropped but for a few" wait_for 5 counter_is \
		destination-drop-tcp-reset -ge $((FORGED + 3980))
	check "Q3 they leave the flow as it was" in_state tcp-established
	check "the client has to judge few" \
		[ "$(pkt count c1 flags=R)" -le 20 ]
}

again()
{
	walk "Q3 data from outside revives" <<-END
		handshake
		outside R  tcp-reset        seq=5001
		outside PA tcp-established  seq=5001 ack=1001 data=alive
		inside  A  tcp-established  seq=1001 ack=5006
		outside R  tcp-reset        seq=5006
		inside  PA tcp-established  seq=1001 ack=5006 data=alive
	END
	walk "Q3 a half closed connection revives as one" <<-END
		handshake
		outside FA tcp-fin-outside  seq=5001 ack=1001
		inside  R  tcp-reset        seq=1001
		inside  PA tcp-fin-outside  seq=1001 ack=5002 data=alive
	END
	walk "T2 a SYN uses the tuple of a closing connection" <<-END
		handshake
		inside  FA tcp-fin-inside   seq=1001 ack=5001
		outside FA tcp-closing      seq=5001 ack=1002
		outside S  tcp-closing      seq=70000
		inside  S  tcp-opening      seq=90000
		outside SA tcp-opening      seq=70000 ack=90001
		inside  A  tcp-established  seq=90001 ack=70001
		outside FA tcp-fin-outside  seq=70001 ack=90001
	END
	walk "T2 a SYN uses the tuple of a reset connection" <<-END
		handshake
		outside R  tcp-reset        seq=5001
		inside  S  tcp-opening      seq=90000
		outside RA tcp-reset        seq=0 ack=90001
		inside  S  tcp-opening      seq=91000
	END
	walk "T2 a SYN in an established connection changes nothing" <<-END
		handshake
		inside  S  tcp-established  seq=90000
		outside A  tcp-established  seq=5001 ack=1001
	END
}

# older: what the flow has to go is less than its whole time
older()
{
	[ "$(flow expires proto tcp sport "$SPORT")" -le $1 ]
}

# An RST may be an inside host's answer to what anybody sends.
refreshed()
{
	local reset
	prepare <<-END
		handshake
		outside R  tcp-reset        seq=5001
	END
	reset=$SPORT
	prepare <<<handshake
	wait_for 10 older 348
	inside R seq=1500
	outside R seq=5500
	check "Q9 RSTs that do not count give no more time" older 348
	SPORT=$reset PORT=
	inside R seq=1001
	check "Q9 nor does the second one of those that do" older 58
}

half_closed()
{
	nat gateway set g tcp-closing 1
	prepare <<-END
		handshake
		inside FA tcp-fin-inside seq=1001 ack=5001
	END
	local half=$SPORT
	limits 60 350 1
	prepare <<-END
		handshake
		inside  FA tcp-fin-inside seq=1001 ack=5001
		outside FA tcp-closing    seq=5001 ack=1002
	END
	check "a closing connection ends in time" \
		wait_for 10 flows -eq 0 sport "$SPORT"
	check "T2 a half closed one outlives it" flows -eq 1 sport "$half"
}

profile_rfc()
{
	nat gateway set g profile rfc
	limits 240 7440 240
	walk "T5 Q2 profile rfc: 7440 s established, 240 s opening and closing" <<-END
		inside  S  tcp-opening      seq=1000
		outside SA tcp-opening      seq=5000 ack=1001
		inside  A  tcp-established  seq=1001 ack=5001
		inside  FA tcp-fin-inside   seq=1001 ack=5001
		outside FA tcp-closing      seq=5001 ack=1002
	END
	walk "Q3 profile rfc: 240 s after an RST" <<-END
		handshake
		outside FA tcp-fin-outside  seq=5001 ack=1001
		inside  R  tcp-reset        seq=1001
		inside  PA tcp-fin-outside  seq=1001 ack=5002 data=alive
	END
}

need
ktap_plan 36
two_armed
ip -n "$gw" route add 10.0.16.0/20 via $C1
gateway
limits 60 350 60
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
opening
closing
resets
wrong_resets
blind
again
refreshed
half_closed
profile_rfc
ktap_finish
