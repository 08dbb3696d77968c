#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Many packets as fast as they can be sent, by the routes of this namespace:

  volley.py COUNT KIND KEY=VALUE...

Kind and pairs are those of packet.py; a value "random" is another 32-bit number
in each packet. Prints how many milliseconds the sending took.
"""

import random
import socket
import sys
import time

import packet


def draw(words):
    return {key: str(random.getrandbits(32)) if value == 'random' else value
            for key, value in words.items()}


def main():
    count, kind = int(sys.argv[1]), sys.argv[2]
    words = dict(word.split('=', 1) for word in sys.argv[3:])
    if 'random' in words.values():
        packets = [packet.make(kind, draw(words)) for _ in range(count)]
    else:
        packets = [packet.make(kind, words)] * count
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    start = time.monotonic()
    for one in packets:
        sock.sendto(one, (words['dst'], 0))
    print(round((time.monotonic() - start) * 1000))


if __name__ == '__main__':
    main()
