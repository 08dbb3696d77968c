#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Labels: hosts are shown by the name that people have given them, wherever natctl
# shows them, and what has no name is shown as ever.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# refused WORDS COMMAND...: by the kernel, with these words in its message
refused()
{
	local status=0
	nat "${@:2}" >"$TMP/said" 2>&1 || status=$?
	cat "$TMP/said"
	[ $status -eq 2 ] && grep -qF "$1" "$TMP/said"
}

# labels WANTED WORD...: what "label show" lists, as PREFIX=NAME words
labels()
{
	local found
	found=$(nat -j label show "${@:2}" |
		jq -r '[.[] | "\(.prefix)=\(.label)"] | join(" ")')
	echo "$found"
	[ "$found" = "$1" ]
}

# shown NAME: "client show" lists c1 by that name
shown()
{
	nat client show | tee "$TMP/shown" | grep -E "^$C1 +g .* $1\$"
}

json_label()
{
	[ "$(nat -j client show | jq -r ".[] | select(.addr == \"$1\") |
		.label // \"none\"")" = "$2" ]
}

metric()
{
	nat metrics | tee "$TMP/metrics" | grep -Fx "natgw_label_$1"
}

# logged FILTER: the flow log has such a line
logged()
{
	jq -se "any(.[]; $1)" "$TMP/log"
}

udp()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE "$@"
}

heard()
{
	udp sport=$((mark += 1)) dport=7
	nat flow flush dport 7 >/dev/null
	[ -s "$TMP/log" ]
}

# who: natctl who, of the first of the logged flows that has a label
who()
{
	local record
	record=$(jq -sc 'map(select(.label and .dport == 9))[0]' "$TMP/log")
	"$NATCTL" who "$EIP:$(jq '."wire-port"' <<<"$record")" proto udp \
		at "$(jq -r .start <<<"$record")" "$@" in "$TMP/log"
}

# noted: a second restore changes nothing, which the monitor would hear of
noted()
{
	nat restore "$TMP/saved" && nat label set 10.77.0.0/16 mark &&
		wait_for 10 grep '"prefix":"10.77.0.0/16"' "$TMP/events" &&
		[ "$(wc -l <"$TMP/events")" -eq $((events + 1)) ]
}

full()
{
	local i
	for i in {0..1023}; do
		echo "label set 172.16.$((i / 256)).$((i % 256)) l"
	done >"$TMP/many"
	nat -b "$TMP/many"
}

mark=100
need jq promtool
ktap_plan 37
two_armed
check "labels need no gateway" nat label set 10.0.0.0/8 all
gateway udp 600
check "a label" nat label set 10.0.1.0/24 web
check "of a single host" nat label set $C2 db
check "they are listed by address" labels \
	"10.0.0.0/8=all 10.0.1.0/24=web $C2/32=db"
check "those that concern an address" labels \
	"10.0.0.0/8=all 10.0.1.0/24=web" $C1
check "as a table" eval "nat label show | grep -E '^10.0.1.0/24 +web\$'"
check "refused: bits beyond the length" \
	refused "bits set beyond its length" label set 10.0.1.1/24 web
check "refused: no prefix at all" refused "" label set 0.0.0.0/0 web
check "refused: a name that is no word" \
	refused "printable ASCII" label set 10.0.3.0/24 $'a\tb'
check "refused: one that would be a comment" \
	refused "begins with a letter or a digit" label set 10.0.3.0/24 '#a'
check "refused: to remove what is not there" \
	refused "has no label" label del 10.0.1.0/25
check "refused changes nothing" labels \
	"10.0.0.0/8=all 10.0.1.0/24=web $C2/32=db"

"$NATCTL" -n "$gw" log to "$TMP/log" starts &
check "the flow log begins" wait_for 20 heard
"$NATCTL" -n "$gw" -j monitor gateway >"$TMP/events" &
udp sport=7000..7002 dport=9
pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE sport=7000 dport=9
check "client show: by the longest prefix" wait_for 5 shown web
check "client show: so in JSON" json_label $C1 web
check "client show: of a single host" json_label $C2 db
nat -j top >"$TMP/top"
check "top" jq -e ".[0].clients | map([.addr, .label]) ==
	[[\"$C1\", \"web\"], [\"$C2\", \"db\"]]" "$TMP/top"
nat gateway set g accounting on
nat -j top by bytes >"$TMP/top"
check "top by bytes" jq -e ".[0].clients | map([.addr, .label]) ==
	[[\"$C1\", \"web\"], [\"$C2\", \"db\"]]" "$TMP/top"
check "metrics: flows of a label" metric 'flows{label="web"} 3'
check "metrics: ports" metric 'ports{label="db"} 1'
check "metrics: a label without hosts of its own" metric 'clients{label="all"} 0'
check "metrics: promtool has nothing to say against them" \
	promtool check metrics <"$TMP/metrics"
check "the flow log has them" wait_for 10 logged \
	'.label == "web" and .sport == 7000'
check "the monitor listens" wait_for 10 eval "nat label set 10.88.0.0/16 x;
	nat label del 10.88.0.0/16; grep -q '\"event\":\"delete\"' $TMP/events"
nat label set 10.0.1.0/24 front
check "a label can be changed, and the monitor tells" wait_for 10 grep \
	'"object":"label","event":"change","prefix":"10.0.1.0/24","label":"front"' \
	"$TMP/events"
udp sport=7009 dport=9
check "the flow log heeds it at once" wait_for 10 logged \
	'.label == "front" and .sport == 7009'
check "who has it from the log" eval \
	"who -j >\$TMP/who; jq -e '.[0].label == \"web\"' \$TMP/who"

nat save "$TMP/saved"
check "save writes them" grep -Fx "label set 10.0.1.0/24 front" "$TMP/saved"
events=$(wc -l <"$TMP/events")
check "restore leaves alone what does not differ" noted
nat label set 10.0.1.0/24 other
nat label del $C2
nat restore "$TMP/saved"
check "restore makes them what they were" labels \
	"10.0.0.0/8=all 10.0.1.0/24=front $C2/32=db"
check "... and lets the flows live" flows -ge 5
nat label set 10.1.0.0/16 all
check "metrics: two prefixes of one name are one" eval \
	"nat metrics >\$TMP/metrics; promtool check metrics <\$TMP/metrics &&
		[ \"\$(grep -c 'natgw_label_flows{label=\"all\"}' \$TMP/metrics)\" -eq 1 ]"
nat label del $C2
check "without its own, a host has the label of the next prefix" \
	json_label $C2 all
nat restore <(grep -v label "$TMP/saved")
check "without any, none" json_label $C2 none
check "and no column" eval "nat client show | grep -E '^$C2 +g +1 +1 +0\$'"
check "1024 labels are as many as there may be" full
check "one more is refused" refused "1024" label set 10.0.0.0/8 more
ktap_finish
