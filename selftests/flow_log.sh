#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# natctl log writes a record of each flow: who talked to whom, from when to when,
# how much, and how it ended. What is lost is in the log too.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# write_log NAME WORD...: natctl log to a file until the end of the script, or
# "stop_log NAME". It is there when it tells of a flow made for that.
declare -A LOG
MARK=100
write_log()
{
	"$NATCTL" -n "$gw" log to "$TMP/$1" "${@:2}" 2>"$TMP/$1.said" &
	LOG[$1]=$!
	wait_for 20 heard "$TMP/$1"
}

# Another port each time: it may be one that a sample has.
heard()
{
	MARK=$((MARK + 1))
	inside udp dst=198.51.100.90 sport=$MARK
	nat flow flush dst 198.51.100.90 >/dev/null
	[ -s "$1" ]
}

stop_log()
{
	kill "${LOG[$1]}" && wait "${LOG[$1]}"
}

inside()
{
	pkt send "$c1/eth0" "$gw/in1" "$@" src=$C1
}

# tells FILTER: the log has a line like that
tells()
{
	wait_for 10 jq -se "any(.[]; $1)" "$TMP/all"
}

# sum NAME KEY: over the records of a log whose server is s1
sum()
{
	jq -se "map(select(.event == \"end\" and .dst == \"$S1\") | .[\"$2\"]) |
		add // 0" "$TMP/$1"
}

now()
{
	date -u +%Y-%m-%dT%H:%M:%S.%3NZ
}

