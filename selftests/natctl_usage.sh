#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What natctl answers by itself: help, abbreviations, and commands it refuses
# before it asks the kernel. Needs neither root nor the module.
. ./lib.sh

# Words, and what is said of them; the status is 1 for each.
refused()
{
	cat <<-'END'
		nonsense | unknown object "nonsense"
		s | ambiguous object "s": it may be stats, save
		m | ambiguous object "m": it may be metrics, monitor
		metrics since f | "since" needs format cloudwatch
		metrics format json | format takes prometheus or cloudwatch, not "json"
		f | ambiguous object "f": it may be flow, fence
		gateway nonsense | unknown command "nonsense"
		gateway s | ambiguous command "s": it may be set, show
		gateway add | the name is missing
		gateway add g | "dev" is missing
		gateway add g dev | "dev" needs a value
		gateway add g dev e d e | duplicate "dev"
		gateway add g dev e dev e | duplicate "dev"
		gateway add g dev e u 5 | ambiguous word "u": it may be unsolicited, udp, udp-mapping, udp-filtering, unique-ip-id
		gateway add g dev e udp 18446744073709551617 | udp takes a number of seconds up to 4294967295
		gateway add g dev e udp 4294967296 | udp takes a number of seconds up to 4294967295
		gateway add g dev e udp -1 | udp takes a number of seconds, not "-1"
		gateway add g dev e udp 0x10 | udp takes a number of seconds, not "0x10"
		gateway add g dev e udp 5s | udp takes a number of seconds, not "5s"
		gateway add g dev e max-flows many | max-flows takes a number, not "many"
		gateway add g dev e max-flows 4294967296 | max-flows takes a number up to 4294967295
		gateway add g dev e udp | "udp" needs a value
		gateway add g dev e mss | "mss" needs a value
		gateway add g dev e mss x | mss takes off, pmtu or a number, not "x"
		gateway add g dev e mss 14OO | mss takes off, pmtu or a number, not "14OO"
		gateway add g dev e hairpin yes | hairpin takes off or on, not "yes"
		gateway add g dev e hairpin o | ambiguous hairpin "o": it may be off, on
		gateway add g dev e profile | "profile" needs a value
		gateway add g dev e profile bsd | profile takes aws or rfc, not "bsd"
		gateway add g dev e profile aws profile rfc | duplicate "profile"
		gateway add g dev e midstream reset | midstream takes rst, drop or accept, not "reset"
		gateway add g dev e tcp-mapping none | tcp-mapping takes address-and-port-dependent, address-dependent or endpoint-independent
		gateway add g dev e mapping address | ambiguous mapping "address": it may be address-and-port-dependent, address-dependent
		gateway add g dev e mapping end tcp-mapping end | duplicate "tcp-mapping"
		gateway add g dev e udp-filtering end filtering end | duplicate "udp-filtering": "filtering" sets it too
		gateway add g dev e mapping end mapping end | duplicate "mapping"
		gateway add g dev e udp 5 udp 5 | duplicate "udp"
		gateway add g dev e proto-x on | unknown word "proto-x"
		gateway add g dev e option 1 | unknown word "option"
		gateway set g proto- on | ambiguous word "proto-": it may be proto-udplite, proto-sctp
		gateway add g dev e eip 10.0.0 | "10.0.0" is not an IPv4 address
		gateway add g dev e eip 10.0.0.256 | "10.0.0.256" is not an IPv4 address
		gateway add g dev e eip 2001:db8::1 | is not an IPv4 address
		gateway add g dev e eip 10.0.0.1/32 | is not an IPv4 address
		gateway add g dev e inside | "inside" needs a value
		gateway add g dev e inside 10.0.0.0/33 | is not an IPv4 prefix
		gateway add g dev e inside 10.0.0.0/ | is not an IPv4 prefix
		gateway add g dev e inside 0.0.0.0/0 | "inside any" takes every source
		gateway add g dev e inside any inside 10.0.0.0/8 | "any" cannot stand beside
		gateway add g dev e inside 10.0.0.0/8 inside any | "any" cannot stand beside
		gateway add g dev e connect p | ambiguous connectivity "p": it may be public, private
		gateway add g dev e unsolicited reject | unsolicited takes local, drop or service, not "reject"
		gateway add a23456789012345678901234567890123 dev e | too long: 31 characters
		gateway add g dev a234567890123456 | too long: 15 characters
		gateway del | the name is missing
		gateway del a b | unknown word "b"
		gateway set g | nothing to set
		gateway set g dev e | delete the gateway and add it again
		gateway set g connectivity public | delete the gateway and add it again
		gateway set g eip 10.0.0.1 | "natctl address add"
		gateway set g private-ip 10.0.0.1 | "natctl address add"
		address add eip 10.0.0.1 | "gateway" is missing
		address del gateway g drain soon | drain takes a number of seconds, not "soon"
		flow flush | give a filter, or "all"
		flow flush all proto tcp | exclude each other
		flow s | ambiguous command "s": it may be show, save
		flow save gateway | "gateway" needs a value
		flow save a b | unknown word "a"
		flow save a proto udp | unknown word "a"
		flow restore /nonexistent | cannot read /nonexistent
		flow restore a b | unknown word "b"
		flow show proto ggp | "ggp" is not a protocol: tcp, udp, icmp, udplite, sctp, dccp, gre, esp, ah, ipip, or a number
		flow show proto 256 | "256" is not a protocol
		flow show proto u | ambiguous protocol "u": it may be udp, udplite
		flow show sport 65536 | sport takes 0 to 65535
		flow show src 10.0.0.0/33 | is not an IPv4 address or prefix
		flow show src ten | is not an IPv4 address or prefix
		rule add exempt | "gateway" is missing
		rule add gateway g | one of "exempt", "address", "idle" is missing
		rule add gateway g dst 10.0.0.0/8 | one of "exempt", "address", "idle" is missing
		rule add gateway g dst 10.0.0.0/33 exempt | is not an IPv4 address or prefix
		rule add gateway g dport 70000 exempt | dport takes a port, or the first and the last one
		rule add gateway g dport 5-3 exempt | dport takes a port, or the first and the last one
		rule add gateway g dport 5- exempt | dport takes a port, or the first and the last one
		rule add gateway g dport -5 exempt | dport takes a port, or the first and the last one
		rule add gateway g dport 1-2-3 exempt | dport takes a port, or the first and the last one
		rule add gateway g idle long | idle takes a number of seconds, not "long"
		rule add gateway g idle | "idle" needs a value
		rule add gateway g address 10.0.0.0/8 | "10.0.0.0/8" is not an IPv4 address
		rule add gateway g pref x exempt | pref takes a number, not "x"
		rule add gateway g exempt exempt | duplicate "exempt"
		rule add gateway g sport 5 exempt | unknown word "sport"
		rule del gateway g | "pref" is missing
		rule del pref 1 | "gateway" is missing
		rule show pref 1 | unknown word "pref"
		drops nonsense | unknown word "nonsense"
		drops cause | "cause" needs a value
		drops cause packets-fast | "packets-fast" is not a cause of drops
		drops cause source-drop-icmp | ambiguous cause "source-drop-icmp": it may be source-drop-icmp-checksum, source-drop-icmp-unmatched
		drops follow follow | duplicate "follow"
		drops dst ten | is not an IPv4 address or prefix
		why | SRC is missing
		why 10.0.1.2 7000 198.51.100.10 53 | PROTOCOL is missing
		why 10.0.1 7000 198.51.100.10 53 udp | "10.0.1" is not an IPv4 address
		why 10.0.1.2 x 198.51.100.10 53 udp | SPORT takes 0 to 65535, not "x"
		why 10.0.1.2 7000 198.51.100.10 65536 udp | DPORT takes 0 to 65535, not "65536"
		why 10.0.1.2 7000 198.51.100.10 53 ggp | "ggp" is not a protocol
		why 10.0.1.2 7000 198.51.100.10 53 udp nonsense | unknown word "nonsense"
		d | ambiguous object "d": it may be drops, doctor
		doctor gateway g | unknown command "gateway"
		doctor show x | unknown word "x"
		doctor ready probe 10.0.0.1 | "probe" and "from" belong together
		doctor ready from 10.0.0.1 | "probe" and "from" belong together
		doctor ready timeout | "timeout" needs a value
		doctor ready timeout soon | timeout takes a number of seconds, not "soon"
		port show gateway g | unknown word "gateway"
		label set | PREFIX is missing
		label set 10.0.0.0/8 | the name is missing
		label set ten web | "ten" is not an IPv4 address or prefix
		label set 10.0.0.0/8 a23456789012345678901234567890123 | too long: 31 characters
		label del | PREFIX is missing
		label del 10.0.0.0/8 web | unknown word "web"
		top by size | by takes flows, new or bytes, not "size"
		top by | "by" needs a value
		handover back | "back" needs a value
		top destinations destinations | duplicate "destinations"
		r | ambiguous object "r": it may be rule, restore
		stats nonsense | unknown word "nonsense"
		monitor everything | unknown word "everything"
		log format text | format takes json, vpc or ipfix, not "text"
		log sample 0 | sample takes 1 or more
		log sample all | sample takes a number, not "all"
		log buffer 0 | buffer takes 1 to 1048576 kilobytes
		log buffer 1048577 | buffer takes 1 to 1048576 kilobytes
		log format vpc starts | format vpc has no records of starts
		log to 192.0.2.1:4739 | needs format ipfix
		log format ipfix | goes to a collector
		log format ipfix to /tmp/log | goes to a collector
		log format ipfix to 192.0.2.1:0 | goes to a collector
		log format ipfix to 192.0.2.1:65536 | goes to a collector
		log to /nonexistent/log | cannot write /nonexistent/log
		log to | "to" needs a value
		who | ADDR:PORT is missing
		who 192.0.2.1 proto tcp at 0 | "192.0.2.1" is not an IPv4 address and a port
		who 192.0.2.1: proto tcp at 0 | is not an IPv4 address and a port
		who :80 proto tcp at 0 | is not an IPv4 address and a port
		who 192.0.2.1:80 at 0 | "proto" is missing
		who 192.0.2.1:80 proto tcp | "at" is missing
		who 192.0.2.1:80 proto tcp at noon | "noon" is not a time
		who 192.0.2.1:80 proto tcp at -1 | "-1" is not a time
		who 192.0.2.1:80 proto tcp at 1. | "1." is not a time
		who 192.0.2.1:80 proto tcp at 2026-13-01T00:00:00Z | is not a time
		who 192.0.2.1:80 proto tcp at 2026-01-01T00:00:00X | is not a time
		who 192.0.2.1:80 proto tcp at 2026-01-01T00:00:00+25:00 | is not a time
		who 192.0.2.1:80 proto tcp at 0 in | "in" needs a value
		who 192.0.2.1:80 proto tcp at 0 in /nonexistent | cannot read /nonexistent
		fence del | "dev" is missing
		fence nft /nonexistent | cannot read /nonexistent
		fence nft a b | unknown word "b"
		-n | option "-n" needs a value
		--netns | option "--netns" needs a value
		-x | unknown option "-x"
		--colour | unknown option "--colour"
		-n no-such-namespace gateway show | network namespace "no-such-namespace": there is none
		-n a/b gateway show | is not the name of a network namespace
		-b /nonexistent | cannot read /nonexistent
		-b /dev/null gateway show | exclude each other
		handover a x | unknown word "x"
		handover a back | "back" needs a value
		restore /nonexistent | cannot read /nonexistent
	END
}

