#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the folder with the parts of the kernel source that are tools for this
# project: the netlink code generator, checkpatch, Coccinelle's scripts. They
# come from Debian's source package, which is not installed.

. "$(dirname "$0")/lib.sh"

PACKAGE=linux-source-6.12
PARTS=(MAINTAINERS tools/net/ynl Documentation/netlink scripts/checkpatch.pl
       scripts/spelling.txt scripts/const_structs.checkpatch
       scripts/coccicheck scripts/coccinelle)

# Unpack PARTS into a folder; "make DIR" is how piece() calls us back.
make_piece() {
	local dir=$1
	download "$dir" "$PACKAGE"
	dpkg-deb --fsys-tarfile "$dir/$PACKAGE"_*.deb |
		tar -xO "./usr/src/$PACKAGE.tar.xz" |
		tar -xJ -C "$dir" --strip-components=1 "${PARTS[@]/#/$PACKAGE/}"
	rm "$dir/$PACKAGE"_*.deb
}

if [[ ${1:-} == make ]]; then
	make_piece "$2"
	exit
fi
version=$(from_apt source candidate "$PACKAGE") || die "apt knows no $PACKAGE"
piece source "$version $(sha256sum < "$0")" \
	"fetching kernel tools ($PACKAGE $version)" "$0" make
