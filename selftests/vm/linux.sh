# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What is made from the kernel's source, as Debian packages it, shares this; the
# package is not installed.
#
# Sourced by bash scripts; not run by itself.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

LINUX=linux-source-6.12

# linux_version: of the package that apt has.
linux_version() {
	from_apt source candidate "$LINUX" || die "apt knows no $LINUX"
}

# unpack_linux DIR PART...: these files and folders of the source into DIR, or all
# of it.
unpack_linux() {
	local dir=$1 deb
	shift
	deb=$(mktemp -d)
	download "$deb" "$LINUX"
	dpkg-deb --fsys-tarfile "$deb/$LINUX"_*.deb |
		tar -xO "./usr/src/$LINUX.tar.xz" |
		tar -xJ -C "$dir" --strip-components=1 "${@/#/$LINUX/}"
	rm -r "$deb"
}

# check_config FILE...: an option that another kernel version no longer has, or that
# lacks what it depends on, must not be lost in silence. $dir is the piece's folder.
check_config() {
	local lost
	lost=$(cat "$@" | grep '^CONFIG_' | grep -vxFf "$dir/tree/.config") || return 0
	die "the kernel did not take" $lost
}