# refuses STATUS MESSAGE WORD...: nothing on stdout, the message on stderr
refuses()
{
	local status=0
	"$NATCTL" "${@:3}" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
	echo "status $status"
	cat "$TMP/out" "$TMP/err"
	[ "$status" -eq "$1" ] && [ ! -s "$TMP/out" ] &&
		grep -qF -- "$2" "$TMP/err"
}

# usage_of COMMAND WORD...: the refusal ends with the usage of the command
usage_of()
{
	! "$NATCTL" "${@:2}" >"$TMP/out" 2>&1 && cat "$TMP/out" &&
		grep -q "^Usage: natctl $1" "$TMP/out"
}

# says TEXT WORD...: success, and the text on stdout
says()
{
	"$NATCTL" "${@:2}" >"$TMP/out" && cat "$TMP/out" &&
		grep -qF -- "$1" "$TMP/out"
}

# batch STATUS MESSAGE FILE-TEXT OPTION...
batch()
{
	printf '%b' "$3" >"$TMP/batch"
	refuses "$1" "$2" "${@:4}" -b "$TMP/batch"
}

# understood LINE: it is taken as a line of a file to be restored; what is
# refused is the next one
understood()
{
	printf '%s\n' "gateway add g dev e eip 10.0.0.1" "$1" nonsense \
		>"$TMP/file"
	[ "${1%% *}" != gateway ] || sed -i 1d "$TMP/file"
	refuses 1 "unknown object \"nonsense\"" restore "$TMP/file"
}

