#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A namespace's first gateway, which brings tables, hooks and all else with it, with
each of the kernel's allocations for that failed in turn, in a new namespace each.

first.py

It comes although one failed, or it is refused, the namespace is as it was, and the next
try works. Prints a line "ok TEXT" or "not ok TEXT".
"""

import ctypes
import errno
import subprocess

import config
import natgw
from nth import WORDS, Nth

CLONE_NEWNET = 0x40000000
DUMPS = (config.GATEWAY_GET, config.ADDRESS_GET, config.RULE_GET,
         config.FENCE_GET, config.FLOW_GET)
# Of natgw's own functions that have to be among those who asked for memory: each part
# of a namespace that can lack it
PARTS = {'natgw_flow_table_init', 'natgw_answer_init', 'natgw_drop_init',
         'natgw_idle_init', 'natgw_wheel_init', 'natgw_hop_init',
         'natgw_net_start'}

DEVICE = '''
link add ext type dummy
addr add 192.0.2.1/24 dev ext
link set ext up
'''

libc = ctypes.CDLL(None, use_errno=True)


def one(nth, number, family):
    """Whether an allocation failed, and what is wrong with what came of it"""
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), 'unshare')
    subprocess.run(('ip', '-batch', '-'), check=True, text=True, input=DEVICE)
    sock = natgw.Socket(family.number)
    failed, answer, error = nth.call(number, sock.ask, *config.ADD)
    error = error.errno if error else answer[1]
    sock.close()
    sock = natgw.Socket(family.number)
    left = [kind for kind in DUMPS if sock.ask(kind, b'', True)[0]]
    wrong = None
    # The answer alone may be lost.
    if error == errno.ENOBUFS and config.GATEWAY_GET in left:
        pass
    elif error and error not in WORDS:
        wrong = 'error %d' % error
    elif error and left:
        wrong = 'something is left: %s' % left
    elif error:
        error = sock.ask(*config.ADD)[1]
        wrong = 'the next try: error %d' % error if error else None
    elif config.GATEWAY_GET not in left:
        wrong = 'there is no gateway'
    sock.close()
    return failed, wrong


def main():
    nth, family = Nth(), natgw.Family()
    wrong = None
    for number in range(1, config.MOST):
        failed, wrong = one(nth, number, family)
        if wrong or not failed:
            break
    missed = PARTS - nth.places
    print('# %s' % nth)
    if wrong:
        print('# allocation %d: %s' % (number, wrong))
    if missed:
        print('# nothing failed in %s' % ', '.join(sorted(missed)))
    print('%s the first gateway of a namespace comes, or nothing of it, %d failed' %
          ('not ok' if wrong or missed else 'ok', nth.failed))


if __name__ == '__main__':
    main()
