# SPDX-License-Identifier: GPL-2.0
"""I: RFC 5508, and what RFC 7857 says about ICMP."""

import time

import packet
import probes
from bench import ROUTER, Late, failed, judge
from probes import EI, endpoint, knock, mapped
from rows import row

HOST_OF_GATEWAY = '10.0.1.1'    # its inside address on the first client's side


@row('I1')
def queries(b):
    """The same identifier from two hosts: each gets its own replies."""
    return probes.distinct(b, 'echo')


@row('I1a')
def query_mapping(b):
    seen = probes.mapping_class(b, 'echo')
    return judge(seen == EI, 'identifier: ' + seen)


@row('I2')
def query_time(b):
    host = b.client()
    mapped(b, 'echo', host, 5000, b.server())
    return probes.idle_row(b, host, 60)


@row('I2a', 'Q13', phase='short')
def query_time_set(b):
    server, hosts = b.server(), (b.client(), b.client())
    begun = time.monotonic()
    one, other = (mapped(b, 'echo', host, 5000, server) for host in hosts)
    yield 2
    alive = knock(b, 'echo-reply', server, 0, one)
    late = time.monotonic() - begun
    if late > 2.8:
        raise Late('%.1f s' % late)
    yield 2.5
    gone = not knock(b, 'echo-reply', server, 0, other)
    left = len(b.subject.flows(hosts[1]))
    return (judge(alive and gone, 'set to 3 s: %s after 2 s, %s after 4.5 s' %
                  ('alive' if alive else 'gone', 'gone' if gone else 'alive')),
            judge(gone and not left, 'the identifier is %s with its session' %
                  ('free' if gone else 'not free')))


def probe(b, **words):
    """A packet of a host as the far side sees it, to complain about."""
    host, server = b.client(), b.server()
    return host, server, b.out('udp', host, server,
                               **dict({'sport': 5000, 'dport': 1, 'len': 200},
                                      **words))


@row('I3')
def bad_sum(b):
    _, _, seen = probe(b)
    came = b.error(seen, 3, 1, badsum=1)
    return judge(not came, 'an error with a wrong checksum is %s' %
                 ('let in' if came else 'dropped'))


@row('I3a')
def bad_quoted_header(b):
    _, server, seen = probe(b)
    marks = b.marks()
    b.emit('icmp', ROUTER, seen.src, via='wan', type=3, code=1,
           quote=packet.put16(b.quote(seen), 10, 0xdead))
    b.settle_in()
    came = b.arrived(marks, lambda p: p.quote and p.quote.dst == server)
    return judge(not came, 'a quoted header with a wrong checksum: the error '
                 'is %s' % ('let in' if came else 'dropped'))


@row('I3b')
def quoted_options(b):
    """Forty bytes of options, as many as there can be."""
    host, _, seen = probe(b, options='01' * 40)
    came = seen and b.error(seen, 3, 1, length=8)
    good = came and came.quote.src == host and came.quote.sport == 5000
    return judge(good, 'options in the quote are %s' %
                 ('skipped' if good else 'not skipped'))


@row('I3c')
def quoted_sum(b):
    """Whatever transport checksum the quote has: nobody can verify it."""
    host, server, seen = probe(b)
    quote = packet.put16(b.quote(seen), 26, 0x1234)
    marks = b.marks()
    b.emit('icmp', ROUTER, seen.src, via='wan', type=3, code=1, quote=quote)
    b.settle_in()
    came = b.arrived(marks, lambda p: p.quote and p.quote.dst == server)
    good = came and came[0][1].quote.src == host
    return judge(good, 'a quoted transport checksum that is wrong: the error '
                 'is %s' % ('let in' if good else 'dropped'))


@row('I3d')
def extensions(b):
    """An MPLS label stack behind a quote padded to 128 bytes (RFC 4884)."""
    host, _, seen = probe(b, len=20)
    body = bytes.fromhex('20000000') + bytes.fromhex('000801010001f0ff')
    body = packet.put16(body, 2, packet.checksum(body))
    quote = b.quote(seen).ljust(128, b'\0') + body
    came = b.back('icmp', ROUTER, seen.src, type=11, code=0, rest=32,
                  quote=quote)
    good = (came and came.quote.src == host and came.quote.sport == 5000 and
            came.data[28 + 128:] == body and came.body[5] == 32)
    return judge(good, 'the extension %s' %
                 ('arrives as it was' if good else 'is lost or changed'))


