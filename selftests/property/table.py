# SPDX-License-Identifier: GPL-2.0
"""What a gateway remembers: options, addresses, rules, flows, mappings, ports.

Nothing here is taken from the module's code: options and their defaults are
those of the documentation, and what a wire port may be is judged, not known.
"""

from tcpstate import CLOSING, OPENING, RESET, Unsure
from wire import (AH, DCCP, ESP, GRE, ICMP, IPIP, SCTP, TCP, UDP, UDPLITE,
                  WITH_PORTS, text_of)

APD, AD, EI = ('address-and-port-dependent', 'address-dependent',
               'endpoint-independent')
WIDTH = {APD: 0, AD: 1, EI: 2}
STATEFUL = (TCP, SCTP, DCCP)

# As in the manual: profile aws, profile rfc where it differs
DEFAULTS = {
    'unsolicited': ('local', 'service'), 'max-flows': (0, 0),
    'tcp-opening': (60, 240), 'tcp-established': (350, 7440),
    'tcp-closing': (60, 240), 'udp': (350, 300), 'icmp': (350, 60),
    'other': (350, 300), 'tcp-mapping': (APD, EI), 'udp-mapping': (APD, EI),
    'tcp-filtering': (APD, EI), 'udp-filtering': (APD, EI),
    'hairpin': ('off', 'on'), 'inbound-refresh': ('on', 'off'),
    'port-parity': ('off', 'on'), 'port-class': ('off', 'on'),
    'spill': ('off', 'off'), 'midstream': ('rst', 'rst'),
    'syn-answer': ('off', 'on'),
    'refusal': ('host-unreachable', 'host-unreachable'),
    'hold-fin': (0, 0), 'hold-rst': (0, 0), 'hold-opening': (0, 0),
    'hold-udp': (0, 120), 'hold-max': (65536, 65536), 'client-flows': (0, 0),
    'client-ports': (0, 0), 'client-opening': (0, 0), 'client-rate': (0, 0),
    'fair-share': ('on', 'on'), 'mss': ('off', 'off'),
    'unique-ip-id': ('off', 'on'),
    'proto-udplite': ('off', 'on'), 'proto-sctp': ('off', 'on'),
    'proto-dccp': ('off', 'on'), 'proto-gre': ('off', 'on'),
    'proto-esp': ('off', 'on'), 'proto-ah': ('off', 'on'),
    'proto-ipip': ('off', 'on'), 'proto-other': ('off', 'on'),
    'fastpath': ('on', 'on'),
}
SWITCHED = {UDPLITE: 'udplite', SCTP: 'sctp', DCCP: 'dccp', GRE: 'gre',
            ESP: 'esp', AH: 'ah', IPIP: 'ipip'}
# Protocols that flows are counted by
NAMED = {TCP: 'tcp', UDP: 'udp', ICMP: 'icmp'}
# How long before and after a time-out a flow is left alone; how much later than
# after its time-out one may end; how long until its port is free at the latest
MARGIN, GRAIN, SWEEP = 0.4, 0.3, 4.0


def profile_options(profile):
    column = ('aws', 'rfc').index(profile)
    return {name: values[column] for name, values in DEFAULTS.items()}


def portless(proto):
    return proto not in WITH_PORTS and proto != ICMP


class Wrong(Exception):
    """The gateway did what it may not do."""


