# SPDX-License-Identifier: GPL-2.0
"""What stands between the two devices of the router.

Each subject is put into a router of its own, so that no hook or table of one is
met by the packets of another.
"""

import json
import os
import subprocess

import network
from network import run

MASQUERADE = '''
table ip bench {
    chain out {
        type nat hook postrouting priority srcnat
        oifname r1 masquerade
    }
}
'''
FLOWTABLE = '''
table ip bench {
    flowtable fast {
        hook ingress priority filter
        devices = { r0, r1 }
    }
    chain forward {
        type filter hook forward priority filter
        ip protocol { tcp, udp } flow add @fast
    }
    chain out {
        type nat hook postrouting priority srcnat
        oifname r1 masquerade
    }
}
'''
# The same for all. An emulated clock leaps ahead whenever the machine waits for
# something, and shorter ones would pass meanwhile.
TIMEOUT = 350
# More than any measurement has.
MOST_FLOWS = 4194304


class Subject:
    """Plain forwarding; others differ from it."""

    translates = False
    # Can answers be sent without asking which ports the flows were given?
    keeps_ports = True
    # Is it worth while to look at what it does with idle flows?
    rests = True
    # Does it come after the route, so that the flows have to be begun?
    begins = True

    def __init__(self, name):
        self.name = name

    def start(self):
        pass

    def stop(self):
        pass

    def begun(self, flows):
        """So many flows exist: are they where they should be?"""

    def clear(self):
        """End all flows."""

    def objects(self):
        """Sizes of what a flow consists of, for those who like details."""
        return {}


class Generator(Subject):
    """Nothing at all: packets are dropped where the router begins."""

    begins = False

    def start(self):
        network.drop('r0')
        network.drop('r1')


class Redirect(Subject):
    """The floor: from device to device without a look at the packet."""

    begins = False

    def start(self):
        network.redirect('r0', 'r1')
        network.redirect('r1', 'r0')


class Masquerade(Subject):
    """One nftables rule, and connection tracking with room for all flows."""

    translates = True
    rules = MASQUERADE

    def start(self):
        with network.inside('router'):
            run('nft', '-f', '-', text=self.rules)
            # What a network card has verified is not verified again.
            network.sysctl('net.netfilter.nf_conntrack_checksum', 0)
            for name in ('udp_timeout', 'udp_timeout_stream',
                         'tcp_timeout_max_retrans'):
                network.sysctl('net.netfilter.nf_conntrack_' + name, TIMEOUT)

    def clear(self):
        with network.inside('router'):
            run('conntrack', '-F')

    def objects(self):
        return {'nf_conntrack': slab('nf_conntrack')}

    def begun(self, flows):
        with network.inside('router'):
            count = int(run('conntrack', '-C'))
        if count < flows or count and not flows:
            raise RuntimeError('%d flows instead of %d' % (count, flows))


class Flowtable(Masquerade):
    """The same rule, and established connections taken over at ingress."""

    rules = FLOWTABLE

    def start(self):
        super().start()
        # Until it leaves an idle flow to connection tracking again
        with network.inside('router'):
            for name in ('tcp', 'udp'):
                network.sysctl('net.netfilter.nf_flowtable_%s_timeout' % name,
                               TIMEOUT)

    def begun(self, flows):
        super().begun(flows)
        with network.inside('router'):
            # The list of a million is more than this process can hold in
            # user-mode Linux.
            offloaded = int(run('sh', '-c',
                                "conntrack -L | grep -cF '[OFFLOAD]'"))
        # Of a million some leave and come back while others are counted.
        if offloaded < flows * 97 // 100:
            raise RuntimeError('%d of %d flows are in the flowtable' %
                               (offloaded, flows))


class Natgw(Subject):
    """A gateway with its default profile, and with options of its own."""

    translates = True
    keeps_ports = False

    def __init__(self, name, *options):
        super().__init__(name)
        self.options = options
        # Packets take another way then, and idle flows the same.
        self.rests = not options

    def natctl(self, *words):
        return run(os.environ['NATCTL'], '-n', 'router', '-j', *words)

    def start(self):
        run('insmod', os.environ['NATGW_KO'])
        self.natctl('gateway', 'add', 'g', 'dev', 'r1', 'eip', network.EXTERNAL,
                    'inside', '10.0.0.0/8', 'max-flows', str(MOST_FLOWS),
                    'udp', str(TIMEOUT), *self.options)

    def stop(self):
        run('rmmod', 'natgw')

    def begun(self, flows):
        count = json.loads(self.natctl('flow', 'count'))[0]['count']
        if count != flows:
            raise RuntimeError('%d flows instead of %d' % (count, flows))

    def clear(self):
        self.natctl('gateway', 'del', 'g')

    def objects(self):
        return {'natgw_flow': slab('natgw_flow')}


def slab(name):
    """Bytes that an object of a cache takes, with its padding."""
    with open('/sys/kernel/slab/%s/slab_size' % name,
              encoding='ascii') as file:
        return int(file.read())


def load_peers():
    """The modules of all subjects but natgw, and room in their tables."""
    # The kernel's own choice for a machine of four gigabytes and more; nf_nat
    # makes its table as large.
    subprocess.run(('modprobe', 'nf_conntrack', 'hashsize=262144'), check=True)
    for name in ('pktgen', 'veth', 'sch_ingress', 'cls_matchall', 'act_gact',
                 'act_mirred', 'nf_tables', 'nft_chain_nat', 'nft_masq',
                 'nft_ct', 'nft_flow_offload', 'nf_flow_table',
                 'nf_flow_table_inet', 'nf_conntrack_netlink'):
        subprocess.run(('modprobe', name), check=True)


def make_room():
    """As many tracked connections as natgw may have."""
    network.sysctl('net.netfilter.nf_conntrack_max', MOST_FLOWS)


SUBJECTS = (
    Generator('generator'),
    Redirect('redirect'),
    Subject('forward'),
    Masquerade('masquerade'),
    Flowtable('flowtable'),
    Natgw('natgw'),
    Natgw('natgw slow path', 'fastpath', 'off'),
    Natgw('natgw, accounting', 'accounting', 'on'),
)
