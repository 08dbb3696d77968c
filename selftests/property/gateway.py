# SPDX-License-Identifier: GPL-2.0
"""What a NAT gateway has to do with a packet, by its documents and the RFCs.

The model looks first and acts last: a method that decides may raise Unsure as
long as it has changed nothing; what it wants changed is kept in an Outcome and
done by commit(), together with what the packet taught about wire ports.
"""

import tcpstate
from table import (AD, APD, EI, NAMED, STATEFUL, WIDTH, Flow, Mapping, Table,
                   Wrong, in_prefix, portless)
from tcpstate import IN, OUT, Segment, Tracker, Unsure
from wire import (ACK, DCCP, ECHO, ECHO_REPLY, ERRORS, ICMP, SYN, TCP, UDP,
                  UDPLITE, Packet, get16, ones, rewritten_quote, text_of)

INSIDE = (bytes([10, 0, 0, 0]), 16)
FLOW, ERROR, OTHER, MALFORMED = 'flow', 'error', 'other', 'malformed'


def classify(pkt):
    """What a packet is to a translator."""
    body, size = pkt.body, len(pkt.body)
    if pkt.proto == ICMP:
        if size < 8:
            return MALFORMED
        if body[0] in (ECHO, ECHO_REPLY):
            return FLOW
        return ERROR if body[0] in ERRORS else OTHER
    if pkt.proto == TCP:
        good = size >= 20 and 20 <= (body[12] >> 4) * 4 <= size
    elif pkt.proto == UDP:
        good = size >= 8 and 8 <= get16(body, 4) <= size
    elif pkt.proto == UDPLITE:
        good = size >= 8 and (not get16(body, 4) or
                              8 <= get16(body, 4) <= size)
    elif pkt.proto == DCCP:
        good = size >= 12 and 12 <= body[4] * 4 <= size
    else:
        good = pkt.proto not in STATEFUL or size >= 16
    return FLOW if good else MALFORMED


class Output:
    """A packet that has to appear at a place.

    MAKE gives it once the wire port of LEARN is known. Fields in FREE are the
    sender's choice; with SIZE it comes in fragments of that many bytes.
    """

    def __init__(self, place, make, learn=None, free=(), size=None):
        self.place, self.make, self.learn = place, make, learn
        self.free, self.size = free, size


class Outcome:
    """What a packet brings about."""

    def __init__(self):
        self.counts, self.outputs, self.acts = [], [], []
        self.new = None

    def count(self, name, number=1):
        self.counts.append((name, number))

    def packets(self, name, pkt):
        self.counts.append(('packets-' + name, 1))
        self.counts.append(('bytes-' + name, len(pkt)))


