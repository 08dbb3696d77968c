# SPDX-License-Identifier: GPL-2.0
"""G: RFC 6888, gateways for many; the rows of RFC 7857 that are about them."""

import time

import probes
from bench import Late, judge, not_applicable, passed
from expected import table
from probes import EI, knock, mapped, without
from rows import row
from rows_basic import all_of
from subjects import FOREIGN, MORE_ADDRESSES

STRANGER_RULE = '''
    table ip acl {
        chain forward {
            type filter hook forward priority filter
            ip saddr { %s } drop
        }
    }'''


@row('Q8', phase='short')
def refused_refresh_nothing(b):
    """Strangers whom the filter or the host's firewall turns away."""
    server, strangers = b.server(), [b.server() for _ in range(3)]
    b.on('gw', 'nft', '-f', '-', text=STRANGER_RULE % ', '.join(strangers))
    host, begun = b.client(), time.monotonic()
    where = mapped(b, 'udp', host, 5000, server)
    came = []
    for stranger in strangers:
        yield 0.7
        came.append(knock(b, 'udp', stranger, 1, where))
    if time.monotonic() - begun > 2.8:
        raise Late('of a refused packet')
    yield 2.2
    gone = not knock(b, 'udp', server, 1, where)
    b.on('gw', 'nft', 'delete', 'table', 'ip', 'acl')
    return judge(gone and not any(came), 'refused packets %s' %
                 ('keep nothing open' if gone else 'keep the mapping open'))


@row('Q9', phase='short')
def complaints_refresh_nothing(b):
    """The host answers a late packet by port unreachable."""
    host, server, begun = b.client(), b.server(), time.monotonic()
    where = mapped(b, 'udp', host, 5000, server)
    came = knock(b, 'udp', server, 1, where)
    yield 2
    sent = b.out('icmp', host, server, type=3, code=3, quote=b.quote(came))
    if time.monotonic() - begun > 2.8:
        raise Late('of an error')
    yield 2.2
    gone = not knock(b, 'udp', server, 1, where)
    return judge(sent and gone, 'an error from inside %s' %
                 ('refreshes nothing' if gone else 'refreshes'))


@row('Q10', phase='alone')
def parity_choice(b):
    """Kept or not, as one likes."""
    if not b.subject.offers('port-parity'):
        return not_applicable('there is no such option')
    kept = []
    for wanted in ('on', 'off'):
        b.subject.set(port_parity=wanted)
        host, server = b.client(), b.server()
        ports = [mapped(b, 'udp', host, port, server)[1] - port
                 for port in range(9000, 9016)]
        kept.append(all(port % 2 == 0 for port in ports))
    b.subject.reset()
    return judge(kept == [True, False], 'an option of its own'
                 if kept == [True, False] else 'the option has no effect')


# several addresses

def with_pool(*addresses):
    """A row that is about several addresses."""
    def wrap(function):
        def measure(b):
            own = ['%s/24' % address for address in addresses
                   if address.startswith('203.')]
            foreign = ['%s/32' % address for address in addresses
                       if not address.startswith('203.')]
            for address in own[1:] + foreign:
                b.ip('gw', 'addr add %s dev ext' % address)
            for address in foreign:
                b.ip('rt', 'route add %s via 203.0.113.2' % address)
            b.subject.pool(addresses)
            try:
                return function(b)
            finally:
                b.subject.pool(())
                for address in foreign:
                    b.ip('rt', 'route del %s' % address)
                for address in own[1:] + foreign:
                    b.ip('gw', 'addr del %s dev ext' % address)
        return measure
    return wrap


@row('U2', phase='alone')
@with_pool(MORE_ADDRESSES[0])
def paired(b):
    seen = [{mapped(b, 'udp', host, 5000 + port, b.server())[0]
             for port in range(16)} for host in [b.client() for _ in range(6)]]
    good = all(len(one) == 1 for one in seen)
    return judge(good, 'a host has %s' % ('one of two addresses' if good else
                                          'both addresses'))


