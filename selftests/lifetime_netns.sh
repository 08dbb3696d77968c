#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A namespace with gateways, flows, a fence and a reader goes away at once, and
# takes everything with it.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# users: how many hold the module; a namespace's instance holds none
users()
{
	awk '$1 == "natgw" { print $3 }' /proc/modules
}

# gone: neither name nor devices of the namespace are left
gone()
{
	! ip -n "$rt" link show dev wan 2>/dev/null
}

# round NUMBER: build up, send, tear down
round()
{
	gateway max-flows 5000
	nat gateway add old dev ext eip $EIP2 inside 10.8.0.0/16
	nat gateway del old 2>/dev/null
	pkt capture wan "$rt/wan"
	flood "$c1" $C1 $HOLE 10000-11999 500
	pkt wait wan n=500 src=$EIP
	check "round $1: flows are there" flows -ge 100
	pkt close "$rt"
	check "round $1: the namespace can be deleted at once" \
		timeout 10 ip netns del "$gw"
	check "round $1: its devices are gone" wait_for 30 gone
	kill "$FLOOD"
}

need
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 8
for number in 1 2; do
	two_armed
	round $number
	del_ns "$c1" "$c2" "$rt" "$s1" "$s2"
done
check "the module is not held by anything" [ "$(users)" -eq 0 ]
setup_ns gw
ip -n "$gw" link add ext type dummy
plug "$gw" ext $HOST/24
ip -n "$gw" addr add $EIP/24 dev ext
check "and works in a new namespace" gateway
ktap_finish
