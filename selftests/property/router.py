# SPDX-License-Identifier: GPL-2.0
"""The gateway's host: its routes, what its own stack answers, hairpinning.

    c1 --- in1   10.0.1.1
                 gateway   ext --- wan
    c2 --- in2   10.0.2.1

A packet comes in at a place (c1, c2, wan) and leaves at others.
"""

import os
import struct

import wire
from gateway import (ERROR, FLOW, MALFORMED, Gateway, Outcome, Output,
                     classify, with_sum)
from table import STATEFUL, in_prefix, portless
from tcpstate import IN, OUT, Segment, Unsure
from wire import (ACK, ECHO, ECHO_REPLY, FIN, GRE, ICMP, IPIP, RST, SCTP, SYN, TCP,
                  UDP, UDPLITE, address, get16, rewritten_quote)

WAN_MTU, MTU = 1400, 1500
NETS = {'c1': (address('10.0.1.0'), 24), 'c2': (address('10.0.2.0'), 24)}
OWN = {'c1': address('10.0.1.1'), 'c2': address('10.0.2.1'),
       'wan': address('203.0.113.2')}
# Those and its elastic IPs, which it has whether the gateway uses them or not
LOCAL = list(OWN.values()) + [address('203.0.113.10'),
                              address('203.0.113.11')]
# What the host itself fills in is its own choice, if it is sensible
FREE = ('ipid', 'df', 'tos')
QUOTED = 548
# What says something of its own to packets of no tunnel, where the kernel has it
TUNNELS = {IPIP: 'ipip', GRE: 'ip_gre'}
ANSWER_DELAY, ANSWER_LATEST = 6.0, 9.0
MOST_WAITING = 40


class Waiting:
    """An answer to an unsolicited SYN, that comes late or not at all."""

    def __init__(self, pkt, since, output):
        self.pkt, self.since, self.output = pkt, since, output
        # A flow that an inside host has begun meanwhile
        self.withdrawn = None
        # How often it was looked for in vain when it was time
        self.looks = 0


