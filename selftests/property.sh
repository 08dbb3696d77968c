#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random packets through a gateway, against an independent model of what it has to
# do; every packet that comes out is compared byte for byte. See property/main.py.
# PROPERTY_SEED=N repeats a run, or, with "random", makes another one;
# PROPERTY_STEPS makes it longer, and PROPERTY_CHECKS=1 compares counters and flows
# after each step instead of every hundredth.
#
#   c1, c2 --- gw --- rt     (two_armed in lib.sh)
. ./lib.sh

: "${PROPERTY_SEED:=1}" "${PROPERTY_STEPS:=10000}"
[ "$PROPERTY_SEED" != random ] || PROPERTY_SEED=$RANDOM$RANDOM

# Whoever lives behind the devices keeps quiet: only crafted packets count.
mute()
{
	on "$1" nft -f - <<-END
		table ip quiet {
			chain prerouting {
				type filter hook prerouting priority raw
				policy drop
			}
		}
	END
}

# The model's host has no SCTP. This one may: another script has used it, and then
# the kernel does not let it go.
without_sctp()
{
	on "$gw" nft -f - <<-END
		table ip host {
			chain input {
				type filter hook input priority filter
				ip protocol sctp reject with icmp type prot-unreachable
			}
		}
	END
}

# neighbours NS/DEV NS/DEV ADDRESS...: so that nobody has to ask for them
neighbours()
{
	local mac address
	mac=$(ip -n "${2%/*}" -o link show dev "${2#*/}" |
		sed 's/.*ether \([^ ]*\).*/\1/')
	for address in "${@:3}"; do
		echo "neigh replace $address lladdr $mac dev ${1#*/} nud permanent"
	done | ip -n "${1%/*}" -batch -
}

surroundings()
{
	local ns place
	for ns in "$c1" "$c2" "$rt"; do
		mute "$ns"
	done
	without_sctp
	neighbours "$gw/in1" "$c1/eth0" 10.0.1.{10..13}
	neighbours "$gw/in2" "$c2/eth0" 10.0.2.{10..13}
	neighbours "$gw/ext" "$rt/wan" "$RT"
	ip -n "$gw" link set ext mtu 1400
	# Whole checksums are compared, also those of the gateway's own packets.
	for place in "${DEVICES[@]}"; do
		offload "${place%/*}" "${place#*/}" off
	done
	on "$gw" sysctl -qw net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.default.send_redirects=0
	for place in in1 in2 ext; do
		on "$gw" sysctl -qw "net.ipv4.conf.$place.send_redirects=0"
	done
}

need
ktap_plan "$(/usr/bin/python3 property/main.py count)"
two_armed
surroundings
gateway
results_of /usr/bin/python3 property/main.py run "$PROPERTY_SEED" \
	"$PROPERTY_STEPS" "$NATCTL" c1="$c1" c2="$c2" gw="$gw" rt="$rt"
ktap_finish
