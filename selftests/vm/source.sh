#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the folder with the parts of the kernel source that are tools for this
# project: the netlink code generator, checkpatch, Coccinelle's scripts.

. "$(dirname "$0")/linux.sh"

PARTS=(MAINTAINERS tools/net/ynl Documentation/netlink scripts/checkpatch.pl
       scripts/spelling.txt scripts/const_structs.checkpatch
       scripts/coccicheck scripts/coccinelle)

# "make DIR" is how piece() calls us back.
if [[ ${1:-} == make ]]; then
	unpack_linux "$2" "${PARTS[@]}"
	exit
fi
version=$(linux_version)
piece source "$version $(sha256sum < "$0")" \
	"fetching kernel tools ($LINUX $version)" "$0" make
