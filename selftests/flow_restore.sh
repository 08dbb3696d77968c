#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# "flow save" writes flows, "flow restore" makes them again with the external ports
# that they had: with all that they know, counted on all that flows count on, or not
# at all, and then it says why.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

### records ###################################################################

# record KEY=VALUE...: the line of a UDP flow with other values, in JSON; with none,
# without that key
record()
{
	local -A field=(
		[gateway]='"g"' [proto]='"udp"' [src]="\"$C1\"" [sport]=7000
		[wire-ip]="\"$EIP\"" [wire-port]=40000 [dst]="\"$HOLE\""
		[dport]=53 [state]='"udp"' [expires]=100
	)
	local pair key line=
	for pair in "$@"; do
		field[${pair%%=*}]=${pair#*=}
	done
	for key in "${!field[@]}"; do
		[ -z "${field[$key]}" ] || line+=",\"$key\":${field[$key]}"
	done
	echo "{${line#,}}"
}

# file: the lines that come in as a file of flows, which get no older here: it is
# saved by a clock that is ahead
file()
{
	local lines n
	mapfile -t lines
	n=${#lines[@]}
	echo "{\"natgw-flows\":1,\"saved\":\"$(date -u -d @$(($(date +%s) + 3600)) +%FT%TZ)\"}"
	[ "$n" -eq 0 ] || printf '%s\n' "${lines[@]}"
	echo "{\"natgw-flows-end\":$n}"
}

# restores STATUS WORDS: what "flow restore" answers to the file that comes in
restores()
{
	local status=0
	nat flow restore >"$TMP/said" 2>&1 || status=$?
	cat "$TMP/said"
	[ "$status" -eq "$1" ] && grep -qF -- "$2" "$TMP/said"
}

# takes KEY=VALUE...: such a flow is restored
# shellcheck disable=SC2120 # check() passes them
takes()
{
	record "$@" | file | restores 0 "restored 1,"
}

# refuses STATUS WORDS KEY=VALUE...: such a flow is not, for this reason
refuses()
{
	record "${@:3}" | file | restores "$1" "1: $2"
}

# What is wrong with a flow | what is said of it
wrong()
{
	local tcp='proto="tcp" state="tcp-established"'
	local gre='proto="gre" state="other" sport=0 dport=0 wire-port=0'
	cat <<-END
		gateway="x" | no gateway has this name
		gateway= | a flow has gateway, proto
		proto= sport=1 | a flow has gateway, proto
		src= | a flow has gateway, proto
		dst= | a flow has gateway, proto
		wire-ip= | a flow has gateway, proto
		wire-port= | a flow has gateway, proto
		state= | a flow has gateway, proto
		expires= | a flow has gateway, proto
		wire-ip="203.0.113.12" | the gateway has no such address on the wire
		wire-ip="$EIP2" | the address is draining and takes no flows
		src="10.1.0.1" | the source is not inside this gateway
		src="10.0.1.1" | no inside host has this source
		src="$EIP" | no inside host has this source
		src="224.0.0.1" | no inside host has this source
		dst="224.0.0.5" | no packet that is translated has this destination
		dst="127.0.0.1" | no packet that is translated has this destination
		state="tcp-established" | no flow of this protocol is in this state
		state="other" | no flow of this protocol is in this state
		state="held" | a held port has idle
		state="held" idle=5 expires=6 | it would live longer than
		state="held" idle=500 kind="host" src="$EIP" | a port of this host is not held
		state="held" idle=500 kind="mapping" | a mapping has no destination port
		$gre state="held" idle=500 | no flow of this protocol is in this state
		proto="tcp" | no flow of this protocol is in this state
		proto="icmp" dport=0 | no flow of this protocol is in this state
		proto="icmp" state="icmp" | an ICMP query has an identifier
		$gre | the gateway does not translate this protocol
		$gre sport=5 | this protocol has no ports
		$gre wire-port=5 | this protocol has no ports
		$gre mapped=true | this protocol has no ports to be mapped
		wire-port=0 | no flow of this protocol has port 0 on the wire
		expires=351 | it would live longer than the time-out of its state
		$tcp state="tcp-closing" expires=61 | it would live longer than
		idle=5 expires=6 | it would live longer than
		idle=0 | a time-out of 0 seconds is none
		idle=604801 | a time is at most 604800 seconds
		kind="mapping" | a mapping comes with the flows that share it
		kind="host" | a flow of this host has the address on the wire as its source
		kind="host" src="$EIP" guest=true | a flow of this host is nobody's guest
		tcp-seen=["syn-out"] | tcp-seen is of TCP, SCTP and DCCP
		$tcp seq-out=5 | tcp-seen says which of
		$tcp tcp-seen=["sent-out"] | tcp-seen says which of
		$tcp tcp-seen=["sent-out"] ack-in=5 | tcp-seen says which of
	END
}

# The same for what natctl does not understand
spoilt()
{
	cat <<-'END'
		sport=70000 | "sport" cannot have this value
		sport=-1 | "sport" cannot have this value
		sport="7" | "sport" cannot have this value
		sport=7.5 | "sport" cannot have this value
		sport=null | "sport" cannot have this value
		src="10.0.1" | "src" cannot have this value
		src=5 | "src" cannot have this value
		proto="ggp" | "proto" cannot have this value
		proto="256" | "proto" cannot have this value
		state="open" | "state" cannot have this value
		kind=0 | "kind" cannot have this value
		guest=false | "guest" cannot have this value
		expires=4294967296 | "expires" cannot have this value
		start="yesterday" | "start" cannot have this value
		tcp-seen=["syn"] | "tcp-seen" cannot have this value
		tcp-seen="syn-out" | "tcp-seen" cannot have this value
		tcp-flags-out="SX" | "tcp-flags-out" cannot have this value
		packets-in=-5 | "packets-in" cannot have this value
		gateway="a23456789012345678901234567890123" | "gateway" cannot have this value
		color="red" | a flow has no "color"
		event=1 | a flow has no "event"
	END
}

# table FUNCTION STATUS: each of its lines is refused
table()
{
	local values words
	while IFS='|' read -r values words; do
		values=${values% }
		# shellcheck disable=SC2086 # words are words
		check "refused: $values" refuses "$2" "${words# }" $values
	done < <("$1")
}

table_lines()
{
	"$1" | wc -l
}

### what is refused ###########################################################

refusals()
{
	nat address add gateway g eip $EIP2
	check "a flow is restored on a secondary address" \
		takes wire-ip="\"$EIP2\"" sport=7009 expires=350
	nat address del gateway g eip $EIP2 drain 1000
	table wrong 2
	table spoilt 1
	# On a slow machine it has gone with its flow.
	nat address del gateway g eip $EIP2 2>/dev/null || :
	check "none of them has left a flow" flows -eq 0
	check "or counted as one" counter_is flows-created -eq 1
	check_is "or left a client" "[]" "$(nat -j client show)"
}

# What depends on the flows that there are
taken()
{
	check "a flow is restored" takes
	check_is "with the port that it had" 40000 "$(flow wire-port)"
	record | file >"$TMP/one"
	check "once more it is there already" \
		restores 0 "restored 0, there already 1," <"$TMP/one"
	check "its connection has no second flow" \
		refuses 2 "the connection has another flow already" wire-port=40001
	check "nor anybody else its port" \
		refuses 2 "another flow, or this host, has the external port" \
		src="\"$C2\""
	check "but towards others" takes src="\"$C2\"" dport=54
	nat flow flush all >/dev/null
	pkt udp service "$gw" bind=$EIP:40001
	check "a port that this host listens on is its own" \
		refuses 2 "another flow, or this host" wire-port=40001
	pkt close service
	check "and free when it does not" takes wire-port=40001
	check "a flow of this host is restored" \
		takes kind='"host"' src="\"$EIP\"" sport=5000 wire-port=5000
	check_is "as one" host "$(flow kind src $EIP)"
	check "one that began when none can have, too" \
		takes start='"2020-01-01T00:00:00Z"' dport=55
	check_is "which has begun now" 1 "$(($(date +%s) - $(date -d "$(
		flow start dport 55)" +%s) < 60))"
	check "a protocol that is switched on, too" \
		nat gateway set g proto-gre on
	check "without ports" takes proto='"gre"' state='"other"' sport=0 \
		dport=0 wire-port=0
	nat gateway set g proto-gre off
	nat flow flush all >/dev/null
}

# A limit each, which one flow uses up
limits()
{
	local limit words
	while IFS='|' read -r limit words; do
		nat gateway set g "${limit% }" 1
		check "${limit% }: the first flow is restored" \
			takes proto='"tcp"' state='"tcp-opening"' expires=50
		check "${limit% }: the second is not" refuses 2 "${words# }" \
			proto='"tcp"' state='"tcp-opening"' expires=50 \
			sport=7001 wire-port=40001
		nat flow flush all >/dev/null
		nat gateway set g "${limit% }" "$([ "${limit% }" != max-flows ] ||
						 echo 1000)0"
	done <<-END
		max-flows | the gateway has its most flows (max-flows)
		client-flows | the inside host has its most flows (client-flows)
		client-ports | the inside host has its most ports (client-ports)
		client-opening | the inside host has its most half-open connections (client-opening)
	END
	nat gateway set g client-rate 1
	check "client-rate is about flows that begin" restores 0 "restored 3," \
		< <({ record; record sport=7001 wire-port=40001
		      record sport=7002 wire-port=40002; } | file)
	nat gateway set g client-rate 0
	nat flow flush all >/dev/null
}

### the file ##################################################################

# A line that was cut off costs that flow alone.
files()
{
	{ record; record sport=7001 wire-port=40001; } | file >"$TMP/two"
	sed '2s/.\{9\}$//' "$TMP/two" >"$TMP/cut"
	check "a spoilt line costs one flow" restores 1 \
		"restored 1, there already 0, expired meanwhile 0, refused 0, not understood 1" \
		<"$TMP/cut"
	check "and the reason is told" grep -q "1: the line is no JSON" "$TMP/said"
	nat flow flush all >/dev/null
	check "a file that breaks off is told from a whole one" \
		restores 1 "the file is not whole" < <(head -n 2 "$TMP/two")
	check "its flows are restored" flows -eq 1
	nat flow flush all >/dev/null
	check "a file of another version is not read" restores 1 \
		"has version 2, and this natctl understands version 1" \
		< <(sed '1s/:1,/:2,/' "$TMP/two")
	check "nor one that is no file of flows" \
		restores 1 "this is no file of flows" < <(sed 1d "$TMP/two")
	check "nor an empty one" restores 1 "it is empty" </dev/null
	check "none of their flows is restored" flows -eq 0
	sed "1s/:\"[^\"]*\"/:\"$(date -u -d @$(($(date +%s) - 60)) +%FT%TZ)\"/" \
		"$TMP/two" >"$TMP/old"
	check "a flow that was saved a minute ago" restores 0 "restored 2," \
		<"$TMP/old"
	check "has a minute less" [ "$(flow expires sport 7000)" -le 41 ]
	nat flow flush all >/dev/null
	sed -i 's/"expires":100/"expires":50/' "$TMP/old"
	check "or has expired meanwhile" restores 0 "expired meanwhile 2," \
		<"$TMP/old"
	nat gateway set g inside any
	check "a gateway of any source takes them" restores 0 "restored 2," <"$TMP/two"
	nat flow flush all >/dev/null
	check "but not of one behind its uplink" restores 2 \
		"restored 0, there already 0, expired meanwhile 0, refused 1," \
		< <(record src="\"$S1\"" | file)
	nat gateway set g inside 10.0.0.0/16 2>/dev/null
	nat fence del dev ext 2>/dev/null || :
	check "nothing is saved of no flow" \
		restores 0 "restored 0," < <(nat flow save)
	check "the file is named on the command line" \
		nat flow restore "$TMP/two"
	nat flow save sport 7001 "$TMP/part"
	check_is "the file is for its owner alone" 600 \
		"$(stat -c %a "$TMP/part")"
	check_is "a filter saves some of the flows" 1 \
		"$(grep -c '"sport":7001' "$TMP/part")"
	check_is "and no other" 3 "$(wc -l <"$TMP/part")"
	check_is "as JSON it is counted" \
		"restored:0,present:2,expired:0,refused:0,unread:0,reasons:" \
		"$(nat -j flow restore "$TMP/two" | tr -d '[]{}"')"
	nat flow flush all >/dev/null
}

### all that a flow has #######################################################

# lines FILE: its flows, in an order of theirs, less what goes on
lines()
{
	sed -E '1d;$d;s/"expires":[0-9]+,?//' "$1" | sort
}

# same_lines FILE FILE: the same flows in both
same_lines()
{
	diff <(lines "$1") <(lines "$2")
}

# as_long: what is in both files lives as long, less the time between them, give or take two
# seconds
as_long()
{
	local passed
	passed=$(($(stat -c %Y "$TMP/again") - $(stat -c %Y "$TMP/saved")))
	paste <(expiries "$TMP/saved") <(expiries "$TMP/again") |
		awk -v passed="$passed" \
			'{ d = $1 - $2; if (d > passed + 2 || d < -2) exit 1 }'
}

expiries()
{
	sort "$1" | sed -nE 's/.*"expires":([0-9]+).*/\1/p'
}

whole()
{
	nat gateway set g accounting on
	{
		record proto='"tcp"' state='"tcp-fin-outside"' kind='"inside"' \
			guest=true idle=200 expires=150 \
			start="\"$(date -u -d @$(($(date +%s) - 5000)) +%FT%T.5Z)\"" \
			tcp-seen='["syn-out","syn-in","fin-in","sent-out","sent-in","acked-out","acked-in","begun-outside"]' \
			seq-out=4294967295 ack-out=2 seq-in=3 ack-in=4 \
			packets-out=5 bytes-out=600 tcp-flags-out='"FSRPAUEC"' \
			packets-in=7 bytes-in=9007199254740993 tcp-flags-in='""'
	} | file >"$TMP/whole"
	check "a flow is restored with all that it knows" \
		restores 0 "restored 1," <"$TMP/whole"
	nat flow save "$TMP/again"
	check "and saved" test -s "$TMP/again"
	nat flow flush all >/dev/null
	check "what was saved is restored" restores 0 "restored 1," <"$TMP/again"
	nat flow save "$TMP/third"
	check "to the same" same_lines "$TMP/again" "$TMP/third"
	check "in each of its fields" same_fields
	nat flow flush all >/dev/null
	nat gateway set g accounting off
}

# A flow that began at a time of 17 ms says so; otherwise it is what it was.
same_fields()
{
	diff <(lines "$TMP/whole" | tr -d '{}' | grep -oE '"[a-z-]+":(\[[^]]*\]|[^,]*)' |
		sed 's/\.[0-9]*Z/Z/' | sort) \
	     <(lines "$TMP/again" | tr -d '{}' | grep -oE '"[a-z-]+":(\[[^]]*\]|[^,]*)' |
		sed 's/\.[0-9]*Z/Z/' | sort)
}

### under way #################################################################

exchange()
{
	pkt put client data=there && pkt take conn data=there &&
		pkt put conn data=back && pkt take client data=back
}

udp_exchange()
{
	pkt put uclient data=question && pkt take userver data=question &&
		pkt reply userver data=answer && pkt take uclient data=answer
}

# query: an echo request, of which the identifier on the wire is seen
query()
{
	pkt clear wan
	pkt send "$c1/eth0" "$gw/in1" echo src=$C1 dst=$HOLE id=77
	pkt wait wan type=8 dst=$HOLE
	pkt field wan id type=8 dst=$HOLE
}

# Connections before and after all flows have gone and come again
under_way()
{
	local before id
	nat gateway set g fastpath "$1"
	pkt tcp client "$c1" bind=$C1:6000 to=$S1:80 >/dev/null
	pkt accept server conn >/dev/null
	pkt udp uclient "$c1" bind=$C1:6000 to=$S1:53
	pkt tcp own "$gw" bind=$EIP:0 to=$S1:80 >/dev/null
	pkt accept server ownconn >/dev/null
	exchange >/dev/null
	exchange >/dev/null
	udp_exchange >/dev/null
	id=$(query)
	check "fastpath $1: flows are saved" nat flow save "$TMP/saved"
	before=$(nat -j flow count | values count)
	nat flow flush all >/dev/null
	check "fastpath $1: and gone" flows -eq 0
	pkt clear
	check "fastpath $1: and restored, $before of them" \
		restores 0 "restored $before, there already 0" <"$TMP/saved"
	nat flow save "$TMP/again"
	check "fastpath $1: as they were" same_lines "$TMP/saved" "$TMP/again"
	check "fastpath $1: with what they had left to live" \
		as_long
	forged
	check "fastpath $1: TCP goes on" exchange
	check "fastpath $1: again" exchange
	check "fastpath $1: UDP goes on" udp_exchange
	pkt put own data=mine
	check "fastpath $1: what this host began goes on" \
		pkt take ownconn data=mine
	check "fastpath $1: nobody was reset" pkt none wan flags=R
	check_is "fastpath $1: the query has its identifier" "$id" "$(query)"
	if [ "$1" = on ]; then
		check "the fast path takes them again" \
			wait_for 5 quick exchange
	fi
	pkt close client conn uclient own ownconn
	nat flow flush all >/dev/null
}

# The numbers of TCP are there again: a reset far from them is nobody's.
forged()
{
	local before
	before=$(counter destination-drop-tcp-reset)
	pkt send "$rt/wan" "$gw/ext" tcp src=$S1 dst=$EIP sport=80 \
		dport="$(flow wire-port proto tcp src $C1)" flags=R \
		seq=$((RANDOM * 32768 + 12345))
	check "a forged reset is told from a real one" \
		wait_for 5 counter_is destination-drop-tcp-reset -eq \
		$((before + 1))
	check_is "and the connection is open" tcp-established \
		"$(flow state proto tcp src $C1)"
}

# told: of a flow that is restored, sooner or later after the monitor was started
told()
{
	local monitor status=0
	"$NATCTL" -n "$gw" -j monitor flow >"$TMP/events" &
	monitor=$!
	wait_for 10 begins || status=1
	kill $monitor
	return $status
}

begins()
{
	nat flow flush all >/dev/null
	takes
	wait_for 2 grep '"event":"add".*"wire-port":40000' "$TMP/events"
}

### mappings ##################################################################

# visit SERVER: the far side that the client has spoken to, or another, reaches it
visit()
{
	pkt put visitor to=$EIP:"$PORT" data=hello
	pkt take inner data=hello from="$1"
}

mappings()
{
	nat gateway set g mapping endpoint-independent \
		filtering endpoint-independent unsolicited drop
	pkt udp inner "$c1" bind=$C1:6001
	pkt udp visitor "$s2" bind=$S2:99
	pkt put inner to=$S1:53 data=x
	pkt put inner to=$HOLE:54 data=x
	PORT=$(flow wire-port sport 6001 dst $S1)
	check "an endpoint has a mapping, others come in by it" visit $S2
	nat flow save "$TMP/saved"
	nat flow flush all >/dev/null
	refute "which is gone with its flows" visit $S2
	check "restored it is there again" restores 0 "restored 3," <"$TMP/saved"
	check "for whom it was" visit $S2
	nat flow save "$TMP/again"
	check "as it was" same_lines "$TMP/saved" "$TMP/again"
	check_is "and for new flows" "$PORT" \
		"$(pkt put inner to=$HOLE:55 data=x; flow wire-port dport 55)"
	check_is "it is one port of the client" 1 "$(nat -j client show | values ports)"
	check "an endpoint has no second one" \
		refuses 2 "the inside endpoint is mapped to another external port" \
		sport=6001 mapped=true wire-port=$((PORT == 40000 ? 40001 : 40000))
	nat flow flush all >/dev/null
	nat gateway set g filtering address-dependent
	pkt put inner to=$S2:98 data=x
	nat flow save "$TMP/saved"
	PORT=$(flow wire-port)
	nat flow flush all >/dev/null
	check "one that lets in who was spoken to is restored" \
		restores 0 "restored 1," <"$TMP/saved"
	check "and lets in who was spoken to" visit $S2
	pkt udp stranger "$s1" bind=$S1:99
	pkt put stranger to=$EIP:"$PORT" data=hello
	check "and no other" wait_for 5 counter_is destination-drop-filtered -ge 1
	nat flow flush all >/dev/null
	held
	guests
	alike
	nat gateway set g filtering address-and-port-dependent
	nat gateway set g mapping address-and-port-dependent
	pkt close inner visitor stranger
}

# The port that is kept from others is given back to whose it was.
held()
{
	nat gateway set g hold-udp 100
	check "with a port that is held" takes mapped=true
	nat flow flush all >/dev/null
	check "nobody else is restored" \
		refuses 2 "another flow, or this host" mapped=true src="\"$C2\""
	check "but the flow that had it" takes mapped=true
	nat gateway set g hold-udp 0
	nat flow flush all >/dev/null
}

# A rule says which mapping a flow has, but not where an outsider began it.
guests()
{
	nat gateway set g filtering endpoint-independent
	nat address add gateway g eip $EIP2
	nat rule add gateway g dst $S1 pref 5 address $EIP2
	pkt put inner to=$S1:53 data=x
	PORT=$(flow wire-port dst $S1)
	pkt put visitor to=$EIP2:"$PORT" data=hello
	check "an outsider comes in by a mapping that a rule has chosen" \
		pkt take inner data=hello from=$S2
	nat flow save "$TMP/saved"
	nat flow flush all >/dev/null
	check "both flows are restored" restores 0 "restored 2," <"$TMP/saved"
	tac "$TMP/saved" | sed '1d;$d' | file >"$TMP/turned"
	nat flow flush all >/dev/null
	check "in the other order, too" restores 0 "restored 2," <"$TMP/turned"
	nat flow flush all >/dev/null
	nat rule del gateway g pref 5
	nat address del gateway g eip $EIP2
}

# The far side of one is an inside host, whose own flow goes to a wire address, and all
# other numbers are chosen so that one's outside and the other's inside look alike.
alike()
{
	nat gateway set g mapping address-dependent filtering address-dependent
	check "one of two mappings that look alike is restored" \
		takes mapped=true dst="\"$C2\"" wire-port=256
	check "and the other one" takes mapped=true src="\"$C2\"" sport=0 \
		dst="\"$EIP\"" wire-port=4000
	nat flow flush all >/dev/null
}

### ports that are held ######################################################

# held_gateway: without any flow, with the options of $held
held_gateway()
{
	nat gateway del g && nat fence del dev ext && gateway "${held[@]}"
}

held_ports()
{
	held_gateway
	check "$1: a flow ends and its port is held" takes "${@:2}"
	nat flow flush all >/dev/null
	check "$1: which is saved" nat flow save "$TMP/saved"
	check_is "$1: in state held" 1 "$(grep -c '"state":"held"' "$TMP/saved")"
	held_gateway
	check "$1: nothing is held by a new gateway" holds 0
	check "$1: the port is held again" restores 0 "restored 1," <"$TMP/saved"
	check "$1: once" restores 0 "restored 0, there already 1," <"$TMP/saved"
	check "$1: by the gateway" holds 1
	nat flow save "$TMP/again"
	check "$1: as it was" same_lines "$TMP/saved" "$TMP/again"
	check "$1: for as long" as_long
	check "$1: it is no flow" flows -eq 0
	check "$1: nobody else has the port" \
		refuses 2 "another flow, or this host" "${@:2}" src="\"$C2\""
	check "$1: but whose it was" takes "${@:2}"
	nat flow flush all >/dev/null
	nat gateway set g hold-max 1
	sed 's/40000/40001/' "$TMP/saved" >"$TMP/more"
	check "$1: no more are held than hold-max" \
		refuses_file "the gateway holds its most ports (hold-max)" "$TMP/more"
}

# holds NUMBER: ports
holds()
{
	[ "$(nat -j stats gateway g | values held-flows)" = "$1" ]
}

refuses_file()
{
	restores 2 "1: $1" <"$2"
}

### many ######################################################################

many()
{
	local n=3000 start
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE dport=53 \
		sport=10000..$((9999 + n))
	wait_for 60 flows -eq $n
	start=$(date +%s%3N)
	check "many flows are saved" nat flow save "$TMP/saved"
	echo "# saved in $(($(date +%s%3N) - start)) ms"
	nat flow flush all >/dev/null
	start=$(date +%s%3N)
	check "and restored" restores 0 "restored $n," <"$TMP/saved"
	echo "# restored in $(($(date +%s%3N) - start)) ms"
	nat flow save "$TMP/again"
	check "as they were" same_lines "$TMP/saved" "$TMP/again"
	check_is "the client has them" $n "$(nat -j client show | values flows)"
	check_is "and their ports" $n "$(nat -j client show | values ports)"
	nat flow flush all >/dev/null
	check "and not when they are gone" no_clients
	nat gateway del g
	nat fence del dev ext
	nat gateway add g dev ext eip $EIP2 inside 10.0.0.0/16
	check "a gateway with another address takes none of them" \
		restores 2 "$n: the gateway has no such address on the wire" \
		<"$TMP/saved"
	check "and has no flow" flows -eq 0
	check_is "and has counted none" 0 "$(counter flows-created)"
}

no_clients()
{
	[ "$(nat -j client show)" = "[]" ]
}

need ss
ktap_plan $((133 + $(table_lines wrong) + $(table_lines spoilt)))
two_armed
gateway
pkt capture wan "$rt/wan"
pkt listen server "$s1" $S1:80
pkt udp userver "$s1" bind=$S1:53
refusals
taken
limits
files
whole
under_way off
under_way on
check "those who listen are told of a new flow" told
nat flow flush all >/dev/null
mappings
held=(hold-udp 100)
held_ports "held" src="\"$C1\""
held+=(udp-mapping endpoint-independent)
held_ports "held mapping" mapped=true
held=()
held_gateway
many
ktap_finish
