#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Start the VM with the module, the tool and the selftests of this tree:
#
#   vm.sh prepare SERIES... fetch and make what the others need
#   vm.sh check SERIES...   run the selftests on these kernels
#   vm.sh demo SERIES       run the demonstration
#   vm.sh shell SERIES      give an interactive shell
#   vm.sh bench SERIES      measure; results in build/bench/
#   vm.sh coverage SERIES   run the selftests, and tell which parts of the module ran;
#                           results in build/coverage/
#   vm.sh sharing SERIES    watch memory while two processors carry packets; results
#                           in build/sharing/
#
# SERIES is 6.1, 6.12 or debug (6.12 that checks itself, see debug.sh). What goes
# into the guest must be there below build/: "make check" and its relatives build it
# first. From the environment:
# T (tests to run), STRICT (a skipped script is a failure), LIMIT (seconds that a
# script may take), FASTPATH (off: gateways do without), PROPERTY_* (see property.sh),
# ROUNDS and ACTORS (see churn.sh),
# FUZZ_* (see fuzz_packets.sh, fuzz_netlink.sh),
# SHORT (bench measures less), JOBS (VMs at once), ACCEL (kvm or tcg), MEMORY (MB),
# VM_TIMEOUT (seconds).

. "$(dirname "$0")/lib.sh"

