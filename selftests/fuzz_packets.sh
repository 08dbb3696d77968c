#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mutated packets from both sides, of flows that there are and of none, over devices
# of several kinds; see fuzz/main.c. Nothing inside gets out, nothing gets in that was
# not asked for, who sends nothing odd is served, and of all of it nothing is left.
#
# FUZZ_PACKETS says how many, FUZZ_SEED which (a number, or "random"). What a failure
# shows can be sent again: FUZZ_PHASE=N FUZZ_REPLAY=SIDE:HEX[,SIDE:HEX]... Where the
# kernel dies of it, FUZZ_TRACE=N writes packets from number N on to its log.
#
#   hosts of fuzz_packets --- in1  gw  ext --- router, servers of fuzz_packets
#   10.0.1.10..13, .200       10.0.1.1  203.0.113.2
#   10.0.3.10             --- in1.5     .10 (elastic IP)
. ./lib.sh

: "${FUZZ_SEED:=1}" "${FUZZ_PACKETS:=50000}" "${ROUGH_KO:=rough.ko}"
[ "$FUZZ_SEED" != random ] || FUZZ_SEED=$RANDOM$RANDOM

# Name, share of the packets in percent, kind of devices, words for fuzz_packets
# (comma separated), options of the gateway. Time-outs are short in all of them.
phases()
{
	cat <<-END
		fast|30|tap|offload|
		slow|20|tap||fastpath off
		tun|14|tun|offload|accounting on
		rfc|12|tap|napi,open|profile rfc hold-udp 0 syn-answer off
		conntrack|8|tun||unsolicited drop midstream accept unique-ip-id on
		split+shared|8|tap|honest|fastpath off
		summed+tight|8|tap|offload|mss pmtu
	END
}

# What was found once. Name, and frames as fuzz_packets takes them.
found()
{
	cat <<-END
		a source that nobody has does not turn round|uplink!0000000000000000000000000000000002000000000208004500002c000740004084f03d0a0001ffcb00730a000000000000000000000000000000000000000000000000
		an error about a source route shows no inside address|inside!0000000000000000000000000000000002000000000108004900003800074000400621e00a00010ac633640a830b08c0000207c000020801440100000000000000000000000000000000000000000000
		no checksum where the source address is|inside!0100000000000e000c00000000000000020000000001080045000030000740004011056f0a00010ac633640a07d00035001c0000000102030405060708090a0b0c0d0e0f10111213
		no checksum where the port is|inside!01000000000022000000000000000000020000000001080045000030000740004011056f0a00010ac633640a07d00035001c0000000102030405060708090a0b0c0d0e0f10111213
		nor by the fast path|inside:00000000000000000000000000000000020000000001080045000030000740004011056f0a00010ac633640a07d00035001c0000000102030405060708090a0b0c0d0e0f10111213,inside:00000000000000000000000000000000020000000001080045000030000740004011056f0a00010ac633640a07d00035001c0000000102030405060708090a0b0c0d0e0f10111213,inside!01000000000022000000000000000000020000000001080045000030000740004011056f0a00010ac633640a07d00035001c0000000102030405060708090a0b0c0d0e0f10111213
	END
}

SHORT="tcp-opening 2 tcp-established 2 tcp-closing 2 udp 2 icmp 2 other 2"
PROTOCOLS="proto-udplite on proto-sctp on proto-dccp on proto-gre on proto-esp on
	proto-ah on proto-ipip on proto-other on"

# neighbours DEV MAC ADDRESS...
neighbours()
{
	local address
	for address in "${@:3}"; do
		ip -n "$gw" neigh replace "$address" lladdr "$2" dev "$1" \
			nud permanent
	done
}

# settled DEV: that nobody has opened it is known. Before, it counts as running.
settled()
{
	[ "$(ip -n "$gw" -br link show dev "$1" | awk '{ print $2 }')" = DOWN ]
}

