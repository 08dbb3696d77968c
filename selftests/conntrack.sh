#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host's firewall with connection states goes on to mean what it says: it
# sees every flow from inside ("conntrack keep"), or nothing ("bypass").
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

exchange()
{
	pkt udp client "$c1" bind=$C1:5000 to=$S1:53
	pkt put client data=question
	check "a question passes" pkt take server data=question from=$EIP
	pkt reply server data=answer
	check "its answer passes" pkt take client data=answer
	check "a TCP connection passes" pkt tcp stream "$c1" to=$S1:80
	pkt accept web session >/dev/null
	check "a ping passes" on "$c1" ping -qc1 -W5 $S1
	check "a fragmented ping passes" on "$c1" ping -qc1 -W5 -s 3000 $S1
	pkt udp closed "$c1" to=$S1:54
	pkt put closed data=nobody
	check "an ICMP error about a flow passes" \
		pkt_error ECONNREFUSED take closed
}

firewall()
{
	on "$gw" nft -f - <<-END
		table ip fw {
			chain forward {
				type filter hook forward priority filter
				policy drop
				ct state established,related accept
				ct state invalid counter
				iifname in1 oifname ext ct state new accept
			}
		}
	END
}

keep()
{
	firewall
	exchange
	check "conntrack has the inside view" tracked $C1
	pkt udp stranger "$c2" to=$S1:53
	pkt put stranger data=stranger
	refute "a client without a rule is stopped by the policy" \
		pkt take server data=stranger within=1
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE dst=$EIP dport=5000 \
		data=probe
	check "a probe reaches no client" pkt none c1 data=probe
}

# tracked ADDRESS: a question to the server, both directions of it untranslated
tracked()
{
	on "$gw" conntrack -L -p udp --dport 53 2>/dev/null |
		tee "$TMP/table" | grep \
		"src=$1 dst=$S1 sport=5000 dport=53 src=$S1 dst=$1"
}

bypass()
{
	on "$gw" nft -f - <<-END
		flush ruleset
		table ip fw {
			chain forward {
				type filter hook forward priority filter
				ct state established counter drop
			}
		}
	END
	nat gateway set g conntrack bypass
	on "$gw" conntrack -F >/dev/null 2>&1
	exchange
	check_is "conntrack has seen nothing of it" 0 \
		"$(on "$gw" conntrack -C)"
}

need conntrack ping
ktap_plan 16
two_armed
gateway
pkt capture c1 "$c1/eth0"
pkt udp server "$s1" bind=$S1:53
pkt listen web "$s1" $S1:80
keep
bypass
ktap_finish
