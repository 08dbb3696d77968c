# SPDX-License-Identifier: GPL-2.0
"""D: RFC 5597, DCCP; S: SCTP as the NAT support draft has it."""

import probes
from bench import ROUTER, failed, judge, not_applicable
from probes import EI, endpoint, flow_of, knock, mapped
from rows import row

REQUEST = {'type': 'request'}
RESPONSE = {'type': 'response', 'ack': 1000}


def carried(b, kind):
    """Whether such packets are translated at all; None, or why not."""
    known = b.results.get('carried ' + kind)
    if known is None:
        host, server = b.client(), b.server()
        mark = b.wan.mark()
        b.emit(kind, host, server)
        b.settle_out()
        seen = b.wan.since(mark, lambda p: p.dst == server)
        known = ('dropped' if not seen else '' if seen[0].src == b.external
                 else 'leaked')
        b.results['carried ' + kind] = known
    if known == 'leaked':
        return failed('leaves with its inside address')
    return not_applicable('not carried: dropped') if known else None


def carrying(kind, *names):
    """A row about a protocol that a gateway may refuse to carry."""
    def register(function):
        def measure(b):
            return (carried(b, kind),) * len(names) if carried(
                b, kind) else function(b)
        row(*names)(measure)
        return function
    return register


def connected(b, service=None):
    """A DCCP connection after its handshake."""
    host, server = b.client(), b.server()
    words = {'service': service} if service else {}
    seen = b.out('dccp', host, server, sport=5000, dport=80, **words)
    came = b.back('dccp', server, seen.src, sport=80, dport=seen.sport,
                  **dict(RESPONSE, **words))
    b.out('dccp', host, server, sport=5000, dport=80, type='ack', seq=1001,
          ack=1000)
    b.back('dccp', server, seen.src, sport=80, dport=seen.sport, seq=1001,
           type='dataack', ack=1001)
    return host, server, seen, came


@carrying('dccp', 'D1')
def mapping(b):
    seen = probes.mapping_class(b, 'dccp')
    return judge(seen == EI, seen)


def sequence(b, script):
    """">request" goes out, "<response" comes in; the step that got lost."""
    host, server, where = b.client(), b.server(), None
    for step in script.split():
        words = {'type': step[1:], 'seq': 1000, 'ack': 1000}
        if step[0] == '>':
            one = b.out('dccp', host, server, sport=5000, dport=80, **words)
            if not one or (where and endpoint(one) != where):
                return step
            where = endpoint(one)
        elif not knock(b, 'dccp', server, 80, where, **words):
            return step
    return None


@carrying('dccp', 'D2')
def sequences(b):
    scripts = ('>request <response >ack <dataack >close <reset',
               '>request <response >ack <closereq >close <reset',
               '>request <reset', '>request <response >dataack <sync >syncack',
               '>listen <request >response <ack >data')
    stuck = ['%s at %s' % (script, step) for script, step in
             ((script, sequence(b, script)) for script in scripts) if step]
    return judge(not stuck, 'stuck: %s' % '; '.join(stuck) if stuck else
                 '%d sequences pass, one opened from both sides' %
                 len(scripts))


@carrying('dccp', 'D3')
def filtering(b):
    seen = probes.filtering_class(b, 'dccp')
    return judge(seen == EI, seen)


@row('D4')
def unsolicited(b):
    """Requests and Sync from outside that nobody waits for."""
    why = carried(b, 'dccp')
    if why:
        return why
    server, mark = b.server(), b.wan.mark()
    for number, kind in enumerate(('listen', 'sync', 'request')):
        b.emit('dccp', server, b.external, via='wan', type=kind, sport=80,
               dport=31000 + number)
    yield 5.5
    said = b.wan.since(mark, lambda p: p.dst == server)
    return judge(not said, 'answered at once' if said else 'silent for 5.5 s')


