#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# natctl top by new flows and by bytes, of clients and of destinations, tells what
# was sent while it watched, no more and no less.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

KEYS=18000

sleeps()
{
	cut -d' ' -f3 "/proc/$1/stat" | grep S
}

# watch FUNCTION WORD...: natctl top, with the function between its two looks
watch()
{
	local watcher
	"$NATCTL" -n "$gw" -j top "${@:2}" >"$TMP/top" &
	watcher=$!
	wait_for 10 sleeps $watcher
	kill -STOP $watcher
	"$1"
	kill -CONT $watcher
	wait $watcher
}

# tells FILTER: jq finds it true of what was told. In it, is(RATE; NUMBER) tells
# whether a rate comes to that number in the time between the looks, but for what was
# rounded.
tells()
{
	[ "$(jq ".[0] | (.interval // 0) as \$ms |
		def is(rate; n): rate * \$ms - n * 1000 | fabs <= \$ms;
		$1" "$TMP/top")" = true ] ||
		{ cat "$TMP/top"; return 1; }
}

# inside NUMBER WORD...: a client sends UDP; so many bytes a packet
inside()
{
	pkt send "${c[$1]}/eth0" "$gw/in$1" udp src="10.0.$1.2" \
		len=$(($2 - 28)) "${@:3}"
}

nothing()
{
	:
}

traffic()
{
	inside 1 528 dst=$HOLE dport=53 sport=7000..7005
	inside 2 1028 dst=$HOLE dport=53 sport=7000..7001
	inside 2 128 dst=$HOLE dport=9 sport=7010..7012
	inside 1 40 dst=$HOLE dport=53 sport=7000..7000
}

begin_flows()
{
	inside 1 40 dst=$HOLE dport=77 sport=8000..8019
	inside 2 40 dst=$HOLE dport=77 sport=8000..8049
}

# talk: the server has more to say
talk()
{
	pkt put asks len=100 && pkt take server len=100 from=$EIP >/dev/null &&
		pkt reply server len=1000
}

most_ends()
{
	inside 2 128 dst=$HOLE dport=53 sport=7000..7001
	nat flow flush src $C2 sport 7001 >/dev/null
}

elephant()
{
	inside 2 1000 dst=198.51.100.75 dport=99 sport=9..9
	inside 2 1000 dst=198.51.100.75 dport=99 sport=9..9
}

created()
{
	nat -j client show | jq ".[] | select(.addr == \"$1\") | .created"
}

refused()
{
	local status=0
	nat top "${@:2}" >"$TMP/said" 2>&1 || status=$?
	cat "$TMP/said"
	[ $status -ne 0 ] && grep -qF "$1" "$TMP/said"
}

need jq
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 21
two_armed
c=([1]=$c1 [2]=$c2)
gateway max-flows 100000 udp 600
check "without accounting there are no bytes to look at, and it is said how to" \
	refused "natctl gateway set g accounting on" by bytes gateway g
inside 1 40 dst=$HOLE dport=1 sport=7000..7002
watch nothing destinations
check "flows of destinations are told all the same" tells \
	".destinations == [{dst: \"$HOLE\", dport: 1, proto: \"udp\", flows: 3, new: 0}]"
nat gateway set g accounting on
check "a gateway that there is not is refused" refused "no gateway" \
	by bytes gateway nobody

watch traffic by bytes
check "by bytes: the clients, in this order" tells \
	"[.clients[] | [.addr, .gateway, .flows]] ==
		[[\"$C1\", \"g\", 9], [\"$C2\", \"g\", 5]]"
check "... with what they have sent" tells \
	'is(.clients[0]["bytes-out"]; 6 * 528 + 40) and
	 is(.clients[1]["bytes-out"]; 2 * 1028 + 3 * 128)'
check "... which was not answered" tells 'all(.clients[]; .["bytes-in"] == 0)'
check "... and the flows that began" tells \
	'is(.clients[0].new; 6) and is(.clients[1].new; 5)'
check "... and flows that began before accounting are known not to count" tells \
	'.flows == 14 and .counted == 11'
nat top by bytes >"$TMP/table"
check "the table says so" grep -q "^3 of 14 flows do not count" "$TMP/table"
check "... and tells of nothing when nothing happens" \
	grep -E "^$C1 +g +9 +0 +0 +0\$" "$TMP/table"

watch traffic by bytes destinations
check "by bytes: destinations, with what was sent to each" tells \
	"[.destinations[] | [.dst, .dport, .flows]] ==
		[[\"$HOLE\", 53, 8], [\"$HOLE\", 9, 3], [\"$HOLE\", 1, 3]] and
	 is(.destinations[0][\"bytes-out\"]; 6 * 528 + 40 + 2 * 1028) and
	 is(.destinations[1][\"bytes-out\"]; 3 * 128) and
	 all(.destinations[]; .new == 0)"
pkt udp asks "$c1" bind=$C1:7500 to=$S1:53
pkt udp server "$s1" bind=$S1:53
watch talk by bytes
check "what comes in is told apart from what goes out" tells \
	'is(.clients[0]["bytes-in"]; 1028) and is(.clients[0]["bytes-out"]; 128)'
watch most_ends by bytes
check "flows that end in the meantime do not take away from the others" tells \
	".clients[0].addr == \"$C2\" and is(.clients[0][\"bytes-out\"]; 128)"

before=$(created $C2)
watch begin_flows by new
check "by new flows: who begins most comes first" tells \
	"[.clients[].addr] == [\"$C2\", \"$C1\"] and
	 .clients[0].new > .clients[1].new and .clients[1].new > 0"
check_is "... and the kernel has counted each of them" 50 \
	$(($(created $C2) - before))
watch nothing by flows
check "by flows: who has most of them does" tells \
	".clients[0] | [.addr, .flows, .new] == [\"$C2\", 54, 0]"
watch begin_flows by new destinations
check "flows that are there already are not new" tells \
	'all(.destinations[]; .new == 0)'

# More destinations than are told apart
nat flow flush all >/dev/null
nsenter --net="/run/netns/$c1" ./flood $C1 $HOLE 0 1024 $((1023 + KEYS)) 0 &
FLOOD=$!
check "a client goes to very many destinations" \
	wait_for 90 flows -eq $KEYS src $C1
kill "$FLOOD"
watch elephant by bytes destinations
check "the one that matters most is found among them" tells \
	'.destinations[0] | .dst == "198.51.100.75" and .dport == 99 and
		.flows == 1 and is(.["bytes-out"]; 2000)'
check "others are added up" tells \
	".flows == $KEYS + 1 and .others.flows > 0 and .others.flows < $KEYS / 4"
watch nothing by bytes
check "of the client nothing is left out" tells \
	".clients[0] == {addr: \"$C1\", gateway: \"g\", flows: $KEYS, new: 0,
		\"bytes-out\": 0, \"bytes-in\": 0} and (has(\"others\") | not)"
ktap_finish
