#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the path of the guest's root disk: a small Debian with the programs that
# the selftests and the demo use. The guest mounts it read-only and writes to
# memory, so every run starts from the same state.

. "$(dirname "$0")/lib.sh"

PACKAGES=(bash coreutils util-linux mount procps psmisc kmod libcap2-bin strace jq
	iproute2 ethtool nftables conntrack libmnl0 libjansson4 iputils-ping
	iputils-tracepath traceroute tcpdump socat netcat-openbsd nmap hping3
	iperf3 python3 python3-scapy curl ca-certificates openssl nginx-light
	bind9-dnsutils dnsmasq-base openssh-server openssh-client coturn less
	iptables keepalived)
# Documentation nobody reads in a guest that lives for minutes.
WITHOUT=("/usr/share/man/*" "/usr/share/doc/*" "/usr/share/locale/*"
	"/usr/share/info/*" "/usr/share/lintian/*")
# The package has a program that draws, and with it comes a graphics library; what
# the tests use needs none of that.
# shellcheck disable=SC2016 # mmdebstrap runs it
NFDUMP='cd "$1/tmp" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -q download nfdump &&
	dpkg-deb --fsys-tarfile nfdump_*.deb | tar -xf - -C .. ./usr/bin/nfcapd ./usr/bin/nfdump &&
	rm nfdump_*.deb'

# "make PROMTOOL DIR" is how piece() calls us back.
make_piece() {
	local promtool=$1 dir=$2 list
	list=$(mirrors)
	mmdebstrap --variant=essential \
		--include="$(IFS=,; echo "${PACKAGES[*]}")" \
		--aptopt='Acquire::Languages "none"' \
		"${WITHOUT[@]/#/--dpkgopt=path-exclude=}" \
		--customize-hook="$NFDUMP" \
		"$SUITE" "$dir/root.tar" ${list:+"$list"}
	# The image keeps the owners that the archive says, whoever runs this.
	mkdir "$dir/root"
	fakeroot sh -c '
		tar -xf "$1/root.tar" -C "$1/root" --exclude=./dev/* &&
		install "$2" "$1/root/usr/bin/" &&
		size=$(du -sm "$1/root" | cut -f1) &&
		/sbin/mke2fs -q -t ext4 -O ^has_journal,^resize_inode -m 0 \
			-d "$1/root" "$1/root.img" $((size * 5 / 4))M
	' sh "$dir" "$promtool"
	chmod -R u+rwX "$dir/root"
	rm -r "$dir/root" "$dir/root.tar"
}

if [[ ${1:-} == make ]]; then
	make_piece "$2" "$3"
	exit
fi
# Of a package of a hundred megabytes, one program.
promtool=$("$VM_DIR/promtool.sh")
dir=$(piece rootfs "${promtool#"$CACHE/"} $(sha256sum < "$0")" \
	"building the guest's root disk" "$0" make "$promtool")
printf '%s\n' "$dir/root.img"
