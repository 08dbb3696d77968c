#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The record of packets that were dropped: each of them once, under one cause, as
# it was on the wire; the last ones when there are too many.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# cause | protocol source destination device length gateway | from | packet
causes()
{
	cat <<-END
		source-drop-protocol|gre $C1 $HOLE in1 50 g|in|raw src=$C1 dst=$HOLE proto=gre len=30
		source-drop-malformed|udp $C1 $HOLE in1 23 g|in|udp src=$C1 dst=$HOLE cut=3
		source-drop-no-flow|icmp $C1 $HOLE:77 in1 28 g|in|echo-reply src=$C1 dst=$HOLE id=77
		source-drop-midstream|tcp $C1:7100 $HOLE:80 in1 40 g|in|tcp src=$C1 dst=$HOLE sport=7100 dport=80 flags=A
		source-drop-icmp-unmatched|icmp $C1 $HOLE in1 68 g|in|icmp src=$C1 dst=$HOLE quote=wan
		source-drop-spoofed|udp $C2:5001 $HOLE:53 ext 29 g|out|udp src=$C2 dst=$HOLE sport=5001 dport=53 data=x
		destination-drop-unsolicited|udp $RT:5002 $EIP:9 ext 30 g|out|udp src=$RT dst=$EIP sport=5002 dport=9 data=xx
		destination-drop-malformed|udp $RT $EIP ext 23 g|out|udp src=$RT dst=$EIP cut=3
		destination-drop-tcp-reset|tcp $HOLE:80 $EIP:PORT ext 40 g|out|tcp src=$HOLE dst=$EIP sport=80 dport=PORT flags=R seq=0x7fffffff
	END
}

# send FROM PACKET...: from an inside host, or from outside
send()
{
	if [ "$1" = in ]; then
		pkt send "$c1/eth0" "$gw/in1" "${@:2}"
	else
		pkt send "$rt/wan" "$gw/ext" "${@:2}"
	fi
}

# said FILTER...: cause, protocol, ends, device, length, gateway of each drop
said()
{
	nat -j drops "$@" | jq -r '.[] | select(.seq) |
		def place($a; $p): if $p > 0 then "\($a):\($p)" else $a end;
		"\(.cause)|\(.proto) \(place(.src; .sport)) " +
		"\(place(.dst; .dport)) \(.dev) \(.len) \(.gateway // "-")"'
}

# said_is WANTED FILTER...: and nothing else
said_is()
{
	said "${@:2}" >"$TMP/said"
	cat "$TMP/said"
	[ "$(cat "$TMP/said")" = "$1" ]
}

# opened: a TCP connection of which both ends know; sets PORT
opened()
{
	pkt clear
	send in tcp src=$C1 dst=$HOLE sport=7200 dport=80 flags=S seq=1000
	pkt wait wan src=$EIP dport=80
	PORT=$(pkt field wan sport src=$EIP dport=80)
	send out tcp src=$HOLE dst=$EIP sport=80 dport="$PORT" flags=SA \
		seq=5000 ack=1001
	send in tcp src=$C1 dst=$HOLE sport=7200 dport=80 flags=A seq=1001 \
		ack=5001
	pkt wait wan n=2 src=$EIP dport=80
}

each_cause()
{
	local cause wanted from packet
	while IFS='|' read -r cause wanted from packet; do
		wanted=${wanted/PORT/$PORT}
		# shellcheck disable=SC2086 # words are words
		send "$from" ${packet/PORT/$PORT}
		check "$cause" wait_for 5 said_is "$cause|$wanted" cause "$cause"
		check_is "counted under the same name" 1 "$(counter "$cause")"
	done < <(causes)
}

# in_order: none from before this test, numbers and times grow
in_order()
{
	nat -j drops | jq -e --arg since "$SINCE" '
		([.[].time] | . == sort and .[0] >= $since) and
		([.[].seq] | . == sort and . == unique)'
}

filters()
{
	local all
	all=$(said | wc -l)
	check_is "all of them are there" "$(causes | wc -l)" "$all"
	check "in the order in which they were dropped" in_order
	check_is "by source" 1 "$(said src $C2 | wc -l)"
	check_is "by source prefix" 6 "$(said src 10.0.0.0/16 | wc -l)"
	check_is "by destination" 3 "$(said dst $EIP/32 | wc -l)"
	check_is "by protocol and port" 1 "$(said proto tcp dport 80 | wc -l)"
	check_is "by gateway" "$all" "$(said gateway g | wc -l)"
	check_is "by another gateway" 0 "$(said gateway other | wc -l)"
	refute "a cause that is none" nat drops cause nonsense
	nat drops >"$TMP/table"
	check_is "the table has a row for each, and titles" $((all + 1)) \
		"$(wc -l <"$TMP/table")"
	check_is "other namespaces have dropped nothing" "[]" \
		"$("$NATCTL" -n "$rt" -j drops)"
}

