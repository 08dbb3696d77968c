#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several addresses: each inside host has one, for all protocols, even when its
# ports are taken; with the option spill it gets another then.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

HOLE2=198.51.100.71
POOL="$EIP $EIP2 203.0.113.12 203.0.113.13"

# reserve PORTS: keep the gateway from them
reserve()
{
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports="$1"
}

# pool: how many flows are on which addresses
pool()
{
	flow wire-ip | sort | uniq -c | sort -n | awk '{ print $1, $2 }' |
		xargs
}

# client NUMBER KIND WORDS...: a packet from one of many clients behind c1
client()
{
	pkt send "$c1/eth0" "$gw/in1" "$2" src=10.0.1."$1" "${@:3}"
}

### paired, balanced ##########################################################

paired()
{
	local number
	nat flow flush all >/dev/null
	for number in {20..59}; do
		client "$number" udp dst=$HOLE
	done
	for number in {20..29}; do
		client "$number" tcp dst=$HOLE
		client "$number" echo dst=$HOLE
		client "$number" udp dst=$HOLE2 sport=7
	done
	wait_for 5 flows -eq 70
	check_is "G2 a client has one address for UDP, TCP and ICMP" 40 \
		"$(nat -j flow show | jq -r '.[] | .src + " " + .["wire-ip"]' |
			sort -u | wc -l)"
	nat flow flush proto tcp >/dev/null
	nat flow flush proto icmp >/dev/null
	nat flow flush dst $HOLE2 >/dev/null
	check "U2 clients are spread evenly" even
}

# even: each of four addresses has its share of 40 clients, give or take
even()
{
	local share
	pool
	for share in $(pool | tr ' ' '\n' | grep -v '\.'); do
		[ "$share" -ge 4 ] && [ "$share" -le 18 ] || return
	done
	[ "$(flow wire-ip | sort -u | wc -l)" -eq 4 ]
}

### full ######################################################################

# Four ports at each of two addresses
full()
{
	local before first second
	nat flow flush all >/dev/null
	reserve 1024-39999,40004-65535
	client 2 udp dst=$HOLE sport=7000..7003
	wait_for 5 flows -eq 4
	first=$(flow wire-ip | sort -u)
	second=$EIP
	[ "$first" != $EIP ] || second=$EIP2
	check_is "a client fills its address" "4 $first" "$(pool)"
	before=$(counter source-drop-no-port)
	client 2 udp dst=$HOLE sport=7004
	check "Q5 then it is refused, though another has ports" \
		wait_for 5 counter_is source-drop-no-port -eq $((before + 1))
	check_is "Q5 it gets nothing there" "4 $first" "$(pool)"

	nat gateway set g spill on
	client 2 udp dst=$HOLE sport=7005..7008
	wait_for 5 flows -eq 8
	check_is "Q5 spill: it gets the ports of the other" \
		"4 $EIP 4 $EIP2" "$(pool | xargs -n2 | sort | xargs)"
	client 2 udp dst=$HOLE sport=7009
	check "when both are full it is refused" \
		wait_for 5 counter_is source-drop-no-port -eq $((before + 2))
	check "what is marked as taken is taken" no_stale
	nat flow flush src 10.0.1.2 sport 7001 >/dev/null
	client 2 udp dst=$HOLE sport=7010
	check "its own address is the first choice again" \
		wait_for 5 has 7010 "$first"
	nat flow flush src 10.0.1.2 sport 7006 >/dev/null
	client 2 udp dst=$HOLE sport=7011
	check "and the other the second" wait_for 5 has 7011 "$second"
	nat gateway set g spill off
	reserve ""
}

# has PORT ADDRESS: the flow of that inside port is on it
has()
{
	[ "$(flow wire-ip sport "$1")" = "$2" ]
}

no_stale()
{
	nat -j port show | tee "$TMP/ports"
	[ "$(values stale <"$TMP/ports" | sort -u)" = 0 ]
}

### draining ##################################################################

# seen NUMBER WORDS...: a packet of that client, by what comes out of it
TRY=0
seen()
{
	TRY=$((TRY + 1))
	client "$1" udp "${@:2}" data=try$TRY
	pkt wait wan data=try$TRY && SEEN=$(pkt field wan src data=try$TRY):$(
		pkt field wan sport data=try$TRY)
}

# at_second: sets CLIENT, one whose address is the second, and END, its endpoint
at_second()
{
	nat flow flush all >/dev/null
	for CLIENT in {20..59}; do
		seen "$CLIENT" sport=7000 dst=$HOLE
		END=$SEEN
		[ "${END%:*}" = $EIP2 ] || continue
		ip -n "$c1" addr replace 10.0.1."$CLIENT"/24 dev eth0
		return
	done
	return 1
}

same()
{
	seen "$@" && echo "$END, now $SEEN" && [ "$SEEN" = "$END" ]
}

draining()
{
	nat gateway set g mapping endpoint-independent \
		filtering endpoint-independent
	at_second
	nat address del gateway g eip $EIP2 drain 900
	check "a flow on an address that drains goes on" \
		same "$CLIENT" sport=7000 dst=$HOLE
	seen "$CLIENT" sport=7000 dst=$HOLE2
	check_is "new ones get another address, whatever mapping they had" \
		$EIP "${SEEN%:*}"
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE2 sport=7 dst=$EIP2 \
		dport="${END#*:}" data=visitor
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE sport=5000 dst=$EIP2 \
		dport="${END#*:}" data=answer
	check "answers still come in" pkt wait c1 data=answer
	check "but no new flow" pkt none c1 data=visitor
	nat flow flush src 10.0.1."$CLIENT" dst $HOLE >/dev/null
	check "with its last flow the address is gone" wait_for 5 only_eip
	END=$SEEN
	check "U1 the endpoint has one port again" \
		same "$CLIENT" sport=7000 dst=$HOLE
}

deadline()
{
	nat address add gateway g eip $EIP2
	at_second
	nat address del gateway g eip $EIP2 drain 2
	check "at the deadline the address is gone, mappings or not" \
		wait_for 7 only_eip
	seen "$CLIENT" sport=7000 dst=$HOLE
	check_is "their endpoints get another" $EIP "${SEEN%:*}"
	local before
	before=$(counter packets-out-to-source)
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE2 dst=$EIP2 \
		dport="${END#*:}" data=late
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE2 dst=$EIP \
		dport="${SEEN#*:}" data=intime
	check "the new one is open" pkt wait c1 data=intime
	check "the old one is not" pkt none c1 data=late
}

need
ktap_plan 28
two_armed
gateway
for address in $POOL; do
	[ "$address" = $EIP ] || nat address add gateway g eip "$address" \
		2>/dev/null
done
pkt capture wan "$rt/wan"
pkt capture c1 "$c1/eth0"
paired
nat address del gateway g eip 203.0.113.12
nat address del gateway g eip 203.0.113.13
full
nat gateway set g mapping endpoint-independent
full
nat gateway set g mapping address-and-port-dependent
draining
deadline
ktap_finish
