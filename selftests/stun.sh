#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client inside finds out by RFC 5780 how the gateway maps and filters, and
# whether it turns packets back inside (hairpinning). What it finds is what was
# configured, be none, half or nearly all of the ports taken.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# Client and server are coturn's: turnutils_natdiscovery on c1, and on s1
# turnserver with two addresses and two ports. The kernel's packet generator takes
# the ports, in c2's name.
#
# This script tries the profiles; stun_options.sh runs it for single options.
. ./lib.sh

S1B=198.51.100.11
PORT=3478
# Of 64512 ports
HALF=32256
MOST=63867

# The client has a new source port for each examination.
SPORT=40000
PKTGEN=

### the server ################################################################

server()
{
	ip -n "$s1" addr add $S1B/25 dev eth0
	on "$s1" turnserver -n --stun-only -m 1 -L $S1 -L $S1B -p $PORT \
		--alt-listening-port $((PORT + 1)) --no-tcp --no-tls --no-dtls \
		--no-cli --pidfile "$TMP/pid" --userdb "$TMP/db" \
		--log-file stdout >"$TMP/turnserver" 2>&1 &
	if ! wait_for 20 serving; then
		diag <"$TMP/turnserver"
		return 1
	fi
	# The generator's packets are shorter than any of STUN; the server need
	# not be kept busy with them.
	on "$rt" nft -f - <<-END
		table ip generated {
			chain in {
				type filter hook prerouting priority raw
				udp dport $PORT udp length < 28 drop
			}
		}
	END
}

serving()
{
	[ "$(on "$s1" ss -Hlun "sport >= $PORT and sport <= $((PORT + 1))" |
		wc -l)" -eq 4 ]
}

### the client ################################################################

# examine OPTION...: let the client find out these things. It does so all at once,
# as it mostly waits for packets that do not come.
examine()
{
	local option pids=()
	for option in "$@"; do
		on "$c1" turnutils_natdiscovery "-$option" -L $C1 \
			-l $SPORT -p $PORT $S1 >"$TMP/said.$option" 2>&1 &
		pids+=($!)
		[ "$option" != H ] || HAIRPIN=$SPORT
		SPORT=$((SPORT + 1))
	done
	wait "${pids[@]}"
	cat "${@/#/$TMP/said.}" >>"$TMP/said"
}

# verdict OPTION WORD: what the client found, in natctl's words
verdict()
{
	sed -n "s/^NAT with \(.*\) $2!$/\1/p" "$TMP/said.$1" | tr 'A-Z ' 'a-z-'
}

mapping()
{
	# The client takes no answer for the answer that it had before.
	if grep -q timeout "$TMP/said.m"; then
		echo unanswered
	else
		verdict m Mapping
	fi
}

filtering()
{
	verdict f Filtering
}

# From where the client's packet to its own external endpoint came back
hairpin()
{
	if ! grep -q '^RFC 5780 response' "$TMP/said.H"; then
		echo unanswered
	elif ! grep -q '^Received a request' "$TMP/said.H"; then
		echo nowhere
	else
		pkt field c1 src proto=udp dport="$HAIRPIN" src!=$S1
	fi
}

# Answers name the client's external endpoint twice, once in a form that nothing
# on the way takes for an address.
unaltered()
{
	grep -q '^No ALG' "$TMP/said" && ! grep 'ALG detected' "$TMP/said"
}

# class MAPPING FILTERING [HAIRPIN]: what the client finds
class()
{
	local map filter own=
	examine m f ${3:+H}
	map=$(mapping)
	filter=$(filtering)
	check_is "V1: $LOAD: mapping is $1" "$1" "$map"
	check_is "V2: $LOAD: filtering is $2" "$2" "$filter"
	if [ -n "${3:-}" ]; then
		own=$(hairpin)
		check_is "V3: $LOAD: own packets come back from $3" "$3" "$own"
	fi
	CLASSES+=("$map $filter $own")
}

### the load ##################################################################

# generator "FILE: COMMAND"...: for the files of pktgen, as c2 has them
generator()
{
	# shellcheck disable=SC2016 # the other shell fills these in
	on "$c2" sh -c 'for line; do
		echo "${line#*: }" >"/proc/net/pktgen/${line%%: *}" || exit
	done' sh "$@"
}

start_generator()
{
	local mac
	mac=$(ip -n "$gw" link show in2 | sed -n 's|.*link/ether \([^ ]*\).*|\1|p')
	generator "kpktgend_0: add_device eth0" "eth0: pkt_size 60" \
		"eth0: delay 0" "eth0: src_min $C2" "eth0: src_max $C2" \
		"eth0: dst $S1" "eth0: dst_mac $mac" \
		"eth0: udp_dst_min $PORT" "eth0: udp_dst_max $PORT"
}

# send PORTS: one packet from each of so many ports that follow what is taken;
# succeeds when all of them have flows
send()
{
	local low=$((1024 + TAKEN))
	generator "eth0: count $(($1 - TAKEN))" "eth0: udp_src_min $low" \
		"eth0: udp_src_max $((1024 + $1))" "pgctrl: start" &&
		flows -eq "$1" src $C2 dst $S1 dport $PORT
}

# take PORTS: so many ports in all are taken towards the server
take()
{
	check "$LOAD: as many flows have them" wait_for 30 send "$1"
	TAKEN=$1
}

# under_load TEXT MAPPING FILTERING [HAIRPIN]
under_load()
{
	CLASSES=() TAKEN=0
	LOAD="$1, no port taken"
	class "${@:2}"
	LOAD="$1, 50 % of ports taken"
	take $HALF
	class "${@:2}"
	LOAD="$1, 99 % of ports taken"
	take $MOST
	class "${@:2}"
	check_is "U11: $1: always the same class" "${CLASSES[0]}" \
		"$(printf '%s\n' "${CLASSES[@]}" | sort -u)"
	check "$1: no port was refused" counter_is source-drop-no-port -eq 0
	check_is "$1: what is marked as taken is" 0 \
		"$(nat -j port show | values stale | sort -u)"
}

### gateways ##################################################################

# renew OPTION...: nothing is left of the gateway that was there before
renew()
{
	nat gateway del g 2>/dev/null || :
	gateway max-flows 200000 udp 600 "$@"
}

profiles()
{
	ktap_plan 29
	renew profile aws
	under_load "profile aws" address-and-port-dependent \
		address-and-port-dependent nowhere
	renew profile rfc
	under_load "profile rfc" endpoint-independent endpoint-independent $EIP
}

options()
{
	ktap_plan 23
	renew mapping address-dependent filtering address-dependent
	under_load "mapping and filtering by address" address-dependent \
		address-dependent
	renew mapping endpoint-independent filtering address-dependent
	under_load "filtering by address" endpoint-independent address-dependent
}

need turnserver turnutils_natdiscovery
if [ ! -d /sys/module/pktgen ]; then
	modprobe -q pktgen || skip_all "needs the module pktgen"
	PKTGEN=loaded
fi
two_armed
server
start_generator
pkt capture c1 "$c1/eth0"
${STUN_WHAT:-profiles}
check "V6: addresses in the answers are as the server wrote them" unaltered
[ -z "$PKTGEN" ] || rmmod pktgen
ktap_finish
