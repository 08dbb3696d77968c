#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random netlink requests, made from the specification and spoilt: the kernel has
# nothing to complain of, what is refused changes nothing, and who has no right learns
# nothing. See fuzz_netlink.py. FUZZ_MESSAGES says how many, FUZZ_SEED which.
. ./lib.sh

: "${FUZZ_SEED:=1}" "${FUZZ_MESSAGES:=3000}"
[ "$FUZZ_SEED" != random ] || FUZZ_SEED=$RANDOM$RANDOM

# fuzz ROLE SHARE COMMAND...: so many percent of all, run by COMMAND
fuzz()
{
	"${@:3}" /usr/bin/python3 -B fuzz_netlink.py "$1" "$FUZZ_SEED" \
		$((FUZZ_MESSAGES * $2 / 100)) >"$TMP/said" 2>&1 || {
			cat "$TMP/said"
			return 1
		}
}

# with TEXT ROLE SHARE COMMAND...
with()
{
	check "$1" fuzz "${@:2}"
	sed -n '/requests/s/^/# /p' "$TMP/said"
}

state()
{
	local what
	for what in gateway address rule label fence; do
		nat -j "$what" show
	done
}

hosts()
{
	ip -n "$gw" link add ext type dummy
	ip -n "$gw" link add in1 type dummy
	plug "$gw" ext $HOST/24
	plug "$gw" in1 10.0.1.1/24
	ip -n "$gw" addr add $EIP/24 dev ext
	ip -n "$gw" addr add $EIP2/24 dev ext
}

# In its own network, somebody who has no right elsewhere may do anything.
OWN="ip link add ext type dummy && ip link set ext up && ip addr add $EIP/24 dev ext &&
	ip link add in1 type dummy && ip link set in1 up && exec \"\$@\""

need setpriv unshare
ktap_plan 6
setup_ns gw
hosts
gateway
nat rule add gateway g pref 10 dst 192.0.2.0/24 exempt
nat label set 10.0.1.0/24 first
echo "# seed $FUZZ_SEED, $FUZZ_MESSAGES requests"
state >"$TMP/before"
with "nobody" nobody 15 on "$gw" setpriv --reuid 65534 --regid 65534 \
	--clear-groups --bounding-set=-all --inh-caps=-all
if unshare -Ur true 2>/dev/null; then
	with "root of a user namespace, here" nobody 10 on "$gw" unshare -Ur
	with "root of a user namespace, in its own network" own 15 \
		unshare -Urn sh -c "$OWN" sh
else
	ok "root of a user namespace, here # SKIP no user namespaces"
	ok "root of a user namespace, in its own network # SKIP no user namespaces"
fi
state >"$TMP/after"
check "none of them has changed anything" cmp "$TMP/before" "$TMP/after"
with "an admin; what is refused changes nothing" admin 60 on "$gw"
for name in $(nat -j gateway show | values name); do
	nat gateway del "$name"
done
check "the gateways can be deleted" [ "$(nat -j gateway show)" = "[]" ]
ktap_finish
