# SPDX-License-Identifier: GPL-2.0
"""How measurements are told: lines for people, and lines for report.py."""

import json
import os
import time


class Output:
    """The results so far, and how many of them are worth nothing."""

    def __init__(self):
        self.start, self.subject, self.wrong = time.monotonic(), None, 0

    @staticmethod
    def tell(**record):
        print('= ' + json.dumps(record), flush=True)

    def head(self, **more):
        """What tells this run from others."""
        with open('/proc/sys/kernel/random/boot_id', encoding='ascii') as file:
            boot = file.read().strip()
        self.tell(run=dict(more, boot=boot, kernel=os.uname().release))

    def end(self):
        self.tell(end=self.wrong)

    def say(self, text):
        print('%7.1f s  %-11s %s' % (time.monotonic() - self.start,
                                     self.subject.name, text), flush=True)

    def complain(self, text):
        self.wrong += 1
        self.say('WRONG: ' + text)

    def result(self, figure, values, unit, base=None, **more):
        """A figure, measured once or several times. Its base is what has to be
        taken off it: figure and subject."""
        self.tell(figure=figure, subject=self.subject.name, values=values,
                  unit=unit, base=base or (figure, 'generator'), **more)
        self.say('%-18s %s %s%s' % (
            figure, ' '.join('%.0f' % value for value in values), unit,
            ''.join('  %s %s' % item for item in more.items())))


def used_memory():
    """Bytes of the kernel's own data: objects, and tables however large."""
    with open('/proc/meminfo', encoding='ascii') as file:
        fields = dict(line.split(':') for line in file)
    return sum(int(fields[name].split()[0]) * 1024
               for name in ('Slab', 'VmallocUsed'))


def kernel_times():
    """Nanoseconds that each of the kernel's own threads has run."""
    times = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % pid, encoding='ascii') as file:
                flags = int(file.read().rpartition(')')[2].split()[6])
            if flags & 0x200000:        # PF_KTHREAD
                with open('/proc/%s/schedstat' % pid, encoding='ascii') as file:
                    times[pid] = int(file.read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return times


def threads_worked(seconds):
    """Nanoseconds that the kernel's threads run in this time. One that ends takes its
    time with it."""
    before = kernel_times()
    time.sleep(seconds)
    return sum(ran - before.get(pid, 0) for pid, ran in kernel_times().items())


def worked(seconds):
    """Nanoseconds that the processor does anything in this time; coarse."""
    start, idle = time.monotonic(), idle_time()
    time.sleep(seconds)
    return (time.monotonic() - start) * 1e9 - (idle_time() - idle)


def idle_time():
    """Nanoseconds that the processor has done nothing."""
    with open('/proc/stat', encoding='ascii') as file:
        words = file.readline().split()
    return int(words[4]) * (1000000000 // os.sysconf('SC_CLK_TCK'))
