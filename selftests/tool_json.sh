#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What natctl prints can be read by programs, says the same as its text, and can
# be loaded again.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

shows()
{
	cat <<-END
		gateway show
		gateway show g
		-s gateway show
		address show
		address show gateway g
		flow show
		flow count
		stats
		stats gateway g
		fence show
	END
}

# valid OPTIONS COMMAND...: JSON, an array of objects with something in it
valid()
{
	nat "$@" >"$TMP/out" && cat "$TMP/out" &&
		jq -e 'type == "array" and length > 0 and
			all(.[]; type == "object")' "$TMP/out"
}

# same_said COMMAND...: each address, name and word of the JSON is in the text
same_said()
{
	local word
	nat -s "$@" >"$TMP/text"
	while read -r word; do
		if ! grep -qF -e "$word" "$TMP/text"; then
			echo "not in the text: $word"
			cat "$TMP/text"
			return 1
		fi
	done < <(nat -j "$@" | jq -r '.. | strings')
}

everything()
{
	nat -j gateway show | jq 'map(del(.flows))'
	nat -j address show | jq 'map(del(.flows))'
}

round_trip()
{
	everything >"$TMP/before"
	check "save writes" nat save "$TMP/saved"
	check "restore of the same reads it" nat restore "$TMP/saved"
	check "and changes nothing" same_as before
	check "it does not end flows of what stays the same" flows -ge 1

	nat gateway set g udp 77 unsolicited drop inside 10.0.1.0/24 2>/dev/null
	nat address del gateway g eip $EIP2
	nat gateway add extra dev dmz eip 192.0.2.20 inside 10.7.0.0/16 \
		2>/dev/null
	nat gateway del p 2>/dev/null
	check "restore after changes" nat restore "$TMP/saved"
	check "puts everything back" same_as before
	check "save to standard output is the same" same_saved
	check "restore from standard input" \
		nat restore <"$TMP/saved"

	nat gateway del g 2>/dev/null
	nat gateway del p 2>/dev/null
	check "restore into nothing" nat restore "$TMP/saved"
	check "makes everything" same_as before
	sed 's/^gateway add p.*/& nonsense/' "$TMP/saved" >"$TMP/broken"
	nat gateway set g udp 99
	everything >"$TMP/mine"
	refute "a file with an error is refused" nat restore "$TMP/broken"
	check "and nothing of it was done" same_as mine
}

same_as()
{
	everything | diff - "$TMP/$1"
}

same_saved()
{
	nat save - | diff <(grep -v '^#' "$TMP/saved") <(nat save | grep -v '^#')
}

batch()
{
	local status=0
	cat >"$TMP/batch" <<-END
		# a comment, and an empty line

		gateway set g udp 41
		gateway set nobody udp 42
		gateway set g udp 43
	END
	nat -b "$TMP/batch" >"$TMP/said" 2>&1 || status=$?
	check_is "a batch ends with the status of its first error" 2 $status
	check "the error names file and line" grep -qF "$TMP/batch:4:" "$TMP/said"
	check_is "the lines before it were done, none after it" 41 \
		"$(nat -j gateway show g | jq '.[0].timeouts.udp')"
	status=0
	nat --force -b "$TMP/batch" >"$TMP/said" 2>&1 || status=$?
	check_is "with --force it goes on" 43 \
		"$(nat -j gateway show g | jq '.[0].timeouts.udp')"
	refute "and still fails" [ $status -eq 0 ]
}

need
ktap_plan $(($(shows | wc -l) + 1 + 2 + 12 + 5))
two_armed
ip -n "$gw" link add dmz type dummy
plug "$gw" dmz 192.0.2.2/24
nat gateway add old dev dmz eip 192.0.2.10 inside 10.8.0.0/16 2>/dev/null
nat gateway del old 2>/dev/null
gateway tcp-closing 30 max-flows 1000
nat address add gateway g eip $EIP2
nat gateway add p dev dmz connectivity private inside 10.1.0.0/16 \
	inside 10.2.0.0/16 conntrack bypass
pkt capture wan "$rt/wan"
pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000
pkt wait wan src=203.0.113.0/24 dst=$HOLE
while read -r command; do
	# shellcheck disable=SC2086 # words are words
	check "JSON of $command" valid -j $command
done < <(shows)
check "pretty JSON" valid -j -p gateway show
check "the text of gateways says the same" same_said gateway show
check "the text of addresses says the same" same_said address show
round_trip
batch
ktap_finish
