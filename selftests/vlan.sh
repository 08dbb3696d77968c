#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The uplink may be a VLAN, and so may the inside device.
#
#   c1 10.0.1.2 ------- gw -------------------- s1 203.0.113.1
#     in.10 <-> in.10     ext.100 <-> ext.100
. ./lib.sh

topology()
{
	setup_ns c1 gw s1
	ip -batch - <<-END
		link add in netns $c1 type veth peer name in netns $gw
		link add ext netns $s1 type veth peer name ext netns $gw
	END
	vlan "$c1" in 10 $C1/24
	vlan "$gw" in 10 10.0.1.1/24
	vlan "$gw" ext 100 $HOST/24
	vlan "$s1" ext 100 $RT/24
	ip -n "$c1" route add default via 10.0.1.1
	ip -n "$gw" addr add $EIP/24 dev ext.100
	route_on "$gw"
	DEVICES=("$c1/in" "$gw/in" "$gw/ext" "$s1/ext"
		 "$c1/in.10" "$gw/in.10" "$gw/ext.100" "$s1/ext.100")
	LAST_HOPS=("$gw/in" "$gw/in.10" "$gw/ext" "$gw/ext.100")
}

# vlan NS DEV ID ADDRESS/LEN
vlan()
{
	ip -n "$1" -batch - <<-END
		link set dev $2 up
		link add link $2 name $2.$3 type vlan id $3
		link set dev $2.$3 up
		addr add $4 dev $2.$3
	END
}

exchange()
{
	pkt udp client "$c1" bind=$C1:5000 to=$RT:53
	pkt put client data=question
	check "server sees the elastic IP" \
		pkt take server data=question from=$EIP
	pkt reply server data=answer
	check "client gets the answer" pkt take client data=answer from=$RT
	check "client pings the server" on "$c1" ping -qc1 -W5 $RT
	check "ping in fragments" on "$c1" ping -qc1 -W5 -s 3000 $RT
	check "1 MB arrives unharmed, up and down" transfer "$c1" "$s1" $RT
	check "nothing with an inside address is on the uplink" \
		pkt none s1 src=10.0.0.0/8
	check "checksums are right at the server" pkt sums s1 src=$EIP
	check "checksums are right at the client" pkt sums c1 src=$RT
}

# among_themselves: inside hosts on VLANs of the uplink's device, where natgw guards what
# leaves as somebody could send past POST_ROUTING
among_themselves()
{
	setup_ns c2
	ip link add trunk netns "$c2" type veth peer name trunk netns "$gw"
	ip -n "$gw" link set dev trunk up
	ip -n "$c2" link set dev trunk up
	nat gateway del g
	nat fence del dev ext.100
	vlan "$gw" trunk 10 10.0.10.1/24
	vlan "$gw" trunk 20 10.0.20.1/24
	vlan "$c2" trunk 10 10.0.10.2/24
	ip -n "$c2" route add default via 10.0.10.1
	setup_ns rt
	ip -n "$c2" link add link trunk name trunk.20 netns "$rt" type vlan id 20
	plug "$rt" trunk.20 10.0.20.2/24 10.0.20.1
	ip -n "$gw" addr add $EIP/32 dev trunk
	nat gateway add g dev trunk eip $EIP inside 10.0.0.0/16
	on "$gw" nft "add table netdev other; add chain netdev other in { type filter hook ingress device trunk priority 0; }"
	pkt udp upper "$rt" bind=10.0.20.2:53
	pkt udp lower "$c2" bind=10.0.10.2:5000 to=10.0.20.2:53
	# Linux 6.1 does not list such hooks; natgw has noticed the chain by then.
	wait_for 10 guarded >"$TMP/hooks" || :
	check "hosts on its VLANs see each other's own address" seen_as_it_is
	on "$gw" nft delete table netdev other
}

guarded()
{
	on "$gw" nft list hooks netdev device trunk | grep natgw
}

seen_as_it_is()
{
	pkt put lower data=question && pkt take upper data=question from=10.0.10.2
}

need nft socat ss ping
ktap_plan 18
topology
nat gateway add g dev ext.100 eip $EIP inside 10.0.0.0/16
check_is "the gateway shows the VLAN device" ext.100 \
	"$(nat -j gateway show g | values dev)"
pkt capture c1 "$c1/in.10"
pkt capture s1 "$s1/ext.100"
pkt udp server "$s1" bind=$RT:53
both_offloads exchange
among_themselves
ktap_finish
