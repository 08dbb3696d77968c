# SPDX-License-Identifier: GPL-2.0
"""Steps that are no packets: options, rules, addresses, flushes, time, and the
comparison of what the gateway shows with what the model knows."""

import socket
import time

from driver import SHOWN_ALL, Stall
from play import REMOTE_PORTS, REMOTES, Stimulus
from table import (AD, APD, DEFAULTS, EI, GRAIN, MARGIN, WIDTH, Address,
                   Rule, profile_options)
from tcpstate import IN, OUT, Unsure
from wire import NAMES, TCP, UDP, address, text_of

TIMES = [40, 60, 240, 350, 604800]
SWITCH = ['off', 'on']
DEPENDENCE = [APD, AD, EI]
VALUES = {
    'unsolicited': ['local', 'drop', 'service'], 'tcp-opening': TIMES,
    'tcp-established': TIMES, 'tcp-closing': TIMES, 'udp': TIMES,
    'icmp': TIMES, 'other': TIMES, 'tcp-mapping': DEPENDENCE,
    'udp-mapping': DEPENDENCE, 'tcp-filtering': DEPENDENCE,
    'udp-filtering': DEPENDENCE, 'hairpin': SWITCH,
    'inbound-refresh': SWITCH, 'port-parity': SWITCH, 'port-class': SWITCH,
    'spill': SWITCH, 'midstream': ['rst', 'drop', 'accept'],
    'refusal': ['host-unreachable', 'prohibited', 'silent'],
    'max-flows': [40, 60, 4294967295], 'client-flows': [0, 8, 12],
    'client-ports': [0, 6, 10], 'client-opening': [0, 2, 4],
    'client-rate': [0, 1000000], 'fair-share': SWITCH,
    'mss': ['off', 'pmtu', 1200, 1400], 'unique-ip-id': SWITCH,
    'fastpath': SWITCH,
}
for _name in DEFAULTS:
    if _name.startswith('proto-'):
        VALUES[_name] = SWITCH
HOLDS = ('hold-fin', 'hold-rst', 'hold-opening', 'hold-udp')
LIMITS = ('max-flows', 'client-flows', 'client-ports', 'client-opening')
SHAPES = ('tcp-mapping', 'udp-mapping', 'tcp-filtering', 'udp-filtering')
# Refused, and a word of the refusal
BAD = [('udp 0', 'takes'), ('tcp-established 604801', 'takes'),
       ('mss 87', 'mss'), ('hold-max 16777217', 'takes'),
       ('hairpin off tcp-mapping address-dependent '
        'tcp-filtering endpoint-independent', 'wider'),
       ('hairpin on udp-mapping address-and-port-dependent '
        'udp-filtering address-and-port-dependent', 'hairpin')]
# A jump in time lets flows end after so many seconds.
SHORT = 4
CLASSES = {'udp': ('udp',), 'icmp': ('icmp',), 'other': ('other',),
           'tcp-opening': ('tcp-opening',),
           'tcp-closing': ('tcp-closing', 'tcp-reset'),
           'tcp-established': ('tcp-established', 'tcp-fin-inside',
                               'tcp-fin-outside')}
# One that the gateway's host has too, and one that is only routed to it
EXTRA = [address('203.0.113.11'), address('192.0.2.20')]
PROTO = {name: number for number, name in NAMES.items()}


def fits(options):
    """Whether options go together."""
    return WIDTH[options['tcp-filtering']] <= WIDTH[options['tcp-mapping']] \
        and WIDTH[options['udp-filtering']] <= WIDTH[options['udp-mapping']] \
        and (options['hairpin'] == 'off' or
             options['tcp-mapping'] == options['udp-mapping'] == EI)