class Flow:
    """One connection, as its inside host has it, and its external endpoint."""

    __slots__ = ('proto', 'src', 'sport', 'dst', 'dport', 'wire', 'port',
                 'mapping', 'tracker', 'idle', 'since', 'until', 'epoch',
                 'opening', 'guest', 'last')

    def __init__(self, proto, inside, outside, idle, epoch):
        self.proto = proto
        self.src, self.sport = inside
        self.dst, self.dport = outside
        self.wire = self.port = self.mapping = self.tracker = None
        self.idle, self.epoch = idle, epoch
        self.since = self.until = 0.0
        # An outsider has begun it: no half-open one of the client's own
        self.guest = self.opening = False
        # What each side received last, to be quoted in errors
        self.last = [None, None]

    def key(self):
        return self.proto, self.src, self.sport, self.dst, self.dport

    def reply_key(self):
        return self.proto, self.wire, self.port, self.dst, self.dport

    def states(self):
        if self.tracker:
            return self.tracker.states
        return ['icmp' if self.proto == ICMP else 'udp'
                if self.proto in (UDP, UDPLITE) else 'other']

    def __str__(self):
        return '%d %s:%d > %s:%d as %s:%s %s' % (
            self.proto, text_of(self.src), self.sport, text_of(self.dst),
            self.dport, self.wire and text_of(self.wire), self.port,
            '/'.join(self.states()))


class Mapping:
    """The external endpoint that flows of an inside endpoint share."""

    def __init__(self, key, kind, epoch):
        self.key, self.kind, self.epoch = key, kind, epoch
        self.wire = self.port = None
        self.flows = []
        # When the inside endpoint last sent through it
        self.since = 0.0


class Address:
    def __init__(self, wire, local):
        self.wire, self.local = wire, local
        self.draining = False


class Rule:
    def __init__(self, pref, src=None, dst=None, proto=0, dport=None,
                 exempt=False, address=None, idle=0):
        self.pref, self.src, self.dst, self.proto = pref, src, dst, proto
        self.dport, self.exempt = dport, exempt
        self.address, self.idle = address, idle

    def matches(self, proto, src, dst, dport):
        return (not self.src or in_prefix(src, self.src)) and \
            (not self.dst or in_prefix(dst, self.dst)) and \
            (not self.proto or proto == self.proto) and \
            (not self.dport or self.dport[0] <= dport <= self.dport[1])


def in_prefix(addr, prefix):
    net, length = prefix
    shift = 32 - length
    return int.from_bytes(addr, 'big') >> shift == \
        int.from_bytes(net, 'big') >> shift


