#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# natctl log in IPFIX, as a collector that others have written understands it.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# collect NAME WORD...: a collector in the gateway's namespace, and a log for it,
# which is heard once flows have come and gone
collect()
{
	mkdir "$TMP/$1"
	PORT=$((PORT + 1))
	# Not by on(): the process to end would be the shell that runs it.
	nsenter --net="/run/netns/$gw" nfcapd -p $PORT -b 127.0.0.1 \
		-w "$TMP/$1" -t 3600 >"$TMP/$1.said" 2>&1 &
	COLLECTOR=$!
	wait_for 10 grep -q "Startup nfcapd" "$TMP/$1.said"
	"$NATCTL" -n "$gw" log format ipfix to 127.0.0.1:$PORT "${@:2}" \
		>"$TMP/$1.log" 2>&1 &
	LOG=$!
	wait_for 10 listening_to_flows
}

# There is a socket in group 2 of generic netlink's family, or whatever it is here.
listening_to_flows()
{
	on "$gw" cat /proc/net/netlink |
		awk -v pid=$LOG '$3 == pid && $4 != "00000000" { found = 1 }
			END { exit !found }'
}

# collected NAME: its records as JSON in NAME.json
collected()
{
	kill $LOG && wait $LOG && kill $COLLECTOR && wait $COLLECTOR
	nfdump -o json -r "$TMP/$1"/nfcapd.2* >"$TMP/$1.json"
	cat "$TMP/$1.said" "$TMP/$1.log"
}

# tells NAME FILTER: it has exactly one record like that
tells()
{
	jq -e "map(select($2)) | length == 1" "$TMP/$1.json"
}

exchange()
{
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	pkt put client data=question && pkt take server data=question >/dev/null
	pkt reply server data=answer && pkt take client data=answer >/dev/null
	pkt wait wan src=$EIP dst=$S1
	WIRE=$(pkt field wan sport src=$EIP dst=$S1 proto=udp)
	pkt close client
}

# named FILE: the packet that was captured has the label as an element of its own, of
# a length that stands before it
named()
{
	/usr/bin/python3 - "$1" <<-END
		import sys
		data = open(sys.argv[1], "rb").read()
		assert b"\x01\x73\xff\xff" in data, "no userName in a template"
		assert b"\x03web" in data, "no label in a record"
	END
}

same_flow()
{
	echo ".proto == 17 and .src4_addr == \"$C1\" and .src_port == 5000 and
		.dst4_addr == \"$S1\" and .dst_port == 53 and
		.src4_xlt_ip == \"$EIP\" and .src_xlt_port == \"$WIRE\" and
		.dst4_xlt_ip == \"$S1\" and .dst_xlt_port == \"53\""
}

# in_order: what ends has begun before, and that is told when it ends
in_order()
{
	jq -c '.[] | [.nat_event_id, .first, .last, .t_event]' "$TMP/full.json"
	jq -e 'map(select(.nat_event_id == "5")) | all(.[]; .first > "2026" and
		.first <= .last and .first <= .t_event)' "$TMP/full.json"
}

need nfcapd nfdump tcpdump
PORT=4738
ktap_plan 17
two_armed
gateway accounting on tcp-closing 1
pkt capture wan "$rt/wan"
pkt capture s1 "$s1/eth0"
pkt capture c1 "$c1/eth0"
pkt udp server "$s1" bind=$S1:53
both_offloads :
offload "$rt" l1 off
offload "$gw" in1 off

nat label set $C1 web
nsenter --net="/run/netns/$gw" tcpdump -U -i lo -w "$TMP/ipfix.pcap" udp \
	2>"$TMP/tcpdump" &
TCPDUMP=$!
wait_for 10 grep -q "listening on" "$TMP/tcpdump"
collect full
exchange
nat flow flush proto udp >/dev/null
check "a file goes up and down" transfer "$c1" "$s1" $S1
check "the connections end" wait_for 15 flows -eq 0
check "the collector stops" collected full
check "a flow's start, as was seen on the wire" tells full \
	".nat_event == \"NAT44 session create\" and $(same_flow)"
check "its end, with what was counted" tells full \
	".nat_event == \"NAT44 session delete\" and $(same_flow) and
	.in_packets == 1 and .in_bytes == 36 and
	.out_packets == 1 and .out_bytes == 34"
check "each of the flows, twice" \
	jq -e 'length == 6 and (group_by(.src_xlt_port) | length == 3 and
		all(.[]; length == 2))' "$TMP/full.json"
check_is "packets of the files: as many as the server got" \
	"$(pkt count s1 src=$EIP proto=tcp)" \
	"$(jq 'map(select(.proto == 6) | .in_packets) | add' "$TMP/full.json")"
check_is "and as many as the client got" \
	"$(pkt count c1 src=$S1 proto=tcp)" \
	"$(jq 'map(select(.proto == 6) | .out_packets // 0) | add' \
		"$TMP/full.json")"
check "TCP flags" tells full '.proto == 6 and .dst_port == 6001 and
	.tcp_flags == "...AP.SF" and .nat_event_id == "5"'
check "it took from start to end as long as it did" in_order
check "no message was malformed or missing" \
	grep -q "Sequence Errors: 0, Bad Packets: 0" "$TMP/full.said"
kill $TCPDUMP
wait $TCPDUMP || :
check "the label of the inside host is in them" named "$TMP/ipfix.pcap"

nat gateway set g accounting off
pkt clear
collect secret no-destination
exchange
nat flow flush proto udp >/dev/null
check "another collector stops" collected secret
check "without destination: the external port and whose it was" tells secret \
	".nat_event_id == \"5\" and .src4_addr == \"$C1\" and
	.src4_xlt_ip == \"$EIP\" and .src_xlt_port == \"$WIRE\""
refute "and not with whom" grep -q "$S1" "$TMP/secret.json"
check "a flow that does not count has no counts" \
	jq -e 'all(.[]; .in_packets == 0 and .in_bytes == 0)' \
	"$TMP/secret.json"

"$NATCTL" -n "$gw" log format ipfix to 127.0.0.1:9 >"$TMP/nobody" 2>&1 &
LOG=$!
wait_for 10 listening_to_flows
told()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000
	nat flow flush dst $HOLE >/dev/null
	grep -q "cannot send to the collector: Connection refused" "$TMP/nobody"
}
check "nobody collects: that is said" wait_for 10 told
kill $LOG
ktap_finish
