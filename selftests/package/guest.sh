#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is tried out on a host with the packages, boot by boot; the results are KTAP. It
# runs as a service, and network.sh has made the network.

set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root
CHECK=/var/lib/natgw-check
RUN=/run/natgw-check
CONF=/etc/natgw/natgw.conf
boot=$(cat $CHECK/boot 2> /dev/null || echo 1)
number=$(cat $CHECK/number 2> /dev/null || echo 0)

# check TEXT COMMAND...: passes when the command succeeds
check()
{
	local text=$1 verdict=ok
	shift
	number=$((number + 1))
	echo $number > $CHECK/number
	"$@" > $RUN/output 2>&1 || verdict="not ok"
	echo "$verdict $number - boot $boot: $text"
	[ "$verdict" = ok ] || tail -n 40 $RUN/output | sed 's/^/# /'
}

not()
{
	! "$@"
}

say()
{
	sed "s/^/# $1: /"
}

wait_for()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -le $end ] || return 1
		sleep 0.2
	done
}

in_inside()
{
	ip netns exec inside "$@"
}

# Who the outside says is asking.
asked_as()
{
	[ "$(in_inside timeout 30 socat -T 20 - TCP:198.51.100.10:80 < /dev/null)" = "$1" ]
}

translated()
{
	in_inside ping -q -c 2 -i 0.2 -W 5 198.51.100.10 && asked_as 203.0.113.10
}

# Nothing of an inside address has ever reached the outside, which has seen something.
nothing_leaked()
{
	grep -q . $RUN/seen && ! grep -E ' IP 10\.0\.1\.' $RUN/seen
}

active()
{
	[ "$(systemctl is-active "$1")" = active ]
}

# A connection that stays open; live_works says something and hears it again.

live_start()
{
	rm -f $RUN/say $RUN/heard
	mkfifo $RUN/say
	in_inside socat - TCP:198.51.100.10:7 < $RUN/say > $RUN/heard &
	exec 7> $RUN/say
	words=0
	live_works
}

heard()
{
	grep -qx "word $words" $RUN/heard
}

live_works()
{
	words=$((words + 1))
	echo "word $words" >&7
	wait_for 20 heard
}

# With ssh's patience there would be more of them.
live_end()
{
	exec 7>&-
	wait
}

# next_boot NUMBER: which of them it shall be
next_boot()
{
	echo "$1" > $CHECK/boot
	echo reboots
	sync
	systemctl reboot 2> /dev/null
	exit
}

finish()
{
	echo "1..$number"
	echo finished
	systemctl poweroff --force
	exit
}

closed_at_boot()
{
	[ ! -e $RUN/early-answer ] && nothing_leaked
}

has_booted()
{
	check "systemd calls natgw.service active" active natgw.service
	check "what an inside host sent before has not come out" closed_at_boot
	check "an inside host reaches the outside, translated" translated
	check "the fence of the boot is lifted" not nft list table ip natgw_fence
	check "nothing else has leaked" nothing_leaked
	systemd-analyze time 2> /dev/null | say "boot $boot" || :
}

reload_refused()
{
	not systemctl reload natgw.service && active natgw.service
}

status_says()
{
	systemctl status --no-pager --lines=20 natgw.service > $RUN/status || :
	cat $RUN/status
	grep -qE "$1" $RUN/status
}

unchanged()
{
	natctl save | diff $RUN/saved -
}

# wrong TEXT LINE REGEX: a line more in the file that cannot be
wrong()
{
	cp $CONF $RUN/right
	printf '%s\n' "$2" >> $CONF
	check "reload: $1 is refused" reload_refused
	check "reload: $1: systemctl status says line and reason" status_says "$3"
	check "reload: $1: the gateways are as before" unchanged
	cp $RUN/right $CONF
}

