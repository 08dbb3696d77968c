# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts that build packages share. Sourced by bash scripts.

. "$(dirname "${BASH_SOURCE[0]}")/../selftests/vm/lib.sh"

PACKAGING=$TOP/packaging

# The version of natgw stands in Debian's changelog alone.
version_of_tree() {
	sed -n '1s/.*(\(.*\)).*/\1/p' "$PACKAGING/debian/changelog"
}

# sources DIR: copy what belongs to the sources, as it is now, committed or not.
sources() {
	local list="git -C $TOP ls-files -z"
	mkdir -p "$1"
	comm -z -23 <($list --cached --others --exclude-standard | sort -zu) \
		<($list --deleted | sort -zu) |
		tar -C "$TOP" --null -T - -c | tar -C "$1" -x
}