ended()
{
	local count
	count=$(jq -se "map(select(.event == \"end\" and .dst == \"$S1\")) |
		length" "$TMP/$1")
	echo "$count ended"
	[ "$count" -eq "$2" ]
}

### what flows count ###########################################################

# exchange: two connections, a megabyte up and one down
exchange()
{
	local before after fast
	write_log "all$OFFLOADS"
	before=$(now)
	fast=$(counter packets-fast)
	check "a file goes up and down" transfer "$c1" "$s1" $S1
	check "by the fast path" [ $(($(counter packets-fast) - fast)) -gt 500 ]
	check "both connections end" wait_for 15 ended "all$OFFLOADS" 2
	after=$(now)
	check_is "packets out: as many as the server got" \
		"$(pkt count s1 src=$EIP)" "$(sum "all$OFFLOADS" packets-out)"
	check_is "packets in: as many as the client got" \
		"$(pkt count c1 src=$S1)" "$(sum "all$OFFLOADS" packets-in)"
	check_is "bytes out" "$(total s1 src=$EIP)" \
		"$(sum "all$OFFLOADS" bytes-out)"
	check_is "bytes in" "$(total c1 src=$S1)" \
		"$(sum "all$OFFLOADS" bytes-in)"
	check "TCP flags, times, and the end by FIN" jq -se "
		map(select(.event == \"end\" and .dst == \"$S1\")) |
		all(.[]; .end == \"fin\" and .start >= \"${before%.*}\" and
			.start < .ended and .ended <= \"$after\" and
			.gateway == \"g\" and .eip == \"$EIP\" and
			(.[\"tcp-flags-out\"] | test(\"^FSP?A$\")) and
			(.[\"tcp-flags-in\"] | test(\"^FSP?A$\")))" \
		"$TMP/all$OFFLOADS"
	stop_log "all$OFFLOADS"
}

total()
{
	pkt field "$1" total "${@:2}" | awk '{ n += $1 } END { print n }'
}

shown()
{
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	pkt udp server "$s1" bind=$S1:53
	pkt put client data=question && pkt take server data=question >/dev/null
	pkt reply server data=answer && pkt take client data=answer >/dev/null
	check "flow show -j: what a flow has counted so far" \
		jq -e '.[0] | .["packets-out"] == 1 and .["bytes-out"] == 36 and
			.["packets-in"] == 1 and .["bytes-in"] == 34 and
			(.start | test("^2.*Z$"))' \
		<(nat -j flow show proto udp dst $S1)
	check "flow show -s: the same" \
		grep -qE ' 1/36 +1/34$' <(nat -s flow show proto udp dst $S1)
	nat gateway set g accounting off
	inside udp dst=$HOLE sport=5003
	check "off again: new flows do not count" \
		jq -e '.[0] | has("start") and (has("packets-out") | not)' \
		<(nat -j flow show dst $HOLE sport 5003)
	inside udp dst=$S1 sport=5000 dport=53
	check "those that did go on" \
		jq -e '.[0]["packets-out"] == 2' \
		<(nat -j flow show proto udp dst $S1)
	nat gateway set g accounting on
	pkt close client server
}

### how they end ###############################################################

# connection PORT: one that is established
connection()
{
	pkt clear
	inside tcp dst=$HOLE sport="$1" dport=80 flags=S seq=100
	pkt wait wan src=$EIP flags=S
	PORT=$(pkt field wan sport src=$EIP flags=S)
	outside tcp flags=SA seq=500 ack=101
	inside tcp dst=$HOLE sport="$1" dport=80 flags=A seq=101 ack=501
	pkt wait wan src=$EIP flags=A
}

outside()
{
	pkt send "$rt/wan" "$gw/ext" "$@" src=$HOLE dst=$EIP sport=80 \
		dport="$PORT"
	pkt wait c1 src=$HOLE
}

# on_second_address PORT: a flow
on_second_address()
{
	nat address add gateway g eip $EIP2
	nat rule add gateway g pref 5 dst 198.51.100.80/29 address $EIP2
	pkt clear
	inside udp dst=198.51.100.81 sport="$1"
	pkt wait wan src=$EIP2
	nat rule del gateway g pref 5
}

ends()
{
	connection 7001
	outside tcp flags=RA seq=501 ack=101
	check "an RST" tells '.sport == 7001 and .end == "rst" and
		.["tcp-flags-in"] == "SRA" and .["tcp-flags-out"] == "SA"'

	connection 7002
	outside tcp flags=FA seq=501 ack=101
	inside tcp dst=$HOLE sport=7002 dport=80 flags=FA seq=101 ack=502
	pkt wait wan src=$EIP flags=FA
	inside tcp dst=$HOLE sport=7002 dport=80 flags=S seq=9000
	check "a new connection in the place of one that is over" \
		tells '.sport == 7002 and .end == "reopened" and
			.["packets-out"] == 3 and .["packets-in"] == 2'
	check "which has a start of its own" wait_for 5 starts_of 7002 2
	nat flow flush sport 7002 >/dev/null
	check "flushed, and only what came since is counted" \
		tells '.sport == 7002 and .end == "flushed" and
			.["packets-out"] == 1 and .["packets-in"] == 0'

	nat gateway set g udp 1
	inside udp dst=$HOLE sport=7003
	check "idle" tells '.sport == 7003 and .end == "idle"'
	nat gateway set g udp 300

	on_second_address 7004
	nat address del gateway g eip $EIP2
	check "its address was removed" tells '.sport == 7004 and
		.end == "address"'
	on_second_address 7005
	nat address del gateway g eip $EIP2 drain 1
	check "its address was drained" tells '.sport == 7005 and
		.end == "drained"'
	nat gateway add h dev ext eip $EIP2 inside 10.0.2.0/24 2>/dev/null
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport=7006
	nat gateway del h 2>/dev/null
	check "its gateway was deleted" tells '.sport == 7006 and
		.end == "gateway" and .gateway == "h"'
	check "that of one gateway has none of another's" \
		[ "$(grep -c '"gateway":"h"' "$TMP/one")" -eq 0 ]
	check "and all of its own" wait_for 5 \
		grep -q '"sport":7005,.*"end":"drained"' "$TMP/one"
}

starts_of()
{
	[ "$(grep '"event":"start"' "$TMP/all" |
		grep -c "\"sport\":$1,")" -eq "$2" ]
}

### what is written of them ####################################################

# each one of these flows is in the log by its start and its end, or not at all
paired()
{
	jq -se "map(select(.sport >= 20000 and .sport < 20200)) |
		group_by(.sport) | length > 10 and length < 100 and
		all(.[]; map(.event) == [\"start\", \"end\"] and
			.[0].start == .[1].start and .[0].sample == 4)" \
		"$TMP/sample"
}

formats()
{
	write_log sample starts sample 4
	write_log vpc format vpc
	write_log secret starts no-destination
	write_log secretvpc format vpc no-destination
	inside udp dst=$HOLE sport=20000..20199 dport=53
	wait_for 10 flows -eq 200 dst $HOLE
	nat flow flush dst $HOLE >/dev/null
	pkt clear
	inside udp dst=$HOLE sport=7010 dport=53 data=question
	pkt wait wan src=$EIP
	PORT=$(pkt field wan sport src=$EIP)
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE dst=$EIP sport=53 \
		dport="$PORT" data=answer
	pkt wait c1 src=$HOLE
	nat flow flush dst $HOLE >/dev/null
	local date='[0-9]{10}'
	check "VPC format: a line for what went out" wait_for 5 grep -qE \
		"^2 unknown g $C1 $HOLE 7010 53 17 1 36 $date $date ACCEPT OK$" \
		"$TMP/vpc"
	check "and one for what came back" grep -qE \
		"^2 unknown g $HOLE $C1 53 7010 17 1 34 $date $date ACCEPT OK$" \
		"$TMP/vpc"
	check_is "of a direction without packets there is none" 200 \
		"$(grep -cE " 20[0-9]{3} " "$TMP/vpc")"
	check "each line has 14 fields" \
		awk 'NF != 14 { print; exit 1 }' "$TMP/vpc"
	check "a sample has flows by their start and end" wait_for 5 paired
	check "without destination: the rest is there" \
		wait_for 5 grep -q "\"sport\":7010,.*\"wire-port\":$PORT,.*flushed" \
		"$TMP/secret"
	refute "and no destination" grep -E "\"dst|dport|$HOLE" "$TMP/secret"
	check "in VPC format neither" wait_for 5 grep -qE \
		"^2 unknown g $C1 - 7010 - 17 1 36 " "$TMP/secretvpc"
	refute "... in any line" grep "$HOLE" "$TMP/secretvpc"

	mv "$TMP/vpc" "$TMP/vpc.1"
	kill -HUP "${LOG[vpc]}"
	check "SIGHUP begins a new file" wait_for 20 heard "$TMP/vpc"
	check "SIGTERM ends it well" stop_log vpc
	stop_log sample
	stop_log secret
	stop_log secretvpc
}

### what is lost ###############################################################

# lost_of EVENT, written EVENT: how many of these starts or ends
lost_of()
{
	jq -s "map(select(.event == \"lost\" and .of == \"$1\") | .lost) |
		add // 0" "$TMP/few"
}

written()
{
	grep "198.51.100.8[56]" "$TMP/few" | grep -c "\"event\":\"$1\""
}

# both_logged PORT: the start and the end of such a flow
both_logged()
{
	[ "$(grep -c "\"sport\":$1,.*198.51.100.86" "$TMP/few")" -eq 2 ]
}

# later: one more flow is in the log; while the buffer is full yet, it is not
later()
{
	FLOWS=$((FLOWS + 1))
	inside udp dst=198.51.100.86 sport=$FLOWS
	nat flow flush dst 198.51.100.86 >/dev/null
	wait_for 1 both_logged $FLOWS
}

# FLOWS flows come and go while nobody reads
FLOWS=1500
loss()
{
	local before starts ends
	write_log few starts buffer 64
	write_log fewvpc format vpc buffer 64
	before=$(counter flow-events-lost)
	kill -STOP "${LOG[few]}" "${LOG[fewvpc]}"
	inside udp dst=198.51.100.85 sport=$((30000 + 1))..$((30000 + FLOWS))
	wait_for 20 flows -eq $FLOWS dst 198.51.100.85
	nat flow flush dst 198.51.100.85 >/dev/null
	check "the gateway counts what nobody took" \
		counter_is flow-events-lost -gt "$before"
	kill -CONT "${LOG[few]}" "${LOG[fewvpc]}"
	check "what comes afterwards is in the log" wait_for 10 later
	starts=$(lost_of start)
	ends=$(lost_of end)
	check "some starts are there, and some are lost" \
		[ "$starts" -gt 100 -a "$starts" -lt $FLOWS ]
	check_is "records and losses of starts are the flows" $FLOWS \
		$((starts + $(written start)))
	check_is "so are those of ends" $FLOWS \
		$((ends + $(written end)))
	check "VPC format has a line for it" wait_for 5 grep -qE \
		'^2 unknown -( -){7} [0-9]{10} [0-9]{10} - SKIPDATA$' \
		"$TMP/fewvpc"
	stop_log few
	check "it is said at the end too" \
		grep -q "$((starts + ends)) records were lost in all" "$TMP/few.said"
}

need
ktap_plan 48
two_armed
# No socket of c1 knows the crafted packets; its kernel would reset them.
on "$c1" nft -f - <<END
table ip quiet {
	chain output {
		type filter hook output priority filter
		tcp sport 7000-7099 tcp flags & rst == rst drop
	}
}
END
nat gateway add g dev ext eip $EIP inside 10.0.1.0/24 accounting on tcp-closing 2
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/eth0"
pkt capture wan "$rt/wan"
both_offloads exchange
shown
write_log all starts
write_log one gateway g
ends
stop_log all
formats
loss
ktap_finish
