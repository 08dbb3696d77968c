#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A gateway without inside prefixes: the routing table says who is inside, which
# is everybody who is neither this host nor reached through the uplink.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

translation()
{
	pkt udp client "$c1" to=$S1:53
	pkt put client data=question
	check "a client's source is replaced" \
		pkt take server data=question from=$EIP
	pkt reply server data=answer
	check "the client gets the answer" pkt take client data=answer
	pkt send "$c1/eth0" "$gw/in1" udp src=10.77.0.1 dst=$HOLE data=stray
	check "a client's invented source goes nowhere" wait_for 5 \
		counter_is source-drop-spoofed -eq 1
	pkt udp own "$gw" to=$S1:53
	pkt put own data=own
	check "the host's own address stays" \
		pkt take server data=own from=$HOST
	pkt send "$rt/wan" "$gw/ext" udp src=$S2 dst=$HOLE data=transit
	check "a source behind the uplink stays" \
		pkt wait wan src=$S2 data=transit
}

intrusion()
{
	local before
	before=$(counter destination-drop-unsolicited)
	pkt send "$rt/wan" "$gw/ext" udp src=$S2 dst=$C1 data=direct
	check "nobody gets in from the uplink" wait_for 5 \
		counter_is destination-drop-unsolicited -eq $((before + 1))
	check "really" pkt none c1 data=direct
}

fence()
{
	nat gateway del g 2>/dev/null
	check "the fence is for any source" [ "$(nat -j fence show |
		jq -c '.[] | [.dev, .["inside-any"]]')" = '["ext",true]' ]
	pkt put client data=fenced
	check "a client's packets meet it" wait_for 5 drops 1
	pkt put own data=unfenced
	check "the host's own do not" \
		pkt take server data=unfenced from=$HOST
	check "nothing with an inside address was on the uplink, ever" \
		pkt none wan src=10.0.0.0/8
}

drops()
{
	[ "$(nat -j fence show | values drops)" -eq "$1" ]
}

need
ktap_plan 11
two_armed
nat gateway add g dev ext eip $EIP
pkt capture c1 "$c1/eth0"
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53
translation
intrusion
fence
ktap_finish
