# SPDX-License-Identifier: GPL-2.0
"""What happens when ports or flows run out (G11, G13, Q4, I8, I9), and how
ports are chosen while there are enough (P, G15, Q11)."""

import collections
import random

from bench import failed, judge, not_applicable, passed
from probes import mapped
from rows import row

SAMPLE = 2500
LOW, HIGH = 1024, 65535
RANGE = 3072                    # ports that stand for all of them


@row('Q4', phase='alone')
def overlapping(b):
    """64 ports, 64 flows to one destination, and as many to another."""
    b.forget()
    b.subject.limit_ports(40000, 40063)
    got = [len(b.bulk_out(b.client(side), b.server(), 1, range(40000, 40064)))
           for side in (1, 2)]
    b.subject.limit_ports()
    b.forget()
    if got == [64, 0]:
        return not_applicable('a port belongs to one inside endpoint')
    return judge(got == [64, 64], '64 ports: %d and %d flows to two '
                 'destinations' % tuple(got))


@row('I8', 'I9', 'G11a', phase='alone')
def refusal(b):
    """What a host is told for which there is no port."""
    b.forget()
    b.subject.limit_ports(40000, 40003)
    try:
        server = b.server()
        b.bulk_out(b.client(2), server, 1, range(40000, 40004))
        said = {'': refused(b, server)}
        if b.subject.offers('refusal'):
            for choice in ('prohibited', 'silent'):
                b.subject.set(refusal=choice)
                said[choice] = refused(b, server)
            b.subject.reset()
    finally:
        b.subject.limit_ports()
        b.forget()
    if 'silent' not in said:
        told = said['']
        return (judge(told == '3/13', 'dropped, told: %s' % told),
                not_applicable('there is no such option'),
                judge(told == '3/1', 'dropped, told: %s' % told))
    return (judge(said['prohibited'] == '3/13', 'by default %s (as G11a '
                  'prefers), by an option %s' %
                  (said[''], said['prohibited'])),
            judge(said['silent'] == 'nothing', 'by an option: %s' %
                  said['silent']),
            judge(said[''] == '3/1', 'dropped, told: %s' % said['']))


def refused(b, server):
    """Type and code of the error about a packet that must not leave."""
    host = b.client()
    mark = b.wan.mark()
    errors = b.told('udp', host, server, sport=40000, dport=1, len=40)
    if b.wan.since(mark, lambda p: p.dst == server):
        return 'not even refused'
    errors = [one for one in errors if one.quote.src == host]
    return '%d/%d' % (errors[0].type, errors[0].code) if errors else 'nothing'


@row('G11', 'G11b', phase='alone')
def table_full(b):
    """512 flows and no room for more: who loses, and who is told?"""
    b.forget()
    b.subject.limit_flows(512, **({'fair_share': 'off'} if b.subject.offers(
        'fair-share') else {}))
    try:
        server = b.server()
        first = b.bulk_out(b.client(), server, 1, range(5000, 5480))
        with b.subject.notices() as told:
            others = [b.bulk_out(b.client(2), b.server(), 1, range(5000, 5100))
                      for _ in range(2)]
            notice = told(lambda: b.emit('udp', b.client(), b.server()))
        alive = b.bulk_back(server, 1, first.values())
    finally:
        b.subject.limit_flows(None)
        b.forget()
    lost = len(first) - alive
    refused_now = 200 - sum(map(len, others))
    return (judge(not lost and refused_now, 'live flows end for new ones'
                  if lost else 'live flows stay, new ones are refused'),
            judge(notice, notice or 'nobody'))


