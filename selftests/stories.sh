#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Three questions that operators have, answered with natctl alone. What this prints
# behind "# |" is Documentation/operating.md, which "make stories" writes.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# page: standard input, as a part of the document, behind an empty line
page()
{
	sed '1s/^/\n/' | sed 's/^/# | /; s/[[:space:]]*$//'
}

# typed WORD...: natctl, shown as somebody types it, with its answer
typed()
{
	local words=$*
	"$NATCTL" -n "$gw" "$@" >"$TMP/typed" 2>&1 || :
	{
		echo "    # natctl ${words//$TMP\//}"
		sed 's/^\(.\)/    \1/' "$TMP/typed"
	} | page
}

said()
{
	cat "$TMP/typed"
	grep -qE "$1" "$TMP/typed"
}

# connect NAME PORT: from that port of c1 to the database
connect()
{
	pkt tcp "$1" "$c1" bind=$C1:"$2" to=$S1:5432 >/dev/null
	pkt accept srv "$1-s" from=$EIP >/dev/null
	pkt put "$1" data=select
	pkt take "$1-s" data=select >/dev/null
}

timed_out()
{
	page <<-'END'
	## "Connections time out"

	An application keeps a connection to its database and says nothing for a while. The
	next query fails. Every NAT gateway forgets connections that are idle for too long,
	the managed one after 350 seconds; natgw remembers for a while what it forgot, and
	notes when somebody speaks on such a connection after all. (Here the gateway was given
	`tcp-established 3`, so that nobody has to wait.)
	END
	pkt listen srv "$s1" $S1:5432
	connect db 40000
	wait_for 15 flows -eq 0 >/dev/null
	pkt put db data=again || :
	check "the far side hears nothing of it" pkt none wan data=again
	wait_for 5 counter_is flows-idle-spoke-again -eq 1 >/dev/null
	typed idle show
	check "idle show names who lost what" said "$C1.*$S1:5432"
	page <<-'END'
	The last line is what cures it: a rule, here for this one database, with more than the
	longest time that anybody was late. Other connections keep their time-out.
	END
	read -ra rule < <(nat -j idle show | values rule)
	typed "${rule[@]:1}"
	connect cured 40001
	typed flow show dst $S1 dport 5432
	check "the rule counts for new connections" \
		[ "$(flow expires dst $S1 dport 5432)" -gt 3 ]
	page <<-'END'
	Keep-alives in the application, more often than the time-out, do the same without a
	rule. What a packet would meet on its way, and why, tells `natctl why`:
	END
	typed why $C1 40001 $S1 5432 tcp
	check "why knows the flow" said "flow"
}

# listens: the monitor tells of a change made for that
listens()
{
	nat gateway set g icmp $((30 + RANDOM % 30))
	[ -s "$TMP/monitor" ]
}

ask()
{
	pkt clear
	pkt put asks data=question && pkt wait wan dst=$S1 dport=53 data=question
}

ran_out()
{
	page <<-'END'
	## "Ports run out"

	Towards one destination (an address, a port and a protocol) an address of the gateway
	has 64,512 ports. One client that opens a connection for each request can have
	them all, and then nobody else reaches that destination. (Here all but 500 ports
	were reserved for the host, so that the picture is the same with fewer packets.)
	END
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=1524-65535
	nat monitor gateway error >"$TMP/monitor" &
	wait_for 10 listens
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$S1 dport=53 sport=2000..2599
	pkt udp asks "$c1" bind=$C1:5000 to=$S1:53
	refute "no port is left for another client" ask
	wait_for 5 grep -q no-port "$TMP/monitor"
	wait_for 5 grep -q ports-high "$TMP/monitor"
	grep -E 'no-port|ports-' "$TMP/monitor" >"$TMP/events"
	page <<-'END'
	`natctl monitor error`, which has run all the time, has told it, first at 80 %:
	END
	sed 's/^/    /' "$TMP/events" | page
	check "the event names who was refused" grep -q "$C2\|$C1" "$TMP/events"
	page <<-'END'
	`natctl port show` and `natctl top` tell where the ports have gone and who holds them:
	END
	typed port show
	check "port show names the holder" said "$C2"
	page <<-'END'
	and `natctl why` what becomes of a client's packet now:
	END
	typed why $C1 5000 $S1 53 udp
	check "why says that there is no port" said "port"
	page <<-'END'
	Another address is the cure where the load is real. It is used at once:
	END
	typed address add gateway g eip $EIP2
	check "with another address there are ports" ask
	page <<-'END'
	Where it is not, a limit keeps one client from taking what all need. It counts for new
	flows; `natctl flow flush src` ends those that are too many.
	END
	typed gateway set g client-ports 100
	typed flow flush src $C2
	check "limited, the client has less" \
		[ "$(flow_count)" -lt 200 ]
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=
}

flow_count()
{
	nat -j flow count src $C2 | values count
}

bandwidth()
{
	local now carries asked
	page <<-'END'
	## "Who is using the bandwidth?"

	The gateway counts packets and bytes of each flow where that is switched on, and inside
	hosts may have names:
	END
	typed gateway set g accounting on
	typed label set 10.0.1.0/24 web
	typed label set 10.0.2.0/24 batch
	"$NATCTL" -n "$gw" -j log to "$TMP/flows.json" &
	wait_for 10 logs
	transfer "$c2" "$s1" $S1 12 >/dev/null &
	carries=$!
	wait_for 10 flows -ge 1 dst $S1 proto tcp dport 6001 >/dev/null
	typed top by bytes
	check "top names who carries most" said "$C2.*batch"
	typed top by bytes destinations
	check "and to where" said "$S1:600"
	now=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
	wait $carries
	asked=$(flow wire-ip src $C2 dport 6002):$(flow wire-port src $C2 dport 6002)
	nat flow flush src $C2 >/dev/null
	wait_for 10 grep -q "\"wire-port\":${asked#*:}" "$TMP/flows.json"
	page <<-'END'
	Somebody outside complains, days later, of one of your addresses, with its port and a
	time. The flow log has it (`natctl log to flows.json` ran as a service):
	END
	typed who "$asked" proto tcp at "$now" in "$TMP/flows.json"
	check "who names the inside host" said "$C2"
}

logs()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=198.51.100.90 sport=9
	nat flow flush dst 198.51.100.90 >/dev/null
	[ -s "$TMP/flows.json" ]
}

need jq socat ss
ktap_plan 13
page <<'END'
<!-- SPDX-License-Identifier: GPL-2.0 -->
<!-- Written by "make stories"; changes belong in selftests/stories.sh. -->

# Operating a gateway

What operators ask most, and where the answer is. All of the output is real: it comes from
the selftest `stories`, which also checks that each answer is the right one.
`natctl doctor` comes first where nothing works at all: it looks at the host and says
what to do. natctl(8) has every command, natgw(7) how it all fits together.
END
two_armed
gateway tcp-opening 3 tcp-established 3
pkt capture wan "$rt/wan"
timed_out
ran_out
bandwidth
ktap_finish
