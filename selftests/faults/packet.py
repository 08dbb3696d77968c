#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets of every kind, with each of the kernel's allocations for them failed in turn.

packet.py count
packet.py run NATCTL NS

Runs in NS, the namespace of a gateway host whose devices in1 and ext are taps. A frame
that is written to one of them is received, translated and sent by the thread that
writes it, so what fails is an allocation for this very packet. Prints a line "ok TEXT"
or "not ok TEXT" for each kind, and how many allocations failed for it; what is wrong
is told in lines with "#".
"""

import socket
import sys

import natgw
from nth import WORDS, Nth
from tap import Tap, wire
import net  # in property/, as wire is

CLIENT, OTHER, HOST, EIP, SERVER, STRANGER = map(wire.address, (
    '10.0.1.2', '10.0.1.3', '203.0.113.2', '203.0.113.10', '198.51.100.10',
    '198.51.100.11'))
MOST = 500
PATIENCE = 2.0
ETH_P_ALL = 3
ADD = 'gateway add g dev ext eip 203.0.113.10 inside 10.0.0.0/16 '
RFC = 'profile rfc '
# The last is about any reason for which a packet from outside gets no flow.
NO_MEMORY = {'source-drop-no-memory', 'destination-drop-no-memory',
             'host-drop-no-memory', 'destination-drop-no-flow'}
# What came in, and what may become of it
LEDGERS = {
    'packets-in-from-source': ('packets-out-to-destination', 'source-drop-'),
    'packets-in-from-destination':
        ('packets-out-to-source', 'packets-to-local', 'destination-drop-'),
}


class Wrong(Exception):
    """Something is not as it has to be."""


# Makers of packets. Each has the port of the inside client and that of the far side;
# ip says what of the IP header is special.

def udp(src, dst, sport, dport, size=20, **ip):
    return wire.udp(src, dst, sport, dport, wire.pattern(size), **ip)


def tcp(flags, seq=1000):
    def make(src, dst, sport, dport, **ip):
        return wire.tcp(src, dst, sport, dport, flags, seq, seq, **ip)
    return make


def echo(src, dst, sport, dport, **ip):
    if src == SERVER:
        return wire.echo(src, dst, dport, True, **ip)
    return wire.echo(src, dst, sport, **ip)


def sctp(src, dst, sport, dport, **ip):
    return wire.sctp(src, dst, sport, dport, 1, **ip)


def gre(src, dst, _sport, _dport, **ip):
    return wire.Packet(src, dst, wire.GRE, bytes(40), **ip)


def error_about(kind):
    """An ICMP error about a packet that the other side has sent."""
    def make(src, dst, sport, dport, **ip):
        quoted = kind(dst, src, dport, sport).data()
        return wire.icmp(src, dst, wire.UNREACHABLE, 3, data=quoted[:28], **ip)
    return make


SYN, SYN_ACK, DATA, FIN, RST = map(tcp, (
    wire.SYN, wire.SYN | wire.ACK, wire.ACK, wire.FIN | wire.ACK, wire.RST))


class Talk:
    """The numbers of one conversation; the port on the wire is seen on its way."""

    number = 0

    def __init__(self):
        self.sport, self.dport, self.wire = 5000, 443, 0

    def next_id(self):
        Talk.number = (Talk.number + 1) & 0xffff
        return Talk.number


class Step:
    """A packet of the client's to the far side, or the other way round."""

    def __init__(self, kind, outward=True, pieces=False, src=CLIENT,
                 dst=SERVER, sport=0, **more):
        self.kind, self.outward, self.pieces = kind, outward, pieces
        self.src, self.dst, self.sport, self.more = src, dst, sport, more

    def packets(self, talk):
        if self.outward:
            ends = (self.src, self.dst, self.sport or talk.sport,
                    talk.wire if self.dst == EIP else talk.dport)
        else:
            ends = (self.src, self.dst, talk.dport, talk.wire or 40000)
        packet = self.kind(*ends, ipid=talk.next_id(), **self.more)
        return wire.fragments(packet, 800) if self.pieces else [packet]


def back(kind, src=SERVER, **more):
    return Step(kind, False, src=src, dst=EIP, **more)


def out(kind, **more):
    return Step(kind, **more)


OPEN = [out(SYN), back(SYN_ACK), out(DATA)]
# name: options of the gateway, packets before, and the packet
KINDS = {
    'a datagram begins a flow': ('', [], out(udp)),
    'it begins one that counts': ('accounting on', [], out(udp)),
    'it begins a mapping of its own': (RFC, [], out(udp)),
    'it uses a mapping': (RFC, [out(udp)], out(udp, dst=STRANGER)),
    # Of the ports below 1024 the host leaves one.
    'its port is taken, as are all like it':
        ('port-class on', [out(udp, src=OTHER, sport=900)], out(udp, sport=901)),
    'a datagram of a flow': ('', [out(udp), out(udp)], out(udp)),
    'the slow way': ('fastpath off', [out(udp)], out(udp)),
    'a reply': ('', [out(udp), out(udp)], back(udp)),
    'the first reply': ('', [out(udp)], back(udp)),
    'a stranger to a mapping': (RFC, [out(udp)], back(udp, src=STRANGER)),
    'a large datagram in fragments': ('', [], out(udp, pieces=True, size=1500)),
    'a large reply in fragments':
        ('', [out(udp)], back(udp, pieces=True, size=1200)),
    'a datagram too large for the uplink':
        ('', [out(udp)], out(udp, size=1450, df=1)),
    'one at the end of its life': ('', [out(udp)], out(udp, ttl=1)),
    'a SYN': ('', [], out(SYN)),
    'a SYN and its segment size': ('mss 1200', [], out(SYN)),
    'its answer': ('', [out(SYN)], back(SYN_ACK)),
    'data of a connection': ('', OPEN, out(DATA)),
    'data for it': ('', OPEN, back(DATA)),
    'a FIN': ('', OPEN, out(FIN)),
    'a reset': ('', OPEN, out(RST)),
    'data of no connection': ('', [], out(DATA)),
    'a SYN from outside': (RFC, [], back(SYN)),
    'a datagram from outside': ('unsolicited drop', [], back(udp)),
    'a ping': ('', [], out(echo)),
    'its reply': ('', [out(echo)], back(echo)),
    'an error about a datagram': ('', [out(udp)], back(error_about(udp))),
    'an error about a reply':
        ('', [out(udp), back(udp)], out(error_about(udp))),
    'SCTP': ('proto-sctp on', [], out(sctp)),
    'GRE': ('proto-gre on', [], out(gre)),
    'a protocol that is not translated': ('', [], out(gre)),
    'one flow too many': ('max-flows 1', [out(udp)], out(udp, src=OTHER)),
    'from inside to inside':
        (RFC, [out(udp, src=OTHER)], out(udp, dst=EIP)),
}


