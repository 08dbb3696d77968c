#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Source ports: all different towards one destination, from the whole range of
# 1024 to 65535, and in no order that could be guessed.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

COUNT=1600

# ports KIND: of the packets of that kind, in the order of their flows
ports()
{
	pkt field wan "$2" dst=$HOLE proto="$1"
}

# spread: sixteen classes of equal width hold 100 ports each, more or less. A
# fair choice leaves these bounds (six times the deviation) once in 10^7 runs.
spread()
{
	awk '{ class[int(($1 - 1024) / 4032)]++ }
		END {
			for (i = 0; i < 16; i++) {
				print i, class[i]
				if (class[i] < 42 || class[i] > 158)
					bad = 1
			}
			exit bad
		}' "$1"
}

# unordered: the next port is no neighbour of the last one, and as often lower
# as higher
unordered()
{
	awk 'NR > 1 { if ($1 > last) up++
		      d = $1 - last
		      if (d < 0) d = -d
		      if (d <= 16) near++ }
		{ last = $1 }
		END { print up " of " NR " higher, " near + 0 " near"
		      exit up < 640 || up > 960 || near > 20 }' "$1"
}

judge()
{
	check_is "$1: they are all different" $COUNT \
		"$(sort -u "$TMP/ports" | wc -l)"
	check "$1: they are within 1024 to 65535" awk \
		'$1 < 1024 || $1 > 65535 { exit 1 }' "$TMP/ports"
	check "$1: they are spread over all of that" spread "$TMP/ports"
	check "$1: they come in no order" unordered "$TMP/ports"
}

need
ktap_plan 9
two_armed
gateway
pkt capture wan "$rt/wan"
for kind in udp tcp; do
	pkt send "$c1/eth0" "$gw/in1" $kind src=$C1 dst=$HOLE \
		sport=20000..$((20000 + COUNT - 1))
	pkt wait wan n=$COUNT src=$EIP proto=$kind
	ports $kind sport >"$TMP/ports"
	judge $kind
	mv "$TMP/ports" "$TMP/ports.$kind"
done
refute "the client's port does not tell that of the wire" \
	cmp "$TMP/ports.udp" "$TMP/ports.tcp"
ktap_finish
