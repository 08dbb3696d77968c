#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Run commands on terminals of their own, and say what these showed.

    screen.py run FOLDER     each line on standard input is
                             NAME|COLUMNS|ROWS|KEYS|COMMAND

Writes FOLDER/NAME and FOLDER/NAME.status. The keys are pressed when a pager asks for
one. Of a command that draws its screen again and again, two screens are waited for.

    screen.py judge COLUMNS FOLDER     whether each of them fits so many columns, and
                                       tables have each cell below its title
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 60
HOME = b"\033[H\033[J"
ESCAPES = re.compile(r"\033\[[0-9;?]*[A-Za-z]|\033[=>]|\r")
NO_ROW = ("...", "translated", "dropped")
TO_COPY = re.compile(r" +(run: |natctl )")


class Terminal:
    """A command with a terminal."""

    def __init__(self, line):
        self.name, columns, rows, keys, command = line.split("|", 4)
        self.keys = keys.encode()
        self.shown = b""
        self.end = time.monotonic() + PATIENCE
        self.pid, self.fd = pty.fork()
        if not self.pid:
            size = struct.pack("HHHH", int(rows), int(columns), 0, 0)
            fcntl.ioctl(1, termios.TIOCSWINSZ, size)
            os.environ["TERM"] = "xterm"
            os.execv("/bin/sh", ["sh", "-c", f"exec {command}"])

    def read(self):
        """What has come; false when there will be no more."""
        try:
            part = os.read(self.fd, 65536)
        except OSError:
            part = b""
        self.shown += part
        asked = re.search(rb":(\033\[K)?$", self.shown)
        if self.keys and asked:
            os.write(self.fd, self.keys)
            self.keys = b""
        if self.shown.count(HOME) == 2:
            self.stop()
        return bool(part)

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)

    def finish(self, folder):
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        text = self.shown.split(HOME)[-1].decode(errors="replace")
        with open(f"{folder}/{self.name}", "w", encoding="utf-8") as file:
            file.write(ESCAPES.sub("", text))
        with open(f"{folder}/{self.name}.status", "w", encoding="utf-8") as file:
            print(os.waitstatus_to_exitcode(status), file=file)


def run(folder):
    terminals = {}
    for line in sys.stdin:
        terminal = Terminal(line.rstrip("\n"))
        terminals[terminal.fd] = terminal
    while terminals:
        ready, _, _ = select.select(list(terminals), [], [], 1)
        for fd in ready:
            if not terminals[fd].read():
                terminals.pop(fd).finish(folder)
        for terminal in terminals.values():
            if time.monotonic() > terminal.end:
                terminal.stop()


def lines_of(name):
    with open(name, encoding="utf-8") as file:
        return file.read().rstrip("\n").split("\n")


def too_long(columns, lines):
    """The lines that do not fit, but for commands, which are there to be copied."""
    return [line for line in lines
            if len(line) > columns and not TO_COPY.match(line)]


def is_title(line):
    return bool(re.fullmatch(r" *[A-Z][A-Z/ ]*", line))


def below(title, line):
    """Whether a line has what may stand below each word of its titles."""
    for word in re.finditer(r"\S+(?: \S+)*", title):
        left, right = word.span()
        padded = line.ljust(right + 1)
        begins = padded[left] != " " and padded[:left].endswith((" ", "")[not left])
        ends = padded[right - 1] != " " and padded[right] == " "
        if not (begins or ends):
            return False
    return True


def misplaced(lines):
    """The lines with a cell that does not stand below its title. Titles take as many
    lines as each row does. A table ends with an empty line; words of the last column
    go on below, and behind some rows there is a line without cells."""
    titles, row, wrong, tables = [], 0, [], 0
    for line in lines:
        if is_title(line):
            titles, row = titles if row == 0 else [], 0
            tables += not titles
            titles.append(line)
            continue
        if not line:
            titles = []
        if not titles or " has " in line or line.startswith(" " * 16):
            continue
        if line.startswith(NO_ROW) or TO_COPY.match(line):
            continue
        if not below(titles[row % len(titles)], line):
            wrong.append(line)
        row += 1
    return wrong if tables else ["there is no table"]


def judge(columns, folder):
    """A line for each judgement: its name, and what is wrong, if anything is."""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".status"):
            continue
        lines = lines_of(f"{folder}/{name}")
        found = too_long(int(columns), lines) if any(lines) else ["nothing is shown"]
        print(f"{name} fits|{' // '.join(found)}")
        if name.startswith("table"):
            print(f"{name} is aligned|{' // '.join(misplaced(lines))}")


def main():
    {"run": run, "judge": judge}[sys.argv[1]](*sys.argv[2:])


main()
