#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The host itself uses the gateway's address too. Its connections and those of
# clients never share a tuple, whoever came first.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

host_first()
{
	pkt udp own "$gw" bind=$EIP:4000 to=$S1:53
	pkt put own data=mine
	check_is "the host's own query keeps its port" $EIP:4000 \
		"$(pkt take server data=mine)"
	pkt reply server data=yours
	check "and gets its answer" pkt take own data=yours
	check_is "its port is held" host \
		"$(flow kind gateway g dst $S1 dport 53)"
	check "the host connects by TCP from the gateway's address" \
		pkt tcp conn "$gw" bind=$EIP:4001 to=$S1:80
	check "as it is" pkt accept web session from=$EIP
	check "the host pings from the gateway's address" \
		on "$gw" ping -qc1 -W5 -I $EIP $S1
}

client_first()
{
	local port taken
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	pkt put client data=client
	port=$(pkt take server data=client)
	port=${port#*:}
	pkt udp late "$gw" bind=$EIP:"$port" to=$S1:53
	pkt put late data=host
	taken=$(pkt take server data=host)
	check "a port that a client's flow has is not used by the host" \
		[ "$taken" != "$EIP:$port" ]
	pkt reply server data=tohost
	check "the host's socket gets its answer nevertheless" \
		pkt take late data=tohost
	pkt put client data=again
	check_is "the client's flow goes on" "$EIP:$port" \
		"$(pkt take server data=again)"
	pkt reply server data=toclient
	check "and gets its own answers" pkt take client data=toclient
}

# 1000 ports of the host and 1000 flows of clients, of 64512: without care,
# about 15 of them would meet.
crowded()
{
	pkt close server
	pkt clear
	pkt crowd own "$gw" $EIP to=$HOLE:53 ports=20000..20999
	pkt wait wan n=1000 src=$EIP dst=$HOLE dport=53
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE dport=53 \
		sport=10000..10999
	pkt wait wan n=2000 src=$EIP dst=$HOLE dport=53
	check_is "2000 tuples are all different" 2000 \
		"$(pkt field wan sport dst=$HOLE dport=53 | sort -u | wc -l)"
	check "the flow table agrees" \
		flows -eq 2000 dst $HOLE dport 53
}

# unsolicited drop: the outside cannot reach the host through the address
closed()
{
	check "unsolicited local: the host's service is reached" \
		pkt tcp visitor "$s1" to=$EIP:22
	nat gateway set g unsolicited drop
	check "unsolicited drop: it is silent" \
		pkt_error "nothing came or went in time" \
		tcp visitor "$s2" to=$EIP:22 within=1
	check "the drop is counted" \
		wait_for 5 counter_is destination-drop-unsolicited -ge 1
	check "the host's own connection goes out and is answered" \
		pkt tcp conn "$gw" bind=$EIP:4003 to=$S1:80
	check "another address of the host is not concerned" \
		pkt tcp visitor "$s1" to=$HOST:22
}

need ping
ktap_plan 17
two_armed
gateway
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53
pkt listen web "$s1" $S1:80
pkt listen ssh "$gw" 0.0.0.0:22
host_first
client_first
crowded
closed
ktap_finish
