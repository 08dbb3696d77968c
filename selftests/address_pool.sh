#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several addresses: a client sticks to one; one that drains takes no new flows,
# keeps those it has, and goes with the last of them or at its deadline.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# client NUMBER WORDS...: a packet from one of many clients behind c1
client()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=10.0.1."$1" dst=$HOLE "${@:2}"
}

# addresses FILTER...: the wire addresses of these flows
addresses()
{
	flow wire-ip "$@" | sort -u
}

# about ADDRESS FIELD: of that address
about()
{
	nat -j address show gateway g eip "$1" | values "$2"
}

pairing()
{
	local number
	for number in {10..39}; do
		client "$number" sport=7000..7003
	done
	pkt wait wan n=120
	check_is "both addresses are used" "$EIP $EIP2" "$(addresses | xargs)"
	check_is "each client has one of them for all its flows" 30 \
		"$(nat -j flow show | jq -r '.[] | .src + " " + .["wire-ip"]' |
			sort -u | wc -l)"
	check_is "address show counts the flows of both" 120 \
		$(($(about $EIP flows) + $(about $EIP2 flows)))
}

no_rule()
{
	! nat rule add gateway g dst $HOLE address $EIP2 >"$TMP/said" 2>&1 &&
		grep -q "the address drains" "$TMP/said"
}

draining()
{
	local drained number
	drained=$(about $EIP2 flows)
	nat address del gateway g eip $EIP2 drain 100
	check_is "a draining address says so" draining "$(about $EIP2 state)"
	check_is "and keeps its flows" "$drained" "$(about $EIP2 flows)"
	check_is "it is still one of the gateway's" "$EIP $EIP2" \
		"$(nat -j gateway show g | values eip | xargs)"
	check "no rule can choose it" no_rule
	pkt clear
	for number in {10..39}; do
		client "$number" sport=7000 data=old
		client "$number" sport=8000 data=new
	done
	pkt wait wan n=60
	check_is "old flows keep both addresses" "$EIP $EIP2" \
		"$(pkt field wan src data=old | sort -u | xargs)"
	check_is "new flows have the other one only" $EIP \
		"$(pkt field wan src data=new | sort -u)"
	nat flow flush all >/dev/null
	check "with its last flow the address is gone" \
		wait_for 5 only_eip
	client 10 sport=8001 data=after
	check "the gateway goes on with the other" \
		pkt wait wan src=$EIP data=after
}

deadline()
{
	local number
	nat address add gateway g eip $EIP2
	pkt clear
	for number in {10..39}; do
		client "$number" sport=9000
	done
	pkt wait wan n=30
	check_is "an address can come back" "$EIP $EIP2" \
		"$(addresses sport 9000 | xargs)"
	nat address del gateway g eip $EIP2 drain 2
	check "at the deadline it is gone, flows or not" wait_for 7 only_eip
	check_is "its flows are gone with it" $EIP "$(addresses)"

	nat address add gateway g eip $EIP2
	client 200 sport=9001..9040
	nat address del gateway g eip $EIP2
	check "without drain it is gone at once" only_eip
	refute "and its flows are" grep -q $EIP2 <(addresses)
}

# As many as there can be, each with something to say
most()
{
	local number all
	for number in {20..82}; do
		nat address add gateway g eip 203.0.113.$number 2>/dev/null
	done
	all=$(printf '203.0.113.%s ' 10 {20..82})
	check_is "64 addresses are listed" "${all% }" \
		"$(nat -j address show gateway g | values eip | xargs)"
	check "a 65th is refused" one_more
}

one_more()
{
	! nat address add gateway g eip 203.0.113.83 >"$TMP/said" 2>&1 &&
		cat "$TMP/said" && grep -q "at most 64 addresses" "$TMP/said"
}

need
ktap_plan 18
two_armed
gateway
nat address add gateway g eip $EIP2
pkt capture wan "$rt/wan"
pairing
draining
deadline
most
ktap_finish
