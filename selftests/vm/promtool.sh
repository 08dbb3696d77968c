#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the path of promtool, which judges metrics, rules and their tests. It is
# taken out of Debian's package prometheus, which is not installed: that would
# start a server.

. "$(dirname "$0")/lib.sh"

PACKAGE=prometheus

# "make DIR" is how piece() calls us back.
make_piece() {
	local dir=$1
	download "$dir" "$PACKAGE"
	dpkg-deb --fsys-tarfile "$dir/$PACKAGE"_*.deb |
		tar -x -C "$dir" --strip-components=3 ./usr/bin/promtool
	rm "$dir/$PACKAGE"_*.deb
}

if [[ ${1:-} == make ]]; then
	make_piece "$2"
	exit
fi
version=$(from_apt promtool candidate "$PACKAGE") || die "apt knows no $PACKAGE"
dir=$(piece promtool "$version $(sha256sum < "$0")" \
	"fetching promtool ($PACKAGE $version)" "$0" make)
printf '%s\n' "$dir/promtool"
