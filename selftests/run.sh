#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run selftests on this machine, as root, and print their results as KTAP:
#
#   run.sh [NAME]...   run NAME.sh, or every test of this folder
#   run.sh --count     sum up the results in KTAP read from standard input
#   run.sh --complaints   print what in the kernel's messages on standard input is a
#                      complaint; fails where nothing is
#
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when
# nothing failed and something passed. Beside what a script says itself, it fails
# here when it runs too long, ends before its plan does, leaves a network
# namespace or a module that cannot go, or when the kernel complained meanwhile. On a
# kernel that checks itself afterwards.sh comes last.
#
# From the environment: NATGW_KO and NATCTL (the module and the tool), STRICT=1
# (a script that skips itself fails), LIMIT (seconds that a script may take, instead
# of the timeout in "settings").

set -uo pipefail
export LC_ALL=C.UTF-8

# Complaints of the kernel that fail a test. The clock of an emulated machine
# stumbles now and then, which says nothing about the module.
COMPLAINTS='WARNING|BUG|Oops|KASAN|KCSAN|KFENCE|UBSAN|Call Trace|refcount_t|'
COMPLAINTS+='possible .* detected|unregister_netdevice: waiting|soft lockup|'
COMPLAINTS+='rcu.*(stall|detected)|hung_task|blocked for more than|'
COMPLAINTS+='hw csum failure|general protection|Objects remaining|'
COMPLAINTS+='suspicious RCU|sleeping function called|Invalid wait context|'
COMPLAINTS+='inconsistent lock state|turning off the locking correctness|'
COMPLAINTS+='ODEBUG|ref_tracker|corruption|new suspected memory leaks|'
COMPLAINTS+='kmemleak: (Cannot|Memory pool empty|.* disabled)|workqueue lockup'
HARMLESS='clocksource|hrtimer: interrupt took|loading out-of-tree module|'
HARMLESS+='module verification failed'

# count FILE...: print the sum line for results in KTAP; they are the lines
# indented by one level, the level of a script's own cases.
count() {
	awk '
	/^  ok .*# SKIP/ { skipped++; next }
	/^  ok / { passed++ }
	/^  not ok / { failed++ }
	END {
		printf "%d passed, %d failed, %d skipped\n",
			passed, failed, skipped
		exit failed > 0 || passed == 0
	}' "$@"
}

# The kernel's messages since the last mark.
mark() {
	echo "natgw selftest: $1" > /dev/kmsg
}
messages() {
	dmesg | awk '/natgw selftest: / { n = 0; next } { line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }'
}

loaded() {
	[[ -d /sys/module/natgw ]]
}

namespaces() {
	ip netns list | cut -d' ' -f1 | sort
}

# Of a cache, or a device's settings, that there is no memory for, the kernel shows where
# it was asked for; to have that happen is what faults_*.sh do. And of itself it complains
# where nf_tables walks a list under its own lock, without saying so (6.12).
complaints() {
	awk '
	/kmem_cache_create.* failed with error -/ { wanted = 1 }
	/WARNING: suspicious RCU usage/ { rcu = $0; next }
	rcu && /net\/netfilter\/nf(_tables_api|t_set_[a-z]+)\.c:[0-9]+ RCU-list traversed/ {
		rcu = ""
		wanted = 1
		next
	}
	rcu && /\.[ch]:[0-9]+ / { print rcu; rcu = "" }
	/Call Trace:/ { end_trace(); trace = $0; next }
	# On x86 it is between tags, and has lines of all kinds.
	trace && (/<\/?[A-Z]+>/ || tagged || /\] +(\?|\[<| )/) {
		tagged = !/<\/TASK>/ && (tagged || /<[A-Z]+>/)
		trace = trace "\n" $0
		if (/<\/TASK>/)
			end_trace()
		next
	}
	{ end_trace(); print }
	END { if (rcu) print rcu; end_trace() }
	function end_trace() {
		if (trace && !wanted && trace !~ /__register_sysctl_table/)
			print trace
		if (trace)
			wanted = tagged = 0
		trace = ""
	}' |
		grep -vE "$HARMLESS" | grep -E "$COMPLAINTS"
}

# Results that the runner itself adds to a script's own.
problem() {
	printf '  not ok - %s: %s\n' "$name" "$*"
}
details() {
	sed 's/^/  # /'
}

