# SPDX-License-Identifier: GPL-2.0
"""B: what RFC 2663 and RFC 3022 say a NAT is; Q6, Q7, Q12: identifiers."""

import struct

import packet
import probes
from bench import Verdict, judge, not_applicable
from probes import Tcp, knock, mapped
from rows import row


def all_of(b, names):
    """A row that says no more than others together."""
    found = {name: b.results[name].word for name in names}
    wrong = [name for name, word in found.items() if word != 'pass']
    return judge(not wrong, '%s: %s' % (', '.join(names), 'as it should be')
                 if not wrong else 'fails with %s' % ', '.join(wrong))


@row('B1', phase='short')
def binding(b):
    """Bound with the first packet, unbound after the last session's end."""
    host, server = b.client(), b.server()
    where = mapped(b, 'udp', host, 5000, server)
    during = len(b.subject.flows(host))
    yield 4.5
    after = len(b.subject.flows(host))
    gone = not knock(b, 'udp', server, 1, where)
    return judge((during, after) == (1, 0) and gone,
                 '%d session, then %d; its endpoint %s' %
                 (during, after, 'is closed' if gone else 'stays open'))


@row('B2')
def outbound_only(b):
    """Nothing gets in that nobody asked for, on any port or protocol."""
    server, came = b.server(), []
    where = mapped(b, 'udp', b.client(), 5000, server)
    near = where[1] + 1 if where[1] < 65535 else where[1] - 1
    for kind, words in (('udp', {'dport': near}), ('udp', {'dport': 53}),
                        ('tcp', {'dport': near, 'flags': 'S'}),
                        ('tcp', {'dport': where[1], 'flags': 'A'}),
                        ('echo', {'id': where[1]}),
                        ('echo-reply', {'id': where[1]})):
        came += b.backs(kind, b.server(), b.external, **words)
    return judge(not came, '%d of 6 unasked packets reach an inside host' %
                 len(came))


@row('B3')
def checksums(b):
    """With payloads that bring the translated sum to the ends of its range."""
    wrong = [kind for kind in ('udp', 'tcp', 'echo') if not edges(b, kind)]
    host, server = b.client(), b.server()
    none = b.out('udp', host, server, sport=5000, dport=1, csum=0, len=33)
    back = none and b.back('udp', server, none.src, sport=1, dport=none.sport,
                           csum=0, len=33)
    if not (back and none.csum == 0 and back.csum == 0):
        wrong.append('UDP without')
    return judge(not wrong, 'wrong: %s' % ', '.join(wrong) if wrong else
                 'right at both ends of their range; none in UDP stays none')


def edges(b, kind):
    """The checksum of what leaves is to become all zeros, or nearly so."""
    host, server = b.client(), b.server()
    words = probes.ports(kind, 5000, 80)
    seen = b.out(kind, host, server, hex='0000', **words)
    offset = packet.SUM_OFFSETS[seen.proto]
    for nudge in (-2, -1, 0, 1, 2):
        value, = struct.unpack_from('!H', seen.body, offset)
        # One's complement: what is added to the data is taken from the sum.
        data = (value + nudge) % 0xffff
        one = b.out(kind, host, server, hex='%04x' % data, **words)
        if not one or one.faults() or one.payload.hex() != '%04x' % data:
            return False
        if kind == 'udp' and one.csum == 0:
            return False
    return True


@row('B4', phase='last')
def errors(b):
    return all_of(b, ('I4', 'I5', 'I5c'))


@row('B5', phase='last')
def fragments(b):
    return all_of(b, ('U14',))


@row('B7')
def one_box(b):
    return not_applicable('one gateway carries both directions')


@row('B8')
def other_protocols(b):
    """ESP, AH, GRE and a protocol without a name: never with inside sources."""
    fates = {}
    for name, number in (('ESP', 50), ('AH', 51), ('GRE', 47),
                         ('protocol 253', 253)):
        fates[name] = fate(b, number)
    text = '; '.join('%s %s' % pair for pair in fates.items())
    return judge(not any('leak' in what for what in fates.values()), text)


