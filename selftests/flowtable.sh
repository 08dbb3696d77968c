#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A flowtable of the host's own forwards packets past POST_ROUTING. They leave
# translated all the same.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

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
	on "$gw" conntrack -F 2>/dev/null
	nat flow flush all
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
	pkt clear
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	check "by a bridge, too, a question passes" ask first
	check "its answer passes" answered
	check "the flowtable has the connection" wait_for 5 taken
	check "what it sends by a port leaves translated" past ask second
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

need nft conntrack socat
ktap_plan 33
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
by_port
check "an exempt packet is counted once" one_count
check "a device goes while it is looked at" ip -n "$gw" link del in2
check "the module too" timeout 30 rmmod natgw
ktap_finish
