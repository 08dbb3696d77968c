#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What outsiders make up, blindly or knowing everything but the numbers: no connection
# ends, no path MTU changes, nothing opens, and what is no answer does not get in.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# The forger is the router itself. ROUNDS hundred packets of each kind.
. ./lib.sh

: "${ROUNDS:=5}"
FORGED=$((ROUNDS * 100))
FAR=192.0.2.1

# forge KIND ARGUMENT...
forge()
{
	on "$rt" ./forge $FORGED "$@"
}

# in_use NUMBER: data go both ways through the connection
in_use()
{
	pkt put client data="up$1" && pkt take server data="up$1" &&
		pkt put server data="down$1" && pkt take client data="down$1"
}

# learnt: the path MTU that c1 has learnt of
learnt()
{
	ip -n "$c1" route get $S1 | grep mtu
}

# lasts: the connection has the time-out of established ones. It may look half closed:
# a FIN may come before what was lost, so its number proves nothing.
lasts()
{
	flow state proto tcp | grep -E '^tcp-(established|fin-outside)$'
}

need
[ -x ./forge ] || skip_all "forge was not built"
ktap_plan 20
two_armed
# The network upstream is misled: it sends here what is not for this gateway.
ip -n "$rt" -batch - <<END
	route add 10.0.0.0/16 via $HOST
	route add $FAR via $HOST
END
gateway tcp-opening 600
pkt listen web "$s1" $S1:80
pkt tcp client "$c1" bind=$C1:7000 to=$S1:80 >"$TMP/connected"
pkt accept web server from=$EIP >"$TMP/accepted"
pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$S1 sport=7001..7050 dport=53
PORT=$(flow wire-port proto tcp)
check "a connection and 50 flows are in use" flows -eq 51
check "the connection is" in_use 0
pkt capture c1 "$c1/eth0"
pkt capture c2 "$c2/eth0"

check "a scan of all ports" forge scan $EIP 0
check "one of inside addresses" forge scan $C1 0
check "inside addresses as sources, from outside" forge spoof $C2 0
check "towards others as well" forge spoof $FAR 0
in_use 1
check "not one packet of these got in" pkt none c1 src!=$S1
check "nor to the other client" pkt none c2 src=0.0.0.0/0
# Less those that no host has: the kernel itself knows its own, and broadcasts.
check "inside sources were known for what they are" \
	wait_for 5 counter_is source-drop-spoofed -ge $((FORGED * 9 / 10))
check "nobody has opened a flow" flows -eq 51

check "RST, SYN, FIN and data of the server, port unknown" \
	forge blind $EIP 0 $S1 80
check "the same, port known" forge blind $EIP "$PORT" $S1 80
check "resets alone" forge reset $EIP "$PORT" $S1 80
check "it lasts as long as it did" lasts
check "data go through as ever" in_use 2
# After all these, whose acknowledgments must not have been believed.
pkt clear c1
check "ICMP errors about it" forge errors $EIP "$PORT" $S1 80
check "data go through as ever, again" in_use 3
check "no error got in" pkt none c1 proto=icmp
refute "the client has learnt no path MTU" learnt
check "all flows live" flows -eq 51
echo "# $FORGED packets of each of 8 kinds"
ktap_finish
