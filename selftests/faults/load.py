#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The module is loaded while memory is scarce.

load.py MODULE

It must not be loaded. Of the allocations that the kernel makes for that, those which
natgw asks for come last; only these fail here, from the last one backwards. Each time
nothing has come of it, or it works without; and the next try works. Prints a line
"ok TEXT" or "not ok TEXT".
"""

import ctypes
import os
import platform
import sys

from nth import WORDS, Nth

# The kernel's own in between and behind them
OTHERS = 25
# finit_module, delete_module
CALLS = {'x86_64': (313, 176), 'aarch64': (273, 106)}

libc = ctypes.CDLL(None, use_errno=True)
FINIT, DELETE = CALLS[platform.machine()]


def call(*args):
    if libc.syscall(*args):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def unload():
    call(DELETE, b'natgw', os.O_NONBLOCK)


def one(nth, number, load):
    """Whether an allocation of natgw's has failed, and what is wrong with that"""
    nth.places.clear()
    failed, _, error = nth.call(number, load)
    if not error:
        unload()
    elif error.errno not in WORDS:
        return True, str(error)
    elif os.path.exists('/sys/module/natgw'):
        return True, 'something is left'
    return bool(failed and nth.places - {''}), None


def main():
    file = os.open(sys.argv[1], os.O_RDONLY)

    def load():
        call(FINIT, file, b'', 0)

    nth = Nth()
    number = nth.count(load)
    unload()
    done, others, wrong = 0, 0, None
    while number and others < OTHERS and not wrong:
        ours, wrong = one(nth, number, load)
        done += ours
        others = 0 if ours else others + 1
        number -= 1
    print('# %d allocations failed' % done)
    if wrong:
        print('# allocation %d: %s' % (number + 1, wrong))
    load()
    unload()
    print('%s without memory the module is not loaded, and the next time it is' %
          ('ok' if done > OTHERS and not wrong else 'not ok'))


if __name__ == '__main__':
    main()