def fate(b, number):
    """Two hosts to one destination: what becomes of their packets."""
    server, hosts = b.server(), (b.client(1), b.client(2))
    mark = b.wan.mark()
    for host in hosts:
        b.emit('raw', host, server, proto=number, hex='0000080001020304' * 4)
    b.settle_out(1)
    b.settle_out(2)
    seen = [one.src for one in b.wan.since(mark, lambda p: p.dst == server)]
    if any(src in hosts for src in seen):
        return 'leaks'
    if not seen:
        return 'dropped'
    came = b.back('raw', server, b.external, proto=number, len=32)
    return '%s, %s' % ('for one host' if len(seen) == 1 else 'for both hosts',
                       'answered' if came and came.dst == hosts[0] else
                       'not answered')


@row('B9')
def other_bytes(b):
    """All bytes but address, port and checksum stay; one hop is counted."""
    wrong = []
    for kind in ('udp', 'tcp', 'echo'):
        for words in ({'tos': 0xb8}, {'df': 1, 'ttl': 9},
                      {'options': '01010100'}, {'len': 700, 'ipid': 4242}):
            if not unchanged(b, kind, words):
                wrong.append('%s %s' % (kind, *words))
    return judge(not wrong, 'changed: %s' % ', '.join(wrong) if wrong else
                 'type of service, options and payload stay, TTL is one less')


def unchanged(b, kind, words):
    host, server = b.client(), b.server()
    leave = ['src', 'ttl', 'id' if kind == 'echo' else 'sport']
    sent = packet.Packet(b.make(kind, host, server, **words))
    seen = b.out(kind, host, server, **words)
    if seen and not sent.df:
        # Q12 is the row about the identifier of these.
        seen.data = packet.put16(seen.data, 4, sent.ipid)
    return (seen and seen.ttl == sent.ttl - 1 and
            seen.plain(leave) == sent.plain(leave))


@row('Q12')
def identifiers(b):
    """Two hosts count alike; what may be fragmented may not be mixed up."""
    server, seen = b.server(), []
    for ipid in range(100, 110):
        for host in (b.client(1), b.client(2)):
            seen.append(b.out('udp', host, server, ipid=ipid).ipid)
    parts = b.outs('udp', b.client(), server, fragment=800, len=2000, ipid=7)
    together = len({one.ipid for one in parts}) == 1
    good = len(set(seen)) == len(seen) and together
    return judge(good, '%d of 20 identifiers differ%s' %
                 (len(set(seen)), '' if together else
                  ', and those of one datagram do too'))


@row('Q6', 'Q7')
def protocols_apart(b):
    """One inside port by UDP and by TCP; then what each of them lets in."""
    tcp, only = Tcp(b), Tcp(b)
    udp = mapped(b, 'udp', tcp.host, tcp.sport, tcp.server, tcp.dport)
    early = knock(b, 'tcp', tcp.server, tcp.dport, udp, flags='S')
    tcp.open()
    both = (tcp.outside('A', 'data') and
            knock(b, 'udp', tcp.server, tcp.dport, udp))
    only.open()
    crossed = knock(b, 'udp', only.server, only.dport, only.where)
    return (judge(both and not early, 'UDP and TCP of one port are %s' %
                  ('apart' if both and not early else 'mixed up')),
            judge(not crossed, 'UDP to a port of TCP is %s' %
                  ('let in' if crossed else 'dropped')))


@row('B6', phase='end')
def nothing_leaks(b):
    """All that was seen on the uplink in every row, and the end of it all."""
    before = len(b.wan.leaks)
    b.subject.stop()
    mark = b.wan.mark()
    for kind in ('udp', 'tcp', 'echo'):
        b.emit(kind, b.client(), b.server())
    # No gateway is left that a marker could pass: what leaks comes at once.
    b.wan.wait(mark, lambda p: p.proto == packet.ICMP, 0.5)
    after = len(b.wan.leaks) - before
    seen = sorted({kind_of(one) for one in b.wan.leaks[:before]})
    text = []
    if seen:
        text.append('leaks: ' + ', '.join(seen))
    if after:
        text.append('leaks once the configuration is gone')
    return Verdict('fail' if text else 'pass', '; '.join(text) or
                   'no inside address is seen outside, nor once the '
                   'configuration is gone')


def kind_of(one):
    names = {1: 'ICMP', 6: 'TCP', 17: 'UDP'}
    name = names.get(one.proto, 'protocol %d' % one.proto)
    if one.proto == packet.ICMP and hasattr(one, 'type'):
        return '%s type %s' % (name, one.type)
    if one.proto == packet.TCP and hasattr(one, 'flags'):
        return '%s %s' % (name, one.flags)
    return name
