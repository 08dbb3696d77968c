# SPDX-License-Identifier: GPL-2.0
"""A gateway host between two tap devices, whose far ends are in this process."""

import fcntl
import os
import select
import struct
import sys

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__))) +
                '/property']
import wire  # noqa: E402, F401

TUNSETIFF = 0x400454ca
IFF_TAP, IFF_NO_PI = 2, 0x1000
HOST, NEIGHBOUR = b'\x02\0\0\0\0\1', b'\x02\0\0\0\0\2'
IPV4 = b'\x08\0'


class Tap:

    def __init__(self, name):
        self.file = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.file, TUNSETIFF, struct.pack(
            '16sH14x', name.encode(), IFF_TAP | IFF_NO_PI))

    def close(self):
        """The device goes, unless somebody else has made it."""
        os.close(self.file)

    def send(self, data):
        os.write(self.file, HOST + NEIGHBOUR + IPV4 + data)

    def receive(self, patience=0.0):
        """The IPv4 packets that have come; waits for one if there is none."""
        packets = []
        while select.select([self.file], [], [], 0 if packets else patience)[0]:
            frame = os.read(self.file, 1 << 16)
            if frame[12:14] == IPV4:
                packets.append(frame[14:])
        return packets
