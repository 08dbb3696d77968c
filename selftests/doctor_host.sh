#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# "natctl doctor" on what is seldom in a virtual machine: a network card with few
# queues, with interrupts that all go to one processor, and with the counters of EC2's
# network; and rules of the older iptables.
#
#   card0 --- gw --- far          both are devices without a far end
. ./lib.sh

: "${CARD_KO:=card.ko}"

# examine: each finding on a line of its own, with /sys as the namespace has it
examine()
{
	ip netns exec "$gw" "$NATCTL" -j doctor >"$TMP/doctor" 2>&1 || :
	sed 's/},{/}\n{/g' "$TMP/doctor" >"$TMP/findings"
}

# finds CHECK STATUS WORDS
finds()
{
	examine
	cat "$TMP/findings"
	grep "\"check\":\"$1\",\"status\":\"$2\"" "$TMP/findings" |
		grep -F -- "${3:-}" >"$TMP/finding"
}

# follow: do what the finding says, as a person would
follow()
{
	local command
	command=$(sed -n 's/.*"fix":"\(.*\)","command":true.*/\1/p' "$TMP/finding" |
		sed 's/\\\(["\\]\)/\1/g')
	echo "$command"
	[ -n "$command" ] && ip netns exec "$gw" bash -c "$command"
}

cured()
{
	check "$1: $3" finds "$@"
	check "$1: what it says can be done" follow
	check "$1: helps" finds "$1" ok
}

# card PARAMETER...: another one in place of the one that was there
card()
{
	[ ! -d /sys/module/card ] || rmmod card
	insmod "$CARD_KO" "$@"
	ip link set card0 netns "$gw"
	plug "$gw" card0 10.0.5.1/24
}

# movable: two interrupts of the machine that one may say where they go, and that are to
# go to the first processor now
movable()
{
	local irq n=0
	for irq in $(sed -nE 's/^ *([0-9]+):.*-MSI.*/\1/p' /proc/interrupts); do
		echo 1 >"/proc/irq/$irq/smp_affinity_list" || continue
		echo 0 >"/proc/irq/$irq/smp_affinity_list" || continue
		echo "$irq"
		[ $((n += 1)) -lt 2 ] || break
	done 2>/dev/null
}

need iptables-legacy
[ -e "$CARD_KO" ] || skip_all "no module card: set CARD_KO"
[ "$(nproc)" -gt 1 ] || skip_all "needs two processors"
ktap_plan 19
setup_ns gw
route_on "$gw"
ip -n "$gw" link add ext type dummy
plug "$gw" ext $HOST/24 $RT
ip -n "$gw" addr add $EIP/24 dev ext
gateway

card queues=1 most=2
check "a card without counters of an allowance that is exceeded" \
	finds allowance ok "none is exceeded"
cured queues warn "card0 has 1 receive queues for 2 processors"
check "by queues" [ "$(on "$gw" ethtool -l card0 | grep -c 'Combined:.*2')" -eq 2 ]
card queues=1 most=1
cured queues warn "card0 has 1 receive queues for 2 processors"
echo 12345 >/sys/module/card/parameters/exceeded
check "what EC2's network has held back" finds allowance warn \
	"bw_in_allowance_exceeded of card0: 12345"
check "and what helps" grep -q "larger instance type" "$TMP/finding"
echo 0 >/sys/module/card/parameters/exceeded

mapfile -t irqs < <(movable)
check "the machine has interrupts that can be moved" [ ${#irqs[@]} -eq 2 ]
card queues=2 most=2 irqs="$(IFS=,; echo "${irqs[*]}")"
cured queues warn "processor 0 gets the interrupts of all queues of card0"
for irq in "${irqs[@]}"; do
	echo 0 >"/proc/irq/$irq/smp_affinity_list"
done
ip netns exec "$gw" sh -c "echo 3 >/sys/class/net/card0/queues/rx-0/rps_cpus"
check "no matter where the kernel spreads them" finds queues ok

check "no rules of the older iptables" finds forward ok
on "$gw" iptables-legacy -A FORWARD -j ACCEPT
check "rules that cannot be seen are said to be there" \
	finds forward unknown "older iptables cannot be seen"
check "and how to see them" eval "follow | grep -e '-A FORWARD -j ACCEPT'"
on "$gw" iptables-legacy -t nat -A POSTROUTING -o ext -j MASQUERADE
check "those that translate, too" \
	finds nat unknown "older iptables cannot be seen"
nat gateway del g 2>/dev/null
rmmod card
ktap_finish
