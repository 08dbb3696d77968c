#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Measure all subjects, in the virtual machine; report.py reads what is printed.

  measure.py [--short]

The clock of the machine counts instructions: a nanosecond is one. Lines that begin
with "= " are results as JSON, others say how far it is. The exit status is 0 when
every packet that was sent is accounted for.
"""

import argparse
import os
import sys
import time

import network
import output
import stalls
import subjects
import traffic

FLOWS, PACKETS, WARM_UP, REPEATS = 64, 20000, 1000, 3
SMALL, LARGE = 64, 1514
MEGABYTES = 64
# Ports of one address towards one destination, and the shares of them that are
# in use where the cost of a new flow is measured.
PORTS = 64512
BANDS = (0, 25, 50, 74, 90, 93, 97, 99, 100)


class Bench(output.Output):
    """What is measured of each subject."""

    def __init__(self, short):
        super().__init__()
        self.short = short

    def end_of(self, device):
        """Where packets of a device are dropped and counted."""
        if self.subject.name == 'generator':
            return network.PEER[device]
        return 's0' if device == 'g0' else 'g0'

    def packets(self, figure, generator):
        """Instructions for a packet of flows that are established."""
        end = self.end_of(generator.device)
        generator.send(WARM_UP)
        values = []
        for _ in range(REPEATS):
            before = network.dropped(end)
            values.append(generator.send(PACKETS) / PACKETS)
            arrived = network.dropped(end) - before
            if arrived != PACKETS:
                self.complain('%s: %d of %d packets arrived' %
                              (figure, arrived, PACKETS))
        self.result(figure, values, 'instructions/packet')

    def established(self):
        self.build()
        flows = {proto: traffic.flows_of_one_host(proto, FLOWS)
                 for proto in (traffic.UDP, traffic.TCP)}
        outside = dict(flows)
        if self.subject.name != 'generator':
            outside = {proto: traffic.begin(flows[proto]) for proto in flows}
            self.look(outside, flows)
        for size in (SMALL,) if self.short else (SMALL, LARGE):
            self.packets('udp out %d' % size, traffic.Pktgen(
                'g0', size, network.SERVER, src_min='10.1.0.1',
                src_max='10.1.0.1', **traffic.ports('dst', [9]),
                **traffic.ports('src', range(1024, 1024 + FLOWS))))
            for name, proto in (('udp', traffic.UDP), ('tcp', traffic.TCP)):
                back = [traffic.reverse(flow) for flow in outside[proto]]
                if proto == traffic.TCP:
                    self.packets('tcp out %d' % size, traffic.Frames(
                        'g0', flows[proto], size))
                self.packets('%s in %d' % (name, size), traffic.Frames(
                    's0', back, size))
        if self.subject.name != 'generator':
            self.subject.begun(2 * FLOWS)
        self.remove()

    def look(self, outside, flows):
        """Were the flows translated, and are they where they should be?"""
        for proto, made in outside.items():
            source = network.EXTERNAL if self.subject.translates \
                else flows[proto][0].src
            wrong = [flow for flow in made if flow.src != source]
            if wrong:
                self.complain('a flow left as %s' % (wrong[0],))
        self.subject.begun(2 * FLOWS)

    def stream(self):
        """A stream of large packets, which the router does not take apart."""
        self.build(ends=False)
        values = []
        for i in range(REPEATS):
            took, rested, got, source = traffic.stream(MEGABYTES, 5001 + i)
            if got != MEGABYTES << 20:
                self.complain('stream: %d bytes arrived' % got)
            if (source == network.EXTERNAL) != self.subject.translates:
                self.complain('stream: it came from ' + source)
            if rested > took // 50:
                self.complain('stream: idle for %d of %d ns' % (rested, took))
            values.append(took / MEGABYTES)
        self.result('tcp stream', values, 'instructions/MB',
                    megabytes=MEGABYTES)
        self.remove()

    def new_flows(self):
        """Each packet begins a flow to one destination, until no port is left."""
        self.build()
        pktgen = one_port_each()
        memory = output.used_memory()
        for low, high in zip(BANDS, BANDS[1:]):
            self.new_result(low, high, [self.begin(pktgen, low, high)])
        if self.subject.rests:
            self.idle_flows(output.used_memory() - memory, pktgen)
        self.remove()

    def first_flows(self):
        """The first share of them alone. Connection tracking walks through its whole
        table now and then, whoever is measured: of several rounds one may meet that."""
        rounds = []
        for _ in range(REPEATS):
            self.build()
            rounds.append(self.begin(one_port_each(), *BANDS[:2]))
            self.remove()
        self.new_result(*BANDS[:2], rounds)

    def begin(self, pktgen, low, high):
        """Begin a share of the flows: what that took, and what arrived."""
        first, last = (PORTS * share // 100 for share in (low, high))
        before = network.dropped('s0')
        took = pktgen.send(last - first, src_min=host(first), src_max=host(last - 1))
        arrived = network.dropped('s0') - before
        if arrived != last - first and self.subject.name != 'masquerade':
            self.complain('new flows: %d of %d packets arrived' %
                          (arrived, last - first))
        return took / (last - first), last - first, arrived

    def new_result(self, low, high, rounds):
        took, sent, arrived = zip(*rounds)
        self.result('new %d-%d' % (low, high), list(took), 'instructions/packet',
                    sent=sum(sent), arrived=sum(arrived),
                    base=('udp out %d' % SMALL, 'generator'))

    def idle_flows(self, memory, pktgen):
        """What many flows take that see no packets: memory, and time."""
        self.result('memory', [memory / PORTS], 'bytes/flow',
                    **self.subject.objects())
        # Whoever looks at a flow when it was to expire finds it refreshed.
        time.sleep(subjects.TIMEOUT / 2)
        pktgen.send(PORTS, src_min=host(0), src_max=host(PORTS - 1))
        # The generator's threads look for work ten times a second.
        network.run('rmmod', 'pktgen')
        seconds = subjects.TIMEOUT - 10
        idle = output.threads_worked(seconds)
        self.result('idle', [idle / seconds], 'instructions/s',
                    base=('idle', 'forward'))
        # Longer than anything takes to notice that a flow has expired.
        expiry = output.worked(2 * subjects.TIMEOUT)
        self.result('expiry', [expiry / PORTS], 'instructions/flow',
                    base=('expiry', 'forward'))
        network.run('modprobe', 'pktgen')
        self.subject.begun(0)

    def stalls(self):
        """How long nobody else gets the processor while a million flows begin,
        end because they are idle, and are deleted."""
        self.build()
        out = traffic.many_out(SMALL)
        self.stall('begin', lambda: out.send(traffic.MANY))
        time.sleep(subjects.TIMEOUT - 15)
        self.stall('expire', lambda: time.sleep(45))
        time.sleep(2 * subjects.TIMEOUT)
        self.subject.begun(0)
        out.send(traffic.MANY)
        self.stall('delete', self.subject.clear)
        self.remove()

    def stall(self, when, call):
        with stalls.Stalls() as seen:
            call()
        self.result('stall, ' + when, [seen.longest], 'instructions')

    def build(self, ends=True):
        network.build()
        if ends:
            network.drop('s0')
            network.drop('g0')
        self.subject.start()

    def remove(self):
        network.remove()
        self.subject.stop()

    def run(self):
        self.head(flows=FLOWS)
        for self.subject in subjects.SUBJECTS:
            self.established()
        for self.subject in subjects.SUBJECTS:
            if self.subject.begins:
                if self.short:
                    if self.subject.name != 'flowtable':
                        self.first_flows()
                    continue
                self.stream()
                if self.subject.name != 'flowtable':
                    self.new_flows()
                    if self.subject.rests:
                        self.stalls()
        self.end()


def one_port_each():
    """A generator whose caller says which hosts it begins flows of."""
    return traffic.Pktgen('g0', SMALL, network.SERVER,
                          **traffic.ports('src', [4000]), **traffic.ports('dst', [9]))


def host(number):
    number += 10 << 24 | 1 << 16
    return '.'.join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--short', action='store_true')
    bench = Bench(parser.parse_args().short)
    os.chdir('/')
    subjects.load_peers()
    subjects.make_room()
    bench.run()
    sys.exit(bench.wrong > 0)


if __name__ == '__main__':
    main()
