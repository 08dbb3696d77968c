#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What natctl shows fits terminals of 80 and of 200 columns, with names as long as
# there may be; and what is longer than the terminal goes through a pager.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# As long as names may be
G=production-gateway-eu-central-1
IN=inside-bridge-1
DMZ=demilitarized-1
LABEL=checkout-service-blue-canary-07

# NAME COMMAND: the screens. What is called "table" is one.
screens()
{
	cat <<-END
		gateways gateway show
		gateways_all -s gateway show
		table_addresses address show
		table_addresses_all -s address show
		table_flows flow show src $C2
		table_flows_counted -s flow show src $C2
		table_rules rule show
		table_ports port show
		table_clients client show
		table_labels label show
		table_idle idle show
		stats stats
		stats_all -s stats
		table_drops drops
		table_fences fence show
		table_why why $C1 7000 $S1 80 tcp
		table_refused why $C1 0 $S1 0 gre
		doctor doctor
		table_top top
		table_top_new top by new
		table_top_bytes top by bytes
		table_top_far top destinations
		table_who who $WHO in $TMP/log
	END
}

# show COLUMNS ROWS: all of them, each on a terminal of that size
show()
{
	local name command
	mkdir "$TMP/$1"
	while read -r name command; do
		echo "$name|$1|$2||$NATCTL -n $gw $command"
	done < <(screens) | NATCTL_PAGER='' /usr/bin/python3 screen.py run "$TMP/$1"
}

# judge COLUMNS: what was shown fits, and tables are aligned
judge()
{
	local name wrong
	while IFS='|' read -r name wrong; do
		check_is "$1 columns: $name" "" "$wrong"
	done < <(/usr/bin/python3 screen.py judge "$1" "$TMP/$1")
}

# NAME ROWS|KEYS|COMMAND: with and without a pager
pages()
{
	cat <<-END
		short 40||$NATCTL -n $gw label show
		long 10|q|$NATCTL -n $gw flow show
		chosen 10||env PAGER="cat -n" $NATCTL -n $gw flow show
		better 10||env PAGER=false NATCTL_PAGER="cat -n" $NATCTL -n $gw flow show
		none 10||env PAGER="cat -n" NATCTL_PAGER= $NATCTL -n $gw flow show
		told 10||env PAGER="cat -n" $NATCTL --no-pager -n $gw flow show
		json 10||env PAGER="cat -n" $NATCTL -j -n $gw flow show
		batch 10||env PAGER="cat -n" $NATCTL -n $gw -b $TMP/batch
		dumb 10||env TERM=dumb PAGER="cat -n" $NATCTL -n $gw flow show
		live 16||env PAGER="cat -n" $NATCTL -n $gw top
		help 10||env PAGER="cat -n" $NATCTL gateway help
		enough 10||env PAGER="head -n 1" $NATCTL -n $gw flow show
		refused 10||env PAGER="cat -n" $NATCTL -n $gw gateway show nobody
		lost 10||env PAGER="cat -n" $NATCTL who $WHO in $TMP/log $TMP/lost
		missing 10||env PAGER=/nonexistent $NATCTL -n $gw flow show
	END
}

paging()
{
	local name rest
	mkdir "$TMP/pages"
	while read -r name rest; do
		echo "$name|80|$rest"
	done < <(pages) | /usr/bin/python3 screen.py run "$TMP/pages"
}

# went NAME STATUS [PATTERN]: it ended so, and has shown this
went()
{
	cat "$TMP/pages/$1"* | tail -n 50
	[ "$(<"$TMP/pages/$1.status")" -eq "$2" ] &&
		grep -qE -- "${3:-.}" "$TMP/pages/$1"
}

# numbered NAME: it went through a pager that numbers lines
numbered()
{
	head "$TMP/pages/$1"
	grep -qP '^ +1\t' "$TMP/pages/$1"
}

# whole NAME: of the list of flows, nothing is missing
whole()
{
	nat flow show dst $HOLE >"$TMP/list"
	[ "$(grep -c $HOLE "$TMP/pages/$1")" -eq "$(grep -c $HOLE "$TMP/list")" ]
}

in_part()
{
	went long 0 DESTINATION && [ "$(wc -l <"$TMP/pages/long")" -lt 40 ]
}

