#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A TCP packet from inside that belongs to no flow: its connection is gone, and
# its sender is told at once, or not, or it goes on, as the gateway is set.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# and the same behind a NAT instance with one device (one_armed). The clients of
# crafted packets are addresses behind c1 and c2, which answer nothing by
# themselves.
. ./lib.sh

IN=10.0.16.2
OTHER=10.0.32.2
DROPS=0

# inside WORDS...: a packet of the client's, of no flow
inside()
{
	DROPS=$((DROPS + 1))
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" tcp src=$IN dst=$HOLE sport=7000 \
		dport=80 "$@"
}

# dropped: all of them so far are, by name
dropped()
{
	wait_for 5 counter_is source-drop-midstream -eq $DROPS &&
		pkt none wan dst=$HOLE
}

answered()
{
	pkt wait c1 src=$HOLE dst=$IN sport=80 dport=7000 "$@"
}

# The form of RFC 9293 section 3.5.2: it has to look like the far side's.
told()
{
	inside flags=A seq=1000 ack=5000
	check "an ACK is answered by RST with the number it acknowledges" \
		answered flags=R seq=5000
	inside flags=PA seq=1000 ack=4294967295 data=hello
	check "so is data" answered flags=R seq=4294967295
	inside flags=SA seq=1000 ack=5000
	check "so is a SYN-ACK" answered flags=R seq=5000
	inside flags=P seq=4294967294 data=hello
	check "what acknowledges nothing is acknowledged" \
		answered flags=RA seq=0 ack=3
	inside flags=F seq=1000
	check "so is its FIN" answered flags=RA seq=0 ack=1001
	check "checksums are right" pkt sums c1
	check "none of them was let out, and each is counted" dropped
	check "so are the answers" counter_is tcp-resets-sent -eq 5
	inside flags=R seq=1000
	inside flags=RA seq=1000 ack=5000
	check "RSTs are dropped" dropped
	check "and not answered" pkt none c1 src=$HOLE
	check "no flow came of it" flows -eq 0
}

# lost CAPTURE: a connection is forgotten under the client, which sends more; the
# second time it must know
lost()
{
	nat flow flush all >/dev/null
	pkt clear
	pkt put client data=more
	check "a real client's connection is reset at once" \
		reset_seen "$1"
}

reset_seen()
{
	pkt wait "$1" src=$S1 flags=R && pkt_error ECONNRESET put client data=x
}

real_client()
{
	pkt tcp client "$c1" to=$S1:80 >"$TMP/log"
	pkt accept server session >"$TMP/log"
	pkt put client data=hello
	pkt take session data=hello >"$TMP/log"
	lost c1
	pkt close client session
	check "and a new one begins" pkt tcp client "$c1" to=$S1:80
	pkt accept server session >"$TMP/log"
	check "on which data flows" exchange_data
	pkt close client session
}

exchange_data()
{
	pkt put client data=again && pkt take session data=again &&
		pkt put session data=back && pkt take client data=back
}

# Others' connections are none of its business.
untouched()
{
	nat flow flush all >/dev/null
	pkt tcp client "$gw" bind=$EIP:4000 to=$S1:80 >"$TMP/log"
	pkt accept server session >"$TMP/log"
	nat flow flush all >/dev/null
	check "the host's connection from the gateway's address goes on" \
		exchange_data
	pkt tcp client "$gw" bind=$HOST:4001 to=$S1:80 >"$TMP/log"
	pkt accept server session >"$TMP/log"
	nat flow flush all >/dev/null
	check "so does one from another address of the host" exchange_data
	pkt tcp client "$s1" bind=$S1:4002 to=$EIP:22 >"$TMP/log"
	pkt accept ssh session >"$TMP/log"
	nat flow flush all >/dev/null
	check "so does one to a service of the host" exchange_data
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" tcp src=$IN dst=$OTHER sport=7000 \
		dport=80 flags=A seq=1000 ack=5000
	check "what goes from inside to inside is only routed" \
		pkt wait c2 src=$IN dst=$OTHER flags=A seq=1000
	check "nothing of this was answered" pkt none c1 flags=R
	check "nor counted" counter_is source-drop-midstream -eq "$1"
}

# At most 1000 a second: the number sent in the time that it took, with one
# second at either end that is not over. Nothing in the machine is slow enough
# not to exceed that with 3000, or it has to be asked again.
limited()
{
	local took before sent
	for _ in 1 2 3; do
		before=$(counter tcp-resets-sent)
		took=$(on "$c1" ./volley.py 3000 tcp src=$IN dst=$HOLE \
			sport=7000 dport=80 flags=A seq=1 ack=5)
		sent=$(($(counter tcp-resets-sent) - before))
		echo "$sent RSTs in $took ms"
		[ $sent -le $((took + 2000)) ] || return
		[ $sent -eq 3000 ] || return 0
	done
	return 1
}

silent()
{
	local sent
	sent=$(counter tcp-resets-sent)
	DROPS=$(counter source-drop-midstream)
	nat gateway set g midstream drop
	inside flags=PA seq=1000 ack=5000 data=hello
	check "midstream drop: it is dropped by name" dropped
	check "without a word" pkt none c1 src=$HOLE
	check "and no RST is counted" counter_is tcp-resets-sent -eq "$sent"
}

accepted()
{
	nat gateway set g midstream accept
	inside flags=PA seq=1000 ack=5000 data=hello
	check "midstream accept: it goes out" \
		pkt wait wan src=$EIP dst=$HOLE flags=PA data=hello
	check "with right checksums" pkt sums wan
	check_is "as part of an established connection" tcp-established \
		"$(flow state sport 7000)"
	pkt send "$rt/wan" "$gw/ext" tcp src=$HOLE dst=$EIP sport=80 \
		dport="$(pkt field wan sport)" flags=A seq=5000 ack=1005
	check "to which answers come" answered flags=A seq=5000
}

# The same through one device
instance()
{
	local all=("${NAMESPACES[@]}")
	pkt close "${all[@]}"
	del_ns "${all[@]}"
	NAMESPACES=()
	one_armed
	nat gateway add g dev eth0 eip $EIP private-ip 10.0.0.10 \
		inside 10.0.1.0/24
	pkt capture priv "$priv/eth0"
	pkt capture igw "$igw/vpc"
	pkt listen server "$s1" $S1:80
	pkt listen ssh "$gw" 0.0.0.0:22
	pkt tcp client "$priv" to=$S1:80 >"$TMP/log"
	pkt accept server session >"$TMP/log"
	lost priv
	check "one device: nothing of it was let out" pkt none igw
	pkt close client session
	pkt tcp client "$priv" to=10.0.0.10:22 >"$TMP/log"
	pkt accept ssh session >"$TMP/log"
	nat flow flush all >/dev/null
	check "one device: a client's connection to the host goes on" \
		exchange_data
}

need
ktap_plan 34
two_armed
ip -n "$gw" route add 10.0.16.0/20 via $C1
ip -n "$gw" route add 10.0.32.0/20 via $C2
gateway
pkt capture c1 "$c1/eth0"
pkt capture c2 "$c2/eth0"
pkt capture wan "$rt/wan"
pkt listen server "$s1" $S1:80
pkt listen ssh "$gw" 0.0.0.0:22
told
untouched "$DROPS"
both_offloads real_client
check "RSTs are limited to 1000 a second" limited
silent
accepted
instance
ktap_finish
