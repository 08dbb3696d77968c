#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever comes, goes and changes while two CPUs carry packets: each actor below does
# its rounds, then all that can at once. No packet gets out untranslated meanwhile,
# traffic recovers by itself, and nothing stays behind.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# c1 sends on one CPU and is answered by s1 on the other, where c2 sends too and is told
# by s2 that nobody listens. ROUNDS says how many rounds each actor does, "make race" a thousand.
. ./lib.sh

: "${ROUNDS:=2}" "${ACTORS:=}"
# After so many rounds at most traffic has to recover.
BURST=50

### traffic and what is seen of it ############################################

traffic()
{
	local other=$(($(nproc) - 1))
	nsenter --net="/run/netns/$s1" taskset -c $other ./flood $S1 5000 &
	nsenter --net="/run/netns/$c1" taskset -c 0 \
		./flood $C1 $S1 5000 10000 10049 2000 &
	nsenter --net="/run/netns/$c2" taskset -c $other \
		./flood $C2 $S2 5000 10000 10049 2000 &
}

watch_uplink()
{
	on "$rt" nft -f - <<-END
		table ip watch {
			counter untranslated { }
			chain in {
				type filter hook prerouting priority raw
				ip saddr 10.0.0.0/8 counter name untranslated drop
			}
		}
	END
}

# datagrams NS FIELD: of UDP, by that kernel's own count, which is quick to ask: 2 those
# that a socket got, 3 those that none waited for
datagrams()
{
	on "$1" sed -n 's/^Udp: //p' /proc/net/snmp | tail -n 1 |
		cut -d' ' -f$(($2 - 1))
}

# counts: of both clients' packets, and of the answers that have come back to c1
counts()
{
	echo "$(datagrams "$s1" 2) $(datagrams "$s2" 3) $(datagrams "$c1" 3)"
}

# moved COUNT COUNT COUNT: each is more by a few than it was
moved()
{
	local now
	now=$(counts)
	echo "before: $*, now: $now"
	set -- "$@" $now
	[ $(($4 - $1)) -ge 10 ] && [ $(($5 - $2)) -ge 10 ] &&
		[ $(($6 - $3)) -ge 10 ]
}

recovers()
{
	# shellcheck disable=SC2046 # words are words
	wait_for 30 moved $(counts)
}

### actors: each does as many rounds as it is told ############################

# times NUMBER LINE...: so many times
times()
{
	local number
	for ((number = 0; number < $1; number++)); do
		printf '%s\n' "${@:2}"
	done
}

# natctls, links: one process does all rounds, as fast as the kernel goes along
natctls()
{
	times "$@" | nat ${FORCE:+"$FORCE"} -b -
}

links()
{
	times "${@:2}" | ip -n "$1" -batch -
}

gateways()
{
	natctls "$1" "gateway del g" \
		"gateway add g dev ext eip $EIP inside 10.0.0.0/16"
}

settings()
{
	natctls "$1" "gateway set g udp 30 mapping endpoint-independent" \
		"gateway set g fastpath off accounting on" \
		"gateway set g inside 10.0.1.0/24" \
		"gateway set g profile rfc inside 10.0.0.0/16 fastpath on" \
		"rule add gateway g dst 198.51.100.0/24 pref 9 idle 60" \
		"rule add gateway g dst $HOLE pref 10 exempt" \
		"rule del gateway g pref 9" "rule del gateway g pref 10" \
		"gateway set g profile aws"
}

addresses()
{
	natctls "$1" "address add gateway g eip $EIP2" \
		"flow flush src $C1" \
		"address del gateway g eip $EIP2 drain 60" \
		"address del gateway g eip $EIP2"
}

flushes()
{
	natctls "$1" "flow flush all" "flow flush src $C1" \
		"flow flush gateway g proto udp"
}

dumps()
{
	natctls "$1" "flow show" "client show" "port show" "stats" \
		"drops" >"$TMP/dumped.$BASHPID" && grep -q $C1 "$TMP/dumped.$BASHPID"
}

# Readers that go in the middle of a dump
readers()
{
	[ "$(on "$gw" python3 -B dump_readers.py "$1")" -gt 0 ]
}

# a_thousand: flows as "flow save" writes them; for a day they get no older
a_thousand()
{
	local tomorrow
	tomorrow=$(date -u -d tomorrow +%FT%TZ)
	awk -v saved="$tomorrow" -v src=$C2 -v eip=$EIP -v dst=$HOLE 'BEGIN {
		printf "{\"natgw-flows\":1,\"saved\":\"%s\"}\n", saved
		for (port = 30000; port < 31000; port++)
			printf "{\"gateway\":\"g\",\"proto\":\"udp\",\"src\":\"%s\"," \
				"\"sport\":%d,\"wire-ip\":\"%s\",\"wire-port\":%d," \
				"\"dst\":\"%s\",\"dport\":5003,\"state\":\"udp\"," \
				"\"expires\":300}\n", src, port, eip, port, dst
		print "{\"natgw-flows-end\":1000}"
	}' >"$TMP/thousand"
}

# The table grows by a thousand flows and shrinks again: in one round of ten by packets,
# which takes longer, in the others by flows that are restored.
tables()
{
	local left=$1 some
	a_thousand
	while [ "$left" -gt 0 ]; do
		wait_for 60 flows -ge 1000 dst $HOLE || return
		nat flow flush dst $HOLE || return
		some=$((left < 10 ? left - 1 : 9))
		natctls $some "flow restore $TMP/thousand" \
			"flow flush dst $HOLE" || return
		left=$((left - some - 1))
	done
}

