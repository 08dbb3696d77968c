#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The inside device goes away and comes back while clients send and are answered.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

translated()
{
	pkt clear wan
	pkt wait wan src=$EIP dst=$HOLE dport=5000
}

need ping
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 7
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture seen "$rt/wan"
flood "$c1" $C1 $HOLE 10000-10099
flood "$c2" $C2 $HOLE 10000-10099
on "$c1" ping -qf -i 0.01 $S1 >/dev/null &
check "traffic is translated" translated
wait_for 30 flows -ge 100 src $C1
check "the inside device with its flows can be deleted at once" \
	timeout 10 ip -n "$gw" link del in1
check "clients on the other device go on" translated
check "flows of the lost device are still there" flows -ge 100 src $C1

ip -batch - <<-END
	link add eth0 netns $c1 type veth peer name in1 netns $gw
END
plug "$c1" eth0 $C1/24 10.0.1.1
plug "$gw" in1 10.0.1.1/24
check "on a new device the clients are served again" \
	wait_for 10 on "$c1" ping -qc1 -W1 $S1
check "the gateway is available" \
	grep -q '"state":"available"' <(nat -j gateway show g)
check "nothing with an inside address was on the uplink, ever" \
	pkt none seen src=10.0.0.0/8
ktap_finish
