#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Random packets through a gateway, against a model of what it has to do.

main.py count
main.py run SEED STEPS NATCTL c1=NS c2=NS gw=NS rt=NS

Prints a line "ok TEXT" or "not ok TEXT" for each phase; lines with "#" tell of a
failure what was expected, what was seen and which steps led there. The same
seed makes the same steps, as far as they do not depend on the ports that the
gateway chooses and on time.
"""

import os
import random
import sys
import time
import traceback

import net
from control import HOLDS, VALUES, Control
from driver import Driver, Failure, Stall
from play import Play
from router import ANSWER_LATEST, Router
from table import AD, APD
from wire import TCP, UDP

EVERYTHING = ' '.join('%s on' % name for name in VALUES
                      if name.startswith('proto-'))
EVIDENT = {'tcp-opening': 240, 'tcp-closing': 240}
TIMES = ['tcp-opening', 'tcp-established', 'tcp-closing', 'udp', 'icmp',
         'other']
HABITS = ['unsolicited', 'midstream', 'refusal', 'mss', 'unique-ip-id',
          'inbound-refresh', 'port-parity', 'port-class', 'fastpath']
PROTOCOLS = [name for name in VALUES if name.startswith('proto-')]
FEW = list(range(40000, 40020))
WEIGHTS = {'new': 24, 'again': 22, 'reply': 26, 'error_in': 8, 'error_out': 6,
           'probe': 8, 'strange': 3, 'service': 1, 'malformed': 2}
ON = {name: 'on' for name in PROTOCOLS}
AGED = {'tcp-mapping': AD, 'udp-mapping': AD, 'tcp-filtering': AD,
        'udp-filtering': AD, 'hairpin': 'off'}
# A flow is left to end by itself, or flushed, before its time-out comes near.
ROOM, MOST_FLOWS = 5.0, 250
CONTROLS_EVERY = 60
# Where there are no flows, most kinds of packets have nothing to be about.
TRIES = 200


class Phase:
    """What a part of the run is about."""

    def __init__(self, name, profile, options=None, knobs=(), also=(),
                 weights=None, few=False, jumps=0):
        self.name, self.profile, self.options = name, profile, options or {}
        self.knobs, self.also, self.few = list(knobs), list(also), few
        self.weights = dict(WEIGHTS, **(weights or {}))
        self.jumps = jumps


TURN = {'turn': 12}
PHASES = [
    Phase('profile aws as it comes', 'aws', knobs=TIMES, jumps=1),
    Phase('profile aws with every protocol', 'aws', ON,
          HABITS + PROTOCOLS + TIMES),
    Phase('several addresses and rules', 'aws', ON, HABITS + ['spill'],
          ['address', 'rule', 'address', 'rule']),
    Phase('profile rfc as it comes', 'rfc', knobs=TIMES, weights=TURN,
          jumps=1),
    Phase('profile rfc, filtering by address', 'rfc',
          {'tcp-filtering': AD, 'udp-filtering': AD}, HABITS + TIMES,
          ['rule'], TURN),
    Phase('profile rfc, filtering by address and port', 'rfc',
          {'tcp-filtering': APD, 'udp-filtering': APD, 'syn-answer': 'off'},
          HABITS, ['address'], TURN, jumps=1),
    Phase('mapping and filtering by address', 'aws', dict(ON, **AGED),
          HABITS, ['rule']),
    Phase('few ports', 'aws',
          dict(ON, **{name: 600 for name in HOLDS}),
          ['refusal', 'spill', 'port-parity'], ['address', 'remake'], {'new': 40}, few=True),
    Phase('limits', 'aws', ON,
          ['max-flows', 'client-flows', 'client-ports', 'client-opening',
           'fair-share', 'refusal', 'tcp-mapping', 'udp-mapping'],
          weights={'new': 40}),
    Phase('everything changes', 'rfc', {'syn-answer': 'off'},
          [name for name in VALUES if name not in (
              'max-flows', 'client-flows', 'client-ports', 'client-opening')],
          ['rule', 'address'], TURN, jumps=1),
]


class Run:

    def __init__(self, seed, steps, program, names):
        self.seed, self.steps = seed, steps
        # A smaller number finds the very step that a counter differs after.
        self.checks = int(os.environ.get('PROPERTY_CHECKS', '100'))
        self.names = names
        self.rng = random.Random()
        network = net.Network(names)
        self.gateway = Router()
        natctl = net.Natctl(program, names['gw'])
        self.driver = Driver(network, natctl, self.gateway)
        self.play = Play(self.gateway, self.rng)
        self.control = Control(self.driver, self.play, self.rng)
        network.serve('udp', 40003)
        network.serve('tcp', 40004)
        self.gateway.host_ports = {UDP: [40003], TCP: [40004]}
        self.stalls = 0

    # Phases

    def prepare(self, phase):
        """A gateway without a past."""
        self.driver.wait_answers()
        self.control.renew(phase.profile, phase.options)
        self.reserve(phase.few)

    def reserve(self, few):
        """Leave few ports for the gateway's clients, or all of them."""
        text = '1024-%d,%d-65535\n' % (FEW[0] - 1, FEW[-1] + 1) if few \
            else '\n'
        with net.Inside(self.names['gw']), open(
                '/proc/sys/net/ipv4/ip_local_reserved_ports', 'w',
                encoding='ascii') as file:
            file.write(text)
        self.gateway.few = FEW if few else None

    def phase(self, phase, number, steps):
        self.prepare(phase)
        jumps = [steps * (i + 1) // (phase.jumps + 1)
                 for i in range(phase.jumps)]
        due = 0.0
        for step in range(steps):
            self.rng.seed('%s %d %d' % (self.seed, number, step))
            try:
                if time.monotonic() > due:
                    due = self.look_ahead()
                if step in jumps:
                    self.control.jump()
                self.step(phase, step)
            except Stall:
                self.stalls += 1
                self.recover()
        self.control.check()

    def look_ahead(self):
        """Have no flow near its time-out for some seconds to come."""
        now = time.monotonic()
        self.gateway.now = now
        if self.gateway.horizon() < now + 2 * ROOM:
            self.control.flush('all')
        return now + ROOM / 2

    def recover(self):
        """After a stall nobody knows which flows live; begin anew."""
        gateway = self.gateway
        self.driver.natctl.show('flow flush all')
        # Answers that were to come late may be among what has come.
        self.driver.awaited(self.driver.network.collect(1, 0.5))
        for flow in list(gateway.flows.values()):
            gateway.end(flow, 'flushed')
        self.control.learn_counters()

    def forget(self):
        """After a failure: what is still to come belongs to the past. The
        next phase begins with another gateway."""
        time.sleep(ANSWER_LATEST if self.gateway.waiting else 0)
        self.gateway.waiting = []
        self.driver.natctl.show('flow flush all')
        self.driver.network.collect(1, 0.5)
        self.gateway.reset()

    # Steps

    def step(self, phase, step):
        play = self.play
        if step % self.checks == self.checks - 1:
            self.control.check()
        if len(self.gateway.flows) > MOST_FLOWS:
            self.control.flush_some()
        if play.chance(1 / CONTROLS_EVERY):
            self.turn_something(phase)
        for _ in range(TRIES):
            stimulus = getattr(play, play.weighted(phase.weights))()
            if not stimulus:
                continue
            play.mishap(stimulus)
            if self.driver.packet(stimulus):
                return
        raise self.driver.failure(
            'no step was found that the model is sure of', [], [])

    def turn_something(self, phase):
        choices = ['flush_some'] + phase.also
        if phase.knobs:
            choices += ['knob', 'knob']
        choice = self.play.pick(choices)
        if choice == 'knob':
            self.control.knob(phase.knobs)
        else:
            getattr(self.control, choice)()

    def report(self, phase, error):
        print('not ok', phase.name)
        print('# seed %s, %d steps in all; %s' % (
            self.seed, self.steps, phase.name))
        if not isinstance(error, Failure):
            # What came was so odd that the model could not even compare it.
            error = '%s\n%s' % (traceback.format_exc().strip(),
                                self.driver.failure('', [], []))
        for line in str(error).split('\n'):
            print('# ' + line)

    def whole(self):
        failed = False
        for number, phase in enumerate(PHASES):
            start = time.monotonic()
            first = self.driver.steps
            try:
                self.phase(phase, number, self.steps // len(PHASES))
                print('ok', phase.name)
            except Exception as error:
                failed = True
                self.report(phase, error)
                self.forget()
            took = time.monotonic() - start
            steps = self.driver.steps - first
            print('# %d steps, %.1f s, %.0f a second; %d not tried, '
                  '%d stalls' % (steps, took, steps / took,
                                 self.driver.unsure, self.stalls))
            sys.stdout.flush()
        return failed


def main():
    if sys.argv[1] == 'count':
        print(len(PHASES))
        return 0
    seed, steps, program = sys.argv[2:5]
    names = dict(word.split('=') for word in sys.argv[5:])
    # Where it is sent, a packet is handled before anything else happens.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print('# PROPERTY_SEED=%s PROPERTY_STEPS=%s' % (seed, steps))
    sys.stdout.flush()
    return Run(seed, int(steps), program, names).whole()


if __name__ == '__main__':
    sys.exit(main())