warned()
{
	went lost 0 && tail -n 1 "$TMP/pages/lost" | grep "records are lost"
}

pager()
{
	local name
	paging
	check "a list that fits is shown as it is" went short 0 "$LABEL"
	check "one that does not is shown in part until a key is pressed" \
		in_part
	check "\$PAGER is a pager" numbered chosen
	check "... that gets all of it" whole chosen
	check "\$NATCTL_PAGER is a better one" numbered better
	check "help is a list, too" numbered help
	for name in none told json batch dumb live; do
		refute "no pager: $name" numbered $name
	done
	check "... and it all the same shows all of it" whole none
	check "whoever has seen enough is no failure" went enough 0 DESTINATION
	check "an error has its status and is said" went refused 2 "no gateway"
	check "a warning comes behind the list" \
		warned
	check "a pager that there is not" went missing 1 "not found"
	nat flow show >"$TMP/piped"
	check_is "not on a terminal, a table has titles once" 1 \
		"$(grep -c DESTINATION "$TMP/piped")"
	check_is "... and a line for each row" 0 "$(grep -vcE "^(PROTO|tcp|udp|icmp) " "$TMP/piped")"
}

# something: for all of the screens to show
something()
{
	ip -n "$gw" link set in1 down
	ip -n "$gw" link set in1 name $IN
	ip -n "$gw" link set $IN up
	ip -n "$gw" link add $DMZ type dummy
	plug "$gw" $DMZ 192.0.2.2/24
	nat gateway add old dev $DMZ eip 192.0.2.10 inside 192.168.255.0/24
	nat gateway del old
	nat gateway add $G dev ext eip $EIP inside 10.0.0.0/16 inside 192.168.100.0/24 \
		inside 192.168.101.0/24 inside 192.168.102.0/24 inside 192.168.103.0/24 \
		accounting on
	nat address add gateway $G eip $EIP2
	nat label set 10.0.1.0/24 $LABEL
	nat label set $C2 db
	nat rule add gateway $G src 10.0.1.0/24 dst 198.51.100.64/26 proto udp \
		dport 9-65500 address $EIP
	nat rule add gateway $G dst $HOLE proto udp dport 9 idle 1
	pkt listen web "$s1" $S1:80
	pkt tcp client "$c2" to=$S1:80
	pkt accept web server
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=198.51.100.127 sport=65000 dport=65001 \
		len=1400
	pkt send "$c2/eth0" "$gw/in2" echo src=$C2 dst=$HOLE id=9
	pkt send "$c1/eth0" "$gw/$IN" udp src=$C1 dst=$HOLE sport=65000 dport=9
	wait_for 20 flows -eq 0 dport 9
	pkt send "$c1/eth0" "$gw/$IN" udp src=$C1 dst=$HOLE sport=65000 dport=9
	pkt send "$c1/eth0" "$gw/$IN" raw src=$C1 dst=$HOLE proto=gre len=30
	pkt send "$rt/wan" "$gw/ext" udp src=198.51.100.127 dst=$EIP sport=65000 dport=65001
	flood "$c1" $C1 $HOLE 20000-21499 0
	wait_for 60 flows -ge 1500 src $C1
	kill "$FLOOD"
	echo "flow show" >"$TMP/batch"
	cat >"$TMP/log" <<-END
		{"event":"end","gateway":"$G","proto":"udp","src":"192.168.100.100","sport":65000,"dst":"198.51.100.127","dport":65001,"wire-ip":"$EIP","wire-port":65000,"kind":"inside","start":"2026-01-01T00:00:00.000Z","ended":"2026-01-01T00:10:00.000Z","label":"$LABEL"}
	END
	echo '{"event":"lost","lost":7,"of":"end","start":"2026-01-01T00:00:00.000Z","ended":"2026-01-02T00:00:00.000Z"}' \
		>"$TMP/lost"
}

WHO="$EIP:65000 proto udp at 2026-01-01T00:05:00Z"
need less
ktap_plan $((2 * ($(screens | wc -l) + $(screens | grep -c ^table)) + 19))
two_armed
something >/dev/null 2>&1
show 80 60
judge 80
show 200 60
judge 200
pager
ktap_finish
