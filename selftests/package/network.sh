#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The network of the guest, as soon as there may be one at boot; an inside host sends
# from the first moment, and what reaches the outside is written down.
#
#   inside 10.0.1.2 --- in0, this host, ext 203.0.113.10 --- outside 203.0.113.1,
#                                                            198.51.100.10
# The outside has a route back to the inside: a packet that leaks is answered.

set -euo pipefail
mkdir -p /run/natgw-check

for ns in inside outside; do
	ip netns add $ns
	ip -n $ns link set lo up
done
ip link add in0 type veth peer eth0 netns inside
ip link add ext type veth peer eth0 netns outside
ip addr add 10.0.1.1/24 dev in0
ip addr add 203.0.113.10/24 dev ext
ip -n inside addr add 10.0.1.2/24 dev eth0
ip -n outside addr add 203.0.113.1/24 dev eth0
ip -n outside addr add 198.51.100.10/32 dev lo
ip link set in0 up
ip link set ext up
ip -n inside link set eth0 up
ip -n outside link set eth0 up
ip route add default via 203.0.113.1
ip -n inside route add default via 10.0.1.1
ip -n outside route add 10.0.1.0/24 via 203.0.113.10
# What an administrator may have, and what makes forwarding begin too soon.
sysctl -qw net.ipv4.ip_forward=1

ip netns exec outside tcpdump -i eth0 -nnl ip >> /run/natgw-check/seen \
	2> /run/natgw-check/tcpdump &
until grep -q listening /run/natgw-check/tcpdump; do
	sleep 0.1
done
for port in 7 80; do
	# Port 7 gives back what it gets, port 80 tells who asks.
	# shellcheck disable=SC2016 # socat's shell
	server=$([ $port = 7 ] && echo EXEC:cat || echo 'SYSTEM:echo $SOCAT_PEERADDR')
	ip netns exec outside socat TCP-LISTEN:$port,fork,reuseaddr "$server" &
	until ip netns exec outside ss -Hltn "sport = :$port" | grep -q .; do
		sleep 0.1
	done
done
# Three packets are lost or leak before anybody goes on.
if ip netns exec inside ping -q -c 3 -i 0.2 -W 1 198.51.100.10 \
	> /run/natgw-check/early-ping; then
	touch /run/natgw-check/early-answer
fi
ip netns exec inside ping -i 0.5 198.51.100.10 > /run/natgw-check/ping &
