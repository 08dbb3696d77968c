# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # setup_ns gives gw and rt their values
# What conformance_*.sh share: the network that the rows are measured in.

# need_nft: what nft masquerade needs, which is not natgw
need_nft()
{
	local program
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	for program in ip nft conntrack; do
		command -v "$program" >/dev/null || skip_all "needs $program"
	done
}

# conformance SUBJECT: measure every row on it; ends the script
conformance()
{
	local status=0 name pairs=()
	two_armed
	# Inside hosts and servers that the test itself plays: their packets
	# come to the clients and to the router, which do not answer them.
	ip -n "$gw" route add 10.0.16.0/20 via $C1
	ip -n "$gw" route add 10.0.32.0/20 via $C2
	ip -n "$rt" route add blackhole 198.18.0.0/15
	for name in c1 c2 gw rt s1 s2; do
		pairs+=("$name=${!name}")
	done
	/usr/bin/python3 conformance/run.py "$1" "${pairs[@]}" || status=$?
	# shellcheck disable=SC2034 # for lib.sh
	KTAP_FINISHED=yes
	exit "$status"
}
