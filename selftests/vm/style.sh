#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Check the sources with the kernel's own tools, what is shipped for others with
# theirs, and print the results as KTAP:
#
#   style.sh SERIES...    with the kernels to compile for
#
# What a failing check found is printed below it.

. "$(dirname "$0")/lib.sh"

# Every test for a kernel version is in this one file, which exists for them.
COMPAT_IGNORE=LINUX_VERSION_CODE,CONSTANT_COMPARISON
# Trace events are laid out as the kernel's own.
TRACE_IGNORE=PARENTHESIS_ALIGNMENT,OPEN_ENDED_LINE
# Userspace has no such macros, and its libraries have such names.
TOOLS_IGNORE=PREFER_DEFINED_ATTRIBUTE_MACRO,CAMELCASE

# run_case NAME CMD...: one result; CMD is its own process so that "set -e" holds.
run_case() {
	local name=$1 start=$SECONDS verdict=ok
	shift
	number=$((number + 1))
	"$0" --case "$@" > "$OUT/log" 2>&1 || verdict="not ok"
	printf '  %s %s - %s\n' "$verdict" $number "$name"
	[[ $verdict == ok ]] || sed 's/^/  # /' "$OUT/log"
	printf '  # %s: %s s\n' "$name" $((SECONDS - start))
}

# quiet CMD...: fail when CMD does or when it prints anything.
quiet() {
	local output status=0
	output=$("$@" 2>&1) || status=$?
	[[ -z $output ]] || printf '%s\n' "$output"
	[[ $status -eq 0 && -z $output ]]
}

checkpatch() {
	local source
	source=$("$VM_DIR/source.sh")
	# checkpatch looks for the names of a kernel tree, and leaves a file
	# where it runs.
	mkdir -p "$OUT/include"
	cd "$OUT"
	quiet perl "$source/scripts/checkpatch.pl" --no-tree --root="$OUT" \
		--strict --terse --show-types --no-summary --quiet "$@"
}

# sources DIR...: the C sources below, less those that a generator wrote.
sources() {
	find "$@" -name '*.[ch]' ! -name '*-gen.[ch]' ! -name compat.h \
		! -name trace.h
}

checkpatch_module() {
	local -a files
	mapfile -t files < <(sources "$TOP/module")
	checkpatch -f "${files[@]}"
	checkpatch --ignore "$COMPAT_IGNORE" -f "$TOP/module/compat.h"
	checkpatch --ignore "$TRACE_IGNORE" -f "$TOP/module/trace.h"
}

checkpatch_tools() {
	local -a files
	mapfile -t files < <(sources "$TOP/tools" "$TOP/selftests")
	checkpatch --ignore "$TOOLS_IGNORE" -f "${files[@]}"
}

# The module with extra warnings and with sparse, in one pass: each of them
# prints "warning" or "error" and nothing else is printed.
compile() {
	local series=$1 log=$OUT/$1.log kernel
	kernel=$("$VM_DIR/kernel.sh" "$series")
	rm -rf "${OUT:?}/$series"
	mkdir -p "$OUT/$series"
	cp -r "$TOP"/{Kbuild,module,uapi} "$OUT/$series/"
	make -s -j "$(nproc)" -C "$kernel/headers" M="$OUT/$series" \
		CONFIG_DEBUG_INFO_BTF_MODULES= W=1 C=2 \
		CF="-D__CHECK_ENDIAN__" modules > "$log" 2>&1 || {
			cat "$log"
			return 1
		}
	# Sparse lacks a few things that the kernel's own headers use.
	! grep -E "$OUT/$series/.*(warning|error)|^WARNING" "$log"
}

compile_tools() {
	make -s -j "$(nproc)" -C "$TOP/tools" O="$OUT/tools" CFLAGS="-O2 -Werror"
}

# natctl with sanitizers, and random words and files; see tools/fuzz.py.
sanitized() {
	make -s -C "$TOP/tools" O="$OUT/sanitized" "$OUT/sanitized/natctl" \
		CFLAGS="-O1 -g -fsanitize=address,undefined"
	"$TOP/tools/fuzz.py" "$OUT/sanitized/natctl" "${FUZZ_SEED:-1}" \
		"${FUZZ_RUNS:-100}"
}

coccinelle() {
	local source
	source=$("$VM_DIR/source.sh")
	export OUT TOP
	# Scripts with parts in OCaml need its compiler.
	grep -rLZ --include='*.cocci' 'script:ocaml' "$source/scripts/coccinelle" |
		xargs -0 -n 1 -P "$(nproc)" "$0" --case semantic_patch > "$OUT/cocci"
	quiet cat "$OUT/cocci"
}

# One of the kernel's semantic patches, with the options it asks for itself.
semantic_patch() {
	local script=$1
	local -a options
	read -ra options < <(sed -n 's|^// Options:||p' "$script" | xargs)
	spatch -D report --very-quiet --cocci-file "$script" "${options[@]}" \
		--dir "$TOP/module" 2> /dev/null
}

shell_scripts() {
	# .git and build hold what is not ours.
	cd "$TOP"
	grep -rlE --exclude-dir=.git --exclude-dir=build \
		'^#!/bin/(ba)?sh|^#!/bin/busybox sh|^# shellcheck shell=' . |
		xargs shellcheck --external-sources --source-path=SCRIPTDIR \
			--severity=warning --format=gcc
}

# What is shipped for Prometheus: the rules do what their tests say, and neither
# they nor the dashboard know a metric that there is not.
monitoring() {
	local promtool dir=$TOP/Documentation/monitoring known
	promtool=$("$VM_DIR/promtool.sh")
	quiet_unless_failed "$promtool" check rules "$dir/natgw.rules.yml"
	quiet_unless_failed "$promtool" test rules "$dir/natgw.rules.test.yml"
	quiet_unless_failed python3 -m json.tool "$dir/dashboard.json"
	make -s -C "$TOP/tools" O="$OUT/tools"
	known=$(grep -o 'natgw_[a-z_]*' "$OUT/tools/natctl.8" | sort -u)
	quiet comm -23 <(cat "$dir"/*.yml "$dir"/*.json |
		grep -o 'natgw_[a-z_]*' | sort -u) - <<< "$known"
}

# What people have no use for as long as nothing is wrong.
quiet_unless_failed() {
	local output
	output=$("$@" 2>&1) || { printf '%s\n' "$output"; return 1; }
}

# The manual page that they name is not installed here.
systemd_units() {
	quiet systemd-analyze verify --man=no "$TOP"/tools/systemd/*.{service,timer}
}

generated() {
	"$TOP/tools/gen.sh" --check
}

number=0
OUT=$TOP/build/style
if [[ ${1:-} == --case ]]; then
	"${@:2}"
	exit
fi
"$VM_DIR/deps.sh" style build gen vm
mkdir -p "$OUT"
{
	printf 'TAP version 13\n# style\n'
	run_case "generated files are up to date" generated
	run_case "shellcheck" shell_scripts
	run_case "checkpatch of the module" checkpatch_module
	run_case "checkpatch of the tools" checkpatch_tools
	for series in "$@"; do
		run_case "warnings and sparse, kernel $series" compile "$series"
	done
	run_case "warnings of the tools" compile_tools
	run_case "random words for natctl, with sanitizers" sanitized
	run_case "Coccinelle" coccinelle
	run_case "alert rules and dashboard" monitoring
	run_case "units for systemd" systemd_units
} | tee "$OUT/ktap"
"$TOP/selftests/run.sh" --count < "$OUT/ktap"
