# SPDX-License-Identifier: GPL-2.0
"""Random packets, plausible ones and others, for the state that the model is in."""

import struct

import wire
from tcpstate import IN, OUT, OPENING
from table import EI, portless
from wire import (ACK, AH, DCCP, ESP, EXCEEDED, FIN, GRE, ICMP, IPIP,
                  PROBLEM, PSH, QUENCH, REDIRECT, RST, SCTP, SYN, TCP, UDP,
                  UDPLITE, UNREACHABLE, URG, Packet, address, pattern, put16)

CLIENTS = {'c1': [address('10.0.1.%d' % i) for i in range(10, 14)],
           'c2': [address('10.0.2.%d' % i) for i in range(10, 14)]}
REMOTES = [address('198.51.100.%d' % i) for i in range(70, 76)]
ROUTERS = [address('198.51.100.65'), address('192.0.2.1')]
STRANGER = address('192.0.2.9')
HOST = address('203.0.113.2')
CLIENT_PORTS = [500, 1023, 1024, 4000, 4001, 5353, 40000, 40001, 50000, 65535]
REMOTE_PORTS = [53, 80, 443, 5000]
UNKNOWN = 99
PROTOCOLS = {TCP: 30, UDP: 30, ICMP: 12, UDPLITE: 6, SCTP: 6, DCCP: 6, GRE: 3,
             ESP: 3, AH: 2, IPIP: 2, UNKNOWN: 3}
CHUNKS = [1, 2, 10, 11, 0, 0, 4, 6, 14]
DCCP_TYPES = [0, 1, 2, 3, 4, 6, 7]
MSS = bytes([2, 4])
# Options that every router passes on: none, a stream number, router alert
IP_OPTIONS = [bytes([1, 1, 1, 1]), bytes([136, 4, 0, 7]),
              bytes([148, 4, 0, 0]), bytes([1, 136, 4, 0, 9, 1, 1, 0])]


class Stimulus:
    """A packet to send from a place, perhaps in fragments in some order."""

    def __init__(self, place, packet):
        self.place, self.packet = place, packet
        self.size = None
        self.order = None
        self.whole = True

    def frames(self):
        if self.size is None:
            return [self.packet.data()]
        parts = wire.fragments(self.packet, self.size)
        return [parts[i].data() for i in self.order]

    def __str__(self):
        text = '%s sends %s' % (self.place, self.packet)
        if self.size:
            text += ' in fragments of %d, as %s' % (self.size, self.order)
        return text


