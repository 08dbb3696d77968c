# SPDX-License-Identifier: GPL-2.0
"""How long the kernel lets nobody else have the processor.

A process of the highest priority sleeps for a short while, again and again. When it
wakes up too late, something has run meanwhile that could not be interrupted, or
that does not give way: an interrupt, a softirq, the holder of a lock, a loop.
"""

import os
import signal
import time

PERIOD = 200000


class Stalls:
    """Use it as a context; @longest is what was seen in it, in nanoseconds."""

    longest = None

    def __enter__(self):
        self.told, tell = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            watch(tell)
        os.close(tell)
        # It has begun.
        os.read(self.told, 1)
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGTERM)
        self.longest = int(os.read(self.told, 32))
        os.close(self.told)
        os.waitpid(self.pid, 0)


def watch(tell):
    """Never returns; the first byte it tells says that it is there."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))
    os.write(tell, b'.')
    longest, wake = 0, time.monotonic_ns() + PERIOD
    while not signal.sigtimedwait((signal.SIGTERM,), PERIOD / 1e9):
        now = time.monotonic_ns()
        longest = max(longest, now - wake)
        wake = now + PERIOD
    os.write(tell, b'%d' % longest)
    os._exit(0)
