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
		f | ambiguous object "f": it may be flow, fence
		gateway nonsense | unknown command "nonsense"
		gateway s | ambiguous command "s": it may be set, show
		gateway add | the name is missing
		gateway add g | "dev" is missing
		gateway add g dev | "dev" needs a value
		gateway add g dev e d e | duplicate "dev"
		gateway add g dev e dev e | duplicate "dev"
		gateway add g dev e u 5 | ambiguous word "u": it may be unsolicited, udp
		gateway add g dev e udp 0 | udp takes 1 to 604800 seconds, not "0"
		gateway add g dev e udp 604801 | udp takes 1 to 604800 seconds, not "604801"
		gateway add g dev e udp 18446744073709551617 | udp takes 1 to
		gateway add g dev e udp -1 | udp takes 1 to
		gateway add g dev e udp 0x10 | udp takes 1 to
		gateway add g dev e max-flows 0 | max-flows takes 1 to 4294967295
		gateway add g dev e max-flows 4294967296 | max-flows takes 1 to
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
		gateway add g dev e unsolicited reject | unknown unsolicited "reject"
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
		address del gateway g drain 604801 | drain takes 0 to 604800 seconds
		flow flush | give a filter, or "all"
		flow flush all proto tcp | exclude each other
		flow show proto ggp | "ggp" is not a protocol
		flow show proto 256 | "256" is not a protocol
		flow show sport 65536 | sport takes 0 to 65535
		flow show src 10.0.0.0/33 | is not an IPv4 address or prefix
		flow show src ten | is not an IPv4 address or prefix
		stats nonsense | unknown word "nonsense"
		monitor everything | unknown word "everything"
		fence del | "dev" is missing
		fence nft eth0 | unknown word "eth0"
		-n | option "-n" needs a value
		--netns | option "--netns" needs a value
		-x | unknown option "-x"
		--colour | unknown option "--colour"
		-n no-such-namespace gateway show | network namespace "no-such-namespace": there is none
		-n a/b gateway show | is not the name of a network namespace
		-b /nonexistent | cannot read /nonexistent
		-b /dev/null gateway show | exclude each other
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

completes()
{
	local wanted=$1
	shift
	[ "$("$NATCTL" __complete "$@" | tr '\n' ' ')" = "$wanted" ]
}

ktap_plan $(($(refused | wc -l) + 36))

while IFS='|' read -r words message; do
	# shellcheck disable=SC2086 # they are words
	check "refused: $words" refuses 1 "${message# }" $words
done < <(refused)

check "nothing said: the summary on stderr, status 1" \
	refuses 1 "Usage: natctl [ OPTION... ] OBJECT"
check "help" says "gateway   add | set | del | show" help
check "help by abbreviation of an object" \
	says "Usage: natctl gateway add NAME dev DEV" g help
check "help of an object" says "natctl address del gateway NAME" address help
check "help OBJECT" says "natctl flow flush" help flow
check "--help" says "Usage: natctl" --help
check "stats help explains each counter" \
	says "No free port was found" stats help
check "version" says "natctl " -V
check "an unknown word brings the usage of its command" \
	usage_of "gateway add NAME" gateway add g nonsense
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
	refuses 1 'only "gateway add" and "address add" belong here' \
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

check "completion: objects" \
	completes "gateway address flow stats monitor save restore fence help " ""
check "completion: the beginning of an object" completes "stats save " s
check "completion: commands" completes "add set del show help " gateway ""
check "completion: words not said yet" \
	completes "unsolicited udp " gateway add g dev e u
check "completion: values" \
	completes "public private " gateway add g connectivity ""
check "completion: words to be refused are left out" \
	completes "" gateway set g eip
check "completion: options, and files after one" \
	completes ":file " -j --batch ""

ktap_finish
