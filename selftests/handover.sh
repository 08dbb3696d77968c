#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# "natctl handover" replaces the module under what goes on: a download, an SSH
# session, UDP, a mapping that others come in by. All of it goes on under the same
# ports, and nobody is told anything wrong meanwhile.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

### what goes on ##############################################################

web_server()
{
	mkdir "$TMP/www"
	head -c 12M /dev/urandom >"$TMP/www/file"
	cat >"$TMP/nginx.conf" <<-END
		daemon off;
		user root;
		pid $TMP/nginx.pid;
		events { }
		http {
			access_log off;
			server { listen 80; root $TMP/www; limit_rate 150k; }
		}
	END
	on "$s1" nginx -c "$TMP/nginx.conf" -e "$TMP/nginx.errors" &
	wait_for 10 listening "$s1" 80
}

ssh_server()
{
	ssh-keygen -q -t ed25519 -N "" -f "$TMP/host"
	ssh-keygen -q -t ed25519 -N "" -f "$TMP/user"
	echo "server $(cat "$TMP/host.pub")" >"$TMP/known"
	cat >"$TMP/sshd.conf" <<-END
		HostKey $TMP/host
		AuthorizedKeysFile $TMP/user.pub
		StrictModes no
		UsePAM no
		PidFile none
	END
	mkdir -p /run/sshd
	on "$s1" "$(command -v sshd)" -D -f "$TMP/sshd.conf" \
		-E "$TMP/sshd.log" &
	wait_for 10 listening "$s1" 22
}

# session: a shell at the far end, which says again what it is told
session()
{
	coproc SESSION { on "$c1" ssh -F none -i "$TMP/user" -o BatchMode=yes \
		-o KexAlgorithms=curve25519-sha256 -o ConnectTimeout=30 \
		-o UserKnownHostsFile="$TMP/known" -o HostKeyAlias=server \
		root@$S1 'while read -r line; do echo "again $line"; done' \
		2>"$TMP/ssh"; }
	exec {SAID}<&"${SESSION[0]}" {SAY}>&"${SESSION[1]}"
}

# talks WORD: the session is there
talks()
{
	local answer
	echo "$1" >&"$SAY"
	read -r -t 60 answer <&"$SAID"
	[ "$answer" = "again $1" ]
}

# A download of about 80 seconds
download()
{
	on "$c1" curl -sS -o "$TMP/got" http://$S1/file &
	CURL=$!
	wait_for 20 grown 200000
}

grown()
{
	[ -e "$TMP/got" ] && [ "$(stat -c %s "$TMP/got")" -gt "$1" ]
}

downloaded()
{
	wait $CURL && cmp "$TMP/got" "$TMP/www/file"
}

udp_exchange()
{
	pkt put uclient to=$S1:53 data=question && pkt take userver data=question &&
		pkt reply userver data=answer && pkt take uclient data=answer
}

own_exchange()
{
	pkt put own data=mine && pkt take ownconn data=mine
}

# visit: somebody whom the inside host has not spoken to
visit()
{
	pkt put visitor to=$EIP:"$PORT" data=hello
	pkt take uclient data=hello from=$S2
}

everything_begins()
{
	nat gateway set g udp-mapping endpoint-independent \
		udp-filtering endpoint-independent
	nat rule add gateway g dst 192.0.2.0/24 exempt
	nat label set 10.0.1.0/24 office
	nat gateway add old dev ext eip $EIP2 inside 10.9.0.0/16
	nat gateway del old
	pkt udp uclient "$c1" bind=$C1:6000
	pkt udp userver "$s1" bind=$S1:53
	pkt udp visitor "$s2" bind=$S2:99
	pkt listen daytime "$s1" $S1:13
	udp_exchange
	pkt tcp own "$gw" bind=$EIP:0 to=$S1:13
	pkt accept daytime ownconn
	own_exchange
	PORT=$(flow wire-port proto udp sport 6000)
	session
	talks hello
	# Somebody always has something to send.
	flood "$c1" $C1 $HOLE 20000-20019 20000
	wait_for 20 flows -eq 20 dst $HOLE
	download
}

other=

# elsewhere ARGUMENT...: natctl where another gateway is
elsewhere()
{
	"$NATCTL" -n "$other" "$@"
}

