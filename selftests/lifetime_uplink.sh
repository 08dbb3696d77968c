#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An uplink that is renamed, set down, deleted and made again, under traffic.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# shows FIELD VALUE: of the gateway
shows()
{
	local value
	# The first one: its addresses have states too.
	value=$(nat -j gateway show g | values "$1" | sed -n 1p)
	echo "$1: $value"
	[ "$value" = "$2" ]
}

failed_for()
{
	shows state failed &&
		nat -j gateway show g | values reason | grep "$1"
}

translated()
{
	pkt clear wan
	pkt wait wan src=$EIP dst=$HOLE dport=5000
}

# connect: the uplink's link, addresses and route
connect()
{
	ip -batch - <<-END
		link add ext netns $gw type veth peer name wan netns $rt
	END
	plug "$rt" wan $RT/24
	plug "$gw" ext $HOST/24 $RT
	ip -n "$gw" addr add $EIP/24 dev ext
	pkt capture wan "$rt/wan"
	pkt capture seen2 "$rt/wan"
}

renamed()
{
	# Kernels before 6.2 rename no device that is up.
	ip -n "$gw" -batch - <<-END
		link set dev ext down
		link set dev ext name wan0
		link set dev wan0 up
		route add default via $RT
	END
	check "a renamed uplink is shown by its new name" shows dev wan0
	check "it is available" shows state available
	check "traffic is translated on it" translated
	nat gateway set g unsolicited drop
	check "the gateway can still be changed" shows unsolicited drop
	ip -n "$gw" -batch - <<-END
		link set dev wan0 down
		link set dev wan0 name ext
	END
}

down()
{
	check "with the uplink down the gateway has failed, and says why" \
		wait_for 5 failed_for "is down"
	ip -n "$gw" -batch - <<-END
		link set dev ext up
		route add default via $RT
	END
	check "up again, it is available" wait_for 5 shows state available
	check "and says no reason" shows reason ""
	check "traffic is translated again" translated
}

# robbed: another device, with gateway two, gets the name that the uplink of one had
robbed()
{
	ip -n "$gw" -batch - <<-END
		link del first
		link add second type veth peer name far netns $rt
		addr add 192.0.2.2/24 dev second
	END
	plug "$rt" far 192.0.2.77/24
	nat gateway add two dev second connectivity private inside 10.0.0.0/16
	ip -n "$gw" -batch - <<-END
		link set dev second name first
		link set dev first up
	END
}

# taken: two has the device, and some of the sources that one has
taken()
{
	ip -n "$gw" -batch - <<-END
		link add first type dummy
		addr add 192.0.2.1/24 dev first
	END
	nat gateway add one dev first connectivity private inside 10.0.0.0/15
	robbed
	check "who has the device keeps it" state_of two available
	check "who had one of that name says why it has none" \
		grep "another gateway on the uplink" <(nat gateway show one)
	kept_in
	check "who has it can be changed" nat gateway set two midstream accept
	nat gateway set two inside 10.5.0.0/16
	check "the other has it once they have other sources" \
		state_of one available
	nat gateway del two
	robbed
	check "it has lost it again" state_of one failed
	nat gateway del two
	check "it has it once that one is gone" state_of one available
}

# kept_in: what it alone has inside does not leave by that device
kept_in()
{
	pkt capture first "$rt/far"
	pkt send "$c1/eth0" "$gw/in1" udp src=10.1.0.9 dst=192.0.2.77 data=kept
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=192.0.2.77 data=sent
	check "who has it translates" \
		pkt wait first src=192.0.2.2 dst=192.0.2.77 data=sent
	check "what only the other has inside is kept in" \
		pkt none first src=10.1.0.9
	check "and says so" grep fence <(nat drops)
}

state_of()
{
	[ "$(nat -j gateway show "$1" | values state | sed -n 1p)" = "$2" ]
}

deleted()
{
	local port
	port=$(flow wire-port src $C1 sport 10000)
	check "a device with flows can be deleted at once" \
		timeout 10 ip -n "$gw" link del ext
	check "the gateway has failed, and says why" \
		wait_for 5 failed_for "is gone"
	check "it keeps the name of its uplink" shows dev ext
	connect
	check "a device of that name is its uplink again" \
		wait_for 5 shows state available
	check "a flow goes on with the port that it had" \
		pkt wait wan src=$EIP sport="$port" dst=$HOLE
	check_is "and is the same flow" "$port" \
		"$(flow wire-port src $C1 sport 10000)"
	check "nothing with an inside address was on the uplink, ever" \
		pkt none seen src=10.0.0.0/8
	check "nor on the new one" pkt none seen2 src=10.0.0.0/8
	ip -n "$gw" link del ext
	check "a gateway without its uplink can be deleted" \
		nat gateway del g
}

need
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 27
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture seen "$rt/wan"
flood "$c1" $C1 $HOLE 10000-10099
check "traffic is translated" translated
renamed
down
deleted
taken
ktap_finish
