# SPDX-License-Identifier: GPL-2.0
"""What is measured: natgw with each profile, and nft masquerade.

A subject knows how to start, to change an option, to tell what flows it has,
and where it starts from again. Options have natgw's names; a subject without
such an option says so (offers).
"""

import collections
import contextlib
import json
import re
import select
import subprocess
import time

HOST, EIP = '203.0.113.2', '203.0.113.10'
MORE_ADDRESSES = ('203.0.113.11', '203.0.113.77')
FOREIGN = '192.0.2.200'         # an address of another network
INSIDE = '10.0.0.0/16'
# Long enough for a slow machine to tell before from after
SHORT = {'udp': 3, 'icmp': 3, 'other': 3, 'tcp-opening': 3,
         'tcp-established': 6, 'tcp-closing': 3}

Flow = collections.namedtuple(
    'Flow', 'proto src sport dst dport wire_ip wire_port state expires')


class Natgw:
    """Gateway g, whose options are a profile's."""

    states = {'tcp-opening': 'INIT', 'tcp-established': 'ESTABLISHED',
              'tcp-fin-inside': 'C-FIN', 'tcp-fin-outside': 'S-FIN',
              'tcp-closing': 'C+S-FIN', 'tcp-reset': 'TRANS'}

    def __init__(self, bench, profile, tool):
        self.bench, self.profile, self.tool = bench, profile, tool
        self.name, self.external = profile, EIP
        self.hold = None

    def call(self, *words):
        return self.bench.run(self.tool, '-n', self.bench.names['gw'],
                              *(str(word) for word in words))

    def ask(self, *words):
        return json.loads(self.call('-j', *words) or '[]')

    def start(self):
        self.call('gateway', 'add', 'g', 'dev', 'ext', 'eip', EIP, 'inside',
                  INSIDE, 'profile', self.profile)
        self.hold = self.option('hold-udp')

    def stop(self):
        self.call('gateway', 'del', 'g')

    @staticmethod
    def offers(_):
        return True

    def set(self, **options):
        words = [str(word) for name, value in options.items()
                 for word in (name.replace('_', '-'), value)]
        self.call('gateway', 'set', 'g', *words)

    def reset(self):
        self.call('gateway', 'set', 'g', 'profile', self.profile)

    def shorten(self):
        """Ports of what ends now are not to be missed in later rows."""
        self.set(hold_udp=0, **SHORT)

    def option(self, name):
        """An option's value as the tool shows it."""
        found = re.search(r'"%s":"?([^",}]*)' % name,
                          self.call('-j', 'gateway', 'show', 'g'))
        return found and found.group(1)

    def flows(self, src):
        return [Flow(one['proto'], one['src'], one.get('sport'), one['dst'],
                     one.get('dport'), one['wire-ip'], one.get('wire-port'),
                     self.states.get(one['state'], one['state']),
                     one['expires'])
                for one in self.ask('flow', 'show', 'src', src)
                if one.get('kind') != 'mapping']

    def forget(self, *words):
        """End flows, and let their ports be free at once."""
        self.set(hold_udp=0)
        self.call('flow', 'flush', *(words or ('all',)))
        self.set(hold_udp=self.hold)

    def counter(self, name):
        return int(re.search(r'"%s":(\d+)' % name,
                             self.call('-j', 'stats', 'gateway', 'g')).group(1))

    def limit_ports(self, low=None, high=None):
        """Leave only these external ports; all of them without arguments."""
        spare = []
        if low:
            spare = ['%d-%d' % ends for ends in ((1, low - 1),
                                                 (high + 1, 65535))
                     if ends[0] <= ends[1]]
        self.bench.sysctl('gw', 'ipv4/ip_local_reserved_ports',
                          ','.join(spare) or '\n')

    def limit_flows(self, number, **options):
        """So many flows in all; back to what it was without a number."""
        if number is None:
            self.reset()
            return
        self.set(max_flows=number, **options)

    def pool(self, addresses):
        """The addresses that are used beside the first one."""
        have = [one['eip'] for one in self.ask('address', 'show', 'gateway',
                                               'g')]
        for address in addresses:
            if address not in have:
                self.call('address', 'add', 'gateway', 'g', 'eip', address)
        for address in have:
            if address != EIP and address not in addresses:
                self.call('address', 'del', 'gateway', 'g', 'eip', address)

    @contextlib.contextmanager
    def rule(self, *words):
        self.call('rule', 'add', 'gateway', 'g', 'pref', 10, *words)
        try:
            yield
        finally:
            self.call('rule', 'del', 'gateway', 'g', 'pref', 10)

    @contextlib.contextmanager
    def notices(self):
        """Yields a function that tells what was said about a lack of flows;
        it provokes that again until something was said."""
        def told(again):
            end = time.monotonic() + 5
            while time.monotonic() < end:
                again()
                if select.select([watch.stdout], [], [], 0.2)[0]:
                    return ('by an event and a counter' if 'full' in
                            watch.stdout.readline() and
                            self.counter('source-drop-table-full') else None)
            return None

        with subprocess.Popen(
                [self.tool, '-n', self.bench.names['gw'], 'monitor', 'error'],
                stdout=subprocess.PIPE, text=True) as watch:
            try:
                yield told
            finally:
                watch.terminate()

    def exempt(self, prefix):
        return self.rule('dst', prefix, 'exempt')

    def idle_rule(self, proto, port, seconds):
        return self.rule('proto', proto, 'dport', port, 'idle', seconds)

    def manageable(self):
        return len(self.ask('stats', 'gateway', 'g')[0]) > 0