class Router(Gateway):

    def __init__(self):
        super().__init__()
        self.waiting = []

    # Ways

    def arrive(self, place, pkt):
        """A whole packet comes in. Returns an Outcome."""
        out = Outcome()
        if pkt.bad_header:
            return out
        entry = self.address(pkt.dst)
        if entry and entry.draining and not self.in_use(entry.wire):
            # It goes by itself, sooner or later.
            raise Unsure
        if entry:
            self.for_wire(out, place, pkt)
        elif place == 'wan' and self.inside(pkt.dst):
            self.for_inside(out, pkt)
        else:
            self.route(out, place, pkt, pkt)
        return out

    def for_wire(self, out, place, pkt):
        if place != 'wan':
            if self.options['hairpin'] == 'on' and self.turns(out, pkt):
                return
            self.route(out, place, pkt, pkt)
            return
        restored = self.to_wire(out, pkt)
        if restored == 'local':
            self.deliver(out, pkt)
        elif restored:
            # A quote shows the segment size that was lowered on the way in.
            self.route(out, place, restored, self.clamp(pkt))

    def for_inside(self, out, pkt):
        if self.exempt(pkt, classify(pkt), True):
            out.count('packets-exempt')
            self.route(out, 'wan', pkt, pkt)
            return
        out.packets('in-from-destination', pkt)
        self.drop(out, 'destination-drop-unsolicited')

    def place_of(self, addr):
        for place, net in NETS.items():
            if in_prefix(addr, net):
                return place
        return 'wan'

    @staticmethod
    def is_local(addr):
        return addr in LOCAL

    def route(self, out, place, pkt, original):
        """Forward a packet, restored already; errors quote the original."""
        if self.is_local(pkt.src):
            return
        if self.is_local(pkt.dst):
            self.deliver(out, pkt)
            return
        there = self.place_of(pkt.dst)
        if pkt.ttl <= 1:
            if pkt.proto == SCTP and pkt is not original:
                # A quote's checksum covers more than the quote.
                body = original.body
                original = original.copy(
                    body=body[:8] + pkt.body[8:12] + body[12:])
            self.complain(out, original, 11, 0)
            return
        size = self.pieces
        limit = WAN_MTU if there == 'wan' else MTU
        if len(pkt) > limit and size is None:
            if pkt.df:
                self.complain(out, original, 3, 4, limit)
                return
            size = (limit - 20 - len(pkt.options)) & ~7
        pkt = pkt.copy(ttl=pkt.ttl - 1)
        make, flow, free = (lambda: pkt), None, ()
        if there == 'wan' and self.inside(pkt.src) and \
                not self.inside(pkt.dst):
            sent = self.outward(out, place, pkt)
            if not sent:
                return
            make, flow = sent
            if flow:
                free = self.renumbered(pkt)
        learn = flow if out.new and flow is out.new[0] else None
        out.outputs.append(Output(there, make, learn, free, size))

    def renumbered(self, pkt):
        """Which fields are the gateway's choice in a translated packet."""
        unique = self.options['unique-ip-id'] == 'on' and not pkt.df
        return ('unique',) if unique else ()

    # Size of the fragments that the present packet came in, or None
    pieces = None

    # What the gateway's host says itself

    def error_about(self, pkt, kind, code, mtu=0, host=False):
        """An ICMP error of the host, or None: there is none about an error."""
        if pkt.proto == ICMP and (
                not pkt.body or pkt.body[0] not in (ECHO, ECHO_REPLY)):
            return None
        there = self.place_of(pkt.src)
        src = pkt.dst if host else OWN[there]
        error = wire.icmp(src, pkt.src, kind, code, struct.pack('!HH', 0, mtu),
                          pkt.data()[:QUOTED], tos=0xc0 | pkt.tos & 0x1e)
        return Output(there, lambda: error, free=FREE)

    def complain(self, out, pkt, kind, code, mtu=0, host=False):
        error = self.error_about(pkt, kind, code, mtu, host)
        if error:
            out.outputs.append(error)

    def reset_for(self, pkt, segment):
        """An RST in the far side's name (RFC 9293 section 3.10.7.1)."""
        sport, dport = pkt.ports()
        if segment.has(ACK):
            rst = wire.tcp(pkt.dst, pkt.src, dport, sport, RST, segment.ack)
        else:
            rst = wire.tcp(pkt.dst, pkt.src, dport, sport, RST | ACK, 0,
                           segment.end)
        # The window says nothing in an RST.
        body = wire.put16(rst.body, 14, 0)
        rst.body = wire.filled(TCP, rst.src, rst.dst, body)
        rst.tos = pkt.tos
        return Output(self.place_of(pkt.src), lambda: rst, free=FREE)

    def deliver(self, out, pkt):
        """To the host's own stack, which may answer."""
        body, proto = pkt.body, pkt.proto
        if proto == ICMP:
            if len(body) >= 8 and body[0] == ECHO and \
                    not wire.sum_error(ICMP, None, None, body):
                there = self.place_of(pkt.src)
                answer = with_sum(pkt.copy(
                    src=pkt.dst, dst=pkt.src, ttl=64, options=b'',
                    body=bytes([0]) + body[1:]))
                limit = WAN_MTU if there == 'wan' else MTU
                size = (limit - 20) & ~7 if len(answer) > limit else None
                out.outputs.append(Output(there, lambda: answer, free=FREE,
                                          size=size))
            return
        if proto in (TCP, UDP, UDPLITE) and (
                classify(pkt) == MALFORMED or
                wire.sum_error(proto, pkt.src, pkt.dst, body)):
            return
        if proto == TCP:
            self.deliver_tcp(out, pkt)
        elif proto == UDP and \
                get16(body, 2) in self.host_ports.get(UDP, ()):
            data = body[8:get16(body, 4)]
            out.outputs.append(Output('host', lambda: (
                pkt.src, get16(body, 0), data)))
        elif proto in (UDP, UDPLITE):
            self.complain(out, pkt, 3, 3, host=True)
        elif os.path.exists('/sys/module/' + TUNNELS.get(proto, '-')):
            raise Unsure
        else:
            self.complain(out, pkt, 3, 2, host=True)

    def deliver_tcp(self, out, pkt):
        segment = Segment(pkt)
        if get16(pkt.body, 2) in self.host_ports.get(TCP, ()):
            raise Unsure
        if segment.has(RST):
            return
        if self.place_of(pkt.src) == 'wan' and \
                self.mapping_at(pkt, pkt.ports()[1]):
            # The port is a client's, in whose name the host may not speak.
            out.count('host-drop-no-port')
            return
        out.outputs.append(self.reset_for(pkt, segment))

    # Unsolicited SYNs

    def answer_later(self, out, pkt):
        if len(self.waiting) >= MOST_WAITING:
            # It is not said how many of them are remembered.
            raise Unsure
        answer = self.error_about(pkt, 3, 3, host=self.is_local(pkt.dst))
        out.acts.append(lambda: self.waiting.append(
            Waiting(pkt, self.now, answer)))

    def settle(self, flow, wire_address, port):
        super().settle(flow, wire_address, port)
        for entry in self.waiting:
            sport, dport = entry.pkt.ports()
            if flow.proto == TCP and flow.reply_key()[1:] == (
                    entry.pkt.dst, dport, entry.pkt.src, sport):
                entry.withdrawn = flow

    def silenced(self, entry):
        """Has an inside host the connection? Where it was flushed within the
        six seconds, it is not said whether the answer comes after all."""
        flow = entry.withdrawn
        return flow and self.flows.get(flow.key()) is flow

    # Hairpin

    def turns(self, out, pkt):
        """From inside for a gateway address; False where the host is meant."""
        kind = classify(pkt)
        if not self.inside(pkt.src):
            return False
        if kind == ERROR:
            return self.turn_error(out, pkt)
        if kind != FLOW or portless(pkt.proto) or pkt.proto == ICMP:
            return False
        if not self.translates(pkt.proto):
            raise Unsure
        if not self.mapping_at(pkt, pkt.ports()[1]):
            return False
        self.turn_flow(out, pkt)
        return True

    def turn_flow(self, out, pkt):
        """Out and in again: two flows, the sender's and the receiver's."""
        if pkt.ttl <= 1:
            out.packets('in-from-source', pkt)
            self.complain(out, pkt, 11, 0, host=self.is_local(pkt.dst))
            self.drop(out, 'source-drop-ttl')
            return
        if pkt.proto in STATEFUL and (
                not Segment(pkt).opens() or Segment(pkt).has(FIN)) and \
                (pkt.proto, pkt.src, pkt.ports()[0], pkt.dst,
                 pkt.ports()[1]) not in self.flows:
            raise Unsure
        sport, dport = pkt.ports()
        sender = self.find((pkt.proto, pkt.src, sport, pkt.dst, dport))
        mapping = sender.mapping if sender else self.mappings.get(
            (pkt.proto, pkt.src, sport, None))
        if not mapping or mapping.port is None:
            # The sender's port shows only where the packet arrives.
            raise Unsure
        receiver = self.find_reply((pkt.proto, pkt.dst, dport, mapping.wire,
                                    mapping.port))
        first = not sender
        if not sender:
            _, pinned, _ = self.treatment(pkt.proto, pkt.src, pkt.dst, dport)
            if pinned or self.limited():
                raise Unsure
            sender = self.new_flow(out, pkt, (sport, dport))
        self.turned(out, pkt, sender, receiver, mapping, first)

    def limited(self):
        return any(self.options[name] for name in (
            'max-flows', 'client-flows', 'client-ports', 'client-opening'))

    def turned(self, out, pkt, sender, receiver, mapping, first):
        if pkt.proto == TCP and pkt.flags() & SYN and \
                self.options['mss'] != 'off':
            raise Unsure
        if pkt.proto in STATEFUL and (
                receiver is sender or Segment(pkt).has(RST) or
                not (first or receiver)):
            raise Unsure
        back = pkt.rewritten(src=mapping.wire, sport=mapping.port)
        admitted = not receiver
        if admitted:
            theirs = self.mapping_at(pkt, pkt.ports()[1])
            if theirs is mapping or not self.lets_in(theirs, mapping.wire):
                raise Unsure
            receiver = self.admission(out, theirs, back, mapping.port)
        self.note(out, sender, pkt, OUT, first)
        if receiver is not sender:
            self.note(out, receiver, back, IN, admitted)
        self.count_turn(out, pkt)
        turned = back.rewritten(dst=receiver.src, dport=receiver.sport)
        turned.ttl -= 1
        out.outputs.append(Output(self.place_of(receiver.src), lambda: turned,
                                  free=self.renumbered(pkt),
                                  size=self.pieces))

    @staticmethod
    def count_turn(out, pkt):
        for name in ('in-from-source', 'out-to-destination',
                     'in-from-destination', 'out-to-source'):
            out.packets(name, pkt)
        out.count('packets-hairpin')

    def turn_error(self, out, pkt):
        """About a packet that came to its sender by hairpin."""
        if self.broken(pkt):
            out.packets('in-from-source', pkt)
            self.drop(out, 'source-drop-icmp-checksum')
            return True
        quote = self.read_quote(pkt)
        if not quote or quote.src != pkt.dst:
            return False
        sport, dport = quote.ports()
        receiver = self.find((quote.proto, quote.dst, dport, quote.src, sport))
        if not receiver:
            return False
        sender = self.find_reply((quote.proto, quote.src, sport,
                                  receiver.wire, receiver.port))
        if not sender:
            return False
        body = pkt.body[:8] + rewritten_quote(
            pkt.quote(), src=sender.src, sport=sender.sport,
            dst=receiver.wire, dport=receiver.port)
        if pkt.ttl <= 1:
            return True
        self.count_turn(out, pkt)
        turned = with_sum(pkt.copy(src=receiver.wire, dst=sender.src,
                                   body=body, ttl=pkt.ttl - 1))
        out.outputs.append(Output(self.place_of(sender.src), lambda: turned,
                                  size=self.pieces))
        return True

