# SPDX-License-Identifier: GPL-2.0
"""The bench that every row is measured on.

Inside hosts and servers are played by the test: their packets are made here,
put on a client's device or on the router's, and judged where they come out of
the gateway. Each row takes hosts and servers of its own, so rows do not meet.

Whether a packet was dropped is never found out by waiting: a marker that is
known to pass is sent the same way after it, and when the marker has come, the
packet would have come too.
"""

import collections
import select
import socket
import struct
import subprocess
import time

import netpkt
import packet

ROUTER = '192.0.2.99'           # in the path, but no server
MARKED = '198.18.0.1'           # where the markers go
PATIENCE = 10.0
INSIDE = (socket.inet_aton('10.0.0.0')[:1])[0]

Verdict = collections.namedtuple('Verdict', 'word text')


class Wrong(Exception):
    """The gateway did what no row allows, such as a wrong checksum."""


class Late(Exception):
    """The machine was too slow for a row that depends on time."""


def passed(text):
    return Verdict('pass', text)


def failed(text):
    return Verdict('fail', text)


def not_applicable(text):
    return Verdict('na', text)


def judge(good, text):
    return passed(text) if good else failed(text)


def protocol(kind):
    if kind in ('icmp', 'echo', 'echo-reply'):
        return packet.ICMP
    return packet.PROTOCOLS[kind]


class View(netpkt.Capture):
    """What a device receives, in order, from the beginning."""

    def mark(self):
        self.news()
        return len(self.packets)

    def since(self, mark, wanted=None):
        self.news()
        return [one for one in self.packets[mark:]
                if wanted is None or wanted(one)]

    def wait(self, mark, wanted, patience=PATIENCE):
        end = time.monotonic() + patience
        while True:
            found = self.since(mark, wanted)
            left = end - time.monotonic()
            if found or left <= 0:
                return found
            select.select([self.sock], [], [], left)

    def bulk(self):
        """The bytes that came since the last time; too many to be parsed."""
        self.drain()
        raw, self.raw = self.raw, []
        return [data for data, _ in raw]


class Uplink(View):
    """The router's device. No inside address may ever be seen on it."""

    def __init__(self, place):
        super().__init__(place)
        self.leaks = []
        self.exempt = set()

    def news(self):
        new = super().news()
        for one in new:
            self.inspect(one)
        return new

    def inspect(self, one):
        if one.dst in self.exempt:
            return
        quote = one.quote
        shown = [one.src] + ([quote.src, quote.dst] if quote else [])
        if any(address.startswith('10.') for address in shown):
            self.leaks.append(one)

    def bulk(self):
        found = super().bulk()
        for data in found:
            if data[12] == INSIDE:
                self.leaks.append(packet.Packet(data))
        return found


class Wire:
    """Puts packets on a device, for the device at its other end."""

    def __init__(self, place, hop):
        self.sock = netpkt.packet_socket(place)
        self.head = (netpkt.hardware_address(hop) +
                     netpkt.hardware_address(place) +
                     struct.pack('!H', netpkt.ETH_P_IP))

    def put(self, data):
        self.sock.send(self.head + data)


