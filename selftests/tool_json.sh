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
		rule show
		rule show gateway g
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
	nat -j address show |
		jq 'map(del(.flows, .["flows-created"], .["port-errors"]))'
	nat -j rule show
}

round_trip()
{
	everything >"$TMP/before"
	check "save writes" nat save "$TMP/saved"
	check "restore of the same reads it" nat restore "$TMP/saved"
	check "and changes nothing" same_as before
	check "it does not end flows of what stays the same" flows -ge 1

	nat gateway set g udp 77 unsolicited drop inside 10.0.1.0/24 2>/dev/null
	nat rule del gateway g pref 3
	nat rule del gateway g pref 20
	nat rule del gateway g pref 30
	nat rule add gateway g pref 30 proto gre idle 61
	nat rule add gateway g pref 20 dst $S2 proto tcp dport 5432 idle 99
	nat rule add gateway g pref 40 dst 192.0.2.0/24 exempt
	nat address del gateway g eip $EIP2
	nat gateway add extra dev dmz eip 192.0.2.20 inside 10.7.0.0/16 \
		2>/dev/null
	nat gateway del p 2>/dev/null
	check "restore after changes" nat restore "$TMP/saved"
	check "puts everything back" same_as before
	check "save to standard output is the same" same_saved
	nat gateway set p profile rfc
	nat gateway set g profile rfc mss pmtu
	check "restore of a profile" nat restore "$TMP/saved"
	check "gives every option back" same_as before
	check "restore from standard input" \
		nat restore <"$TMP/saved"

	nat gateway del g 2>/dev/null
	nat gateway del p 2>/dev/null
	check "restore into nothing" nat restore "$TMP/saved"
	check "makes everything" same_as before
	sed 's/^gateway add p /&nonsense /' "$TMP/saved" >"$TMP/broken"
	nat gateway set g udp 99
	everything >"$TMP/mine"
	refute "a file with an error is refused" nat restore "$TMP/broken"
	check "and nothing of it was done" same_as mine
}

# A file as somebody writes it: what it does not say is the profile's.
short_file()
{
	cat >"$TMP/short" <<-END
		gateway add g dev ext eip $EIP inside 10.0.0.0/16 profile rfc \\
			udp 55
		rule add gateway g dst $S2 idle 7200
		rule add gateway g dst 192.0.2.0/24 exempt
	END
	check "restore of a short file" nat restore "$TMP/short"
	check "other gateways are gone" \
		[ "$(nat -j gateway show | jq -c 'map(.name)')" = '["g"]' ]
	check "what it does not say is the profile's" option g 7440 tcp-established
	check "what it says is not" option g 55 udp
	check_is "rules without numbers are numbered" "[10,20]" \
		"$(nat -j rule show | jq -c 'map(.pref)')"
	everything >"$TMP/before"
	check "restore again" nat restore "$TMP/short"
	check "changes nothing" same_as before
	sed -i 's/ profile rfc//' "$TMP/short"
	check "without a profile" nat restore "$TMP/short"
	check "it is the profile of a new gateway" \
		option g 350 tcp-established
	check "and the rest stays" option g 55 udp
	nat restore "$TMP/saved" 2>/dev/null
}

# option GATEWAY VALUE NAME
option()
{
	check_value "$2" "$(nat -j gateway show "$1" |
		jq -r ".[0].options[\"$3\"]")"
}

check_value()
{
	echo "wanted: $1, got: $2"
	[ "$1" = "$2" ]
}

# is FILTER JSON: a filter of jq holds
is()
{
	jq -e "$1" <<<"$2"
}

options()
{
	local shown
	check "JSON of options: words and numbers" is '.[0].profile == "aws" and
		(.[0].options | .unsolicited == "local" and
		 .["tcp-established"] == 350 and .["tcp-closing"] == 30 and
		 .mss == "off" and .hairpin == "off" and
		 .["tcp-mapping"] == "address-and-port-dependent" and
		 length == 44)' "$(nat -j gateway show g)"
	nat gateway set g map end filt address-d
	check "words for several options set them all" is '.[0].options |
		.["tcp-mapping"] == "endpoint-independent" and
		.["udp-mapping"] == "endpoint-independent" and
		.["tcp-filtering"] == "address-dependent" and
		.["udp-filtering"] == "address-dependent"' \
		"$(nat -j gateway show g)"
	nat gateway set g mss 1400
	check "mss is a number" option g 1400 mss
	nat gateway set g mss pmtu
	check "or a word" option g pmtu mss
	nat gateway set g mss 0
	check "for a number too" option g off mss
	nat gateway set g profile aws tcp-closing 30 max-flows 1000
	shown=$(nat gateway show g)
	check "the text shows the main options" \
		grep -qE 'unsolicited +local' <<<"$shown"
	refute "and not all" grep -q proto-gre <<<"$shown"
	check "-s shows all" grep -qE 'proto-gre +off' <(nat -s gateway show g)
	check "in lines of a screen's width" \
		[ "$(nat -s gateway show g | wc -L)" -le 80 ]
}

