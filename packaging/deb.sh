#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the Debian packages of this tree and let lintian judge them:
#
#   deb.sh DIR             in DIR
#   deb.sh test VERSION DIR    without lintian, as another version

. "$(dirname "$0")/lib.sh"

# build VERSION DIR
build() {
	local tree=$2/natgw-$1
	sources "$tree"
	cp -r "$PACKAGING/debian" "$tree/debian"
	sed -i "1s/(.*)/($1)/" "$tree/debian/changelog"
	cd "$tree"
	dpkg-buildpackage --no-sign --build="${BUILD:-full}"
}


# make_packages VERSION DIR
make_packages() {
	"$VM_DIR/deps.sh" build package
	rm -rf "$2"
	mkdir -p "$2"
	logged "building natgw $1 for Debian" "$0" build "$1" "$2"
	rm -r "$2/natgw-$1"
}

case ${1:-} in
build)	build "$2" "$3" ;;
test)	BUILD=binary make_packages "$2" "$3" ;;
*)	[[ $# -eq 1 ]] || die "usage: $0 DIR | test VERSION DIR"
	make_packages "$(version_of_tree)" "$1"
	logged "asking lintian" lintian --allow-root \
		--fail-on error,warning "$1"/*.changes
	ls "$1"/*.deb ;;
esac
