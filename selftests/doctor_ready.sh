#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# "natctl doctor ready" is true when packets have passed both ways, be it those of a
# host that it makes up.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# is_ready STATUS WORDS ARGUMENT...
is_ready()
{
	local status=0
	nat doctor ready "${@:3}" >"$TMP/ready" 2>&1 || status=$?
	cat "$TMP/ready"
	[ $status -eq "$1" ] && grep -q "$2" "$TMP/ready"
}

readiness()
{
	check "ready: not before the first packet" \
		is_ready 1 "^g: not ready: no packet .* gone out"
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000 dport=53
	pkt wait wan src=$EIP dst=$HOLE
	check "ready: not before an answer" \
		is_ready 1 "^g: not ready: packets have gone out, and no answer" \
		gateway g timeout 0
	nat doctor ready gateway g timeout 120 >"$TMP/waiting" &
	local waiting=$!
	check "ready: but waits for it if told to" \
		is_ready 1 "no answer" timeout 1
	check_is "so does another that has more time" "" "$(cat "$TMP/waiting")"
	on "$c1" ping -qc1 $S1 >"$TMP/ping"
	check "ready: then it is" wait $waiting
	check_is "and says so" "g: ready: 2 packets out, 1 back" \
		"$(cat "$TMP/waiting")"
	check_is "ready: as JSON" \
		'[{"gateway":"g","ready":true,"out":2,"back":1}]' \
		"$(nat -j doctor ready)"
	check "ready: a gateway that is not there" \
		is_ready 1 "other: not ready" gateway other

	modprobe tun
	check "ready: a probe that nobody answers" \
		is_ready 1 "^g: not ready: no answer to the probe" \
		probe $HOLE from 10.0.1.77
	pkt clear
	check "ready: one that somebody does" \
		is_ready 0 "^g: ready" probe $S1 from 10.0.1.77 timeout 30
	check "it left translated" pkt wait wan src=$EIP dst=$S1
	check "ready: one from nowhere inside is not sent" \
		is_ready 1 "^g: not ready: the host that the probe is from" \
		probe $S1 from 192.168.9.9 timeout 1
	check "indeed" pkt none wan src=192.168.9.9
	check "and untranslated never" pkt none wan src=10.0.0.0/8
	refute "the host that was made up is gone" \
		ip -n "$gw" link show natgw-probe0
}

need ping modprobe
ktap_plan 16
two_armed
check "ready: not without a gateway" is_ready 1 "^not ready: there is no gateway"
gateway
pkt capture wan "$rt/wan"
readiness
ktap_finish