@row('G2', phase='alone')
@with_pool(MORE_ADDRESSES[0])
def paired_protocols(b):
    apart = 0
    for _ in range(6):
        host = b.client()
        seen = {mapped(b, kind, host, 5000, b.server(), 80)[0]
                for kind in ('udp', 'tcp', 'echo') * 3}
        apart += len(seen) > 1
    return judge(not apart, 'one address for UDP, TCP and ICMP' if not apart
                 else 'a host has several addresses')


@row('G3', phase='alone')
@with_pool(*MORE_ADDRESSES, FOREIGN)
def any_addresses(b):
    seen, answered = set(), 0
    for _ in range(32):
        host, server = b.client(), b.server()
        where = mapped(b, 'udp', host, 5000, server)
        seen.add(where[0])
        answered += bool(knock(b, 'udp', server, 1, where))
    return judge(len(seen) == 4 and answered == 32, '%d of 4 addresses of two '
                 'networks used, %d of 32 hosts answered' %
                 (len(seen), answered))


@row('Q5', phase='alone')
@with_pool(MORE_ADDRESSES[0])
def pairing_or_nothing(b):
    """An address without ports: its hosts get no more, or another one's."""
    if b.results['U2'].word != 'pass':
        return not_applicable('hosts have no address of their own')
    b.forget()
    b.subject.limit_ports(40000, 40015)
    try:
        host, server = b.client(), b.server()
        seen = b.bulk_out(host, server, 1, range(40000, 40040))
        used = {address for address, _ in seen.values()}
        b.subject.set(spill='on')
        more = b.bulk_out(host, server, 1, range(40100, 40140))
        spilt = {address for address, _ in more.values()}
        b.subject.reset()
    finally:
        b.subject.limit_ports()
        b.forget()
    return judge(len(seen) == 16 and len(more) == 16 and not spilt & used,
                 '16 ports: %d flows; with spill %d more on another address' %
                 (len(seen), len(more)))


# limits of a host

@row('G4', 'G4a', phase='alone')
def host_ports(b):
    missing = without(b, 'client-ports')
    if missing:
        return missing, missing
    got = []
    for limit in (20, 30):
        b.subject.set(client_ports=limit)
        seen = b.bulk_out(b.client(), b.server(), 1, range(5000, 5050))
        other = mapped(b, 'udp', b.client(2), 5000, b.server())
        got.append((len(seen), bool(other)))
    b.subject.reset()
    return (judge(got[0] == (20, True), 'limit 20: %d ports, others %s' %
                  (got[0][0], 'unaffected' if got[0][1] else 'suffer')),
            judge(got[1] == (30, True), 'limit 30: %d ports' % got[1][0]))


@row('G4b', phase='alone')
def host_ports_by_protocol(b):
    """One option limits TCP connections that are not established."""
    if not b.subject.offers('client-opening'):
        return not_applicable('there is no such option')
    b.subject.set(client_opening=5)
    host, server = b.client(), b.server()
    tcp = sum(mapped(b, 'tcp', host, port, server) is not None
              for port in range(5000, 5010))
    udp = sum(mapped(b, 'udp', host, port, server) is not None
              for port in range(5000, 5010))
    b.subject.reset()
    return judge((tcp, udp) == (5, 10), 'limit 5 for TCP handshakes: %d, and '
                 '%d of 10 by UDP' % (tcp, udp))


@row('G4c', phase='alone')
def host_rate(b):
    missing = without(b, 'client-rate')
    if missing:
        return missing
    b.subject.set(client_rate=20)
    begun = time.monotonic()
    seen = b.bulk_out(b.client(), b.server(), 1, range(5000, 5200))
    other = mapped(b, 'udp', b.client(2), 5000, b.server())
    took = time.monotonic() - begun
    b.subject.reset()
    most = 20 * (2 + took)
    return judge(10 <= len(seen) <= most and other,
                 '20 a second: %s of 200 at once, others %s' %
                 ('few' if len(seen) <= most else len(seen),
                  'unaffected' if other else 'suffer'))


