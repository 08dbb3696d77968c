#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A flowtable of the host's own forwards packets past POST_ROUTING. They leave
# translated all the same.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh
c3='' c4='' c5=''

flowtable()
{
	on "$gw" nft -f - <<-END
		table ip ft {
			flowtable f {
				hook ingress priority filter
				devices = { in1, ext }
			}
			counter seen { }
			chain forward {
				type filter hook forward priority filter
				counter name seen
				ip protocol { tcp, udp } flow add @f
			}
		}
	END
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	check "a question passes" ask first
	check "its answer passes" answered
	# Until then the server gets it, but not from the elastic IP.
	check "a flowtable is noticed within seconds" wait_for 5 guarded
	on "$gw" conntrack -F 2>/dev/null
	nat flow flush all
}

guarded()
{
	offloaded && past ask more
}

# seen: packets that have come through the host's rules
seen()
{
	on "$gw" nft list counter ip ft seen | awk '/packets/ { print $2 }'
}

# past COMMAND...: and no packet of it does
past()
{
	local before
	before=$(seen)
	"$@" || return
	echo "$before, now $(seen)"
	[ "$(seen)" -eq "$before" ]
}

offloaded()
{
	on "$gw" conntrack -L 2>/dev/null | tee "$TMP/table" |
		grep -F "sport=5000" | grep -F OFFLOAD
}

ask()
{
	pkt put client data="$1" && pkt take server data="$1" from=$EIP
}

# through: what the flowtable takes arrives from the elastic IP
through()
{
	pkt clear
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	check "a question passes" ask first
	check "its answer passes" answered
	check "the flowtable has the connection" wait_for 5 taken
	check "what it sends leaves translated" past ask second
	check "1 MB arrives unharmed, up and down" \
		transfer "$c1" "$s1" $S1
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
	check "checksums are right at the server" pkt sums s1 src=$EIP
	check "checksums are right at the client" pkt sums c1 src=$S1
	anew
}

answered()
{
	pkt reply server data=answer && pkt take client data=answer
}

taken()
{
	ask more && offloaded
}

# without_flow: what it still has, and natgw has not, starts anew or is refused
without_flow()
{
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	ask first && answered
	check "a connection in the flowtable" wait_for 5 taken
	nat flow flush all
	check "goes on with a new flow" past ask again
	nat gateway set g inside 10.0.2.0/24
	pkt clear
	check "but not with a source that is inside no more" lost
	check "it is the fence that drops it" fenced
	nat fence del dev ext
	nat gateway set g inside 10.0.0.0/16
	nat rule add gateway g dst $S1 exempt
	ip -n "$rt" route add 10.0.0.0/16 via $HOST
	pkt put client data=exempt
	check "nor is one that is exempt translated" \
		pkt take server data=exempt from=$C1
}

lost()
{
	pkt put client data=lost && ! pkt take server data=lost within=0.5
}

fenced()
{
	nat -j fence show | tee /dev/stderr | grep '"drops":1'
}

# anew: nobody remembers a connection
anew()
{
	on "$gw" conntrack -F 2>/dev/null
	nat flow flush all
	pkt clear
}

# by_vlan: an inside host is on a VLAN of the uplink's device, whose tag the flowtable takes
# off before anybody else sees where the packet came in
by_vlan()
{
	setup_ns c3
	ip -n "$gw" link add link ext name ext.10 type vlan id 10
	ip -n "$rt" link add link wan name wan.10 netns "$c3" type vlan id 10
	plug "$gw" ext.10 10.0.10.1/24
	plug "$c3" wan.10 10.0.10.2/24 10.0.10.1
	nat gateway del g
	nat fence del dev ext
	gateway fastpath off
	anew
	pkt close client
	pkt udp client "$c3" bind=10.0.10.2:5000 to=$S1:53
	check "from a VLAN of the uplink, a question passes" ask first
	check "its answer passes" answered
	check "the flowtable has the connection" wait_for 5 taken
	check "what it sends leaves translated" past ask second
	ip -n "$gw" link del ext.10
}

