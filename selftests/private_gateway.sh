#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A private gateway: no elastic IP at all, its private address on the wire.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# exchange ADDRESS: a question and its answer, ADDRESS being what s1 sees
exchange()
{
	pkt udp client "$c1" to=$S1:53
	pkt put client data=question
	check "server sees $1" pkt take server data=question from="$1"
	pkt reply server data=answer
	check "client gets the answer" pkt take client data=answer
	check "client pings the server" on "$c1" ping -qc1 -W5 $S1
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
}

need ping
ktap_plan 19
two_armed
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53

refute "no elastic IP at creation" \
	nat gateway add g dev ext connectivity private eip $EIP inside 10.0.0.0/16
check_is "nothing was created" "[]" "$(nat -j gateway show)"
nat gateway add g dev ext connectivity private inside 10.0.0.0/16
check_is "it shows its type" private \
	"$(nat -j gateway show g | values connectivity)"
check_is "the private address is the uplink's primary one" $HOST \
	"$(nat -j address show gateway g | values private-ip)"
check_is "it has no elastic IP" "" \
	"$(nat -j address show gateway g | values eip)"
refute "no elastic IP later" nat address add gateway g eip $EIP
both_offloads exchange $HOST

nat gateway del g 2>/dev/null
nat gateway add g dev ext connectivity private private-ip $EIP2 \
	inside 10.0.0.0/16
check_is "a private address may be given" $EIP2 \
	"$(nat -j address show gateway g | values private-ip)"
exchange $EIP2
ktap_finish
