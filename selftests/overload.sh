#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The table of flows is full, then the ports of an address are. What is established
# goes on, counters and events say what happens, and when the rush is over it all works
# again by itself. (A reader of events that is too slow: events_lost.sh. All ports of
# an address: ports_exhausted.sh.)
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

MOST=50

# in_use TEXT: data go both ways through c2's connection
in_use()
{
	pkt put client data="$1" && pkt take server data="$1" &&
		pkt put server data="$1" && pkt take client data="$1"
}

# new PORT: a flow of c2 to where c1's go begins
new()
{
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport="$1" \
		data="new$1"
	pkt wait wan data="new$1" within=1
}

# told EVENT: by the monitor
told()
{
	grep "\"event\":\"$1\"" "$TMP/events"
}

# listens: the monitor tells of a change made for that
listens()
{
	nat gateway set g icmp $((RANDOM % 100 + 1))
	grep -q '"object":"gateway"' "$TMP/events"
}

# rush TEXT COUNTER EVENT: c1's, which goes on until this has counted a lot of it
rush()
{
	flood "$c1" $C1 $HOLE 20000-29999 100
	check "$1: refusals are counted" \
		wait_for 300 counter_is "source-drop-$2" -ge 100
	check "$1: the manager is told" wait_for 10 told "$3"
	check "$1: what is established goes on" in_use "$2"
}

# over TEXT EVENT: nobody but time does anything about it
over()
{
	kill "$FLOOD"
	check "$1: once it is over, the manager is told" wait_for 30 told "$2"
	check "$1: and new flows begin" \
		wait_for 30 new "$NEW"
	check "$1: the old one lives" in_use "$2"
	NEW=$((NEW + 1))
}

need
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 13
two_armed
gateway max-flows $MOST fair-share off udp 5
pkt listen web "$s1" $S1:80
pkt tcp client "$c2" to=$S1:80 >"$TMP/connected"
pkt accept web server from=$EIP >"$TMP/accepted"
pkt capture wan "$rt/wan"
nat -j monitor >"$TMP/events" 2>&1 &
wait_for 10 listens
check "a connection is in use" in_use calm
NEW=7000
rush "table full" table-full flows-high
over "table full" flows-low

# This host wants most ports for itself, and 50 are left.
nat gateway set g max-flows 100000
on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=1024-65485
rush "ports full" no-port ports-high
over "ports full" ports-low
ktap_finish
