#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Make the archive, the spec and the source package for RPM, and let rpmlint judge the
# spec:
#
#   rpm.sh DIR
#
# Binary packages are built on Amazon Linux: rpmbuild --rebuild DIR/SRPMS/natgw-*.src.rpm

. "$(dirname "$0")/lib.sh"

# Complaints about what has been the default for long, and that there is no download.
FILTERS='no-buildroot-tag|invalid-url Source0'

lint() {
	local output
	output=$(rpmlint "$1") || :
	printf '%s\n' "$output"
	grep -q '1 specfiles checked' <<< "$output"
	! grep -E '^[^ ]+: [WE]: ' <<< "$output" | grep -vE "$FILTERS"
}

build() {
	local version tree
	version=$(version_of_tree)
	tree=$1/SOURCES/natgw-$version
	mkdir -p "$1"/{SOURCES,SPECS,SRPMS}
	sources "$tree"
	tar -C "$1/SOURCES" -czf "$tree.tar.gz" "natgw-$version"
	rm -r "$tree"
	sed "s/@VERSION@/$version/" "$PACKAGING/natgw.spec.in" > "$1/SPECS/natgw.spec"
	lint "$1/SPECS/natgw.spec"
	# Built for its list of files alone: what runs when the binary packages are
	# installed comes from macros that Debian's rpm does not have.
	rpmbuild --define "_topdir $1" --define '_unitdir /usr/lib/systemd/system' \
		--define '_sysctldir /usr/lib/sysctl.d' \
		--nodeps -ba "$1/SPECS/natgw.spec"
	rm -r "$1"/{BUILD,BUILDROOT,RPMS}
}

if [[ ${1:-} == build ]]; then
	build "$2"
	exit
fi
[[ $# -eq 1 ]] || die "usage: $0 DIR"
"$VM_DIR/deps.sh" package
rm -rf "$1"
mkdir -p "$1"
logged "packing natgw for RPM" "$0" build "$(cd "$1" && pwd)"
ls "$1"/SRPMS/*.rpm