class Play:

    def __init__(self, gateway, rng):
        self.gateway, self.rng = gateway, rng
        self.next_id = 1
        self.protocols = dict(PROTOCOLS)

    # Choices

    def chance(self, share):
        return self.rng.random() < share

    def pick(self, values):
        return values[int(self.rng.random() * len(values))]

    def weighted(self, weights):
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def client(self):
        place = self.pick(['c1', 'c2'])
        return place, self.pick(CLIENTS[place])

    def wire_address(self):
        return self.pick(self.gateway.addresses).wire

    def data(self):
        share = self.rng.random()
        if share < 0.7:
            return pattern(self.rng.randrange(40), self.rng.randrange(256))
        if share < 0.95:
            return pattern(self.rng.randrange(1300))
        return pattern(self.rng.randrange(1300, 1420))

    def ip(self):
        """Fields of the IP header."""
        self.next_id = self.next_id % 65535 + 1
        ttl = 64
        if self.chance(0.2):
            ttl = self.pick([1, 2, 5, 128, 255])
        # Small numbers come again and again; fragments get another one.
        number = self.next_id if self.chance(0.7) else self.next_id % 4
        fields = {'ipid': number, 'ttl': ttl, 'df': int(self.chance(0.5)),
                  'tos': self.pick([0, 0, 0, 0x10, 0xb8])}
        if self.chance(0.04):
            fields['options'] = self.pick(IP_OPTIONS)
        return fields

    # Parts

    def segment_options(self, flags):
        if not flags & SYN or self.chance(0.3):
            return b''
        mss = MSS + struct.pack('!H', self.pick([500, 1300, 1400, 1460, 8960]))
        return self.pick([mss, mss + bytes([1, 3, 3, 7]), bytes([4, 2, 1, 1])
                          + mss, bytes([1, 1]) + mss + bytes([4, 2])])

    def first_flags(self):
        if self.chance(0.8):
            return SYN
        return self.pick([ACK, PSH | ACK, FIN | ACK, RST, RST | ACK, 0, URG,
                          SYN | ACK, self.rng.randrange(64)])

    def transport(self, proto, src, dst, sport, dport, first=True):
        """A packet of any protocol, with nothing known of its connection."""
        ip = self.ip()
        if proto == TCP:
            flags = self.first_flags() if first else self.rng.randrange(64)
            data = b'' if flags & SYN else self.data()
            return wire.tcp(src, dst, sport, dport, flags, self.number(),
                            self.number() if flags & ACK else 0, data,
                            self.segment_options(flags), **ip)
        if proto == UDP:
            return wire.udp(src, dst, sport, dport, self.data(),
                            self.chance(0.8), **ip)
        if proto == UDPLITE:
            data = self.data()
            return wire.udplite(src, dst, sport, dport, data, self.pick(
                [0, 8, 8 + len(data), 8 + len(data) // 2]), **ip)
        if proto == SCTP:
            chunk = 1 if first and self.chance(0.9) else self.pick(CHUNKS)
            return wire.sctp(src, dst, sport, dport, chunk,
                             pattern(self.rng.randrange(48)), **ip)
        if proto == DCCP:
            kind = 0 if first and self.chance(0.9) else self.pick(DCCP_TYPES)
            return wire.dccp(src, dst, sport, dport, kind, self.data(),
                             self.pick([0, 1, 2]), **ip)
        if proto == ICMP:
            return wire.echo(src, dst, sport, data=self.data(), **ip)
        return Packet(src, dst, proto, self.data(), **ip)

    def number(self):
        return self.rng.randrange(1 << 32)

    def proto(self):
        return self.weighted(self.protocols)

    def flow(self, wanted=None):
        """A flow, rather a young one."""
        flows = [flow for flow in self.gateway.flows.values()
                 if flow.wire and (not wanted or wanted(flow))]
        if not flows:
            return None
        return self.pick(flows[-20:] if self.chance(0.6) else flows)

    # From inside

    def new(self):
        place, src = self.client()
        proto = self.proto()
        pkt = self.transport(proto, src, self.pick(REMOTES),
                             self.pick(CLIENT_PORTS), self.pick(REMOTE_PORTS))
        if proto == ICMP and self.chance(0.1):
            pkt = wire.echo(src, pkt.dst, 7, True, **self.ip())
        elif proto == ICMP and self.chance(0.05):
            pkt = wire.icmp(src, pkt.dst, self.pick([13, 17, 10, QUENCH,
                                                     REDIRECT, 40]))
        return Stimulus(place, pkt)

    def again(self):
        """From inside, on a flow."""
        flow = self.flow()
        if not flow:
            return None
        place = self.gateway.place_of(flow.src)
        return Stimulus(place, self.on_flow(
            flow, OUT, flow.src, flow.sport, flow.dst, flow.dport))

    def reply(self):
        flow = self.flow()
        if not flow or self.gateway.is_local(flow.dst):
            return None
        return Stimulus('wan', self.on_flow(
            flow, IN, flow.dst, flow.dport, flow.wire, flow.port))

    def on_flow(self, flow, side, src, sport, dst, dport):
        if flow.proto == TCP:
            return self.segment(flow, side, src, sport, dst, dport)
        if flow.proto == ICMP:
            number = sport if side == OUT else dport
            return wire.echo(src, dst, number, side == IN, self.data(),
                             **self.ip())
        pkt = self.transport(flow.proto, src, dst, sport, dport, False)
        if flow.tracker and flow.tracker.states == [OPENING] and \
                self.chance(0.7):
            pkt = self.handshake(flow, side, src, sport, dst, dport)
        return pkt

    def handshake(self, flow, side, src, sport, dst, dport):
        """What SCTP or DCCP go on with."""
        if flow.proto == SCTP:
            return wire.sctp(src, dst, sport, dport, 10 if side == OUT else 2,
                             pattern(16), **self.ip())
        return wire.dccp(src, dst, sport, dport, 3 if side == OUT else 1,
                         b'', 0, **self.ip())

    # TCP

    def segment(self, flow, side, src, sport, dst, dport):
        tracker = flow.tracker
        flags = self.next_flags(tracker, side)
        seq, ack = tracker.end[side].last(), tracker.end[1 - side].last() or 0
        if seq is None:
            seq = self.number()
        if self.chance(0.15):
            seq += self.pick([-10, -1, 1, 100, 1 << 22, self.number()])
        if self.chance(0.05):
            ack += self.pick([-10, 5000, self.number()])
        if flags & RST:
            seq, ack = self.reset_numbers(tracker, side, seq, ack)
        data = b'' if flags & (SYN | RST) else self.data()
        return wire.tcp(src, dst, sport, dport, flags, seq,
                        ack if flags & ACK else 0, data,
                        self.segment_options(flags), **self.ip())

    def next_flags(self, tracker, side):
        if tracker.states == [OPENING] and self.chance(0.7):
            return ACK if side == tracker.opener else SYN | ACK
        if self.chance(0.25):
            return self.rng.randrange(64)
        return self.weighted({ACK: 25, PSH | ACK: 25, FIN | ACK: 20, RST: 10,
                              RST | ACK: 10, SYN: 10})

    def reset_numbers(self, tracker, side, seq, ack):
        """The next number, what was acknowledged, near to it, or far."""
        acked = tracker.ack[1 - side].last()
        choice = self.rng.randrange(4)
        if choice < 2:
            found = tracker.end[side].last() if choice else acked
            return seq if found is None else found, ack
        base = seq if acked is None else acked
        if choice == 2:
            return base + self.pick([-1, 1, 7, 5000, 300000, -400000]), ack
        return base + self.pick([1 << 21, -(1 << 22), self.number()]), \
            ack + self.pick([0, 1])

    # ICMP errors

    def error_type(self):
        kind, code, rest = self.pick([
            (UNREACHABLE, 1, 0), (UNREACHABLE, 3, 0), (UNREACHABLE, 4, 1400),
            (UNREACHABLE, 13, 0), (EXCEEDED, 0, 0), (EXCEEDED, 1, 0),
            (PROBLEM, 0, 0x14000000), (QUENCH, 0, 0), (REDIRECT, 1, 0)]
            if self.chance(0.1) else [
                (UNREACHABLE, 1, 0), (UNREACHABLE, 3, 0),
                (UNREACHABLE, 4, 1400), (EXCEEDED, 0, 0), (PROBLEM, 0, 0)])
        return kind, code, struct.pack('!I', rest)

    def cut_quote(self, quote):
        """As much of it as a router may give."""
        if self.chance(0.1):
            quote.mf = 1
        data = quote.data()
        hlen = len(data) - len(quote.body)
        end = self.pick([hlen + 8, hlen + 8, hlen + 16, hlen + 20, 548,
                         len(data)])
        return data[:min(end, 1000)]

    def wrong_quote(self, data):
        """A quote with something wrong in it."""
        hlen = (data[0] & 15) * 4
        choice = self.rng.randrange(7)
        if choice == 0:
            return put16(data, 10, wire.get16(data, 10) ^ 0x5555)
        if choice == 1:
            return data[:hlen + self.rng.randrange(8)]
        if choice == 2:
            return data[:self.rng.randrange(20)]
        if choice == 3 and len(data) >= hlen + 8:
            where = hlen + self.pick([0, 2, 4, 5])
            return put16(data, where, wire.get16(data, where) ^
                         self.pick([1, 0x8000]))
        where = self.pick([12, 16, 6, 8])
        changed = put16(put16(data, 10, 0), where + 2,
                        wire.get16(data, where + 2) ^ 3)
        if where == 6:
            changed = put16(put16(data, 10, 0), 6, 0x2007)
        return put16(changed, 10, 65535 - wire.ones(changed[:hlen]))

    def error(self, src, dst, quote):
        data = self.cut_quote(quote)
        if self.chance(0.3):
            data = self.wrong_quote(data)
        kind, code, rest = self.error_type()
        if len(data) >= 128 and kind in (UNREACHABLE, EXCEEDED) and \
                self.chance(0.5):
            data, rest = self.extended(data, rest)
        pkt = wire.icmp(src, dst, kind, code, rest, data, **self.ip())
        if self.chance(0.06):
            pkt.body = put16(pkt.body, 2, wire.get16(pkt.body, 2) ^ 0x1111)
        return pkt

    @staticmethod
    def extended(data, rest):
        """With an MPLS label behind the quote (RFC 4884, RFC 4950)."""
        words = len(data) // 4
        label = bytes.fromhex('0008010100010140')
        value = 65535 - wire.ones(bytes([0x20, 0, 0, 0]) + label)
        return data[:words * 4] + struct.pack('!BBH', 0x20, 0, value) + label, \
            bytes([0, words]) + rest[2:]

    def error_in(self):
        """About what an inside host has sent."""
        flow = self.flow(lambda flow: flow.last[IN])
        if not flow or self.gateway.address(flow.dst):
            return None
        sent = flow.last[IN]
        quote = sent.rewritten(src=flow.wire, sport=flow.port)
        src = self.pick([flow.dst] + ROUTERS)
        dst = flow.wire
        if self.chance(0.05):
            dst = self.wire_address()
        return Stimulus('wan', self.error(src, dst, quote))

    def error_out(self):
        """About what an inside host has got."""
        flow = self.flow(lambda flow: flow.last[OUT])
        if not flow:
            return None
        came = flow.last[OUT]
        quote = came.rewritten(dst=flow.src, dport=flow.sport)
        place = self.gateway.place_of(flow.src)
        src = flow.src if self.chance(0.8) else self.pick(CLIENTS[place])
        dst = flow.dst if self.chance(0.95) else self.pick(REMOTES)
        return Stimulus(place, self.error(src, dst, quote))

    # From outside, unasked

    def probe(self):
        proto = self.proto()
        dst = self.wire_address()
        dport = self.pick([22, 3479, 33434, 40000, 65535,
                           self.rng.randrange(1, 65536)])
        flow = self.flow(lambda flow: flow.proto == proto)
        if flow and self.chance(0.7):
            dst, dport = flow.wire, flow.port
        pkt = self.transport(proto, self.pick(REMOTES), dst,
                             self.pick(REMOTE_PORTS), dport)
        if proto == ICMP:
            pkt = wire.echo(pkt.src, dst, dport, self.chance(0.5),
                            self.data(), **self.ip())
        return Stimulus('wan', pkt)

    def strange(self):
        """Other destinations and sources than there should be."""
        place = self.pick(['c1', 'c2', 'wan', 'wan'])
        inside = self.pick(CLIENTS['c1'] + CLIENTS['c2'])
        wired, remote = self.wire_address(), self.pick(REMOTES)
        if place == 'wan':
            src, dst = self.pick([(remote, inside), (inside, remote),
                                  (inside, wired), (remote, HOST),
                                  (STRANGER, remote), (remote, inside)])
        else:
            src, dst = self.pick([(STRANGER, remote), (HOST, remote),
                                  (inside, remote), (inside, HOST),
                                  (inside, address('10.0.1.1')),
                                  (inside, wired),
                                  (inside, self.pick(CLIENTS['c2']))])
        return Stimulus(place, self.transport(
            self.proto(), src, dst, self.pick(CLIENT_PORTS),
            self.pick(REMOTE_PORTS)))

    def service(self):
        """To a socket of the gateway's host."""
        ports = list(self.gateway.host_ports.get(UDP, ()))
        if not ports:
            return None
        src, place = self.pick(REMOTES), 'wan'
        if self.chance(0.2):
            place, src = self.client()
        pkt = wire.udp(src, self.wire_address(), self.pick(REMOTE_PORTS),
                       self.pick(ports), self.data(), **self.ip())
        return Stimulus(place, pkt)

    def malformed(self):
        """A transport header that is cut short or contradicts itself."""
        proto = self.pick([TCP, UDP, ICMP, UDPLITE, SCTP, DCCP])
        if self.chance(0.5):
            place, src = self.client()
            dst = self.pick(REMOTES)
        else:
            place, src, dst = 'wan', self.pick(REMOTES), self.wire_address()
        pkt = self.transport(proto, src, dst, self.pick(CLIENT_PORTS),
                             self.pick(REMOTE_PORTS))
        if proto == TCP and self.chance(0.6):
            doff = self.pick([0, 4, 15])
            pkt.body = pkt.body[:12] + bytes([doff << 4]) + pkt.body[13:40]
        elif proto in (UDP, UDPLITE) and self.chance(0.6):
            pkt.body = put16(pkt.body, 4, self.pick([7, 1, 2000]))
        elif proto == DCCP and self.chance(0.6):
            pkt.body = pkt.body[:4] + bytes([self.pick([0, 2, 255])]) + \
                pkt.body[5:]
        else:
            pkt.body = pkt.body[:self.rng.randrange(8)]
        return Stimulus(place, pkt)

    def turn(self):
        """From one inside host to another by its external endpoint."""
        flow = self.flow(lambda flow: flow.mapping and
                         flow.mapping.kind == EI and not portless(flow.proto))
        if not flow:
            return None
        sender = self.flow(lambda other: other.proto == flow.proto and
                           other.mapping and other.mapping.kind == EI)
        known = self.flow(lambda other: self.gateway.address(other.dst))
        if known and self.chance(0.5):
            return Stimulus(self.gateway.place_of(known.src), self.on_flow(
                known, OUT, known.src, known.sport, known.dst, known.dport))
        return Stimulus(self.gateway.place_of(sender.src), self.transport(
            flow.proto, sender.src, flow.wire, sender.sport, flow.port))

    # What may happen to any packet on its way

    def mishap(self, stimulus):
        """Damage, or fragments."""
        pkt = stimulus.packet
        if self.chance(0.02):
            pkt.bad_header = True
        elif self.chance(0.03) and pkt.proto in wire.CHECK and \
                pkt.proto != ICMP and len(pkt.body) > wire.CHECK[pkt.proto] + 1:
            where = wire.CHECK[pkt.proto]
            value = wire.get16(pkt.body, where)
            if value and value ^ 0x1234:
                pkt.body = put16(pkt.body, where, value ^ 0x1234)
        if not pkt.options and len(pkt.body) > 16 and self.chance(0.08):
            self.fragment(stimulus)

    def fragment(self, stimulus):
        pkt = stimulus.packet
        pkt.df = 0
        self.next_id = self.next_id % 65535 + 1
        pkt.ipid = self.next_id
        length = len(pkt.body)
        least = max(8, (length // 6 + 7) & ~7)
        most = (length - 1) & ~7
        size = self.pick([least, most, 8 * self.rng.randrange(
            least // 8, most // 8 + 1)])
        stimulus.size = min(size, 1376)
        order = list(range(-(-length // stimulus.size)))
        self.rng.shuffle(order)
        if self.chance(0.1):
            # Without the first one the host says nothing when time is up.
            order.remove(0)
            stimulus.whole = False
        elif self.chance(0.1):
            order.insert(1, order[0])
        stimulus.order = order
