#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Generate what the netlink specification determines: the uapi header, the
# module's policy and operation tables, the tool's words and those of the module's
# trace events, and what requests are made of, for fuzz_netlink.py.
#
#   tools/gen.sh          write the files
#   tools/gen.sh --check  fail when the files differ from what would be written

. "$(dirname "$0")/../selftests/vm/lib.sh"

SPEC=Documentation/netlink/specs/natgw.yaml

# ynl FILE OPTION...: generate one file from the specification.
ynl() {
	local out=$work/out/$1
	shift
	mkdir -p "${out%/*}"
	/usr/bin/python3 "$work/tree/tools/net/ynl/ynl-gen-c.py" \
		--spec "$work/tree/$SPEC" -o "$out" "$@"
	[[ -s $out ]] || die "the generator wrote nothing for $out"
}

# The generator finds its schema files and the spec's name in a kernel tree
# around the spec; give it one that holds nothing else.
make_tree() {
	local source
	source=$("$VM_DIR/source.sh")
	mkdir -p "$work/tree/tools/net" "$work/tree/${SPEC%/*}"
	cp -r "$source/tools/net/ynl" "$work/tree/tools/net/"
	cp "$source"/Documentation/netlink/*.yaml "$work/tree/Documentation/netlink/"
	touch "$work/tree/MAINTAINERS"
	cp "$TOP/$SPEC" "$work/tree/$SPEC"
}

check_or_install() {
	local file differ=0
	while read -r file; do
		if [[ $1 == --check ]]; then
			diff -u --label "$file" --label "$file (generated)" \
				"$TOP/$file" "$work/out/$file" || differ=1
		elif ! cmp -s "$work/out/$file" "$TOP/$file"; then
			install -D -m 644 "$work/out/$file" "$TOP/$file"
			say "wrote $file"
		fi
	done < <(cd "$work/out" && find . -type f -printf '%P\n' | sort)
	return $differ
}

[[ -e $TOP/$SPEC ]] || die "no $SPEC"
"$VM_DIR/deps.sh" gen
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make_tree
ynl uapi/linux/natgw.h --mode uapi --header
ynl module/netlink-gen.h --mode kernel --header
ynl module/netlink-gen.c --mode kernel --source
# The generator's group table cannot say who may join; module/netlink.c does.
sed -i '/^static const struct genl_multicast_group/,$d' \
	"$work/out/module/netlink-gen.c"
mkdir -p "$work/out/tools" "$work/out/selftests/fuzz"
/usr/bin/python3 "$TOP/tools/gen-tables.py" "$TOP/$SPEC" \
	"$work/out/tools/spec-gen.h" "$work/out/module/trace-gen.h" \
	"$work/out/selftests/fuzz/spec-gen.json"
check_or_install "${1:-}"
