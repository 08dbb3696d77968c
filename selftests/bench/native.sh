#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run a command in user-mode Linux, in the folder of the selftests; what it prints
# goes to build/NAME/log, and without results that are not for people to our output:
#
#   native.sh NAME COMMAND
#
# The module for that kernel must be there as build/uml/natgw.ko. MEMORY is in
# megabytes, VM_TIMEOUT in seconds.

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
mkdir -p "$root"/{bin,dev,proc,sys,natgw} "$out"
cp /bin/busybox "$root/bin/"
cp "$BENCH/init" "$root/init"
cp "$TOP/build/uml/natgw.ko" "$TOP/build/tools/natctl" "$root/natgw/"
cp -r "$TOP/selftests" "$root/natgw/"
cp -r "$TOP"/build/selftests/* "$root/natgw/selftests/"
printf 'cd /natgw/selftests && %s\n' "$2" > "$root/natgw/command"
(cd "$root" && find . | cpio -o --quiet -H newc -R 0:0) > "$work/initrd"
# A bucket for each flow, as the kernel itself has it where memory allows.
timeout --foreground "$VM_TIMEOUT" "$kernel/linux" mem="${MEMORY}M" \
	ubd0c="$work/changes,$rootfs" initrd="$work/initrd" \
	con=null con0=null,fd:1 quiet panic=-1 slab_nomerge nf_conntrack.hashsize=1048576 \
	< /dev/null | tee "$out/log" |
	grep --line-buffered -v '^= '