down()
{
	links "$gw" "$1" "link set ext down" "link set ext up" \
		"route add default via $RT" "link set in1 down" "link set in1 up"
}

renames()
{
	# Kernels before 6.2 rename no device that is up.
	links "$gw" "$1" "link set ext down" "link set ext name wan0" \
		"link set wan0 up" "link set wan0 down" \
		"link set wan0 name ext" "link set ext up" \
		"route add default via $RT"
}

# The uplink goes and comes back.
uplinks()
{
	links "$gw" "$1" "link del ext" \
		"link add ext type veth peer name wan netns $rt" \
		"link set ext up" "addr add $HOST/24 dev ext" \
		"addr add $EIP/24 dev ext" "addr add $EIP2/24 dev ext" \
		"route add default via $RT" &&
		plug "$rt" wan $RT/24
}

# So does a device of clients.
insides()
{
	links "$gw" "$1" "link del in1" \
		"link add in1 type veth peer name eth0 netns $c1" \
		"link set in1 up" "addr add 10.0.1.1/24 dev in1" &&
		plug "$c1" eth0 $C1/24 10.0.1.1
}

routes()
{
	links "$gw" "$1" "route del default" "route add blackhole default" \
		"route replace default via $RT" \
		"route add $S1 via $RT mtu 1400" "route del $S1" \
		"rule add pref 100 to $HOLE lookup 77" \
		"route add default via $RT table 77" \
		"rule del pref 100" "route flush table 77"
}

neighbours()
{
	local number
	for ((number = 0; number < $1; number++)); do
		ip -n "$rt" link set wan address \
			"02:00:00:00:00:0$((number % 9 + 1))" || return
		ip -n "$gw" -batch - <<-END || return
			neigh replace $RT dev ext lladdr 02:00:00:00:00:99
			neigh del $RT dev ext
			neigh flush dev in1
		END
	done
}

# The host goes with its gateway, and another one takes over.
namespaces()
{
	local number
	for ((number = 0; number < $1; number++)); do
		timeout 30 ip netns del "$gw" && another_host || return
		wait_for 10 flows -ge 10 || return
	done
}

# natctl's ruleset keeps inside addresses in meanwhile.
modules()
{
	local number
	# Not every kernel has "fib", and this host sends nothing of its own.
	nat fence nft | sed 's/ fib saddr type != local//' | on "$gw" nft -f -
	for ((number = 0; number < $1; number++)); do
		timeout 60 rmmod natgw || return
		insmod "$NATGW_KO" || return
		LOADED=yes
		gateway || return
	done
	on "$gw" nft delete table ip natgw_fence
}

# All that do without each other, at the same time. They get in each other's way, so
# none has to succeed.
together()
{
	local actor running=()
	for actor in gateways settings addresses flushes dumps readers down routes \
		     neighbours; do
		FORCE=--force "$actor" "$1" >"$TMP/$actor" 2>&1 &
		running+=($!)
	done
	wait "${running[@]}" || :
	ip -n "$gw" -batch - <<-END
		link set ext up
		link set in1 up
		route replace default via $RT
	END
	nat gateway del g || :
	gateway
}

### one after the other #######################################################

# rounds ACTOR: all of its rounds; traffic recovers again and again meanwhile, and no
# inside address was on the uplink
rounds()
{
	local left=$ROUNDS some
	while [ "$left" -gt 0 ]; do
		some=$((left < BURST ? left : BURST))
		"$1" $some && recovers || return
		left=$((left - some))
		if [ "$left" -gt 0 ]; then
			echo "# $1: $left rounds left" >&3
		fi
	done
	on "$rt" nft list counter ip watch untranslated |
		grep "packets 0 "
}

act()
{
	local start=$SECONDS
	check "$1: traffic recovers, and none was untranslated" rounds "$1"
	echo "# $1: $ROUNDS rounds in $((SECONDS - start)) s"
}

# objects: flows that the kernel has memory for
objects()
{
	echo 1 >/sys/kernel/slab/natgw_flow/shrink
	local count
	count=$(sed 's/ .*//' /sys/kernel/slab/natgw_flow/objects)
	echo "objects: $count"
	[ "$count" -eq 0 ]
}

ALL="gateways settings addresses flushes dumps readers tables down renames uplinks"
ALL+=" insides routes neighbours namespaces modules together"

need taskset
[ -x ./flood ] || skip_all "flood was not built"
# shellcheck disable=SC2086 # words are words
set -- ${ACTORS:-$ALL}
ktap_plan $(($# + 3))
exec 3>&1
two_armed
gateway
watch_uplink
traffic
check "traffic goes through" recovers
for actor; do
	if [ "$actor" = tables ]; then
		nsenter --net="/run/netns/$c1" nice \
			./flood $C1 $HOLE 5002 20000 23999 0 &
	fi
	act "$actor"
	if [ "$actor" = tables ]; then
		# Or it is among those below.
		kill $! && wait $! || :
	fi
done
jobs -p | xargs kill
check "the gateway can be deleted" nat gateway del g
check "no flow is left in memory" wait_for 10 objects
ktap_finish
