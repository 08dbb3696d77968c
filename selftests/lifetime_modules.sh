#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# natgw listens for rules where there are any, but has no module loaded for that: whoever
# loads one waits for a namespace that goes, and that would wait for natgw.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

MODPROBE=/proc/sys/kernel/modprobe

# unload MODULE: after those that need it
unload()
{
	local holder
	for holder in "/sys/module/$1/holders"/*; do
		[ ! -e "$holder" ] || unload "${holder##*/}" || return
	done
	[ ! -d "/sys/module/$1" ] || rmmod "$1"
}

# Whom the kernel asks for modules from now on
log_requests()
{
	BEFORE=$(cat $MODPROBE)
	printf '#!/bin/sh\necho "$@" >>%s\nexit 1\n' "$TMP/asked" >"$TMP/modprobe"
	chmod +x "$TMP/modprobe"
	: >"$TMP/asked"
	echo "$TMP/modprobe" >$MODPROBE
}

asks()
{
	! python3 -c 'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)' \
		2>/dev/null
	cat "$TMP/asked"
	grep -q "proto-12" "$TMP/asked" && : >"$TMP/asked"
}

# second: what natgw does once a second is done
second()
{
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE dport=53
	wait_for 5 flows -eq 1 && wait_for 15 flows -eq 0
}

alone()
{
	modprobe nfnetlink && [ ! -d /sys/module/nf_tables ]
}

need iptables-legacy
modprobe -q nfnetlink || :
[ -d /sys/module/nfnetlink/holders ] || skip_all "nfnetlink is no module"
ktap_plan 8
two_armed
check "nfnetlink is not loaded" unload nfnetlink
gateway udp 1
on "$gw" iptables-legacy -A FORWARD -j ACCEPT
log_requests
check "the kernel asks here for modules" asks
check "a second passes" second
check "and another one" second
check_is "natgw has not asked for any" "" "$(cat "$TMP/asked")"
check "nfnetlink is there, and nf_tables is not" alone
check "a third one" second
check_is "nor has it for nf_tables" "" "$(cat "$TMP/asked")"
echo "$BEFORE" >$MODPROBE
ktap_finish