@row('G13', phase='alone')
def all_ports(b):
    """Flows to one destination until every port is taken.

    The last fiftieth belongs to a host whose own ports are taken, so that a
    free one has to be found for each of its flows.
    """
    b.forget()
    b.subject.limit_ports(20000, 20000 + RANGE - 1)
    ports = random.sample(range(20000, 20000 + RANGE), RANGE)
    most, rest = ports[RANGE // 50:], ports[-(RANGE // 50):]
    server = b.server()
    try:
        got = b.bulk_out(b.client(2), server, 1, most)
        last = b.bulk_out(b.client(1), server, 1, rest)
    finally:
        b.subject.limit_ports()
        b.forget()
    used = len(set(got.values()) | set(last.values()))
    if used == RANGE:
        return passed('every port is used')
    return failed('with 98 %% of the ports taken, %d of %d more flows get '
                  'none' % (len(rest) - len(last), len(rest)))


def sample(b):
    """Ports in the order of their flows. A first host has its own ports where
    they are preserved; a second one, with the same ports, cannot.

    Asked for once, judged in several rows: (wanted, first's, second's ports).
    """
    if 'sample' not in b.results:
        b.forget()
        server = b.server()
        wanted = random.sample(range(LOW, HIGH + 1), SAMPLE)
        first = b.bulk_out(b.client(2), server, 1, wanted)
        other = b.bulk_out(b.client(1), server, 1, wanted)
        b.results['sample'] = (
            wanted, [first[port][1] for port in wanted if port in first],
            [other[port][1] for port in wanted if port in other])
        b.results['crowded'] = server
    return b.results['sample']


@row('P1', phase='alone')
def whole_range(b):
    _, _, ports = sample(b)
    cells = collections.Counter((port - LOW) // 1008 for port in ports)
    used = sum(cells[cell] > 0 for cell in range(64))
    good = used == 64 and min(ports) >= LOW
    return judge(good, '%d of 64 parts of 1024-65535 used' % used)


def chi_square(ports, cells=32):
    width = (HIGH + 1 - LOW) / cells
    found = collections.Counter(int((port - LOW) / width) for port in ports)
    even = len(ports) / cells
    return sum((found[cell] - even) ** 2 / even for cell in range(cells))


def steps(ports):
    """How many ports are near the one before, and how many are above it."""
    pairs = list(zip(ports, ports[1:]))
    return (sum(abs(two - one) <= 16 for one, two in pairs),
            sum(two > one for one, two in pairs))


@row('P2', 'G15', phase='alone')
def hard_to_guess(b):
    """Bounds that a fair choice never leaves; nor does one that prefers some
    ports by a little, as nft does with the first 1024 of them."""
    _, _, ports = sample(b)
    chi, (near, above) = chi_square(ports), steps(ports)
    even = abs(above - len(ports) / 2) < 3 * len(ports) ** 0.5
    spread = chi < 150
    limited = in_part(b)
    text = 'no port tells of the one before'
    if near > len(ports) / 100 or not even:
        text = 'ports follow one another'
    elif limited > 40:
        text = ('ports follow one another where part of the range is not to '
                'be used')
    return (judge(text.startswith('no'), text),
            judge(spread and even, 'spread %s over the range' %
                  ('evenly' if spread and even else 'unevenly')))


def in_part(b):
    """How many of 400 ports follow the one before by a little, where the
    gateway is to use 1024 to 19999 only."""
    b.subject.limit_ports(LOW, 19999)
    server, wanted = b.server(), random.sample(range(LOW, 20000), 400)
    b.bulk_out(b.client(2), server, 1, wanted)
    seen = b.bulk_out(b.client(1), server, 1, wanted)
    b.subject.limit_ports()
    return steps([seen[port][1] for port in wanted if port in seen])[0]


@row('P3', 'Q11', phase='alone')
def preserved_or_not(b):
    """Either a port is kept while it is free, or it never is but by chance."""
    wanted, free, clashed = sample(b)
    kept = sum(one == other for one, other in zip(wanted, free))
    chance = sum(one == other for one, other in zip(wanted, clashed))
    near, _ = steps(clashed)
    preserving = kept == len(free)
    good = (preserving or kept < 5) and chance < 5
    return (judge(good, 'ports are %s' % (
        'kept where they are free, else random' if preserving else
        'always random')),
            judge(good and near < len(clashed) / 100, 'random where it has to '
                  'change' if preserving else 'random for every flow'))


@row('P4', phase='alone')
def new_choice(b):
    """The same flow once more, and again: it gets other ports."""
    wanted, *_ = sample(b)
    host, seen = b.client(1), []
    for _ in range(4):
        seen.append(mapped(b, 'udp', host, wanted[0], b.results['crowded']))
        b.subject.forget('src', host)
    b.forget()
    return judge(len(set(seen)) >= 3, 'a flow that begins again has %s' %
                 ('another port' if len(set(seen)) >= 3 else 'the same port'))
