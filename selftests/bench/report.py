#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What was measured, as JSON, as a table, as a document, or against a baseline.

  report.py results LOG JSON       turn what was printed into JSON and a table
  report.py document [-o FILE] JSON...   write Documentation/performance.md
  report.py check BASELINE JSON    KTAP; fails where natgw became slower

Figures are compared only with those of the same run: a file holds one run, and a
ratio is always made of two figures of one file.
"""

import argparse
import json
import statistics
import sys

import document

PEERS = ('masquerade', 'flowtable', 'forward')
TOLERANCE = 0.03


class Results:
    """The figures of one run."""

    def __init__(self, data):
        self.data, self.run = data, data['run']
        self.entries = {(entry['figure'], entry['subject']): entry
                        for entry in data['figures']}
        if len(self.entries) != len(data['figures']):
            sys.exit('figures of more than one run in one file')

    @classmethod
    def load(cls, path):
        with open(path, encoding='utf-8') as file:
            return cls(json.load(file))

    def figures(self):
        return list(dict.fromkeys(figure for figure, _ in self.entries))

    def subjects(self):
        return list(dict.fromkeys(subject for _, subject in self.entries))

    def value(self, figure, subject):
        """The median, less that of its base: what the generator costs, say."""
        entry = self.entries.get((figure, subject))
        if not entry:
            return None
        base = self.entries.get(tuple(entry['base']))
        return statistics.median(entry['values']) - (
            statistics.median(base['values']) if base else 0)

    def spread(self, figure, subject):
        """Between the least and the greatest of the values, in per cent."""
        values = self.entries[figure, subject]['values']
        return 100 * (max(values) - min(values)) / statistics.median(values)

    def ratio(self, figure, subject, peer):
        entries = [self.entries.get((figure, name)) for name in (subject, peer)]
        if all(entries) and 'rounds' in entries[0]:
            return statistics.median(
                own / other for own, other in
                zip(*(entry['values'] for entry in entries)))
        own, other = self.value(figure, subject), self.value(figure, peer)
        return own / other if own and other else None


def read_log(path):
    """One run: a head, figures, and a tail that says that it came to its end."""
    with open(path, encoding='utf-8', errors='replace') as file:
        lines = [json.loads(line[2:]) for line in file if line.startswith('= ')]
    if not lines or 'run' not in lines[0] or 'end' not in lines[-1]:
        sys.exit('%s: not one whole run' % path)
    return {'run': lines[0]['run'], 'wrong': lines[-1]['end'],
            'figures': lines[1:-1]}


def table(results):
    """All figures, a line each."""
    rows = [('figure', 'subject', 'median', 'spread', 'net', 'unit') +
            tuple('/ ' + peer for peer in PEERS)]
    for (figure, subject), entry in results.entries.items():
        ratios = (results.ratio(figure, subject, peer) for peer in PEERS)
        rows.append((figure, subject,
                     document.number(statistics.median(entry['values'])),
                     '%.1f %%' % results.spread(figure, subject)
                     if len(entry['values']) > 1 else '-',
                     document.number(results.value(figure, subject)),
                     entry['unit']) +
                    tuple('-' if ratio is None else '%.2f' % ratio
                          for ratio in ratios))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print('  '.join(cell.ljust(width) if i in (0, 1, 5) else
                        cell.rjust(width) for i, (cell, width) in
                        enumerate(zip(row, widths))).rstrip())


def command_results(options):
    data = read_log(options.log)
    with open(options.json, 'w', encoding='utf-8') as file:
        json.dump(data, file, indent=1)
        file.write('\n')
    table(Results(data))
    if data['wrong']:
        sys.exit('%d figures are worth nothing: see %s' %
                 (data['wrong'], options.log))


def command_document(options):
    text = document.text([Results.load(path) for path in options.json])
    if not options.o:
        sys.stdout.write(text)
        return
    with open(options.o, 'w', encoding='utf-8') as file:
        file.write(text)


def compare(figure, subject, was, now):
    """One result of KTAP: is natgw still as good beside plain forwarding?

    Both figures are parts of what forwarding the same packets costs in the same
    run. Another kernel, compiler or QEMU moves the two together, so that what is
    left is the module. Absolute counts would fail with each new kernel package,
    and wall-clock times with each busy machine.
    """
    old, new = (results.ratio(figure, subject, 'forward')
                for results in (was, now))
    name = '%s, %s' % (subject, figure)
    if old is None:
        return False, name + ': the baseline does not have it, see make bench-baseline'
    text = '%s: %.3f of forwarding, baseline %.3f (%+.1f %%)' % (
        name, new, old, 100 * (new / old - 1))
    return new <= old * (1 + TOLERANCE), text


def command_check(options):
    was, now = Results.load(options.baseline), Results.load(options.json)
    bad = 0
    print('TAP version 13\n# bench')
    for number, (figure, subject) in enumerate(
            (key for key in now.entries if key[1].startswith('natgw')), 1):
        good, text = compare(figure, subject, was, now)
        bad += not good
        print('  %s %d - %s' % ('ok' if good else 'not ok', number, text))
    if bad:
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser('results')
    command.add_argument('log')
    command.add_argument('json')
    command.set_defaults(call=command_results)
    command = commands.add_parser('document')
    command.add_argument('-o', metavar='FILE')
    command.add_argument('json', nargs='+')
    command.set_defaults(call=command_document)
    command = commands.add_parser('check')
    command.add_argument('baseline')
    command.add_argument('json')
    command.set_defaults(call=command_check)
    options = parser.parse_args()
    options.call(options)


if __name__ == '__main__':
    main()
