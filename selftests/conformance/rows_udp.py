# SPDX-License-Identifier: GPL-2.0
"""U: RFC 4787, and what RFC 7857 changed of it."""

import random
import time

import packet
import probes
from bench import ROUTER, Late, failed, judge, not_applicable, passed
from probes import APD, EI, endpoint, flow_of, knock, mapped
from rows import row


@row('U1')
def mapping(b):
    seen = probes.mapping_class(b, 'udp')
    return judge(seen == EI, seen)


@row('U3')
def apart(b):
    return probes.distinct(b, 'udp')


@row('U3a')
def port_class(b):
    """Two hosts want the same ports, so one of them gets others."""
    server, wrong = b.server(), 0
    low, high = (500, 501, 900, 901), (50000, 50001, 1024, 1025)
    for host in (b.client(1), b.client(2)):
        for port in low + high:
            where = mapped(b, 'udp', host, port, server)
            wrong += where is None or (where[1] < 1024) != (port < 1024)
    return judge(not wrong, 'the class is %skept' % ('not ' if wrong else ''))


@row('U4')
def port_parity(b):
    server, wrong = b.server(), 0
    for host in (b.client(1), b.client(2)):
        for port in range(9000, 9012):
            where = mapped(b, 'udp', host, port, server)
            wrong += where is None or where[1] % 2 != port % 2
    return judge(not wrong, 'parity is %skept' % ('not ' if wrong else ''))


@row('U5', 'U5c')
def idle_time(b):
    host = b.client()
    mapped(b, 'udp', host, 5000, b.server())
    return (probes.idle_row(b, host, 120), probes.idle_row(b, host, 300))


@row('U5a', phase='alone')
def idle_time_by_port(b):
    if not hasattr(b.subject, 'idle_rule'):
        return not_applicable('one time-out for all ports')
    with b.subject.idle_rule('udp', 53, 20):
        known, other = b.client(), b.client()
        mapped(b, 'udp', known, 5000, b.server(), 53)
        mapped(b, 'udp', other, 5000, b.server(), 54)
        times = [probes.round_up(flow_of(b, host).expires)
                 for host in (known, other)]
    return judge(times[0] == 20 < times[1],
                 'a rule for port 53: %d s, other ports %d s' % tuple(times))


def check_time(begun, limit):
    """The machine has to be fast enough for what was to happen by now."""
    late = time.monotonic() - begun
    if late > limit:
        raise Late('%.1f s instead of %.1f' % (late, limit))


@row('U5b', phase='short')
def idle_time_set(b):
    """3 s: alive after 2, gone after 4.5."""
    server, begun = b.server(), time.monotonic()
    one, other = (mapped(b, 'udp', b.client(), 5000, server)
                  for _ in range(2))
    yield 2
    alive = knock(b, 'udp', server, 1, one)
    check_time(begun, 2.8)
    yield 2.5
    gone = not knock(b, 'udp', server, 1, other)
    return judge(alive and gone, 'set to 3 s: %s after 2 s, %s after 4.5 s' %
                 ('alive' if alive else 'gone', 'gone' if gone else 'alive'))


@row('U6', phase='short')
def refresh_outbound(b):
    host, server, begun = b.client(), b.server(), time.monotonic()
    where = mapped(b, 'udp', host, 5000, server)
    yield 2
    again = mapped(b, 'udp', host, 5000, server)
    check_time(begun, 2.8)
    yield 2
    check_time(begun, 4.8)
    alive = again == where and knock(b, 'udp', server, 1, where)
    return judge(alive, 'a packet from inside %s' %
                 ('refreshes' if alive else 'does not refresh'))


@row('U6a', phase='short')
def refresh_inbound(b):
    server, begun = b.server(), time.monotonic()
    where = mapped(b, 'udp', b.client(), 5000, server)
    yield 2
    knock(b, 'udp', server, 1, where)
    check_time(begun, 2.8)
    yield 2.5
    check_time(begun, 4.9)
    if knock(b, 'udp', server, 1, where):
        return passed('a packet from outside refreshes too')
    return not_applicable('only packets from inside refresh')


