#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A NAT instance: one device, its private IP on the wire, the elastic IP put
# there upstream, and the instance's own services working meanwhile.
#
#   priv --- vpc --- igw --- net --- s1      (one_armed in lib.sh)
#             |
#             gw
. ./lib.sh

GW=10.0.0.10

exchange()
{
	pkt udp client "$priv" to=$S1:53
	pkt put client data=question
	check "server sees the elastic IP" \
		pkt take server data=question from=$EIP
	pkt reply server data=answer
	check "client gets the answer" pkt take client data=answer from=$S1
	check "client pings the server" on "$priv" ping -qc1 -W5 $S1
	check "1 MB arrives unharmed, up and down" transfer "$priv" "$s1" $S1
	check "the internet gateway gets the instance's address only" \
		pkt none igw src!=$GW
	check "checksums are right at the server" pkt sums s1 src=$EIP
	check "checksums are right at the client" pkt sums priv src=$S1
}

# What the instance itself does, on the same address
instance()
{
	check "the internet reaches the instance's SSH port" \
		pkt tcp admin "$s1" to=$EIP:22
	check "the instance sees who it is" \
		pkt accept ssh session from=$S1
	pkt put admin data=hello
	check "data flows on that connection" pkt take session data=hello
	check "an inside host reaches the SSH port" \
		pkt tcp inside "$priv" to=$GW:22
	check "the instance sees the inside address" \
		pkt accept ssh session2 from=10.0.1.20

	pkt udp own "$gw" bind=$GW:5353 to=$S1:53
	pkt put own data=mine
	check "the instance's own query has the elastic IP, port kept" \
		own_query
	pkt reply server data=yours
	check "and gets its answer" pkt take own data=yours
}

own_query()
{
	[ "$(pkt take server data=mine)" = "$EIP:5353" ]
}

# Between inside prefixes the instance only routes.
inside()
{
	pkt clear
	ip -n "$vpc" rule add iif p1 to 10.0.2.0/24 lookup 101 pref 50
	ip -n "$vpc" addr add 10.0.2.20/32 dev lo
	ip -n "$vpc" rule del pref 0
	ip -n "$vpc" rule add iif p0 lookup local pref 60
	ip -n "$vpc" rule add lookup local pref 70
	pkt udp peer "$vpc" bind=10.0.2.20:54
	pkt udp client "$priv" to=10.0.2.20:54
	pkt put client data=direct
	check "inside to inside through the instance is not translated" \
		pkt take peer data=direct from=10.0.1.20
	check "and makes no flow" flows -eq 0 dport 54
}

healthy()
{
	nat doctor >"$TMP/doctor" && cat "$TMP/doctor" &&
		grep -q "it too leads to inside hosts" "$TMP/doctor" &&
		grep -q " ok, 0 warnings, 0 failed, 0 unknown" "$TMP/doctor"
}

need socat ss ping
ktap_plan 24
one_armed
nat gateway add g dev eth0 eip $EIP private-ip $GW inside 10.0.1.0/24 inside 10.0.2.0/24
pkt capture priv "$priv/eth0"
pkt capture igw "$igw/vpc"
pkt capture s1 "$s1/eth0"
pkt udp server "$s1" bind=$S1:53
pkt listen ssh "$gw" 0.0.0.0:22
check "nothing is wrong with the instance" healthy
both_offloads exchange
instance
inside
ktap_finish
