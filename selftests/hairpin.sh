#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Inside hosts reach each other by their external endpoints, and see nothing
# else of each other. A host's firewall sees two inside hosts.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# endpoint NAME NS BIND: a UDP socket, and how the server sees it
endpoint()
{
	pkt udp "$1" "$2" bind="$3"
	pkt put "$1" to=$S1:53 data="$1"
	pkt take server data="$1"
}

# doors: c1 and c2 have an endpoint each
doors()
{
	E1=$(endpoint one "$c1" $C1:5000)
	E2=$(endpoint two "$c2" $C2:5000)
}

exchange()
{
	local before after
	doors
	before=$(counter packets-hairpin)
	pkt put two to="$E1" len=1472
	check_is "U9 the receiver sees the sender's external endpoint" "$E2" \
		"$(pkt take one len=1472)"
	pkt reply one data=answer
	check_is "U9 and the sender that of the receiver" "$E1" \
		"$(pkt take two data=answer)"
	pkt put one to="$E2" data=other
	check_is "the other one may begin" "$E1" "$(pkt take two data=other)"
	after=$(counter packets-hairpin)
	check_is "each packet counts once" 3 $((after - before))

	check "T8 a file goes there and back by TCP" files
	check "neither sees an inside address" strangers
	check "checksums are right at one" pkt sums c1 src=$EIP
	check "checksums are right at the other" pkt sums c2 src=$EIP
	check "nothing of it was on the uplink" pkt none wan dst=$EIP
	check "the sums balance" balanced
}

strangers()
{
	pkt none c1 src=10.0.2.0/24 && pkt none c2 src=10.0.1.0/24
}

# files: c2 sends one to c1's port 7000 by its external endpoint, and fetches it
files()
{
	local end
	[ -e "$TMP/file" ] || head -c 1M /dev/urandom >"$TMP/file"
	rm -f "$TMP/up" "$TMP/down"
	pkt tcp hole "$c1" bind=$C1:7000 to=$S1:80
	end=$(pkt accept web conn) || return
	on "$c1" socat -u TCP-LISTEN:7000,reuseaddr CREATE:"$TMP/up" &
	wait_for 10 listening "$c1" 7000 &&
		on "$c2" socat -u FILE:"$TMP/file" TCP:"$end" &&
		wait $! && cmp "$TMP/file" "$TMP/up" || return
	on "$c1" socat -u FILE:"$TMP/file" TCP-LISTEN:7000,reuseaddr &
	wait_for 10 listening "$c1" 7000 &&
		on "$c2" socat -u TCP:"$end" CREATE:"$TMP/down" &&
		wait $! && cmp "$TMP/file" "$TMP/down" || return
	pkt close hole conn
}

# sum PREFIX: of the counters whose names begin so
sum()
{
	sed -nE "s/^\"$1[a-z-]*\":([0-9]+)$/\1/p" "$TMP/counters" |
		awk '{ n += $1 } END { print n + 0 }'
}

balanced()
{
	nat -j stats gateway g | tr ',{}' '\n' | tee "$TMP/counters"
	[ "$(sum packets-in-from-source)" -eq $(($(sum source-drop-) +
		$(sum packets-out-to-destination))) ] &&
	[ "$(sum packets-in-from-destination)" -eq $(($(sum destination-drop-) +
		$(sum packets-out-to-source) + $(sum packets-to-local))) ]
}

# c1 may only answer; what conntrack does not understand is dropped.
firewall()
{
	on "$gw" nft -f - <<-END
		table ip fw {
			counter bad { }
			chain forward {
				type filter hook forward priority filter
				policy drop
				ct state invalid counter name bad drop
				ct state established,related accept
				iifname { in1, in2 } oifname ext accept
				iifname in2 oifname in1 accept
			}
		}
	END
}

guarded()
{
	firewall
	doors
	pkt put two to="$E1" data=question
	check "a firewall with states lets it pass" pkt take one data=question
	pkt reply one data=answer
	check "and its answer, as one" pkt take two data=answer
	check "and TCP" files
	local end
	end=$(endpoint three "$c1" $C1:5001)
	pkt put three to="$E2" data=forbidden
	refute "what it forbids does not" pkt take two data=forbidden within=1
	check "conntrack takes nothing for invalid" \
		grep -q "packets 0 " <(on "$gw" nft list counter ip fw bad)
	on "$gw" nft flush ruleset
	check "the sums balance" balanced
}

