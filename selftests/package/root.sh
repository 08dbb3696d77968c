#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the folder of a prepared Debian, on which packages are tried out:
#
#   root.tar   a system with systemd, dkms, a compiler, and both kernels with their
#              headers, but nothing of natgw

. "$(dirname "$0")/../vm/lib.sh"

PACKAGES=(apt systemd-sysv udev dbus kmod procps iproute2 nftables iputils-ping tcpdump
	socat jq libmnl0 libjansson4 dkms gcc make man-db bash-completion
	linux-{image,headers}-cloud-amd64 linux-{image,headers}-6.12-cloud-amd64)
WITHOUT=("/usr/share/doc/*" "/usr/share/locale/*" "/usr/share/info/*")

# "make DIR" is how piece() calls us back. No initramfs: the test has its own.
make_piece() {
	local dir=$1 list
	list=$(mirrors)
	INITRD=No mmdebstrap --variant=essential \
		--include="$(IFS=,; echo "${PACKAGES[*]}")" \
		--aptopt='Acquire::Languages "none"' \
		"${WITHOUT[@]/#/--dpkgopt=path-exclude=}" \
		"$SUITE" "$dir/root.tar" ${list:+"$list"}
}

if [[ ${1:-} == make ]]; then
	make_piece "$2"
	exit
fi
kernels=$(from_apt package-kernels apt-cache depends \
	linux-image-cloud-amd64 linux-image-6.12-cloud-amd64) ||
	die "apt does not know the kernel packages"
piece package-root "$kernels $(sha256sum < "$0")" \
	"building a system to install packages on" "$0" make