reloads()
{
	local lines
	echo "rule add gateway nat0 dst 198.51.100.77 proto tcp dport 5432 idle 86400" >> $CONF
	check "reload: a new rule" systemctl reload natgw.service
	check "reload: it is there" sh -c "natctl rule show | grep -q 86400"
	natctl save > $RUN/saved
	lines=$(wc -l < $CONF)
	wrong "a wrong word" "gateway add nat1 dvi ext" "natgw.conf:$((lines + 1)): Error"
	wrong "a device that is not there" \
		"gateway add nat1 dev nosuch0 eip 203.0.113.11" \
		"natgw.conf:$((lines + 1)): Error: there is no device"
	sed -i 's/inside 10.0.1.0/tcp-established 99 inside 10.0.1.0/' $CONF
	wrong "what only the kernel refuses, after it changed something" \
		"gateway add nat1 dev ext eip 203.0.113.11 inside 10.0.1.0/24" \
		"natgw.conf:$((lines + 1)): Error"
	sed -i 's/tcp-established 99 //' $CONF
	check "reload: and the connection has gone on all the time" live_works
}

version_is()
{
	natctl -V | grep -F "$1"
}

upgrades()
{
	check "upgrade: the module is kept" cp "$(modinfo -n natgw)" /run/natgw-old.ko
	check "upgrade: the new package of the tools" \
		apt install -y $CHECK/natgw-tools_*.deb
	check "upgrade: natctl is the new one" version_is "$(cat $CHECK/next-version)"
	check "upgrade: the connection goes on" live_works
	check "upgrade: the configuration is ours" grep -q "^gateway add nat0" $CONF
}

# natctl_hands_over: it says how many flows went on; there is one at least
natctl_hands_over()
{
	natctl handover back /run/natgw-old.ko | tee $RUN/handover
	grep -qE "restored [1-9].* refused 0" $RUN/handover
}

hands_over()
{
	check "handover: the module is replaced" natctl_hands_over
	check "handover: the connection goes on" live_works
	check "handover: nothing has leaked meanwhile" nothing_leaked
	live_end
}

restarts()
{
	check "restart: the module is replaced" systemctl restart natgw.service
	check "restart: an inside host reaches the outside, translated" translated
	check "restart: nothing has leaked meanwhile" nothing_leaked
}

boot_1()
{
	check "the module is the one that DKMS built" \
		sh -c "modinfo -F filename natgw | grep updates/dkms"
	has_booted
	check "natgw-ready.service says so too" systemctl start natgw-ready.service
	check "a connection that stays" live_start
	reloads
	upgrades
	hands_over
	restarts
	if [ -e $CHECK/short ]; then
		next_boot 3
	fi
	# The next boot meets a file that is wrong.
	cp $CONF $CHECK/right
	echo "gateway add nat1" >> $CONF
	next_boot 2
}

boot_2()
{
	check "a wrong file: natgw.service has failed" not active natgw.service
	check "a wrong file: systemctl status says line and reason" \
		status_says "natgw.conf:[0-9]+: Error"
	check "a wrong file: nothing comes out" not in_inside ping -c 1 -W 2 198.51.100.10
	check "a wrong file: the host itself is not cut off" ping -c 1 -W 20 198.51.100.10
	check "a wrong file: nothing has leaked" closed_at_boot
	cp $CHECK/right $CONF
	check "a right file: natgw.service starts" systemctl start natgw.service
	check "a right file: an inside host reaches the outside" translated
	next_boot 3
}

nothing_left()
{
	local left
	left=$(find / -xdev -name '*natgw*' ! -path "$CHECK*" \
		! -path '/etc/systemd/system/*natgw-check*' ! -path '/var/log/*' |
		grep -v '/natgw-check' || :)
	echo "$left"
	[ -z "$left" ]
}

boot_3()
{
	has_booted
	check "remove: both packages" apt remove -y natgw-tools natgw-dkms
	check "remove: the module is unloaded" not test -d /sys/module/natgw
	check "remove: no kernel has it any more" \
		sh -c "! find /lib/modules -name 'natgw.ko*' | grep ."
	check "remove: nothing comes out" not in_inside ping -c 3 -i 0.2 -W 2 198.51.100.10
	check "remove: nothing has leaked" nothing_leaked
	check "remove: the configuration stays" test -e $CONF
	check "purge" apt purge -y natgw-tools natgw-dkms
	check "purge: nothing is left on the disk" nothing_left
	finish
}

ended()
{
	local status=$?
	[ $status -eq 0 ] && return
	echo "not ok - guest.sh ended early (status $status)"
	systemctl poweroff --force
}

trap ended EXIT
"boot_$boot"
