#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who may send to the external port of an inside endpoint, for each filter that
# a mapping can have, and what becomes of the others.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

HOLE2=198.51.100.71
HOLE3=198.51.100.72
EI="endpoint-independent"
AD="address-dependent"
APD="address-and-port-dependent"

# opens KIND [DESTINATION]: c1 sends to it; sets PORT, the one on the wire
opens()
{
	local to=${2:-$HOLE}
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" "$1" src=$C1 dst="$to" sport=7000 dport=53
	pkt wait wan src=$EIP dst="$to"
	PORT=$(pkt field wan sport src=$EIP dst="$to")
}

# knock KIND WORDS...: rt sends this to that port
knock()
{
	pkt send "$rt/wan" "$gw/ext" "$@" dst=$EIP dport="$PORT"
}

# stranger [DATA]: one more of them, each from a port of its own
STRANGER=3000
stranger()
{
	STRANGER=$((STRANGER + 1))
	knock udp src=$HOLE2 sport=$STRANGER data="${1:-stranger}"
}

### who gets in ###############################################################

# guests KIND: who gets in after c1 has sent to $HOLE:53. That one is the last to
# come, and always does.
guests()
{
	nat flow flush all >/dev/null
	opens "$1"
	knock "$1" src=$HOLE2 sport=53 data=address
	knock "$1" src=$HOLE sport=54 data=port
	knock "$1" src=$HOLE sport=53 data=destination
	pkt wait c1 data=destination
	pkt field c1 data dst=$C1 | xargs
}

# Mapping, filtering, who gets in, how many are stopped by the filter; for others
# there is no mapping at all.
filters()
{
	cat <<-END
		$EI|$EI|address port destination|0
		$EI|$AD|port destination|1
		$EI|$APD|destination|2
		$AD|$AD|port destination|0
		$AD|$APD|destination|1
		$APD|$APD|destination|0
	END
}

who()
{
	local mapping filtering guests stopped before text
	while IFS='|' read -r mapping filtering guests stopped; do
		text="mapping $mapping, filtering $filtering"
		nat gateway set g mapping $mapping filtering $filtering
		before=$(counter destination-drop-filtered)
		check_is "U8 UDP, $text" "$guests" "$(guests udp)"
		check_is "T3 TCP, $text" "$guests" "$(guests tcp)"
		check_is "the filter counts whom it stops" $((2 * stopped)) \
			$(($(counter destination-drop-filtered) - before))
	done < <(filters)

	nat gateway set g mapping $EI tcp-filtering $EI udp-filtering $APD
	check_is "Q7 a filter for each protocol" \
		"destination, address port destination" \
		"$(guests udp), $(guests tcp)"
	opens tcp
	knock udp src=$HOLE sport=53 data=q7
	check "Q7 UDP does not get in by a port of TCP's" \
		wait_for 5 counter_is destination-drop-unsolicited -ge 1
	check "Q7 however wide the filter" pkt none c1 data=q7
}

# Queries have no filter: from outside they are answers or nothing.
queries()
{
	local id before
	nat gateway set g mapping $EI filtering $EI
	pkt clear
	pkt send "$c1/eth0" "$gw/in1" echo src=$C1 dst=$HOLE id=7
	pkt wait wan dst=$HOLE
	id=$(pkt field wan id dst=$HOLE)
	before=$(counter destination-drop-unsolicited)
	pkt send "$rt/wan" "$gw/ext" echo src=$HOLE2 dst=$EIP id="$id"
	pkt send "$rt/wan" "$gw/ext" echo-reply src=$HOLE2 dst=$EIP id="$id"
	check "a query from outside gets nowhere, nor another's answer" \
		wait_for 5 counter_is destination-drop-unsolicited \
		-eq $((before + 2))
	check "the client sees neither" pkt none c1 src=$HOLE2
}

# With sockets: what gets in is whole, and so is the answer
visitors()
{
	local end
	nat gateway set g mapping $EI filtering $EI
	pkt udp inside "$c1" bind=$C1:5000
	pkt put inside to=$S1:53 data=open
	end=$(pkt take server data=open)
	pkt udp visitor "$s2" bind=$S2:4000
	pkt put visitor to="$end" len=1472
	check "U8 a stranger's datagram gets in" \
		pkt take inside len=1472 from=$S2
	pkt reply inside data=welcome
	check_is "it is answered from the same endpoint" "$end" \
		"$(pkt take visitor data=welcome)"

	pkt tcp out "$c1" bind=$C1:7000 to=$S1:80 >"$TMP/log"
	end=$(pkt accept web conn)
	pkt listen door "$c1" $C1:7000
	check "T3 a stranger connects" pkt tcp visitor "$s2" to="$end"
	check "the client sees who it is" pkt accept door guest from=$S2
	pkt put visitor len=4000
	check "the stranger's data arrive" pkt take guest len=4000
	pkt put guest len=5000
	check "and the answer" pkt take visitor len=5000
	check "checksums are right at the client" pkt sums c1 src=$S2
	check "checksums are right at the stranger" pkt sums s2 src=$EIP
	pkt close inside visitor out conn door guest
}