# Lines in which nothing is wrong
lines()
{
	cat <<-'END'
		gateway add g dev e eip 10.0.0.1 mapping end
		gateway add g dev e eip 10.0.0.1 map address-d filt address-and
		gateway add g dev e eip 10.0.0.1 profile rfc
		gateway add g dev e eip 10.0.0.1 prof rfc tcp-e 20 tcp-o 5 tcp-c 6 oth 7
		gateway add g dev e eip 10.0.0.1 udp 5 udp-m end udp-f end
		gateway add g dev e eip 10.0.0.1 mss off
		gateway add g dev e eip 10.0.0.1 mss pmtu
		gateway add g dev e eip 10.0.0.1 mss 1400
		gateway add g dev e eip 10.0.0.1 hair on inb off mid acc ref sil
		gateway add g dev e eip 10.0.0.1 ins any client-f 0 hold-m 0
		gateway add g dev e eip 10.0.0.1 proto-g on proto-other off
		address add gateway g eip 10.0.0.2 priv 10.1.0.2
		label set 10.0.0.0/8 web
		rule add gateway g exempt
		rule add gateway g pref 7 src 10.0.0.0/8 dst 10.9.8.7 proto tcp dport 443 idle 9
		rule add gateway g dport 5000-5999 proto sct idle 9 address 10.0.0.1
		rule add gateway g proto 132 src 0.0.0.0/0 addr 10.0.0.1
	END
}