class Bench:
    def __init__(self, names):
        self.names = names
        c1, c2, gw, rt = (names[name] for name in ('c1', 'c2', 'gw', 'rt'))
        self.wires = {1: Wire(c1 + '/eth0', gw + '/in1'),
                      2: Wire(c2 + '/eth0', gw + '/in2'),
                      'wan': Wire(rt + '/wan', gw + '/ext')}
        self.inside = {1: View(c1 + '/eth0'), 2: View(c2 + '/eth0')}
        self.wan = Uplink(rt + '/wan')
        self.hosts = {1: 1, 2: 1}
        self.servers = 0
        self.tokens = 0
        self.marker = None
        self.results = {}
        self.subject = None

    # addresses, new ones each time

    def client(self, side=1):
        self.hosts[side] += 1
        number = self.hosts[side]
        return '10.0.%d.%d' % (16 * side + number // 250, number % 250 + 1)

    def server(self):
        self.servers += 1
        return '198.18.%d.%d' % (1 + self.servers // 250,
                                 self.servers % 250 + 1)

    @staticmethod
    def side(address):
        """Where packets with this source belong."""
        if address.startswith('10.0.'):
            third = int(address.split('.')[2])
            if 16 <= third < 48:
                return third // 16
        return 'wan'

    @property
    def external(self):
        return self.subject.external

    # commands

    def run(self, *command, check=True, text=None):
        done = subprocess.run(command, input=text, capture_output=True,
                              text=True, check=False)
        if check and done.returncode:
            raise RuntimeError('%s: status %d %s' % (
                ' '.join(command), done.returncode,
                done.stderr or done.stdout))
        return done.stdout

    def on(self, name, *command, **more):
        return self.run('nsenter', '--net=/run/netns/' + self.names[name],
                        *command, **more)

    def ip(self, name, words):
        self.run('ip', '-n', self.names[name], *words.split())

    def sysctl(self, name, key, value=None):
        """Read a setting of a namespace's network, or write it."""
        with netpkt.Namespace(self.names[name]):
            with open('/proc/sys/net/' + key, 'w' if value is not None else 'r',
                      encoding='ascii') as file:
                if value is None:
                    return file.read().strip()
                return file.write(str(value))

    # sending

    @staticmethod
    def make(kind, src, dst, quote=None, **words):
        words = {key: str(value) for key, value in words.items()}
        return packet.make(kind, dict(words, src=src, dst=dst), quote)

    def emit(self, kind, src, dst, via=None, fragment=None, order=None,
             **words):
        """Send a packet from where its source lives, or from via."""
        data = self.make(kind, src, dst, **words)
        wire = self.wires[via or self.side(src)]
        if fragment is None:
            wire.put(data)
            return
        parts = packet.fragments(data, fragment)
        for number in order or range(1, len(parts) + 1):
            wire.put(parts[int(number) - 1])

    def settle_out(self, side=1):
        """When this returns, what was sent from inside has come out."""
        self.tokens += 1
        token = b'marker %d' % self.tokens
        mark = self.wan.mark()
        self.emit('echo', '10.0.%d.1' % (16 * side), MARKED, id=1111,
                  data=token.decode())
        found = self.wan.wait(mark, lambda p: p.dst == MARKED and
                              p.payload == token)
        if not found:
            raise Wrong('an ordinary echo request got lost')
        if side == 1:
            self.marker = found[0]

    def settle_in(self):
        """The same for what was sent from outside."""
        self.settle_out()
        self.tokens += 1
        token = b'marker %d' % self.tokens
        mark = self.inside[1].mark()
        self.emit('echo-reply', MARKED, self.marker.src, id=self.marker.id,
                  data=token.decode())
        if not self.inside[1].wait(mark, lambda p: p.src == MARKED and
                                   p.payload == token):
            raise Wrong('an ordinary echo reply got lost')

    def forget(self):
        """End all flows; the markers keep theirs, whatever runs out later."""
        self.subject.forget()
        self.settle_out(2)
        self.settle_in()

    # what came of it

    @staticmethod
    def checked(found):
        """Packets that are let through by a test have right checksums."""
        for one in found:
            if one.faults():
                raise Wrong('wrong on the wire: %s' % one)
        return found

    def outs(self, kind, src, dst, via=None, **words):
        """Send from inside; all that left the gateway for it."""
        mark = self.wan.mark()
        self.emit(kind, src, dst, via=via, **words)
        self.settle_out(via or self.side(src))
        return self.checked(self.wan.since(
            mark, lambda p: p.dst == dst and p.proto == protocol(kind)))

    def out(self, kind, src, dst, via=None, **words):
        """Send from inside; the packet as it left, None if it did not."""
        wanted = self.wanted(kind, words)
        mark = self.wan.mark()
        self.emit(kind, src, dst, via=via, **words)
        found = self.wan.since(mark, lambda p: p.dst == dst and wanted(p))
        if not found:
            self.settle_out(via or self.side(src))
            found = self.wan.since(mark, lambda p: p.dst == dst and wanted(p))
        return self.checked(found)[0] if found else None

    @staticmethod
    def wanted(kind, words):
        number = words['proto'] if kind == 'raw' else protocol(kind)
        return lambda p: p.proto == number

    def marks(self):
        return {side: view.mark() for side, view in self.inside.items()}

    def arrived(self, marks, wanted):
        """(side, packet) of what came to the clients' devices."""
        return [(side, one) for side, view in self.inside.items()
                for one in view.since(marks[side], wanted)]

    def backs(self, kind, src, dst, **words):
        """Send from outside; all that reached an inside host of it."""
        marks = self.marks()
        self.emit(kind, src, dst, via='wan', **words)
        self.settle_in()
        found = self.arrived(marks, lambda p: p.src == src and
                             p.proto == protocol(kind))
        return self.checked([one for _, one in found])

    def back(self, kind, src, dst, **words):
        """Send from outside; what reached an inside host, None if nothing."""
        wanted = self.wanted(kind, words)
        marks = self.marks()
        self.emit(kind, src, dst, via='wan', **words)
        found = self.arrived(marks, lambda p: p.src == src and wanted(p))
        if not found:
            self.settle_in()
            found = self.arrived(marks, lambda p: p.src == src and wanted(p))
        return self.checked([one for _, one in found])[0] if found else None

    def across(self, kind, src, dst, **words):
        """Send from inside; what reached another inside host of it."""
        wanted = self.wanted(kind, words)
        marks = self.marks()
        self.emit(kind, src, dst, **words)
        self.settle_out(self.side(src))
        found = self.arrived(marks, lambda p: wanted(p) and p.src != src and
                             self.side(p.dst) != 'wan')
        # What the gateway's own host answers comes back to the sender.
        found = [one for _, one in found if one.dst != src]
        return self.checked(found)[0] if found else None

    def told(self, kind, src, dst, **words):
        """Send from inside; the ICMP errors that the sender gets for it."""
        side = self.side(src)
        mark = self.inside[side].mark()
        self.emit(kind, src, dst, **words)
        self.settle_out(side)
        return self.checked(self.inside[side].since(
            mark, lambda p: p.dst == src and p.quote))

    @staticmethod
    def quote(about, length=548):
        """What an ICMP error quotes of a packet."""
        return about.data[:about.hlen + length]

    def error(self, about, kind, code, src=ROUTER, length=548, **words):
        """An ICMP error from outside about a packet seen on the uplink."""
        return self.back('icmp', src, about.src, type=kind, code=code,
                         quote=self.quote(about, length), **words)

    # many packets

    def bulk_out(self, src, dst, dport, sports):
        """UDP from many ports; the (address, port) of each as it left."""
        wire, seen = self.wires[self.side(src)], {}
        mark = self.wan.mark()
        frame = bytearray(wire.head + self.make(
            'udp', src, dst, dport=dport, csum=0, hex='00000000'))
        for start in range(0, len(sports), 500):
            for sport in sports[start:start + 500]:
                struct.pack_into('!H', frame, 34, sport)
                struct.pack_into('!I', frame, 42, sport)
                wire.sock.send(frame)
            self.collect(seen, dst, self.wan.bulk())
        self.settle_out(self.side(src))
        self.collect(seen, dst, [one.data for one in self.wan.since(mark)])
        return seen

    @staticmethod
    def collect(seen, dst, raw):
        wanted = socket.inet_aton(dst)
        for data in raw:
            if data[16:20] == wanted and data[9] == packet.UDP:
                sport, = struct.unpack_from('!H', data, 20)
                inner, = struct.unpack_from('!I', data, 28)
                seen[inner] = (socket.inet_ntoa(data[12:16]), sport)

    def bulk_back(self, src, sport, endpoints):
        """UDP to many endpoints; how many of them reached an inside host."""
        marks = self.marks()
        for address, port in endpoints:
            self.wires['wan'].put(self.make(
                'udp', src, address, sport=sport, dport=port, data='back'))
        self.settle_in()
        return len(self.arrived(marks, lambda p: p.src == src and
                                p.payload == b'back'))
