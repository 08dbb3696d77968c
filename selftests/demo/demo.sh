#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A cloud network in namespaces, with natgw as its NAT gateway: what it does is
# shown step by step, and each step is checked.
#
#   demo.sh    as root; NATGW_KO and NATCTL name the module and the tool
#
# Exit status 0 when every step went as told. "make demo" runs it in a VM.

cd "$(dirname "$0")" || exit
: "${NATGW_KO:=$PWD/../../natgw.ko}" "${NATCTL:=$PWD/../../build/tools/natctl}"
. ./network.sh

# What is downloaded: large, and yet quick where the processor is emulated.
SIZE=16M

### telling ###################################################################

STEPS=0
FAILED=()
LOGINS=0
REFUSED=0
HOLDING=()

title()
{
	printf '\n%s\n\n' "$*"
}

# step TEXT COMMAND...: as told when the command succeeds; it prints what it saw
step()
{
	local text=$1 mark=✓ lines
	shift
	STEPS=$((STEPS + 1))
	if ! "$@" >"$TMP/seen" 2>"$TMP/errors"; then
		mark=✗
		FAILED+=("$STEPS")
		{ echo "failed: $*"; tail -n 40 "$TMP/errors"; } >>"$TMP/seen"
	fi
	lines=$(wc -l <"$TMP/seen")
	printf '%3d %s %s' "$STEPS" "$mark" "$text"
	if [ "$lines" -eq 1 ] && [ $((${#text} + $(wc -c <"$TMP/seen"))) -lt 90 ]; then
		printf ': %s\n' "$(cat "$TMP/seen")"
	else
		echo
		sed 's/^/        /' "$TMP/seen"
	fi
}

# made COMMAND...: natctl succeeds; shown as typed
made()
{
	echo "# natctl $*"
	nat "$@" 2>&1
}

# refused TEXT COMMAND...: natctl fails and says TEXT; shown as typed
refused()
{
	local status=0
	nat "${@:2}" >"$TMP/said" 2>&1 || status=$?
	echo "# natctl ${*:2}"
	cat "$TMP/said"
	[ "$status" -eq 2 ] && grep -q "$1" "$TMP/said"
}

verdict()
{
	KTAP_FINISHED=yes
	if [ ${#FAILED[@]} -eq 0 ]; then
		echo "$STEPS steps, all as told."
		exit 0
	fi
	echo "$STEPS steps, ${#FAILED[@]} not as told: ${FAILED[*]}"
	exit 1
}

# In the place of KTAP's way to say it
skip_all()
{
	KTAP_FINISHED=yes
	echo "The demo cannot run here: $1."
	exit 4
}

### without and with ##########################################################

without()
{
	! inside c1 ping -qc1 -W1 "$WWW" >&2 &&
		wait_for 5 captured_is 1 internet "src net 10.0.1.0/24" &&
		cat "$TMP/packets"
}

resolved()
{
	local name address
	for name in c1 c2 c3; do
		address=$(inside $name getent ahostsv4 www.example.com)
		[ "${address%% *}" = "$WWW" ] || return
	done
	wait_for 5 log_lines dns "query\[A\] www.example.com from $EIP" 3 &&
		echo "www.example.com is $WWW; the DNS server's log:" &&
		log dns "query\[A\]" | tail -n 1
}

log()
{
	sed 's/^.*dnsmasq[^:]*: //' "$TMP/$1.log" | grep "$2"
}

log_lines()
{
	[ "$(log "$1" "$2" | wc -l)" -eq "$3" ]
}

# fetch SCHEME CONTAINER: print the hash of what arrives
fetch()
{
	inside "$2" curl -sS --fail --max-time 120 --cacert "$TMP/ca.pem" \
		-A "container $2" "$1://www.example.com/large" |
		sha256sum | cut -c1-64
}

downloaded()
{
	local wanted name fetching=()
	wanted=$(sha256sum <"$TMP/www/large" | cut -c1-64)
	for name in c1 c2 c3; do
		fetch "$1" $name >"$TMP/hash.$name" &
		fetching+=($!)
	done
	wait "${fetching[@]}"
	for name in c1 c2 c3; do
		echo "$name $(cat "$TMP/hash.$name")" >&2
		[ "$(cat "$TMP/hash.$name")" = "$wanted" ] || return
	done
	echo "sha256 ${wanted::12}... three times"
}

# The server knows the containers by what they call themselves, no other way.
seen_by_www()
{
	wait_for 5 log_lines www "^$EIP " 6 &&
		log www . | sort && log_lines www . 6
}

pinged()
{
	inside c1 ping -qnc3 -i0.2 -W5 "$WWW" | sed -n '/transmitted/s/, time.*//p' &&
		[ "${PIPESTATUS[0]}" -eq 0 ]
}

traced()
{
	inside c1 traceroute -n -q 1 -N 1 -w 5 www.example.com | tail -n +2 |
		tee "$TMP/hops" &&
		[ "$(awk '{print $2}' "$TMP/hops" | xargs)" = \
		"10.0.1.1 $INSTANCE 10.0.0.1 10.0.255.2 $RT $WWW" ]
}

### path MTU ##################################################################

learnt()
{
	ip -n "$1" route get "$FAR" | grep -o 'mtu 1280'
}

narrow_transfer()
{
	! learnt "$c2" && transfer "$c2" "$far" "$FAR" >&2 &&
		echo "c2's route to $FAR now has $(learnt "$c2")"
}

narrow_ping()
{
	! inside c1 ping -nc1 -W5 -M 'do' -s 1400 "$FAR" >"$TMP/ping" &&
		grep -o 'From .*(mtu = 1280)' "$TMP/ping" &&
		inside c1 ping -qnc1 -W5 -M 'do' -s 1252 "$FAR" >&2
}

### from outside ##############################################################

# Slow downloads, so that flows hold ports of the elastic IP meanwhile
hold_ports()
{
	local name
	for name in c1 c2 c3; do
		inside $name curl -sS --limit-rate 20k -o /dev/null \
			-A "slow $name" http://www.example.com/large &
		HOLDING+=($!)
	done
	wait_for 20 established 3 &&
		echo "$(ports tcp | tr , '\n' | wc -l) TCP ports are held now," \
			"$(ports udp | tr , '\n' | wc -l) UDP ports"
}

# established NUMBER: so many connections of containers
established()
{
	[ "$(nat -j flow show gateway nat0 src 10.0.1.0/24 | values state |
		grep -c tcp-established)" -eq "$1" ]
}

# ports PROTO: those that the containers' flows hold
ports()
{
	nat -j flow show gateway nat0 proto "$1" src 10.0.1.0/24 |
		values wire-port | sort -un | paste -sd,
}

# Everything below 1025, and every port that natgw uses at this moment; people
# log in from both sides again and again until it is over.
scan()
{
	local tcp udp scanning open
	tcp=$(ports tcp)
	udp=$(ports udp)
	[ -n "$tcp" ] && [ -n "$udp" ] || return
	tcp=1-1024,$tcp
	udp=53,123,$udp
	on "$scanner" nmap -n -Pn -sS -sU --max-rate 400 \
		-p "T:$tcp,U:$udp" -oG "$TMP/nmap" "$EIP" >&2 &
	scanning=$!
	while kill -0 $scanning 2>"$TMP/over"; do
		login "$scanner" "$EIP" >"$TMP/outside" || REFUSED=$((REFUSED + 1))
		login "$c1" "$INSTANCE" >"$TMP/inside" || REFUSED=$((REFUSED + 1))
		LOGINS=$((LOGINS + 2))
	done
	wait $scanning || return
	cat "$TMP/nmap" >&2
	open=$(grep -o '[0-9]*/open[^/]*/[a-z]*' "$TMP/nmap" | xargs)
	echo "TCP $tcp"
	echo "UDP $udp"
	echo "open: $open"
	[ "$open" = 22/open/tcp ]
}

logged_in()
{
	echo "$LOGINS logins, $REFUSED refused; who it was from the instance's view:"
	cat "$TMP/outside" "$TMP/inside"
	[ $REFUSED -eq 0 ] && grep -q "^$SCANNER .* $INSTANCE 22\$" "$TMP/outside" &&
		grep -q "^${CONTAINERS[0]} .* $INSTANCE 22\$" "$TMP/inside"
}

held_on()
{
	kill -0 "${HOLDING[@]}" && established 3
}

# knock NS ADDRESS: read the greeting of a container's port 8080
knock()
{
	{ on "$1" socat -u "TCP:$2:8080,connect-timeout=1" - 2>&1 || :; } |
		sed 's/^.*: //'
}

greeted()
{
	on "$c1" socat TCP-LISTEN:8080,fork,reuseaddr SYSTEM:'echo hello' &
	wait_for 10 listening "$c1" 8080 &&
		knock "$c2" "${CONTAINERS[0]}" | grep hello
}

refused_outside()
{
	knock "$scanner" "$EIP" | grep 'Connection refused'
}

unsolicited()
{
	nat -j stats gateway nat0 | values destination-drop-unsolicited
}

# As if the network had been misled: it sends 10.0.1.0/24 to the instance.
misled()
{
	local before after
	before=$(unsolicited)
	ip -n "$net" route add 10.0.1.0/24 via 203.0.113.2 &&
		ip -n "$vpc" rule add iif igw to 10.0.1.0/24 lookup 101 pref 50 &&
		knock "$scanner" "${CONTAINERS[0]}" >"$TMP/knocked"
	cat "$TMP/knocked"
	after=$(unsolicited)
	echo "counter destination-drop-unsolicited: $before before, $after after"
	[ "$(cat "$TMP/knocked")" = "Connection timed out" ] &&
		[ "$after" -gt "$before" ]
}

# The answer to a container's own ping is all that a container ever got from
# there, and comes last.
nothing_inside()
{
	inside c1 ping -qnc1 -W5 "$SCANNER" >&2 &&
		wait_for 5 captured_is 1 private &&
		cat "$TMP/packets" && grep -q 'echo reply' "$TMP/packets"
}

### on premises ###############################################################

seen_on_premises()
{
	local name
	for name in c1 c2 c3; do
		inside $name curl -sS --max-time 30 -A "container $name" \
			-r 0-999 -o "$TMP/part" "http://$ONPREM/large" || return
		cmp -n 1000 "$TMP/part" "$TMP/www/large" || return
	done
	wait_for 5 log_lines onprem "^$TRANSIT " 3 && log onprem .
}

### in the end ################################################################

# A packet that can be told from all others: once it is in a capture, everything
# before it is, too.
LAST="icmp[icmptype] == icmp-echo and ip[2:2] == 105"

# only CAPTURE SOURCE PEER NUMBER: all but NUMBER packets came from SOURCE
only()
{
	inside c1 ping -qnc1 -W5 -s 77 "$3" >&2 &&
		wait_for 5 captured_is 1 "$1" "src host $2 and $LAST" &&
		captured_is "$4" "$1" "not src host $2" >&2 &&
		echo "$(captured "$1" "src host $2" | wc -l) packets, all from $2"
}

# Since this demo began
quiet_kernel()
{
	dmesg | sed "1,/natgw demo ${TMP##*.}/d" >"$TMP/kernel"
	if grep -E 'WARNING|BUG|Oops|Call Trace|refcount|stall' "$TMP/kernel" >&2; then
		cat "$TMP/kernel"
		return 1
	fi
}

# typed COMMAND...: show it as typed on the NAT instance, and what it prints
typed()
{
	echo "    # natctl $*"
	nat "$@" | sed 's/^./    &/'
	echo
}

### the story #################################################################

need curl dnsmasq getent nginx nmap openssl ping ssh ssh-keygen sshd socat ss \
	tcpdump traceroute
title "A VPC with a private subnet, and natgw as its NAT gateway"
drawing
echo "natgw demo ${TMP##*.}" >/dev/kmsg
cloud
servers $SIZE
capture internet "$igw" vpc "$LEAVING"
capture transit "$tgw" vpc "$LEAVING"
capture private "$vpc" p1 "ip and src host $SCANNER"

title "The NAT instance forwards, natgw.ko is loaded, and no gateway is configured"
step "c1 cannot reach the internet; the internet gateway drops its packet" without

title "On the NAT instance"
step "a public gateway needs an elastic IP" \
	refused "elastic IP" gateway add nat0 dev ens5 inside 10.0.1.0/24
step "with one it is made" \
	made gateway add nat0 dev ens5 eip "$EIP" private-ip "$INSTANCE" inside 10.0.1.0/24

title "From the containers to the internet"
step "they resolve a name" resolved
step "they download ${SIZE}B each over HTTP, at once" downloaded http
step "they download ${SIZE}B each over HTTPS, at once" downloaded https
step "the web server's log knows the elastic IP only" seen_by_www
step "ping" pinged
step "traceroute shows every hop" traced

title "A path MTU of 1280 on the way, learnt through the gateway"
step "1 MB by TCP, up and down, unharmed" narrow_transfer
step "ping that must not be fragmented: 1428 bytes cannot, 1280 can" narrow_ping

title "From the internet to the containers: nothing"
step "slow downloads begin, so that there are flows in use meanwhile" hold_ports
step "a scan of these and all low ports finds nothing but the instance's SSH" scan
step "SSH to the instance works during the scan, from outside and inside" logged_in
step "the slow downloads go on" held_on
step "a container's port 8080 answers its neighbour" greeted
step "port 8080 of the elastic IP does not lead there" refused_outside
step "nor does the container's own address, were it routed to the instance" misled
step "all that containers ever got from the scanner: the answer to their ping" \
	nothing_inside

title "On premises, by a private gateway"
step "a private gateway takes no elastic IP" refused "elastic IP" gateway add dc0 \
	dev ens6 connectivity private eip 203.0.113.11 inside 10.0.1.0/24
step "without one it is made" \
	made gateway add dc0 dev ens6 connectivity private inside 10.0.1.0/24
step "an elastic IP is refused later, too" \
	refused "elastic IP" address add gateway dc0 eip 203.0.113.11
step "the server on premises knows the private IP only" seen_on_premises

title "Inside addresses stayed inside"
step "the internet gateway got nothing untranslated since step 1" \
	only internet "$INSTANCE" "$WWW" 1
step "the transit gateway got nothing untranslated at all" \
	only transit "$TRANSIT" "$ONPREM" 0
step "the kernel has not complained" quiet_kernel

title "What natctl shows now"
typed gateway show
typed flow count
typed flow show src "${CONTAINERS[1]}"
typed stats
verdict
