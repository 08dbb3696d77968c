#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What README and the guides have in their indented lines for natctl, sysctl and the
# file of configuration is run as it is written there, line by line, on a host that has
# the devices of the examples. Packages, units and "handover back" are for "make
# check-package", what is for EC2 for its own test.
. ./lib.sh

GUIDES="README.md install.md cloud.md"

# commands FILE: its lines
commands()
{
	sed -nE 's/^ {4,}((natctl|sysctl|gateway) .*)/\1/p' "$1" |
		grep -v "^natctl handover back"
}

# A host in two subnets, which forwards nothing yet
host()
{
	setup_ns gw
	ip -n "$gw" link add ens5 type dummy
	ip -n "$gw" link add ens6 type dummy
	plug "$gw" ens5 10.0.0.10/24 10.0.0.1
	plug "$gw" ens6 10.0.3.10/24
}

# follow LINE: a line of the configuration is for natctl's standard input; the file
# of the package is ours here
follow()
{
	local status=0
	case $1 in
	gateway*) nat -b - <<<"$1" ;;
	*) (cd "$TMP/there" && on "$gw" bash -o pipefail -c \
		"${1//\/etc\/natgw/$TMP\/there}") ;;
	esac || status=$?
	# What is wrong with such a host it tells by its status.
	[ "$1" = "natctl doctor" ] && [ $status -eq 1 ] || return $status
}

# Where the examples' words are files
mkdir "$TMP/there"
ln -s "$NATGW_KO" "$TMP/there/natgw.ko"
printf 'gateway add nat0 dev ens5 eip 203.0.113.10 inside 10.0.1.0/24\n' \
	>"$TMP/there/natgw.conf"
ln -s "$NATCTL" "$TMP/there/natctl"
PATH=$TMP/there:$PATH

need
number=0
for guide in $GUIDES; do
	number=$((number + $(commands "$guide" | wc -l)))
done
ktap_plan $number
for guide in $GUIDES; do
	host
	while read -r line; do
		check "$guide: $line" follow "$line"
	done < <(commands "$guide")
	del_ns "$gw"
done
ktap_finish