# Of another namespace, a port that is held and one that a flow has
another_begins()
{
	setup_ns other
	ip -n "$other" link add ext type dummy
	plug "$other" ext $EIP/24
	elsewhere gateway add o dev ext eip $EIP inside 10.0.0.0/16
	elsewhere flow restore <<-END
		{"natgw-flows":1,"saved":"$(date -u +%FT%TZ)"}
		{"gateway":"o","proto":"udp","src":"$C1","sport":1,"dst":"$S1","dport":53,"wire-ip":"$EIP","wire-port":40000,"state":"udp","expires":349}
		{"gateway":"o","proto":"udp","src":"$C1","sport":2,"dst":"$S1","dport":53,"wire-ip":"$EIP","wire-port":40001,"state":"held","idle":3600,"expires":3600}
		{"natgw-flows-end":2}
	END
}

another_goes_on()
{
	elsewhere flow save |
		sed -nE 's/.*"wire-port":([0-9]*),.*"state":"([a-z]*)".*/\1 \2/p' |
		sort >"$TMP/there"
	diff "$TMP/there" <(printf '40000 udp\n40001 held\n')
}

# wires: each flow, and the external port that it has
wires()
{
	nat flow save |
		sed -nE 's/.*"proto":"([^"]*)","src":"([^"]*)","sport":([0-9]*),"wire-ip":"([^"]*)","wire-port":([0-9]*).*/\1 \2 \3 \4 \5/p' |
		sort
}

session_ends()
{
	local pid=$SESSION_PID end=${SESSION[1]}
	exec {SAY}>&- {end}>&-
	wait "$pid"
}

### handovers #################################################################

# The one that is loaded knows no packets of before.
module_is_new()
{
	counter_is flows-idle -eq 0 && [ "$(cat /sys/module/natgw/parameters/flows)" = 5000 ] &&
		[ "$(stat -c %Z /sys/module/natgw)" -ge "$SINCE" ]
}

# hands_over STATUS WORDS ARGUMENT...: what natctl says
hands_over()
{
	local status=0
	timeout 100 "$NATCTL" handover "${@:3}" >"$TMP/said" 2>&1 || status=$?
	cat "$TMP/said"
	[ "$status" -eq "$1" ] && grep -qE -- "$2" "$TMP/said"
}

closed_no_more()
{
	! grep -q natgw_handover <(on "$gw" nft list tables) &&
		[ -z "$(find /run -maxdepth 1 -name 'natgw-handover.*')" ]
}

# The fence that a deleted gateway has left does not end with the module.
fenced()
{
	grep -q "10.9.0.0/16" <(on "$gw" nft list table ip natgw_fence)
}

nobody_told()
{
	pkt none wan flags=R && pkt none wan proto=icmp src=$EIP &&
		pkt none wan src=10.0.0.0/8 && pkt none c1 flags=R
}

# goes_on WHEN: all that was begun
goes_on()
{
	check "$1: the session goes on" talks "$RANDOM"
	check "$1: UDP goes on" udp_exchange
	check "$1: who came in by a mapping still does" visit
	check "$1: what this host began goes on" own_exchange
	check "$1: the download goes on" \
		wait_for 20 grown $(($(stat -c %s "$TMP/got") + 100000))
	check "$1: no inside address was seen, nobody was reset or refused" \
		nobody_told
	check "$1: nothing is stopped any more" closed_no_more
	check "$1: what another namespace has, held ports too, it still has" \
		another_goes_on
	check "$1: the configuration is the same" same_config
	check "$1: the fence is there" fenced
}

same_config()
{
	nat save | diff "$TMP/config" -
}

# tampered: a module that is what it should be until its symbols are looked up
tampered()
{
	sed 's/genl_register_family/genl_register_famili/g' "$NATGW_KO" \
		>"$TMP/tampered.ko"
}