class Nft:
    """A masquerade rule and the kernel's connection tracking as it comes."""

    name, external = 'nft', HOST
    sysctls = {
        'udp': ('udp_timeout', 'udp_timeout_stream'),
        'icmp': ('icmp_timeout',), 'other': ('generic_timeout',),
        'tcp-opening': ('tcp_timeout_syn_sent', 'tcp_timeout_syn_recv'),
        'tcp-established': ('tcp_timeout_established',),
        'tcp-closing': ('tcp_timeout_fin_wait', 'tcp_timeout_close_wait',
                        'tcp_timeout_last_ack', 'tcp_timeout_time_wait',
                        'tcp_timeout_close')}
    states = {'SYN_SENT': 'INIT', 'SYN_SENT2': 'INIT', 'SYN_RECV': 'INIT'}
    limits = ('/proc/sys/net/netfilter/nf_conntrack_max',
              '/sys/module/nf_conntrack/parameters/hashsize')

    def __init__(self, bench):
        self.bench = bench
        self.saved, self.room = {}, []

    def rules(self, *post):
        self.bench.on('gw', 'nft', '-f', '-', text='''
            table ip nat {
                chain post {
                    type nat hook postrouting priority srcnat
                }
            }
            flush chain ip nat post
            table ip nat {
                chain post {
                    %s
                }
            }''' % '\n'.join(post))

    @staticmethod
    def rule(action):
        return 'oifname ext ip saddr %s %s' % (INSIDE, action)

    def start(self):
        self.rules(self.rule('masquerade'))
        for name in [name for names in self.sysctls.values() for name in names]:
            self.saved[name] = self.timeout(name)
        self.room = [self.read(path) for path in self.limits]
        self.write(self.limits[0], 262144)

    def stop(self):
        self.bench.on('gw', 'nft', 'flush', 'ruleset')
        for path, value in reversed(list(zip(self.limits, self.room))):
            self.write(path, value)

    @staticmethod
    def read(path):
        with open(path, encoding='ascii') as file:
            return file.read().strip()

    @staticmethod
    def write(path, value):
        with open(path, 'w', encoding='ascii') as file:
            file.write(str(value))

    def timeout(self, name, value=None):
        return self.bench.sysctl('gw', 'netfilter/nf_conntrack_' + name, value)

    def offers(self, option):
        return option in self.sysctls

    def set(self, **options):
        for option, value in options.items():
            for name in self.sysctls[option.replace('_', '-')]:
                self.timeout(name, value)

    def reset(self):
        for name, value in self.saved.items():
            self.timeout(name, value)

    def shorten(self):
        self.set(**SHORT)

    def flows(self, src):
        text = self.bench.on('gw', 'conntrack', '-L', '--orig-src', src,
                             check=False)
        return [self.parse(line) for line in text.splitlines()]

    def parse(self, line):
        words = line.split()
        names = [word.split('=', 1) for word in words if '=' in word]
        first, second = {}, {}
        for name, value in names:
            (second if name in first else first).setdefault(name, value)
        port = 'id' if words[0] == 'icmp' else 'sport'
        wire = 'id' if words[0] == 'icmp' else 'dport'
        state = '' if '=' in words[3] or words[3][0] == '[' else words[3]
        return Flow(words[0], first['src'], first.get(port), first['dst'],
                    first.get('dport'), second['dst'], second.get(wire),
                    self.states.get(state, state), int(words[2]))

    def forget(self, *words):
        filters = {'src': '--orig-src', 'dst': '--orig-dst'}
        self.bench.on('gw', 'conntrack', *(
            ['-D'] + [filters.get(word, word) for word in words]
            if words else ['-F']), check=False)

    def limit_ports(self, low=None, high=None):
        limited = self.rule('meta l4proto { tcp, udp } masquerade to :%s-%s' %
                            (low, high))
        self.rules(limited if low else '', self.rule('masquerade'))

    def limit_flows(self, number, **_):
        """The table's size goes with its limit, as it does by default."""
        if number is None:
            self.write(self.limits[1], self.room[1])
            self.write(self.limits[0], 262144)
            return
        self.write(self.limits[1], number)
        self.write(self.limits[0], number)

    def pool(self, addresses):
        if not addresses:
            self.rules(self.rule('masquerade'))
        elif len(addresses) == 1:
            self.rules(self.rule('snat to %s-%s' % (EIP, addresses[0])))
        else:
            used = ', '.join('%d : %s' % pair for pair in
                             enumerate((EIP, *addresses)))
            self.rules(self.rule('snat to jhash ip saddr mod %d map { %s }' %
                                 (1 + len(addresses), used)))

    @contextlib.contextmanager
    def notices(self):
        """The kernel's log is where this one would say it."""
        def told(_):
            said = self.bench.run('dmesg').count('table full')
            return 'by the kernel\'s log' if said > before else None

        before = self.bench.run('dmesg').count('table full')
        yield told

    @contextlib.contextmanager
    def exempt(self, prefix):
        self.rules('ip daddr %s accept' % prefix, self.rule('masquerade'))
        try:
            yield
        finally:
            self.rules(self.rule('masquerade'))

    def manageable(self):
        return bool(self.bench.on('gw', 'conntrack', '-S'))
