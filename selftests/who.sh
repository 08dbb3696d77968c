#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# natctl who finds out from the log which inside host had an external port when.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# begin NS DEVICE SOURCE: a flow, between the times BEGUN and USED, with the port
# PORT for the far side; finish: it was over by OVER
begin()
{
	local ns=$1 dev=$2 src=$3
	pkt clear
	BEGUN=$(date +%s.%3N)
	pkt send "$ns/eth0" "$gw/$dev" udp src="$src" dst=$HOLE sport=7000
	pkt wait wan src=$EIP dst=$HOLE
	PORT=$(pkt field wan sport src=$EIP dst=$HOLE)
	USED=$(date +%s.%3N)
}

# past TIME: it is later than that, and OVER
past()
{
	OVER=$(date +%s.%3N)
	[[ $(date -u -d "@$OVER" +%Y-%m-%dT%H:%M:%S.%3NZ) > $1 ]]
}

finish()
{
	nat flow flush dst $HOLE >/dev/null
	wait_for 5 logged "$PORT" end
	wait_for 5 past "$(logged "$PORT" end | values ended)"
}

# had ADDRESS PORT TIME SOURCE WORD...: that one had it then, and nobody else
had()
{
	"$NATCTL" -j who "$1:$2" proto udp at "$3" "${@:5}" >"$TMP/answer" &&
		cat "$TMP/answer" && jq -e "length == 1 and
			.[0].src == \"$4\" and .[0].sport == 7000" "$TMP/answer"
}

# fails STATUS MESSAGE WORD...
fails()
{
	local status=0
	"$NATCTL" who "${@:3}" >"$TMP/said" 2>&1 || status=$?
	echo "status $status"
	cat "$TMP/said"
	[ $status -eq "$1" ] && grep -qF -- "$2" "$TMP/said"
}

heard()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=198.51.100.90 sport=9
	nat flow flush dst 198.51.100.90 >/dev/null
	[ -s "$1" ]
}

logged()
{
	grep "\"wire-port\":$1," "$TMP/log" | grep "\"event\":\"$2\""
}

need
ktap_plan 21
two_armed
nat gateway add g dev ext eip 192.0.2.1 private-ip $EIP inside 10.0.0.0/16 \
	2>/dev/null
pkt capture wan "$rt/wan"
"$NATCTL" -n "$gw" log starts to "$TMP/log" &
wait_for 20 heard "$TMP/log"

begin "$c1" in1 $C1
check "the start is in the log" wait_for 5 logged "$PORT" start
check "who has it now" had $EIP "$PORT" "$USED" $C1 in "$TMP/log"
finish
check "the end too" wait_for 5 logged "$PORT" end
first=$PORT first_used=$USED first_over=$OVER
check "who had it then" had $EIP "$PORT" "$USED" $C1 in "$TMP/log"
check "by the elastic IP" had 192.0.2.1 "$PORT" "$USED" $C1 in "$TMP/log"
check "by a date in UTC" had $EIP "$PORT" \
	"$(date -u -d "@$USED" +%Y-%m-%dT%H:%M:%S.%3NZ)" $C1 in "$TMP/log"
check "by a date far from there" had $EIP "$PORT" \
	"$(TZ=XXX-5:30 date -d "@$USED" +%Y-%m-%dT%H:%M:%S.%3N+05:30)" $C1 \
	in "$TMP/log"
check "by a local date" had $EIP "$PORT" \
	"$(date -d "@$USED" "+%Y-%m-%d %H:%M:%S.%3N")" $C1 in "$TMP/log"
check "from standard input" had $EIP "$PORT" "$USED" $C1 <"$TMP/log"
check "nobody had it before" fails 3 "nobody had $EIP port $PORT of udp" \
	$EIP:"$PORT" proto udp at $((${BEGUN%.*} - 1)) in "$TMP/log"
check "nor afterwards" fails 3 "nobody had" \
	$EIP:"$PORT" proto udp at "$OVER" in "$TMP/log"
check "nor by another protocol" fails 3 "nobody had" \
	$EIP:"$PORT" proto tcp at "$USED" in "$TMP/log"
check "nor at another address" fails 3 "nobody had" \
	$EIP2:"$PORT" proto udp at "$USED" in "$TMP/log"

# The same port once more, another client's: its last octet apart, all is the same
sed "s/$C1/$C2/; s/\"ended\":\"[^\"]*\"/\"ended\":\"2099-01-01T00:00:00.000Z\"/
	s/\"start\":\"[^\"]*\"/\"start\":\"$(date -u -d "@$first_over" \
		+%Y-%m-%dT%H:%M:%S.%3NZ)\"/" "$TMP/log" |
	grep '"event":"end"' >"$TMP/next"
check "of two logs, the one that was first" \
	had $EIP "$first" "$first_used" $C1 in "$TMP/log" "$TMP/next"
check "and who had it after that" had $EIP "$first" \
	$((${first_over%.*} + 5)) $C2 in "$TMP/log" "$TMP/next"
check "the text says it too" grep -qE "^$C1:7000 +$HOLE.* 20.*:.* 20.*:.* inside +g$" \
	<("$NATCTL" who $EIP:"$first" proto udp at "$first_used" in "$TMP/log")
check "a time of which the log does not tell" \
	fails 3 "the log tells of the time from" \
	$EIP:"$first" proto udp at 1000000000 in "$TMP/log"
echo '{"event":"lost","lost":7,"of":"end","start":"2026-01-01T00:00:00.000Z","ended":"2099-01-01T00:00:00.000Z"}' \
	>>"$TMP/log"
check "what was lost may have been the answer" fails 3 "7 records" \
	$EIP:1 proto udp at "$first_used" in "$TMP/log"
echo '{"event":"end","gatew' >>"$TMP/log"
check "a line that breaks off is told" fails 0 "this is no line of a flow log" \
	$EIP:"$first" proto udp at "$first_used" in "$TMP/log"
check "no such file" fails 1 "cannot read $TMP/none" \
	$EIP:1 proto udp at 0 in "$TMP/none"
check "nothing in it" fails 3 "the log is empty" \
	$EIP:1 proto udp at 0 in /dev/null
ktap_finish
