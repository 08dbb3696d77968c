# SPDX-License-Identifier: GPL-2.0
"""Questions that many rows ask: what a mapping and its filter depend on,
whether hosts reach each other by their external endpoints, how a connection
goes."""

from bench import ROUTER, Wrong, failed, judge, passed

EI, AD, APD = ('endpoint-independent', 'address-dependent',
               'address-and-port-dependent')
# Some inside ports for each question, so that chance does not answer it
PORTS = (5000, 5002, 5003)


def ports(kind, sport, dport):
    """How a packet names its endpoints: a query has one identifier."""
    if kind in ('echo', 'echo-reply'):
        return {'id': sport}
    return {'sport': sport, 'dport': dport}


def endpoint(one):
    """The source endpoint of a packet."""
    if one is None:
        return None
    return one.src, getattr(one, 'sport', getattr(one, 'id', None))


def mapped(b, kind, host, port, server, dport=1):
    """The external endpoint that an inside one has towards a server."""
    return endpoint(b.out(kind, host, server, **ports(kind, port, dport)))


def class_of(one, other_port, *others):
    """What external endpoints depend on: of one destination, of another port
    of it, and of other addresses."""
    if {one, other_port, *others} == {one}:
        return EI
    return AD if one == other_port else APD


def mapping_class(b, kind, hosts=None):
    """What the external endpoint depends on, also where two hosts compete.

    Both hosts use the same ports. The second one meets a destination of its
    own first, so that it may already have what the first one has elsewhere.
    """
    one, other = hosts or (b.client(1), b.client(2))
    near, far, third = b.server(), b.server(), b.server()
    worst = EI
    for port in PORTS:
        for host in (one, other):
            own = [mapped(b, kind, host, port, third)] if host is other else []
            seen = [mapped(b, kind, host, port, *where)
                    for where in ((near, 1), (near, 2), (far, 1))] + own
            if None in seen:
                return 'refused'
            worst = max(worst, class_of(*seen), key=(EI, AD, APD).index)
    return worst


def answer(kind):
    """What the far side of a first packet sends, and what a stranger does."""
    if kind == 'echo':
        return 'echo-reply', {}, {}
    if kind == 'tcp':
        return kind, {'flags': 'SA', 'ack': 1001}, {'flags': 'S'}
    if kind == 'dccp':
        return kind, {'type': 'response', 'ack': 1000}, {'type': 'request'}
    return kind, {}, {}


def knock(b, kind, src, sport, where, **words):
    """A packet from outside to an external endpoint; what came of it inside."""
    if kind == 'echo-reply':
        return b.back(kind, src, where[0], id=where[1], **words)
    return b.back(kind, src, where[0], sport=sport, dport=where[1], **words)


def filtering_class(b, kind, host=None, port=6001):
    """Who may send to an external endpoint."""
    host, near, far = host or b.client(1), b.server(), b.server()
    where = mapped(b, kind, host, port, near, 1)
    if where is None:
        return 'refused'
    kind, first, strange = answer(kind)
    if not knock(b, kind, near, 1, where, **first):
        raise Wrong('the answer itself was not let in')
    if knock(b, kind, far, 1, where, **strange):
        return EI
    if kind != 'echo-reply' and knock(b, kind, near, 2, where, **strange):
        return AD
    return APD


def distinct(b, kind, number=6):
    """Two hosts with the same ports towards one destination stay apart."""
    one, other, server = b.client(1), b.client(2), b.server()
    seen = {}
    for port in range(7000, 7000 + number):
        for host in (one, other):
            where = mapped(b, kind, host, port, server)
            if where is None or where in seen:
                return failed('%s for two of them' % (where,) if where
                              else 'refused')
            seen[where] = host, port
    reply, words, _ = answer(kind)
    for where, (host, port) in seen.items():
        came = knock(b, reply, server, 1, where, **words)
        if came is None or came.dst != host or getattr(
                came, 'dport', getattr(came, 'id', None)) != port:
            return failed('an answer went astray')
    return passed('%d endpoints, each with its own answers' % len(seen))


def hairpin(b, kind, **first):
    """One host sends to another's external endpoint, and is answered.

    Returns (text, None) or (None, what the receiver saw).
    """
    server, receiver, sender = b.server(), b.client(1), b.client(2)
    there = mapped(b, kind, receiver, 7100, server)
    came = b.across(kind, sender, there[0], **dict(
        ports(kind, 7200, there[1]), **first))
    if came is None or came.dst != receiver or came.dport != 7100:
        return 'nothing reached the other host', None
    return None, (came, sender, receiver, there)


