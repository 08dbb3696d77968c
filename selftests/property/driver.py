# SPDX-License-Identifier: GPL-2.0
"""Sends a packet, sees what comes of it, and compares that with the model."""

import collections
import time

import wire
from router import ANSWER_DELAY, ANSWER_LATEST, WAN_MTU
from table import MARGIN, Wrong
from tcpstate import Unsure
from wire import Packet, text_of

# An answer may be early by as much as the guest's clock lags.
EARLY = 0.3
# Late is only what was looked for so often: the guest may have stood still for a
# while, and then the clock alone says nothing.
LOOKS = 10
# Steps that are shown after a failure; more where the one at fault is not known
SHOWN, SHOWN_ALL = 12, 120


class Failure(Exception):
    """The gateway and the model disagree."""


class Stall(Exception):
    """The machine was busy with something else for too long: nobody knows
    whether a time-out has passed meanwhile."""


def describe(place, data):
    if isinstance(data, tuple):
        host, port, text = data
        return '%s: %s %d %d bytes' % (place, text_of(host), port, len(text))
    return '%s: %s\n        %s' % (place, Packet.parse(data), data[:160].hex())


class Driver:

    def __init__(self, network, natctl, gateway):
        self.network, self.natctl, self.gateway = network, natctl, gateway
        self.log = collections.deque(maxlen=SHOWN_ALL)
        self.steps = self.unsure = 0
        # Asked after a failure, for what else can be told
        self.more = lambda: []
        # Identifications seen last: by source, destination, protocol
        self.numbers = {}

    def packet(self, stimulus):
        """One step. False where the model does not know what has to come."""
        gateway, outcome = self.gateway, None
        gateway.now = before = time.monotonic()
        if stimulus.whole:
            gateway.pieces = stimulus.size
            try:
                outcome = gateway.arrive(stimulus.place, stimulus.packet)
            except Unsure:
                self.unsure += 1
                return False
        if stimulus.place == 'wan' and not stimulus.size and \
                len(stimulus.packet) > WAN_MTU:
            return False
        self.log.append((self.steps, str_later(stimulus)))
        self.steps += 1
        for frame in stimulus.frames():
            self.network.places[stimulus.place].send(frame)
        self.judge(outcome)
        if time.monotonic() - before > MARGIN * 0.75:
            raise Stall
        return True

    def judge(self, outcome):
        """What the packet brought about, and nothing else."""
        outputs = outcome.outputs if outcome else []
        if outcome:
            self.commit(outcome)
        number = sum(map(parts, outputs))
        seen = self.awaited(self.network.collect(number))
        if len(seen) < number:
            seen += self.awaited(self.network.collect(number - len(seen)))
        self.gateway.stamp(time.monotonic())
        try:
            left = self.match(outcome, outputs, seen)
        except Wrong as error:
            raise self.failure(str(error), outputs, seen) from None
        if left:
            raise self.failure('not expected: %s' % '\n    '.join(
                describe(*entry) for entry in left), outputs, seen)
        self.overdue()

    def commit(self, outcome):
        for name, number in outcome.counts:
            self.gateway.count(name, number)
        for act in outcome.acts:
            act()

    def match(self, outcome, outputs, seen):
        """Compare; returns what was seen and not expected."""
        by_place = {}
        for place, data in seen:
            by_place.setdefault(place, []).append(data)
        for output in outputs:
            came = by_place.get(output.place, [])
            number = parts(output)
            if len(came) < number:
                raise Wrong('%d packets missing at %s' % (
                    number - len(came), output.place))
            self.compare(outcome, output, came[:number])
            del came[:number]
        return [(place, data) for place, came in by_place.items()
                for data in came]

    def compare(self, outcome, output, came):
        if output.place == 'host':
            if came[0] != output.make():
                raise Wrong('the service got %r instead of %r' % (
                    came[0], output.make()))
            return
        first = Packet.parse(came[0])
        if output.learn:
            flow, external, pinned = outcome.new
            port = (first.ports() or (0, 0))[0] if len(first.body) >= 4 and \
                first.ports() else 0
            self.gateway.learn(flow, external, pinned, first.src, port)
        wanted = output.make()
        if output.free:
            wanted = self.fill(wanted, first, output.free)
        wanted = wire.fragments(wanted, output.size) if output.size \
            else [wanted]
        for one, data in zip(wanted, came):
            if one.data() != data:
                raise Wrong('at %s\n    wanted %s\n    seen   %s' % (
                    output.place, describe(output.place, one.data()),
                    describe(output.place, data)))

    def fill(self, wanted, came, free):
        """Take over the fields that are the sender's choice."""
        if 'unique' in free:
            self.check_number(came)
            return wanted.copy(ipid=came.ipid)
        if came.tos not in (wanted.tos, 0):
            raise Wrong('an odd type of service: %#x' % came.tos)
        return wanted.copy(ipid=came.ipid, df=came.df, tos=came.tos)

    def check_number(self, came):
        """An identification must not come again soon."""
        recent = self.numbers.setdefault(
            (came.src, came.dst, came.proto), collections.deque(maxlen=100))
        if came.ipid in recent:
            raise Wrong('the identification %d was used a moment ago' %
                        came.ipid)
        recent.append(came.ipid)

    # Answers that come late

    def awaited(self, seen):
        """Without the answers that come late."""
        if not self.gateway.waiting:
            return seen
        return [entry for entry in seen if not self.late_answer(*entry)]

    def late_answer(self, place, data):
        now = time.monotonic()
        # Only a port unreachable can be one.
        if place == 'host' or data[9] != wire.ICMP or data[20:22] != b'\3\3':
            return False
        for entry in self.gateway.waiting:
            if self.gateway.silenced(entry) or \
                    entry.output.place != place or \
                    now < entry.since + ANSWER_DELAY - EARLY:
                continue
            if self.is_answer(entry.output, data):
                self.gateway.waiting.remove(entry)
                return True
        return False

    def is_answer(self, output, data):
        try:
            return self.fill(output.make(), Packet.parse(data),
                             output.free).data() == data
        except Wrong:
            return False

    def overdue(self):
        now = time.monotonic()
        for entry in list(self.gateway.waiting):
            if now < entry.since + ANSWER_LATEST:
                continue
            entry.looks += 1
            if entry.looks < LOOKS and not entry.withdrawn:
                continue
            self.gateway.waiting.remove(entry)
            if not entry.withdrawn:
                raise self.failure('no answer after six seconds to %s' %
                                   entry.pkt, [], [])

    def wait_answers(self):
        """Until nothing is to be said about unsolicited SYNs any more."""
        while self.gateway.waiting:
            seen = self.network.collect(1, 0.5)
            left = [e for e in seen if not self.late_answer(*e)]
            if left:
                raise self.failure('not expected', [], left)
            self.overdue()

    # What is shown when they disagree

    def note(self, text):
        """A step that is no packet."""
        self.log.append((self.steps, text))
        self.steps += 1

    def failure(self, why, outputs, seen, shown=SHOWN):
        lines = [why, 'expected:']
        for output in outputs:
            wanted = output.make()
            lines.append('    %s: %s' % (output.place, wanted))
        lines.append('seen:')
        lines += ['    ' + describe(*entry) for entry in seen]
        lines += self.more()
        lines.append('the last steps:')
        lines += ['    %d %s' % entry for entry in list(self.log)[-shown:]]
        return Failure('\n'.join(lines))


def str_later(stimulus):
    """Words cost time; they are needed only after a failure."""
    class Later:
        def __str__(self):
            return str(stimulus)
    return Later()


def parts(output):
    """How many packets an output comes in."""
    if not output.size:
        return 1
    return -(-len(output.make().body) // output.size) or 1
