#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Readers of dumps that go after the first piece:

  dump_readers.py COUNT     in this network namespace

Prints how many of the dumps had more to say.
"""

import struct
import sys

from netlink_strict import (CLIENT_GET, DROP_GET, FLOW_GET, NLM_F_DUMP,
                            NLM_F_REQUEST, NLMSG_DONE, Netlink)

COMMANDS = FLOW_GET, CLIENT_GET, DROP_GET


def main():
    cut = 0
    for number in range(int(sys.argv[1])):
        netlink = Netlink()
        netlink.sock.send(struct.pack(
            'IHHIIBBH', 20, netlink.family, NLM_F_REQUEST | NLM_F_DUMP, 1, 0,
            COMMANDS[number % len(COMMANDS)], 1, 0))
        data, last = netlink.sock.recv(1 << 20), 0
        while data:
            length, last = struct.unpack('IH', data[:6])
            data = data[(length + 3) & ~3:]
        cut += last != NLMSG_DONE
        netlink.sock.close()
    print(cut)


if __name__ == '__main__':
    main()