@carrying('dccp', 'D5')
def idle_times(b):
    host, *_ = connected(b)
    opening = b.client()
    mapped(b, 'dccp', opening, 5000, b.server())
    left = [probes.round_up(flow_of(b, one).expires) for one in (host, opening)]
    return judge(left[0] >= 7440 and left[1] >= 240,
                 'established %d s, opening %d s' % tuple(left))


def there_and_back(b, **words):
    """Data on a new connection: as it left, and as its echo came back."""
    host, server, seen, _ = connected(b)
    one = b.out('dccp', host, server, sport=5000, dport=80, type='dataack',
                seq=1002, ack=1001, **words)
    back = one and b.back('dccp', server, seen.src, sport=80,
                          dport=seen.sport, type='dataack', seq=1002,
                          ack=1002, **words)
    return (one, back) if back else None


@carrying('dccp', 'D6', 'D11', 'D12', 'D13')
def bytes_kept(b):
    """Payload, coverage and service code, and a checksum over just that."""
    text = 'PORT 10,0,16,9,19,137'
    kept = there_and_back(b, data=text)
    data = kept and all(one.payload == text.encode() for one in kept)
    covered = {cover: there_and_back(b, data=text, cscov=cover)
               for cover in (0, 1, 2, 15)}
    # out() and back() have judged every checksum.
    lost = [str(cover) for cover, pair in covered.items() if not pair]
    same = all(pair and {one.cscov for one in pair} == {cover}
               for cover, pair in covered.items())
    _, _, seen, came = connected(b, service='0x10001')
    code = came and (seen.service, came.service) == (0x10001, 0x10001)
    missing = 'packets with coverage %s are lost' % ', '.join(lost)
    return (judge(data, 'the payload %s' % ('stays' if data else 'changes')),
            judge(not lost, missing if lost else
                  'right with coverage 0, 1, 2 and 15'),
            judge(same, missing if lost else 'the coverage %s' %
                  ('stays' if same else 'changes')),
            judge(code, 'the service code %s' %
                  ('stays' if code else 'changes')))


@carrying('dccp', 'D7')
def apart(b):
    return probes.distinct(b, 'dccp')


@carrying('dccp', 'D8')
def hairpin(b):
    seen, source = probes.hairpin_verdicts(b, 'dccp', REQUEST, RESPONSE)
    return seen if seen.word == 'fail' else source


@carrying('dccp', 'D9', 'D10')
def errors(b):
    host, server, seen, _ = connected(b)
    one = b.error(seen, 3, 3, src=ROUTER)
    good = one and one.quote.src == host and one.quote.sport == 5000
    probes.many_errors(b, seen, server)
    alive = knock(b, 'dccp', server, 80, endpoint(seen), type='dataack')
    return (judge(good, 'port unreachable %s' %
                  ('arrives in the terms of the host' if good else 'is lost')),
            probes.survives(alive))


@row('S1', 'S5')
def sctp_ports(b):
    """Two hosts with one port towards one server: ports, and the sum."""
    why = carried(b, 'sctp')
    if why:
        return why, why
    found = probes.distinct(b, 'sctp')
    host, server = b.client(), b.server()
    b.out('sctp', b.client(2), server, sport=5000, dport=80)
    seen = b.out('sctp', host, server, sport=5000, dport=80, tag='0x77')
    came = seen and b.back('sctp', server, seen.src, sport=80,
                           dport=seen.sport, vtag='0x77', chunk='init-ack')
    # out() and back() have judged every checksum.
    good = came and came.dst == host and found.word == 'pass'
    return (judge(seen and seen.sport == 5000, 'ports are %s' %
                  ('kept' if seen and seen.sport == 5000 else 'rewritten')),
            judge(good, 'ports are rewritten, with the right CRC32c' if good
                  else 'two associations get in each other\'s way'))


@row('S2', 'S3', 'S4')
def sctp_tags(_):
    return (not_applicable('ports are rewritten, so tags do not matter'),
            not_applicable('associations have one address on each side'),
            not_applicable('ports are rewritten, so tags do not matter'))
