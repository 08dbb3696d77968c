#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# natctl monitor tells what happens, while it happens.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# watch FILE ARGUMENT...: run natctl monitor until the end of the script. It is
# listening when it tells of a change made for that.
watch()
{
	nat "${@:2}" >"$TMP/$1" 2>&1 &
	wait_for 10 heard "$TMP/$1"
}

# What is set as it was makes no event.
heard()
{
	icmp=$((icmp + 1))
	nat gateway set g icmp $icmp
	grep -q gateway "$1"
}

# quiet COMMAND...: it makes no event between those of two changes around it
quiet()
{
	icmp=$((icmp + 2))
	nat gateway set g icmp $((icmp - 1))
	"$@" || return 1
	nat gateway set g icmp $icmp
	tells ".options.icmp == $icmp" &&
		jq -se "map(select(.object == \"gateway\") | .options.icmp) |
			index($icmp) - index($icmp - 1) == 1" "$TMP/json"
}

# tells FILTER: monitor printed an object like that
tells()
{
	wait_for 5 jq -se "any(.[]; $1)" "$TMP/json"
}

need
icmp=100
ktap_plan 20
two_armed
gateway
watch json -j monitor
watch text monitor
watch some -j monitor gateway

nat gateway add h dev ext eip $EIP2 inside 10.9.0.0/16
check "a new gateway" tells '.object == "gateway" and .event == "add" and
	.name == "h" and .dev == "ext" and .inside == ["10.9.0.0/16"]'
nat gateway set h udp 33
check "its change" tells '.object == "gateway" and .event == "change" and
	.name == "h" and .options.udp == 33 and .profile == "aws"'
nat gateway set h profile rfc
check "its change of profile" tells '.event == "change" and
	.name == "h" and .profile == "rfc" and .options.udp == 300 and
	.options["udp-mapping"] == "endpoint-independent"'
check "none of what is set as it was" quiet nat gateway set h udp 300
check "none of the profile that it has" quiet nat gateway set h profile rfc
nat address add gateway h eip 203.0.113.12 2>/dev/null
check "a new address" tells '.object == "address" and .event == "add" and
	.gateway == "h" and .eip == "203.0.113.12"'
nat address del gateway h eip 203.0.113.12
check "its end" tells '.object == "address" and .event == "delete" and
	.eip == "203.0.113.12"'
nat gateway del h 2>/dev/null
check "the gateway's end" tells '.object == "gateway" and
	.event == "delete" and .name == "h"'

pkt capture wan "$rt/wan"
pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000 dport=53
pkt wait wan src=$EIP
port=$(pkt field wan sport src=$EIP)
check "a new flow" tells ".object == \"flow\" and .event == \"add\" and
	.proto == \"udp\" and .src == \"$C1\" and .sport == 7000 and
	.dst == \"$HOLE\" and .dport == 53 and .[\"wire-ip\"] == \"$EIP\" and
	.[\"wire-port\"] == $port and .gateway == \"g\""
nat flow flush all >/dev/null
check "its end, and why" tells '.object == "flow" and .event == "delete" and
	.sport == 7000 and .end == "flushed"'

nat gateway set g udp 1
pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7001
check "an idle flow's end" tells '.object == "flow" and .event == "delete" and
	.sport == 7001 and .end == "idle"'

nat gateway set g max-flows 1 udp 300
pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7002..7003
check "a flow that could not be made" tells '.object == "error" and
	.cause == "table-full" and .gateway == "g" and .sport == 7003'
ip -n "$gw" link set dev ext down
check "a gateway that fails, and why" tells '.object == "gateway" and
	.event == "change" and .state == "failed" and (.reason | test("down"))'
check "each line is JSON with a time" \
	jq -se 'all(.[]; .time | test("^2[0-9]{3}-"))' "$TMP/json"

check "one group is told when one was asked for" \
	wait_for 5 grep -q failed "$TMP/some"
refute "and no other" grep -qE '"object": ?"(flow|error)"' "$TMP/some"
check "the text tells of gateways" grep -qE "gateway add h .*$EIP2" "$TMP/text"
check "the text tells of flows" \
	grep -qE "flow add .*$C1.*$HOLE.*$EIP" "$TMP/text"
check "the text tells of errors" grep -q "table-full" "$TMP/text"
refute "one event is one line" grep -vE \
	'^[0-9:.]+ (gateway|address|flow|error|level) ' "$TMP/text"
ktap_finish
