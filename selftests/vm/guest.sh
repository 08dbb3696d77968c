# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Process 1 of the guest once the root disk is there: finish what an init system
# would have done, run one command on the first virtual console, write its exit
# status to the second, and end the machine.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TERM=${TERM:-linux} LC_ALL=C.UTF-8
export NATGW_KO=/natgw/natgw.ko NATCTL=/natgw/natctl

mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620 devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
ln -sfn /proc/self/fd /dev/fd
mkdir -p /run/lock /run/sshd
hostname natgw
printf '127.0.0.1 localhost natgw\n' > /etc/hosts
ip link set lo up
ln -s /natgw/natctl /usr/local/bin/natctl

cd /natgw/selftests || exit
# The command's own session has the console as its terminal: an interactive shell
# gets job control. The status says that the command ended, not the machine.
setsid --ctty --wait bash /natgw/command < /dev/hvc0 > /dev/hvc0 2>&1
echo $? > /dev/hvc1
echo b > /proc/sysrq-trigger
