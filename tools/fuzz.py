#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Random command lines, save files and records for a natctl that was built with
sanitizers; nothing of it needs the module.

    fuzz.py NATCTL SEED COUNT

Words come from natctl's own completion, values from a list; some are then spoilt.
Each run has to end with one of the documented statuses, a refusal says why in few
lines on standard error, and no sanitizer has anything to report.
"""

import os
import random
import subprocess
import sys
import tempfile

STATUSES = (0, 1, 2, 3)
LINES = 60
TIMEOUT = 20
VALUES = ['0', '1', '53', '350', '65535', '65536', '4294967295', '4294967296',
          '-1', '10.0.0.0/16', '10.0.1.2', '10.0.0.1/33', '10.0.0.0/0',
          '203.0.113.10', '198.51.100.10', '300.1.1.1', 'g', 'lo', 'nat0', 'x' * 40,
          '', 'tcp', 'udp', 'any', 'on', 'off', '80-443', '443-80', '1h30m', 'now',
          '2026-11-24T18:00:00Z', '2026-02-30', '%s%n', '\\', '"', '{', '\xff',
          '10.0.0.0/16,10.1.0.0/16', '9' * 400, 'help', '--', '-j', '/dev/null']
# They go on until they are interrupted, or look at this host.
ENDLESS = {'monitor', 'log', 'top', 'doctor', 'follow'}
RECORDS = [
    '{"event":"end","time":"2026-11-24T18:00:00.123456Z","gateway":"g",'
    '"proto":"tcp","src":"10.0.1.2","sport":4000,"dst":"198.51.100.10",'
    '"dport":443,"wire-ip":"203.0.113.10","wire-port":51000,'
    '"start":"2026-11-24T17:00:00Z","packets-out":10,"bytes-out":1000}',
    '{"event":"start","time":"2026-11-24T17:00:00Z","gateway":"g","proto":"udp",'
    '"src":"10.0.1.3","sport":1,"dst":"198.51.100.10","dport":53,'
    '"wire-ip":"203.0.113.10","wire-port":52000}',
    '{"event":"lost","time":"2026-11-24T17:00:00Z","starts":3,"ends":1}',
    '[]', '{}', 'null', '2 - eni - 10.0.1.2 198.51.100.10 1 2 6 1 40 1 2 ACCEPT OK',
]


class Wrong(Exception):
    """natctl did what it must not do."""


class Fuzz:
    def __init__(self, natctl, seed, folder):
        self.natctl, self.folder = natctl, folder
        self.rng = random.Random(seed)
        self.known = {}
        self.runs = 0
        self.environment = dict(
            os.environ, LC_ALL='C', HOME=folder,
            ASAN_OPTIONS='exitcode=99:detect_leaks=0',
            UBSAN_OPTIONS='halt_on_error=1:exitcode=99:print_stacktrace=1')

    def run(self, words, text=b''):
        """Run natctl once; its standard output."""
        words = [word.replace('\0', '') for word in words]
        self.runs += 1
        try:
            done = subprocess.run(
                [self.natctl] + [word.encode('latin-1') for word in words],
                input=text, capture_output=True, timeout=TIMEOUT, check=False,
                env=self.environment)
        except subprocess.TimeoutExpired:
            raise Wrong('%r does not end' % words) from None
        error = done.stderr.decode('latin-1')
        if done.returncode not in STATUSES or 'Sanitizer' in error or \
                'runtime error' in error:
            raise Wrong('%r ends with %d:\n%s\nits input:\n%r' % (
                words, done.returncode, error, text[:4000]))
        if done.returncode and not error and not done.stdout:
            raise Wrong('%r fails and does not say why' % words)
        if error.count('\n') > LINES + text.count(b'\n'):
            raise Wrong('%r says too much:\n%s' % (words, error))
        return done.stdout

    def offered(self, words):
        """What natctl says may come next."""
        key = tuple(words)
        if key not in self.known:
            answer = self.run(['__complete'] + words + [''])
            self.known[key] = answer.decode('latin-1').split('\n')[:-1]
        return self.known[key]

    def value(self):
        return self.rng.choice(VALUES)

    def line(self, begin=()):
        """A command line, mostly one that natctl may take."""
        words = list(begin)
        for _ in range(self.rng.randrange(1, 12)):
            offered = self.offered(words[:6]) if len(words) < 6 else []
            offered = [word for word in offered if word not in ENDLESS]
            words.append(self.rng.choice(offered)
                         if offered and self.rng.random() < 0.75
                         else self.value())
        return [word for word in words if word not in ENDLESS]

    def spoil(self, words):
        rng = self.rng
        for _ in range(rng.choice([0, 0, 1, 2])):
            at = rng.randrange(len(words) + 1)
            choice = rng.randrange(4)
            if choice == 0:
                words.insert(at, self.value())
            elif words and choice == 1:
                words.pop(at % len(words))
            elif words and choice == 2:
                words[at % len(words)] = words[at % len(words)][:-1]
            elif words:
                words.append(words[at % len(words)])
        return [word for word in words if word not in ENDLESS]

    def scribble(self, text):
        data = bytearray(text)
        for _ in range(self.rng.choice([0, 0, 1, 3, 20])):
            if data:
                data[self.rng.randrange(len(data))] = self.rng.choice(
                    b'\0\n"{}[],:0\\\xff' + bytes([self.rng.randrange(256)]))
        if self.rng.random() < 0.1:
            data = data[:self.rng.randrange(len(data) + 1)]
        return bytes(data)

    def saved(self):
        """A file of commands, as "natctl save" writes it."""
        begins = [('gateway', 'add'), ('gateway', 'set'), ('rule', 'add'),
                  ('address', 'add'), ('label', 'set'), ()]
        lines = [' '.join(self.spoil(self.line(self.rng.choice(begins))))
                 for _ in range(self.rng.randrange(12))]
        lines += self.rng.sample(['# x', '', '"', 'gateway add g \\'], 2)
        return self.scribble('\n'.join(lines).encode('latin-1') + b'\n')

    def records(self):
        lines = [self.rng.choice(RECORDS) for _ in range(self.rng.randrange(8))]
        return self.scribble('\n'.join(lines).encode() + b'\n')

    def who(self):
        words = ['who', self.rng.choice(['203.0.113.10', '203.0.113.99']), 'port',
                 self.rng.choice(['51000', '52000', '0', '65536']), 'proto',
                 self.rng.choice(['tcp', 'udp', '6', 'x']), 'at',
                 self.rng.choice(['2026-11-24T17:30:00Z', 'now', '0', 'x'])]
        return self.spoil(words) if self.rng.random() < 0.3 else words

    def file(self, text):
        path = os.path.join(self.folder, 'file')
        with open(path, 'wb') as file:
            file.write(text)
        return path

    def step(self):
        choice = self.rng.randrange(10)
        if choice < 5:
            self.run(self.spoil(self.line()))
        elif choice == 5:
            self.run(['__complete'] + self.spoil(self.line()))
        elif choice == 6:
            self.run(['-b', '-'] + self.rng.choice([[], ['--force']]),
                     self.saved())
        elif choice == 7:
            self.run(['restore', self.file(self.saved())])
        elif choice == 8:
            self.run(['restore'], self.saved())
        else:
            self.run(self.who() + ['in', self.file(self.records())])


def main():
    with tempfile.TemporaryDirectory() as folder:
        fuzz = Fuzz(sys.argv[1], int(sys.argv[2]), folder)
        try:
            for _ in range(int(sys.argv[3])):
                fuzz.step()
        except Wrong as error:
            sys.exit('seed %s, run %d: %s' % (sys.argv[2], fuzz.runs, error))
        print('%d runs' % fuzz.runs)


if __name__ == '__main__':
    main()
