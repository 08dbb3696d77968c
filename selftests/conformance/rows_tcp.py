# SPDX-License-Identifier: GPL-2.0
"""T: RFC 5382; Q1 to Q3: the TCP machine of RFC 7857 and RFC 6146."""

import time

import probes
from bench import ROUTER, failed, judge, not_applicable, passed
from probes import EI, Tcp, knock, mapped
from rows import row

SILENCE = 6                     # seconds that an unsolicited SYN gets no answer
FAR = 1 << 24                   # further than any window in these tests


@row('T4', 'T4a')
def unsolicited_syn(b):
    """Two SYN from outside; the inside opens the other way in time to one."""
    host, server = b.client(), b.server()
    alone, crossed = 30001, 30002
    mark, begun = b.wan.mark(), time.monotonic()
    for port in (alone, crossed):
        b.emit('tcp', server, b.external, via='wan', sport=80, dport=port,
               flags='S')
    yield 3
    b.subject.limit_ports(crossed, crossed)
    opened = mapped(b, 'tcp', host, crossed, server, 80)
    b.subject.limit_ports()
    met = opened == (b.external, crossed) and knock(b, 'tcp', server, 80,
                                                    opened, flags='S')
    yield max(0, begun + SILENCE - 0.5 - time.monotonic())
    early = answers(b, mark, server)
    yield 2.5
    late = answers(b, mark, server)
    if early:
        return (failed('answered at once: %s' % early[0][1]),
                failed('answered at once: %s' % early[0][1]))
    silent = judge(met and all(port == alone for port, _ in late),
                   'silent for 6 s; %s' %
                   ('an outbound SYN meanwhile meets the inbound one' if met
                    else 'an outbound SYN meanwhile does not meet it'))
    if not late:
        return silent, passed('policy: stays silent')
    return silent, judge(late == [(alone, 'port unreachable')],
                         'then answered: %s' % late[0][1])


def answers(b, mark, server):
    """(port that was asked, what it said) to the server that sent a SYN."""
    found = []
    for one in b.wan.since(mark, lambda p: p.dst == server):
        if one.quote:
            good = (one.type, one.code) == (3, 3)
            found.append((one.quote.dport, 'port unreachable' if good else
                          'ICMP %d code %d' % (one.type, one.code)))
        elif one.proto == 6 and 'R' in one.flags:
            found.append((one.sport, 'RST'))
    return found


@row('T1')
def mapping(b):
    seen = probes.mapping_class(b, 'tcp')
    return judge(seen == EI, seen)


SCRIPTS = {
    'client closes first': '>S <SA >A >A+get <A+page >FA <A <A+more >A <FA >A',
    'server closes first': '>S <SA >A <FA >A >A+rest <A >FA <A',
    'both close at once': '>S <SA >A >FA <FA >A <A',
    'refused': '>S <RA',
    'client resets': '>S <SA >A >A+half <A >R',
    'server resets': '>S <SA >A >A+half <R',
    'SYN sent again': '>S >S <SA >A',
}


@row('T2', 'T2a')
def sequences(b):
    stuck = []
    for name, script in SCRIPTS.items():
        where = Tcp(b).play(script)
        if where:
            stuck.append('%s at %s' % (name, where))
    if not keepalive(b):
        stuck.append('keepalive')
    if not reopened(b):
        stuck.append('the same ports again')
    crossing = Tcp(b).play('>S <S >SA <SA >A+data <A+data')
    return (judge(not stuck, 'stuck: %s' % ', '.join(stuck) if stuck else
                  '%d sequences pass' % (len(SCRIPTS) + 2)),
            judge(not crossing, 'SYN and SYN cross, then data'
                  if not crossing else 'stuck at %s' % crossing))


def keepalive(b):
    """A probe of one byte before what was sent, from both sides."""
    tcp = Tcp(b).open()
    return (tcp.inside('A', seq=tcp.next['inside'] - 1) and
            tcp.outside('A') and
            tcp.outside('A', seq=tcp.next['outside'] - 1) and tcp.inside('A'))


def reopened(b):
    """A closed connection's ports are used again at once."""
    tcp = Tcp(b).open()
    if tcp.play('>FA <A <FA >A'):
        return False
    again = Tcp(b, tcp.host)
    again.server = tcp.server
    again.next = {'inside': 900000, 'outside': 1234567}
    return again.play('>S <SA >A >A+data <A+data') is None


@row('T3')
def filtering(b):
    seen = probes.filtering_class(b, 'tcp')
    return judge(seen == EI, seen)


@row('T3a', 'T3b', phase='alone')
def filtering_set(b):
    """Each class can be chosen, and for TCP alone."""
    if not b.subject.offers('tcp-filtering'):
        return (not_applicable('there is no such option'),) * 2
    seen = []
    b.subject.set(tcp_mapping=EI)
    for wanted in (EI, probes.AD, probes.APD):
        b.subject.set(tcp_filtering=wanted)
        seen.append(probes.filtering_class(b, 'tcp') == wanted)
    b.subject.set(udp_mapping=EI, udp_filtering=EI)
    apart = (probes.filtering_class(b, 'tcp') == probes.APD and
             probes.filtering_class(b, 'udp') == EI)
    b.subject.reset()
    return (judge(all(seen), '%d of 3 classes as chosen' % sum(seen)),
            judge(apart, 'TCP and UDP %s' %
                  ('can differ' if apart else 'do not differ')))


