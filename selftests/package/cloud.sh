#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the folder of a program that judges what is shipped for a cloud, taken out of
# Debian's packages, which are not installed: cloud-init would configure this machine.
#
#   usr/bin/packer, usr/lib/python3/dist-packages/cloudinit

. "$(dirname "$0")/../vm/lib.sh"

PACKAGES=(cloud-init packer)

# "make DIR" is how piece() calls us back.
make_piece() {
	local dir=$1 deb
	download "$dir" "${PACKAGES[@]}"
	for deb in "$dir"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
		rm "$deb"
	done
}

versions() {
	local package
	for package in "${PACKAGES[@]}"; do
		candidate "$package"
	done
}

if [[ ${1:-} == make ]]; then
	make_piece "$2"
	exit
fi
known=$(from_apt cloud versions) || die "apt does not know ${PACKAGES[*]}"
piece cloud "$known $(sha256sum < "$0")" "fetching ${PACKAGES[*]}" "$0" make
