# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by every test script: KTAP results, namespaces that go away by
# themselves, two ready-made networks, packets and captures.
#
# A script reads as: what it needs, ktap_plan, a topology, checks, ktap_finish.
# Set-up steps run under "set -e": a failing one ends the script as failed.

set -euo pipefail

: "${NATCTL:=natctl}"
: "${NATGW_KO:=natgw.ko}"
export LC_ALL=C

TMP=$(mktemp -d /tmp/natgw.XXXXXX)
NAMESPACES=()
# Names that setup_ns gives to namespaces
c1='' c2='' gw='' rt='' s1='' s2='' priv='' vpc='' igw='' net=''
LOADED=
OFFLOADS=

### results ###################################################################

KTAP_PLANNED=0
KTAP_COUNT=0
KTAP_FAILED=0
KTAP_FINISHED=

ktap_plan()
{
	KTAP_PLANNED=$1
	echo "TAP version 13"
	echo "1..$1"
}

# result VERDICT TEXT: one line of KTAP
result()
{
	KTAP_COUNT=$((KTAP_COUNT + 1))
	echo "$1 $KTAP_COUNT - $2${OFFLOADS:+, offloads $OFFLOADS}"
}

ok()
{
	result ok "$1"
}

not_ok()
{
	KTAP_FAILED=$((KTAP_FAILED + 1))
	result "not ok" "$1"
}

diag()
{
	sed 's/^/# /'
}

# skip_all REASON: nothing in this script can run here
skip_all()
{
	echo "TAP version 13"
	echo "1..0 # SKIP $1"
	KTAP_FINISHED=yes
	exit 4
}

# check TEXT COMMAND...: passes when the command succeeds
check()
{
	local text=$1
	shift
	if "$@" >"$TMP/output" 2>&1; then
		ok "$text"
	else
		not_ok "$text"
		{ echo "failed: $*"; tail -n 40 "$TMP/output"; } | diag
	fi
}

# refute TEXT COMMAND...: passes when the command fails
refute()
{
	local text=$1
	shift
	if "$@" >"$TMP/output" 2>&1; then
		not_ok "$text"
		{ echo "succeeded: $*"; tail -n 40 "$TMP/output"; } | diag
	else
		ok "$text"
	fi
}

# check_is TEXT WANTED GOT: passes when both are the same words
check_is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		printf 'wanted: %s\ngot: %s\n' "$2" "$3" | diag
	fi
}

# results_of COMMAND...: each line "ok TEXT" or "not ok TEXT" that it prints is one
# check of this script
results_of()
{
	local line
	while IFS= read -r line; do
		case $line in
		"ok "*) ok "${line#ok }" ;;
		"not ok "*) not_ok "${line#not ok }" ;;
		*) echo "$line" ;;
		esac
	done < <("$@" 2>&1)
}

ktap_finish()
{
	KTAP_FINISHED=yes
	if ! ledgers_balance; then
		echo "# packets of these gateways are not accounted for"
		exit 1
	fi
	if [ "$KTAP_COUNT" -ne "$KTAP_PLANNED" ]; then
		echo "# planned $KTAP_PLANNED checks, made $KTAP_COUNT"
		exit 1
	fi
	[ "$KTAP_FAILED" -eq 0 ]
	exit
}

### waiting ###################################################################

# wait_for SECONDS COMMAND...: run it until it succeeds; shows its last output
wait_for()
{
	local end=$((SECONDS + $1))
	shift
	until "$@" >"$TMP/try" 2>&1; do
		if [ "$SECONDS" -gt "$end" ]; then
			cat "$TMP/try"
			return 1
		fi
		sleep 0.1
	done
}

# listening NS PORT: somebody waits for TCP connections there
listening()
{
	on "$1" ss -Hltn "sport = :$2" | grep -q .
}

### namespaces ################################################################

