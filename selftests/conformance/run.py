#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Measure every row of expected.tsv on one subject; print the results as KTAP.

  run.py SUBJECT NAME=NAMESPACE...

SUBJECT is aws or rfc (natgw with that profile) or nft (nft masquerade); the
namespaces are those of two_armed in lib.sh. Beside each result there is a line
"# row ID SUBJECT VERDICT TEXT" with what was seen; document.py reads these.
"""

import os
import sys
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(FOLDER))

# pylint: disable=wrong-import-position
import bench
import rows
import subjects
# Each of these files registers its rows.
import rows_basic               # noqa: F401
import rows_cgn                 # noqa: F401
import rows_icmp                # noqa: F401
import rows_limits              # noqa: F401
import rows_other               # noqa: F401
import rows_tcp                 # noqa: F401
import rows_udp                 # noqa: F401


def make_subject(there, name):
    if name == 'nft':
        return subjects.Nft(there)
    return subjects.Natgw(there, name, os.environ.get('NATCTL', 'natctl'))


def missing(teller):
    """Rows that nobody measures, and results for which there is no row."""
    known = [name for _, names, _ in rows.ROWS for name in names]
    return sorted(set(known) ^ set(teller.order)) + sorted(
        {name for name in known if known.count(name) > 1})


def main():
    # One CPU, so that what is sent one after the other stays in order.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    name, *pairs = sys.argv[1:]
    teller = rows.Teller(name)
    if missing(teller):
        sys.exit('rows and table differ: %s' % ' '.join(missing(teller)))
    there = bench.Bench(dict(pair.split('=', 1) for pair in pairs))
    there.subject = make_subject(there, name)
    teller.start()
    there.subject.start()
    for phase in rows.PHASES:
        begun = time.monotonic()
        if phase == 'short':
            there.subject.shorten()
        rows.run_phase(there, teller, phase)
        if phase == 'short':
            there.subject.reset()
        print('# phase %s: %.1f s' % (phase, time.monotonic() - begun),
              flush=True)
    return teller.failures > 0


if __name__ == '__main__':
    sys.exit(main())
