#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The network of the demo, busy for MIN minutes: clients of all kinds, outsiders, changes
# of the configuration and faults. Once a minute all of it pauses, and what the kernel
# has memory for then must not grow.
#
#   soak.sh    as root; NATGW_KO and NATCTL name the module and the tool
#
# Prints a line for each minute. Exit status 0 when nothing grew, every client was served
# after each fault, the counters balance and the kernel did not complain. "make soak"
# runs it in a VM.

cd "$(dirname "$0")" || exit
: "${NATGW_KO:=$PWD/../../natgw.ko}" "${NATCTL:=$PWD/../../build/tools/natctl}"
: "${MIN:=10}"
. ../demo/network.sh

# By so many kilobytes may be more in the end than after the first minutes, in which
# the kernel fills its own caches.
SLACK=2048
ROUNDS=200
# Minutes until the caches are full
WARM=3

skip_all()
{
	KTAP_FINISHED=yes
	echo "The soak cannot run here: $1."
	exit 4
}

### clients: each does something once ##########################################

web()
{
	inside c1 curl -sS --fail --max-time 20 -o "$TMP/got.$1" \
		http://www.example.com/large && cmp "$TMP/www/large" "$TMP/got.$1"
}

secure()
{
	inside c2 curl -sS --fail --max-time 20 --cacert "$TMP/ca.pem" \
		-o "$TMP/got.$1" https://www.example.com/large &&
		cmp "$TMP/www/large" "$TMP/got.$1"
}

names()
{
	[ "$(inside c2 timeout 10 getent ahostsv4 www.example.com |
		awk '{ print $1; exit }')" = "$WWW" ]
}

pings()
{
	on "$c3" ping -qnc5 -i0.2 -W5 "$WWW"
}

narrow_way()
{
	on "$c3" ping -qnc1 -W5 -s 4000 "$FAR"
}

private()
{
	on "$c3" curl -sS --fail --max-time 20 -r 0-999 -o "$TMP/got.$1" \
		"http://$ONPREM/large"
}

# From outside to this host, on the address that it shares
administrators()
{
	login "$scanner" "$EIP"
}

CLIENTS="web secure names pings narrow_way private administrators"

### and what gets in their way ################################################

outsiders()
{
	on "$scanner" ../forge 2000 scan "$EIP" 0
	on "$scanner" ../forge 1000 errors "$EIP" 0 "$WWW" 80
}

crowd()
{
	on "$c3" timeout 5 ../flood "${CONTAINERS[2]}" "$HOLE" 5000 1024 32767 200 || :
}

repeat()
{
	local number
	for ((number = 0; number < $1; number++)); do
		printf '%s\n' "${@:2}"
	done
}

changes()
{
	repeat $ROUNDS "gateway set nat0 udp 60 accounting on" \
		"gateway set nat0 profile aws accounting off" \
		"rule add gateway nat0 dst 192.0.2.0/24 pref 5 idle 90" \
		"rule del gateway nat0 pref 5" \
		"label set 10.0.1.11/32 web" "label del 10.0.1.11/32" \
		"address add gateway nat0 eip 203.0.113.77 private-ip 10.0.0.77" \
		"address del gateway nat0 eip 203.0.113.77" \
		"flow flush src ${CONTAINERS[2]}" | nat -b -
}

gateways()
{
	repeat $ROUNDS "gateway del dc0" "gateway add dc0 dev ens6 connectivity \
		private inside 10.0.1.0/24" | nat -b -
}

lookers()
{
	repeat 20 "flow show" "client show" "port show" "drops" "stats" | nat -b -
	on "$gw" python3 -B ../dump_readers.py 50
	nat -j monitor flow >"$TMP/events" &
	local monitor=$!
	nat flow flush proto icmp
	kill $monitor
}

# The uplink goes down and up, routes and neighbours change.
links()
{
	repeat 10 "link set ens5 down" "link set ens5 up" \
		"route add default via 10.0.0.1" "neigh flush dev ens5" \
		"route replace $WWW via 10.0.0.1 mtu 1400" "route del $WWW" |
		ip -n "$gw" -batch -
}

OTHERS="outsiders crowd changes gateways lookers links"

### a minute ##################################################################

# again NAME: until the minute is over; counts what went wrong
again()
{
	local number=0 failed=0
	while [ -e "$TMP/busy" ]; do
		"$1" "$1" >"$TMP/out.$1" 2>&1 || failed=$((failed + 1))
		number=$((number + 1))
	done
	echo "$number $failed" >"$TMP/done.$1"
}

