#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whose packets keep the way in open: the inside host's always, those from
# outside where inbound-refresh says so, those that a filter stops never.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

HOLE2=198.51.100.71

# inside, answer, stranger [DATA]: packets of c1, to it from the destination, and
# to it from others, each of whom has a port of its own
inside()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000 dport=53
}

answer()
{
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE sport=53 dst=$EIP \
		dport="$PORT"
}

STRANGER=3000
stranger()
{
	STRANGER=$((STRANGER + 1))
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE2 sport=$STRANGER dst=$EIP \
		dport="$PORT" data="${1:-stranger}"
}

# begin OPTIONS...: a new flow of c1; sets PORT, the one on the wire
begin()
{
	nat flow flush all >/dev/null
	nat gateway set g "$@"
	pkt clear
	inside
	pkt wait wan src=$EIP dst=$HOLE
	PORT=$(pkt field wan sport src=$EIP dst=$HOLE)
}

# lasts COMMAND...: the flow lives three times its time-out, with that done over
# and over
lasts()
{
	local end=$((SECONDS + 6))
	while flows -ne 0 dst $HOLE dport 53; do
		[ "$SECONDS" -lt "$end" ] || return 0
		"$@"
	done
	return 1
}

# open_for DATA: that stranger gets in. The answer is there when the packet has
# come to an end of some kind.
open_for()
{
	local before
	before=$(counter destination-drop-unsolicited)
	stranger "$1"
	wait_for 5 ended "$1" "$before"
	! pkt none c1 data="$1"
}

ended()
{
	! pkt none c1 data="$1" >/dev/null ||
		counter_is destination-drop-unsolicited -gt "$2"
}

inbound_on()
{
	begin inbound-refresh on
	check "U6 with inbound-refresh answers keep a flow alive" lasts answer
	begin inbound-refresh on
	lasts stranger >/dev/null || :
	check "U6 and strangers a mapping, without the flow that made it" \
		open_for on
}

both()
{
	answer
	stranger
}

# All along c1, which has no socket there, answers by ICMP errors.
inbound_off()
{
	begin inbound-refresh off
	refute "U6 without it answers keep no flow alive" lasts both
	refute "U6 nor strangers a mapping" open_for off
	check "Q9 nor do the errors by which the inside host answers" \
		pkt wait wan src=$EIP proto=icmp type=3
	begin inbound-refresh off
	check "U6 what goes out keeps both" lasts inside
	check "U6 and the way in" open_for again
}

stopped()
{
	local before
	before=$(counter destination-drop-filtered)
	begin inbound-refresh on filtering address-and-port-dependent
	refute "Q8 what a filter stops keeps nothing alive" lasts stranger
	check "and was stopped by name" \
		counter_is destination-drop-filtered -gt "$before"
}

need
ktap_plan 9
two_armed
gateway unsolicited drop udp 2 mapping endpoint-independent \
	filtering endpoint-independent
pkt capture wan "$rt/wan"
pkt capture c1 "$c1/eth0"
inbound_on
inbound_off
stopped
ktap_finish
