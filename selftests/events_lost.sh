#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A monitor that is too slow says so, and how many events of flows it has lost.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

FLOWS=4000	# events of their begin and end are more than the buffer holds
later=20000

# seen: events of flows that the monitor has printed, lost: those it has missed
seen()
{
	grep -c '"object":"flow"' "$TMP/events"
}

lost()
{
	sed -nE 's/.*"object":"lost","flows":([0-9]+).*/\1/p' "$TMP/events" |
		awk '{ n += $1 } END { print n + 0 }'
}

# one: a flow begins and ends
one()
{
	later=$((later + 1))
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE dport=53 sport=$later
	nat flow flush all >/dev/null
}

# heard: and the monitor tells of it
heard()
{
	one
	wait_for 1 grep -q "\"sport\":$later,.*\"end\":" "$TMP/events"
}

# adds_up: each that began and ended was seen or is known to be lost
adds_up()
{
	echo "seen $(seen), lost $(lost)"
	[ $(($(seen) + $(lost))) -eq \
		$(($(counter flows-created) + $(counter flows-ended) - BEFORE)) ]
}

# not_lost: nobody listens here, so nothing can be lost
not_lost()
{
	local monitor
	unshare -Urn "$NATCTL" monitor flow &
	monitor=$!
	wait_for 10 member
	one
	one
	kill $monitor
	counter_is flows-created -eq 2 && counter_is flow-events-lost -eq 0
}

# member: the monitor has joined a group
member()
{
	awk '$2 == 16 && $4 != "00000000" { n++ } END { exit !n }' \
		"/proc/$monitor/net/netlink"
}

need unshare
ktap_plan 4
two_armed
gateway
check "who listens in another namespace loses nothing of this one's" not_lost
"$NATCTL" -n "$gw" -j monitor flow >"$TMP/events" 2>&1 &
MONITOR=$!
wait_for 10 heard
nat flow flush all >/dev/null
BEFORE=$(($(counter flows-created) + $(counter flows-ended) - $(seen)))
kill -STOP $MONITOR
pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE dport=54 \
	sport=1024..$((1023 + FLOWS))
wait_for 20 flows -eq $FLOWS dport 54
nat flow flush all >/dev/null
kill -CONT $MONITOR
check "it goes on" wait_for 20 heard
check "it says that something is lost, and how much" [ "$(lost)" -gt 0 ]
check "what it has seen and lost are all" wait_for 5 adds_up
ktap_finish
