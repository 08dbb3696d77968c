# SPDX-License-Identifier: GPL-2.0
"""Requests to natgw, as raw netlink messages."""

import os
import socket
import struct
import sys

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
from netlink_strict import (  # noqa: E402
    CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_CMD_GETFAMILY,
    GENL_ID_CTRL, NETLINK_GENERIC, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST,
    NLMSG_DONE, NLMSG_ERROR, SOL_NETLINK, attributes, text)

NETLINK_ADD_MEMBERSHIP, CTRL_ATTR_MCAST_GROUPS = 1, 7
PATIENCE = 10


def messages(data):
    while data:
        length, kind = struct.unpack('IH', data[:6])
        yield kind, data[16:length]
        data = data[(length + 3) & ~3:]


class Family:
    """The numbers that the kernel has given."""

    def __init__(self):
        sock = Socket(GENL_ID_CTRL)
        found, _ = sock.ask(CTRL_CMD_GETFAMILY,
                            text(CTRL_ATTR_FAMILY_NAME, 'natgw'))
        found = attributes(found[0])
        self.number = struct.unpack('H', found[CTRL_ATTR_FAMILY_ID])[0]
        self.groups = {}
        for group in attributes(found[CTRL_ATTR_MCAST_GROUPS]).values():
            group = attributes(group)
            name = group[1].rstrip(b'\0').decode()
            self.groups[name] = struct.unpack('I', group[2])[0]


class Socket:
    """A socket for requests to a family."""

    def __init__(self, family):
        self.family = family
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.settimeout(PATIENCE)
        self.space = bytearray(1 << 16)

    def ask(self, command, payload=b'', dump=False):
        """The attributes of each entry of the answer, and the error's number."""
        flags = NLM_F_REQUEST | (NLM_F_DUMP if dump else NLM_F_ACK)
        body = struct.pack('BBH', command, 1, 0) + payload
        self.sock.send(struct.pack('IHHII', 16 + len(body), self.family, flags,
                                   1, 0) + body)
        entries = []
        while True:
            size = self.sock.recv_into(self.space)
            for kind, message in messages(bytes(self.space[:size])):
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    return entries, -struct.unpack('i', message[:4])[0]
                entries.append(message[4:])

    def close(self):
        self.sock.close()


class Listener:
    """Hears the news of some groups."""

    def __init__(self, family, *groups):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        for group in groups:
            self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                                 family.groups[group])
        # Without a number it would count as the sender.
        self.sock.bind((0, 0))
        self.sock.setblocking(False)

    def heard(self):
        """How many messages came since the last call; None where some are lost,
        which the socket says."""
        number, lost = 0, False
        while True:
            try:
                number += len(list(messages(self.sock.recv(1 << 16))))
            except BlockingIOError:
                return None if lost else number
            except OSError:
                lost = True
