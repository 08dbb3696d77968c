#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# "natctl why" says what becomes of a packet before it is sent, and is right.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# asks SRC SPORT DST DPORT PROTOCOL [dev DEV]: the answer in $TMP/why; STATUS
asks()
{
	STATUS=0
	nat why "$@" >"$TMP/why" 2>&1 || STATUS=$?
	cat "$TMP/why"
	echo "status $STATUS"
}

# says STATUS VERDICT STEP... -- QUESTION: that the answer has this status, this
# last line, and a line for each of the steps (patterns)
says()
{
	local status=$1 verdict=$2 steps=()
	shift 2
	while [ "$1" != -- ]; do
		steps+=("$1")
		shift
	done
	asks "${@:2}"
	[ "$STATUS" -eq "$status" ] || return
	tail -n1 "$TMP/why" | grep -qxE "$verdict" || return
	for step in "${steps[@]}"; do
		grep -qE "^$step" "$TMP/why" || return
	done
}

# sent KIND WORDS...: c1 sends it
sent()
{
	pkt send "$c1/eth0" "$gw/in1" "$@" src=$C1
}

# drops_as CAUSE KIND WORDS...: the packet is dropped under this name
drops_as()
{
	local before
	before=$(counter "$1")
	sent "${@:2}"
	wait_for 5 counter_is "$1" -eq $((before + 1))
}

UDP=("$C1" 7000 "$HOLE" 53 udp)

changes_nothing()
{
	nat -j stats >"$TMP/before"
	asks "${UDP[@]}"
	asks $C1 1 $HOLE 2 tcp
	nat -j stats | cmp - "$TMP/before" && flows -eq 0 &&
		[ "$(nat -j drops)" = "[]" ]
}

# fast: a packet is, unless something has changed (a neighbour) just before it
fast()
{
	sent udp dst=$HOLE sport=7000 dport=53
	says 0 "translated to .*" "path +pass +fast\$" -- "${UDP[@]}"
}

a_flow()
{
	local port
	check "a packet that opens a flow" says 0 "translated to $EIP, gateway g" \
		"route +pass +in by in1, out by ext to $RT\$" \
		"gateway +pass +g, uplink ext\$" "flow +pass +none" \
		"source +pass +$C1 is inside" "protocol +pass" \
		"rule +pass +none" "limits +pass +the gateway has 0 of " \
		"address +pass +$EIP\$" "port +pass +0 of 64512 used" \
		"neighbour +" "mtu +pass +1500" "path +pass +slow for the first" \
		-- "${UDP[@]}"
	check "asking changes nothing" changes_nothing
	sent udp dst=$HOLE sport=7000 dport=53
	pkt wait wan src=$EIP dst=$HOLE
	port=$(pkt field wan sport src=$EIP dst=$HOLE)
	check "of a flow, the port that is on the wire" says 0 \
		"translated to $EIP:$port, gateway g" \
		"flow +pass +there is one, as $EIP:$port" \
		"neighbour +pass +$RT on ext" -- "${UDP[@]}"
	sent udp dst=$HOLE sport=7000 dport=53
	pkt wait wan n=2 src=$EIP dst=$HOLE
	[ "${FASTPATH:-on}" = off ] ||
		check "its next packets are fast" wait_for 10 fast
	nat gateway set g fastpath off
	check "or not, and why" says 0 "translated to .*" \
		"path +note +slow: fastpath is off" -- "${UDP[@]}"
	nat gateway set g fastpath on
	sent udp dst=$HOLE sport=7001..7002 dport=53
	pkt wait wan n=4 src=$EIP dst=$HOLE
	check "ports that others use are counted" says 0 "translated to .*" \
		"port +pass +3 of 64512 used towards $HOLE:53" \
		-- $C1 7003 $HOLE 53 udp
	check "towards this destination" says 0 "translated to .*" \
		"port +pass +0 of 64512 used towards $HOLE:54" \
		-- $C1 7003 $HOLE 54 udp
	check "ICMP by its identifier" says 0 "translated to $EIP, gateway g" \
		"path +note +slow: the fast path is for TCP and UDP" \
		-- $C1 7 $HOLE 0 icmp
	nat gateway set g profile rfc
	sent udp dst=$HOLE sport=7100 dport=53
	pkt wait wan n=5 src=$EIP dst=$HOLE
	port=$(pkt field wan sport src=$EIP dst=$HOLE | tail -n1)
	check "of an endpoint with a mapping, its port" says 0 \
		"translated to $EIP:$port, gateway g" \
		"address +pass +$EIP:$port, which $C1:7100 has" \
		-- $C1 7100 $HOLE 54 udp
	check "another inside host's endpoint" says 1 "turned, gateway g" \
		"gateway +stop +$EIP:$port is the external endpoint" \
		-- $C2 7000 $EIP "$port" udp
	nat gateway set g profile aws
	nat flow flush all >/dev/null
}

