#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One client scans, floods with SYNs and takes all the flows it can get, and yet each
# connection of another client is set up at the first try.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
#
# How long that takes is told, but not judged: a busy machine would fail it. What is
# judged does not depend on speed: a SYN that the gateway refuses or loses is sent again
# or ends the try, and both are counted by c2's own kernel. ROUNDS connections, but no
# more than what is kept of the table for those who have little: an eighth.
. ./lib.sh

: "${ROUNDS:=10}"
MOST=2000
[ "$ROUNDS" -le $((MOST / 10)) ] || ROUNDS=$((MOST / 10))
now()
{
	date +%s%3N
}

# connections: of c2, one after the other; sets TOOK, the milliseconds
connections()
{
	local number start
	start=$(now)
	for ((number = 0; number < ROUNDS; number++)); do
		pkt tcp client "$c2" to=$S1:80 && pkt accept web server from=$EIP ||
			return
	done
	TOOK=$(($(now) - start))
	echo "# $ROUNDS connections $1: $TOOK ms" >&3
}

# tried_again: SYNs that c2 had to send more than once, and tries that failed
tried_again()
{
	on "$c2" nstat -asz TcpExtTCPSynRetrans TcpAttemptFails |
		awk '/^Tcp/ { n += $2 } END { print n }'
}

# hog SERVER PORT: SYNs of c1, from any of its ports, until $HOG is killed
hog()
{
	nsenter --net="/run/netns/$c1" ./forge 1000000000 syn $C1 0 "$@" &
	HOG=$!
}

# undisturbed TEXT: c2 connects as if it were alone
undisturbed()
{
	check "$1: another client connects" connections "$1"
	check_is "$1: at the first try, each time" 0 "$(tried_again)"
}

# during TEXT COUNTER: the attack that goes on, once that has counted a lot of it
during()
{
	check "$1: goes on" wait_for 60 counter_is "$2" -ge 1000
	undisturbed "$1"
	kill $HOG
	wait $HOG 2>"$TMP/killed" || :
	nat flow flush all >/dev/null
}

need nstat
[ -x ./forge ] || skip_all "forge was not built"
exec 3>&1
ktap_plan 11
two_armed
gateway max-flows $MOST
pkt listen web "$s1" $S1:80
undisturbed "calm"
hog $HOLE 80
during "all ports and flows taken" source-drop-fair-share
nat gateway set g client-opening 100
hog $HOLE 0
during "a SYN flood and a limit" source-drop-client-opening
nat gateway set g client-opening 0 max-flows 100000
hog $S1 0
during "a scan" flows-created-tcp
ktap_finish
