#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP connections work, small and large, and streams arrive unharmed.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

connections()
{
	check "client connects" pkt tcp client "$c1" bind=$C1:6000 to=$S1:80
	check "server sees the elastic IP" pkt accept server conn from=$EIP
	pkt put client data=request
	check "request arrives" pkt take conn data=request
	pkt put conn data=response
	check "response arrives" pkt take client data=response

	check "same port of another client connects too" \
		pkt tcp other "$c2" bind=$C2:6000 to=$S1:80
	pkt accept server conn2 >"$TMP/log"
	check "same port of one client to another server connects too" \
		pkt tcp third "$c1" bind=$C1:6000 to=$S2:80
	check "wire ports are those that flow show tells" wire_ports

	check "refused connection is told to the client" \
		pkt_error ECONNREFUSED tcp nobody "$c1" to=$S1:81
	check "checksums are right at the server" pkt sums s1 src=$EIP
	check "checksums are right at the client" pkt sums c1 src=$S1
	pkt close client conn other conn2 third

	check "4 MB arrive unharmed, up and down" transfer "$c1" "$s1" $S1 4
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
}

wire_ports()
{
	local told seen
	told=$(flow wire-port proto tcp dst $S1 dport 80 | sort)
	seen=$(pkt field s1 sport dport=80 flags=S | sort -u)
	[ "$told" = "$seen" ]
}

need socat ss
ktap_plan 24
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture s1 "$s1/eth0"
pkt capture c1 "$c1/eth0"
pkt listen server "$s1" $S1:80
pkt listen server2 "$s2" $S2:80
both_offloads connections
ktap_finish