# unread: such a list keeps the module, and no packet is stopped for nothing
unread()
{
	local reader watch status=1
	nsenter --net="/run/netns/$gw" python3 -B -c '
import struct, time
from netlink_strict import FLOW_GET, NLM_F_DUMP, NLM_F_REQUEST, Netlink
netlink = Netlink()
netlink.sock.send(struct.pack("IHHIIBBH", 20, netlink.family,
    NLM_F_REQUEST | NLM_F_DUMP, 1, 0, FLOW_GET, 1, 0))
time.sleep(1000)' &
	reader=$!
	nsenter --net="/run/netns/$gw" nft monitor new tables >"$TMP/tables" &
	watch=$!
	wait_for 10 grep -qvx 0 /sys/module/natgw/refcnt &&
		hands_over 2 "somebody is using it" "$NATGW_KO" &&
		[ ! -s "$TMP/tables" ] && status=0
	kill $reader $watch
	return $status
}

broken()
{
	local before
	before=$(counter flows-created)
	check "a file that is no module is refused" \
		hands_over 1 "is not natgw's module" /etc/passwd
	check "so is none" hands_over 1 "cannot read" "$TMP/nothing.ko"
	head -c 300000 "$NATGW_KO" >"$TMP/half.ko"
	echo "name=natgw" | tr '\n' '\0' >>"$TMP/half.ko"
	check "so is a half" hands_over 2 "it is no module for this kernel" \
		"$TMP/half.ko"
	gzip -c "$NATGW_KO" >"$TMP/packed.ko.gz"
	head -c 10000 "$TMP/packed.ko.gz" >"$TMP/half.ko.gz"
	check "so is half of a packed one" hands_over 1 "it cannot be unpacked" \
		"$TMP/half.ko.gz"
	check "so is one to go back to" hands_over 1 "is not natgw's module" \
		"$NATGW_KO" back /etc/passwd
	check "nor is anything tried while a list is not read to its end" unread
	check "the module was not touched" \
		counter_is flows-created -eq "$before"
	check "nothing was stopped" closed_no_more
}

# by_hand DIR: as the manual has it
by_hand()
{
	insmod "$NATGW_KO" && LOADED=yes && nat restore "$1"/*-"$gw".conf &&
		nat flow restore "$1"/*-"$gw".flows &&
		on "$gw" nft delete table ip natgw_handover &&
		same_config && udp_exchange &&
		elsewhere restore "$1"/*-"$other".conf &&
		elsewhere flow restore "$1"/*-"$other".flows &&
		another_goes_on && rm -r "$1"
}

[ -x ./flood ] || skip_all "flood was not built"
need curl nginx ssh ssh-keygen sshd ss
ktap_plan 43
rmmod natgw
insmod "$NATGW_KO" flows=5000
two_armed
gateway
pkt capture wan "$rt/wan"
pkt capture c1 "$c1/eth0"
web_server
ssh_server
check "everything begins" everything_begins
check "in another namespace, too" another_begins
nat save >"$TMP/config"
wires >"$TMP/wires"
broken
pkt clear
SINCE=$(date +%s)
check "the module is replaced" \
	hands_over 0 "restored [1-9].* refused 0, not understood 0" "$NATGW_KO"
sed -n 's/^packets/# packets/p' "$TMP/said"
check "it is another one, with the parameters of the former" module_is_new
check "each flow has its external port" diff "$TMP/wires" <(wires)
goes_on "a new module"

tampered
wires >"$TMP/wires"
pkt clear
check "where the new one does not load, the old one is loaded again, here a packed one" \
	hands_over 2 "the old module is loaded again" "$TMP/tampered.ko" \
	back "$TMP/packed.ko.gz"
check "with all flows" grep -qE "restored [1-9].* refused 0" "$TMP/said"
sed -n 's/^packets/# packets/p' "$TMP/said"
check "each has its external port" diff "$TMP/wires" <(wires)
goes_on "an old module"
check "the download is whole" downloaded
check "the session ends by itself" session_ends

# Nothing is left that could translate: what is inside stays in, and is kept.
check "where none loads, the host stays closed" hands_over 2 \
	"no module is loaded" "$TMP/tampered.ko" back "$TMP/tampered.ko"
check "natgw is not there" [ ! -d /sys/module/natgw ]
check "the fence is" on "$gw" nft list table ip natgw_handover
pkt clear
pkt put uclient to=$S1:53 data=question
pkt send "$rt/wan" "$gw/ext" udp src=$S1 dst=$EIP dport="$PORT"
sleep 1
check "and drops in both directions" nobody_told
dir=$(sed -n 's/.*what there was is in //p' "$TMP/said")
check "what there was can be restored by hand" by_hand "$dir"
ktap_finish
