#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run a command in user-mode Linux, in the folder of the selftests; what it prints
# goes to build/NAME/log, and without results that are not for people to our output:
#
#   native.sh NAME COMMAND
#
# The module for that kernel must be there as build/uml/natgw.ko, or with DEBUG=1, for
# the kernel that checks itself, in build/uml-debug/. MEMORY is in megabytes, VM_TIMEOUT
# in seconds; LIMIT, ROUNDS, ACTORS, MIN, STRICT, PROPERTY_* and FUZZ_* are handed on.

. "$(dirname "$0")/../vm/lib.sh"

: "${MEMORY:=4096}" "${VM_TIMEOUT:=3000}"
BENCH=$TOP/selftests/bench

"$VM_DIR/deps.sh" vm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernel=$("$BENCH/uml.sh")
rootfs=$("$VM_DIR/rootfs.sh")
root=$work/root
out=$TOP/build/$1
build=$TOP/build/uml${DEBUG:+-debug}
mkdir -p "$root"/{bin,dev,proc,sys,natgw} "$out"
cp /bin/busybox "$root/bin/"
cp /bin/busybox "$root/natgw/"
cp "$BENCH/init" "$root/init"
cp "$build/natgw.ko" "$TOP/build/tools/natctl" "$root/natgw/"
cp -r "$TOP/selftests" "$root/natgw/"
cp -r "$TOP"/build/selftests/* "$build"/selftests/rough/*.ko "$root/natgw/selftests/"
{
	for name in LIMIT ROUNDS ACTORS MIN STRICT "${!PROPERTY_@}" "${!FUZZ_@}"; do
		[[ ! ${!name:-} ]] || printf 'export %s=%q\n' "$name" "${!name}"
	done
	printf 'cd /natgw/selftests && %s\n' "$2"
} > "$root/natgw/command"
(cd "$root" && find . | cpio -o --quiet -H newc -R 0:0) > "$work/initrd"
# A bucket for each flow, as the kernel itself has it where memory allows.
timeout --foreground "$VM_TIMEOUT" "$kernel/linux" mem="${MEMORY}M" \
	ubd0c="$work/changes,$rootfs" initrd="$work/initrd" \
	con=null con0=null,fd:1 quiet ${DEBUG:+kasan_multi_shot} loglevel=5 panic=-1 log_buf_len=4M slab_nomerge nf_conntrack.hashsize=1048576 \
	< /dev/null | tee "$out/log" |
	grep --line-buffered -v '^= '
