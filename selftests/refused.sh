#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which commands are accepted and which are refused, with what words. A refused
# command changes nothing.
#
#   gw of two_armed (lib.sh), with a second uplink "dmz" and devices that are
#   none: "bare" has no address
. ./lib.sh

# expected status | words of the message | command
commands()
{
	cat <<-END
		2|needs an elastic IP|gateway add a dev ext
		2|needs an elastic IP|gateway add a dev ext connectivity public
		2|private gateway.*elastic IP|gateway add a dev ext connectivity private eip $EIP
		0||gateway add g dev ext eip $EIP inside 10.0.0.0/16
		2|name already|gateway add g dev ext eip $EIP2 inside 10.9.0.0/16
		2|has this address already|gateway add a dev dmz eip $EIP
		2|has this address already|gateway add a dev dmz eip 192.0.2.10 private-ip $EIP
		2|no device|gateway add a dev nodev eip $EIP2
		2|loopback|gateway add a dev lo eip $EIP2
		2|no IPv4 address|gateway add a dev bare eip $EIP2
		2|multicast|gateway add a dev dmz eip 224.0.0.1
		2|loopback|gateway add a dev dmz eip 127.0.0.1
		2|starts with 0|gateway add a dev dmz eip 0.0.0.0
		2|broadcast|gateway add a dev dmz eip 255.255.255.255
		2|broadcast|gateway add a dev dmz eip 192.0.2.255
		2|multicast|gateway add a dev dmz eip 192.0.2.10 private-ip 239.1.1.1
		2|overlap|gateway add a dev ext eip $EIP2 inside 10.0.1.0/24
		2|overlap|gateway add a dev ext eip $EIP2 inside 10.0.0.0/8
		2|overlap|gateway add a dev ext eip $EIP2
		2|overlap|gateway add a dev dmz eip 192.0.2.10 inside 10.1.0.0/16 inside 10.1.2.0/24
		[12]|bits|gateway add a dev dmz eip 192.0.2.10 inside 10.1.0.1/16
		1|prefix|gateway add a dev dmz eip 192.0.2.10 inside 10.1.0.0/33
		2|bypass needs inside|gateway add a dev dmz eip 192.0.2.10 conntrack bypass
		[12]|name|gateway add a234567890123456789012345678901x dev dmz eip 192.0.2.10
		[12]|name|gateway add .a dev dmz eip 192.0.2.10
		1|eip|gateway add a dev dmz eip 192.0.2
		1|wrong|gateway add a dev dmz eip 192.0.2.10 wrong
		2|1 to 604800 seconds|gateway add a dev dmz eip 192.0.2.10 udp 0
		2|1 to 604800 seconds|gateway add a dev dmz eip 192.0.2.10 udp 604801
		2|1 to 4294967295|gateway add a dev dmz eip 192.0.2.10 max-flows 0
		0||gateway add a dev dmz eip 192.0.2.10 inside 10.0.1.0/24
		0||gateway add b dev dmz connectivity private inside 10.2.0.0/16
		2|primary address|gateway add c dev dmz connectivity private inside 10.3.0.0/16
		2|overlap|gateway set b inside 10.0.1.128/25
		2|bypass needs inside|gateway set g conntrack bypass inside any
		0||gateway set g conntrack bypass
		2|bypass needs inside|gateway set g inside any
		2|no gateway|gateway set nobody udp 5
		1|delete|gateway set g dev dmz
		1|address add|gateway set g eip $EIP2
		1|delete|gateway set g connectivity private
		1|nothing|gateway set g
		2|no gateway|address add gateway nobody eip $EIP2
		2|has this address already|address add gateway g eip $EIP
		2|needs an elastic IP|address add gateway g private-ip 10.0.9.9
		2|private gateway.*elastic IP|address add gateway b eip $EIP2
		2|multicast|address add gateway g eip 224.1.2.3
		2|last elastic IP|address del gateway g eip $EIP
		2|last address|address del gateway b private-ip 192.0.2.2
		0||address add gateway g eip $EIP2
		2|primary address|address del gateway g eip $EIP
		2|no such address|address del gateway g eip 203.0.113.99
		0||address del gateway g eip $EIP2
		2|no gateway|stats gateway nobody
		2|no gateway|flow show gateway nobody
		1|all|flow flush
		2|no device|fence del dev nodev
		2|no gateway|gateway del nobody
		0||gateway del g
		0||gateway del a
		0||gateway del b
	END
}

state()
{
	nat -j gateway show
	nat -j address show
	nat -j fence show
}

# as_told STATUS WORDS COMMAND...: it ends so, says so, and keeps to it
as_told()
{
	local status=0
	state >"$TMP/before"
	"$NATCTL" -n "$gw" "${@:3}" >"$TMP/said" 2>&1 || status=$?
	cat "$TMP/said"
	echo "status $status"
	# shellcheck disable=SC2053 # a pattern
	[[ $status == $1 ]] || return
	[ "$status" -ne 0 ] || return 0
	grep -qiE "$2" "$TMP/said" && state | cmp - "$TMP/before"
}

need
ktap_plan "$(commands | wc -l)"
setup_ns gw
ip -n "$gw" -batch - <<END
	link add ext type dummy
	link add dmz type dummy
	link add bare type dummy
	link set dev bare up
END
plug "$gw" ext $HOST/24
ip -n "$gw" addr add $EIP/24 dev ext
plug "$gw" dmz 192.0.2.2/24
while IFS='|' read -r status words command; do
	# shellcheck disable=SC2086 # words are words
	check "${status/\[12\]/1 or 2}: $command" \
		as_told "$status" "$words" $command
done < <(commands)
ktap_finish
