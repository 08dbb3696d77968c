#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Write Documentation/conformance.md from the results of conformance_*.sh.

  document.py [-o FILE] KTAP...

Each KTAP file is what "make check" leaves in build/check/SERIES/ktap. Every row
has to be there for every subject; otherwise nothing is written.
"""

import argparse
import os
import re
import sys

import expected

SUBJECTS = ('aws', 'rfc', 'nft')
WORDS = {'pass': 'yes', 'fail': '**no**', 'na': '–', 'error': '**?**'}
PARTS = (
    ('U', 'UDP: RFC 4787'),
    ('T', 'TCP: RFC 5382'),
    ('I', 'ICMP: RFC 5508'),
    ('Q', 'Updates: RFC 7857'),
    ('G', 'Carrier-grade NAT: RFC 6888'),
    ('P', 'Ports: RFC 6056'),
    ('B', 'The basics: RFC 2663 and RFC 3022'),
    ('D', 'DCCP: RFC 5597'),
    ('S', 'SCTP: draft-ietf-tsvwg-natsupp'),
)

HEAD = '''<!-- SPDX-License-Identifier: GPL-2.0 -->
<!-- Written by "make conformance"; changes belong in selftests/conformance/. -->

# Conformance

What the RFCs ask of a NAT for IPv4, row by row in our own words, and what was
measured (kernel %(kernels)s): natgw with `profile aws`, which is the default, natgw with
`profile rfc`, and one `nft` masquerade rule with the kernel's connection tracking as
it comes. All three went through the same tests on the same network. The last column is
what AWS documents about its managed gateway; that was not measured.

%(words)s

| rows that pass, of those that apply | natgw aws | natgw rfc | nft masquerade |
|---|---|---|---|
%(sums)s

Each row is a result of its own in the selftests `conformance_aws`, `conformance_rfc` and
`conformance_nft`, which fail when a row does not turn out as
`selftests/conformance/expected.tsv` says. To measure again and write this page:

    make conformance

Full-length times are those that the gateway itself tells for a flow (`natctl flow show`,
`conntrack -L`); that flows live and die by them is tested with times of a few seconds.
Where all ports have to be taken, most of the range is reserved, so that a thousand
flows are enough; `ports_exhausted.sh` takes all 64,512. Rows about several addresses
were measured with `snat to` several addresses in the nft column.
'''

LEGEND = ('*yes*: it does so. **no**: it does not. –: the row does not apply, or it '
          'permits something\nof which no use is made.')

TAIL = '''
## Not claimed

| row | |
|---|---|
| G9 | Asking for ports by PCP belongs in a daemon: a kernel module is no place for it. `natctl` and the netlink interface are what it would use |
| G14 | Nothing is logged, so there is no log to make smaller. Events are for those who ask |
| U10a | There are no helpers to switch |
| B7 | A second gateway that takes over live flows is not there yet |
| S1 to S4 | Ports of SCTP are rewritten and the checksum computed anew, as S5 describes; tags are not looked at, and an association has one address on each side |
| N1 to N5 | Deterministic NAT (RFC 7422) gives hosts blocks of ports that can be computed; natgw's ports are random |
| X1 to X9 | NAT64 (RFC 6146, 7915): IPv4 only |
| M1 to M5 | Logging and MIB (RFC 8158, 7659) belong in exporters, which listen to the netlink events |
'''


def read_results(paths):
    """{(row, subject): (verdict, text)}, and the kernels they are from."""
    results, kernels = {}, []
    for path in paths:
        series = os.path.basename(os.path.dirname(os.path.abspath(path)))
        with open(path, encoding='utf-8') as file:
            found = re.findall(r'^\s*# row (\S+) (\S+) (\S+) ?(.*)$',
                               file.read(), re.M)
        if found and series not in kernels:
            kernels.append(series)
        for name, subject, word, text in found:
            known = results.get((name, subject))
            if known and known[0] != word:
                sys.exit('%s %s: %s on one kernel, %s on another' %
                         (name, subject, known[0], word))
            results[name, subject] = word, text
    return results, kernels


def cell(text):
    return text.replace('|', '\\|')


def line(name, row, results):
    cells = ['%s: %s' % (WORDS[word], cell(text)) for word, text in
             (results[name, subject] for subject in SUBJECTS)]
    return '| %s | %s | %s: %s | %s | %s |' % (
        name, row['level'], row['title'], cell(row['asks']),
        ' | '.join(cells), cell(row['documents']))


def part(letter, title, table, results):
    lines = ['', '## ' + title, '', '| row | level | what it asks | natgw aws '
             '| natgw rfc | nft masquerade (measured) | AWS documents |',
             '|---|---|---|---|---|---|---|']
    return lines + [line(name, row, results) for name, row in table.items()
                    if name[0] == letter]


def sums(table, results):
    """How many rows of a level pass, of those that apply."""
    lines = []
    for title, levels in (('MUST, MUST NOT', ('MUST', 'MUST NOT')),
                          ('SHOULD, SHOULD NOT, RECOMMENDED',
                           ('SHOULD', 'SHOULD NOT', 'REC')),
                          ('MAY, and the basics', ('MAY', '-'))):
        cells = []
        for subject in SUBJECTS:
            words = [results[name, subject][0] for name, row in table.items()
                     if row['level'] in levels]
            applies = [word for word in words if word != 'na']
            cells.append('%d of %d' % (applies.count('pass'), len(applies)))
        lines.append('| %s | %s |' % (title, ' | '.join(cells)))
    return '\n'.join(lines)


def surprises(table, results):
    """Rows that did not turn out as expected, which no release should have."""
    found = ['| %s | %s | %s | %s |' % (name, subject, row[subject],
                                        results[name, subject][0])
             for name, row in table.items() for subject in SUBJECTS
             if results[name, subject][0] != row[subject]]
    return found and ['', '## Not as expected', '', '| row | subject | expected '
                      '| measured |', '|---|---|---|---|'] + found


def reasons(table, names):
    return ['| %s | %s | %s | %s |' %
            (name, table[name]['level'], table[name]['title'],
             cell(table[name]['reason'])) for name in names]


def failures(table, results):
    """Where natgw falls short, and where the aws profile means to deviate."""
    head = ['', '| row | level | | why |', '|---|---|---|---|']
    both = [name for name in table if results[name, 'rfc'][0] == 'fail']
    aws = [name for name in table if results[name, 'aws'][0] == 'fail' and
           name not in both]
    return (['', '## Where natgw falls short with either profile'] + head +
            reasons(table, both) +
            ['', '## Where the aws profile deviates on purpose', '', 'Each of '
             'these is an option of its own, and `profile rfc` sets them all '
             'the other way.'] + head + reasons(table, aws))


def check(table, results):
    missing = ['%s %s' % (name, subject) for name in table
               for subject in SUBJECTS if (name, subject) not in results]
    if missing:
        sys.exit('no results for: %s' % ', '.join(missing[:20]))
    for name, row in table.items():
        if ('fail' in (row['aws'], row['rfc'])) != bool(row['reason']):
            sys.exit('%s: what is expected to fail needs a reason' % name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-o', metavar='FILE')
    parser.add_argument('ktap', nargs='+')
    options = parser.parse_args()
    table = expected.table()
    results, kernels = read_results(options.ktap)
    check(table, results)
    head = HEAD % {'kernels': ' and '.join(kernels), 'words': LEGEND,
                   'sums': sums(table, results)}
    lines = [head.rstrip()]
    lines += surprises(table, results) or []
    for letter, title in PARTS:
        lines += part(letter, title, table, results)
    lines += failures(table, results)
    text = '\n'.join(lines) + '\n' + TAIL
    if not options.o:
        sys.stdout.write(text)
        return
    with open(options.o, 'w', encoding='utf-8') as file:
        file.write(text)
    if surprises(table, results):
        sys.exit('some rows are not as expected: see %s' % options.o)


if __name__ == '__main__':
    main()