@row('G5', phase='alone')
def host_flows(b):
    missing = without(b, 'client-flows')
    if missing:
        return missing
    b.subject.set(client_flows=30)
    host = b.client()
    seen = b.bulk_out(host, b.server(), 1, range(5000, 5060))
    flows = len(b.subject.flows(host))
    b.subject.reset()
    return judge(len(seen) == flows == 30, 'limit 30: %d flows of 60' % flows)


@row('G6', phase='alone')
def exempt(b):
    host, server = b.client(), b.server()
    b.wan.exempt.add(server)
    with b.subject.exempt(server + '/32'):
        one = b.out('udp', host, server, sport=5000, dport=1)
        back = b.back('udp', server, host, sport=1, dport=5000)
        other = mapped(b, 'udp', host, 5000, b.server())
    good = (one and (one.src, one.sport) == (host, 5000) and back and
            other and other[0] == b.external)
    return judge(good, 'a prefix is left alone both ways' if good else
                 'not left alone')


@row('G7')
def filtering(b):
    seen = {kind: probes.filtering_class(b, kind) for kind in ('udp', 'tcp')}
    return judge(set(seen.values()) == {EI}, 'UDP %s, TCP %s' %
                 (seen['udp'], seen['tcp']))


@row('G8', 'G8a', phase='alone')
def held_ports(b):
    """Eight ports, all used until they are idle; who may have them when."""
    filtered = not_applicable('its filter looks at the address and port')
    if not b.subject.offers('hold-udp'):
        return filtered, without(b, 'hold-udp')
    b.forget()
    usual = int(b.subject.option('hold-udp'))
    free = []
    for low, hold in ((41000, 3), (42000, usual)):
        b.subject.set(udp=1, hold_udp=hold)
        ended = b.subject.counter('flows-idle')
        fill(b, low)
        for _ in range(50):
            if b.subject.counter('flows-idle') >= ended + 8:
                break
            yield 0.2
        b.subject.set(udp=60)
        free.append(fill(b, low))
    late, end = 0, time.monotonic() + 6
    while late < 8 and time.monotonic() < end:
        yield 0.3
        late += fill(b, 41000)
    b.subject.reset()
    setting = judge(free[0] == 0 and late == 8, 'held for 3 s: %d of 8 free '
                    'at once, %d later' % (free[0], late))
    if not usual:
        return filtered, setting
    return (judge(usual >= 120 and free[1] == 0, 'held for %d s: %d of 8 free '
                  'at once' % (usual, free[1])), setting)


def fill(b, low):
    """How many of eight ports a new host gets."""
    b.subject.limit_ports(low, low + 7)
    try:
        return len(b.bulk_out(b.client(), '198.18.250.1', 1,
                              range(low, low + 8)))
    finally:
        b.subject.limit_ports()


@row('G9')
def control_protocol(_):
    return not_applicable('a protocol of user space (PCP)')


@row('G10')
def manageable(b):
    good = b.subject.manageable()
    return judge(good, 'counters and the table can be read, no MIB'
                 if good else 'nothing can be read')


@row('G12', 'G14', phase='last')
def logs(b):
    """The kernel's log after all of this."""
    text = b.run('dmesg')
    found = [line for line in text.splitlines()
             if '198.18.' in line or '10.0.16.' in line]
    return (judge(not found, '%d lines name a destination' % len(found)),
            not_applicable('nothing is logged'))


@row('G1', phase='last')
def transports(b):
    """Every MUST of the rows about a transport that is carried."""
    must = [name for name, line in table().items()
            if name[0] in 'UTID' and line['level'].startswith('MUST') and
            b.results[name].word != 'na']
    return all_of(b, must) if any(b.results[name].word != 'pass'
                                  for name in must) else passed(
        'all %d rows that say MUST pass' % len(must))
