#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets in the shapes that drivers hand them over in: rough.ko puts each that comes
# in at the gateway's devices into one of them, before anybody else sees it.
#
#   c1 10.0.1.2 --- in1 gw ext --- eth0 s1 203.0.113.1
. ./lib.sh

: "${ROUGH_KO:=rough.ko}"

topology()
{
	setup_ns c1 gw s1
	ip -batch - <<-END
		link add eth0 netns $c1 type veth peer name in1 netns $gw
		link add ext netns $gw type veth peer name eth0 netns $s1
	END
	plug "$c1" eth0 $C1/24 10.0.1.1
	plug "$gw" in1 10.0.1.1/24
	plug "$gw" ext $HOST/24
	ip -n "$gw" addr add $EIP/24 dev ext
	plug "$s1" eth0 $RT/24
	route_on "$gw"
	DEVICES=("$c1/eth0" "$gw/in1" "$gw/ext" "$s1/eth0")
	LAST_HOPS=("$gw/in1" "$gw/ext")
}

ask()
{
	pkt put client data=question && pkt take server data=question from=$EIP
}

answer()
{
	pkt reply server data=answer && pkt take client data=answer from=$RT
}

# refusal: the server's port is closed, and its host says so
refusal()
{
	pkt udp closed "$c1" bind=$C1:5001 to=$RT:99 && pkt put closed data=x &&
		pkt wait c1 src=$RT type=3 code=3 q.src=$C1 q.sport=5001
}

exchange()
{
	pkt udp client "$c1" bind=$C1:5000 to=$RT:53
	check "$shape: server sees the elastic IP" ask
	check "$shape: client gets the answer" answer
	check "$shape: a question by the fast path" wait_for 8 quick ask
	check "$shape: an answer too" wait_for 8 quick answer
	check "$shape: ping in fragments" on "$c1" ping -qc1 -W5 -s 3000 $RT
	check "$shape: an ICMP error finds its client" refusal
	check "$shape: 1 MB arrives unharmed, up and down" \
		transfer "$c1" "$s1" $RT
	check "$shape: checksums are right at the server" pkt sums s1 src=$EIP
	check "$shape: checksums are right at the client" pkt sums c1 src=$RT
}

need socat ss ping
[ -e "$ROUGH_KO" ] || skip_all "no module for odd shapes: set ROUGH_KO"
ktap_plan 72
topology
nat gateway add g dev ext eip $EIP inside 10.0.0.0/16
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/eth0"
pkt udp server "$s1" bind=$RT:53
for shape in summed split shared tight; do
	insmod "$ROUGH_KO" $shape=1 names=in1,ext
	both_offloads exchange
	rmmod rough
done
ktap_finish
