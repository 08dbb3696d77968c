#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A dump of the flows misses none that was there all along, whatever comes, goes
# and makes the table grow and shrink meanwhile, or says that it may have.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

LIVED=200
: "${ROUNDS:=10}"

# churn: flows of c1 come and go, in thousands, as long as the file is there
churn()
{
	while [ -e "$TMP/churn" ]; do
		nat flow flush src $C1
		wait_for 60 flows -ge 1000 src $C1
	done
}

# dump: of all flows, whole or marked as disturbed; counts what it misses
dump()
{
	local seen total
	nat flow show >"$TMP/dump" 2>"$TMP/warning" || return
	seen=$(grep -o "$C2:[0-9]*" "$TMP/dump" | sort -u | wc -l)
	total=$(wc -l <"$TMP/dump")
	echo "$seen of $LIVED, $total in all, $(cat "$TMP/warning")"
	if [ -s "$TMP/warning" ]; then
		DISTURBED=$((DISTURBED + 1))
		return 0
	fi
	WHOLE=$((WHOLE + 1))
	[ "$seen" -eq $LIVED ]
}

# dumps: so many, and on until there was something to disturb them
dumps()
{
	local number
	WHOLE=0 DISTURBED=0
	for ((number = 0; number < ROUNDS; number++)); do
		dump || return
	done
	until counter_is flows-ended -ge 1000 >/dev/null; do
		dump || return
	done
	echo "$WHOLE whole, $DISTURBED disturbed"
}

need
[ -x ./flood ] || skip_all "flood was not built"
ktap_plan 4
two_armed
gateway max-flows 20000
pkt capture wan "$rt/wan"
pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport=30000..30199
pkt wait wan n=$LIVED src=$EIP
pkt close "$rt"
: >"$TMP/churn"
flood "$c1" $C1 $HOLE 10000-13999 50
churn >"$TMP/churned" 2>&1 &
churner=$!
check "no undisturbed dump misses a flow that lived all along" dumps
rm "$TMP/churn"
wait $churner
kill "$FLOOD"
check "the churned flows can be ended" nat flow flush src $C1
check "a dump in peace is not disturbed, and whole" dump
check "those that lived are all there is" flows -eq $LIVED src $C2
ktap_finish
