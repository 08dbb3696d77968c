#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# "natctl doctor" says what is wrong with a host, and what it says to do helps.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# examine: each finding on a line of its own in $TMP/findings; STATUS
examine()
{
	STATUS=0
	"${DOCTOR[@]}" -j doctor >"$TMP/doctor" 2>&1 || STATUS=$?
	sed 's/},{/}\n{/g' "$TMP/doctor" >"$TMP/findings"
}

# finds CHECK STATUS WORDS...: one of the findings is this, with these words
finds()
{
	local word
	examine
	cat "$TMP/doctor"
	grep "\"check\":\"$1\",\"status\":\"$2\"" "$TMP/findings" \
		>"$TMP/finding" || return
	for word in "${@:3}"; do
		grep -qF -e "$word" "$TMP/finding" || return
	done
}

# well [CHECK...]: nothing to complain of but these
well()
{
	local check
	examine
	cat "$TMP/findings"
	echo "status $STATUS"
	grep -v '"status":"ok"' "$TMP/findings" >"$TMP/finding" || :
	for check in "$@"; do
		sed -i "/\"check\":\"$check\"/d" "$TMP/finding"
	done
	[ ! -s "$TMP/finding" ] && [ "$STATUS" -eq 0 ]
}

# follow: do what the findings in $TMP/finding say, as a person would
follow()
{
	local command
	sed -n 's/.*"fix":"\(.*\)","command":true.*/\1/p' "$TMP/finding" |
		sed 's/\\\(["\\]\)/\1/g' >"$TMP/commands"
	cat "$TMP/commands"
	[ -s "$TMP/commands" ] || return
	while read -r command; do
		on "$gw" env PATH="$TMP/bin:$PATH" bash -c "$command" || return
	done <"$TMP/commands"
}

# cured CHECK STATUS WORDS...: the fault is found, and gone after what is said to do
cured()
{
	check "$1: found" finds "$@"
	check "$1: what it says can be done" follow
	check "$1: helps" finds "$1" ok
}

pings()
{
	on "$1" ping -qc1 -W0.5 $S1
}

paths()
{
	on "$gw" sysctl -qw net.ipv4.ip_forward=0
	cured forwarding fail "does not forward"
	on "$gw" sysctl -qw net.ipv4.conf.in/2.forwarding=0
	refute "a device that does not forward" pings "$c2"
	cured forwarding fail '"dev":"in.2"' "in.2 does not forward"
	check "and it does" pings "$c2"

	# Strict filtering does no harm by itself
	on "$gw" sysctl -qw net.ipv4.conf.all.rp_filter=1
	check "rp_filter: strict, and all is well" well
	check "indeed" pings "$c1"
	# nor where rules lead inside hosts by another way, but those by mark.
	ip -n "$gw" route replace default via 192.0.2.1 dev dmz
	check "route: leads elsewhere" finds route fail '"dev":"dmz"' \
		"leaves by dmz, not by the uplink"
	ip -n "$gw" route add default via $RT dev ext table 100
	ip -n "$gw" rule add iif in1 lookup 100
	ip -n "$gw" rule add iif in.2 lookup 100
	check "rp_filter: the way back asks the same rules" well
	check "indeed" pings "$c1"
	ip -n "$gw" rule del iif in1
	ip -n "$gw" rule del iif in.2
	ip -n "$gw" rule add fwmark 1 lookup 100
	on "$gw" nft -f - <<-END
		table ip marks {
			chain in {
				type filter hook prerouting priority mangle
				iifname { in1, in.2 } meta mark set 1
			}
		}
	END
	refute "an answer that rp_filter does not like" pings "$c1"
	cured rp-filter fail '"dev":"ext"' "rp_filter of ext drops answers"
	check "and it gets through" pings "$c1"
	check "route: a rule by mark may know better" finds route unknown \
		"leaves by dmz" "ip rule show"
	on "$gw" nft flush ruleset
	ip -n "$gw" rule del fwmark 1
	ip -n "$gw" route replace default via $RT dev ext
	on "$gw" sysctl -qw net.ipv4.conf.all.rp_filter=0

	ip -n "$gw" link set ext mtu 1400
	cured mtu warn "ext takes 1400 bytes, in1 1500"
	nat gateway set g mss off
	ip -n "$gw" link set ext mtu 1500
	ip -n "$gw" addr del $EIP/24 dev ext
	cured address warn "$EIP is on no device"
	check "all is well again" well
}

