#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Changing and deleting a gateway under traffic lets no inside address out: what
# loses its gateway meets a fence, until somebody lifts that.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# translated ADDRESS: traffic of now leaves with it
translated()
{
	pkt clear wan
	pkt wait wan src="$1" dst=$HOLE dport=5000
}

# drops: of the uplink's fence
drops()
{
	nat -j fence show dev ext | values drops
}

# fenced NUMBER: the fence has dropped more than that
fenced()
{
	local drops
	drops=$(drops)
	echo "drops: $drops"
	[ "$drops" -gt "$1" ]
}

# silent COMMAND...: it succeeds without a warning
silent()
{
	"$@" >"$TMP/said" 2>&1 && ! grep . "$TMP/said"
}

# warns WORD COMMAND...: it succeeds, with a warning that has this word
warns()
{
	"${@:2}" 2>"$TMP/said" && grep -i "^warning: .*$1" "$TMP/said"
}

settings()
{
	local word
	for word in "unsolicited drop" "unsolicited local" "max-flows 5000" \
		    "udp 30" "conntrack bypass" "conntrack keep" \
		    "midstream drop" "mss 1400" "client-flows 1000" \
		    "hold-udp 5" "mapping endpoint-independent" \
		    "filtering endpoint-independent" "profile rfc" \
		    "profile aws"; do
		# shellcheck disable=SC2086 # words are words
		check "set $word under traffic" silent nat gateway set g $word
	done
	check "the traffic goes on translated" translated $EIP
	check "changes of options have ended no flow" \
		counter_is flows-ended -eq 0
}

prefixes()
{
	check "taking c2's prefix away warns of the fence" \
		warns fence nat gateway set g inside 10.0.1.0/24
	check "c2's packets meet the fence" wait_for 5 fenced 0
	check "its flows have ended" wait_for 5 flows -eq 0 src $C2
	check "c1's go on" translated $EIP
	check "the fence shows what it keeps in" [ "$(nat -j fence show |
		jq -c '.[] | [.dev, .inside]')" = '["ext",["10.0.0.0/16"]]' ]
	check "a gateway of its own gives c2 an address again" \
		nat gateway add h dev ext eip $EIP2 inside 10.0.2.0/24
	check "which is used" translated $EIP2
}

deletion()
{
	local drops
	check "deleting a gateway warns of the fence" \
		warns fence nat gateway del h
	check "deleting the other one too" warns fence nat gateway del g
	drops=$(drops)
	check "all traffic meets a fence" wait_for 5 fenced "$drops"
	check "no flow is left" flows -eq 0
	check "the gateway's return ends the fence's work" gateway
	check "traffic is translated again" translated $EIP
	check "nothing with an inside address was on the uplink, ever" \
		pkt none seen src=10.0.0.0/8
}

lifting()
{
	nat gateway del g 2>/dev/null
	check "fences can be lifted" nat fence del dev ext
	check_is "and are gone" "[]" "$(nat -j fence show)"
	check "then packets are forwarded plainly" translated $C1
	refute "nothing is left to lift" nat fence del dev ext
}

need
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 35
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture seen "$rt/wan"
flood "$c1" $C1 $HOLE 10000-10019
flood "$c2" $C2 $HOLE 10000-10019
check "traffic is translated" translated $EIP
settings
prefixes
deletion
lifting
ktap_finish
