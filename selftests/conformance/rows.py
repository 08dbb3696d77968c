# SPDX-License-Identifier: GPL-2.0
"""Which rows there are, in which order they are measured, and how one is told.

A row is a function that gets the bench and returns a verdict (bench.passed,
failed, not_applicable), or a tuple of verdicts where it stands for several
rows. A row that has to let time pass is a generator that yields how many
seconds; others go on meanwhile. Rows belong to phases:

  plain    with the subject as it starts
  short    with short time-outs, all at once
  alone    one after the other, each changing options and changing them back
  last     what sums up others
  end      what nothing can follow
"""

import heapq
import inspect
import itertools
import time
import traceback

import bench
from expected import table

PHASES = ('plain', 'short', 'alone', 'last', 'end')
ROWS = []
TRIES = 3                       # for a machine that was too slow
SLOW = 2                        # seconds that are worth a remark


def row(*names, phase='plain'):
    def register(function):
        ROWS.append((phase, names, function))
        return function
    return register


class Task:
    """A row on its way."""

    def __init__(self, names, function):
        self.names, self.function = names, function
        self.tries = TRIES
        self.running = None

    def step(self, there):
        """Go on until the row waits or is done: (seconds, verdicts)."""
        try:
            return self.advance(there)
        except bench.Late as late:
            self.running = None
            self.tries -= 1
            if self.tries:
                return 0, None
            found = bench.Verdict('error', 'too slow a machine: %s' % late)
        except bench.Wrong as wrong:
            found = bench.failed(str(wrong))
        except Exception:       # pylint: disable=broad-except
            lines = traceback.format_exc().strip().splitlines()
            print(*('# ' + line for line in lines), sep='\n')
            found = bench.Verdict('error', lines[-1])
        return None, (found,) * len(self.names)

    def advance(self, there):
        if not inspect.isgeneratorfunction(self.function):
            return None, self.verdicts(self.function(there))
        if self.running is None:
            self.running = self.function(there)
        try:
            return next(self.running), None
        except StopIteration as end:
            return None, self.verdicts(end.value)

    def verdicts(self, found):
        if isinstance(found, bench.Verdict):
            found = (found,)
        if len(found) != len(self.names):
            raise ValueError('%d verdicts for %s' % (len(found), self.names))
        return found


class Teller:
    """Prints results in the order of the table, as soon as they can be."""

    def __init__(self, subject):
        self.subject = subject
        self.lines = table()
        self.order = list(self.lines)
        self.results = {}
        self.told = 0
        self.failures = 0

    def start(self):
        print('TAP version 13\n1..%d' % len(self.order), flush=True)

    def take(self, names, verdicts):
        self.results.update(zip(names, verdicts))
        while (self.told < len(self.order) and
               self.order[self.told] in self.results):
            self.tell(self.order[self.told])

    def tell(self, name):
        self.told += 1
        line, found = self.lines[name], self.results[name]
        expected = line[self.subject]
        good = found.word == expected
        self.failures += not good
        more = (' instead of ' + expected if not good else
                '' if found.word == 'pass' else ', as expected')
        print('%sok %d - %s %s: %s%s' % ('' if good else 'not ', self.told,
                                         name, line['title'], found.word,
                                         more))
        print('# row %s %s %s %s' % (name, self.subject, found.word,
                                     ' '.join(found.text.split())), flush=True)


def run_phase(there, teller, phase):
    """Run a phase's rows; where options stand still, others go on meanwhile."""
    tasks = [Task(names, function) for where, names, function in ROWS
             if where == phase]
    if phase in ('plain', 'short'):
        run_together(there, teller, tasks)
    else:
        for task in tasks:
            run_together(there, teller, [task])


def run_together(there, teller, ready):
    count = itertools.count()
    asleep = []
    while ready or asleep:
        if asleep and (not ready or asleep[0][0] <= time.monotonic()):
            due, _, task = heapq.heappop(asleep)
            time.sleep(max(0, due - time.monotonic()))
        else:
            task = ready.pop(0)
        begun = time.monotonic()
        pause, verdicts = task.step(there)
        took = time.monotonic() - begun
        if took > SLOW:
            print('# %s took %.1f s' % (' '.join(task.names), took))
        if verdicts is None:
            heapq.heappush(asleep, (time.monotonic() + pause, next(count),
                                    task))
        else:
            there.results.update(zip(task.names, verdicts))
            teller.take(task.names, verdicts)
