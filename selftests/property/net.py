# SPDX-License-Identifier: GPL-2.0
"""The real network: one raw socket a place, and natctl as a child that stays.

Everything runs on one CPU. Then a packet has passed the gateway when send()
returns: what comes out of it waits in the sockets.
"""

import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import time

ETH_P_IP = 0x0800
SIOCGIFHWADDR = 0x8927
SO_RCVBUFFORCE = 33
CLONE_NEWNET = 0x40000000
PATIENCE = 10.0

libc = ctypes.CDLL(None, use_errno=True)
own_netns = os.open('/proc/self/ns/net', os.O_RDONLY)


class Inside:
    """Sockets made in here belong to a named network namespace."""

    def __init__(self, name):
        self.name = name

    @staticmethod
    def enter(fd):
        if libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')

    def __enter__(self):
        fd = os.open('/run/netns/' + self.name, os.O_RDONLY)
        self.enter(fd)
        os.close(fd)

    def __exit__(self, *_):
        self.enter(own_netns)


def hardware_address(ns, dev):
    with Inside(ns), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        answer = fcntl.ioctl(sock, SIOCGIFHWADDR,
                             struct.pack('256s', dev.encode()))
    return answer[18:24]


class Place:
    """A device whose own packets are sent to the gateway's next to it.

    The socket sees what comes in, and not what it sends itself.
    """

    def __init__(self, name, ns, dev, gateway_ns, gateway_dev):
        self.name = name
        with Inside(ns):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.sock.bind((dev, ETH_P_IP))
        self.sock.setblocking(False)
        self.head = hardware_address(gateway_ns, gateway_dev) + \
            hardware_address(ns, dev) + struct.pack('!H', ETH_P_IP)

    def send(self, data):
        self.sock.send(self.head + data)

    def drain(self, found):
        recv = self.sock.recv
        try:
            while True:
                found.append((self.name, recv(65536)[14:]))
        except BlockingIOError:
            pass


class Service:
    """A UDP socket of the gateway's host."""

    name = 'host'

    def __init__(self, ns, port):
        with Inside(ns):
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(('', port))
        self.sock.setblocking(False)

    def drain(self, found):
        try:
            while True:
                data, (host, port) = self.sock.recvfrom(65536)
                found.append(('host', (socket.inet_aton(host), port, data)))
        except BlockingIOError:
            pass


class Network:
    """All places, as lib.sh's two_armed has made them."""

    def __init__(self, names):
        gateway = names['gw']
        self.places = {
            'c1': Place('c1', names['c1'], 'eth0', gateway, 'in1'),
            'c2': Place('c2', names['c2'], 'eth0', gateway, 'in2'),
            'wan': Place('wan', names['rt'], 'wan', gateway, 'ext'),
        }
        self.gateway = gateway
        self.sockets = list(self.places.values())

    def serve(self, kind, port):
        """Have a socket of the host wait at a port."""
        if kind == 'udp':
            self.sockets.append(Service(self.gateway, port))
            return
        with Inside(self.gateway):
            self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.bind(('', port))
        self.listener.listen(8)

    def collect(self, number, patience=2.0):
        """What has come; waits for as many packets as are to come."""
        found = []
        for entry in self.sockets:
            entry.drain(found)
        end = time.monotonic() + patience
        while len(found) < number:
            left = end - time.monotonic()
            if left <= 0:
                break
            select.select([entry.sock for entry in self.sockets], [], [], left)
            for entry in self.sockets:
                entry.drain(found)
        return found


class Natctl:
    """natctl in the gateway's namespace, a command a line."""

    def __init__(self, program, ns):
        self.process = subprocess.Popen(
            [program, '-n', ns, '-j', '-b', '-', '--force'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.lines = []
        self.rest = b''

    def run(self, command):
        """Change something. Returns what natctl complains of, or ''."""
        self.tell(command + '\nflow count\n')
        said = []
        while True:
            line = self.line()
            if '"count"' in line:
                return ' '.join(said)
            said.append(line.strip())

    def show(self, command):
        """What it prints, as JSON."""
        self.tell(command + '\n')
        line = self.line()
        try:
            return json.loads(line)
        except ValueError:
            raise RuntimeError('natctl %s: %s' % (command, line)) from None

    def tell(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def line(self):
        output = self.process.stdout
        while not self.lines:
            if not select.select([output], [], [], PATIENCE)[0]:
                raise RuntimeError('natctl hangs')
            data = os.read(output.fileno(), 1 << 16)
            if not data:
                raise RuntimeError('natctl ended with %d' %
                                   self.process.wait())
            *self.lines, self.rest = (self.rest + data).split(b'\n')
        return self.lines.pop(0).decode()