# setup_ns NAME...: a namespace each, its real name in the variable NAME
setup_ns()
{
	local name ns
	for name in "$@"; do
		ns=$name-${TMP##*.}
		ip netns add "$ns"
		NAMESPACES+=("$ns")
		printf -v "$name" %s "$ns"
		on "$ns" sysctl -qew net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 \
			net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.default.rp_filter=0
		ip -n "$ns" link set lo up
	done
}

# on NS COMMAND...: run it there; as "ip netns exec", without the mounts
on()
{
	nsenter --net="/run/netns/$1" "${@:2}"
}

del_ns()
{
	local ns
	for ns in "$@"; do
		[ -e "/run/netns/$ns" ] || continue
		ip netns pids "$ns" | xargs -r kill 2>/dev/null || :
		ip netns del "$ns"
	done
}

# route_on NS...: make routers of them
route_on()
{
	local ns
	for ns in "$@"; do
		on "$ns" sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv4.icmp_ratemask=0 net.ipv4.icmp_msgs_per_sec=10000
	done
}

cleanup()
{
	local status=$?
	trap - EXIT
	set +e
	if [ -z "$KTAP_FINISHED" ]; then
		echo "# ended early with status $status"
		status=1
	fi
	[ -z "${PKT_PID:-}" ] || kill "$PKT_PID" 2>/dev/null
	jobs -p | xargs -r kill 2>/dev/null
	wait 2>/dev/null
	del_ns "${NAMESPACES[@]}"
	if [ -n "$LOADED" ] && [ -d /sys/module/natgw ] && ! rmmod natgw; then
		echo "# natgw could not be unloaded"
		status=1
	fi
	rm -rf "$TMP"
	exit "$status"
}
trap cleanup EXIT

### the module and its tool ###################################################

# need PROGRAM...: skip the script where one is missing
need()
{
	local program
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	for program in ip nft jq ethtool "$@"; do
		command -v "$program" >/dev/null || skip_all "needs $program"
	done
	load_module
}

load_module()
{
	[ ! -d /sys/module/natgw ] || return 0
	[ -e "$NATGW_KO" ] || skip_all "no module: set NATGW_KO"
	insmod "$NATGW_KO"
	LOADED=yes
}

# nat ARGUMENT...: natctl for the gateway's namespace. With FASTPATH=off in the
# environment all gateways do without it.
nat()
{
	if [ -n "${FASTPATH:-}" ] && [ "$1 ${2:-}" = "gateway add" ]; then
		set -- "$@" fastpath "$FASTPATH"
	fi
	"$NATCTL" -n "$gw" "$@"
}

# ledger: of a gateway whose counters come in as "natctl stats" prints them as
# JSON, both sides: what came in, and what became of it. Succeeds where each packet
# is accounted for: it has left, was dropped under one name, or is the host's own.
ledger()
{
	local name value source=0 destination=0 in_source=0 in_destination=0
	while read -r name value; do
		case $name in
		packets-in-from-source) in_source=$value ;;
		packets-in-from-destination) in_destination=$value ;;
		packets-out-to-destination | source-drop-*)
			source=$((source + value)) ;;
		packets-out-to-source | packets-to-local | destination-drop-*)
			destination=$((destination + value)) ;;
		esac
	done < <(tr ',{}' '\n' | sed -nE 's/^"([a-z-]+)":([0-9]+)$/\1 \2/p')
	echo "from the source $in_source, accounted for $source;" \
		"from the destination $in_destination, accounted for $destination"
	[ "$in_source" -eq $source ] && [ "$in_destination" -eq $destination ]
}

# accounts_balance NS: the ledgers of a namespace's gateways
accounts_balance()
{
	local stats status=0
	"$NATCTL" -n "$1" -j stats >"$TMP/stats" 2>/dev/null || return 0
	# A line for each gateway.
	sed 's/},{"gateway"/}\n{"gateway"/g' "$TMP/stats" >"$TMP/ledgers"
	while read -r stats; do
		if ! ledger <<<"$stats"; then
			echo "$stats"
			status=1
		fi
	done <"$TMP/ledgers"
	return $status
}