# Did the script do what its plan and exit status say?
judge() {
	local status=$1 log=$2 planned ran reason
	planned=$(sed -nE 's/^1\.\.([0-9]+).*/\1/p' "$log" | tail -n 1)
	ran=$(grep -cE '^(not )?ok ' "$log")
	case $status in
	4)	reason=$(sed -nE 's/.*# SKIP:? *//p' "$log" | tail -n 1)
		if [[ ${STRICT:-} ]]; then
			problem "skipped, but must run: ${reason:-no reason}"
		else
			printf '  ok - %s # SKIP %s\n' "$name" "$reason"
		fi
		return ;;
	124 | 137)
		problem "ended after $limit s without a result" ;;
	*)	if [[ -z $planned ]]; then
			problem "no plan (exit status $status)"
		elif [[ $planned -ne $ran ]]; then
			problem "planned $planned cases, ran $ran (exit status $status)"
		elif [[ $status -ne 0 ]] && ! grep -q '^not ok ' "$log"; then
			problem "exit status $status without a failed case"
		fi ;;
	esac
}

# Undo what a script must not leave, and say that it did.
clean_up() {
	local left ns
	left=$(comm -13 "$work/namespaces" <(namespaces))
	for ns in $left; do
		ip netns pids "$ns" | xargs -r kill -KILL
		ip netns del "$ns"
	done
	[[ -z $left ]] || problem "left network namespaces:" $left
	if [[ ! $was_loaded ]] && loaded; then
		timeout 60 rmmod natgw || problem "the module cannot be unloaded"
	fi
}

check_kernel() {
	local text first
	text=$(messages)
	first=$(complaints <<< "$text" | sed -n '1s/^\[[^]]*\] //p')
	if [[ $first ]]; then
		problem "the kernel complained: $first"
		details <<< "$text"
	fi
}

# Kill what a script left running in the background; it knows its own by a
# variable that they inherit.
kill_left() {
	grep -lsz "^NATGW_SELFTEST=$1\$" /proc/[0-9]*/environ |
		cut -d/ -f3 | xargs -r kill -KILL
} 2> /dev/null

# Wait until nobody holds the script's output open. A process that is just
# executing another program shows no environment, so look more than once.
drain() {
	local id=$1 reader=$2 round
	for ((round = 0; round < 100; round++)); do
		kill_left "$id"
		kill -0 "$reader" 2> /dev/null || return
		sleep 0.1
	done
	problem "left a process behind that holds its output open"
	kill "$reader"
}

run_script() {
	local log=$work/log id=$$.$number status reader
	mkfifo "$work/pipe"
	tee "$log" < "$work/pipe" | sed -u 's/^/  /' &
	reader=$!
	NATGW_SELFTEST=$id timeout -k 10 "$limit" "./$name.sh" \
		> "$work/pipe" 2>&1 < /dev/null
	status=$?
	drain "$id" "$reader"
	rm "$work/pipe"
	judge "$status" "$log"
}

# Everything about one script, its lines indented below its name.
run_one() {
	local start=$SECONDS
	if [[ ! -x ./$name.sh ]]; then
		problem "there is no such test"
		return
	fi
	mark "$name"
	namespaces > "$work/namespaces"
	run_script
	clean_up
	check_kernel
	printf '  # %s: %s s\n' "$name" $((SECONDS - start))
}

if [[ ${1:-} == --count ]]; then
	count
	exit
fi
if [[ ${1:-} == --complaints ]]; then
	complaints
	exit
fi

cd "$(dirname "$0")" || exit
[[ $EUID -eq 0 ]] || { echo "run.sh: selftests need root" >&2; exit 2; }
: "${NATGW_KO:=$PWD/../natgw.ko}" "${NATCTL:=$PWD/../build/tools/natctl}"
export NATGW_KO NATCTL
mapfile -t names < <(
	if [[ $# -gt 0 ]]; then
		printf '%s\n' "$@"
	else
		find . -maxdepth 1 -name '*.sh' -perm -u+x ! -name run.sh ! -name lib.sh \
			! -name afterwards.sh -printf '%f\n' | sed 's/\.sh$//' | sort
	fi)
[[ ! -e /proc/lockdep_stats ]] || names+=(afterwards)
limit=${LIMIT:-$(sed -n 's/^timeout=//p' settings 2>/dev/null)}
: "${limit:=300}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
was_loaded=
! loaded || was_loaded=1

printf 'TAP version 13\n1..%s\n' ${#names[@]}
number=0
for name in "${names[@]}"; do
	number=$((number + 1))
	printf '# %s\n' "$name"
	run_one | tee "$work/one"
	verdict=ok
	! grep -q '^  not ok ' "$work/one" || verdict="not ok"
	printf '%s %s - %s\n' "$verdict" "$number" "$name"
	cat "$work/one" >> "$work/results"
done
count "$work/results"
