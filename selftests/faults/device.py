#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""An uplink comes while memory is scarce, and another's rule sends packets out of it past
the host's own way: as soon as there is memory, they leave translated all the same.

device.py

Runs in the namespace of a gateway host whose device in1 is a tap; makes the uplink "late"
again and again. Prints a line "ok TEXT" or "not ok TEXT".
"""

import subprocess
import time

from nth import Nth
from tap import Tap, wire

CLIENT, EIP, SERVER = map(wire.address, (
    '10.0.1.2', '203.0.113.10', '198.51.100.77'))
RULES = '''
table netdev past {
	chain ingress {
		type filter hook ingress device in1 priority 0
		ip daddr 198.51.100.77 fwd to late
	}
}
'''
MOST = 1000
PATIENCE = 8


def forward():
    """What has to be done anew for each device"""
    subprocess.run(('ip', 'link', 'set', 'late', 'up'), check=True)
    subprocess.run(('ip', 'addr', 'add', '192.0.2.1/24', 'dev', 'late'), check=True)
    subprocess.run(('nft', '-f', '-'), check=True, text=True,
                   input='table netdev past\ndelete table netdev past\n' + RULES)


def translated(inside, uplink):
    """Whether what leaves is, before long"""
    end = time.monotonic() + PATIENCE
    seen, sport = [], 5000
    while time.monotonic() < end:
        inside.send(wire.udp(CLIENT, SERVER, sport, 53).data())
        seen = [wire.Packet.parse(data) for data in uplink.receive(0.1)]
        if seen and all(packet.src == EIP for packet in seen):
            return True
        sport = sport + 1 if sport < 65000 else 5000
    for packet in seen:
        print('# %s' % packet)
    return False


def tries(inside):
    """Each allocation for a new device; yields whether it came to be guarded."""
    nth = Nth()
    for number in range(MOST):
        nth.places.clear()
        failed, uplink, _ = nth.call(number, Tap, 'late')
        if uplink and (not number or any(place.startswith('natgw_gate_add')
                                         for place in nth.places)):
            forward()
            yield translated(inside, uplink)
        if uplink:
            uplink.close()
        if number and not failed:
            return


def main():
    found = list(tries(Tap('in1')))
    print('# %d devices' % len(found))
    print('%s without memory for its hook, an uplink is guarded later' %
          ('ok' if len(found) > 1 and all(found) else 'not ok'))


if __name__ == '__main__':
    main()
