# SPDX-License-Identifier: GPL-2.0
"""Flows, the packets that begin them, and the two generators."""

import collections
import os
import re
import socket
import struct
import subprocess
import time

import network
import output

UDP, TCP = socket.IPPROTO_UDP, socket.IPPROTO_TCP
FIN, SYN, PSH, ACK = 1, 2, 8, 16
# Where the numbers of both sides of a connection begin
CLIENT_NUMBER, SERVER_NUMBER = 1000, 5000
# Frames of one flow before its sequence numbers begin again: new data, and not
# more than an ordinary window.
ROUNDS = 16

# A million flows, of one host. pktgen walks through both ranges in step; the two numbers
# of ports have no common divisor, so that it meets every pair before the first
# comes again.
SPORTS, DPORTS = range(1024, 63525), range(9, 25)
MANY = len(SPORTS) * len(DPORTS)

Flow = collections.namedtuple('Flow', 'proto src sport dst dport')


def reverse(flow):
    return Flow(flow.proto, flow.dst, flow.dport, flow.src, flow.sport)


def flows_of_one_host(proto, count):
    return [Flow(proto, '10.1.0.1', 1024 + i, network.SERVER, 9)
            for i in range(count)]


def checksum(data):
    total = int.from_bytes(data + b'\0' * (len(data) % 2), 'big') % 65535
    return 65535 - total


def frame(device, flow, size=60, flags=ACK, number=0, ack=0):
    """A frame of a flow, as whoever owns the device sends it."""
    src, dst = socket.inet_aton(flow.src), socket.inet_aton(flow.dst)
    ports = struct.pack('!HH', flow.sport, flow.dport)
    length = size - 34
    if flow.proto == TCP:
        head = ports + struct.pack('!IIBBHHH', number, ack, 0x50, flags,
                                   65535, 0, 0)
        at = 16
    else:
        head = ports + struct.pack('!HH', length, 0)
        at = 6
    segment = bytearray(head + bytes(length - len(head)))
    pseudo = src + dst + struct.pack('!HH', flow.proto, length)
    struct.pack_into('!H', segment, at, checksum(pseudo + segment))
    header = bytearray(struct.pack('!BBHHHBBH4s4s', 0x45, 0, size - 14, 0,
                                   0x4000, 64, flow.proto, 0, src, dst))
    struct.pack_into('!H', header, 10, checksum(bytes(header)))
    macs = [bytes.fromhex(network.MAC[name].replace(':', ''))
            for name in (network.PEER[device], device)]
    return b''.join(macs) + b'\x08\x00' + bytes(header) + bytes(segment)


def flow_of(data):
    """The flow of a frame."""
    proto, src, dst = struct.unpack('!B2x4s4s', data[23:34])
    sport, dport = struct.unpack('!HH', data[34:38])
    return Flow(proto, socket.inet_ntoa(src), sport, socket.inet_ntoa(dst),
                dport)


class Begin:
    """Begin flows by three packets each, and learn what they look like outside."""

    def __init__(self):
        self.taps = {name: network.tap(name) for name in ('g0', 's0')}

    def close(self):
        for tapped in self.taps.values():
            tapped.close()

    def cross(self, device, to, *packet, **values):
        """Send by one device; the flow in which the packet reaches the other."""
        self.taps[device].send(frame(device, *packet, **values))
        return flow_of(self.taps[to].recv(2048))

    def begin(self, flow):
        client, server = CLIENT_NUMBER, SERVER_NUMBER
        outside = self.cross('g0', 's0', flow, flags=SYN, number=client)
        inside = self.cross('s0', 'g0', reverse(outside), flags=SYN | ACK,
                            number=server, ack=client + 1)
        again = self.cross('g0', 's0', flow, number=client + 1, ack=server + 1)
        if inside != reverse(flow) or again != outside:
            raise RuntimeError('%s became %s' % (flow, inside))
        return outside


