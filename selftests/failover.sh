#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two gateway hosts and Debian's keepalived, with the files of packaging/keepalived:
# where one hands its place to the other, connections go on; where it dies, clients are
# told so at once by the other one, and begin anew.
#
#            lan                       net
#   c1 ------ +--- a: in1   ext -------- + --- rt --- s1 198.51.100.10
#   10.0.1.2  |    10.0.1.3 203.0.113.3  |     203.0.113.1
#             +--- b: in1   ext -------- +
#                  10.0.1.4 203.0.113.4
#
# 10.0.1.1 and 203.0.113.10 are those of a or of b.
. ./lib.sh

a='' b='' lan=''
# "make check" puts packaging/keepalived beside the tests.
CONF=keepalived/keepalived.conf
[ -e $CONF ] || CONF=../packaging/$CONF
TAKES_OVER=${CONF%/*}/natgw-takes-over

# bridge NS NAME: that joins what is plugged into it
bridge()
{
	ip -n "$1" link add "$2" type bridge
	ip -n "$1" link set "$2" up
}

# port NS DEV BRIDGE-NS BRIDGE PORT: a device of NS behind a bridge
port()
{
	ip link add "$2" netns "$1" type veth peer name "$5" netns "$3"
	ip -n "$3" link set "$5" master "$4" up
}

network()
{
	setup_ns c1 a b lan rt s1
	bridge "$lan" lan
	bridge "$lan" net
	port "$c1" eth0 "$lan" lan lc
	port "$a" in1 "$lan" lan la
	port "$b" in1 "$lan" lan lb
	port "$a" ext "$lan" net na
	port "$b" ext "$lan" net nb
	port "$rt" wan "$lan" net nr
	ip link add eth0 netns "$s1" type veth peer name l1 netns "$rt"
	plug "$c1" eth0 $C1/24
	ip -n "$c1" route add default via 10.0.1.1 dev eth0
	plug "$rt" wan $RT/24
	plug "$rt" l1 198.51.100.1/25
	plug "$s1" eth0 $S1/25 198.51.100.1
	gateway_host "$a" 3
	gateway_host "$b" 4
	route_on "$a" "$b" "$rt"
}

# gateway_host NS NUMBER: with its own addresses, and a gateway with the common one
gateway_host()
{
	plug "$1" in1 10.0.1."$2"/24
	plug "$1" ext 203.0.113."$2"/24 $RT
	"$NATCTL" -n "$1" gateway add nat0 dev ext eip $EIP inside 10.0.0.0/16 \
		midstream drop unsolicited drop 2>/dev/null
}

# keepalive NS OTHER PRIORITY: the files as they are, with other names
keepalive()
{
	mkdir -p "$TMP/$1"
	cat >"$TMP/$1/default" <<-END
		PEER="$TMP/peer $2"
		natctl() { "$NATCTL" "\$@"; }
	END
	cat >"$TMP/$1/notify" <<-END
		#!/bin/sh
		NATGW_TAKES_OVER=$TMP/$1/default exec "$PWD/$TAKES_OVER" "\$1" \
			>>"$TMP/$1/log" 2>&1
	END
	chmod +x "$TMP/$1/notify"
	sed -e 's/ens5/ext/; s/ens6/in1/' -e "s/priority 100/priority $3/" \
		-e "s,/usr/local/sbin/natgw-takes-over,$TMP/$1/notify," \
		-e 's/enable_script_security//' "$CONF" >"$TMP/$1/conf"
	# Not by on(): the process to kill would be the shell that runs it.
	nsenter --net="/run/netns/$1" keepalived -n -l -f "$TMP/$1/conf" \
		-p "$TMP/$1/pid" -r "$TMP/$1/vrrp" >"$TMP/$1/keepalived" 2>&1 &
}

has_address()
{
	grep -q " $EIP/" <(ip -n "$1" addr show dev ext)
}

ready()
{
	has_address "$1" && "$NATCTL" -n "$1" -j -s gateway show |
		grep -q '"midstream":"rst"'
}

exchange()
{
	pkt put client data="$1" && pkt take conn data="$1" &&
		pkt put conn data="back$1" && pkt take client data="back$1"
}

# connects NAME: a connection from the beginning
connects()
{
	pkt tcp "$1" "$c1" to=$S1:80 within=1 && pkt accept server "$1.conn" \
		from=$EIP
}

flow_count()
{
	"$NATCTL" -n "$1" -j flow count | values count
}

# planned: from the one that has the address to the other, under a connection
planned()
{
	local start
	pkt clear
	start=$(date +%s%3N)
	kill "$(cat "$TMP/$a/pid")"
	check "planned: the other one takes over" wait_for 60 ready "$b"
	echo "# taken over after $(($(date +%s%3N) - start)) ms"
	check "planned: it has the flows" [ "$(flow_count "$b")" -ge 2 ]
	check "planned: the connection goes on" exchange two
	check "planned: what the far side sends goes on" wait_for 10 ticks_on
	check "planned: nobody was told otherwise" pkt none wan flags=R
	check "planned: nor the client" pkt none c1 flags=R
	check "planned: UDP has the port that it had" same_port
	check "planned: new connections are made" connects new
}

same_port()
{
	pkt clear wan
	pkt put udp data=x && pkt wait wan src=$EIP dport=53 sport="$PORT"
}

# crash: no word of the other one, and none of its flows
crash()
{
	local start
	pkt tcp client "$c1" bind=$C1:6100 to=$S1:80 >/dev/null
	pkt accept server conn >/dev/null
	exchange three >/dev/null
	keepalive "$a" "$b" 100
	check "crash: there is another one" wait_for 60 standing_by "$a"
	echo dead >"$TMP/dead"
	ip -n "$b" link set in1 down
	ip -n "$b" link set ext down
	kill -9 "$(cat "$TMP/$b/pid")" "$(cat "$TMP/$b/vrrp")"
	start=$(date +%s%3N)
	check "crash: new connections are made" wait_for 5 connects anew
	echo "# connected after $(($(date +%s%3N) - start)) ms"
	check "crash: the other one has taken over" wait_for 60 ready "$a"
	echo "# taken over after $(($(date +%s%3N) - start)) ms"
	pkt clear
	pkt put client data=four || :
	check "crash: an old one is reset at once" \
		pkt wait c1 src=$S1 flags=R sport=80
}

# ticks: the far side sends something all the time
ticks()
{
	on "$s1" socat -u SYSTEM:'while echo tick; do sleep 0.05; done' \
		TCP-LISTEN:81,reuseaddr 2>/dev/null &
	wait_for 10 listening "$s1" 81
	on "$c1" socat -u TCP:$S1:81 CREATE:"$TMP/ticks" 2>/dev/null &
	wait_for 10 test -s "$TMP/ticks"
}

ticks_on()
{
	local before
	before=$(stat -c %s "$TMP/ticks")
	sleep 0.5
	[ "$(stat -c %s "$TMP/ticks")" -gt "$before" ]
}

standing_by()
{
	! has_address "$1" && grep -q "Entering BACKUP STATE" \
		"$TMP/$1/keepalived"
}

need keepalived socat ss
ktap_plan 13
network
cat >"$TMP/peer" <<-END
	#!/bin/sh
	# What ssh would do
	ns=\$1
	shift 2
	[ ! -e "$TMP/dead" ] || { sleep 1; exit 255; }
	exec "$NATCTL" -n "\$ns" "\$@"
END
chmod +x "$TMP/peer"
pkt capture wan "$rt/wan"
pkt capture c1 "$c1/eth0"
pkt listen server "$s1" $S1:80
keepalive "$a" "$b" 101
check "one has the addresses" wait_for 60 ready "$a"
keepalive "$b" "$a" 100
wait_for 60 standing_by "$b" >/dev/null
pkt tcp client "$c1" bind=$C1:6000 to=$S1:80 >/dev/null
pkt accept server conn >/dev/null
exchange one >/dev/null
ticks
pkt udp userver "$s1" bind=$S1:53
pkt udp udp "$c1" bind=$C1:6001 to=$S1:53
pkt put udp data=x
pkt wait wan src=$EIP dport=53
PORT=$(pkt field wan sport src=$EIP dport=53)
planned
crash
ktap_finish
