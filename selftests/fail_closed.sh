#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What cannot be translated does not leave: no room for a flow, a protocol that
# is not translated, a header that makes no sense. Each has a named counter.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# inside WORDS...: c1 sends this towards the outside
inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$@" src=$C1 dst=$HOLE
}

table_full()
{
	inside udp sport=7001..7003
	pkt wait wan n=3 src=$EIP
	inside udp sport=7004 data=fourth
	check "a flow too many is dropped by name" \
		wait_for 5 counter_is source-drop-table-full -eq 1
	check "its client is told: host unreachable" \
		pkt wait c1 src=10.0.1.1 type=3 code=1 q.src=$C1 q.sport=7004
	check "another client gets none either" other_client
	check "nothing of them is on the uplink" pkt none wan data=fourth
	check "the table holds what it may" flows -eq 3

	pkt clear
	inside udp sport=7001..7003 data=live
	check "the flows that are there go on" pkt wait wan n=3 data=live
	nat gateway set g max-flows 10
	inside udp sport=7004 data=fits
	check "with more room, the next one fits" \
		pkt wait wan src=$EIP data=fits
}

other_client()
{
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE data=fourth
	wait_for 5 counter_is source-drop-table-full -eq 2
}

# counter|packets that it counts
untranslatable()
{
	cat <<-END
		protocol|raw proto=gre len=40
		protocol|raw proto=esp len=40
		protocol|raw proto=sctp len=40
		protocol|raw proto=ipip len=40
		protocol|raw proto=99 len=1
		protocol|icmp type=13 len=16
		malformed|udp cut=7 len=20
		malformed|tcp cut=19
		malformed|echo cut=7
	END
}

protocols()
{
	local counter words before
	while IFS='|' read -r counter words; do
		before=$(counter "source-drop-$counter")
		# shellcheck disable=SC2086 # words are words
		inside $words
		check "dropped as $counter: $words" \
			wait_for 5 counter_is "source-drop-$counter" -eq \
			$((before + 1))
	done < <(untranslatable)
	check "none of them is on the uplink" pkt none wan dst=$HOLE
}

# A ping needs a flow too, and so does TCP.
every_kind()
{
	nat flow flush all >/dev/null
	nat gateway set g max-flows 1
	inside udp sport=7001
	pkt wait wan src=$EIP
	local before
	before=$(counter source-drop-table-full)
	inside tcp sport=7002
	inside echo id=7003
	check "no room for TCP and echo either" wait_for 5 \
		counter_is source-drop-table-full -eq $((before + 2))
	check "nothing with an inside address was on the uplink, ever" \
		pkt none wan src=10.0.0.0/8
}

need
ktap_plan 19
two_armed
gateway max-flows 3
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
table_full
pkt clear
protocols
every_kind
ktap_finish
