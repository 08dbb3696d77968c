#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Do two processors that carry the two directions of a flow share a cache line?

  sharing.py                     in the guest: make packets, print where natgw is
  sharing.py judge LOG MEETINGS  outside: read that, and what sharing.c has written
"""

import collections
import json
import os
import subprocess
import sys

import network
import output
import subjects
import traffic

FLOWS, PACKETS, SIZE = 16, 20000, 64
# What a tenth of a flow's packets do not do is not done for packets.
LEAST = PACKETS // FLOWS // 10
# Loops of the work of every second, and of the devices' set-up
NOT_FOR_PACKETS = ('natgw_hop_sweep', 'natgw_hop_forget')


class Stream(traffic.Frames):
    """Frames from a program that keeps to one processor."""

    def start(self, cpu, count):
        with network.inside(network.HOME[self.device]):
            return subprocess.Popen(
                ('taskset', '-c', str(cpu), traffic.program('frames'),
                 self.device, self.path, str(self.size), str(count)),
                stdout=subprocess.DEVNULL)


def both_ways(proto):
    """All packets of one protocol, each direction on its own processor."""
    flows = traffic.flows_of_one_host(proto, FLOWS)
    back = [traffic.reverse(flow) for flow in traffic.begin(flows)]
    streams = [Stream('g0', flows, SIZE), Stream('s0', back, SIZE)]
    before = [network.dropped(end) for end in ('s0', 'g0')]
    running = [stream.start(cpu, PACKETS)
               for cpu, stream in enumerate(streams)]
    for process in running:
        if process.wait():
            raise RuntimeError('frames: status %d' % process.returncode)
    arrived = [network.dropped(end) - count
               for end, count in zip(('s0', 'g0'), before)]
    print('%d packets out, %d in' % tuple(arrived), flush=True)
    return arrived == [PACKETS, PACKETS]


def symbols():
    with open('/proc/kallsyms', encoding='ascii') as file:
        lines = [line.split() for line in file if line.endswith('[natgw]\n')]
    return sorted((int(line[0], 16), line[2]) for line in lines
                  if line[1] in 'tT')


def measure():
    os.chdir('/')
    subjects.load_peers()
    subject = next(s for s in subjects.SUBJECTS if s.name == 'natgw')
    network.build()
    network.drop('s0')
    network.drop('g0')
    subject.start()
    output.Output.tell(symbols=symbols())
    good = all([both_ways(proto) for proto in (traffic.UDP, traffic.TCP)])
    network.remove()
    subject.stop()
    return not good


def meetings(path, known):
    """By cache line, who reads and writes it for packets: {(cpu, write): names}"""
    lines = collections.defaultdict(lambda: collections.defaultdict(set))
    with open(path, encoding='ascii') as file:
        for text in file:
            insn, line, cpu, reads, writes = text.split()
            at = [name for addr, name in known if addr <= int(insn, 16)]
            # Modules are not next to each other.
            if (not at or int(insn, 16) > known[-1][0] + 4096 or
                    at[-1] in NOT_FOR_PACKETS):
                continue
            for write, count in enumerate((int(reads), int(writes))):
                if count >= LEAST:
                    lines[line][int(cpu), write].add(at[-1])
    return lines


def judge(log, path):
    with open(log, encoding='utf-8') as file:
        head = json.loads(next(line[2:] for line in file
                               if line.startswith('= ')))
    lines = meetings(path, head['symbols'])
    written = [sum((cpu, 1) in users for users in lines.values())
               for cpu in (0, 1)]
    print('cache lines that natgw writes for packets: %d on one processor, '
          '%d on the other' % tuple(written))
    shared = 0
    for line, users in sorted(lines.items()):
        writers = [cpu for cpu in (0, 1) if (cpu, 1) in users]
        strangers = [cpu for cpu in (0, 1) if (cpu, 0) in users and
                     writers and cpu not in writers]
        if len(writers) == 2:
            shared += 1
        if len(writers) == 2 or strangers:
            print('%s %s: %s' % (
                line, 'WRITTEN BY BOTH' if len(writers) == 2 else
                'written by one, read by the other',
                '; '.join('processor %d %s in %s' %
                          (cpu, ('reads', 'writes')[write],
                           ', '.join(sorted(names)))
                          for (cpu, write), names in sorted(users.items()))))
    print('%d cache lines written by both' % shared)
    return shared > 0 or not all(written)


if __name__ == '__main__':
    sys.exit(judge(*sys.argv[2:]) if sys.argv[1:2] == ['judge'] else measure())