### what is refused ###########################################################

# profile before | words of the message | options
combinations()
{
	cat <<-END
		aws|tcp-filtering cannot be wider|tcp-filtering $AD
		aws|tcp-filtering cannot be wider|tcp-filtering $EI
		aws|udp-filtering cannot be wider|udp-filtering $AD
		aws|udp-filtering cannot be wider|udp-filtering $EI
		aws|udp-filtering cannot be wider|tcp-mapping $EI filtering $AD
		aws|tcp-filtering cannot be wider|tcp-mapping $AD tcp-filtering $EI
		aws|hairpin on needs mapping $EI|hairpin on
		aws|hairpin on needs mapping $EI|hairpin on tcp-mapping $EI
		aws|hairpin on needs mapping $EI|hairpin on mapping $AD
		rfc|hairpin on needs mapping $EI|mapping $APD filtering $APD
		rfc|tcp-filtering cannot be wider|hairpin off tcp-mapping $AD
		rfc|udp-filtering cannot be wider|hairpin off udp-mapping $APD
	END
}

# stays WORDS OPTIONS...: the kernel refuses these, says so, and changes nothing
stays()
{
	local status=0
	nat -j gateway show >"$TMP/before"
	nat gateway set g "${@:2}" >"$TMP/said" 2>&1 || status=$?
	cat "$TMP/said"
	[ $status -eq 2 ] && grep -q "$1" "$TMP/said" &&
		nat -j gateway show | cmp - "$TMP/before"
}

together()
{
	local profile words options
	while IFS='|' read -r profile words options; do
		nat gateway set g profile "$profile"
		# shellcheck disable=SC2086 # words are words
		check "$profile: $options is refused" stays "$words" $options
	done < <(combinations)
	nat gateway set g profile aws unsolicited drop
}

### changes and limits #########################################################

# An address may send as long as c1 has a flow to it.
permits()
{
	nat flow flush all >/dev/null
	nat gateway set g filtering $AD
	opens udp $HOLE3
	opens udp
	knock udp src=$HOLE sport=54 data=before
	check "a far side that c1 has sent to gets in" pkt wait c1 data=before
	nat flow flush dst $HOLE >/dev/null
	knock udp src=$HOLE sport=54 data=after
	knock udp src=$HOLE3 sport=54 data=other
	check "so does another, for which there still is a flow" \
		pkt wait c1 data=other
	check "the first does not, after its last flow" pkt none c1 data=after
}

narrowed()
{
	nat flow flush all >/dev/null
	nat gateway set g filtering $EI
	opens udp
	stranger
	pkt wait c1 data=stranger
	nat gateway set g filtering $APD
	knock udp src=$HOLE2 sport=$STRANGER data=old
	stranger new
	knock udp src=$HOLE2 sport=$((STRANGER - 1)) data=older
	check "a narrower filter leaves those in who are" \
		pkt wait c1 data=older
	check "and lets no others in" pkt none c1 data=new
}

# The port is an inside host's, so this host does not say that it is closed.
silent()
{
	nat flow flush all >/dev/null
	nat gateway set g filtering $AD unsolicited local
	opens udp
	stranger
	pkt send "$rt/wan" "$gw/ext" udp src=$HOLE2 dst=$EIP dport=3999
	check "this host answers for its own ports" \
		pkt wait wan src=$EIP type=3 code=3 q.dport=3999
	check "for those that a filter keeps closed nobody does" \
		pkt none wan src=$EIP type=3 q.dport="$PORT"
	nat gateway set g unsolicited drop
}

limits()
{
	nat flow flush all >/dev/null
	nat gateway set g filtering $EI client-flows 3
	opens udp
	local before
	before=$(counter destination-drop-no-flow)
	stranger guest
	stranger guest
	stranger guest
	check "flows from outside count on the client's limit" wait_for 5 \
		counter_is destination-drop-no-flow -eq $((before + 1))
	check_is "up to it they get in" 2 "$(pkt count c1 data=guest)"
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7001
	check "then the client gets no more either" \
		wait_for 5 counter_is source-drop-client-flows -eq 1
	pkt send "$c2/eth0" "$gw/in2" udp src=$C2 dst=$HOLE data=c2
	check "but others do" pkt wait wan src=$EIP data=c2
	nat gateway set g client-flows 0
}

need
ktap_plan 62
two_armed
# No socket of c1 knows the crafted SYNs; its kernel would reset them.
on "$c1" nft -f - <<END
table ip quiet {
	chain output {
		type filter hook output priority filter
		tcp sport 7000 tcp dport { 53, 54 } tcp flags & rst == rst drop
	}
}
END
gateway unsolicited drop
pkt capture wan "$rt/wan"
pkt capture c1 "$c1/eth0"
pkt capture s2 "$s2/eth0"
pkt udp server "$s1" bind=$S1:53
pkt listen web "$s1" $S1:80
who
queries
together
both_offloads visitors
permits
narrowed
silent
limits
ktap_finish
