#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the folder of a kernel for the VM that checks itself while it runs (see
# debug.config), built from Debian's source. In it is what kernel.sh says; everything
# that the guest needs is built in, so early/ is empty.

. "$(dirname "$0")/linux.sh"

CONFIG=$VM_DIR/debug.config
# Of the built tree, what modules are built against.
HEADERS=(Makefile Module.symvers .config include arch/x86 scripts
	 tools/objtool/objtool)

debug_make() {
	nice make -s -C "$dir/tree" -j "$(nproc)" "$@"
}

# "make DIR" is how piece() calls us back.
make_piece() {
	local dir=$1 part
	"$VM_DIR/deps.sh" linux
	mkdir "$dir"/{tree,early,headers,modules}
	unpack_linux "$dir/tree"
	debug_make tinyconfig
	(cd "$dir/tree" && scripts/kconfig/merge_config.sh -m .config "$CONFIG")
	debug_make olddefconfig
	check_config "$CONFIG"
	debug_make bzImage modules
	debug_make INSTALL_MOD_PATH="$dir/modules" modules_install
	/sbin/mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 \
		-d "$dir/modules/lib/modules" "$dir/modules.img" 8M
	mv "$dir/tree/arch/x86/boot/bzImage" "$dir/vmlinuz"
	find "$dir/tree" -name '*.[oac]' ! -path '*/scripts/*' -delete
	for part in "${HEADERS[@]}"; do
		mkdir -p "$dir/headers/$(dirname "$part")"
		mv "$dir/tree/$part" "$dir/headers/$part"
	done
	rm -rf "$dir"/{tree,modules}
}

if [[ ${1:-} == make ]]; then
	make_piece "$2"
	exit
fi
version=$(linux_version)
piece kernel-debug "$version $(cat "$0" "$CONFIG" | sha256sum)" \
	"building a kernel that checks itself ($LINUX $version), 10 to 30 minutes" \
	"$0" make