# redirects: an inside host on the uplink's own link sends one packet, and is not
# told to go round the gateway
told()
{
	on "$gw" nstat -asz IcmpMsgOutType5 >"$TMP/nstat"
	pings "$rt" || return
	on "$gw" nstat -sz IcmpMsgOutType5 | tee "$TMP/nstat"
	awk '/Type5/ { told = $2 } END { exit !told }' "$TMP/nstat"
}

redirects()
{
	on "$gw" sysctl -qw net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.ext.send_redirects=1
	check "redirects: no matter without inside hosts on the uplink" well
	nat gateway set g inside 10.0.0.0/16 inside 203.0.113.200/32
	ip -n "$rt" addr add 203.0.113.200/32 dev wan
	ip -n "$rt" route add $S1 via $HOST dev wan src 203.0.113.200 table 102
	ip -n "$rt" rule add from 203.0.113.200 lookup 102
	ip -n "$rt" rule add iif lo to $S1 lookup 102
	check "an inside host is redirected" told
	cured redirects fail "told by ICMP redirect"
	on "$gw" nstat -n
	refute "and not any more" told
	ip -n "$rt" rule del iif lo to $S1
	nat gateway set g inside 10.0.0.0/16 2>/dev/null
	nat fence del dev ext
}

as_json()
{
	finds flowtable warn && jq -e 'length > 15 and
		all(.[]; .check and .status and .found) and
		all(.[] | select(.status != "ok"); .gateway == "g" and
			.check == "flowtable" and .command)' "$TMP/doctor"
}

rules()
{
	local most
	on "$gw" nft -f - <<-END
		table ip fw {
			chain forward {
				type filter hook forward priority filter
				policy drop
				iifname "lo" accept
			}
		}
	END
	refute "a policy that drops" pings "$c1"
	cured forward fail "table ip fw, chain forward" "by its policy"
	check "packets pass" pings "$c1"
	on "$gw" nft -f - <<-END
		flush ruleset
		table inet fw {
			chain inside { iifname { in1, in.2 } accept; }
			chain from { ip saddr 10.0.0.0/8 accept; }
			chain forward {
				type filter hook forward priority filter
				policy drop
				ct state established,related accept
				ct state invalid drop
				meta nfproto ipv4 oifname ext jump from
				drop
			}
			chain input {
				type filter hook input priority filter
				ct state established accept
			}
		}
	END
	check "a firewall with states is understood" well
	check "and lets packets pass" pings "$c1"
	most=$(sysctl -n net.netfilter.nf_conntrack_max)
	sysctl -qw net.netfilter.nf_conntrack_max=1
	check "conntrack: a table that is full" finds conntrack warn " of 1 entries" \
		"nf_conntrack_max=2"
	sysctl -qw net.netfilter.nf_conntrack_max="$most"
	nat gateway set g conntrack bypass
	check "not without states" finds forward fail \
		"answers to 10.0.0.0/16"
	refute "indeed" pings "$c1"
	nat gateway set g conntrack keep
	on "$gw" nft add rule inet fw from tcp dport 25 drop
	on "$gw" nft insert rule inet fw forward tcp dport 25 drop
	check "what is not understood is said to be so" \
		finds forward unknown "decides by more"

	on "$gw" nft -f - <<-END
		flush ruleset
		table ip nat {
			chain post {
				type nat hook postrouting priority srcnat
				ip saddr 172.17.0.0/16 oifname != docker0 masquerade
				oifname in1 masquerade
			}
		}
	END
	check "nat: of others is no matter" finds nat ok
	on "$gw" nft add rule ip nat post oifname ext masquerade
	cured nat fail "translates sources on ext"
	cured conntrack warn "follows each packet"
	nat gateway set g conntrack keep
	on "$gw" nft -f - <<-END
		flush ruleset
		table ip ft {
			flowtable f {
				hook ingress priority filter
				devices = { in1, ext }
			}
		}
	END
	check "conntrack: entries prove nothing" finds conntrack unknown \
		"entries, but no rule is seen"
	on "$gw" conntrack -F 2>/dev/null
	check "flowtable: found, as JSON that programs can read" as_json
	cured flowtable warn "flowtable ip ft f has"
	on "$gw" nft flush ruleset
	check "all is well again" well
}

