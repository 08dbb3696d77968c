#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the kernel's tracing shows: natgw's own events, and of each packet that is
# dropped a reason that the kernel's tools know.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# switch EVENT 0|1
switch()
{
	echo "$2" >"$TMP/tracing/events/$1/enable"
}

# seen PATTERN...: lines of the trace that have each of them
seen()
{
	local pattern lines
	lines=$(cat "$TMP/tracing/trace")
	for pattern in "$@"; do
		lines=$(grep -E -e "$pattern" <<<"$lines") || return
	done
	echo "$lines"
}

times()
{
	seen "$@" | wc -l
}

fresh()
{
	echo >"$TMP/tracing/trace"
}

flows_traced()
{
	local port id="src=$C1 sport=7000 dst=$HOLE dport=53"
	local in=("$c1/eth0" "$gw/in1") out=("$rt/wan" "$gw/ext")
	pkt clear
	pkt send "${in[@]}" udp src=$C1 dst=$HOLE sport=7000 dport=53
	pkt wait wan src=$EIP
	port=$(pkt field wan sport src=$EIP)
	id="$id wire_ip=$EIP wire_port=$port"
	check_is "a new flow is traced once, with what is on the wire" 1 \
		"$(times natgw_flow_new: "gateway=g kind=inside proto=17 $id\$")"
	pkt send "${in[@]}" udp src=$C1 dst=$HOLE sport=7000 dport=53
	pkt send "${out[@]}" udp src=$HOLE dst=$EIP sport=53 dport="$port"
	pkt wait wan n=2 src=$EIP
	pkt wait c1 src=$HOLE
	check_is "its other packets are not" 1 "$(times natgw_)"
	nat flow flush all >/dev/null
	check_is "its end is, and who ended it" 1 "$(times natgw_flow_end: \
		"gateway=g kind=inside proto=17 $id end=flushed\$")"
	nat gateway set g udp 1
	pkt send "${in[@]}" udp src=$C1 dst=$HOLE sport=7001 dport=53
	check "the end of an idle one" wait_for 20 \
		seen natgw_flow_end: sport=7001 end=idle
	nat gateway set g udp 350
	pkt send "${in[@]}" udp src=$C1 dst=$HOLE sport=7002 dport=53
	pkt wait wan n=4 src=$EIP
	nat address add gateway g eip $EIP2
	nat gateway del g 2>/dev/null
	check_is "the end of its gateway" 1 \
		"$(times natgw_flow_end: sport=7002 end=gateway)"
	gateway unsolicited drop
}

# cause | reason of the kernel | in or out | packet
causes()
{
	cat <<-END
		source-drop-protocol|UNHANDLED_PROTO|in|raw src=$C1 dst=$HOLE proto=gre len=30
		source-drop-malformed|HDR_TRUNC|in|udp src=$C1 dst=$HOLE cut=3
		source-drop-icmp-checksum|ICMP_CSUM|in|icmp src=$C1 dst=$HOLE quote=c1 badsum=1
		source-drop-midstream|NETFILTER_DROP|in|tcp src=$C1 dst=$HOLE sport=7100 dport=80 flags=A
		source-drop-spoofed|IP_RPFILTER|out|udp src=$C2 dst=$HOLE sport=5001 dport=53 data=x
		destination-drop-unsolicited|NETFILTER_DROP|out|udp src=$RT dst=$EIP sport=5002 dport=9
	END
}

# What a drop's event says is what the record says.
same_as_recorded()
{
	nat -j drops | jq -r '.[-1] | "gateway=\(.gateway) cause=\(.cause) " +
		"src=\(.src) sport=\(.sport) dst=\(.dst) dport=\(.dport) " +
		"iif=\(.ifindex) len=\(.len)"' >"$TMP/recorded"
	seen natgw_drop: | sed 's/.*natgw_drop: //; s/ proto=[0-9]*//' |
		diff - "$TMP/recorded"
}

drops_traced()
{
	local cause reason from packet
	while IFS='|' read -r cause reason from packet; do
		fresh
		if [ "$from" = in ]; then
			# shellcheck disable=SC2086 # words are words
			pkt send "$c1/eth0" "$gw/in1" $packet
		else
			# shellcheck disable=SC2086
			pkt send "$rt/wan" "$gw/ext" $packet
		fi
		check "$cause is traced" \
			wait_for 5 seen natgw_drop: "gateway=g cause=$cause "
		check "as it was recorded" same_as_recorded
		check "the kernel says $reason" \
			seen kfree_skb: protocol=2048 "reason: $reason"
		check_is "once" "1 1" "$(times natgw_drop:) $(times kfree_skb: \
			protocol=2048 "reason: $reason")"
	done < <(causes)
}

# leave: keeps the exit status, which cleanup() passes on; under "set -e" that would
# end the trap
leave()
{
	local status=$?
	set +e
	umount -l "$TMP/tracing"
	return $status
}

need
mkdir "$TMP/tracing"
mount -t tracefs tracefs "$TMP/tracing" || skip_all "needs tracefs"
trap 'leave; cleanup' EXIT
ktap_plan $((4 * $(causes | wc -l) + 9))
two_armed
gateway unsolicited drop
pkt capture wan "$rt/wan"
pkt capture c1 "$c1/eth0"
for event in natgw/natgw_flow_new natgw/natgw_flow_end natgw/natgw_drop; do
	check "there is an event $event" switch $event 1
done
fresh
flows_traced
switch skb/kfree_skb 1
drops_traced
fresh
for event in natgw skb/kfree_skb; do
	switch $event 0
done
pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7003
pkt wait wan src=$EIP dport=5000
refute "switched off, nothing is traced" seen natgw_
ktap_finish
