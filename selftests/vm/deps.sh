#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install the host's packages that a set of commands needs:
#
#   deps.sh SET...    with SET of: build gen vm uml linux style package
#
# Nothing here may depend on a kernel image: packages of a kernel would change
# what the machine boots. Kernels are unpacked beside the system instead (see
# kernel.sh).

. "$(dirname "$0")/lib.sh"

declare -A SETS=(
	[build]="gcc-12 gcc make libc6-dev libmnl-dev libjansson-dev pkg-config libelf1 xz-utils"
	[gen]="python3 python3-yaml python3-jsonschema xz-utils"
	[vm]="qemu-system-x86 mmdebstrap fakeroot e2fsprogs cpio busybox-static
	      kmod xz-utils util-linux"
	[uml]="gcc make libc6-dev bc bison flex xz-utils"
	[linux]="gcc make libc6-dev bc bison flex libelf-dev xz-utils"
	[style]="perl python3 sparse coccinelle shellcheck systemd"
	[package]="debhelper dh-dkms dpkg-dev lintian rpm rpmlint
		   awscli curl python3-yaml python3-jsonschema python3-jinja2
		   python3-requests python3-configobj python3-jsonpatch
		   python3-netifaces python3-serial"
)

# Without root, the guest's root disk is made in a user namespace.
[[ $EUID -eq 0 ]] || SETS[vm]+=" uidmap"

missing() {
	local package
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -qx installed || printf '%s\n' "$package"
	done
}

install() {
	local -a cmd=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y
		      -o DPkg::Lock::Timeout=120 --no-install-recommends install)

	refresh_lists
	# A machine without lists knows no package at all.
	apt-get -s install "$@" > /dev/null 2>&1 || apt_update
	if apt-get -s --no-install-recommends install "$@" |
	   grep '^Inst linux-image'; then
		die "refusing to install a kernel on this machine"
	fi
	logged "installing $*" as_root "${cmd[@]}" "$@"
}

mapfile -t wanted < <(
	for set in "$@"; do
		[[ -n ${SETS[$set]:-} ]] || die "no package set named $set"
		printf '%s\n' ${SETS[$set]}
	done | sort -u)
mapfile -t lacking < <(missing "${wanted[@]}")
[[ ${#lacking[@]} -gt 0 ]] || exit 0
if [[ $EUID -ne 0 ]] && ! sudo -n true 2> /dev/null; then
	say "packages are missing; install them with"
	say "  sudo apt-get install --no-install-recommends ${lacking[*]}"
	exit 1
fi
install "${lacking[@]}"