class Table:
    """The flows of a gateway, and who has which port."""

    def __init__(self):
        self.now = 0.0
        self.reset()
        # Flows that the present packet has refreshed
        self.touched = []
        # Ports that the host has for itself: (proto, port), and the only
        # ones left free where nearly all are reserved
        self.host_ports = {}
        self.few = None

    def reset(self):
        self.options = profile_options('aws')
        self.addresses = []
        self.rules = []
        self.flows, self.replies, self.mappings = {}, {}, {}
        self.ports = {}
        self.held = []
        self.sticky = {}
        self.counters = {}
        self.epoch = 0

    def count(self, name, number=1):
        self.counters[name] = self.counters.get(name, 0) + number

    def stamp(self, now):
        """The present packet has been handled."""
        for flow in self.touched:
            flow.until = now
        self.touched = []

    # Options

    def mapping_of(self, proto):
        if portless(proto):
            return APD
        return self.options['tcp-mapping' if proto in STATEFUL
                            else 'udp-mapping']

    def filtering_of(self, proto):
        if proto == ICMP:
            return APD
        return self.options['tcp-filtering' if proto in STATEFUL
                            else 'udp-filtering']

    def translates(self, proto):
        if proto in (TCP, UDP, ICMP):
            return True
        return self.options['proto-' + SWITCHED.get(proto, 'other')] == 'on'

    def timeouts(self, flow):
        options, found = self.options, []
        for state in flow.states():
            if state == OPENING:
                found.append(options['tcp-opening'])
            elif state in (CLOSING, RESET):
                found.append(options['tcp-closing'])
            elif flow.idle:
                found.append(flow.idle)
            else:
                found.append(options['tcp-established' if flow.tracker
                                     else state])
        return found

    # Time

    def alive(self, flow):
        """Whether a flow has not been idle for too long."""
        times = self.timeouts(flow)
        if self.now < flow.since + min(times) - MARGIN:
            return True
        if self.now > flow.until + max(times) + GRAIN + MARGIN:
            return False
        raise Unsure

    def horizon(self):
        """Until when no flow can have been idle for too long."""
        return min((flow.since + min(self.timeouts(flow)) - MARGIN
                    for flow in self.flows.values()), default=self.now + 3600)

    def expire(self):
        """End the flows whose time has come; returns how many."""
        dead = [flow for flow in self.flows.values() if not self.alive(flow)]
        for flow in dead:
            self.end(flow, 'idle')
        return len(dead)

    # Flows and mappings

    def find(self, key):
        flow = self.flows.get(key)
        return flow if flow and self.alive(flow) else None

    def find_reply(self, key):
        flow = self.replies.get(key)
        return flow if flow and self.alive(flow) else None

    def add(self, flow):
        self.flows[flow.key()] = flow
        if flow.mapping:
            if not flow.mapping.flows:
                self.mappings[flow.mapping.key] = flow.mapping
            flow.mapping.flows.append(flow)
            if flow.mapping.port is not None:
                self.settle(flow, flow.mapping.wire, flow.mapping.port)

    def settle(self, flow, wire, port):
        """Its external endpoint is known now."""
        flow.wire, flow.port = wire, port
        self.replies[flow.reply_key()] = flow
        self.ports.setdefault((flow.proto, wire, port), []).append(flow)
        if flow.mapping:
            flow.mapping.wire, flow.mapping.port = wire, port

    def end(self, flow, why):
        self.count('flows-ended')
        self.count('flows-ended-' + NAMED.get(flow.proto, 'other'))
        if why == 'idle':
            self.count('flows-idle')
        del self.flows[flow.key()]
        if flow.wire is None:
            return
        del self.replies[flow.reply_key()]
        mates = self.ports[flow.proto, flow.wire, flow.port]
        mates.remove(flow)
        if not mates:
            del self.ports[flow.proto, flow.wire, flow.port]
        mapping = flow.mapping
        if mapping:
            mapping.flows.remove(flow)
            if mapping.flows:
                return
            if self.mappings.get(mapping.key) is mapping:
                del self.mappings[mapping.key]
        if why in ('idle', 'flushed') and not portless(flow.proto):
            self.hold(flow, flow.since + min(self.timeouts(flow))
                      if why == 'idle' else self.now)

    def hold(self, flow, since):
        """Its port stays out of use for as long as options say."""
        names = {CLOSING: 'hold-fin', RESET: 'hold-rst',
                 OPENING: 'hold-opening'}
        times = [self.options[names.get(state, 'hold-udp')]
                 for state in flow.states()]
        limit = self.options['hold-max']
        if not max(times) or not limit:
            return
        kind = flow.mapping.kind if flow.mapping else APD
        scope = {APD: (flow.dst, flow.dport), AD: (flow.dst, None),
                 EI: (None, None)}[kind]
        self.held.append((flow.proto, flow.wire, flow.port, scope,
                          since + min(times),
                          self.now + max(times) + SWEEP))

    def is_held(self, proto, wire, port, flow, kind):
        """Whether a port that flow might get is kept from reuse."""
        self.held = [entry for entry in self.held if entry[5] > self.now]
        for held_proto, held_wire, held_port, (dst, dport), low, _ in self.held:
            if (held_proto, held_wire, held_port) != (proto, wire, port):
                continue
            if kind == APD and dst is not None and \
                    (dst != flow.dst or dport not in (None, flow.dport)):
                continue
            if kind == AD and dst is not None and dst != flow.dst:
                continue
            if low - MARGIN < self.now:
                raise Unsure
            return True
        return False

    # Ports

    def taken(self, proto, wire, port, flow, kind):
        """Whether live flows keep a port from a new one."""
        for mate in self.ports.get((proto, wire, port), ()):
            if mate is flow or mate.mapping and mate.mapping is flow.mapping:
                continue
            same = mate.dst == flow.dst
            if same and mate.dport == flow.dport:
                return True
            if mate.epoch != flow.epoch:
                continue
            if kind == EI or kind == AD and same:
                return True
        return False

    def host_has(self, proto, wire, port):
        if not any(a.local and a.wire == wire for a in self.addresses):
            return False
        if proto != ICMP and self.few is not None and port >= 1024 and \
                port not in self.few:
            return True
        return port in self.host_ports.get(proto, ())

    def wanted_class(self, flow):
        """Whether an external port below 1024 is asked for."""
        return flow.proto != ICMP and self.options['port-class'] == 'on' and \
            0 < flow.sport < 1024

    def usable(self, flow, wire, kind):
        """Free ports of few; only with few of them can they be listed."""
        return [port for port in self.few
                if not self.host_has(flow.proto, wire, port) and
                not self.taken(flow.proto, wire, port, flow, kind) and
                not self.is_held(flow.proto, wire, port, flow, kind)]

    def free_ports(self, flow, wire, kind):
        """None where there are plenty, else those that the flow may get."""
        if portless(flow.proto):
            taken = (flow.proto, wire, flow.sport, flow.dst,
                     flow.dport) in self.replies
            return [] if taken else [0]
        if self.few is None or flow.proto == ICMP or self.wanted_class(flow) \
                or not self.host_has(flow.proto, wire, 65535):
            return None
        ports = self.usable(flow, wire, kind)
        if self.options['port-parity'] == 'on':
            like = [port for port in ports if (port ^ flow.sport) & 1 == 0]
            return like or ports
        return ports

    def check_port(self, flow, wire, port, free):
        """Complain about an external port that may not be given to a flow."""
        kind = self.mapping_of(flow.proto)
        if free is not None:
            if port not in free:
                raise Wrong('port %d is none of %s' % (port, free))
            return
        if self.wanted_class(flow) != (port < 1024) or not port:
            raise Wrong('port %d is of the wrong class' % port)
        if self.options['port-parity'] == 'on' and flow.proto != ICMP and \
                (port ^ flow.sport) & 1:
            raise Wrong('port %d is of the wrong parity' % port)
        if self.host_has(flow.proto, wire, port):
            raise Wrong("port %d is the host's" % port)
        if self.taken(flow.proto, wire, port, flow, kind):
            raise Wrong('port %d is taken' % port)
        try:
            if self.is_held(flow.proto, wire, port, flow, kind):
                raise Wrong('port %d is held' % port)
        except Unsure:
            pass

    # Addresses

    def address(self, wire):
        for entry in self.addresses:
            if entry.wire == wire:
                return entry
        return None

    def in_use(self, wire):
        return any(flow.wire == wire for flow in self.flows.values())

    def choices(self, client):
        """Addresses that a client may get for what it begins now."""
        available = [entry.wire for entry in self.addresses
                     if not entry.draining]
        if client not in self.sticky:
            return available
        wire, others = self.sticky[client]
        return [wire] + others

    def stick(self, client, wire):
        self.sticky[client] = wire, []

    def address_added(self, entry):
        self.addresses.append(entry)
        for client, (wire, others) in self.sticky.items():
            self.sticky[client] = wire, others + [entry.wire]

    def address_leaves(self, wire):
        """It takes no new flows, or is gone."""
        for client, (chosen, others) in list(self.sticky.items()):
            if chosen == wire:
                del self.sticky[client]
            elif wire in others:
                others.remove(wire)

    # Rules

    def treatment(self, proto, src, dst, dport):
        """What rules say: exempt, address, idle. First of each kind counts."""
        address, idle = None, 0
        for rule in self.rules:
            if not rule.matches(proto, src, dst, dport):
                continue
            if rule.exempt:
                if address or idle:
                    raise Unsure
                return True, None, 0
            address = address or rule.address
            idle = idle or rule.idle
        return False, address, idle

