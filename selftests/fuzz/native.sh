#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run selftests in user-mode Linux, at native speed; results in build/fuzz/ktap. Those
# that fuzz, or those in T. The module for that kernel must be there as
# build/uml/natgw.ko. MEMORY is in megabytes, LIMIT the seconds that a test may take.

. "$(dirname "$0")/../vm/lib.sh"

: "${MEMORY:=2048}" "${LIMIT:=1500}" "${T:=fuzz_packets fuzz_netlink}"
OUT=$TOP/build/fuzz

"$VM_DIR/deps.sh" vm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernel=$("$TOP/selftests/bench/uml.sh")
rootfs=$("$VM_DIR/rootfs.sh")
root=$work/root
mkdir -p "$root"/{bin,dev,proc,sys,natgw} "$OUT"
cp /bin/busybox "$root/bin/"
cp "$TOP/selftests/fuzz/init" "$root/init"
cp "$TOP/build/uml/natgw.ko" "$TOP/build/tools/natctl" "$root/natgw/"
cp -r "$TOP/selftests" "$root/natgw/selftests"
cp -r "$TOP"/build/selftests/* "$TOP/build/uml/selftests/rough/rough.ko" \
	"$root/natgw/selftests/"
{
	for name in LIMIT "${!FUZZ_@}"; do
		printf 'export %s=%q\n' "$name" "${!name}"
	done
	printf 'exec ./run.sh %s\n' "$T"
} > "$root/natgw/command"
(cd "$root" && find . | cpio -o --quiet -H newc -R 0:0) > "$work/initrd"
timeout --foreground "${VM_TIMEOUT:-3000}" "$kernel/linux" mem="${MEMORY}M" \
	ubd0c="$work/changes,$rootfs" initrd="$work/initrd" \
	con=null con0=null,fd:1 quiet loglevel=5 panic=-1 < /dev/null |
	tee "$OUT/ktap" || :
"$TOP/selftests/run.sh" --count < "$OUT/ktap"