# total: what the counters of drops and the fences add up to
total()
{
	nat -j stats gateway g | tr ',{}' '\n' |
		sed -nE 's/^"[a-z]+-drop-[a-z-]+":([0-9]+)$/\1/p' |
		awk '{ n += $1 } END { print n }'
}

last()
{
	nat -j drops | values seq | tail -n1
}

missing()
{
	nat -j drops | values not-kept
}

# Two senders at once, on two CPUs where there are two. Each has its own source and
# ports, by which entries that are mixed up would show.
mixed_up()
{
	nat -j drops src "$S1" | jq -e 'any(.[] | select(.seq);
		.dport != 5000 or .sport < 20000 or .sport > 29999)' ||
		nat -j drops src "$S2" | jq -e 'any(.[] | select(.seq);
		.dport != 5000 or .sport < 30000 or .sport > 39999)'
}

# flooded: there were more than are kept, from both
flooded()
{
	local now
	now=$(total)
	echo "$now"
	[ "$now" -gt 3000 ] && [ -n "$(nat -j drops src $S1 | values seq)" ] &&
		[ -n "$(nat -j drops src $S2 | values seq)" ]
}

floods()
{
	flood "$s1" $S1 $EIP 20000-29999 500
	local first=$FLOOD
	flood "$s2" $S2 $EIP 30000-39999 500
	check "two floods at once" wait_for 60 flooded
	refute "no entry is of both" mixed_up
	kill "$first" "$FLOOD"
	wait "$first" "$FLOOD" 2>/dev/null || :
	check "the last number is the sum of the counters" \
		wait_for 5 same last total
	check_is "those that are shown and those that are not are all" \
		"$(total)" $(($(said | wc -l) + $(missing)))
	check_is "as many as there is room for" 1024 "$(said | wc -l)"
	nat drops >"$TMP/table"
	check_is "the table says so too" "... $(missing) more, not kept" \
		"$(tail -n1 "$TMP/table")"
}

same()
{
	echo "$("$1") $("$2")"
	[ "$("$1")" = "$("$2")" ]
}

# followed FILE WORDS: what somebody who looks on has been shown
followed()
{
	cat "$TMP/$1"
	grep -q "$2" "$TMP/$1"
}

live()
{
	"$NATCTL" -n "$gw" drops -f dst $EIP >"$TMP/text" &
	local text=$!
	"$NATCTL" -n "$gw" -j drops follow dst $EIP >"$TMP/json" &
	local json=$!
	wait_for 10 followed json $S2
	send out udp src=$RT dst=$EIP sport=5100 dport=9
	check "somebody who follows is shown a drop" \
		wait_for 10 followed text "$RT:5100 "
	check "in JSON as well" wait_for 10 followed json '"sport":5100'
	kill -STOP $json
	pkt send "$rt/wan" "$gw/ext" udp src=$RT dst=$EIP \
		sport=10000..11099 dport=9
	wait_for 20 counter_is destination-drop-unsolicited -ge \
		$(($(last) - 20))
	send out udp src=$RT dst=$EIP sport=5101 dport=9
	kill -CONT $json
	check "one who was too slow gets the last ones" \
		wait_for 20 followed json '"sport":5101'
	check "and is told how many there were before" \
		grep -q '^{"not-kept":[0-9]*}$' "$TMP/json"
	check_is "each drop is shown once" "" \
		"$(values seq <"$TMP/json" | sort | uniq -d)"
	kill $text $json
}

# What a fence keeps in belongs to no gateway.
fenced()
{
	nat gateway del g 2>/dev/null
	send in udp src=$C1 dst=$HOLE sport=7300 dport=53
	check "fence" wait_for 5 said_is \
		"fence|udp $C1:7300 $HOLE:53 in1 28 -" cause fence
	check_is "the fence counts it" 1 "$(nat -j fence show | values drops)"
}

need
ktap_plan $((2 * $(causes | wc -l) + 25))
two_armed
# No socket of c1 knows the crafted SYN; its kernel would reset the answer.
on "$c1" nft -f - <<END
table ip quiet {
	chain output {
		type filter hook output priority filter
		tcp sport 7200 tcp flags & rst == rst drop
	}
}
END
gateway unsolicited drop
check "nothing was dropped at first" [ "$(nat -j drops)" = "[]" ]
SINCE=$(date -u +%Y-%m-%dT%H:%M:%S)
pkt capture wan "$rt/wan"
opened
each_cause
filters
floods
live
fenced
ktap_finish
