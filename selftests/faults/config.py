#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Each request to natgw, with each of the kernel's allocations for it failed in turn.

config.py count
config.py run

Runs in the namespace of a gateway host whose devices in1 and ext are taps. Prints a line "ok TEXT" or "not ok TEXT" for each request, and how many allocations
failed for it; what is wrong is told in lines with "#".
"""

import errno
import os
import struct
import sys

import natgw
from natgw import attributes, text
from netlink_strict import (ADDRESS, DEV, DST, EXEMPT, INSIDE, INSIDE_ANY, NAME,
                            OPTIONS, PREF, PROFILE, RULE_GATEWAY, UDP,
                            UDP_FILTERING, UDP_MAPPING, addr, attr, nest, u8,
                            u32)
from nth import WORDS, Nth
from tap import Tap, wire

(GATEWAY_NEW, GATEWAY_SET, GATEWAY_DEL, GATEWAY_GET, _, ADDRESS_NEW,
 ADDRESS_DEL, ADDRESS_GET, _, FLOW_GET, FLOW_FLUSH, FLOW_COUNT, _, _,
 STATS_GET, FENCE_GET, FENCE_DEL, RULE_NEW, RULE_DEL, RULE_GET, PORT_GET,
 CLIENT_GET, DROP_GET, WHY_GET, _, IDLE_GET, TOP_GET, LABEL_SET, LABEL_DEL,
 LABEL_GET, _, FLOW_NEW) = range(1, 33)

EIP, EIP2, CLIENT, SERVER = \
    '203.0.113.10', '203.0.113.11', '10.0.1.2', '198.51.100.10'
# Not a request: a packet that begins a flow
FLOWING = 'a flow'
MOST = 2000


# Attributes of addresses that differ from one time to the next
DRAIN, FLOWS_CREATED = 6, 10
# Attributes of a flow; sport and dport follow dst.
PROTO, SRC, DST_ADDR, SPORT = range(2, 6)


def prefix(kind, address, length):
    return nest(kind, addr(1, address) + u8(2, length))


def port(kind, value):
    return attr(kind, struct.pack('!H', value))


G = text(NAME, 'g')
ONE = prefix(INSIDE, '10.0.0.0', 16)
THREE = ONE + prefix(INSIDE, '10.1.0.0', 16) + prefix(INSIDE, '10.2.0.0', 16)
GATEWAY = G + text(DEV, 'ext') + nest(ADDRESS, addr(1, EIP))
ADD, ADD_THREE = (GATEWAY_NEW, GATEWAY + ONE), (GATEWAY_NEW, GATEWAY + THREE)
SET_ONE, SET_THREE = (GATEWAY_SET, G + ONE), (GATEWAY_SET, G + THREE)
DELETE = (GATEWAY_DEL, G)
# What a gateway leaves
OPEN = (FENCE_DEL, text(1, 'ext'))
SECOND = text(1, 'g') + addr(2, EIP2)
SECOND_COMES, SECOND_GOES = (ADDRESS_NEW, SECOND), (ADDRESS_DEL, SECOND)
RULE = text(RULE_GATEWAY, 'g') + u32(PREF, 5)
RULE_COMES = (RULE_NEW, RULE + prefix(DST, '192.0.2.0', 24) + attr(EXEMPT, b''))
RULE_GOES = (RULE_DEL, RULE)
LABEL = prefix(1, '10.0.1.0', 24)
OFFICE, LAB = (LABEL_SET, LABEL + text(2, 'office')), \
    (LABEL_SET, LABEL + text(2, 'lab'))
LABEL_GOES = (LABEL_DEL, LABEL)
FLOW = u8(PROTO, wire.UDP) + addr(SRC, CLIENT) + addr(DST_ADDR, SERVER) + \
    port(SPORT, 5000) + port(SPORT + 1, 53)
# The same flow, as it can be made
REST = port(8, 40000) + u32(9, 6) + u32(11, 100)
AGAIN = G + FLOW + addr(7, EIP) + REST
# An address that drains goes when it has no flows.
ON_SECOND = (FLOW_NEW, G + FLOW + addr(7, EIP2) + REST)
MAPPED = nest(OPTIONS, u32(UDP_MAPPING, 2) + u32(UDP_FILTERING, 1))
HOST = text(1, 'g') + addr(2, CLIENT)
WHY = u8(1, wire.UDP) + addr(2, CLIENT) + port(3, 5000) + addr(4, SERVER) + \
    port(5, 53) + text(6, 'in1')


# name: the requests before it, itself, and those that undo it
CHANGES = {
    'a gateway comes': ([], ADD, [DELETE, OPEN]),
    'a gateway comes with options and several prefixes':
        ([], (GATEWAY_NEW, GATEWAY + THREE + nest(OPTIONS, u32(UDP, 5))),
         [DELETE, OPEN]),
    'a gateway goes': ([ADD], DELETE, [OPEN, ADD]),
    'a gateway with several prefixes goes':
        ([ADD_THREE], DELETE, [OPEN, ADD_THREE]),
    'a fence goes': ([ADD, DELETE], OPEN, [ADD, DELETE]),
    'a gateway gives up prefixes': ([ADD_THREE], SET_ONE, [OPEN, SET_THREE]),
    'a gateway gets prefixes': ([ADD], SET_THREE, [SET_ONE, OPEN]),
    'a gateway gets every prefix':
        ([ADD], (GATEWAY_SET, G + attr(INSIDE_ANY, b'')), [SET_ONE, OPEN]),
    'an option changes':
        ([ADD], (GATEWAY_SET, G + nest(OPTIONS, u32(UDP, 5))),
         [(GATEWAY_SET, G + nest(OPTIONS, u32(UDP, 350)))]),
    'a profile changes': ([ADD], (GATEWAY_SET, G + u32(PROFILE, 1)),
                          [(GATEWAY_SET, G + u32(PROFILE, 0))]),
    'an address comes': ([ADD], SECOND_COMES, [SECOND_GOES]),
    'an address goes': ([ADD, SECOND_COMES], SECOND_GOES, [SECOND_COMES]),
    'an address begins to drain':
        ([ADD, SECOND_COMES, ON_SECOND],
         (ADDRESS_DEL, SECOND + u32(DRAIN, 1000)),
         [SECOND_GOES, SECOND_COMES, ON_SECOND]),
    'a rule comes': ([ADD], RULE_COMES, [RULE_GOES]),
    'a rule goes': ([ADD, RULE_COMES], RULE_GOES, [RULE_COMES]),
    'a label comes': ([], OFFICE, [LABEL_GOES]),
    'a label changes': ([OFFICE], LAB, [OFFICE]),
    'a label goes': ([OFFICE], LABEL_GOES, [OFFICE]),
    'a flow comes again': ([ADD], (FLOW_NEW, AGAIN), [(FLOW_FLUSH, b'')]),
    'a flow comes again with its mapping':
        ([ADD, (GATEWAY_SET, G + MAPPED)], (FLOW_NEW, AGAIN + attr(30, b'')),
         [(FLOW_FLUSH, b'')]),
    'flows are flushed': ([ADD, FLOWING], (FLOW_FLUSH, b''), [FLOWING]),
}
# name: the request, and whether it is a dump
QUESTIONS = {
    'a gateway is shown': (GATEWAY_GET, G, False),
    'gateways are shown': (GATEWAY_GET, b'', True),
    'an address is shown': (ADDRESS_GET, text(1, 'g') + addr(2, EIP), False),
    'addresses are shown': (ADDRESS_GET, b'', True),
    'a flow is shown': (FLOW_GET, FLOW, False),
    'flows are shown': (FLOW_GET, b'', True),
    'all that flows know is shown': (FLOW_GET, attr(28, b''), True),
    'flows are counted': (FLOW_COUNT, b'', False),
    'counters are shown': (STATS_GET, text(1, 'g'), False),
    'all counters are shown': (STATS_GET, b'', True),
    'a fence is shown': (FENCE_GET, text(1, 'ext'), False),
    'fences are shown': (FENCE_GET, b'', True),
    'a rule is shown': (RULE_GET, RULE, False),
    'rules are shown': (RULE_GET, b'', True),
    'marked ports are shown': (PORT_GET, b'', True),
    'an inside host is shown': (CLIENT_GET, HOST, False),
    'inside hosts are shown': (CLIENT_GET, b'', True),
    'drops are shown': (DROP_GET, b'', True),
    'late packets are shown': (IDLE_GET, b'', True),
    'the busiest hosts are shown': (TOP_GET, b'', False),
    'a packet is explained': (WHY_GET, WHY, False),
    'a label is shown': (LABEL_GET, LABEL, False),
    'labels are shown': (LABEL_GET, b'', True),
}


class Wrong(Exception):
    """Something is not as it has to be."""


class Host:
    """The gateway host, and what it knows of natgw."""

    def __init__(self):
        self.inside, self.uplink = Tap('in1'), Tap('ext')
        self.family = natgw.Family()
        self.socket = natgw.Socket(self.family.number)
        self.listener = natgw.Listener(self.family, 'gateway')

    def renew(self):
        """A failed request may have left an answer, or half of it, behind."""
        self.socket.close()
        self.socket = natgw.Socket(self.family.number)

    def make(self, request):
        """Something that has to work."""
        if request == FLOWING:
            self.inside.send(wire.udp(wire.address(CLIENT),
                                      wire.address(SERVER), 5000, 53).data())
            return []
        entries, error = self.socket.ask(*request)
        if error:
            raise Wrong('request %d: %s' % (request[0], os.strerror(error)))
        return entries

    def state(self):
        """All that is configured, and the number of flows"""
        state = []
        for command in (GATEWAY_GET, ADDRESS_GET, RULE_GET, FENCE_GET,
                        LABEL_GET):
            for entry in map(attributes, self.make((command, b'', True))):
                if command == ADDRESS_GET:
                    entry.pop(DRAIN, None)
                    del entry[FLOWS_CREATED]
                state.append((command, entry))
        return state

    def clear(self):
        for request in (DELETE, OPEN, LABEL_GOES):
            self.socket.ask(*request)


class Faults:

    def __init__(self, host):
        self.host, self.nth = host, Nth()
        # Whether those who listen are told of the change that is being tried
        self.told = False

    def change(self, before, request, undo):
        """Whether a request that fails leaves everything as it was."""
        host = self.host
        for step in before:
            host.make(step)
        old = host.state()
        host.listener.heard()
        host.make(request)
        self.told = host.listener.heard() > 0
        new = host.state()
        self.undo(undo, old)
        for number in range(1, MOST):
            host.listener.heard()
            failed, answer, raised = self.nth.call(number, host.socket.ask,
                                                   *request)
            error = raised.errno if raised else answer[1]
            if failed:
                host.renew()
            state = host.state()
            self.judge(number, failed, error, state, old, new)
            if state == old:
                host.make(request)
                if host.state() != new:
                    raise Wrong('%d: the next try has another outcome' % number)
            self.undo(undo, old)
            if not failed:
                return

    def judge(self, number, failed, error, state, old, new):
        if error and not (failed and error in WORDS):
            raise Wrong('%d: %s' % (number, os.strerror(error)))
        if state == new != old:
            # What was done may be all that there is no memory to tell.
            if error == errno.ENOMEM:
                raise Wrong('%d: done, and called a failure' % number)
            if self.told and self.host.listener.heard() == 0:
                raise Wrong('%d: done, and those who listen do not know' %
                            number)
        elif state != old:
            raise Wrong('%d: half done' % number)
        elif not error:
            raise Wrong('%d: not done, and called a success' % number)

    def undo(self, requests, old):
        for request in requests:
            self.host.make(request)
        if self.host.state() != old:
            raise Wrong('undone, it is not as it was')

    def question(self, *request):
        """Whether a question that fails can be asked again."""
        host = self.host
        answer, error = host.socket.ask(*request)
        if error:
            raise Wrong(os.strerror(error))
        for number in range(1, MOST):
            failed, got, raised = self.nth.call(number, host.socket.ask,
                                                *request)
            error = raised.errno if raised else got[1]
            if error and not (failed and error in WORDS):
                raise Wrong('%d: %s' % (number, os.strerror(error)))
            if not error and len(got[0]) != len(answer):
                raise Wrong('%d: a part of the answer' % number)
            if not failed:
                return
            host.renew()
            if len(host.make(request)) != len(answer):
                raise Wrong('%d: another answer the next time' % number)

    def questions(self):
        """Something to show of everything"""
        for request in (ADD, SECOND_COMES, RULE_COMES, OFFICE, SET_THREE,
                        SET_ONE, FLOWING):
            self.host.make(request)
        for name, request in QUESTIONS.items():
            self.case(name, self.question, *request)

    def case(self, name, function, *args):
        before = self.nth.failed
        try:
            function(*args)
            print('ok %s, %d failed' % (name, self.nth.failed - before))
        except Wrong as wrong:
            print('not ok %s' % name)
            print('# %s' % wrong)


def run():
    host = Host()
    faults = Faults(host)
    for name, steps in CHANGES.items():
        faults.case(name, faults.change, *steps)
        host.renew()
        host.clear()
    faults.questions()
    print('# %s' % faults.nth)


if __name__ == '__main__':
    if sys.argv[1] == 'count':
        print(len(CHANGES) + len(QUESTIONS))
    else:
        sys.stdout.reconfigure(line_buffering=True)
        run()
