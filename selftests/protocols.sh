#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Protocols beyond TCP, UDP and ICMP: each is translated where it is switched on,
# and dropped where it is not. Those without ports are told apart by addresses.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The clients are addresses behind c1 and c2, which answer nothing by themselves.
. ./lib.sh

IN=10.0.16.2
IN2=10.0.32.2
HOLE2=198.51.100.71

# Each row: the option proto-NAME, the protocol, what the client sends, and what
# is answered. With the don't-fragment bit, as identifications are to stay.
kinds()
{
	local ports="sport=7000 dport=5000"
	cat <<-END
		udplite|136|udplite $ports cscov=20 len=100|udplite cscov=12 len=33
		sctp|132|sctp $ports chunk=init|sctp chunk=init-ack vtag=0x1234
		dccp|33|dccp $ports type=request cscov=1 len=50|dccp type=response cscov=2 len=77
		gre|47|gre key=77 len=100|gre key=78 len=90
		esp|50|raw proto=esp len=100|raw proto=esp len=92
		ah|51|raw proto=ah len=100|raw proto=ah len=60
		ipip|4|raw proto=ipip len=100|raw proto=ipip len=60
		other|253|raw proto=253 len=100|raw proto=253 len=61
	END
}

# inside KIND WORDS...: from the client; outside KIND WORDS...: to it
inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$1" src=$IN dst=$HOLE df=1 "${@:2}"
}

outside()
{
	pkt send "$rt/wan" "$gw/ext" "$1" src=$HOLE dst=$EIP sport=5000 df=1 \
		${PORT:+dport="$PORT"} "${@:2}"
}

# everyone DESTINATION: one packet of each, and one of UDP behind them
everyone()
{
	local name proto words answer
	while IFS='|' read -r name proto words answer; do
		# shellcheck disable=SC2086 # words are words
		inside $words dst="$1"
	done < <(kinds)
	inside udp dst="$1" data=marker
	pkt wait wan src=$EIP data=marker
}

profile_aws()
{
	local name proto
	everyone $HOLE
	while IFS='|' read -r name proto _; do
		check "profile aws: $name is dropped" pkt none wan proto="$proto"
	done < <(kinds)
	check "profile aws: all of them by name" \
		wait_for 5 counter_is source-drop-protocol -eq 8
}

# crosses FROM TO WORDS...: between these captures, right and otherwise unchanged
crosses()
{
	local leave=$3
	pkt wait "$2" proto="$proto" "${@:4}" && pkt sums "$2" &&
		pkt same "$1" "$2" leave="$leave" hops=1 proto="$proto"
}

# error FROM TO WORDS...: ICMP from one device to the next about what was last seen
error()
{
	pkt send "$1" "$2" icmp type=3 code=1 "${@:3}"
}

# A CRC of what an error quotes is nobody's business.
error_sums()
{
	if [ "$proto" = 132 ]; then
		pkt sums "$1" type=3 quoted=no
	else
		pkt sums "$1" type=3
	fi
}

told_inside()
{
	pkt wait c1 src=$RT dst=$IN type=3 code=1 q.proto="$proto" q.src=$IN \
		q.dst=$HOLE ${PORT:+q.sport=7000} && error_sums c1
}

told_outside()
{
	pkt wait wan src=$EIP dst=$HOLE type=3 code=1 q.proto="$proto" \
		q.src=$HOLE q.dst=$EIP ${PORT:+q.dport="$PORT"} &&
		error_sums wan
}

# One connection of each, with all that belongs to it
profile_rfc()
{
	local name proto words answer sport dport
	while IFS='|' read -r name proto words answer; do
		pkt clear
		# shellcheck disable=SC2086 # words are words
		inside $words
		sport=,sport dport=,dport
		[[ $words == *sport* ]] || sport='' dport=''
		check "G1 $name leaves, changed only where it has to be" \
			crosses in1 wan "src$sport" src=$EIP dst=$HOLE
		PORT=
		[ -z "$sport" ] ||
			PORT=$(pkt field wan sport proto="$proto")
		error "$rt/wan" "$gw/ext" src=$RT dst=$EIP quote=wan
		check "an ICMP error about $name reaches the client" told_inside
		pkt clear
		# shellcheck disable=SC2086
		outside $answer
		check "G1 the answer of $name is restored likewise" \
			crosses ext c1 "dst$dport" src=$HOLE dst=$IN
		error "$c1/eth0" "$gw/in1" src=$IN dst=$HOLE quote=c1
		check "the client's ICMP error about it speaks of the elastic IP" \
			told_outside
	done < <(kinds)
}

# What a checksum covers is not the gateway's to change.
coverage()
{
	local proto cover
	nat flow flush all >/dev/null
	for cover in 0 8 9 107; do
		proto=136
		pkt clear
		inside udplite sport=7001 cscov=$cover len=99
		check "UDP-Lite with a checksum over $cover bytes" \
			crosses in1 wan src,sport src=$EIP
	done
	for cover in 0 1 2 15; do
		proto=33
		pkt clear
		inside dccp sport=7001 type=request service=0x12345678 \
			cscov=$cover len=99
		check "D11 D12 D13 DCCP with checksum coverage $cover" crosses \
			in1 wan src,sport cscov=$cover service=0x12345678
	done
	pkt clear
	inside sctp sport=7001 badsum=1
	check "SCTP that was damaged stays so" damaged
	nat flow flush all >/dev/null
}