# ledgers_balance: in all namespaces that there are still. A packet that is on its
# way is in nobody's account yet.
ledgers_balance()
{
	local ns status=0
	[ -d /sys/module/natgw ] || return 0
	for ns in "${NAMESPACES[@]}"; do
		[ -e "/run/netns/$ns" ] || continue
		wait_for 5 accounts_balance "$ns" >"$TMP/ledger" && continue
		diag <"$TMP/ledger"
		status=1
	done
	return $status
}

# values KEY: each value of that key in natctl's JSON. What is asked often is read
# this way, as starting jq takes half a second under emulation.
values()
{
	tr ',{}' '\n' | sed -nE "s/^\[?\"$1\":\"?([^\"]*)\"?.*/\1/p"
}

# counter NAME: of gateway g
counter()
{
	nat -j stats gateway g | values "$1"
}

# counter_is NAME OPERATOR VALUE, as in: counter_is flows-idle -ge 1
counter_is()
{
	local value
	value=$(counter "$1")
	echo "$1: $value"
	test "$value" "$2" "$3"
}

# quick COMMAND...: it sends a packet, and that takes the fast path. What the kernel
# does of its own accord may send a flow's packet the slow way at any time, so where
# nothing but the outcome matters, this is waited for.
quick()
{
	local before
	before=$(counter packets-fast)
	"$@" && [ "$(counter packets-fast)" -gt "$before" ]
}

# flow NAME FILTER...: an attribute of each flow that matches
flow()
{
	nat -j flow show "${@:2}" | values "$1"
}

# flows OPERATOR NUMBER FILTER...: as in: flows -eq 2 proto udp
flows()
{
	local count
	count=$(nat -j flow count "${@:3}" | values count)
	echo "flows: $count"
	test "$count" "$1" "$2"
}

### packets ###################################################################

# pkt COMMAND...: see netpkt.py; output is the answer, status is success
pkt()
{
	local line
	[ -n "${PKT_PID:-}" ] || pkt_start
	printf '%s\n' "$*" >&"$PKT_IN"
	while IFS= read -r line <&"$PKT_OUT"; do
		case $line in
		"= "*) return "${line#= }" ;;
		esac
		echo "${line# }"
	done
	echo "# netpkt.py has ended"
	exit 1
}

# pkt_error ERROR COMMAND...: the command fails in this way
pkt_error()
{
	[ "$(pkt "${@:2}")" = "$1" ]
}

pkt_start()
{
	coproc NETPKT { exec /usr/bin/python3 netpkt.py; }
	PKT_PID=$NETPKT_PID
	# Copies, because subshells do not get the descriptors of a coproc.
	exec {PKT_OUT}<&"${NETPKT[0]}" {PKT_IN}>&"${NETPKT[1]}"
}

# offload NS DEV on|off
# GRO stays off: it would join again what the last hop has segmented.
offload()
{
	on "$1" ethtool -K "$2" tx "$3" rx "$3" tso "$3" gso "$3" gro off \
		>/dev/null 2>&1
}

# both_offloads FUNCTION: run the checks in it twice. With offloads on, packets
# pass the gateway as they leave a local socket: with partial checksums and
# unsegmented. The last device before each end (LAST_HOPS) never has offloads,
# so that whole checksums are there to be judged on arrival.
both_offloads()
{
	local place
	for OFFLOADS in on off; do
		for place in "${DEVICES[@]}"; do
			offload "${place%/*}" "${place#*/}" $OFFLOADS
		done
		for place in "${LAST_HOPS[@]}"; do
			offload "${place%/*}" "${place#*/}" off
		done
		nat flow flush all >/dev/null
		pkt clear
		"$@"
	done
	OFFLOADS=
}