busy()
{
	local end=$((SECONDS + 50)) name
	: >"$TMP/busy"
	for name in $CLIENTS; do
		again "$name" &
	done
	RUNNING=$(jobs -p | grep -vxF "$SERVERS")
	while [ $SECONDS -lt $end ]; do
		for name in $OTHERS; do
			"$name" >"$TMP/out.$name" 2>&1 || trouble "$name"
		done
	done
	rm "$TMP/busy"
	# shellcheck disable=SC2086 # words are words
	wait $RUNNING
}

trouble()
{
	FAILED+=("minute $MINUTE: $1")
	tail -n 5 "$TMP/out.$1" >&2
}

# served: whatever happened, every kind of client is served now
served()
{
	local name
	for name in $CLIENTS; do
		wait_for 20 "$name" again >"$TMP/out.$name" || trouble "$name"
	done
}

### memory ####################################################################

# kept NAME: kilobytes, from /proc/meminfo
kept()
{
	awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo
}

# objects: flows that the kernel has memory for
objects()
{
	echo 1 >/sys/kernel/slab/natgw_flow/shrink
	sed 's/ .*//' /sys/kernel/slab/natgw_flow/objects
}

no_objects()
{
	local objects
	objects=$(objects)
	echo "$objects flows are left in memory"
	[ "$objects" -eq 0 ]
}

# pause: nobody sends, no flow is left, and caches are empty
pause()
{
	nat flow flush all >"$TMP/out.pause"
	wait_for 20 no_objects >"$TMP/out.pause" || trouble pause
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

sum()
{
	cat "$TMP"/done.* | awk -v field="$1" '{ n += $field } END { print n }'
}

# Numbers of the gateway that lived all along
of_gateway()
{
	nat -j stats gateway nat0 >"$TMP/stats"
	values "$1" <"$TMP/stats"
}

drops()
{
	nat -j stats gateway nat0 | tr ',{}' '\n' |
		sed -nE 's/^"(source|destination)-drop-[a-z-]+":([0-9]+)$/\2/p' |
		awk '{ n += $1 } END { print n }'
}

row()
{
	local slab percpu
	slab=$(kept SUnreclaim)
	percpu=$(kept Percpu)
	printf '%6s %7s %7s %8s %9s %9s %8s %8s %8s %6s\n' "$MINUTE" "$(sum 1)" \
		"$(sum 2)" "$(of_gateway flows-created)" \
		"$(of_gateway packets-out-to-destination)" \
		"$(of_gateway packets-out-to-source)" "$(drops)" \
		"$slab" "$percpu" "$(objects)"
	[ "$MINUTE" -ge $WARM ] || return 0
	: "${SLAB:=$slab}" "${PERCPU:=$percpu}"
	LAST_SLAB=$slab LAST_PERCPU=$percpu
}

# grew WHAT BEFORE AFTER
grew()
{
	[ $(($3 - $2)) -gt $SLACK ] || return 0
	FAILED+=("$1 grew from $2 to $3 kB")
}

### the end ###################################################################

quiet_kernel()
{
	! dmesg | sed "1,/natgw soak ${TMP##*.}/d" |
		grep -E 'WARNING|BUG|Oops|Call Trace|refcount|stall|Objects remaining'
}

verdict()
{
	grew "the slabs" "$SLAB" "$LAST_SLAB"
	grew "memory of CPUs" "$PERCPU" "$LAST_PERCPU"
	wait_for 5 accounts_balance "$gw" || FAILED+=("the counters")
	quiet_kernel || FAILED+=("the kernel complained")
	KTAP_FINISHED=yes
	if [ ${#FAILED[@]} -eq 0 ]; then
		echo "$MIN minutes, nothing grew: slabs $SLAB to $LAST_SLAB kB," \
			"CPUs $PERCPU to $LAST_PERCPU kB"
		exit 0
	fi
	printf 'failed: %s\n' "${FAILED[@]}"
	exit 1
}

need curl dnsmasq getent nginx openssl ping ssh ssh-keygen sshd ss
[ "$MIN" -gt $WARM ] || skip_all "MIN has to be more than $WARM"
FAILED=()
echo "natgw soak ${TMP##*.}" >/dev/kmsg
cloud
servers 1M
SERVERS=$(jobs -p)
nat gateway add nat0 dev ens5 eip "$EIP" private-ip $INSTANCE inside 10.0.1.0/24 \
	max-flows 20000
nat gateway add dc0 dev ens6 connectivity private inside 10.0.1.0/24
MINUTE=0
served
echo "minute clients  failed    flows  out-pkts   in-pkts    drops  slab kB   cpu kB  flows left"
for ((MINUTE = 1; MINUTE <= MIN; MINUTE++)); do
	busy
	served
	pause
	row
done
verdict
