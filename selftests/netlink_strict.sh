#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own checks of netlink requests, past what natctl would send. Each
# refusal has its errno and a message, and changes nothing.
. ./lib.sh

# Those of netlink_strict.py that differ from EINVAL, or need certain words
special()
{
	cat <<-END
		name too long|EINVAL/ERANGE|.
		device name too long|EINVAL/ERANGE|.
		short number|EINVAL/ERANGE|.
		short address|EINVAL/ERANGE|.
		word out of range|ERANGE|.
		policy out of range|ERANGE|.
		prefix length 0|ERANGE|.
		prefix length 33|ERANGE|.
		time-out 0|ERANGE|udp takes 1 to 604800 seconds
		time-out of more than a week|ERANGE|udp takes 1 to 604800 seconds
		no room for a flow|ERANGE|max-flows takes 1 to
		short option|EINVAL/ERANGE|.
		profile out of range|ERANGE|.
		switch out of range|ERANGE|.
		mapping out of range|ERANGE|.
		a segment too small|ERANGE|mss takes
		a filter wider than the mapping|EINVAL|udp-filtering
		hairpin of a narrow mapping|EINVAL|mapping
		bypass of every source|EINVAL|inside
		a good option and a bad one|ERANGE|max-flows takes
		a profile and a bad option|ERANGE|max-flows takes
		a rule of an unknown gateway|ENOENT|no gateway
		a rule without a place|ERANGE|pref takes
		a rule that never idles|ERANGE|604800
		a rule that idles for more than a week|ERANGE|604800
		a rule for an address of nobody|EADDRNOTAVAIL|address
		exempt with a value|EINVAL/ERANGE|.
		the end of no rule|ENOENT|.
		no rule to get|ENOENT|.
		a drop that was not yet|ENOENT|nothing was dropped
		somebody who has not spoken yet|ENOENT|nobody spoke again
		who has spoken after a short number|EINVAL/ERANGE|.
		a drop after a short number|EINVAL/ERANGE|.
		a dump of drops after a short number|EINVAL/ERANGE|.
		ports of no destination|EINVAL|wire-ip
		an inside host without address|EINVAL|its address
		an inside host of no gateway|ENOENT|no gateway
		an inside host without flows|ENOENT|no flows
		what of no packet|EINVAL|say which packet
		what of a packet without destination|EINVAL|say which packet
		what of a short port|EINVAL/ERANGE|.
		what of ports of GRE|EINVAL|no ports
		what of a query to a port|EINVAL|identifier
		what of a packet from loopback|EINVAL|this source
		what of a packet of the host|EINVAL|address of this host
		what of a packet to a group|EINVAL|this destination
		what of a packet from nowhere|ENETUNREACH|no route
		what of a device that there is not|ENODEV|no device
		what of a device with too long a name|EINVAL/ERANGE|.
		a dump of what of a packet|EOPNOTSUPP|
		a prefix of groups|EINVAL|no host can have
		an uplink in a VRF|EINVAL|VRF
		an address of nothing|EINVAL|give an address
		half a pair|EINVAL|public gateway needs an elastic IP
		a flush by the length of no prefix|EINVAL|without its address
		a flow of an unknown gateway|ENOENT|no gateway
		a flow without source|EINVAL|a flow has
		a flow that has expired|ETIME|idle for too long
		a flow that lives too long|ETIME|longer than the time-out
		a flow of an address of nobody|EADDRNOTAVAIL|no such address
		a flow in no state|ERANGE|.
		a flow of no kind|ERANGE|.
		a flow that is a mapping|EINVAL|say mapped
		a flow that has seen what there is not|EINVAL|.
		a flow with a short number|EINVAL/ERANGE|.
		a guest with a value|EINVAL/ERANGE|.
		a mapped flow with a value|EINVAL/ERANGE|.
		a flow with an idle time-out of nothing|ERANGE|leave it out
		a dump of flows to be made|EOPNOTSUPP|
		too many prefixes|E2BIG/EINVAL|64
		two addresses|EINVAL|one address
		no name|EINVAL|name
		no device|EINVAL|dev DEVICE
		empty name|EINVAL|empty
		nest without its flag|EINVAL|NLA_F_NESTED
		prefix with bits beyond its length|EINVAL|bits
		unknown command|EOPNOTSUPP|
		a notification as a request|EOPNOTSUPP|
		a dump of what has none|EOPNOTSUPP|
		header cut short|EINVAL|
		reserved bytes used|EINVAL|
		flag with a value|EINVAL/ERANGE|.
	END
}

state()
{
	nat -j gateway show
	nat -j address show
	nat -j fence show
	nat -j rule show
	nat -j flow count
}

# judge NAME ERROR MESSAGE
judge()
{
	local wanted code words
	wanted=$(special | grep "^$1|" || echo "$1|EINVAL|.")
	IFS='|' read -r _ code words <<<"$wanted"
	echo "got $2: $3"
	[[ /$code/ == */$2/* ]] && grep -qE "$words" <<<"$3"
}

need
setup_ns gw
ip -n "$gw" link add ext type dummy
plug "$gw" ext $HOST/24
ip -n "$gw" addr add $EIP/24 dev ext
# User-mode Linux has none.
VRF=
if ip -n "$gw" link add private type vrf table 9 2>/dev/null; then
	VRF=yes
	ip -n "$gw" link add slave type dummy
	ip -n "$gw" link set slave master private
	plug "$gw" slave 192.0.2.1/24
fi
gateway
state >"$TMP/before"
on "$gw" /usr/bin/python3 netlink_strict.py >"$TMP/cases"
state >"$TMP/after"
ktap_plan $(($(wc -l <"$TMP/cases") + 2))
while IFS='|' read -r name error message; do
	if [ "$name" = "an uplink in a VRF" ] && [ ! "$VRF" ]; then
		ok "$name # SKIP this kernel has none"
	else
		check "$name" judge "$name" "$error" "$message"
	fi
done <"$TMP/cases"
check "every case was tried" [ "$(wc -l <"$TMP/cases")" -ge 134 ]
check "none of them changed anything" cmp "$TMP/before" "$TMP/after"
ktap_finish