def hairpin_verdicts(b, kind, first, reply):
    """Two rows: it passes, and the source that is seen is the external one."""
    error, found = hairpin(b, kind, **first)
    if error:
        return failed(error), failed(error)
    came, sender, receiver, there = found
    outside = came.src == b.external
    back = b.across(kind, receiver, came.src, sport=7100, dport=came.sport,
                    **reply)
    good = (back and back.dst == sender and back.dport == 7200 and
            endpoint(back) == there)
    return (judge(good, 'reached and answered' if good else
                  'the answer did not come back'),
            judge(outside and good, 'source seen: %s' %
                  ('the external endpoint' if outside else 'the inside one')))


def many_errors(b, seen, server):
    """ICMP errors of all sorts about a packet, from here and there."""
    for number, code in ((3, 0), (3, 1), (3, 2), (3, 3), (3, 4), (3, 10),
                         (3, 13), (4, 0), (5, 1), (11, 0), (12, 0)):
        for src in (server, ROUTER):
            b.emit('icmp', src, seen.src, via='wan', type=number, code=code,
                   mtu=1400 if code == 4 else 0, quote=b.quote(seen))
    b.settle_in()


def survives(good):
    return judge(good, 'the answer still passes after 22 errors' if good else
                 'an error ended it')


class Tcp:
    """Both ends of a connection; what each sends has to reach the other."""

    def __init__(self, b, host=None, sport=8000, dport=80):
        self.b, self.host, self.server = b, host or b.client(1), b.server()
        self.sport, self.dport = sport, dport
        self.next = {'inside': 1000, 'outside': 7000000}
        self.first = {}
        self.where = None

    def words(self, side, flags, data, seq=None):
        other = 'outside' if side == 'inside' else 'inside'
        words = {'flags': flags, 'data': data,
                 'ack': self.next[other] if 'A' in flags else 0}
        if 'S' in flags and side in self.first:
            seq = self.first[side]
        words['seq'] = (self.next[side] if seq is None else seq) % (1 << 32)
        if seq is None:
            self.next[side] += len(data) + ('S' in flags) + ('F' in flags)
        if 'S' in flags:
            self.first[side] = words['seq']
        return words

    def inside(self, flags, data='', seq=None):
        """The inside host sends; what left the gateway."""
        one = self.b.out('tcp', self.host, self.server, sport=self.sport,
                         dport=self.dport,
                         **self.words('inside', flags, data, seq))
        if one and self.where is None:
            self.where = endpoint(one)
        return one if one and endpoint(one) == self.where else None

    def outside(self, flags, data='', seq=None):
        """The server sends; what reached the inside host."""
        one = self.b.back('tcp', self.server, self.where[0], sport=self.dport,
                          dport=self.where[1],
                          **self.words('outside', flags, data, seq))
        good = one and one.dst == self.host and one.dport == self.sport
        return one if good else None

    def play(self, script):
        """">S" goes out, "<SA" comes in; the first step that fails, or None."""
        for step in script.split():
            flags, _, data = step[1:].partition('+')
            send = self.inside if step[0] == '>' else self.outside
            if not send(flags, data):
                return step
        return None

    def open(self):
        stuck = self.play('>S <SA >A')
        if stuck:
            raise Wrong('a handshake did not pass: %s' % stuck)
        return self

    def flow(self):
        return flow_of(self.b, self.host)


def flow_of(b, host):
    """The one flow that an inside host has."""
    flows = b.subject.flows(host)
    if len(flows) != 1:
        raise Wrong('%d flows of %s, not one' % (len(flows), host))
    return flows[0]


def idle_row(b, host, least, what='idle after'):
    """Whether a flow may be idle for so long; a second may have gone by."""
    left = flow_of(b, host).expires
    return judge(left >= least - 2, '%s %d s' % (what, round_up(left)))


def round_up(left):
    """Time-outs are read a moment after the packet; they are whole tens."""
    return -(-left // 10) * 10


def without(b, option):
    """A verdict where the subject has no such option, else None."""
    if b.subject.offers(option):
        return None
    return failed('there is no such option')