@row('U7', phase='alone')
def overlap(b):
    """Part of the inside prefix lies outside as well."""
    b.ip('gw', 'route add 10.0.200.0/24 via 203.0.113.1')
    try:
        host = b.client()
        where = mapped(b, 'udp', host, 5000, '10.0.200.5')
        came = where and knock(b, 'udp', '10.0.200.5', 1, where)
    finally:
        b.ip('gw', 'route del 10.0.200.0/24')
    good = came and where[0] == b.external and came.dst == host
    return judge(good, 'an outside host within the inside prefix is %s' %
                 ('reached and answers' if good else 'not reached'))


@row('U8')
def filtering(b):
    seen = probes.filtering_class(b, 'udp')
    return judge(seen == EI, seen)


@row('U9', 'U9a')
def hairpin(b):
    return probes.hairpin_verdicts(b, 'udp', {}, {})


@row('U10', 'U10a')
def helpers(b):
    """Protocols whose packets name their sender's address inside."""
    host, server, changed = b.client(), b.server(), []
    for port, text in ((5060, 'INVITE sip:a@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s:'
                        '5000\r\n\r\n'), (69, '\x00\x01%s-%s\x00octet\x00'),
                       (161, 'snmp %s %s'), (137, '%s %s'), (53, '%s %s')):
        data = text % (host, host)
        one = b.out('udp', host, server, sport=5000, dport=port,
                    hex=data.encode().hex())
        back = one and b.back('udp', server, one.src, sport=port,
                              dport=one.sport, hex=data.encode().hex())
        if not back or {one.payload, back.payload} != {data.encode()}:
            changed.append(str(port))
    return (judge(not changed, 'payloads change on port %s' %
                  ' '.join(changed) if changed else
                  'payloads of five such protocols pass as they are'),
            not_applicable('none is active'))


@row('U12')
def errors_kept(b):
    host, server = b.client(), b.server()
    seen = b.out('udp', host, server, sport=5000, dport=1)
    probes.many_errors(b, seen, server)
    came = knock(b, 'udp', server, 1, endpoint(seen))
    return probes.survives(came and came.dst == host)


@row('U12a', 'U12b')
def errors_delivered(b):
    host, server = b.client(), b.server()
    seen = b.out('udp', host, server, sport=5000, dport=1, len=60)
    from_router = b.error(seen, 3, 1)
    from_server = b.error(seen, 3, 3, src=server)

    def right(one):
        return (one and one.dst == host and one.quote.src == host and
                one.quote.dst == server and one.quote.sport == 5000)
    return (judge(right(from_router) and from_router.src == ROUTER,
                  'from a router: %s' % ('delivered' if from_router else
                                         'dropped')),
            judge(right(from_server), 'the quote names %s' %
                  ('the inside endpoint' if right(from_server) else
                   'something else')))


@row('U13', 'U13a', phase='alone')
def too_big(b):
    host, server = b.client(), b.server()
    b.ip('gw', 'link set ext mtu 1280')
    try:
        errors = b.told('udp', host, server, sport=5000, dport=1, len=1372,
                        df=1)
        parts = b.outs('udp', host, server, sport=5001, dport=1, len=1372)
    finally:
        b.ip('gw', 'link set ext mtu 1500')
    error = errors[0] if len(errors) == 1 else None
    told = (error and (error.type, error.code, error.mtu) == (3, 4, 1280) and
            (error.quote.src, error.quote.sport) == (host, 5000))
    whole = packet.reassemble(parts)
    good = (whole and not whole.faults() and len(whole.payload) == 1372 and
            [one.frag for one in parts] == sorted(one.frag for one in parts))
    return (judge(told, 'the host is told %s' %
                  ('MTU 1280 about its own packet' if told else 'nothing')),
            judge(good, '%d fragments, %s' % (
                len(parts), 'in order and whole' if good else 'unusable')))


