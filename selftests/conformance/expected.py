# SPDX-License-Identifier: GPL-2.0
"""The table of rows, expected.tsv."""

import csv
import os

FOLDER = os.path.dirname(os.path.abspath(__file__))


def table():
    """The rows by their id, in the order of the file."""
    with open(os.path.join(FOLDER, 'expected.tsv'), encoding='utf-8') as file:
        lines = [line for line in file if not line.startswith('#')]
    return {line['row']: line for line in
            csv.DictReader(lines, delimiter='\t', quoting=csv.QUOTE_NONE)}