# port NS ADDRESS GATEWAY: one more port of the bridge, a host at its other end
port()
{
	setup_ns "$1"
	ip -n "${!1}" link add eth0 type veth peer name "$1" netns "$gw"
	ip -n "$gw" link set dev "$1" master br0 up
	plug "${!1}" eth0 "$2/24" "$3"
	ip -n "$gw" addr add "$3/24" dev br0
	on "$gw" nft "add flowtable ip ft f { hook ingress priority filter; devices = { $1 }; }"
}

# onto_bridge: the uplink is a bridge, and what was it is a port of that
onto_bridge()
{
	nat gateway del g
	nat fence del dev ext
	ip -n "$gw" addr flush dev ext
	ip -n "$gw" -batch - <<-END
		link add br0 type bridge
		link set dev ext master br0
	END
	plug "$gw" br0 $HOST/24 $RT
	ip -n "$gw" addr add $EIP/24 dev br0
	nat gateway add g dev br0 eip $EIP inside 10.0.0.0/16 fastpath off
}

# by_port: the flowtable sends by the port, past the bridge
by_port()
{
	pkt close client
	onto_bridge
	anew
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	check "by a bridge, too, a question passes" ask first
	check "its answer passes" answered
	check "the flowtable has the connection" wait_for 5 taken
	check "what it sends by a port leaves translated" past ask second
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
}

# among_ports: what the bridge's hosts send each other, through the host and past it
among_ports()
{
	port c4 10.0.4.2 10.0.4.1
	port c5 10.0.5.2 10.0.5.1
	anew
	pkt udp lower "$c4" bind=10.0.4.2:5000 to=10.0.5.2:53
	pkt udp upper "$c5" bind=10.0.5.2:53
	check "from port to port through the host, a question passes" asked first
	check "its answer passes" reached
	check "the flowtable has the connection" wait_for 5 kept
	check "what it sends has the inside address" past asked second
	ip -n "$rt" addr add 10.0.4.9/24 dev wan
	# Otherwise the hooks of IPv4 see frames, and what leaves by br0 is translated.
	on "$gw" sysctl -qew net.bridge.bridge-nf-call-iptables=0
	check "from port to port past the host, too" on "$c4" ping -qc1 -W5 10.0.4.9
	pkt clear
}

asked()
{
	pkt put lower data="$1" && pkt take upper data="$1" from=10.0.4.2
}

reached()
{
	pkt reply upper data=answer && pkt take lower data=answer
}

kept()
{
	asked more && offloaded
}

# renumbered: the flowtable goes on with the address that the bridge had
renumbered()
{
	anew
	check "a connection by the bridge" ask first
	check "its answer passes" answered
	check "the flowtable has the connection" wait_for 5 taken
	ip -n "$gw" link set dev br0 address 02:00:00:00:00:99
	check "with another address of the bridge, it leaves translated" past ask second
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
}

# one_count: the guard looks once more at what has left by POST_ROUTING
one_count()
{
	local before
	nat rule add gateway g dst $S2 exempt
	ip -n "$rt" route replace 10.0.0.0/16 via $HOST
	pkt udp server2 "$s2" bind=$S2:53
	pkt udp client2 "$c2" to=$S2:53
	before=$(counter packets-exempt)
	pkt put client2 data=exempt && pkt take server2 data=exempt from=$C2 &&
		counter_is packets-exempt -eq $((before + 1))
}

need nft conntrack socat ping
ktap_plan 47
two_armed
gateway fastpath off
pkt capture wan "$rt/wan"
pkt capture s1 "$s1/eth0"
pkt capture c1 "$c1/eth0"
pkt udp server "$s1" bind=$S1:53
flowtable
both_offloads through
nat gateway set g fastpath on
check "with the fast path, the first packet passes too" \
	transfer "$c1" "$s1" $S1
nat gateway set g fastpath off
without_flow
by_vlan
by_port
among_ports
renumbered
check "an exempt packet is counted once" one_count
check "a device goes while it is looked at" ip -n "$gw" link del in2
check "the module too" timeout 30 rmmod natgw
ktap_finish