damaged()
{
	pkt wait wan src=$EIP proto=sctp && ! pkt sums wan
}

# Protocols without ports: one inside host at a time talks to a destination.
second_host()
{
	local name proto words answer
	everyone $HOLE
	pkt clear
	while IFS='|' read -r name proto words answer; do
		[[ $words != *sport* ]] || continue
		# shellcheck disable=SC2086 # words are words
		pkt send "$c2/eth0" "$gw/in2" $words src=$IN2 dst=$HOLE
		check "$name of a second host to the same destination is refused" \
			pkt wait c2 dst=$IN2 type=3 code=1 q.proto="$proto"
		# shellcheck disable=SC2086
		pkt send "$c2/eth0" "$gw/in2" $words src=$IN2 dst=$HOLE2
		check "to another one it passes" \
			pkt wait wan src=$EIP dst=$HOLE2 proto="$proto"
		PORT=
		# shellcheck disable=SC2086
		outside $answer
		check "the first host has its answer" \
			pkt wait c1 src=$HOLE dst=$IN proto="$proto"
	done < <(kinds)
	check "nothing of the second went to the first's destination" \
		pkt none wan dst=$HOLE
	check "refusals are counted" counter_is source-drop-no-port -eq 5
}

each_alone()
{
	local name proto n=72
	while IFS='|' read -r name proto _; do
		nat gateway set g "proto-$name" off
		pkt clear
		everyone 198.51.100.$n
		check "proto-$name off: it is dropped" \
			pkt none wan proto="$proto"
		check_is "proto-$name off: the others pass" 8 \
			"$(pkt count wan src=$EIP)"
		nat gateway set g "proto-$name" on
		n=$((n + 1))
	done < <(kinds)
}

# joined CAPTURE WORDS...: three fragments that make what was sent, as crosses
joined()
{
	pkt wait "$1" n=3 proto="$proto" "${@:3}" && pkt join "$1" &&
		crosses ref "$@"
}

# The same packet whole, where it goes nowhere, to compare with: a capture of its
# fragments would share them with the kernel, which puts its own headers in.
reference()
{
	pkt clear
	pkt send "$c2/lo" "$c2/lo" "$1" df=0 "${@:2}" len=3500
}

fragments()
{
	local name proto words answer sport dport
	nat gateway set g unique-ip-id off
	nat flow flush all >/dev/null
	while IFS='|' read -r name proto words answer; do
		words=${words/len=*/} words=${words/cscov=*/}
		answer=${answer/len=*/} answer=${answer/cscov=*/}
		sport=,sport dport=,dport
		[[ $words == *sport* ]] || sport='' dport=''
		# shellcheck disable=SC2086 # words are words
		{
			reference $words src=$IN dst=$HOLE
			inside $words df=0 len=3500 fragment=1480 order=321
		}
		check "fragments of $name leave" \
			joined wan "src$sport" src=$EIP
		PORT=
		[ -z "$sport" ] ||
			PORT=$(pkt field wan sport proto="$proto")
		# shellcheck disable=SC2086
		{
			reference $answer sport=5000 src=$HOLE dst=$EIP
			outside $answer df=0 len=3500 fragment=1480 order=231
		}
		check "fragments of $name come back" \
			joined c1 "dst$dport" dst=$IN
	done < <(kinds)
	nat gateway set g unique-ip-id on
}

# stream CLIENT SERVER: 40 KB through SCTP
stream()
{
	head -c 40K /dev/urandom >"$TMP/file"
	on "$2" socat -u SCTP-LISTEN:7,reuseaddr CREATE:"$TMP/copy" &
	local receiver=$!
	wait_for 10 sctp_listens "$2" &&
		on "$1" socat -u FILE:"$TMP/file" SCTP:$S1:7 &&
		wait $receiver && cmp "$TMP/file" "$TMP/copy"
}

sctp_listens()
{
	on "$1" cat /proc/net/sctp/eps | grep ' 7 '
}

# Kernels drop what has a wrong CRC.
sockets()
{
	local number
	if ! modprobe -q sctp && [ ! -d /proc/sys/net/sctp ]; then
		for number in 1 2 3; do
			ok "S5 an SCTP connection, $number # SKIP this kernel has none"
		done
		return
	fi
	check "S5 an SCTP connection carries a file" stream "$c1" "$s1"
	check "S5 its CRCs are right at the server" \
		pkt sums s1 src=$EIP proto=sctp
	check "S5 and at the client" pkt sums c1 src=$S1 proto=sctp
}

unseen()
{
	pkt none wan src=10.0.0.0/8 && pkt none wan q.src=10.0.0.0/8 &&
		pkt none wan q.dst=10.0.0.0/8
}

need socat
ktap_plan 106
two_armed
ip -n "$gw" route add 10.0.16.0/20 via $C1
ip -n "$gw" route add 10.0.32.0/20 via $C2
gateway
pkt capture c1 "$c1/eth0"
pkt capture c2 "$c2/eth0"
pkt capture in1 "$gw/in1"
pkt capture ext "$gw/ext"
pkt capture wan "$rt/wan"
pkt capture s1 "$s1/eth0"
pkt capture ref "$c2/lo"
profile_aws
nat gateway set g profile rfc
profile_rfc
coverage
second_host
each_alone
fragments
check "B6 nothing with an inside address was on the uplink" unseen
both_offloads sockets
ktap_finish