# transfer CLIENT SERVER ADDRESS [MBYTES]: a file through TCP, up and down again
transfer()
{
	local client=$1 server=$2 address=$3
	[ -e "$TMP/file" ] || head -c "${4:-1}M" /dev/urandom >"$TMP/file"
	on "$server" socat -u TCP-LISTEN:6001,reuseaddr CREATE:"$TMP/up" &
	local receiver=$!
	on "$server" socat -u FILE:"$TMP/file" TCP-LISTEN:6002,reuseaddr &
	local sender=$!
	wait_for 10 listening "$server" 6001 &&
		on "$client" socat -u FILE:"$TMP/file" TCP:"$address":6001 &&
		wait $receiver && cmp "$TMP/file" "$TMP/up" &&
		wait_for 10 listening "$server" 6002 &&
		on "$client" socat -u TCP:"$address":6002 \
			CREATE:"$TMP/down" &&
		wait $sender && cmp "$TMP/file" "$TMP/down"
}

# flood NS SOURCE DESTINATION PORT-PORT [MICROSECONDS]: UDP from each port in
# turn, until the end of the script or "kill $FLOOD"
flood()
{
	# Not by on(): the process to kill would be the shell that runs it.
	nsenter --net="/run/netns/$1" \
		./flood "$2" "$3" 5000 "${4%-*}" "${4#*-}" "${5:-2000}" &
	# shellcheck disable=SC2034 # for scripts
	FLOOD=$!
}

### topologies ################################################################

# Documentation addresses stand for the internet, 10/8 is inside.
RT=203.0.113.1
HOST=203.0.113.2
EIP=203.0.113.10
EIP2=203.0.113.11
C1=10.0.1.2
C2=10.0.2.2
S1=198.51.100.10
S2=198.51.100.210
# Routed to, but nobody there and nobody answers: for crafted packets
# shellcheck disable=SC2034 # for scripts
HOLE=198.51.100.70

# two_armed: clients - gateway - router - servers
#
#  c1 10.0.1.2 --- in1                             l1 --- s1 198.51.100.10
#                    gw  ext ---------------- wan rt
#  c2 10.0.2.2 --- in2   203.0.113.2  203.0.113.1  l2 --- s2 198.51.100.210
#                        .10 .11 (elastic IPs)
#
# The router knows nothing of 10/8: what leaves the gateway untranslated is
# seen on wan and never answered. The clients' and servers' device is eth0.
two_armed()
{
	setup_ns c1 c2 gw rt s1 s2
	ip -batch - <<-END
		link add eth0 netns $s1 type veth peer name l1 netns $rt
		link add eth0 netns $s2 type veth peer name l2 netns $rt
	END
	plug "$rt" l1 198.51.100.1/25
	plug "$rt" l2 198.51.100.129/25
	ip -n "$rt" route add blackhole 198.51.100.64/27
	plug "$s1" eth0 $S1/25 198.51.100.1
	plug "$s2" eth0 $S2/25 198.51.100.129
	plug_gateway
	route_on "$gw" "$rt"
	DEVICES=("$c1/eth0" "$c2/eth0" "$gw/in1" "$gw/in2" "$gw/ext" "$rt/wan"
		 "$rt/l1" "$rt/l2" "$s1/eth0" "$s2/eth0")
	LAST_HOPS=("$gw/in1" "$gw/in2" "$rt/l1" "$rt/l2")
}

# plug_gateway: gw's devices, to clients and router; of a namespace made anew, too
plug_gateway()
{
	ip -batch - <<-END
		link add eth0 netns $c1 type veth peer name in1 netns $gw
		link add eth0 netns $c2 type veth peer name in2 netns $gw
		link add ext netns $gw type veth peer name wan netns $rt
	END
	plug "$c1" eth0 $C1/24 10.0.1.1
	plug "$c2" eth0 $C2/24 10.0.2.1
	plug "$gw" in1 10.0.1.1/24
	plug "$gw" in2 10.0.2.1/24
	plug "$rt" wan $RT/24
	plug "$gw" ext $HOST/24 $RT
	ip -n "$gw" addr add $EIP/24 dev ext
	ip -n "$gw" addr add $EIP2/24 dev ext
}

