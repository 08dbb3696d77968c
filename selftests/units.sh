#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The parts of natgw that no packet tries enough: every value of a checksum, time-outs
# of a week, headers in pieces anywhere. They run in the kernel, see rough/units_*.c.
. ./lib.sh

: "${UNITS_KO:=units.ko}"

# What the module has said since it was loaded the last time
said()
{
	dmesg | sed -n 's/^\[[^]]*\] *units: //p' | tac | sed '/^begin$/q' | tac | sed 1d
}

[ "$(id -u)" -eq 0 ] || skip_all "needs root"
[ -e "$UNITS_KO" ] || skip_all "no module with parts of natgw: set UNITS_KO"
insmod "$UNITS_KO"
rmmod units
said >"$TMP/said"
ktap_plan $(($(grep -cE "^(not )?ok" "$TMP/said") + 1))
while read -r line; do
	case $line in
	"ok - "*) ok "${line#ok - }" ;;
	"not ok - "*) not_ok "${line#not ok - }" ;;
	*) echo "# $line" ;;
	esac
done <"$TMP/said"
check "all of them were tried" grep -qx end "$TMP/said"
ktap_finish
