# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts that prepare and start the VM share: messages, the cache of
# prepared pieces, and packages taken apart without being installed.
#
# Sourced by bash scripts; not run by itself.

set -euo pipefail
export LC_ALL=C.UTF-8

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$VM_DIR/../.." && pwd)
CACHE=${NATGW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/natgw}
export TOP CACHE
# Of Debian, for what is made with mmdebstrap.
SUITE=bookworm

# The scripts hand results to each other on stdout, so people are told on stderr.
say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# as_root CMD...: run CMD as root, directly or by sudo that asks nothing.
as_root() {
	if [[ $EUID -eq 0 ]]; then
		"$@"
	elif sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		die "this needs root: sudo $*"
	fi
}

apt_update() {
	say "updating the package lists"
	as_root apt-get -q update >&2 || die "apt-get update failed"
}

# logged TEXT CMD...: run CMD and tell how long it took. What it prints is seen
# with V=1, or its end when it fails.
logged() {
	local text=$1 log start=$SECONDS
	shift
	if [[ -n ${V:-} ]]; then
		say "$text ..."
		"$@" >&2 || die "$text failed"
		say "$text: $((SECONDS - start)) s"
		return
	fi
	log=$(mktemp)
	printf '%s ... ' "$text" >&2
	if "$@" > "$log" 2>&1; then
		say "$((SECONDS - start)) s"
		rm "$log"
		return
	fi
	say "failed"
	tail -n 40 "$log" >&2
	die "$text failed; all of its output is in $log"
}

# piece NAME KEY TEXT CMD...: print the folder of a prepared piece. Where it is
# missing, CMD makes it in the folder it gets as its last argument, which is
# renamed once it is complete: an interrupted run leaves nothing half made.
# Older pieces of the same name go when nobody used them for a day.
piece() {
	local name=$1 key text=$3 dir
	key=$(printf '%s' "$2" | sha256sum | cut -c1-16)
	shift 3
	dir=$CACHE/$name-$key
	mkdir -p "$CACHE"
	exec {piece_lock}>"$CACHE/$name.lock"
	flock "$piece_lock"
	if [[ ! -d $dir ]]; then
		rm -rf "$CACHE/tmp.$name"
		mkdir "$CACHE/tmp.$name"
		# A function called as a condition runs without "set -e", and
		# a half made piece would look whole: CMD is its own process.
		logged "$text" "$@" "$CACHE/tmp.$name"
		mv "$CACHE/tmp.$name" "$dir"
	fi
	touch "$dir"
	find "$CACHE" -mindepth 1 -maxdepth 1 -type d -mmin +1440 \
		-name "$name-????????????????" ! -path "$dir" -exec rm -rf {} +
	exec {piece_lock}>&-
	printf '%s\n' "$dir"
}

# The version of a package that apt would install; fails where there is none.
candidate() {
	LC_ALL=C apt-cache policy "$1" |
		sed -n 's/^  Candidate: //p' | grep -v '(none)'
}

# Before something is fetched: lists that are a day old may name packages that
# the mirror no longer has. Without root or network they have to do.
refresh_lists() {
	[[ -n $(find /var/lib/apt/lists -maxdepth 0 -mmin -1440) ]] ||
		(apt_update) || say "going on with the package lists as they are"
}

# from_apt NAME CMD...: print what CMD learns from apt's package lists. Asking apt
# takes seconds, so the answer is kept until the lists or the asking script
# change. Lists that do not know the answer are updated once.
from_apt() {
	local answer=$CACHE/apt.$1
	shift
	if [[ ! $answer -nt /var/lib/apt/lists || ! $answer -nt $0 ]]; then
		mkdir -p "$CACHE"
		refresh_lists
		if ! "$@" > "$answer.$$"; then
			apt_update
			"$@" > "$answer.$$" || { rm "$answer.$$"; return 1; }
		fi
		mv "$answer.$$" "$answer"
	fi
	cat "$answer"
}

# download DIR PACKAGE...: fetch packages into DIR, install nothing.
download() {
	local dir=$1
	shift
	(cd "$dir" && apt-get -q -o APT::Sandbox::User=root download "$@" >&2)
}

# Where this machine has Debian's packages from, as sources.list lines; nothing
# where it is not this suite of Debian, and mmdebstrap takes the usual mirror.
mirrors() {
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format \
		'$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' |
		sed -nE "s/^Debian ([^ ]+ $SUITE(-updates|-security)? main)$/deb \1/p" |
		sort -u
}
