#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Measure at native speed, in user-mode Linux; see measure.py for what is printed.

Times of a busy machine move, so subjects take turns, round after round, and what
counts is the median of the ratios within a round.
"""

import os
import sys
import time

import network
import output
import subjects
import traffic

SIZE = 64
FEW, FEW_PACKETS, FEW_ROUNDS = 64, 1000000, 5
MANY, MANY_ROUNDS = traffic.MANY, 5
# Idleness is waited for.
TIMEOUT = 60
MEASURED = ('forward', 'masquerade', 'flowtable')


class Bench(output.Output):
    """What is measured of each subject."""

    def __init__(self):
        super().__init__()
        self.values = {}

    def note(self, figure, value):
        """One round of a figure that takes several."""
        self.values.setdefault((figure, self.subject.name), []).append(value)
        self.say('%-18s %.3f' % (figure, value))

    def speed(self, figure, generator, count):
        """Millions of packets in a second."""
        before = network.dropped('s0')
        took = generator.send(count)
        arrived = network.dropped('s0') - before
        if arrived != count:
            self.complain('%s: %d of %d packets arrived' %
                          (figure, arrived, count))
        self.note(figure, count * 1000 / took)

    def build(self):
        network.build()
        network.drop('s0')
        network.drop('g0')
        self.subject.start()

    def remove(self):
        network.remove()
        self.subject.stop()

    def few(self):
        self.build()
        flows = traffic.flows_of_one_host(traffic.UDP, FEW)
        traffic.begin(flows)
        self.subject.begun(FEW)
        self.speed('udp out, %d flows' % FEW, traffic.Pktgen(
            'g0', SIZE, network.SERVER, src_min=flows[0].src,
            src_max=flows[0].src, **traffic.ports('dst', [9]),
            **traffic.ports('src', range(1024, 1024 + FEW))), FEW_PACKETS)
        self.remove()

    def many(self, last):
        """A sweep that begins the flows, one of answers, and one that counts."""
        self.build()
        memory = output.used_memory()
        out = traffic.many_out(SIZE)
        took = out.send(MANY)
        self.note('new flows', MANY * 1000 / took)
        if self.subject.keeps_ports:
            traffic.many_in(SIZE).send(MANY)
            out.send(MANY)
        self.subject.begun(MANY)
        # Tables may still be growing.
        out.send(MANY)
        self.speed('udp out, %d flows' % MANY, out, MANY)
        if last:
            self.rest(output.used_memory() - memory, out)
        self.remove()

    def rest(self, memory, out):
        """What a million flows take that see no packets, and their end."""
        self.result('memory', [memory / MANY], 'bytes/flow',
                    **self.subject.objects())
        if not self.subject.translates:
            return
        # Whoever looks at a flow when it was to expire finds it refreshed.
        time.sleep(TIMEOUT / 2)
        out.send(MANY)
        seconds = TIMEOUT - 10
        idle = output.threads_worked(seconds)
        self.result('idle', [idle / seconds / 1000], 'us/s', timeout=TIMEOUT)
        start = time.monotonic()
        self.subject.clear()
        self.result('delete', [time.monotonic() - start], 's')

    def run(self):
        measured = [subject for subject in subjects.SUBJECTS
                    if subject.name in MEASURED or
                    subject.name.startswith('natgw')]
        subjects.TIMEOUT = TIMEOUT
        self.head(many=MANY, few=FEW, timeout=TIMEOUT)
        for _ in range(FEW_ROUNDS):
            for self.subject in measured:
                self.few()
        for turn in range(MANY_ROUNDS):
            for self.subject in measured:
                self.many(turn == MANY_ROUNDS - 1)
        for (figure, name), values in self.values.items():
            self.subject = next(s for s in measured if s.name == name)
            self.result(figure, values, 'Mpps', rounds=len(values))
        self.end()


def main():
    bench = Bench()
    os.chdir('/')
    subjects.make_room()
    bench.run()
    sys.exit(bench.wrong > 0)


if __name__ == '__main__':
    main()