completes()
{
	local wanted=$1
	shift
	[ "$("$NATCTL" __complete "$@" | tr '\n' ' ')" = "$wanted" ]
}

ktap_plan $(($(refused | wc -l) + $(lines | wc -l) + 57))

while IFS='|' read -r words message; do
	# shellcheck disable=SC2086 # they are words
	check "refused: $words" refuses 1 "${message# }" $words
done < <(refused)

while read -r line; do
	check "understood: $line" understood "$line"
done < <(lines)

check "nothing said: the summary on stderr, status 1" \
	refuses 1 "Usage: natctl [ OPTION... ] OBJECT"
check "help" says "gateway   add | set | del | show" help
check "help by abbreviation of an object" \
	says "Usage: natctl gateway add NAME dev DEV" g help
check "help of an object" says "natctl address del gateway NAME" address help
check "help OBJECT" says "natctl flow flush" help flow
check "--help" says "Usage: natctl" --help
check "gateway help lists each option with its values" \
	says "  mss { off | pmtu | NUMBER }" gateway help
check "... and what it is" \
	says "Seconds that an established connection may be idle." g help
check "... words for several too" says "  mapping { address-and" g help
check "no line of it is longer than a screen" \
	[ "$("$NATCTL" gateway help | wc -L)" -lt 80 ]
check "rule help" says "{ exempt | address ADDR | idle SECONDS }..." rule help
check "stats help explains each counter" \
	says "No free port was found" stats help
check "version" says "natctl " -V
check "an unknown word brings the usage of its command" \
	usage_of "gateway add NAME" gateway add g nonsense
check "which says where the options are listed" \
	grep -q 'natctl gateway help' "$TMP/out"
check "so does a bad value" usage_of "flow count" flow count proto x
check "an unknown command brings those of its object" \
	usage_of "address { add | del | show | help }" address nonsense
check "an abbreviated command is understood" \
	usage_of "gateway add NAME" gat a g nonsense

check "batch: the file and the line are named" \
	batch 1 "$TMP/batch:3: Error: unknown object \"x\"" '# a\n\nx y\n'
check "batch: the line where a continued command begins" \
	batch 1 "$TMP/batch:1: Error: unknown word \"y\"" 'flow \\\n show \\\n y\n'
check "batch: a last line without its end" \
	batch 1 "$TMP/batch:2: Error: unknown object \"x\"" '\nx'
check "batch: a carriage return is space" \
	batch 1 "$TMP/batch:1: Error: unknown object \"x\"" 'x\r\n'
check "batch: the first error" batch 1 'unknown object "x"' 'x\ny\n'
refute "... ends it" grep '"y"' "$TMP/err"
check "batch: --force goes on, and fails all the same" \
	batch 1 'unknown object "y"' 'x\n\ny\n' --force
check "batch: a comment behind words" \
	says "Usage: natctl" -b <(echo 'help # help')
check "batch: empty" "$NATCTL" -b /dev/null
check "batch: comments only" "$NATCTL" -b <(echo '# nothing')
check "restore: an empty file is refused" \
	refuses 1 "it is empty" restore /dev/null