def begin(flows):
    starter = Begin()
    try:
        return [starter.begin(flow) for flow in flows]
    finally:
        starter.close()


def frames(device, flows, size):
    """Frames of established flows, one flow after the other, a few of each."""
    client, server = CLIENT_NUMBER + 1, SERVER_NUMBER + 1
    number, ack = (client, server) if device == 'g0' else (server, client)
    return b''.join(
        frame(device, flow, size, ACK | PSH, number + i * (size - 54), ack)
        for i in range(ROUNDS if flows[0].proto == TCP else 1)
        for flow in flows)


class Frames:
    """Frames made beforehand, from a program."""

    def __init__(self, device, flows, size):
        self.device, self.size = device, size
        self.path = '/tmp/frames.' + device
        with open(self.path, 'wb') as file:
            file.write(frames(device, flows, size))

    def send(self, count):
        """Nanoseconds that it took."""
        with network.inside(network.HOME[self.device]):
            return int(network.run(program('frames'), self.device, self.path,
                                   str(self.size), str(count)))


def ports(name, values):
    """Source or destination ports for pktgen, which stops before the greatest."""
    return {'udp_%s_min' % name: values[0],
            'udp_%s_max' % name: values[-1] + (len(values) > 1)}


class Pktgen:
    """UDP from the kernel's own generator, which costs least."""

    def __init__(self, device, size, dst, **ranges):
        self.device = device
        self.setup = ['pkt_size %d' % size, 'delay 0', 'clone_skb 0', 'flag !SHARED',
                      'dst %s' % dst,
                      'dst_mac ' + network.MAC[network.PEER[device]]]
        self.setup += ['%s %s' % item for item in ranges.items()]

    @staticmethod
    def write(name, *lines):
        for line in lines:
            with open('/proc/net/pktgen/' + name, 'w',
                      encoding='ascii') as file:
                file.write(line + '\n')

    def send(self, count, **ranges):
        """Nanoseconds that it took."""
        with network.inside(network.HOME[self.device]):
            self.write('kpktgend_0', 'rem_device_all')
            # A thread does it, when it gets to run.
            while os.path.exists('/proc/net/pktgen/' + self.device):
                time.sleep(0.01)
            self.write('kpktgend_0', 'add_device ' + self.device)
            self.write(self.device, *self.setup, 'count %d' % count)
            self.write(self.device,
                       *('%s %s' % item for item in ranges.items()))
            self.write('pgctrl', 'start')
            with open('/proc/net/pktgen/' + self.device,
                      encoding='ascii') as file:
                text = file.read()
        found = re.search(r'pkts-sofar: (\d+)\s+errors: (\d+)', text)
        if found.groups() != (str(count), '0'):
            raise RuntimeError('pktgen: ' + text)
        return int(re.search(r'Result: OK: (\d+)', text).group(1)) * 1000


def many_out(size):
    """A generator of a million flows."""
    return Pktgen('g0', size, network.SERVER, src_min='10.1.0.1',
                  src_max='10.1.0.1', **ports('src', SPORTS),
                  **ports('dst', DPORTS))


def many_in(size):
    """Of the answers to them."""
    return Pktgen('s0', size, network.EXTERNAL, src_min=network.SERVER,
                  src_max=network.SERVER, **ports('src', DPORTS),
                  **ports('dst', SPORTS))


def stream(megabytes, port):
    """A TCP stream from gen to sink: nanoseconds that it took, how many of them
    were idle, bytes that arrived, and from whom."""
    with network.inside('sink'):
        receiver = subprocess.Popen((program('stream'), str(port)), text=True,
                                    stdout=subprocess.PIPE)
    with receiver:
        receiver.stdout.readline()
        before = output.idle_time()
        with network.inside('gen'):
            network.run(program('stream'), str(port), network.SERVER,
                        str(megabytes))
        took, got, source = receiver.stdout.readline().split()
        return int(took), output.idle_time() - before, int(got), source


def program(name):
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
