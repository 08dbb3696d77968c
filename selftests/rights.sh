#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who may do what: changes and flows are for CAP_NET_ADMIN in the namespace's
# owner, the rest is for everybody.
. ./lib.sh

# nobody COMMAND...: natctl without any right, in the gateway's namespace
nobody()
{
	on "$gw" setpriv --reuid 65534 --regid 65534 --clear-groups \
		--bounding-set=-all --inh-caps=-all "$NATCTL" "$@"
}

# admin COMMAND...: natctl with the one right that it takes
admin()
{
	on "$gw" setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=+net_admin --ambient-caps=+net_admin "$NATCTL" "$@"
}

# denied COMMAND...: the kernel refuses it, for want of the right one needs
denied()
{
	local status=0
	nobody "$@" >"$TMP/said" 2>&1 || status=$?
	cat "$TMP/said"
	[ $status -eq 2 ] && grep -q CAP_NET_ADMIN "$TMP/said"
}

forbidden()
{
	cat <<-END
		gateway add n dev ext eip $EIP2 inside 10.9.0.0/16
		gateway set g udp 5
		gateway del g
		address add gateway g eip $EIP2
		address del gateway g eip $EIP
		flow show
		flow show src 10.0.1.2
		flow count
		flow flush all
		flow save
		flow restore $TMP/flows
		client show
		top
		top destinations
		label set 10.0.0.0/8 x
		label del 10.0.0.0/8
		fence del dev ext
		drops
		drops follow
		idle show
		why 10.0.1.2 7000 198.51.100.10 53 udp
		monitor flow
		monitor error
	END
}

allowed()
{
	cat <<-END
		gateway show
		gateway show g
		address show
		stats
		stats gateway g
		label show
		metrics
		fence show
		fence nft
	END
}

# The owner of a user namespace rules over its network namespaces alone.
own_namespace()
{
	local script="ip link add ext type dummy && ip link set dev ext up &&
		ip addr add $EIP/24 dev ext &&
		\"$NATCTL\" gateway add mine dev ext eip $EIP &&
		\"$NATCTL\" -j gateway show && \"$NATCTL\" flow show"
	unshare -Urn sh -c "$script" >"$TMP/said" && grep -q mine "$TMP/said"
}

# It may make much there, but not without end.
many_gateways()
{
	local script="ip link add ext type dummy && ip link set dev ext up &&
		ip addr add $EIP/24 dev ext; \"$NATCTL\" -b - 2>&1;
		\"$NATCTL\" -j gateway show | grep -o '\"name\"' | wc -l"
	awk 'BEGIN { for (i = 0; i < 1025; i++) printf "gateway add g%d dev ext " \
		"eip 100.64.%d.%d inside 10.0.%d.%d/32\n", i, i / 250, i % 250 + 1,
		i / 250, i % 250 + 1 }' |
		unshare -Urn sh -c "$script" >"$TMP/said"
	tail -n 2 "$TMP/said"
	grep -q "there are 1024 gateways" "$TMP/said" &&
		[ "$(tail -n 1 "$TMP/said")" -eq 1024 ]
}

# Nor more fences, which each change of what is inside may leave: 256 for a device.
many_fences()
{
	local script="ip link add ext type dummy && ip link set dev ext up &&
		ip addr add $EIP/24 dev ext; \"$NATCTL\" -b - 2>&1;
		\"$NATCTL\" -j fence show | grep -oE '\"10[0-9./]+\"' | wc -l;
		\"$NATCTL\" fence del dev ext &&
		\"$NATCTL\" gateway set g inside 10.0.0.0/16"
	{
		echo "gateway add g dev ext eip $EIP inside 10.1.0.0/16"
		awk 'BEGIN { for (i = 0; i < 6; i++) { set = "gateway set g inside"
			for (j = 0; j < 64; j++)
				set = set " 10." i + 2 "." j ".0/24"
			print set } }'
	} | unshare -Urn sh -c "$script" >"$TMP/said" 2>&1 || return
	grep -v Warning: "$TMP/said"
	# Of the change that would have made 257 there is nothing.
	grep -q "no room for another fence" "$TMP/said" && grep -qx 193 "$TMP/said"
}

# What it makes is its own cgroup's memory.
memory_is_charged()
{
	local charged
	mkdir "$TMP/cgroup" && mount -t cgroup2 none "$TMP/cgroup" || return
	echo +memory >"$TMP/cgroup/cgroup.subtree_control"
	mkdir "$TMP/cgroup/natgw"
	(echo $BASHPID >"$TMP/cgroup/natgw/cgroup.procs" && many_gateways)
	charged=$(awk '/^(slab|percpu) / { n += $2 } END { print n }' \
		"$TMP/cgroup/natgw/memory.stat")
	rmdir "$TMP/cgroup/natgw" && umount "$TMP/cgroup"
	echo "charged: $charged bytes"
	[ "$charged" -gt 2000000 ]
}

# natgw listens to changes of settings by a socket of its own.
listener()
{
	on "$gw" awk '$2 == 0 && $4 == "00800000" { print $3 }' /proc/net/netlink |
		grep .
}

# Not even root may speak to that.
no_word_to_listener()
{
	on "$gw" python3 -B -c '
import socket, sys
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
try:
    sock.sendto(bytes(16), (int(sys.argv[1]), 0))
    sys.exit("it was taken")
except ConnectionRefusedError:
    pass' "$(listener)"
}

need setpriv unshare python3
ktap_plan $(($(forbidden | wc -l) + $(allowed | wc -l) + 9))
setup_ns gw
ip -n "$gw" link add ext type dummy
plug "$gw" ext $HOST/24
ip -n "$gw" addr add $EIP/24 dev ext
gateway
nat label set 10.0.0.0/8 x
chmod 755 "$TMP"
cat >"$TMP/flows" <<-END
	{"natgw-flows":1,"saved":"$(date -u +%FT%TZ)"}
	{"gateway":"g","proto":"udp","src":"10.0.0.2","sport":7000,"wire-ip":"$EIP","wire-port":40000,"dst":"198.51.100.7","dport":53,"state":"udp","expires":100}
	{"natgw-flows-end":1}
END
nat -j gateway show >"$TMP/before"

while read -r command; do
	# shellcheck disable=SC2086 # words are words
	check "nobody may not: $command" denied $command
done < <(forbidden)
nat -j gateway show >"$TMP/after"
check "nothing has changed" cmp "$TMP/before" "$TMP/after"
while read -r command; do
	# shellcheck disable=SC2086
	check "everybody may: $command" nobody $command
done < <(allowed)
check "CAP_NET_ADMIN is enough to change" admin gateway set g udp 60
check "CAP_NET_ADMIN is enough to read flows" admin flow show
check "root of a user namespace may in its own network" own_namespace
check "but no more gateways than 1024" many_gateways
check "nor more fences than there is room for" many_fences
if grep -qw memory /proc/cgroups; then
	check "its own cgroup pays for the memory" memory_is_charged
else
	ok "its own cgroup pays for the memory # SKIP no memory controller"
fi
check "and does nothing to this one" nat gateway show g
wait_for 5 listener >"$TMP/listener"
check "nobody can send to the socket that natgw listens by" no_word_to_listener
ktap_finish