refusals()
{
	check "a protocol that is not translated" says 1 \
		"dropped: source-drop-protocol, gateway g" \
		"protocol +stop +number 47" -- $C1 0 $HOLE 0 gre
	check "it is dropped so" drops_as source-drop-protocol raw dst=$HOLE \
		proto=gre len=30

	nat gateway set g client-flows 1
	sent udp dst=$HOLE sport=7000 dport=53
	wait_for 5 flows -eq 1
	check "a client that has its most flows" says 1 \
		"dropped: source-drop-client-flows, gateway g" \
		"limits +stop +$C1 has 1 of 1 flows\$" -- $C1 7001 $HOLE 53 udp
	check "it is dropped so" drops_as source-drop-client-flows udp \
		dst=$HOLE sport=7001 dport=53
	check "another client has none yet" says 0 "translated to .*" \
		"limits +pass +the gateway has 1 of .* flows, $C2 has 0" \
		-- $C2 7001 $HOLE 53 udp
	nat gateway set g client-flows 0 max-flows 1
	check "a gateway that is full" says 1 \
		"dropped: source-drop-table-full, gateway g" \
		"limits +stop +the gateway has 1 of 1 flows" \
		-- $C1 7001 $HOLE 53 udp
	check "it is dropped so" drops_as source-drop-table-full udp \
		dst=$HOLE sport=7001 dport=53
	nat gateway set g max-flows 1000 client-opening 1
	sent tcp dst=$HOLE sport=7000 dport=80 flags=S
	wait_for 5 flows -eq 1 proto tcp
	check "half-open connections" says 1 \
		"dropped: source-drop-client-opening, gateway g" \
		"limits +stop +$C1 has 1 of 1 connections that are not" \
		-- $C1 7001 $HOLE 80 tcp
	check "it is dropped so" drops_as source-drop-client-opening tcp \
		dst=$HOLE sport=7001 dport=80 flags=S
	nat gateway set g client-opening 0 client-ports 2
	check "ports of a client" says 1 \
		"dropped: source-drop-client-ports, gateway g" \
		"limits +stop +$C1 has 2 of 2 ports" -- $C1 7001 $HOLE 80 tcp
	nat gateway set g client-ports 0 client-rate 1
	check "flows begun in a second" wait_for 10 too_fast
	nat gateway set g client-rate 0
	nat flow flush all >/dev/null
	sent udp dst=$HOLE sport=7000..7039 dport=53
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE dport=53
	wait_for 5 flows -eq 41
	nat gateway set g max-flows 42 fair-share on
	check "a fair share" says 1 "dropped: source-drop-fair-share, gateway g" \
		"limits +stop +$C1 has 40 of 21 flows, its share" \
		-- $C1 7100 $HOLE 53 udp
	check "it is dropped so" drops_as source-drop-fair-share udp \
		dst=$HOLE sport=7100 dport=53
	nat gateway set g max-flows 1000
	nat flow flush all >/dev/null
	sent udp dst=$HOLE sport=7000 dport=53
	wait_for 5 flows -eq 1

	# What no flow has the host keeps for itself.
	used=$(nat -j flow count proto udp dst $HOLE dport 53 | values count)
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=1024-65535
	check "no port is left" says 1 "dropped: source-drop-no-port, gateway g" \
		"port +stop +$used of 64512 used, $((64512 - used)) left to this host" \
		-- $C1 7001 $HOLE 53 udp
	check "... which JSON tells as well" kept
	check "it is dropped so" drops_as source-drop-no-port udp dst=$HOLE \
		sport=7001 dport=53
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=
	check "from outside, with an inside source" says 1 \
		"dropped: source-drop-spoofed, gateway g" \
		"source +stop +$C1 does not live" -- $C1 7001 $HOLE 53 udp dev ext
	check "of a flow, but from outside" says 1 \
		"dropped: source-drop-spoofed, gateway g" \
		"source +stop +$C1 does not live" -- $C1 7000 $HOLE 53 udp dev ext
	check "from outside, for an inside host" says 1 \
		"dropped: destination-drop-unsolicited, gateway g" \
		"gateway +stop +$C1 is behind gateway g" -- $S1 53 $C1 7000 udp
	nat flow flush all >/dev/null
}