# initrd SERIES COMMAND OUT: the guest's first file system, with the payload
# /natgw in it and COMMAND as what guest.sh runs.
initrd() {
	local series=$1 command=$2 out=$3 root build=$TOP/build/${payload:-$1}
	root=$(mktemp -d -p "$work")
	mkdir -p "$root"/{bin,dev,proc,sys,natgw}
	cp /bin/busybox "$root/bin/"
	cp "$VM_DIR/init" "$root/init"
	cp -r "$("$VM_DIR/kernel.sh" "$series")/early" "$root/early"
	cp "$build/natgw.ko" "$TOP/build/tools/natctl" \
		"$VM_DIR/guest.sh" "$root/natgw/"
	cp -r "$TOP/selftests" "$root/natgw/selftests"
	cp -r "$TOP"/build/selftests/* "$TOP/packaging/keepalived" "$TOP/README.md" \
		"$TOP"/Documentation/{install,cloud}.md "$root/natgw/selftests/"
	cp "$build"/selftests/rough/*.ko "$root/natgw/selftests/"
	printf '%s\n' "$command" > "$root/natgw/command"
	(cd "$root" && find . | cpio -o --quiet -H newc -R 0:0) > "$out"
	rm -r "$root"
}

# Emulated processors take turns on one thread: on a thread each, one of them can
# run into an instruction that another has just patched (the kernel's static
# keys) and panic with "int3". Two VMs still use two processors of this machine.
accelerator() {
	[[ $accel == tcg ]] && echo tcg,thread=single || echo "$accel"
}

# boot SERIES INITRD DIR: run a VM to its end, its first console on our standard
# input and output. DIR gets "console" (kernel messages) and "status" (the
# command's exit status; empty when the guest never got to tell it).
boot() {
	local series=$1 initrd=$2 dir=$3 kernel rootfs
	local -a processor=(-accel "$(accelerator)" -smp 2)
	[[ ! ${icount:-} ]] || processor=(-accel tcg -smp 1 -icount "$icount")
	[[ ! ${plugin:-} ]] || processor+=(-plugin "$plugin")
	kernel=$("$VM_DIR/kernel.sh" "$series")
	rootfs=$("$VM_DIR/rootfs.sh")
	timeout --foreground "$VM_TIMEOUT" qemu-system-x86_64 \
		-machine q35 "${processor[@]}" -cpu max -m "$MEMORY" \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$kernel/vmlinuz" -initrd "$initrd" \
		-append "console=ttyS0 no_timer_check loglevel=5 panic=-1 oops=panic mitigations=off norandmaps slab_nomerge log_buf_len=4M" \
		-drive "file=$rootfs,format=raw,if=virtio,readonly=on" \
		-drive "file=$kernel/modules.img,format=raw,if=virtio,readonly=on" \
		-serial "file:$dir/console" -device virtio-serial-pci \
		-chardev stdio,id=terminal,signal=off \
		-device virtconsole,chardev=terminal \
		-chardev "file,id=status,path=$dir/status" \
		-device virtconsole,chardev=status
}

# /dev/kvm can be there and still not run a guest (nested and para-virtualised
# hosts), so whether it works is tried out, once for each start of this machine.
choose_accel() {
	local series=$1 answer=$CACHE/accel boot_id dir=$work/probe
	accel=${ACCEL:-tcg}
	[[ -z ${ACCEL:-} && -w /dev/kvm ]] || return 0
	boot_id=$(< /proc/sys/kernel/random/boot_id)
	if ! grep -qs "^$boot_id " "$answer"; then
		mkdir "$dir"
		initrd "$series" true "$dir/initrd"
		accel=kvm VM_TIMEOUT=10 boot "$series" "$dir/initrd" "$dir" \
			< /dev/null > /dev/null 2>&1 || :
		[[ ! -s $dir/status ]] || accel=kvm
		[[ $accel == kvm ]] || say "/dev/kvm runs no guest here; emulating"
		printf '%s %s\n' "$boot_id" "$accel" > "$answer"
	fi
	accel=$(cut -d' ' -f2 "$answer")
}

# console_tail DIR: what the kernel of a guest that failed had to say.
console_tail() {
	say "the end of the guest's console ($1/console):"
	tail -n 60 "$1/console" >&2
}

# Print the exit status that the guest's command had; 255 where none came.
guest_status() {
	local status
	status=$(tr -dc 0-9 < "$1/status" 2>/dev/null) || :
	printf '%s\n' "${status:-255}"
}

# What the tests may be told from outside the guest.
test_words() {
	printf '%s ' ${FASTPATH:+"FASTPATH=$FASTPATH"} \
		${PROPERTY_SEED:+"PROPERTY_SEED=$PROPERTY_SEED"} \
		${PROPERTY_STEPS:+"PROPERTY_STEPS=$PROPERTY_STEPS"} \
		${PROPERTY_CHECKS:+"PROPERTY_CHECKS=$PROPERTY_CHECKS"} \
		${ROUNDS:+"ROUNDS=$ROUNDS"} ${ACTORS:+"ACTORS='$ACTORS'"} \
		${FUZZ_SEED:+"FUZZ_SEED=$FUZZ_SEED"} \
		${FUZZ_PACKETS:+"FUZZ_PACKETS=$FUZZ_PACKETS"} \
		${FUZZ_MESSAGES:+"FUZZ_MESSAGES=$FUZZ_MESSAGES"} \
		${FUZZ_PHASE:+"FUZZ_PHASE=$FUZZ_PHASE"} \
		${FUZZ_REPLAY:+"FUZZ_REPLAY=$FUZZ_REPLAY"} \
		${FUZZ_TRACE:+"FUZZ_TRACE=$FUZZ_TRACE"}
}

# check SERIES: run the selftests on one kernel; results in build/check/SERIES/.
check() {
	local series=$1 dir=$TOP/build/check/$1 start=$SECONDS status
	rm -rf "$dir"
	mkdir -p "$dir"
	initrd "$series" "stty raw -echo; STRICT=${STRICT:-} LIMIT=${LIMIT:-} $(test_words) ./run.sh ${T:-}" \
		"$dir/initrd"
	boot "$series" "$dir/initrd" "$dir" < /dev/null 2> "$dir/qemu" |
		tee "$dir/ktap" | sed -u "s/^/[$series] /" || :
	status=$(guest_status "$dir")
	rm "$dir/initrd"
	if [[ $status -gt 1 ]]; then
		printf '  not ok - the VM with %s ran to its end (status %s)\n' \
			"$series" "$status" >> "$dir/ktap"
		cat "$dir/qemu" >&2
	fi
	[[ $status -eq 0 ]] || console_tail "$dir"
	say "[$series] took $((SECONDS - start)) s"
}

# Each check is a process group of its own, so that all of it, and above all its
# VM, ends with us.
check_all() {
	local series
	set -m
	trap 'stop_jobs; rm -rf "$work"' EXIT
	for series in "$@"; do
		while [[ $(jobs -rp | wc -l) -ge $JOBS ]]; do
			wait -n || :
		done
		check "$series" &
	done
	wait
	# The last line is the sum; its exit status is ours.
	for series in "$@"; do
		cat "$TOP/build/check/$series/ktap"
	done | "$TOP/selftests/run.sh" --count
}

stop_jobs() {
	local job
	for job in $(jobs -rp); do
		kill -TERM -- "-$job" || :
	done
}

# Run one command on the terminal that we have and return its exit status.
run() {
	local series=$1 command=$2 dir=$work status
	initrd "$series" "$command" "$dir/initrd"
	boot "$series" "$dir/initrd" "$dir"
	status=$(guest_status "$dir")
	[[ $status -ne 255 ]] || console_tail "$dir"
	return "$status"
}

demo() {
	run "$1" 'stty raw -echo; cd demo; exec bash ./demo.sh' < /dev/null
}

# measure SERIES DIR COMMAND: run what measures. Everything that it prints is in
# DIR/log, of which results are not for people.
measure() {
	local series=$1 dir=$2 command=$3 status
	initrd "$series" "stty raw -echo; $command" "$dir/initrd"
	boot "$series" "$dir/initrd" "$dir" < /dev/null | tee "$dir/log" |
		grep --line-buffered -v '^= ' || :
	status=$(guest_status "$dir")
	rm "$dir/initrd"
	[[ $status -ne 255 ]] || console_tail "$dir"
	return "$status"
}

# bench SERIES: the guest's clock is its own count of instructions, and
# idle time passes at once, so that figures do not depend on this machine.
bench() {
	local dir=$TOP/build/bench${SHORT:+-check} icount=shift=0,sleep=off
	rm -rf "$dir"
	mkdir -p "$dir"
	measure "$1" "$dir" "exec python3 -B bench/measure.py ${SHORT:+--short}"
}

# sharing SERIES: what the modules' instructions read and write, as QEMU sees it.
sharing() {
	local dir=$TOP/build/sharing accel=tcg
	local plugin=$dir/sharing.so,out=$dir/meetings
	rm -rf "$dir"
	mkdir -p "$dir"
	"${CC:-cc}" -O2 -Wall -shared -fPIC -o "$dir/sharing.so" \
		"$TOP/selftests/bench/sharing.c"
	measure "$1" "$dir" "exec python3 -B bench/sharing.py"
}

# coverage SERIES: the addresses of what has run, and of the sections that it is in.
coverage() {
	local dir=$TOP/build/coverage payload=coverage
	measure "$1" "$dir" "insmod cover.ko || exit
		LIMIT=${LIMIT:-900} $(test_words) ./run.sh ${T:-}
		status=\$?
		insmod \$NATGW_KO
		cd /sys/module/natgw/sections
		for section in .*text*; do
			echo = section \$section \$(cat \$section)
		done
		mount -t debugfs none /sys/kernel/debug
		sed 's/^/= seen /' /sys/kernel/debug/natgw-cover
		exit \$status"
}

# The guest's terminal becomes a copy of ours, as large as it is; ^C and ^Z then
# belong to the guest.
shell() {
	local saved size status=0
	[[ -t 0 ]] || die "an interactive shell needs a terminal"
	saved=$(stty -g)
	size=$(stty size)
	say "module: insmod \$NATGW_KO; tool: natctl; leave with exit or ^D"
	stty raw -echo
	VM_TIMEOUT=0 run "$1" "stty sane rows ${size% *} cols ${size#* }
		cd /natgw; TERM=$TERM exec bash -l" || status=$?
	stty "$saved"
	# How the last command in the shell ended is no verdict on the VM.
	[[ $status -ne 255 ]]
}

[[ $# -ge 2 ]] || die "usage: $0 prepare SERIES... | check SERIES... | demo SERIES | shell SERIES | bench SERIES | coverage SERIES | sharing SERIES"
"$VM_DIR/deps.sh" vm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# A kernel that checks itself needs memory for its books and several times as long,
# also for what has no end of its own.
if [[ " ${*:2} " == *" debug "* ]]; then
	: "${MEMORY:=1536}" "${LIMIT:=1800}" "${VM_TIMEOUT:=14400}"
	: "${FUZZ_PACKETS:=10000}" "${FUZZ_MESSAGES:=1000}" "${PROPERTY_STEPS:=2000}"
fi
: "${MEMORY:=1024}" "${JOBS:=2}"
# Pieces are made here, one after the other, before VMs want them at once.
"$VM_DIR/rootfs.sh" > /dev/null
for series in "${@:2}"; do
	"$VM_DIR/kernel.sh" "$series" > /dev/null
done
choose_accel "$2"
[[ $accel == kvm ]] && : "${VM_TIMEOUT:=600}" || : "${VM_TIMEOUT:=3000}"
case $1 in
prepare) ;;
check) check_all "${@:2}" ;;
demo) demo "$2" ;;
shell) shell "$2" ;;
bench) bench "$2" ;;
sharing) sharing "$2" ;;
coverage) coverage "$2" ;;
*) die "unknown: $1" ;;
esac
