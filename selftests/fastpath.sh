#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The fast path: what takes it, what does not, and that whatever changes while
# flows run counts for their next packet, as it would on the slow path.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# fast TEXT NUMBER COMMAND...: passes when so many packets take the fast path, and
# the command succeeds. A kernel that has hooks of its own, as with AppArmor, sees
# one packet in five seconds; if that was this one, the next is meant.
fast()
{
	local text=$1 wanted=$2 before
	shift 2
	before=$(counter packets-fast)
	check "$text" "$@"
	[ "$wanted" -eq 0 ] || [ "$(counter packets-fast)" -gt "$before" ] ||
		"$@" >/dev/null 2>&1 || :
	check_is "... by the fast path: $wanted" "$wanted" \
		$(($(counter packets-fast) - before))
}

# ask DATA, answer DATA: a packet of the running flow arrives, either way
ask()
{
	pkt put client data="$1" && pkt take server data="$1" from=$EIP
}

answer()
{
	pkt reply server data="$1" && pkt take client data="$1" from=$S1
}

# arrives BYTES: a datagram of the running flow
arrives()
{
	pkt put client len="$1" && pkt take server len="$1" from=$EIP
}

# lost WHO COMMAND...: the packet goes nowhere
lost()
{
	local who=$1
	shift
	"$@" && ! pkt take "$who" within=0.5
}

datagrams()
{
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	fast "a flow's first packet" 0 ask first
	fast "the second one, though nobody has answered" 1 ask second
	fast "the first answer" 0 answer first
	fast "the second answer" 1 answer second
	fast "the largest datagram" 1 arrives 1472
	check "checksums are right at the server" pkt sums s1 src=$EIP
	check "checksums are right at the client" pkt sums c1 src=$S1
}

# mostly COMMAND...: 9 of 10 packets take the fast path
mostly()
{
	local before after all
	before=$(counter packets-fast)
	all=$(($(counter packets-in-from-source) +
		$(counter packets-in-from-destination)))
	"$@" || return
	after=$(($(counter packets-fast) - before))
	all=$(($(counter packets-in-from-source) +
		$(counter packets-in-from-destination) - all))
	echo "$after of $all"
	[ $after -ge $((all * 9 / 10)) ]
}

stream()
{
	check "1 MB arrive unharmed, up and down, by the fast path" \
		mostly transfer "$c1" "$s1" $S1
	check "checksums are right at the server" pkt sums s1 src=$EIP
	check "checksums are right at the client" pkt sums c1 src=$S1
}

# one KIND...: a packet of the running flow from c1, made by hand
one()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$S1 sport=5000 dport=53 \
		"$@"
}

# unusual WORDS...: it arrives all the same
unusual()
{
	one data=unusual "$@" && pkt take server from=$EIP
}

old()
{
	pkt clear
	one ttl=1 && pkt wait c1 src=10.0.1.1 type=11 q.src=$C1 q.dst=$S1
}

elsewhere()
{
	pkt send "$c2/eth0" "$gw/in2" udp src=$C1 dst=$S1 sport=5000 \
		dport=53 data=elsewhere && pkt take server data=elsewhere
}

exceptions()
{
	ask new
	fast "one to begin with" 1 ask plain
	fast "one with IP options is translated" 0 unusual options=01010101
	fast "one without checksum leaves without one" 1 unusual csum=0
	check "and has none" pkt wait s1 src=$EIP csum=0
	fast "a short one" 1 unusual data=x
	fast "fragments are put together first" 0 arrives 3000
	fast "one whose time is up is answered" 0 old
	fast "one with a wrong header checksum is lost" 0 \
		lost server one badip=1
	fast "one that comes in elsewhere is looked at" 0 elsewhere
}