def kinds():
    """What errors are about: kind, words, and how the quote names the host."""
    return (('udp', {'sport': 5000, 'dport': 1}, ('sport', 5000)),
            ('tcp', {'sport': 5001, 'dport': 80}, ('sport', 5001)),
            ('echo', {'id': 5002}, ('id', 5002)))


@row('I4')
def errors_in(b):
    """From a router, with all of the packet or the eight bytes that count."""
    wrong = []
    for kind, words, (name, value) in kinds():
        for length in (8, 548):
            for number, code in ((3, 3), (11, 0)):
                host, server = b.client(), b.server()
                seen = b.out(kind, host, server, len=100, **words)
                came = b.error(seen, number, code, length=length)
                if not (came and came.src == ROUTER and came.dst == host and
                        (came.type, came.code) == (number, code) and
                        came.quote.src == host and came.quote.dst == server and
                        getattr(came.quote, name) == value):
                    wrong.append('%s %d bytes' % (kind, length))
    none = unmatched_in(b)
    return judge(not wrong and none, 'wrong: %s' % ', '.join(wrong) if wrong
                 else '12 errors arrive in the terms of the host, one about '
                 'nothing %s' % ('does not' if none else 'as well'))


def unmatched_in(b):
    """An error about something that nobody sent."""
    server = b.server()
    about = packet.Packet(b.make('udp', b.external, server, sport=2,
                                 dport=3, len=20))
    return b.error(about, 3, 1) is None


@row('I5', 'I5c')
def errors_out(b):
    """From the host, and from a router behind it, about a server's packet."""
    right, hidden = [], []
    for kind, words, _ in kinds():
        host, server = b.client(), b.server()
        where = mapped(b, kind, host, 5000, server, words.get('dport'))
        reply, more, _ = probes.answer(kind)
        came = knock(b, reply, server, words.get('dport'), where,
                     **dict(more, len=60))
        for src in (host, b.client()):
            one = b.out('icmp', src, server, via=1, type=3, code=3,
                        quote=b.quote(came))
            right.append(one and (one.type, one.code) == (3, 3) and
                         one.quote.src == server and
                         (one.quote.dst, getattr(one.quote, 'dport', getattr(
                             one.quote, 'id', None))) == where)
            hidden.append(one and one.src == b.external)
    return (judge(all(right), '%d of %d name the external endpoint' %
                  (sum(map(bool, right)), len(right))),
            judge(all(hidden), '%d of %d come from the external address' %
                  (sum(map(bool, hidden)), len(hidden))))


@row('I6', phase='short')
def errors_refresh_nothing(b):
    server, begun = b.server(), time.monotonic()
    hosts = b.client(), b.client()
    seen = [b.out('echo', host, server, id=5000) for host in hosts]
    b.error(seen[0], 3, 1)
    alive = knock(b, 'echo-reply', server, 0, endpoint(seen[0]))
    yield 2
    late = b.error(seen[1], 3, 1)
    if time.monotonic() - begun > 2.8:
        raise Late('of an error')
    yield 2.5
    gone = not knock(b, 'echo-reply', server, 0, endpoint(seen[1]))
    return judge(alive and late and gone, 'an error about a query %s' %
                 ('neither ends nor refreshes it' if alive and gone else
                  'refreshes it' if alive else 'ends it'))


@row('I7', 'I7a')
def hairpin_error(b):
    error, found = probes.hairpin(b, 'udp')
    if error:
        return failed(error), failed(error)
    came, sender, receiver, there = found
    back = b.across('icmp', receiver, came.src, type=3, code=3,
                    quote=b.quote(came))
    good = (back and back.dst == sender and back.quote.src == sender and
            (back.quote.dst, back.quote.dport) == there)
    return (judge(good, 'port unreachable %s' %
                  ('reaches the sender in its terms' if good else 'is lost')),
            judge(good and back.src == b.external, 'it comes from %s' %
                  ('the external address' if good and back.src == b.external
                   else 'somewhere else')))


@row('I10a')
def traceroute(b):
    """By time to live 1 and 2, with each protocol, and a reply at the end."""
    missing = []
    for kind, words, (name, value) in kinds():
        host, server = b.client(), b.server()
        near = b.told(kind, host, server, ttl=1, **words)
        seen = b.out(kind, host, server, ttl=2, **words)
        far = seen and b.error(seen, 11, 0)
        for one, src in ((near[0] if near else None, HOST_OF_GATEWAY),
                         (far, ROUTER)):
            if not (one and one.src == src and one.type == 11 and
                    one.quote.src == host and
                    getattr(one.quote, name) == value):
                missing.append('%s at %s' % (kind, src))
        reply, more, _ = probes.answer(kind)
        if not knock(b, reply, server, words.get('dport'), endpoint(seen),
                     **more):
            missing.append('%s at the end' % kind)
    return judge(not missing, 'missing: %s' % ', '.join(missing) if missing
                 else 'every hop shows, by UDP, TCP and echo')