errors()
{
	pkt clear
	doors
	pkt udp two "$c2" bind=$C2:5000 to="$E1"
	pkt close one
	pkt put two data=nobody
	check "I7 port unreachable reaches the sender's socket" \
		pkt_error ECONNREFUSED take two
	check "I7 from the endpoint that it sent to, about what it sent" \
		pkt wait c2 type=3 code=3 src=$EIP dst=$C2 q.src=$C2 \
		q.sport=5000 q.dst=$EIP q.dport="${E1#*:}"
	check "its checksums are right" pkt sums c2 type=3
	check "nor does it show an inside address" strangers
	check "the sums balance" balanced
}

# An endpoint that sends to itself
loop()
{
	local end
	pkt clear
	end=$(endpoint self "$c1" $C1:5100)
	pkt put self to="$end" data=me
	check_is "a host reaches itself by its endpoint" "$end" \
		"$(pkt take self data=me)"
	pkt close self
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 sport=5100 dst=$EIP \
		dport="${end#*:}" data=loop
	check "I7 port unreachable comes back too" pkt wait c1 src=$EIP type=3
	check_is "each packet turns once" "1 1 1" "$(pkt count c1 data=me) \
$(pkt count c1 data=loop) $(pkt count c1 src=$EIP type=3)"
}

# Filters hold for inside hosts too.
filters()
{
	nat gateway set g filtering address-and-port-dependent
	nat flow flush all >/dev/null
	pkt clear
	doors
	pkt put two to="$E1" data=early
	pkt put one to="$E2" data=meet
	check "one that was sent to may answer" pkt take two data=meet
	check "but not before" pkt none c1 data=early
	pkt put two to="$E1" data=now
	check "then both may send" pkt take one data=now
	nat gateway set g filtering endpoint-independent
}

# A mapping outlives the rule that gave it its address.
pinned()
{
	local end
	nat flow flush all >/dev/null
	nat address add gateway g eip $EIP2
	nat rule add gateway g pref 10 src $C1 address $EIP2
	end=$(endpoint pinned "$c1" $C1:5200)
	nat rule del gateway g pref 10
	endpoint other "$c2" $C2:5200 >"$TMP/log"
	pkt put other to="$end" data=question
	check "U9 an endpoint is reached when the rule that pinned it is gone" \
		pkt take pinned data=question
	pkt reply pinned data=answer
	check "and answers from there" pkt take other data=answer from=$EIP2
	pkt close pinned other
	nat address del gateway g eip $EIP2
}

# What is for no inside host is this host's.
own()
{
	pkt clear
	pkt listen ssh "$gw" $EIP:22
	check "this host's service is reached on the same address" \
		pkt tcp admin "$c1" to=$EIP:22
	check "it sees an inside address" pkt accept ssh session from=$C1
	nat gateway set g hairpin off
	doors
	pkt udp two "$c2" bind=$C2:5000 to="$E1"
	pkt put two data=off
	check "hairpin off: this host answers" pkt_error ECONNREFUSED take two
	check "hairpin off: the other inside host gets nothing" \
		pkt none c1 data=off
}

# Flows that count do so of what is turned, once in each of the two.
counted()
{
	nat gateway set g accounting on
	nat flow flush all >/dev/null
	doors
	pkt put two to="$E1" len=100
	pkt take one len=100 >/dev/null
	pkt reply one len=50
	pkt take two len=50 >/dev/null
	nat -j flow show | jq -c 'map(select(.dst | startswith("203.0.113.")) |
		[.src, .["packets-out"], .["bytes-out"], .["packets-in"],
		 .["bytes-in"]]) | sort' >"$TMP/counted"
	check_is "flows count what is turned" \
		"[[\"$C1\",1,78,1,128],[\"$C2\",1,128,1,78]]" "$(cat "$TMP/counted")"
	nat gateway set g accounting off
}

# Another uplink's gateway has the same hosts inside, and came first.
twins()
{
	nat gateway del g 2>/dev/null
	ip -n "$gw" link add other type dummy
	plug "$gw" other 192.0.2.1/24
	nat gateway add twin dev other eip 192.0.2.10 inside 10.0.0.0/16 \
		profile rfc
	gateway profile rfc
	doors
	pkt put two to="$E1" data=twin
	check_is "a packet is turned by the gateway that has the address" "$E2" \
		"$(pkt take one data=twin)"
	nat gateway del twin 2>/dev/null
}

need socat ss
ktap_plan 45
two_armed
gateway profile rfc
pkt capture c1 "$c1/eth0"
pkt capture c2 "$c2/eth0"
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53
pkt listen web "$s1" $S1:80
both_offloads exchange
guarded
errors
loop
filters
pinned
counted
twins
own
ktap_finish