# Commands that the kernel refuses, and a part of what it says
ranges()
{
	cat <<-END
		gateway set g udp 0 | udp takes 1 to 604800 seconds
		gateway set g tcp-established 604801 | tcp-established takes 1 to 604800 seconds
		gateway set g udp 4294967295 | udp takes 1 to 604800 seconds
		gateway set g hold-udp 604801 | hold-udp takes 0 to 604800 seconds
		gateway set g hold-max 16777217 | hold-max takes 0 to 16777216
		gateway set g max-flows 0 | max-flows takes 1 to 4294967295
		gateway set g mss 87 | mss takes off, pmtu, or 88 to 65495
		gateway set g mss 65496 | mss takes off, pmtu, or 88 to 65495
		gateway set g filtering end | tcp-filtering cannot be wider than tcp-mapping
		gateway set g udp-filtering address-d | udp-filtering cannot be wider than udp-mapping
		gateway set g hairpin on | mapping endpoint-independent
		address del gateway g eip $EIP2 drain 604801 | 604800
		rule add gateway nobody exempt | no gateway has this name
		rule add gateway g pref 20 exempt | a rule with this number already
		rule add gateway g pref 0 exempt | pref takes 1 to
		rule add gateway g exempt idle 5 | exempt
		rule add gateway g idle 0 | 1 to 604800
		rule add gateway g idle 604801 | 1 to 604800
		rule add gateway g address 192.0.2.99 | the gateway has no such address
		rule add gateway g dst 10.1.0.1/16 exempt | bits
		rule add gateway g dport 5 exempt | dport needs a protocol
		rule add gateway g proto gre dport 5 exempt | dport needs a protocol
		rule del gateway g pref 99 | no rule with this number
		rule show gateway nobody | no gateway has this name
	END
}

# no MESSAGE COMMAND...: the kernel refuses it with that
no()
{
	local status=0
	nat "${@:2}" >"$TMP/said" 2>&1 || status=$?
	echo "status $status"
	cat "$TMP/said"
	[ $status -eq 2 ] && grep -qF -- "$1" "$TMP/said"
}

rules()
{
	check "JSON of rules: all that was given, in order" is '. == [
		{gateway: "g", pref: 3, src: "10.0.1.0/24",
		 dst: "198.51.100.0/24", proto: "tcp", dport: 443,
		 "dport-end": 443, exempt: true},
		{gateway: "g", pref: 20, dst: "198.51.100.210/32",
		 proto: "tcp", dport: 5000, "dport-end": 5999, exempt: false,
		 address: "203.0.113.11", idle: 28800},
		{gateway: "g", pref: 30, proto: "gre", exempt: false,
		 idle: 60}]' "$(nat -j rule show)"
	check "the text of rules says the same" same_said rule show
	check "a rule without a number comes last" \
		grep -qE '^g +30 +any +any +gre +any +idle 60 s$' <(nat rule show)
	check "the rules of one gateway" is '. == []' \
		"$(nat -j rule show gateway p)"
	nat rule del gateway g pref 30
	check "a rule is removed" is 'map(.pref) == [3, 20]' \
		"$(nat -j rule show)"
	nat rule add gateway g proto gre idle 60
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
		"$(nat -j gateway show g | jq '.[0].options.udp')"
	status=0
	nat --force -b "$TMP/batch" >"$TMP/said" 2>&1 || status=$?
	check_is "with --force it goes on" 43 \
		"$(nat -j gateway show g | jq '.[0].options.udp')"
	refute "and still fails" [ $status -eq 0 ]
}

need
ktap_plan $(($(shows | wc -l) + 1 + 2 + $(ranges | wc -l) + 9 + 5 + 14 + 10 + 5))
two_armed
ip -n "$gw" link add dmz type dummy
plug "$gw" dmz 192.0.2.2/24
nat gateway add old dev dmz eip 192.0.2.10 inside 10.8.0.0/16 2>/dev/null
nat gateway del old 2>/dev/null
gateway tcp-closing 30 max-flows 1000
nat address add gateway g eip $EIP2
nat rule add gateway g pref 20 dst $S2 proto tcp dport 5000-5999 address $EIP2 \
	idle 28800
nat rule add gateway g proto gre idle 60
nat rule add gateway g pref 3 src 10.0.1.0/24 dst 198.51.100.0/24 proto tcp \
	dport 443 exempt
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
while IFS='|' read -r command message; do
	# shellcheck disable=SC2086 # words are words
	check "refused: $command" no "${message# }" $command
done < <(ranges)
options
rules
round_trip
short_file
batch
ktap_finish