class Faults:

    def __init__(self, program, ns):
        self.taps = {'ext': Tap('ext'), 'in1': Tap('in1')}
        self.natctl = net.Natctl(program, ns)
        self.nth = Nth()
        self.listener = natgw.Listener(natgw.Family(), 'flow', 'error')

    def counters(self):
        return dict(numbers(self.natctl.show('stats')[0]))

    def receive(self):
        """What came out: a list of device and packet"""
        came = [(name, wire.Packet.parse(data))
                for name, tap in self.taps.items() for data in tap.receive()]
        # A SYN from outside may be answered seconds later.
        return [entry for entry in came if not is_late(*entry)]

    def send(self, step, talk):
        tap = self.taps['in1' if step.outward else 'ext']
        for packet in step.packets(talk):
            tap.send(packet.data())

    def begin(self, before):
        """A conversation up to the packet that matters"""
        self.natctl.show('flow flush all')
        self.listener.heard()
        self.receive()
        talk = Talk()
        for step in before:
            self.send(step, talk)
            for name, packet in self.receive():
                if name == 'ext' and packet.ports():
                    talk.wire = max(packet.ports()[0], talk.wire)
        return talk

    def try_once(self, number, before, step):
        """Send the packet with an allocation failed. Returns whether one has, what
        came out, which counters moved by how much, and the conversation."""
        talk = self.begin(before)
        old = self.counters()
        failed, _, error = self.nth.call(number, self.send, step, talk)
        if error and not (failed and error.errno in WORDS):
            raise Wrong('%d: %s' % (number, error))
        came, new = self.receive(), self.counters()
        moved = {name: value - old.get(name, 0) for name, value in new.items()
                 if value != old.get(name, 0)}
        self.check(number, came, moved)
        return failed, came, moved, talk

    def check(self, number, came, moved):
        """What has to hold of whatever happened"""
        for name, packet in came:
            if name == 'ext' and packet.src not in (EIP, HOST):
                raise Wrong('%d: an inside source is out: %s' % (number, packet))
            if packet.faults():
                raise Wrong('%d: %s' % (number, packet))
        for side, ends in LEDGERS.items():
            sent = sum(value for name, value in moved.items()
                       if name.startswith(ends))
            if sent != moved.get(side, 0):
                raise Wrong('%d: the counters do not balance: %s' %
                            (number, moved))

    def kind(self, options, before, step):
        said = self.natctl.run(ADD + options)
        if said:
            raise Wrong(said)
        try:
            self.each(before, step)
        finally:
            self.natctl.run('gateway del g')

    def each(self, before, step):
        _, came, moved, _ = self.try_once(0, before, step)
        if not came and not drops(moved):
            raise Wrong('nothing came of it: %s' % moved)
        for number in range(1, MOST):
            failed, got, other, talk = self.try_once(number, before, step)
            if failed:
                self.send(step, talk)
                got = self.receive()
            if alike(got) != alike(came):
                raise Wrong('%d: then %s, not %s' % (number, alike(got),
                                                     alike(came)))
            if drops(other) - drops(moved) - NO_MEMORY:
                raise Wrong('%d: dropped as %s' % (number, drops(other)))
            if not failed:
                return

    def case(self, name, *args):
        before = self.nth.failed
        try:
            self.kind(*args)
            print('ok %s, %d failed' % (name, self.nth.failed - before))
        except Wrong as wrong:
            print('not ok %s' % name)
            print('# %s' % wrong)


def numbers(found):
    """The counters in natctl's JSON, by name"""
    for name, value in found.items():
        if isinstance(value, dict):
            yield from numbers(value)
        elif isinstance(value, int):
            yield name, value


def is_late(name, packet):
    return name == 'ext' and packet.is_error() and \
        wire.Packet.parse(packet.quote()).proto == wire.TCP


def drops(moved):
    return {name for name in moved if '-drop-' in name}


def alike(came):
    """Where packets came out and of which protocol they were"""
    return [(name, packet.proto, len(packet)) for name, packet in came]


def watch(name):
    """Somebody who captures: each packet is shared with him then."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    sock.bind((name, ETH_P_ALL))
    return sock


def run(program, ns):
    faults = Faults(program, ns)
    for name, kind in KINDS.items():
        faults.case(name, *kind)
    watchers = [watch('in1'), watch('ext')]
    for name, kind in KINDS.items():
        faults.case(name + ', captured', *kind)
    del watchers
    print('# %s' % faults.nth)


if __name__ == '__main__':
    if sys.argv[1] == 'count':
        print(2 * len(KINDS))
    else:
        sys.stdout.reconfigure(line_buffering=True)
        run(*sys.argv[2:])