class Gateway(Table):
    """Decisions about packets; what surrounds them is in router.py."""

    def inside(self, addr):
        return in_prefix(addr, INSIDE)

    # Refusals and drops

    def drop(self, out, name):
        out.count(name)
        return None

    def refuse(self, out, pkt, name):
        """A client gets no flow: count it and tell it."""
        code = {'host-unreachable': 1, 'prohibited': 13,
                'silent': None}[self.options['refusal']]
        if code is not None:
            self.complain(out, pkt, 3, code)
        return self.drop(out, name)

    def complain(self, out, pkt, kind, code, mtu=0):
        raise NotImplementedError

    # New flows

    def over_limits(self, client, opening, port):
        """Names of the limits that keep a client from one flow more."""
        options, found = self.options, []
        total = len(self.flows)
        own = [flow for flow in self.flows.values() if flow.src == client]
        most = options['max-flows']
        if most and total >= most:
            found.append('table-full')
        if options['client-flows'] and len(own) >= options['client-flows']:
            found.append('client-flows')
        if options['client-opening'] and opening and \
                sum(flow.opening for flow in own) >= options['client-opening']:
            found.append('client-opening')
        if port and options['client-ports'] and \
                self.ports_of(own) >= options['client-ports']:
            found.append('client-ports')
        if most and options['fair-share'] == 'on' and \
                self.has_share(client, most, total, len(own)):
            found.append('fair-share')
        return found

    def has_share(self, client, most, total, own):
        """Does the gateway run short, and has the client its share?"""
        clients = {flow.src for flow in self.flows.values()}
        share = most // len(clients | {client})
        left = most - total
        if left > most // 8 + 1 or own < share - 1:
            return False
        if left in (most // 8, most // 8 + 1) or own in (share - 1, share):
            raise Unsure
        return True

    @staticmethod
    def ports_of(flows):
        mappings = {id(flow.mapping) for flow in flows if flow.mapping}
        return len(mappings) + sum(1 for flow in flows if not flow.mapping and
                                   not portless(flow.proto))

    def mapping_for(self, flow, pinned):
        """The mapping that a new flow has to use, a new one if need be."""
        kind = self.mapping_of(flow.proto)
        if kind == APD:
            return None
        key = (flow.proto, flow.src, flow.sport,
               flow.dst if kind == AD else pinned)
        mapping = self.mappings.get(key)
        if not mapping or pinned and mapping.wire != pinned:
            return Mapping(key, kind, self.epoch)
        for mate in mapping.flows:
            self.alive(mate)
        entry = self.address(mapping.wire)
        if not entry or entry.draining:
            raise Unsure
        return mapping

    def external(self, flow, pinned):
        """What a new flow's external endpoint may be: {wire: free ports}."""
        kind = self.mapping_of(flow.proto)
        if flow.mapping and flow.mapping.port is not None:
            return {flow.mapping.wire: [flow.mapping.port]}
        if pinned:
            entry = self.address(pinned)
            wires = [pinned] if entry and not entry.draining else []
        else:
            wires = self.choices(flow.src)
        found = {wire: self.free_ports(flow, wire, kind) for wire in wires}
        if pinned or all(ports != [] for ports in found.values()):
            return found
        if len(wires) > 1:
            # Which of them is the client's is not known yet.
            if any(ports != [] for ports in found.values()):
                raise Unsure
            return found
        if self.options['spill'] == 'on':
            for entry in self.addresses:
                if not entry.draining and entry.wire not in found:
                    found[entry.wire] = self.free_ports(flow, entry.wire, kind)
        return found

    def new_flow(self, out, pkt, ports):
        """A flow for the first packet of a connection, or None."""
        proto = pkt.proto
        _, pinned, idle = self.treatment(proto, pkt.src, pkt.dst, ports[1])
        flow = Flow(proto, (pkt.src, ports[0]), (pkt.dst, ports[1]), idle,
                    self.epoch)
        flow.mapping = self.mapping_for(flow, pinned)
        if proto in STATEFUL:
            segment = Segment(pkt)
            flow.tracker = Tracker(segment, OUT, not segment.opens())
            flow.opening = segment.opens()
        over = self.over_limits(
            flow.src, flow.opening, not portless(proto) and
            (not flow.mapping or flow.mapping.port is None))
        external = self.external(flow, pinned)
        if not external:
            over.append('no-address')
        elif all(ports == [] for ports in external.values()):
            over.append('no-port')
        if len(over) > 1:
            raise Unsure
        if over:
            return self.refuse(out, pkt, 'source-drop-' + over[0])
        out.count('flows-created')
        out.count('flows-created-' + NAMED.get(proto, 'other'))
        if proto == TCP and flow.opening:
            out.count('tcp-attempts')
        out.new = flow, external, pinned
        flow.since = flow.until = self.now
        out.acts.append(lambda: self.add(flow))
        if flow.mapping and flow.mapping.port is not None:
            out.new = None
        return flow

    def learn(self, flow, external, pinned, wire, port):
        """The packet has been seen outside."""
        if wire not in external:
            raise Wrong('address %s is none of %s' % (
                text_of(wire), ' '.join(map(text_of, external))))
        free = external[wire]
        # It has not moved to where it only found a port.
        spilled = any(ports == [] for ports in external.values())
        self.check_port(flow, wire, port, free)
        if not pinned and not spilled:
            self.stick(flow.src, wire)
        self.settle(flow, wire, port)

    # From inside to outside

    def midstream(self, out, pkt):
        """TCP of no connection; returns whether it may begin a flow."""
        if pkt.proto not in STATEFUL:
            return True
        segment = Segment(pkt)
        policy = self.options['midstream']
        if policy == 'accept' and segment.has(tcpstate.RST):
            raise Unsure
        if segment.opens() and not segment.has(tcpstate.FIN) or \
                policy == 'accept':
            return True
        if segment.has(SYN) and not segment.has(ACK):
            raise Unsure
        if pkt.proto != TCP:
            raise Unsure
        if policy == 'rst' and not segment.has(tcpstate.RST):
            out.count('tcp-resets-sent')
            out.outputs.append(self.reset_for(pkt, segment))
        return False

    def reset_for(self, pkt, segment):
        raise NotImplementedError

    def outward(self, out, place, pkt):
        """A packet of an inside source is about to leave through the uplink.

        Returns a pair, what makes the packet that leaves and the flow whose
        wire port it shows; or None."""
        kind = classify(pkt)
        if kind == FLOW:
            ports = pkt.ports()
            key = (pkt.proto, pkt.src, ports[0], pkt.dst, ports[1])
            flow = self.find(key) if not self.is_reply(pkt) else None
            if flow:
                out.packets('in-from-source', pkt)
                if place == 'wan':
                    return self.drop(out, 'source-drop-spoofed')
                return self.send(out, flow, pkt)
        if place != 'wan' and self.exempt(pkt, kind, False):
            out.count('packets-exempt')
            return lambda: pkt, None
        out.packets('in-from-source', pkt)
        if place == 'wan':
            return self.drop(out, 'source-drop-spoofed')
        if kind == ERROR:
            return self.send_error(out, pkt)
        if kind == MALFORMED:
            return self.drop(out, 'source-drop-malformed')
        if kind == OTHER or not self.translates(pkt.proto):
            return self.drop(out, 'source-drop-protocol')
        if self.is_reply(pkt):
            return self.drop(out, 'source-drop-no-flow')
        if not self.midstream(out, pkt):
            return self.drop(out, 'source-drop-midstream')
        flow = self.new_flow(out, pkt, ports)
        return flow and self.send(out, flow, pkt, True)

    @staticmethod
    def is_reply(pkt):
        return pkt.proto == ICMP and pkt.body[0] == ECHO_REPLY

    def exempt(self, pkt, kind, inbound):
        """Does a rule keep the packet from being translated?"""
        if not any(rule.exempt for rule in self.rules) or kind == MALFORMED:
            return False
        if kind == ERROR:
            quote = self.read_quote(pkt)
            if not quote or quote.src != pkt.dst:
                return False
            pkt, inbound = quote, not inbound
        ports = pkt.ports() or (0, 0)
        if not inbound:
            return self.treatment(pkt.proto, pkt.src, pkt.dst, ports[1])[0]
        return self.treatment(pkt.proto, pkt.dst, pkt.src, ports[0])[0]

    def note(self, out, flow, pkt, side, first=False):
        """Let a flow know of a packet; False when it must not pass."""
        verdict = 'refresh'
        if flow.tracker and not first:
            segment = Segment(pkt)
            verdict = flow.tracker.verdict(segment, side)
            if verdict == 'far':
                return False
            if verdict == 'ignored':
                out.count('tcp-resets-ignored')
            out.acts.append(lambda: self.advance(flow, segment, side, verdict))
        refreshes = verdict in ('refresh', 'reset', 'reopen') and (
            side == OUT or flow.tracker or
            self.options['inbound-refresh'] == 'on')
        out.acts.append(lambda: self.touch(flow, pkt, side, refreshes))
        return True

    def touch(self, flow, pkt, side, refreshes):
        flow.last[1 - side] = pkt
        if refreshes:
            flow.since = self.now
            self.touched.append(flow)
            if flow.mapping and side == OUT:
                flow.mapping.since = self.now

    def advance(self, flow, segment, side, verdict):
        if verdict == 'reopen' and flow.proto == TCP:
            self.count('tcp-attempts')
        if flow.tracker.apply(segment, side, verdict) and flow.proto == TCP:
            self.count('tcp-established')
        if verdict == 'reopen':
            flow.opening = not flow.guest
        elif flow.tracker.states != [tcpstate.OPENING]:
            flow.opening = False

    def send(self, out, flow, pkt, first=False):
        self.note(out, flow, pkt, OUT, first)
        out.packets('out-to-destination', pkt)
        clamped = self.clamp(pkt)
        return (lambda: clamped.rewritten(src=flow.wire, sport=flow.port),
                flow)

    def clamp(self, pkt):
        limit = self.options['mss']
        if limit == 'off' or pkt.proto != TCP or not pkt.flags() & SYN:
            return pkt
        return pkt.with_mss(self.path_mss if limit == 'pmtu' else int(limit))

    path_mss = 1360

    # ICMP errors

    def read_quote(self, pkt):
        """The packet that an error quotes; None where that is no flow's, or
        its header cannot be believed."""
        data = pkt.quote()
        if len(data) < 20 or data[0] >> 4 != 4 or data[0] & 15 < 5:
            return None
        hlen = (data[0] & 15) * 4
        need = 0 if portless(data[9]) else 8
        if len(data) < hlen + need or ones(data[:hlen]) != 65535:
            return None
        quote = Packet.parse(data)
        quote.body = data[hlen:]
        if quote.offset or quote.ports() is None:
            return None
        return quote

    @staticmethod
    def broken(pkt):
        """Is the error's checksum wrong, or that of the header it quotes?"""
        data = pkt.quote()
        hlen = len(data) >= 20 and (data[0] & 15) * 4
        return ones(pkt.body) != 65535 or \
            (hlen and len(data) >= hlen and ones(data[:hlen]) != 65535)

    def send_error(self, out, pkt):
        """An inside host's error about what it got from outside."""
        if self.broken(pkt):
            return self.drop(out, 'source-drop-icmp-checksum')
        quote = self.read_quote(pkt)
        flow = None
        if quote and quote.src == pkt.dst:
            sport, dport = quote.ports()
            flow = self.find((quote.proto, quote.dst, dport, quote.src, sport))
        if not flow:
            return self.drop(out, 'source-drop-icmp-unmatched')
        out.packets('out-to-destination', pkt)
        body = pkt.body[:8] + rewritten_quote(pkt.quote(), dst=flow.wire,
                                              dport=flow.port)
        return lambda: with_sum(pkt.copy(src=flow.wire, body=body)), None

    def restore_error(self, out, pkt):
        """An error from outside; the packet for inside, None, or False where
        it is about nothing known."""
        if self.broken(pkt):
            out.packets('in-from-destination', pkt)
            return self.drop(out, 'destination-drop-icmp-checksum')
        quote = self.read_quote(pkt)
        if not quote or quote.src != pkt.dst:
            return False
        sport, dport = quote.ports()
        flow = self.find_reply((quote.proto, quote.src, sport, quote.dst,
                                dport))
        if not flow:
            return False
        out.packets('in-from-destination', pkt)
        if quote.proto == TCP and not self.under_way(flow, quote):
            return self.drop(out, 'destination-drop-icmp-spoofed')
        out.packets('out-to-source', pkt)
        body = pkt.body[:8] + rewritten_quote(pkt.quote(), src=flow.src,
                                              sport=flow.sport)
        return with_sum(pkt.copy(dst=flow.src, body=body))

    @staticmethod
    def under_way(flow, quote):
        """Can the inside host have sent what is quoted, and nobody has
        acknowledged it? A probe repeats the last number that was."""
        seq = int.from_bytes(quote.body[4:8], 'big')
        answers = set()
        for end in flow.tracker.end[OUT].known:
            if end is None:
                raise Unsure
            for acked in flow.tracker.ack[IN].known or [None]:
                behind = (end - seq) & 0xffffffff
                most = tcpstate.NEAR if acked is None else \
                    (end - acked + 1) & 0xffffffff
                if abs(behind - most) < tcpstate.CAUTION and acked is None \
                        or most > 1 << 30:
                    raise Unsure
                answers.add(behind <= most)
        if len(answers) > 1:
            raise Unsure
        return not answers or answers.pop()

    # From outside

    def to_wire(self, out, pkt):
        """From outside for a gateway address. Returns the packet restored,
        'local' for the host, or None."""
        kind = classify(pkt)
        if kind == ERROR:
            restored = self.restore_error(out, pkt)
            return self.unsolicited(out, pkt, kind) if restored is False \
                else restored
        if kind != FLOW:
            return self.unsolicited(out, pkt, kind)
        sport, dport = pkt.ports()
        if not (pkt.proto == ICMP and pkt.body[0] == ECHO):
            flow = self.find_reply((pkt.proto, pkt.dst, dport, pkt.src, sport))
            if flow:
                return self.restore(out, flow, pkt)
        return self.uninvited(out, pkt, sport, dport)

    def restore(self, out, flow, pkt, first=False):
        out.packets('in-from-destination', pkt)
        if not self.note(out, flow, pkt, IN, first):
            return self.drop(out, 'destination-drop-tcp-reset')
        out.packets('out-to-source', pkt)
        return self.clamp(pkt).rewritten(dst=flow.src, dport=flow.sport)

    def mapping_at(self, pkt, dport):
        """The inside endpoint that has an external one, or None."""
        kind = self.mapping_of(pkt.proto)
        for mate in self.ports.get((pkt.proto, pkt.dst, dport), ()):
            mapping = mate.mapping
            if not mapping:
                continue
            if mapping.epoch != self.epoch or mapping.kind != kind or \
                    self.address(pkt.dst).draining:
                raise Unsure
            if kind == EI or mate.dst == pkt.src:
                return mapping
        return None

    def uninvited(self, out, pkt, sport, dport):
        """Of no flow, but perhaps for a port that others may send to."""
        mapping = self.mapping_at(pkt, dport)
        opens = pkt.proto != ICMP
        if pkt.proto in STATEFUL:
            segment = Segment(pkt)
            opens = segment.opens()
            if mapping and opens and segment.has(tcpstate.FIN):
                raise Unsure
        if not mapping or not opens:
            return self.unsolicited(out, pkt, FLOW)
        for mate in mapping.flows:
            self.alive(mate)
        if self.options['inbound-refresh'] == 'off' and \
                pkt.proto not in STATEFUL and \
                self.now > mapping.since + min(self.timeouts(
                    mapping.flows[0]) + [self.options['udp']]) - 1:
            raise Unsure
        if not self.lets_in(mapping, pkt.src):
            return self.unsolicited(out, pkt, FLOW, True)
        return self.admit(out, mapping, pkt, sport)

    def lets_in(self, mapping, remote):
        """Does the filter let a remote address use a mapping?"""
        filtering = self.filtering_of(mapping.key[0])
        if WIDTH[filtering] > WIDTH[mapping.kind]:
            raise Unsure
        if filtering == AD:
            return any(mate.dst == remote for mate in mapping.flows)
        return filtering == EI

    def admission(self, out, mapping, pkt, sport):
        """A flow that an outsider begins, or None where a limit forbids it."""
        proto = mapping.key[0]
        _, pinned, idle = self.treatment(proto, mapping.key[1], pkt.src, sport)
        flow = Flow(proto, mapping.key[1:3], (pkt.src, sport), idle,
                    self.epoch)
        if pinned or flow.key() in self.flows:
            raise Unsure
        flow.mapping, flow.guest = mapping, True
        if proto in STATEFUL:
            flow.tracker = Tracker(Segment(pkt), IN)
        if self.options['max-flows'] not in (0, 4294967295):
            # Outsiders have a share of them that is not said exactly.
            raise Unsure
        if self.over_limits(flow.src, False, False):
            return None
        out.count('flows-created')
        out.count('flows-created-' + NAMED.get(proto, 'other'))
        flow.since = flow.until = mapping.since
        out.acts.append(lambda: self.add(flow))
        return flow

    def admit(self, out, mapping, pkt, sport):
        flow = self.admission(out, mapping, pkt, sport)
        if flow:
            return self.restore(out, flow, pkt, True)
        out.packets('in-from-destination', pkt)
        return self.drop(out, 'destination-drop-no-flow')

    def unsolicited(self, out, pkt, kind, filtered=False):
        out.packets('in-from-destination', pkt)
        if not filtered and self.host_wants(pkt, kind):
            out.count('packets-to-local')
            return 'local'
        if kind == MALFORMED:
            return self.drop(out, 'destination-drop-malformed')
        if self.options['syn-answer'] == 'on' and pkt.proto == TCP and \
                kind == FLOW:
            segment = Segment(pkt)
            if segment.opens():
                if segment.has(tcpstate.FIN):
                    raise Unsure
                self.answer_later(out, pkt)
        return self.drop(out, 'destination-drop-filtered' if filtered else
                         'destination-drop-unsolicited')

    def answer_later(self, out, pkt):
        raise NotImplementedError

    def host_wants(self, pkt, kind):
        policy = self.options['unsolicited']
        if policy == 'drop' or not self.address(pkt.dst).local:
            return False
        if policy == 'local':
            return True
        if pkt.proto == ICMP or portless(pkt.proto):
            return True
        return kind == FLOW and \
            get16(pkt.body, 2) in self.host_ports.get(pkt.proto, ())


def with_sum(pkt):
    """An ICMP message with its checksum computed anew."""
    body = pkt.body[:2] + bytes(2) + pkt.body[4:]
    value = 65535 - ones(body)
    return pkt.copy(body=body[:2] + value.to_bytes(2, 'big') + body[4:])