class Control:

    def __init__(self, driver, play, rng):
        self.driver, self.play, self.rng = driver, play, rng
        self.gateway, self.natctl = driver.gateway, driver.natctl
        driver.more = self.differing_now

    def run(self, command, refused=None):
        self.driver.note('natctl ' + command)
        said = self.natctl.run(command)
        if refused and refused not in said or not refused and 'rror' in said:
            raise self.driver.failure('natctl says: %s' % said, [], [])

    def renew(self, profile, options):
        """Another gateway of the same name, without a past."""
        gateway = self.gateway
        words = ' '.join('%s %s' % entry for entry in options.items())
        self.run('gateway del g')
        self.run('gateway add g dev ext eip 203.0.113.10 inside 10.0.0.0/16 '
                 'profile %s %s' % (profile, words))
        gateway.reset()
        gateway.options = profile_options(profile)
        gateway.options.update(options)
        gateway.addresses = [Address(address('203.0.113.10'), True)]

    # Options

    def set(self, changes, profile=None):
        """Change options, and forget what the change makes uncertain."""
        gateway = self.gateway
        options = profile_options(profile) if profile else \
            dict(gateway.options)
        options.update(changes)
        words = ['profile ' + profile] if profile else []
        words += ['%s %s' % entry for entry in changes.items()]
        self.run('gateway set g ' + ' '.join(words))
        changed = any(options[name] != gateway.options[name]
                      for name in SHAPES)
        gateway.options = options
        if changed:
            gateway.epoch += 1
            if self.play.chance(0.5):
                self.flush('all')

    def remake(self):
        """With few ports, what is held from before another mapping would
        make it uncertain who may get one."""
        shape = self.play.pick(DEPENDENCE)
        names = HOLDS + ('port-parity', 'spill', 'refusal')
        options = {name: self.gateway.options[name] for name in names + tuple(
            name for name in DEFAULTS if name.startswith('proto-'))}
        options.update({'tcp-mapping': shape, 'udp-mapping': shape})
        self.renew('aws', options)

    def knob(self, names):
        if self.play.chance(0.1):
            words, refusal = self.play.pick(BAD)
            self.run('gateway set g ' + words, refusal)
            return
        for _ in range(20):
            changes = {}
            for name in self.rng.sample(names, min(len(names), 2)):
                changes[name] = self.play.pick(VALUES[name])
            options = dict(self.gateway.options)
            options.update(changes)
            if fits(options) and not crowded(options):
                self.set(changes)
                return

    # Flows

    def flush(self, words):
        """End flows; the count has to be right."""
        gateway = self.gateway
        gateway.now = time.monotonic()
        self.driver.note('natctl flow flush ' + words)
        flows = [flow for flow in gateway.flows.values()
                 if words == 'all' or matches(flow, words.split())]
        for flow in flows:
            gateway.end(flow, 'flushed')
        count = self.natctl.show('flow flush ' + words)[0]['count']
        if count != len(flows):
            raise self.driver.failure('%d flows ended instead of %d' % (
                count, len(flows)), [], [])

    def flush_some(self):
        words = self.play.pick([
            'proto udp', 'proto tcp', 'proto icmp', 'src 10.0.1.0/24',
            'src 10.0.2.10', 'dst %s' % text_of(self.play.pick(REMOTES)),
            'dport %d' % self.play.pick(REMOTE_PORTS),
            'proto tcp sport 4000', 'gateway g src 10.0.1.12/31'])
        self.flush(words)

    # Rules

    def rule(self):
        rules = self.gateway.rules
        if rules and self.play.chance(0.5):
            rule = self.play.pick(rules)
            self.run('rule del gateway g pref %d' % rule.pref)
            rules.remove(rule)
            return
        if len(rules) < 5:
            self.add_rule()

    def add_rule(self):
        play, rules = self.play, self.gateway.rules
        pref = self.rng.randrange(1, 1000)
        if any(rule.pref == pref for rule in rules):
            return
        rule, words = Rule(pref), []
        if play.chance(0.5):
            rule.src = play.pick([(address('10.0.1.0'), 24),
                                  (address('10.0.2.12'), 31)])
            words.append('src %s/%d' % (text_of(rule.src[0]), rule.src[1]))
        if play.chance(0.8):
            rule.dst = play.pick(REMOTES), 32
            words.append('dst %s' % text_of(rule.dst[0]))
        if play.chance(0.4):
            rule.proto = play.pick([TCP, UDP])
            words.append('proto %s' % NAMES[rule.proto])
            if play.chance(0.5):
                rule.dport = play.pick([(53, 53), (80, 443)])
                words.append('dport %d-%d' % rule.dport)
        words += self.treatment(rule)
        self.run('rule add gateway g pref %d %s' % (pref, ' '.join(words)))
        rules.append(rule)
        rules.sort(key=lambda rule: rule.pref)

    def treatment(self, rule):
        choice = self.rng.randrange(3)
        if choice == 0:
            rule.exempt = True
            return ['exempt']
        if choice == 1:
            # One that has drained goes by itself, sooner or later.
            rule.address = self.play.pick([
                entry.wire for entry in self.gateway.addresses
                if not entry.draining or self.gateway.in_use(entry.wire)])
            return ['address ' + text_of(rule.address)]
        rule.idle = self.play.pick([50, 900, 86400])
        return ['idle %d' % rule.idle]

    # Addresses

    def address(self):
        gateway, play = self.gateway, self.play
        entry = play.pick(EXTRA)
        known = gateway.address(entry)
        if not known:
            self.run('address add gateway g eip ' + text_of(entry))
            gateway.address_added(Address(entry, gateway.is_local(entry)))
        elif not known.draining and gateway.in_use(entry) and \
                play.chance(0.6):
            self.unpin(entry)
            self.run('address del gateway g eip %s drain 3000' %
                     text_of(entry))
            known.draining = True
            gateway.address_leaves(entry)
        else:
            self.remove(known)

    def remove(self, known):
        gateway = self.gateway
        if known.draining and not gateway.in_use(known.wire):
            # It goes by itself, sooner or later.
            self.wait(lambda: text_of(known.wire) not in [
                entry['eip'] for entry in self.natctl.show('address show')],
                'a drained address is still there')
        else:
            self.unpin(known.wire)
            self.run('address del gateway g eip ' + text_of(known.wire))
        for flow in list(gateway.flows.values()):
            if flow.wire == known.wire:
                gateway.end(flow, 'address')
        gateway.held = [entry for entry in gateway.held
                        if entry[1] != known.wire]
        gateway.addresses.remove(known)
        gateway.address_leaves(known.wire)

    def unpin(self, wire):
        """An address that a rule names stays."""
        for rule in [rule for rule in self.gateway.rules
                     if rule.address == wire]:
            self.run('rule del gateway g pref %d' % rule.pref)
            self.gateway.rules.remove(rule)

    def wait(self, done, why):
        end = time.monotonic() + 10
        while not done():
            if time.monotonic() > end:
                raise self.driver.failure(why, [], [])
            time.sleep(0.1)

    # Time

    def sleep_until(self, when):
        left = when - time.monotonic()
        if left > 0:
            time.sleep(left)

    def jump(self):
        """Let the flows of some state end, but for those used meanwhile."""
        gateway, play = self.gateway, self.play
        if any(len(set(gateway.timeouts(flow))) > 1
               for flow in gateway.flows.values()):
            self.flush('proto tcp')
        name = play.pick(list(CLASSES))
        before = gateway.options[name]
        try:
            self.let_end(name)
        finally:
            self.set({name: before})

    def let_end(self, name):
        gateway = self.gateway
        start = time.monotonic()
        self.set({name: SHORT})
        self.sleep_until(start + SHORT * 0.6)
        self.refresh(CLASSES[name])
        self.sleep_until(start + SHORT + GRAIN + MARGIN + 0.1)
        if time.monotonic() > start + SHORT * 1.5:
            raise Stall
        gateway.now = time.monotonic()
        try:
            ended = gateway.expire()
        except Unsure:
            raise Stall from None
        self.driver.note('%d flows of %s have ended' % (ended, name))
        self.wait(lambda: self.count() == len(gateway.flows),
                  'there are not %d flows' % len(gateway.flows))
        self.check()

    def count(self):
        return self.natctl.show('flow count')[0]['count']

    def refresh(self, states):
        """Use some of the flows that are about to end, in either direction."""
        gateway, play = self.gateway, self.play
        for flow in list(gateway.flows.values()):
            gateway.now = time.monotonic()
            try:
                if not set(states) & set(flow.states()) or \
                        not play.chance(0.3) or not gateway.alive(flow) or \
                        gateway.address(flow.dst):
                    continue
            except Unsure:
                continue
            if play.chance(0.5):
                stimulus = Stimulus('wan', play.on_flow(
                    flow, IN, flow.dst, flow.dport, flow.wire, flow.port))
            else:
                stimulus = Stimulus(gateway.place_of(flow.src), play.on_flow(
                    flow, OUT, flow.src, flow.sport, flow.dst, flow.dport))
            self.driver.packet(stimulus)

    # Comparisons

    def counters(self):
        shown = self.natctl.show('stats gateway g')[0]
        shown = shown.get('counters', shown)
        # Which way a packet took is all the same to the model, and it does not
        # always know the one state that a flow has, nor does it remember flows
        # that have ended.
        return {name: value for name, value in shown.items()
                if isinstance(value, int) and
                name not in ('packets-fast', 'tcp-idle',
                                 'flows-idle-spoke-again')}

    def differing(self, shown):
        """Counters that are not what the model says, in words."""
        known = self.gateway.counters
        return ['%s is %d, not %d' % (name, value, known.get(name, 0))
                for name, value in shown.items() if value != known.get(name, 0)]

    @staticmethod
    def balance(shown):
        def drops(side):
            return sum(value for name, value in shown.items()
                       if name.startswith(side + '-drop-'))
        if shown['packets-in-from-source'] != \
                shown['packets-out-to-destination'] + drops('source') or \
                shown['packets-in-from-destination'] != \
                shown['packets-out-to-source'] + \
                shown['packets-to-local'] + drops('destination'):
            return ['the sums do not balance']
        return []

    def learn_counters(self):
        """Begin to count from what is there."""
        self.gateway.counters = self.counters()

    def flows(self):
        """Flows that are not what the model says, in words."""
        gateway = self.gateway
        now = time.monotonic()
        shown = {}
        for entry in self.natctl.show('flow show'):
            proto = entry['proto']
            key = (PROTO.get(proto) or int(proto), address(entry['src']),
                   entry.get('sport', 0), address(entry['dst']),
                   entry.get('dport', 0))
            shown[key] = entry
        wrong = ['%s is not shown' % flow for flow in gateway.flows.values()
                 if flow.key() not in shown]
        wrong += ['%s is shown' % entry for key, entry in shown.items()
                  if key not in gateway.flows]
        for flow in gateway.flows.values():
            wrong += self.differences(flow, shown.get(flow.key()), now)
        return wrong[:8]

    def differences(self, flow, entry, now):
        if not entry:
            return []
        found = []
        if (address(entry['wire-ip']), entry.get('wire-port', 0)) != \
                (flow.wire, flow.port):
            found.append('wire')
        if entry['state'] not in flow.states():
            found.append('state')
        times = self.gateway.timeouts(flow)
        if not flow.since + min(times) - 2 < now + entry['expires'] < \
                flow.until + max(times) + 2:
            found.append('expires, %.1f to %.1f expected' % (
                flow.since + min(times) - now, flow.until + max(times) - now))
        return ['%s of %s: shown %s' % (' and '.join(found), flow, entry)] \
            if found else []

    def options(self):
        shown = self.natctl.show('gateway show g')[0]['options']
        return ['%s is %s, not %s' % (name, shown.get(name), value)
                for name, value in self.gateway.options.items()
                if str(shown.get(name)) != str(value) and
                (name, value) != ('max-flows', 0)]

    def stale(self):
        return ['marked without a flow: %s' % entry
                for entry in self.natctl.show('port show') if entry['stale']]

    def differing_now(self):
        shown = self.counters()
        return self.differing(shown) + self.balance(shown) + self.flows() + \
            self.options() + self.stale()

    def check(self):
        self.driver.note('compare what is shown')
        wrong = self.differing_now()
        if wrong:
            raise self.driver.failure('what is shown differs', [], [],
                                      SHOWN_ALL)


def crowded(options):
    """Are there so many limits that it is not said which one counts?"""
    return sum(bool(options[name]) for name in LIMITS) > 1


def matches(flow, words):
    """Does a filter of natctl's match a flow?"""
    for name, value in zip(words[::2], words[1::2]):
        if name == 'proto':
            hit = flow.proto == PROTO[value]
        elif name in ('src', 'dst'):
            net, _, length = value.partition('/')
            shift = 32 - int(length or 32)
            hit = int.from_bytes(getattr(flow, name), 'big') >> shift == \
                int.from_bytes(socket.inet_aton(net), 'big') >> shift
        elif name == 'gateway':
            hit = value == 'g'
        else:
            hit = getattr(flow, name) == int(value)
        if not hit:
            return False
    return True