def fate(b, number, **words):
    """What becomes of an ICMP message from inside."""
    host, server = b.client(), b.server()
    mark = b.wan.mark()
    b.emit('icmp', host, server, type=number, quote=None, **words)
    b.settle_out()
    found = b.wan.since(mark, lambda p: p.dst == server)
    if not found:
        return 'dropped'
    return 'translated' if found[0].src == b.external else 'leaked'


def fates(b, numbers):
    return {name: fate(b, number, len=16) for name, number in numbers.items()}


def told(found):
    """The fates in words, shortest first."""
    groups = {}
    for name, what in found.items():
        groups.setdefault(what, []).append(name)
    return '; '.join('%s: %s' % (what, ', '.join(names))
                     for what, names in sorted(groups.items()))


@row('I10b')
def rare_messages(b):
    found = fates(b, {'redirect': 5, 'router advertisement': 9,
                      'router solicitation': 10, 'timestamp': 13,
                      'address mask': 17})
    host, server, seen = probe(b)
    came = b.error(seen, 12, 0, rest=0x1400)
    found['parameter problem'] = ('translated' if came and
                                  came.quote.src == host else 'dropped')
    del server
    return judge('leaked' not in found.values(), told(found))


@row('I10c')
def dead_messages(b):
    found = fates(b, {'information request': 15, 'information reply': 16})
    _, _, seen = probe(b)
    found['source quench'] = 'translated' if b.error(seen, 4, 0) else 'dropped'
    return judge(set(found.values()) == {'dropped'}, told(found))


@row('I10d')
def own_errors_class(b):
    """The gateway's own error: precedence 6 or 7, or that of the packet."""
    host, server = b.client(), b.server()
    one = b.told('udp', host, server, ttl=1, tos=0x20)
    seen = one[0].tos if one else None
    return judge(seen is not None and seen >> 5 in (1, 6, 7),
                 'time exceeded about precedence 1 has precedence %s' %
                 (seen if seen is None else seen >> 5))


@row('I10e')
def no_error_about(b):
    """Nothing about errors, later fragments, broadcasts, multicast."""
    host, server = b.client(), b.server()
    where = mapped(b, 'udp', host, 5000, server)
    came = knock(b, 'udp', server, 1, where)
    told_of = b.told('icmp', host, server, ttl=1, type=3, code=3,
                     quote=b.quote(came))
    mark = b.inside[1].mark()
    whole = b.make('udp', host, server, sport=5000, dport=1, len=1600, ttl=1)
    b.wires[1].put(packet.fragments(whole, 800)[1])
    b.emit('udp', host, '224.0.0.251', ttl=1, sport=1, dport=1)
    b.emit('udp', host, '255.255.255.255', ttl=1, sport=1, dport=1)
    b.settle_out()
    others = b.inside[1].since(mark, lambda p: p.dst == host and p.quote)
    return judge(not told_of and not others, '%d errors where there may be '
                 'none' % (len(told_of) + len(others)))


@row('I10f', phase='alone')
def error_rate(b):
    """With the host's usual limits, which the tests otherwise lift."""
    saved = {key: b.sysctl('gw', 'ipv4/' + key)
             for key in ('icmp_ratemask', 'icmp_ratelimit')}
    b.sysctl('gw', 'ipv4/icmp_ratemask', 6168)
    b.sysctl('gw', 'ipv4/icmp_ratelimit', 1000)
    host, server = b.client(), b.server()
    mark = b.inside[1].mark()
    # The limit is about one receiver; time exceeded is under it by default.
    for port in range(100):
        b.emit('udp', host, server, sport=5000 + port, dport=1, ttl=1)
    b.settle_out()
    number = len(b.inside[1].since(mark, lambda p: p.dst == host and p.quote))
    for key, value in saved.items():
        b.sysctl('gw', 'ipv4/' + key, value)
    return judge(0 < number <= 20, '100 packets at once: %s' %
                 ('a few errors' if 0 < number <= 20 else
                  '%d errors' % number))


@row('I11')
def unknown_messages(b):
    found = fates(b, {'type %d' % number: number
                      for number in (1, 30, 40, 42, 44)})
    return judge('leaked' not in found.values(), told(found))
