# SPDX-License-Identifier: GPL-2.0
"""The network that is measured, and what of the kernel's is called from here.

    gen                  router                       sink
    g0 ───────────────── r0  [subject]  r1 ────────── s0
    10.255.0.2  10.255.0.1              203.0.113.2   203.0.113.1

Hosts 10.x.x.x are behind g0, 198.51.100.10 is behind s0; none of them exists.
Both ends drop what reaches them, and count it.
"""

import contextlib
import ctypes
import json
import os
import socket
import subprocess

SERVER, EXTERNAL = '198.51.100.10', '203.0.113.2'
MAC = {'g0': '02:00:00:00:01:01', 'r0': '02:00:00:00:01:02',
       'r1': '02:00:00:00:02:01', 's0': '02:00:00:00:02:02'}
NAMESPACES = ('gen', 'router', 'sink')
# Where a device lives, and whom it sends to.
HOME = {'g0': 'gen', 'r0': 'router', 'r1': 'router', 's0': 'sink'}
PEER = {'g0': 'r0', 'r0': 'g0', 'r1': 's0', 's0': 'r1'}

LINKS = '''
link add g0 address %(g0)s netns gen type veth peer name r0 address %(r0)s netns router
link add r1 address %(r1)s netns router type veth peer name s0 address %(s0)s netns sink
''' % MAC
PLUGS = {
    'gen': '''
link set lo up
link set g0 up
addr add 10.255.0.2/24 dev g0
neigh add 10.255.0.1 lladdr %(r0)s dev g0
route add default via 10.255.0.1
''' % MAC,
    'router': '''
link set lo up
link set r0 up
link set r1 up
addr add 10.255.0.1/24 dev r0
addr add 203.0.113.2/24 dev r1
neigh add 10.255.0.2 lladdr %(g0)s dev r0
neigh add 203.0.113.1 lladdr %(s0)s dev r1
route add 10.0.0.0/8 via 10.255.0.2
route add default via 203.0.113.1
''' % MAC,
    'sink': '''
link set lo up
link set s0 up
addr add 203.0.113.1/24 dev s0
addr add 198.51.100.10/32 dev s0
neigh add 203.0.113.2 lladdr %(r1)s dev s0
route add 10.0.0.0/8 via 203.0.113.2
''' % MAC,
}
DROP = 'filter add dev %s ingress pref 1 matchall action drop\n'

SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
LIBC = ctypes.CDLL(None, use_errno=True)


def run(*command, text=None):
    """What a command prints; a command that fails ends everything."""
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise RuntimeError('%s: %s' % (' '.join(command), done.stderr.strip()))
    return done.stdout


def sysctl(name, value):
    with open('/proc/sys/' + name.replace('.', '/'), 'w',
              encoding='ascii') as file:
        file.write(str(value))


def enter(path):
    handle = os.open(path, os.O_RDONLY)
    if LIBC.setns(handle, 0):
        raise OSError(ctypes.get_errno(), path)
    os.close(handle)


@contextlib.contextmanager
def inside(name):
    """Work in a namespace: /proc/net, /proc/sys/net, sockets and commands."""
    enter('/run/netns/' + name)
    try:
        yield
    finally:
        enter('/proc/1/ns/net')


def build():
    for name in NAMESPACES:
        run('ip', 'netns', 'add', name)
        with inside(name):
            # User-mode Linux is built without.
            if os.path.exists('/proc/sys/net/ipv6'):
                sysctl('net.ipv6.conf.all.disable_ipv6', 1)
                sysctl('net.ipv6.conf.default.disable_ipv6', 1)
            sysctl('net.ipv4.conf.all.rp_filter', 0)
            sysctl('net.ipv4.conf.default.rp_filter', 0)
    run('ip', '-batch', '-', text=LINKS)
    for name in NAMESPACES:
        run('ip', '-n', name, '-batch', '-', text=PLUGS[name])
    for device, home in HOME.items():
        run('tc', '-n', home, 'qdisc', 'add', 'dev', device, 'ingress')
    with inside('router'):
        sysctl('net.ipv4.ip_forward', 1)


def remove():
    for name in NAMESPACES:
        run('ip', 'netns', 'del', name)


def drop(device):
    run('tc', '-n', HOME[device], '-batch', '-', text=DROP % device)


def pass_up(device):
    run('tc', '-n', HOME[device], 'filter', 'del', 'dev', device, 'ingress')


def redirect(device, to):
    run('tc', '-n', HOME[device], 'filter', 'add', 'dev', device, 'ingress',
        'matchall', 'action', 'mirred', 'egress', 'redirect', 'dev', to)


def dropped(device):
    """How many packets the filter of drop() has counted."""
    filters = json.loads(run('tc', '-n', HOME[device], '-s', '-j', 'filter',
                             'show', 'dev', device, 'ingress'))
    return sum(action['stats']['packets'] for entry in filters
               for action in entry.get('options', {}).get('actions', ()))


def tap(device):
    """A socket that sends frames by a device and sees what reaches it."""
    # Only a tap on all protocols sees packets before the filter drops them.
    everything = 3
    with inside(HOME[device]):
        tapped = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                               socket.htons(everything))
    tapped.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    tapped.bind((device, everything))
    tapped.settimeout(5)
    return tapped
