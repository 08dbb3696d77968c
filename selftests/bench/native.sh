#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run native.py in user-mode Linux; results in build/bench-native/log. The module
# for that kernel must be there as build/uml/natgw.ko. MEMORY is in megabytes.

. "$(dirname "$0")/../vm/lib.sh"

: "${MEMORY:=4096}" "${VM_TIMEOUT:=3000}"
BENCH=$TOP/selftests/bench

"$VM_DIR/deps.sh" vm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernel=$("$BENCH/uml.sh")
rootfs=$("$VM_DIR/rootfs.sh")
root=$work/root
mkdir -p "$root"/{bin,dev,proc,sys,natgw/selftests} "$TOP/build/bench-native"
cp /bin/busybox "$root/bin/"
cp "$BENCH/init" "$root/init"
cp "$TOP/build/uml/natgw.ko" "$TOP/build/tools/natctl" "$root/natgw/"
cp -r "$BENCH" "$root/natgw/selftests/"
cp "$TOP"/build/selftests/bench/* "$root/natgw/selftests/bench/"
(cd "$root" && find . | cpio -o --quiet -H newc -R 0:0) > "$work/initrd"
# A bucket for each flow, as the kernel itself has it where memory allows.
timeout --foreground "$VM_TIMEOUT" "$kernel/linux" mem="${MEMORY}M" \
	ubd0c="$work/changes,$rootfs" initrd="$work/initrd" \
	con=null con0=null,fd:1 quiet panic=-1 nf_conntrack.hashsize=1048576 \
	< /dev/null | tee "$TOP/build/bench-native/log" |
	grep --line-buffered -v '^= '