@row('T5')
def idle_times(b):
    opening, open_, closing = Tcp(b), Tcp(b).open(), Tcp(b).open()
    opening.play('>S')
    closing.play('>FA <FA >A <A')
    left = [probes.round_up(one.flow().expires)
            for one in (open_, opening, closing)]
    return judge(left[0] >= 7440 and min(left[1:]) >= 240,
                 'established %d s, opening %d s, closing %d s' % tuple(left))


@row('T6')
def helpers(b):
    """A command of FTP and one of IRC, with addresses in them."""
    changed = []
    for port, text in ((21, 'PORT 10,0,16,9,19,137\r\n'),
                       (6667, 'PRIVMSG a :DCC CHAT chat 167776265 5001\r\n')):
        tcp = Tcp(b, dport=port).open()
        one = tcp.inside('PA', text)
        if not one or one.payload != text.encode():
            changed.append(str(port))
    return judge(not changed, 'payloads change on port %s' %
                 ' '.join(changed) if changed else 'payloads pass as they are')


@row('T7')
def apart(b):
    return probes.distinct(b, 'tcp')


@row('T8')
def hairpin(b):
    seen, source = probes.hairpin_verdicts(
        b, 'tcp', {'flags': 'S'}, {'flags': 'SA', 'ack': 1001})
    return seen if seen.word == 'fail' else source


@row('T9')
def errors_delivered(b):
    refused, big = Tcp(b), Tcp(b).open()
    seen = refused.b.out('tcp', refused.host, refused.server, sport=8000,
                         dport=80)
    one = b.error(seen, 3, 1, src=ROUTER)
    data = big.inside('A', 'x' * 1000)
    other = data and b.error(data, 3, 4, src=ROUTER, mtu=1200, length=8)
    good = (one and one.quote.src == refused.host and
            one.quote.sport == 8000 and other and other.mtu == 1200 and
            other.quote.src == big.host and other.quote.sport == 8000)
    return judge(good, 'host unreachable and MTU reach the host' if good else
                 'an error is lost or names something else')


@row('T10')
def errors_end_nothing(b):
    tcp = Tcp(b).open()
    seen = tcp.inside('A', 'data')
    probes.many_errors(b, seen, tcp.server)
    return probes.survives(tcp.outside('A', 'data') and
                           tcp.inside('A', 'more'))


@row('Q1')
def states(b):
    """The edges of the machine, by what each step leads to."""
    walks = (('>S', 'INIT', '<SA >A', 'ESTABLISHED', '>FA', 'C-FIN', '<A',
              'C-FIN', '<FA', 'C+S-FIN', '>A', 'C+S-FIN'),
             ('>S <SA >A <FA', 'S-FIN', '>A', 'S-FIN', '>FA', 'C+S-FIN'),
             ('>S <S', 'ESTABLISHED or INIT', '>SA <SA', 'ESTABLISHED'),
             ('>S <SA >A <R', 'TRANS', '>A+data', 'ESTABLISHED'))
    for walk in walks:
        tcp = Tcp(b)
        for script, wanted in zip(walk[::2], walk[1::2]):
            stuck = tcp.play(script)
            state = tcp.flow().state if not stuck else 'stuck'
            if state not in wanted.split(' or '):
                return failed('after %s: %s, not %s' % (script, state, wanted))
    return passed('every edge leads where it should')


@row('Q2', 'Q2a', phase='alone')
def opening_and_closing(b):
    b.subject.set(tcp_opening=100, tcp_closing=200)
    opening, closing = Tcp(b), Tcp(b).open()
    opening.play('>S')
    closing.play('>FA <FA >A <A')
    left = [probes.round_up(one.flow().expires) for one in (opening, closing)]
    b.subject.reset()
    default = Tcp(b), Tcp(b).open()
    default[0].play('>S')
    default[1].play('>FA <FA >A <A')
    usual = [probes.round_up(one.flow().expires) for one in default]
    return (judge(left == [100, 200], 'set to 100 and 200 s: %d and %d s' %
                  tuple(left)),
            judge(min(usual) >= 240, 'defaults: opening %d s, closing %d s' %
                  tuple(usual)))


@row('Q3', 'Q3a')
def resets(b):
    one, other = Tcp(b).open(), Tcp(b).open()
    inward, outward = one.outside('R'), other.inside('R')
    left = probes.round_up(one.flow().expires)
    revived = one.inside('A', 'data') and one.outside('A', 'data')
    again = probes.round_up(one.flow().expires)
    return (judge(inward and outward, 'an RST passes %s' %
                  ('both ways' if inward and outward else 'one way at most')),
            judge(left >= 240 and revived and again > left,
                  'kept for %d s; data %s' %
                  (left, 'revives it: %d s' % again if revived and again > left
                   else 'does not revive it')))


@row('Q3b')
def foreign_resets(b):
    """Numbers that are not the next one: a bit off, far off, none at all."""
    tcp = Tcp(b).open()
    before = tcp.flow()
    for seq in (tcp.next['outside'] + 100, tcp.next['outside'] + FAR,
                tcp.next['outside'] - FAR, 0):
        tcp.outside('R', seq=seq)
    tcp.outside('RA', seq=tcp.next['outside'] + 77)
    after = tcp.flow()
    kept = (after.state == before.state and
            after.expires >= before.expires - 5)
    goes_on = tcp.inside('A', 'data') and tcp.outside('A', 'data')
    return judge(kept and goes_on, 'five wrong RST: %s' %
                 ('no effect' if kept and goes_on else
                  'state %s, idle %d s' % (after.state, after.expires)))