# unplugged: the devices of a gw that was deleted are gone
unplugged()
{
	! ip -n "$rt" link show dev wan 2>/dev/null &&
		! ip -n "$c1" link show dev eth0 2>/dev/null
}

# another_host: a new gw takes over, which forwards once it has a gateway
another_host()
{
	wait_for 30 unplugged || return
	setup_ns gw
	plug_gateway
	gateway && route_on "$gw"
}

# plug NS DEV ADDRESS/LEN [DEFAULT ROUTE]
plug()
{
	ip -n "$1" -batch - <<-END
		link set dev $2 up
		addr add $3 dev $2
		${4:+route add default via $4}
	END
}

# gateway ARGUMENT...: the usual gateway "g" of two_armed, with options
# shellcheck disable=SC2120 # scripts pass them
gateway()
{
	nat gateway add g dev ext eip $EIP inside 10.0.0.0/16 "$@"
}

# only_eip: EIP is the only address that gateway g has, or has left
only_eip()
{
	[ "$(nat -j address show gateway g | values eip)" = $EIP ]
}

# one_armed: a NAT instance with one device, the way a cloud has it
#
#   priv 10.0.1.20 --- p1                            i1 --- s1 198.51.100.10
#                       vpc --- igw -------------- net
#   gw 10.0.0.10 ------ p0   10.0.255.1/.2     203.0.113.1
#   (eth0: both arms)        igw maps 203.0.113.10 <-> 10.0.0.10 one to one
#
# The vpc's route table sends what comes from the private subnet to gw, and
# what comes from gw's subnet to igw. Whatever else has an inside source is
# dropped by igw, as an internet gateway does, and can be seen there.
one_armed()
{
	setup_ns priv gw vpc igw net s1
	ip -batch - <<-END
		link add eth0 netns $priv type veth peer name p1 netns $vpc
		link add eth0 netns $gw type veth peer name p0 netns $vpc
		link add igw netns $vpc type veth peer name vpc netns $igw
		link add net netns $igw type veth peer name igw netns $net
		link add eth0 netns $s1 type veth peer name i1 netns $net
	END
	plug "$priv" eth0 10.0.1.20/24 10.0.1.1
	plug "$gw" eth0 10.0.0.10/24 10.0.0.1
	plug "$vpc" p1 10.0.1.1/24
	plug "$vpc" p0 10.0.0.1/24
	plug "$vpc" igw 10.0.255.1/30 10.0.255.2
	ip -n "$vpc" route add default via 10.0.0.10 table 101
	ip -n "$vpc" rule add iif p1 to 10.0.0.0/16 lookup main pref 100
	ip -n "$vpc" rule add iif p1 lookup 101 pref 101
	plug "$igw" vpc 10.0.255.2/30
	ip -n "$igw" route add 10.0.0.0/16 via 10.0.255.1
	plug "$igw" net 203.0.113.2/24 203.0.113.1
	ip -n "$igw" addr add $EIP/24 dev net
	on "$igw" nft -f - <<-END
		table ip igw {
			chain in {
				type nat hook prerouting priority dstnat
				iifname net ip daddr $EIP dnat to 10.0.0.10
			}
			chain out {
				type nat hook postrouting priority srcnat
				oifname net ip saddr 10.0.0.10 snat to $EIP
			}
			chain forward {
				type filter hook forward priority filter
				oifname net ip saddr != 10.0.0.10 drop
			}
		}
	END
	plug "$net" igw $RT/24
	plug "$net" i1 198.51.100.1/25
	plug "$s1" eth0 $S1/25 198.51.100.1
	route_on "$gw" "$vpc" "$igw" "$net"
	# A NAT instance gets and sends its clients' packets through one device.
	on "$gw" sysctl -qw net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.eth0.send_redirects=0
	DEVICES=("$priv/eth0" "$gw/eth0" "$vpc/p0" "$vpc/p1" "$vpc/igw"
		 "$igw/vpc" "$igw/net" "$net/igw" "$net/i1" "$s1/eth0")
	LAST_HOPS=("$vpc/p1" "$net/i1")
}