# The words for the gateway's host, and what they change
changes()
{
	ask home && answer home
	fast "a running flow" 1 ask running
	fast "and its answers" 1 answer running

	ip -n "$gw" route add unreachable $S1
	check "a route taken away counts at once" lost server pkt put client
	check "and the client hears of it" \
		pkt wait c1 src=10.0.1.1 type=3 code=1 q.src=$C1 q.dst=$S1
	ip -n "$gw" route del unreachable $S1
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	fast "given back, the flow goes on" 0 ask back
	check "fast again" wait_for 5 quick ask again
	fast "answers too" 0 answer back
	check "and again" wait_for 5 quick answer again
	ip -n "$gw" route add blackhole $C1
	check "a route for answers taken away counts at once" \
		lost client pkt reply server data=x
	ip -n "$gw" route del blackhole $C1

	ip -n "$rt" link set dev wan address 02:00:00:00:00:77
	ip -n "$gw" neigh replace $RT lladdr 02:00:00:00:00:77 dev ext
	check "the router's new address counts at once" ask moved
	check "and still" ask on
	ip -n "$gw" neigh del $RT dev ext
	check "a neighbour that is forgotten is asked for" ask found

	check "on with the flow" wait_for 5 quick ask on
	ip -n "$gw" link set dev ext mtu 1400
	pkt clear
	one df=1 len=1400
	check "a smaller MTU counts at once" \
		pkt wait c1 src=10.0.1.1 type=3 code=4 mtu=1400 q.src=$C1
	ip -n "$gw" link set dev ext mtu 1500
	ask wide
}

# astray DATA: an answer comes in on a device that does not lead to the server
astray()
{
	pkt send "$c2/eth0" "$gw/in2" udp src=$S1 dst=$EIP sport=53 \
		dport="$(flow wire-port sport 5000)" data="$1" &&
		pkt take client data="$1" from=$S1
}

sources()
{
	check "an answer may come in on another device" \
		wait_for 5 quick astray asymmetric
	on "$gw" sysctl -qw net.ipv4.conf.in2.rp_filter=1
	refute "a check of sources counts at once" astray checked
	on "$gw" sysctl -qw net.ipv4.conf.in2.rp_filter=0
	check "without it they are back" astray back
	answer home
}

rules()
{
	on "$gw" nft -f - <<-END
		table ip fw {
			chain forward {
				type filter hook forward priority filter
			}
		}
	END
	# The gateway has taken notice once the flow is on the slow path for it.
	check "a first table of rules is noticed" wait_for 5 noticed
	check "the flow is fast under rules" wait_for 5 quick ask ruled
	ask once && answer once
	on "$gw" nft add rule ip fw forward ip daddr $S1 drop
	check "a rule against it counts at once" lost server pkt put client
	check "and goes on to count" lost server pkt put client
	on "$gw" nft flush chain ip fw forward
	fast "without it the flow goes on" 0 ask free
	check "fast again" wait_for 5 quick ask free
	on "$gw" nft delete table ip fw
}

noticed()
{
	local before
	before=$(counter packets-fast)
	ask notice && [ "$(counter packets-fast)" -eq "$before" ]
}

settings()
{
	nat gateway set g fastpath off
	fast "switched off, nothing is fast" 0 ask off
	fast "nothing ever" 0 ask off
	nat gateway set g fastpath on
	fast "switched on, the first packet finds the way" 0 ask on
	check "soon on the fast path" wait_for 5 quick ask on
	nat gateway set g inside 10.0.2.0/24
	check "a source that is inside no more gets out no more" \
		lost server pkt put client
	nat gateway set g inside 10.0.0.0/16
	check "another inside device may go" ip -n "$gw" link del in2
	check "and the flow goes on" ask on
	nat gateway del g
	check "nor without the gateway" lost server pkt put client
	check "nothing with an inside address is on the uplink" \
		pkt none wan src=10.0.0.0/8
}

need socat ss
ktap_plan 87
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture s1 "$s1/eth0"
pkt capture c1 "$c1/eth0"
pkt udp server "$s1" bind=$S1:53
both_offloads datagrams
both_offloads stream
exceptions
changes
sources
rules
settings
ktap_finish
