#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the folder of a kernel prepared from Debian's packages, none of which
# is installed:
#
#   kernel.sh SERIES    with SERIES 6.1 or 6.12, or "debug" for the one that
#                       debug.sh builds
#
# The folder holds
#   vmlinuz      the kernel
#   headers      what modules are built against ("make -C headers M=...")
#   early/       modules the guest loads before it has a disk, in order
#   modules.img  an ext4 image for /lib/modules

. "$(dirname "$0")/lib.sh"

# Modules for the console, the disks and the overlay over the root disk.
EARLY=(virtio_pci virtio_console virtio_blk overlay)
# What a network test may want; the rest (sound, storage, ...) stays out.
WANTED=(arch block crypto lib net drivers/block drivers/net drivers/virtio
	drivers/char/virtio_console.ko{,.xz} fs/overlayfs)

# Debian's headers name their other half by an absolute path.
relocate_headers() {
	local dir=$1 abi=$2
	cat > "$dir/usr/src/linux-headers-$abi/Makefile" <<-MAKE
	include \$(dir \$(lastword \$(MAKEFILE_LIST)))../linux-headers-${abi%-cloud-amd64}-common/Makefile
	MAKE
	ln -s "usr/src/linux-headers-$abi" "$dir/headers"
}

copy_wanted() {
	local from=$1 to=$2 part
	mkdir -p "$to/kernel"
	for part in "${WANTED[@]}"; do
		[[ -e $from/kernel/$part ]] || continue
		mkdir -p "$to/kernel/${part%/*}"
		cp -r "$from/kernel/$part" "$to/kernel/$part"
	done
	rm -rf "$to/kernel/drivers/net/ethernet"
	cp "$from"/modules.{builtin,builtin.modinfo,order} "$to/"
	# Loading is slow enough where the guest's processor is emulated.
	find "$to" -name '*.ko.xz' -exec xz -d {} +
}

# Modules in EARLY and what they need, numbered in the order of loading.
early_modules() {
	local dir=$1 abi=$2 modules=$3 name path n=10
	mkdir "$dir/early"
	for name in "${EARLY[@]}"; do
		while read -r _ path; do
			compgen -G "$dir/early/*-${path##*/}" >/dev/null ||
				cp "$path" "$dir/early/$((n++))-${path##*/}"
		done < <(/sbin/modprobe -d "$modules" -S "$abi" \
			--show-depends "$name" | grep '^insmod')
	done
}

# "make ABI PACKAGE... DIR" is how piece() calls us back.
make_piece() {
	local abi=$1 dir=${*: -1} deb modules
	local -a packages=("${@:2:$#-2}")
	download "$dir" "${packages[@]}"
	for deb in "$dir"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
		rm "$deb"
	done
	relocate_headers "$dir" "$abi"
	mv "$dir/boot/vmlinuz-$abi" "$dir/vmlinuz"
	modules=$dir/modules
	copy_wanted "$dir/lib/modules/$abi" "$modules/lib/modules/$abi"
	/sbin/depmod -b "$modules" "$abi"
	early_modules "$dir" "$abi" "$modules"
	# Files belong to whoever ran this; the guest must not see that.
	/sbin/mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 \
		-d "$modules/lib/modules" "$dir/modules.img" 160M
	rm -rf "$modules" "${dir:?}"/{boot,lib,usr/share}
}

# Print what the meta packages of a series stand for today: the kernel's name,
# the version, and the packages to fetch.
resolve() {
	local meta abi details
	case $1 in
	6.1) meta=cloud-amd64 ;;
	6.12) meta=6.12-cloud-amd64 ;;
	*) die "no kernel series $1: 6.1, 6.12 and debug are known" ;;
	esac
	abi=$(apt-cache depends "linux-image-$meta" |
		sed -n 's/^  Depends: linux-image-//p') && [[ $abi ]] || return 1
	details=$(apt-cache show --no-all-versions \
		"linux-image-$abi" "linux-headers-$abi") || return 1
	printf '%s\n' "$abi"
	sed -n 's/^Version: //p' <<< "$details" | sort -u | xargs
	printf '%s\n' "linux-image-$abi" "linux-headers-$abi"
	grep -oE 'linux-(headers-[^ ]+-common|kbuild-[^ ,]+)' <<< "$details" | sort -u
}

if [[ ${1:-} == make ]]; then
	make_piece "${@:2}"
	exit
fi
[[ $# -eq 1 ]] || die "usage: $0 SERIES"
[[ $1 != debug ]] || exec "$VM_DIR/debug.sh"
mapfile -t answer < <(from_apt "kernel-$1" resolve "$1")
[[ ${#answer[@]} -gt 3 ]] || die "apt does not know the kernel packages for $1"
piece "kernel-$1" "${answer[*]} $(sha256sum < "$0")" \
	"fetching kernel $1 (${answer[0]} ${answer[1]})" \
	"$0" make "${answer[0]}" "${answer[@]:2}"