check "restore: other commands are refused" \
	refuses 1 'only "gateway add", "address add", "rule add" and "label set" belong here' \
	restore <(echo 'gateway del g')
check "restore: all is read before anything is done" \
	refuses 1 ":2: Error: duplicate gateway" restore \
	<(printf 'gateway add g dev e eip 10.0.0.1\ngateway add g dev e\n')
check "restore: a public gateway needs an elastic IP" \
	refuses 1 "a public gateway needs an elastic IP" \
	restore <(echo 'gateway add g dev e')
check "restore: a private one takes none" \
	refuses 1 "a private gateway takes no elastic IP" \
	restore <(echo 'gateway add g dev e connect private eip 10.0.0.1')
check "restore: an address is given once" \
	refuses 1 ":2: Error: line 1 has address 10.0.0.1 already" \
	restore <(printf '%s\n' 'gateway add g dev e eip 10.0.0.1' \
		'address add gateway g eip 10.0.0.2 private-ip 10.0.0.1')
check "restore: an address needs its gateway" \
	refuses 1 'no line above adds gateway "g"' restore \
	<(echo 'address add gateway g eip 10.0.0.1')

check "restore: a rule needs its gateway" \
	refuses 1 'no line above adds gateway "h"' restore \
	<(printf '%s\n' 'gateway add g dev e eip 10.0.0.1' \
		'rule add gateway h exempt')
check "restore: a rule's number is given once" \
	refuses 1 ":3: Error: line 2 has rule 5 already" restore \
	<(printf '%s\n' 'gateway add g dev e eip 10.0.0.1' \
		'rule add gateway g pref 5 exempt' \
		'rule add gateway g pref 5 dst 10.0.0.6 exempt')
check "restore: one that the rules above have counted up to neither" \
	refuses 1 ":4: Error: line 3 has rule 15 already" restore \
	<(printf '%s\n' 'gateway add g dev e eip 10.0.0.1' \
		'rule add gateway g pref 5 exempt' \
		'rule add gateway g dst 10.0.0.6 exempt' \
		'rule add gateway g pref 15 dst 10.0.0.7 exempt')
check "restore: a prefix has one label" \
	refuses 1 ":2: Error: line 1 has a label for 10.0.0.0/8 already" \
	restore <(printf '%s\n' 'label set 10.0.0.0/8 a' 'label set 10.0.0.0/8 b')
check "restore: exempt and idle exclude each other" \
	refuses 1 '"exempt" cannot stand beside' restore \
	<(printf '%s\n' 'gateway add g dev e eip 10.0.0.1' \
		'rule add gateway g exempt idle 5')
check "restore: a rule's address is the gateway's" \
	refuses 1 'no line above gives gateway "g" address 10.0.0.3' restore \
	<(printf '%s\n' 'gateway add g dev e eip 10.0.0.1' \
		'address add gateway g eip 10.0.0.2' \
		'rule add gateway g address 10.0.0.3')

check "completion: objects" \
	completes "gateway address flow rule port client label idle top stats metrics drops why doctor monitor log who save restore handover describe fence help " ""
check "completion: the beginning of an object" completes "stats save " s
check "completion: commands" completes "add set del show help " gateway ""
check "completion: words not said yet" \
	completes "unsolicited udp udp-mapping udp-filtering unique-ip-id " \
	gateway add g dev e u
check "completion: options not said yet" \
	completes "udp udp-filtering " \
	gateway set g udp-mapping address-dependent unique-ip-id on \
	unsolicited drop u
check "completion: values" \
	completes "public private " gateway add g connectivity ""
check "completion: values of options" completes "off on " \
	gateway set g hairpin ""
check "completion: of a number too, where it has some" \
	completes "off pmtu " gateway set g mss ""
check "completion: words for several options" \
	completes "max-flows midstream mss mapping " gateway set g m
check "completion: words of a rule" \
	completes "exempt address idle " rule add gateway g pref 1 src 10.0.0.1 \
	dst 10.0.0.2 proto tcp dport 5 ""
check "completion: words, or a file" completes "gateway :file " \
	flow save src 10.0.0.1 dst 10.0.0.1 proto tcp sport 1 dport 1 ""
check "completion: a file, or a word in its place" completes ":file back " handover ""
check "completion: a file behind that word" completes ":file " handover back ""
check "completion: protocols" completes "udp udplite " flow show proto u
check "completion: words to be refused are left out" \
	completes "" gateway set g eip
check "completion: options, and files after one" \
	completes ":file " -j --batch ""

ktap_finish
