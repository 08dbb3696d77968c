#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Which lines of the module have run:  coverage.py MODULE LOG

MODULE was built for "make coverage", LOG has what its guest printed. Lines are those
at which a basic block begins; one that is there several times, inlined, has run when
one of them has. What runs once and is then freed (__init) is not looked at.
"""

import collections
import re
import subprocess
import sys

CALL = '__sanitizer_cov_trace_pc'
LENGTH = 5              # of a call: what it returns to is behind it


def blocks(module):
    """Section and offset of each block, as the call at its beginning returns."""
    section, found, called = None, [], False
    listing = subprocess.run(['objdump', '-dr', module], check=True,
                             capture_output=True, text=True).stdout
    for line in listing.splitlines():
        if line.startswith('Disassembly of section '):
            section = line.split()[-1].rstrip(':')
        elif 'R_X86_64_' not in line:
            # Where a function ends by a jump instead, the return is its caller's.
            called = '\tcall' in line
        elif CALL in line and called:
            found.append((section, int(line.split(':')[0], 16) - 1 + LENGTH))
    return [block for block in found if not block[0].startswith('.init')]


def places(module, found):
    """File and line of each of them, in order."""
    named = {}
    for section in {section for section, _ in found}:
        offsets = [offset for name, offset in found if name == section]
        text = subprocess.run(
            ['addr2line', '-e', module, '-j', section], check=True, text=True,
            input=''.join('%x\n' % (offset - LENGTH) for offset in offsets),
            capture_output=True).stdout
        named.update(zip(((section, offset) for offset in offsets),
                         text.splitlines()))
    for block in found:
        match = re.search(r'/((?:module|uapi|include)/.*):(\d+)', named[block])
        yield (match[1], int(match[2])) if match else (named[block], 0)


def ran(log):
    """Section and offset of what has run."""
    sections, seen = [], []
    for line in open(log, errors='replace'):
        words = line.split()
        if words[:2] == ['=', 'section']:
            sections.append((int(words[3], 16), words[2]))
        elif words[:2] == ['=', 'seen']:
            seen.append(int(words[2], 16))
    if not sections or not seen:
        sys.exit('coverage.py: %s says nothing of what has run' % log)
    sections.sort(reverse=True)
    for address in seen:
        start, name = next(entry for entry in sections if entry[0] <= address)
        yield name, address - start


def main():
    module, log = sys.argv[1:]
    found, seen = blocks(module), set(ran(log))
    lines = collections.defaultdict(dict)
    for block, (path, number) in zip(found, places(module, found)):
        if path.startswith('module/'):
            lines[path][number] = lines[path].get(number) or block in seen
    print('%-32s %6s %6s  %s' % ('', 'lines', 'ran', 'lines that did not'))
    total = hits = 0
    for path, which in sorted(lines.items()):
        total += len(which)
        hits += sum(which.values())
        print('%-32s %6d %5.1f%%  %s' % (
            path, len(which), 100 * sum(which.values()) / len(which),
            ' '.join(str(n) for n in sorted(which) if not which[n])))
    print('%-32s %6d %5.1f%%' % ('all', total, 100 * hits / total))
    print('%d of %d blocks have run' % (len(seen & set(found)), len(found)))


if __name__ == '__main__':
    main()
