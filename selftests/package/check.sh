#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Try out the Debian packages, and print the results as KTAP:
#
#   check.sh SERIES...    with SERIES 6.1 or 6.12
#
# On a Debian with the headers of that kernel they are installed, where DKMS builds the
# module; that system is then booted in the VM, where guest.sh goes on. Installing is
# done outside of the VM, because an emulated processor compiles for half an hour. With
# DKMS=guest the upgrade in the VM takes that time, and upgrades the module too.
# With SHORT=1 the boot with a wrong file is left out. Everything is in
# build/package/SERIES/.

. "$(dirname "$0")/../../packaging/lib.sh"

HERE=$TOP/selftests/package

# chroot_in DIR CMD...: run CMD in the system in DIR, as if booted.
chroot_in() {
	unshare --mount sh -c '
		mount -t proc proc "$1/proc" && root=$1 && shift &&
		PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
			exec chroot "$root" "$@"' sh "$@"
}

# What one cannot do without the headers of other kernels: build for them.
forget_other_kernels() {
	local root=$1 series=$2 dir
	for dir in "$root"/lib/modules/*; do
		case ${dir##*/} in
		"$series".*) ;;
		*) rm -r "$dir" ;;
		esac
	done
}

# What guest.sh and network.sh need, and no service that takes time for nothing.
equip() {
	local root=$1 dir=$1/var/lib/natgw-check
	install -D -m 644 -t "$dir" "$HERE"/{guest,network}.sh
	install -m 644 -t "$root/etc/systemd/system" "$HERE"/*.service
	cp "$out"/next/*.deb "$dir/"
	[[ ${DKMS:-} == guest ]] || rm "$dir"/natgw-dkms_*.deb
	printf '%s\n' "$next" > "$dir/next-version"
	[[ ! ${SHORT:-} ]] || touch "$dir/short"
	printf 'gateway add nat0 dev ext eip 203.0.113.10 inside 10.0.1.0/24\n' \
		> "$root/etc/natgw/natgw.conf"
	printf 'natgw\n' > "$root/etc/hostname"
	chroot_in "$root" systemctl -q enable natgw-check-network.service \
		natgw-check.service
	chroot_in "$root" systemctl -q mask getty.target systemd-update-utmp.service \
		systemd-timesyncd.service systemd-logind.service dbus.service \
		dpkg-db-backup.timer systemd-journal-flush.service \
		systemd-random-seed.service e2scrub_reap.service man-db.timer fstrim.timer
}

# make_disk DIR SERIES: the system with the packages, as a disk.
make_disk() {
	local root=$1/root
	rm -rf "$1"
	mkdir -p "$root"
	tar -xf "$("$HERE/root.sh")/root.tar" -C "$root"
	forget_other_kernels "$root" "$2"
	cp "$out/now"/*.deb "$root/tmp/"
	# As Documentation/install.md has it, without a question.
	chroot_in "$root" sh -c 'cd /tmp && apt install -y ./natgw-dkms_*_all.deb ./natgw-tools_*[0-9]_amd64.deb'
	rm "$root"/tmp/*.deb
	equip "$root"
	/sbin/mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$1/disk" 1500M
}

initrd() {
	local series=$1 file=$2 root=$3
	mkdir -p "$root"/{bin,dev,proc,sys}
	cp /bin/busybox "$root/bin/"
	cp "$HERE/init" "$root/init"
	cp -r "$("$VM_DIR/kernel.sh" "$series")/early" "$root/early"
	(cd "$root" && find . | cpio -o --quiet -H newc -R 0:0) > "$file"
	rm -r "$root"
}

# boot SERIES DIR: the machine until it is switched off or wants to boot again.
boot() {
	local kernel accel=tcg,thread=single
	kernel=$("$VM_DIR/kernel.sh" "$1")
	[[ ${ACCEL:-} != kvm ]] || accel=kvm
	timeout --foreground "${VM_TIMEOUT:-3000}" qemu-system-x86_64 \
		-machine q35 -accel "$accel" -smp 2 -cpu max -m 1024 \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$kernel/vmlinuz" -initrd "$2/initrd" \
		-append "console=ttyS0 loglevel=4 panic=-1 mitigations=off systemd.show_status=0 systemd.journald.forward_to_console=1 systemd.journald.max_level_console=info" \
		-drive "file=$2/disk,format=raw,if=virtio,cache=unsafe" \
		-serial "file:$2/console" -device virtio-serial-pci \
		-chardev stdio,id=results,signal=off -device virtconsole,chardev=results
}

# boots SERIES DIR: again and again, as long as the guest asks for it.
boots() {
	local n=0
	until [[ $(grep -c '^reboots' "$2/ktap") -lt $n ]]; do
		n=$((n + 1))
		boot "$1" "$2" < /dev/null | tr -d '\r' | tee -a "$2/ktap"
	done
}

# check SERIES: what the guest says, in the form of one test among others.
check() {
	local dir=$out/$1 start=$SECONDS
	logged "installing the packages, kernel $1" "$0" make_disk "$dir" "$1"
	rm -rf "$dir/root"
	initrd "$1" "$dir/initrd" "$dir/early"
	: > "$dir/ktap"
	boots "$1" "$dir" | sed -u 's/^/  /'
	if ! grep -q '^finished' "$dir/ktap"; then
		echo "not ok - the guest with $1 came to its end" | tee -a "$dir/ktap"
		tail -n 60 "$dir/console" >&2
	fi
	rm -f "$dir/disk"
	say "[$1] took $((SECONDS - start)) s"
}

[[ $EUID -eq 0 ]] || exec sudo -n "$0" "$@"
export out=$TOP/build/package
version=$(version_of_tree)
export next=$version+next
if [[ ${1:-} == make_disk ]]; then
	make_disk "$2" "$3"
	exit
fi
"$VM_DIR/deps.sh" build package vm
"$PACKAGING/deb.sh" test "$version" "$out/now" > /dev/null
"$PACKAGING/deb.sh" test "$next" "$out/next" > /dev/null
"$HERE/root.sh" > /dev/null
for series in "$@"; do
	printf '# package, kernel %s\n' "$series"
	check "$series"
done
"$HERE/ec2.sh" | tee "$out/ec2"
{ sed 's/^/  /' "$out"/*/ktap; cat "$out/ec2"; } | tee "$out/ktap" | "$TOP/selftests/run.sh" --count