rules()
{
	nat rule add gateway g pref 5 dst 198.51.100.64/30 exempt
	check "a rule that exempts" says 1 "untranslated, gateway g" \
		"rule +stop +5 exempts it" -- $C1 7001 198.51.100.65 53 udp
	nat address add gateway g eip $EIP2
	nat rule add gateway g pref 6 dst $HOLE address $EIP2
	check "a rule that pins" says 0 "translated to $EIP2, gateway g" \
		"rule +pass +6 pins it to $EIP2" "address +pass +$EIP2" \
		-- "${UDP[@]}"
	sent udp dst=$HOLE sport=7000 dport=53
	check "it leaves so" pkt wait wan src=$EIP2 dst=$HOLE dport=53
	nat flow flush all >/dev/null
	nat rule del gateway g pref 6
	nat rule add gateway g pref 7 dst $HOLE idle 600
	check "a rule about time" says 0 "translated to .*" \
		"rule +pass +7 gives it 600 s of idle time" -- "${UDP[@]}"
	nat rule del gateway g pref 7
	nat address del gateway g eip $EIP2 drain 600
	check "an address that drains is given to nobody" says 0 \
		"translated to $EIP, gateway g" "address +pass +$EIP" \
		-- "${UDP[@]}"
	check "it is gone soon" wait_for 10 only_eip
	nat gateway set g inside any 2>/dev/null
	check "a source behind the uplink" says 1 "untranslated, gateway g" \
		"source +stop +$S1 lives behind the uplink" -- $S1 7000 $HOLE 53 udp
	nat gateway set g inside 10.0.0.0/16 2>/dev/null
}

too_fast()
{
	sport=$((sport + 1))
	sent udp dst=$HOLE sport=$sport dport=53
	says 1 "dropped: source-drop-client-rate, gateway g" \
		"limits +stop +$C1 has 1 of 1 flows begun in this second" \
		-- $C1 7900 $HOLE 53 udp
}

# The next hop, and who forbids the short way to it
way()
{
	check "a destination on the uplink's own network" says 0 "translated to .*" \
		"route +pass +in by in1, out by ext\$" -- $C1 7001 $RT 53 udp
	ip -n "$gw" neigh replace $RT dev ext nud failed
	check "a neighbour that did not answer" says 0 "translated to .*" \
		"neighbour +note +$RT on ext did not answer" -- "${UDP[@]}"
	ip -n "$gw" link set ext arp off
	check "a device that asks for none" says 0 "translated to .*" \
		"neighbour +pass +ext asks for none" -- "${UDP[@]}"
	ip -n "$gw" link set ext arp on
	ip -n "$gw" xfrm policy add src 192.0.2.0/24 dst 192.0.2.0/24 dir fwd \
		action block
	check "IPsec" says 0 "translated to .*" \
		"path +note +slow: this host has IPsec policies" -- "${UDP[@]}"
	ip -n "$gw" xfrm policy flush
}

# The route of a flow moves to another gateway's uplink.
moved()
{
	nat gateway add second dev in2 eip $EIP2 inside 10.0.0.0/16 2>/dev/null
	ip -n "$gw" route add $HOLE via $C2
	sent udp dst=$HOLE sport=7002 dport=53
	wait_for 5 flows -eq 1 gateway second
	ip -n "$gw" route del $HOLE via $C2
	check "a flow of another gateway" says 0 "translated to $EIP, gateway g" \
		"flow +note +one of gateway second, in whose place" \
		-- $C1 7002 $HOLE 53 udp
	pkt clear
	sent udp dst=$HOLE sport=7002 dport=53
	check "it leaves as a new one" pkt wait wan src=$EIP dst=$HOLE
	check "and the old one has ended" flows -eq 0 gateway second
	nat gateway del second
}

