#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the folder of a user-mode Linux kernel, built from Debian's source
# package, which is not installed:
#
#   linux      the kernel, a program of this machine
#   tree/      what modules are built against
#
# It is an ordinary kernel at native speed, and needs neither root nor KVM; with
# DEBUG=1 in the environment one that checks itself.

. "$(dirname "$0")/../vm/linux.sh"

NAME=uml${DEBUG:+-debug}
CONFIGS=("$TOP/selftests/bench/uml.config")
[[ ! ${DEBUG:-} ]] || CONFIGS+=("$TOP/selftests/bench/uml-debug.config")
# Of no use for a module, and most of the space.
WITHOUT=(Documentation drivers fs kernel lib mm net samples security sound crypto
	 tools block ipc virt rust)

um() {
	nice make -s -C "$dir/tree" ARCH=um -j "$(nproc)" "$@"
}

# "make DIR" is how piece() calls us back.
make_piece() {
	local dir=$1
	mkdir "$dir/tree"
	unpack_linux "$dir/tree"
	um defconfig
	(cd "$dir/tree" && ARCH=um scripts/kconfig/merge_config.sh -m .config "${CONFIGS[@]}")
	um olddefconfig
	check_config "${CONFIGS[@]}"
	um linux modules
	cp "$dir/tree/linux" "$dir/linux"
	strip --strip-debug "$dir/linux"
	rm -rf "${WITHOUT[@]/#/$dir/tree/}" "$dir/tree"/{linux,vmlinux*}
	find "$dir/tree" -name '*.[oa]' ! -path '*/scripts/*' -delete
}

if [[ ${1:-} == make ]]; then
	make_piece "$2"
	exit
fi
version=$(linux_version)
piece "$NAME" "$version $(cat "$0" "${CONFIGS[@]}" | sha256sum)" \
	"building user-mode Linux${DEBUG:+ that checks itself} ($LINUX $version), 10 to 30 minutes" \
	"$0" make