def fragments_out(b, kind, order, **words):
    """A datagram in three fragments: whether it leaves, and is whole."""
    host, server = b.client(), b.server()
    parts = b.outs(kind, host, server, fragment=1480, order=order, len=4000,
                   **words)
    whole = packet.reassemble(parts)
    return (whole and not whole.faults() and
            whole.payload == packet.pattern(4000) and
            whole.src == b.external)


def fragments_in(b, order):
    host, server = b.client(), b.server()
    where = mapped(b, 'udp', host, 5000, server)
    parts = b.backs('udp', server, where[0], sport=1, dport=where[1],
                    fragment=1480, order=order, len=4000)
    whole = packet.reassemble(parts)
    return (whole and not whole.faults() and whole.dst == host and
            whole.payload == packet.pattern(4000))


@row('U14')
def fragments(b):
    stuck = []
    for order in ('123', '321', '213'):
        for kind in ('udp', 'tcp', 'echo'):
            if not fragments_out(b, kind, order):
                stuck.append('%s out %s' % (kind, order))
        if not fragments_in(b, order):
            stuck.append('udp in %s' % order)
    return judge(not stuck, 'lost: %s' % ', '.join(stuck) if stuck else
                 'UDP, TCP and ICMP pass in any order')


@row('U14a', 'U14b', phase='alone')
def fragment_flood(b):
    """More beginnings of datagrams than the host has memory for; it is given
    less memory here, so that few are enough."""
    saved = b.sysctl('gw', 'ipv4/ipfrag_high_thresh')
    low = b.sysctl('gw', 'ipv4/ipfrag_low_thresh')
    b.sysctl('gw', 'ipv4/ipfrag_low_thresh', 200000)
    b.sysctl('gw', 'ipv4/ipfrag_high_thresh', 262144)
    data = b.make('udp', b.client(), b.server(), len=1480)
    for number in range(300):
        first = packet.fragments(packet.put16(data, 4, number), 1480)[0]
        b.wires[1].put(first)
    server, host = b.server(), b.client(2)
    lost = sum(mapped(b, 'udp', host, port, server) is None
               for port in range(5000, 5010))
    cut = sum(not fragments_out(b, 'udp', '123') for _ in range(5))
    b.sysctl('gw', 'ipv4/ipfrag_high_thresh', saved)
    b.sysctl('gw', 'ipv4/ipfrag_low_thresh', low)
    return (judge(not lost, '%d of 10 whole packets lost' % lost),
            judge(not cut, '%d of 5 packets in fragments lost' % cut))


@row('U11', phase='alone')
def same_under_load(b):
    """The class of mapping and filter with no, half and nearly all ports of
    the destinations taken. A range of 1024 ports stands for all of them."""
    b.forget()
    b.subject.limit_ports(20000, 21023)
    try:
        seen = [under_load(b, share) for share in (0, 50, 98)]
    finally:
        b.subject.limit_ports()
        b.forget()
    if len(set(seen)) == 1:
        return passed('%s with 0, 50 and 98 %% of the ports taken' % seen[0])
    return failed('; '.join('with %d %% of the ports taken: %s' % pair
                            for pair in zip((0, 50, 98), seen)))


def under_load(b, share):
    filler, host = b.client(2), b.client(1)
    near, far = b.server(), b.server()
    taken = random.sample(range(20000, 21024), 1024 * share // 100)
    b.bulk_out(filler, near, 1, taken)
    worst = EI
    for port in taken[:3] or (20000, 20002, 20003):
        where = [mapped(b, 'udp', host, port, *there)
                 for there in ((far, 1), (near, 1), (near, 2))]
        if None in where:
            worst = 'no'            # gets no port
        elif len(set(where)) > 1 and worst == EI:
            worst = APD
    open_filter = where[0] and knock(b, 'udp', far, 7, where[0])
    b.forget()
    return '%s mapping, %s filter' % (worst, EI if open_filter else APD)