devices()
{
	ip -n "$gw" tuntap add in1 mode "$1" vnet_hdr
	ip -n "$gw" tuntap add ext mode "$1" vnet_hdr
	plug "$gw" in1 10.0.1.1/24
	plug "$gw" ext $HOST/24 ""
	wait_for 5 settled in1
	wait_for 5 settled ext
	ip -n "$gw" addr add $EIP/24 dev ext
	ip -n "$gw" route add default dev ext via $RT onlink
	# Or nobody could tell hosts inside, of which none is there, from outsiders.
	ip -n "$gw" route replace unreachable 10.0.0.0/16
	if [ "$1" = tun ]; then
		ip -n "$gw" route add 10.0.3.0/24 dev in1
		return
	fi
	ip -n "$gw" link add link in1 name in1.5 type vlan id 5
	plug "$gw" in1.5 10.0.3.1/24
	neighbours in1 02:00:00:00:00:01 10.0.1.{10..13} 10.0.1.200
	neighbours in1.5 02:00:00:00:00:01 10.0.3.10
	neighbours ext 02:00:00:00:00:02 $RT
}

# before PHASE, and after: what the host has beside the gateway
before()
{
	case $1 in
	*+*)
		insmod "$ROUGH_KO" "${1%+*}=1" "${1#*+}=1" names=in1,ext ;;
	conntrack)
		on "$gw" nft -f - <<-END
			table ip host {
				chain forward {
					type filter hook forward priority filter
					ct state invalid counter accept
					ct state established,related counter accept
				}
			}
		END
	esac
}

after()
{
	case $1 in
	*+*) rmmod rough ;;
	conntrack) on "$gw" nft flush ruleset ;;
	esac
}

# again NAME FRAMES
again()
{
	check "$1" on "$gw" ./fuzz/fuzz_packets inside=in1 uplink=ext offload \
		replay="$2"
}

# once_more: each of found()
once_more()
{
	local name frames
	devices tap
	gateway
	while IFS='|' read -r name frames; do
		again "$name" "$frames"
	done < <(found)
	nat gateway del g
	nat gateway add g dev ext eip $EIP
	again "nor out of an inside that no prefix names" inside!00000000000000000000000000000000020000000001080045000030000740004011047a0a0001ffc633640a07d00035001c0000000102030405060708090a0b0c0d0e0f10111213
	nat gateway del g
	ip -n "$gw" link del in1
	ip -n "$gw" link del ext
}

# run SHARE WORDS
run()
{
	local words
	IFS=, read -ra words <<<"$2"
	on "$gw" ./fuzz/fuzz_packets inside=in1 uplink=ext seed="$FUZZ_SEED" \
		packets=$((FUZZ_PACKETS * $1 / 100)) "${words[@]}" \
		${FUZZ_REPLAY:+"replay=$FUZZ_REPLAY"} \
		${FUZZ_TRACE:+"trace=$FUZZ_TRACE"} >"$TMP/said" || {
			cat "$TMP/said"
			return 1
		}
	cat "$TMP/said"
}

# phase NAME SHARE KIND WORDS OPTIONS
phase()
{
	devices "$3"
	# shellcheck disable=SC2086 # words are words
	gateway $SHORT $PROTOCOLS $5
	before "$1"
	check "$1" run "$2" "$4${4:+,}${3/tap/}"
	sed -n '/came out/s/^/# /p' "$TMP/said"
	check "$1: each packet is accounted for" wait_for 5 accounts_balance "$gw"
	check "$1: all flows end" wait_for 30 flows -eq 0
	after "$1"
	nat gateway del g
	ip -n "$gw" link del in1
	ip -n "$gw" link del ext
}

need modprobe
modprobe -q tun || [ -c /dev/net/tun ] || skip_all "needs tun devices"
[ -x fuzz/fuzz_packets ] || skip_all "fuzz_packets was not built"
[ -e "$ROUGH_KO" ] || skip_all "no module for odd shapes: set ROUGH_KO"
mapfile -t chosen < <(phases | grep -E "^${FUZZ_PHASE:-.*}\|")
ktap_plan $((3 * ${#chosen[@]} + $(found | wc -l) + 2))
setup_ns gw
route_on "$gw"
on "$gw" sysctl -qw net.ipv4.conf.all.send_redirects=0 \
	net.ipv4.conf.default.send_redirects=0
once_more
echo "# seed $FUZZ_SEED, $FUZZ_PACKETS packets"
for line in "${chosen[@]}"; do
	IFS='|' read -r name share kind words options <<<"$line"
	phase "$name" "$share" "$kind" "$words" "$options"
done
check "nothing of them is left" [ "$(nat -j gateway show)" = "[]" ]
ktap_finish
