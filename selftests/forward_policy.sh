#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# natgw only translates: whether a packet is forwarded is still for the host to
# say, by ip_forward and by its own firewall, in terms of inside addresses.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# asks NAME NS: a question of that client and its answer get through
asks()
{
	pkt udp "$1" "$2" to=$S1:53
	pkt put "$1" data=question
	pkt take server data=question from=$EIP within=1 || return
	pkt reply server data=answer
	pkt take "$1" data=answer within=1
}

# rule WORDS...: in the FORWARD chain of the gateway host
rule()
{
	on "$gw" nft add rule ip fw forward "$@"
}

need
ktap_plan 10
two_armed
gateway
pkt capture wan "$rt/wan"
pkt udp server "$s1" bind=$S1:53

check "with ip_forward, a client gets through" asks c1 "$c1"
on "$gw" sysctl -qw net.ipv4.ip_forward=0
pkt clear
refute "without ip_forward it does not" asks c1 "$c1"
check "nothing of it is on the uplink" pkt none wan dst=$S1
on "$gw" sysctl -qw net.ipv4.ip_forward=1

on "$gw" nft -f - <<END
table ip fw {
	chain forward {
		type filter hook forward priority filter
	}
}
END
rule ip saddr $C1 drop
refute "a FORWARD rule against a client stops it" asks c1 "$c1"
check "but not another one" asks c2 "$c2"
on "$gw" nft flush chain ip fw forward

check "without the rule it gets through again" asks c1 "$c1"
rule iifname ext ip daddr $C1 udp sport 53 drop
pkt put c1 data=more
check "requests pass a rule against answers" \
	pkt take server data=more from=$EIP
pkt reply server data=reply
refute "answers do not, though the flow is there" \
	pkt take c1 data=reply within=1
on "$gw" nft flush chain ip fw forward
rule ip daddr $S1 drop
refute "a rule against the server stops new flows" asks c1 "$c1"
check "nothing with an inside address was on the uplink, ever" \
	pkt none wan src=10.0.0.0/8
ktap_finish
