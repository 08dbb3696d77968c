#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Random requests to natgw, made from its netlink specification and spoilt.

    fuzz_netlink.py ROLE SEED COUNT

ROLE is admin (who may change things; what is refused must change nothing), nobody
(all that is for admins is refused with EPERM) or own (an admin who is not to be
judged). What is found wrong is printed with the requests that were sent last, and
the exit status is 1 then. What requests have is in fuzz/spec-gen.json ("make gen").
"""

import collections
import errno
import json
import os
import random
import socket
import struct
import sys

from netlink_strict import (NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE,
                            NLMSG_ERROR, Netlink, attr)

NLM_F_ECHO, NLM_F_DUMP_FILTERED = 0x08, 0x20
NLA_F_NESTED, NLA_F_NET = 0x8000, 0x4000
BARRIER = 0x7fffffff
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
SIZES = {'u8': 1, 'u16': 2, 'u32': 4, 'u64': 8}
NUMBERS = [0, 1, 2, 3, 6, 17, 24, 32, 33, 64, 255, 350, 65535, 1 << 31,
           (1 << 32) - 1, (1 << 64) - 1]
ADDRESSES = ['203.0.113.10', '203.0.113.11', '203.0.113.12', '10.0.0.0',
             '10.0.1.0', '10.0.1.2', '198.51.100.10', '0.0.0.0',
             '255.255.255.255', '224.0.0.1']
NAMES = ['g', 'h', 'i', 'ext', 'in1', 'nobody', '', 'a' * 31, 'a' * 32,
         'g\0g', '\xff', '../g', 'g ']
# What shows all that requests can change
SHOWN = ['gateway-get', 'address-get', 'rule-get', 'label-get', 'fence-get']
COMPARE = 0.25


class Wrong(Exception):
    """The kernel did what it must not do."""


class Spec:
    def __init__(self, path):
        with open(path, encoding='ascii') as file:
            spec = json.load(file)
        self.sets = spec['sets']
        self.operations = spec['operations']
        self.numbers = {op['name']: op['number'] for op in self.operations}


class Maker:
    """Makes requests up."""

    def __init__(self, spec, rng):
        self.spec, self.rng = spec, rng

    def chance(self, share):
        return self.rng.random() < share

    def value(self, entry):
        rng, kind = self.rng, entry['type']
        if kind in SIZES:
            if kind == 'u32' and self.chance(entry['address']):
                return socket.inet_aton(rng.choice(ADDRESSES))
            number = rng.choice(NUMBERS) if self.chance(0.5) \
                else rng.randrange(4)
            return (number & ((1 << 8 * SIZES[kind]) - 1)).to_bytes(
                SIZES[kind], sys.byteorder)
        if kind == 'string':
            name = rng.choice(NAMES[:5] if self.chance(0.8) else NAMES)
            return name.encode('latin-1') + b'\0'
        if kind == 'nest':
            return self.prefix() if entry['nested'] == 'prefix' and \
                self.chance(0.8) else self.some(entry['nested'], 0.3)
        return b''

    def prefix(self):
        length = self.rng.choice([8, 16, 24, 32])
        base = bytearray(socket.inet_aton(self.rng.choice(ADDRESSES[:7])))
        base[length // 8:] = bytes(4 - length // 8)
        return attr(1, bytes(base)) + attr(2, bytes([length]))

    def attribute(self, entry):
        flag = NLA_F_NESTED if entry['type'] == 'nest' else 0
        return attr(entry['number'] | flag, self.value(entry))

    def some(self, name, share):
        """Some attributes of a set."""
        return b''.join(self.attribute(entry) for entry in self.spec.sets[name]
                        if self.chance(share))

    def wanted(self, op):
        """The attributes that an operation takes, most of them."""
        return b''.join(
            self.attribute(entry) for entry in self.spec.sets[op['set']]
            if entry['number'] in op['takes'] and
            self.chance(0.9 if entry['number'] in op['takes'][:4] else 0.2))

    # How payloads are spoilt

    def cut(self, data):
        return data[:self.rng.randrange(len(data) + 1)]

    def scribble(self, data):
        data = bytearray(data)
        for _ in range(self.rng.randrange(1, 5)):
            if data:
                data[self.rng.randrange(len(data))] = self.rng.choice(
                    [0, 1, 4, 127, 128, 255, self.rng.randrange(256)])
        return bytes(data)

    def twice(self, data):
        return data + data

    def unknown(self, data):
        return data + attr(self.rng.choice([0, 60, 200, 0x3fff, 0x4001, 0xffff]),
                           self.rng.randbytes(self.rng.randrange(9)))

    def liar(self, data):
        return data + attr(self.rng.randrange(1, 12), b'\1\0\0\0',
                           self.rng.choice([0, 1, 3, 5, 64, 0xffff]))

    def deep(self, data):
        inner = attr(1, bytes(4))
        for _ in range(self.rng.choice([2, 10, 200])):
            inner = attr(self.rng.randrange(1, 12) | NLA_F_NESTED, inner)
        return data + inner

    def huge(self, data):
        size = self.rng.choice([1000, 30000, 60000])
        filler = self.rng.choice([
            attr(self.rng.randrange(1, 12), bytes(size)),
            attr(8 | NLA_F_NESTED, self.prefix()) * (size // 24),
            attr(200, b'') * (size // 4)])
        return data + filler[:60000]

    def trailing(self, data):
        return data + bytes(self.rng.randrange(1, 4))

    def foreign(self, data):
        return data + self.some(self.rng.choice(list(self.spec.sets)), 0.2)

    def rubbish(self, _):
        return self.rng.randbytes(self.rng.randrange(200))

    def flags(self, data):
        """The flags of the first attribute's type, which a request may not use
        as it likes."""
        if len(data) < 4:
            return data
        return data[:3] + bytes([data[3] ^ self.rng.choice([0x40, 0x80, 0xc0])]) \
            + data[4:]

    def request(self):
        """Command, payload, flags, version and so on of a request."""
        rng = self.rng
        op = rng.choice(self.spec.operations)
        data = self.wanted(op)
        for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
            data = rng.choice([
                self.cut, self.scribble, self.scribble, self.twice,
                self.unknown, self.liar, self.deep, self.trailing,
                self.foreign, self.rubbish, self.flags, self.huge])(data)[:64000]
        head = {'command': op['number'], 'version': 1, 'reserved': 0,
                'flags': NLM_F_ACK, 'length': None}
        if op['dumps'] and self.chance(0.4):
            head['flags'] = NLM_F_DUMP
        if self.chance(0.1):
            head[rng.choice(['command', 'version', 'reserved'])] = \
                rng.randrange(256)
        if self.chance(0.1):
            head['flags'] = rng.randrange(0x10000)
        if self.chance(0.02):
            head['length'] = rng.choice([0, 15, 16, 17, 19, 20, 1 << 31])
        return head, data


def unclear(flags):
    """Whether generic netlink knows no meaning for some of these flags."""
    if flags & NLM_F_DUMP == NLM_F_DUMP:
        flags &= ~NLM_F_DUMP
    return flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO)


class Session:
    """Sends requests, and judges what comes back."""

    def __init__(self, role, seed, path):
        self.role = role
        self.rng = random.Random(seed)
        self.spec = Spec(path)
        self.maker = Maker(self.spec, self.rng)
        netlink = Netlink()
        self.sock, self.family = netlink.sock, netlink.family
        self.admin = {op['number'] for op in self.spec.operations
                      if op['admin']}
        self.changing = {op['number'] for op in self.spec.operations
                         if op['name'].rsplit('-', 1)[1] in
                         ('new', 'set', 'del')}
        self.since = collections.deque(maxlen=40)
        self.sequence = 0
        self.codes = collections.Counter()
        self.known = self.shown() if role == 'admin' else None

    def transmit(self, family, head, data, sequence, length=None):
        body = struct.pack('=BBH', head['command'], head['version'],
                           head['reserved']) + data
        size = 16 + len(body) if length is None else length
        self.sock.send(struct.pack('=IHHII', size, family,
                                   NLM_F_REQUEST | head['flags'], sequence,
                                   0) + body)

    def receive(self, sequence):
        """The messages that answer until an error or an end of that number;
        the error, or None. The end of a list may be late, and another request's
        then."""
        wanted = self.sequence if sequence == BARRIER else sequence
        answers = []
        while True:
            data = self.sock.recv(1 << 18)
            while len(data) >= 16:
                length, kind, _, number = struct.unpack('=IHHI', data[:12])
                message, data = data[16:length], data[(length + 3) & ~3:]
                ends = kind in (NLMSG_ERROR, NLMSG_DONE)
                if ends and number == sequence:
                    return answers, -struct.unpack('=i', message[:4])[0]
                if number == wanted:
                    answers.append(-struct.unpack('=i', message[:4])[0]
                                   if ends else message)

    def barrier(self):
        """All that the kernel had to say before this."""
        self.transmit(GENL_ID_CTRL,
                      {'command': CTRL_CMD_GETFAMILY, 'version': 1,
                       'reserved': 0, 'flags': NLM_F_ACK},
                      attr(2, b'natgw\0'), BARRIER)
        return self.receive(BARRIER)[0]

    def ask(self, head, data):
        """The answers of a request, and its error; None where it has none."""
        self.sequence += 1
        self.transmit(self.family, head, data, self.sequence, head['length'])
        if head['length'] is None and head['flags'] in (NLM_F_ACK, NLM_F_DUMP):
            return self.receive(self.sequence)
        answers = self.barrier()
        errors = [entry for entry in answers if isinstance(entry, int)]
        return [entry for entry in answers if isinstance(entry, bytes)], \
            errors[-1] if errors else None

    def shown(self):
        """All that is configured, as dumps have it."""
        found = []
        for name in SHOWN:
            self.transmit(self.family,
                          {'command': self.spec.numbers[name], 'version': 1,
                           'reserved': 0, 'flags': NLM_F_DUMP}, b'', 1)
            found += self.receive(1)[0]
        return found

    def judge(self, head, answers, code):
        command = head['command']
        if self.role == 'nobody' and command in self.admin:
            refused = {errno.EPERM, errno.EOPNOTSUPP}
            # What is no request of generic netlink at all, it refuses itself,
            # before it looks at who asks.
            if head['reserved'] or unclear(head['flags']):
                refused.add(errno.EINVAL)
            if head['length'] is not None:
                refused |= {errno.EINVAL, None}
            if code not in refused or answers:
                raise Wrong('nobody is told %s' % errno.errorcode.get(code, code))
        if self.role != 'admin' or command not in self.changing:
            return
        if not code:
            self.known = self.shown()
            self.since.clear()
        elif self.maker.chance(COMPARE):
            if self.shown() != self.known:
                raise Wrong('something has changed')
            self.since.clear()

    def run(self, count):
        for _ in range(count):
            head, data = self.maker.request()
            self.since.append((head, data))
            answers, code = self.ask(head, data)
            self.codes['none' if code is None else
                       errno.errorcode.get(code, 'done')] += 1
            self.judge(head, answers, code)

    def show(self):
        for head, data in self.since:
            print('%s %s' % (head, data[:2000].hex()))


def main():
    role, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    here = os.path.dirname(os.path.abspath(__file__))
    session = Session(role, seed, here + '/fuzz/spec-gen.json')
    try:
        session.run(count)
    except (Wrong, OSError) as error:
        session.show()
        print('seed %d: %s' % (seed, error))
        sys.exit(1)
    print('%d requests: %s' % (count, ', '.join(
        '%s %d' % entry for entry in session.codes.most_common())))


if __name__ == '__main__':
    main()
