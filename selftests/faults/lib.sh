# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the scripts that have allocations fail; sourced after lib.sh.

: "${SCARCE_KO:=scarce.ko}"

need_scarce()
{
	[ -e "$SCARCE_KO" ] || skip_all "no module scarce: set SCARCE_KO"
}

# faults SCRIPT ARGUMENT...: one of this folder, in the gateway's namespace if there
# is one already
faults()
{
	if [ -n "$gw" ]; then
		on "$gw" /usr/bin/python3 "faults/$1" "${@:2}"
	else
		/usr/bin/python3 "faults/$1" "${@:2}"
	fi
}

# between_taps: a gateway's host, whose neighbours are known
between_taps()
{
	local dev
	modprobe -q tun || :
	setup_ns gw
	for dev in in1 ext; do
		ip -n "$gw" tuntap add dev $dev mode tap
		ip -n "$gw" link set $dev address 02:00:00:00:00:01
	done
	plug "$gw" in1 10.0.1.1/24
	plug "$gw" ext $HOST/24 $RT
	ip -n "$gw" -batch - <<-END
		addr add $EIP/24 dev ext
		addr add $EIP2/24 dev ext
		neigh add 10.0.1.2 lladdr 02:00:00:00:00:02 dev in1
		neigh add 10.0.1.3 lladdr 02:00:00:00:00:02 dev in1
		neigh add $RT lladdr 02:00:00:00:00:02 dev ext
	END
	route_on "$gw"
	on "$gw" sysctl -qw net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.in1.send_redirects=0
}