gateways()
{
	nat gateway add old dev dmz eip 192.0.2.10 inside 10.8.0.0/16 2>/dev/null
	nat gateway del old 2>/dev/null
	cured fence warn '"dev":"dmz"' "a fence on dmz"
	ip -n "$gw" link set ext down
	check "state: a gateway that has failed" finds state fail "failed: "
	refute "of which the rest is not said" grep '"check":"mtu"' "$TMP/findings"
	check "state: what it says can be done" follow
	check "state: helps" finds state ok
	check "state: but the route is gone" finds route fail "has no route out"
	ip -n "$gw" route add default via $RT dev ext
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=1024-65535
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7001 dport=53
	wait_for 5 counter_is source-drop-no-port -eq 1
	check "drops: ports that ran out" finds drops warn \
		"source-drop-no-port 1" "natctl address add"
	check "which is all" well drops
}

# A cloud that gives itself away
cloud()
{
	local dmi=/sys/devices/virtual/dmi/id
	[ -d $dmi ] || return 0
	cat >"$TMP/cloud" <<-END
		mount -t tmpfs tmpfs $dmi
		echo "Amazon EC2" >$dmi/sys_vendor
		echo i-0123456789abcdef0 >$dmi/board_asset_tag
		exec "\$@"
	END
	nat gateway set g tcp-established 7440
	DOCTOR=(unshare -m bash "$TMP/cloud" "$NATCTL" -n "$gw")
	finds source-dest unknown "cannot be seen" \
		"describe-instance-attribute --instance-id i-0123456789abcdef0" &&
		finds timeouts unknown "idle for 7440 s" TcpEstablishedTimeout=7440
}

in_text()
{
	nat doctor >"$TMP/text"
	cat "$TMP/text"
	grep -qx 'gateway g' "$TMP/text" &&
		grep -qE '^  ok +mtu +ext takes 1500 bytes' "$TMP/text" &&
		[ "$(wc -L <"$TMP/text")" -le 80 ]
}

need conntrack ping nstat sysctl unshare setpriv
ktap_plan 74
mkdir "$TMP/bin"
ln -s "$(realpath "$NATCTL")" "$TMP/bin/natctl"
two_armed
DOCTOR=("$NATCTL" -n "$gw")
rmmod natgw
check "module: not loaded" finds module fail "not loaded" "modprobe natgw"
check "the question does not load it" [ ! -d /sys/module/natgw ]
insmod "$NATGW_KO"
LOADED=yes
check "gateway: none" finds gateway fail "there is no gateway"
check_is "which is a failure" 1 "$STATUS"
ip -n "$gw" link set in2 down
ip -n "$gw" link set in2 name in.2
ip -n "$gw" link set in.2 up
ip -n "$gw" link add dmz type dummy
plug "$gw" dmz 192.0.2.2/24
gateway
check "a host on which all is well" well
check "in lines of a screen's width" in_text
paths
redirects
rules
gateways
check "cloud: what only its own tools tell" cloud
DOCTOR=(nsenter --net="/run/netns/$gw" setpriv --reuid 65534 --regid 65534
	--clear-groups --bounding-set=-all --inh-caps=-all "$NATCTL")
check "what one needs rights for" finds forward unknown "as root"
ktap_finish