# A host that does not forward, does not know where to, or takes it itself
host()
{
	check "for the gateway's own address" says 1 "host, gateway g" \
		"gateway +stop +$EIP is an address of gateway g" \
		-- $C1 7001 $EIP 22 tcp
	check "for this host" says 1 "host" "route +stop +$HOST is this host" \
		-- $C1 7001 $HOST 22 tcp
	on "$gw" sysctl -qw net.ipv4.conf.in1.forwarding=0
	check "a host that does not forward" says 1 "host" \
		"route +stop +in1 does not forward" -- "${UDP[@]}"
	on "$gw" sysctl -qw net.ipv4.conf.in1.forwarding=1
	ip -n "$gw" route add unreachable 192.0.2.0/24
	check "a destination without a way" says 1 "host" \
		"route +stop +this host has no way" -- $C1 7001 192.0.2.1 53 udp
	on "$gw" sysctl -qw net.ipv4.conf.ext.rp_filter=1
	check "a source that rp_filter does not want" says 1 "host" \
		"route +stop +rp_filter of ext" -- $C1 7001 $HOLE 53 udp dev ext
	on "$gw" sysctl -qw net.ipv4.conf.ext.rp_filter=0
	ip -n "$gw" link set ext mtu 1400
	check "a path that takes less" says 0 "translated to .*" \
		"mtu +note +1400, less than the 1500 of in1" -- "${UDP[@]}"
	ip -n "$gw" link set ext mtu 1500
}

kept()
{
	nat -j why $C1 7001 $HOLE 53 udp >"$TMP/json" || :
	jq -e --argjson used "$used" '.[0].steps[] | select(.step == "port") |
		[.used, .limit, .kept] == [$used, 64512, 64512 - $used]' "$TMP/json"
}

in_json()
{
	nat -j why "${UDP[@]}" >"$TMP/json" && cat "$TMP/json" &&
		jq -e --arg eip $EIP '.[0] | .verdict == "translated" and
			.gateway == "g" and .["wire-ip"] == $eip and
			(.steps | length) == 12 and
			(.steps[] | select(.step == "port") |
				.used == 0 and .limit == 64512)' "$TMP/json"
}

# words of the message | the question
bad_questions()
{
	cat <<-END
		has no ports|$C1 1 $HOLE 0 gre
		identifier|$C1 1 $HOLE 2 icmp
		has this source|127.0.0.1 1 $HOLE 2 udp
		has this source|224.0.0.1 1 $HOLE 2 udp
		address of this host|$HOST 1 $HOLE 2 udp
		address of this host|$EIP 1 $HOLE 2 udp
		has this destination|$C1 1 224.0.0.1 2 udp
		has this destination|$C1 1 0.0.0.0 2 udp
		no device|$C1 1 $HOLE 2 udp dev nodev
		no route to the source|192.0.2.9 1 $HOLE 2 udp
	END
}

refused()
{
	# shellcheck disable=SC2086 # words are words
	asks $2
	[ $STATUS -eq 2 ] && grep -q "$1" "$TMP/why"
}

need
sport=30000
ktap_plan $((53 + $(bad_questions | wc -l)))
two_armed
check "without a gateway there is nothing to say" \
	refused "no gateway" "${UDP[*]}"
gateway unsolicited drop
pkt capture wan "$rt/wan"
a_flow
refusals
rules
way
moved
host
nat flow flush all >/dev/null
check "as JSON" in_json
while IFS='|' read -r words question; do
	check "refused: $question" refused "$words" "$question"
done < <(bad_questions)
nat gateway del g 2>/dev/null
nat gateway add other dev in2 eip 203.0.113.30 2>/dev/null
check "a fence" says 1 "dropped: fence" \
	"gateway +stop +none, and a fence on ext keeps $C1 in" -- "${UDP[@]}"
nat fence del dev ext
check "no gateway" says 1 "untranslated" \
	"gateway +stop +none has the uplink ext" -- "${UDP[@]}"
ktap_finish
