#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module goes away under traffic and comes back. With the ruleset of "natctl
# fence nft" no inside address gets out meanwhile.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

translated()
{
	pkt clear wan
	pkt wait wan src=$EIP dst=$HOLE dport=5000
}

load_fence()
{
	nat save "$TMP/saved" && nat fence nft >"$TMP/ruleset" && on "$gw" nft -f "$TMP/ruleset"
}

# Without the module, from what "natctl save" wrote.
same_from_file()
{
	"$NATCTL" fence nft "$TMP/saved" | diff "$TMP/ruleset" -
}

# fence_works: packets come to the gateway host, and none leaves
fence_works()
{
	pkt clear wan in1
	pkt wait in1 n=100 src=$C1 dst=$HOLE && pkt none wan dst=$HOLE
}

load()
{
	insmod "$NATGW_KO" flows=1000000
	LOADED=yes
}

# has_room: the kernel has a table with two buckets for each flow of that many
has_room()
{
	grep bucket_table_alloc /proc/vmallocinfo
	grep bucket_table_alloc /proc/vmallocinfo |
		awk '$2 >= 2 * 1000000 * 8 { found = 1 } END { exit !found }'
}

has_none()
{
	! has_room
}

# keeps_room: though flows end, which makes a table look at itself
keeps_room()
{
	nat flow flush all >/dev/null && ! wait_for 3 has_none
}

# both_go: the module while the devices of a namespace that was deleted still get packets,
# and at each moment of that namespace's end
both_go()
{
	local round
	for ((round = 0; round < 4; round++)); do
		timeout 30 ip netns del "$gw" && sleep "$((round * 60))e-3" &&
			timeout 60 rmmod natgw || return
		insmod "$NATGW_KO" && another_host && wait_for 20 flows -ge 10 || return
	done
}

need ping
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 15
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture seen "$rt/wan"
pkt capture in1 "$gw/in1"
flood "$c1" $C1 $HOLE 10000-10499
flood "$c2" $C2 $HOLE 10000-10499
on "$c1" ping -qf -i 0.01 $S1 >/dev/null &
check "traffic is translated" translated
check "nft takes the ruleset" load_fence
check "translated packets pass it" translated
check "the module can be unloaded under traffic" timeout 30 rmmod natgw
check "the ruleset can be made again, from a file" same_from_file
check "the fence drops what would leave untranslated" \
	fence_works
check "nothing with an inside address was on the uplink" \
	pkt none seen src=10.0.0.0/8
refute "its slab cache is gone" grep -q natgw /proc/slabinfo
check "the module can be loaded again, with room for flows" load
check "a gateway can be made again" gateway
check "and the table has room before there are flows" has_room
check "traffic is translated again" translated
check "the table is none the smaller for flows that end" keeps_room
check "nothing with an inside address was on the uplink, ever" \
	pkt none seen src=10.0.0.0/8
pkt close "$gw" "$rt"
check "the module goes together with a namespace, again and again" both_go
ktap_finish
