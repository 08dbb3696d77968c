# SPDX-License-Identifier: GPL-2.0
"""Allocations that fail, one at a time: the module scarce counts those that one thread
makes in the kernel, and has the nth of them fail. A frame that is written to a tap device
is received by the writing thread itself.
"""

import errno
import os

# What a lack of memory is called; of a message's, the second.
WORDS = (errno.ENOMEM, errno.ENOBUFS)


class Nth:
    """Has the nth allocation of this thread fail; counts those, and the functions of
    natgw among those who asked for them."""

    def __init__(self):
        self.file = os.open('/proc/scarce', os.O_RDWR)
        self.failed = 0
        self.places = set()

    def call(self, number, function, *args):
        """Whether an allocation failed meanwhile, what the function returned, and
        the error that it raised instead."""
        value = error = None
        os.pwrite(self.file, b'%d' % number, 0)
        try:
            value = function(*args)
        except OSError as raised:
            error = raised
        failed = number and not int(os.pread(self.file, 16, 0))
        os.pwrite(self.file, b'0', 0)
        if failed:
            self.failed += 1
            with open('/sys/module/scarce/parameters/where',
                      encoding='ascii') as file:
                self.places.add(file.read().split(' ')[0].strip())
        return failed, value, error

    def count(self, function):
        """How many there are in all"""
        most = (1 << 32) - 1
        os.pwrite(self.file, b'%d' % most, 0)
        function()
        count = most - int(os.pread(self.file, 16, 0))
        os.pwrite(self.file, b'0', 0)
        return count

    def __str__(self):
        return '%d allocations failed; asked for by %s, or by the kernel itself' \
            % (self.failed, ', '.join(sorted(self.places - {''})))
