# SPDX-License-Identifier: GPL-2.0
"""The text and the tables of Documentation/performance.md."""


NAMES = {'forward': 'plain forwarding', 'masquerade': 'nft masquerade',
         'flowtable': 'nft flowtable', 'redirect': 'tc redirect'}
DIRECTIONS = {'out': 'inside to outside', 'in': 'outside to inside'}

HEAD = '''<!-- SPDX-License-Identifier: GPL-2.0 -->
<!-- Written by "make bench-baseline"; changes belong in selftests/bench/. -->

# Performance

What a packet costs in natgw, beside what it costs in the kernel's own ways of
passing it on. All of it was measured by the tools of this tree:

    make bench            instructions, about five minutes on any machine
    make bench-native     packets per second, a million flows, memory; the first time
                          it builds a kernel, 10 to 30 minutes
    make bench-sharing    which memory two processors share, about two minutes
    make bench-check      part of it, against selftests/bench/baseline.json
    make bench-baseline   make what was measured the baseline, and write this page

Each prints a table and leaves JSON below `build/`. The exit status is not 0 when a
packet is missing that was sent: every one has to reach the far side, or be counted
where it is known to be refused.
'''

INSTRUCTIONS = '''
## Instructions for a packet

Kernel %(kernel)s, emulated so that its clock counts
instructions (QEMU's `-icount`): a time is a number of instructions, the same on a fast
machine, a slow one and a busy one, within about 0.1 %%. It says nothing about caches.

    gen                  router                      sink
    g0 ───────────────── r0  [subject]  r1 ───────── s0
    packets from here    one of the columns below    dropped and counted here

* **tc redirect** passes a packet from device to device without a look at it: no
  router can cost less here. **plain forwarding** has no NAT at all.
* **nft masquerade** is one nftables rule, **nft flowtable** the same rule with a
  flowtable for established flows, all of which are seen to be in it (`[OFFLOAD]`).
  Connection tracking has 262,144 buckets, and takes for granted checksums that a network
  card would have verified.
* **natgw, accounting** counts the packets and bytes of each flow (`accounting on`).
* Each subject has a router of its own. Flows are begun by an exchange of three
  packets, which also shows that they are translated.
* Figures are *net*: without what the same packets cost when they are dropped
  where the router begins. Packets are %(flows)s flows in turn, 20,000 of them after a
  warm-up, the median of three. UDP outward is from pktgen, and has no checksum; the
  rest are prepared frames from a packet socket, with checksums.
* pktgen's packets are not shared (`flag !SHARED`). A shared packet, its default,
  has to be cloned and copied by any router, which adds about 1,150 instructions
  to plain forwarding and to masquerade, and to the flowtable nothing.

%(established)s

The same as parts of plain forwarding, of masquerade, and of the flowtable:

%(ratios)s

### New flows

Every packet comes from another inside host, all from one source port and to one
destination, until the 64,512 ports of the address are gone. The first column says
which share of them is in use. Where not all packets arrived, the share that did is
in brackets; nobody but masquerade may lose one.

%(new)s

What a new flow of natgw costs above forwarding, by function, where no table grows
meanwhile (3,400 instructions; the emulator counts each byte of a cleared one as one):

| | instructions |
|---|---:|
| memory for it, and its clearing | 400 |
| the choice of a port, a random number for it, a look at this host's sockets | 400 |
| set-up, counters, the timing wheel, a look for listeners | 430 |
| the two hooks of the slow path, parsing, translation | 520 |
| the ingress hook, which finds nothing, and the kernel's way to it | 390 |
| two insertions into the table of flows | 320 |
| the inside host and its limits | 230 |
| the next hop for the packets that follow | 140 |

Tried, each measured: a tuple's hash kept beside it and carried from hook to hook (4,750
before, 4,370 after); crowded destinations and random numbers without a search (3,500);
inside hosts in blocks of eight, sockets asked by port first, the next hop found by route
alone (3,410). What is left is many small parts.

### A TCP stream

A socket in gen sends %(megabytes)s to one in sink, in segments as large as 64 KB, which no
router on the way takes apart. Thousands of instructions for a megabyte, both ends
included; the ends are most of it.

%(stream)s

### Flows that do nothing

64,512 flows of as many hosts with a time-out of 350 s, after the table above. Memory
is everything that the kernel holds more of than before, buckets and hosts included
(fixed tables are not). *Idle* is what the kernel's threads do in a second while no packet
comes, on average over a time-out, *expiry* what the processor does until all flows are gone, for each of them;
what they do without any flow is taken off both. The kernel's other threads do not do the
same in each run: *idle* repeats within 90 thousand, so natgw and masquerade are alike here,
and the million flows below tell them apart.

%(idle)s

### A million flows, and whoever waits meanwhile

A process of the highest priority wants the processor every 200,000 instructions. The
table has the longest time that it had to wait, in thousands of instructions, while
1,000,016 flows began, ended because they were idle, and were deleted: the longest
time that a softirq, the holder of a lock, or a loop that does not give way kept the
processor. A wait of what a processor does in a millisecond would be at least 1,000
in this table. What the process itself takes is in the first column.

%(stalls)s

What natgw has there while flows begin and expire is the kernel's own: where a hash table
becomes larger or smaller, a worker writes a head into each of the new buckets (up to
4,194,304, when this was measured) and does not give way. No packet waits for that worker: it holds no lock
that one needs, and softirqs go on. With the table made beforehand, by
`insmod natgw.ko flows=1048576`, it was 487, 642 and 580 thousand.

Tried: before a walk through the table looked out for empty buckets itself, the deletion
kept the processor for 79,734 thousand, for a walk over those of a table that had just been
emptied.
'''

NATIVE = '''
## Packets per second, and a million flows

Kernel %(kernel)s as user-mode Linux: the same code at native speed, as a process with one
processor. The network is the same, the generator is not taken off, and packets have 64
bytes. Subjects took turns in every round; ratios are medians of the ratios within a
round. What the machine does besides moves the figures, and hardly the ratios.

Millions of packets per second:

%(speed)s

Times plain forwarding, times masquerade, times flowtable:

%(ratios)s

The flows are one host's, from 62,501 source ports to 16 ports of one server, so that
each of those has 97 %% of the ports in use. Memory is everything the kernel holds more
of than before, buckets included. *Idle* is the time that the kernel's threads
take from a second in which no packet comes, on average over a time-out of %(timeout)s s.
*Delete* is what it takes to end all flows: the gateway is deleted, or connection
tracking flushed.

%(many)s

The machine of this run had two speeds, of which the slower one is less than two thirds of
the other, and changed between them as others used it. So with a million flows the flowtable
was passed 2.11, 1.22, 4.12, 1.53 and 1.72 times in the five rounds; at its best it sent 0.69 and
natgw 1.13 million packets a second. (What masquerade does while it is idle went wrong in
this run; in two before it was 8,400 and 9,400 µs/s.)

A flow is 192 bytes, and a page has room for 21 of them, which makes 195. The rest are
buckets. The kernel's hash table doubles when it is three quarters full, and then all of it was
230 bytes. natgw has a large one wait until there are as many tuples as buckets
(`natgw_flow_table_fit()`): at a million flows that is 17 bytes of buckets instead of 34, and it
is never more than 32. Packets took as long as before: in three rounds, in turn, 1.09, 1.19 and
1.08 million a second, without it 1.15, 0.73 and 1.09. Tried besides: slabs of eight
pages (`slub_min_order=3`, for all of the kernel), two bytes less.

The deletion takes what it takes to fetch three million cache lines and to give back
memory: a flow is in the table twice, far apart. Nodes that come next are fetched ahead,
memory is freed after one grace period instead of by a callback for each flow, and the table
is not made smaller meanwhile; before these three it was 2.09 s. In three runs of
one day it took 0.90, 0.96 and 1.11 s, in nine alone 0.85 to 1.04, half of them below 0.93: a
second is kept at the faster of the two speeds.

What packets of a million flows wait for is memory. The line that they want behind their
tuple is fetched together with it (`natgw_key_cmp()`): 1.11 million packets a second, without
1.04, in the mean of six sweeps each at the faster speed, where memory had been in use before.
Where it is fresh, and flows lie in the order in which they began, there is nothing to be gained: 1.10 and 1.15.
Tried without gain: a table of twice the size, so that chains are shorter (0.88 and 0.97,
without 0.91 and 0.90, on a busy machine); slabs of eight pages (0.67, without 0.66, on a
busier one). Packets are measured once tables have done growing, which until then
cost natgw's a fifth.
'''

SHARING = '''
## Two processors

`make bench-sharing` looks at each access of natgw's instructions to memory, through a
plugin for QEMU, while one processor carries what goes out and another what comes in: 16
flows of UDP and 16 of TCP, 20,000 packets each way. No cache line is written by both for
packets, and what one writes the other does not read. With a time-stamp that each packet
writes, to see whether the test can fail, 33 lines are.
'''


def number(value):
    return format(round(value), ',') if abs(value) >= 100 else '%.3g' % value


def name(subject):
    return NAMES.get(subject, subject)


def matrix(title, subjects, rows):
    """A table; rows are a title and a cell for each subject."""
    lines = ['| %s | %s |' % (title, ' | '.join(name(s) for s in subjects)),
             '|---|' + '---:|' * len(subjects)]
    return '\n'.join(lines + ['| %s | %s |' % (head, ' | '.join(cells))
                              for head, cells in rows])


def packet(figure):
    """'udp out 64', for people."""
    proto, direction, size = figure.split()
    return '%s, %s bytes, %s' % (proto.upper(), size, DIRECTIONS[direction])


def title(figure):
    """A figure of native.py, for people: its numbers get commas."""
    return ' '.join(number(int(word)) if word.isdigit() else word
                    for word in figure.split())


def cell(results, figure, subject, scale=1):
    value = results.value(figure, subject)
    return '–' if value is None else number(value / scale)


def established(results):
    subjects = [s for s in results.subjects() if s != 'generator']
    return matrix('instructions', subjects, [
        (packet(figure), [cell(results, figure, s) for s in subjects])
        for figure in results.figures() if len(figure.split()) == 3])


def ratio_cell(results, figure, subject):
    return ' / '.join('%.2f' % results.ratio(figure, subject, peer)
                      for peer in ('forward', 'masquerade', 'flowtable'))


def ratios(results):
    subjects = [s for s in results.subjects()
                if s.startswith('natgw') or s == 'flowtable']
    rows = []
    for figure in results.figures():
        if len(figure.split()) != 3:
            continue
        rows.append((packet(figure),
                     [ratio_cell(results, figure, s) for s in subjects]))
    return matrix('of forwarding / masquerade / flowtable', subjects, rows)


def new_cell(results, figure, subject):
    entry = results.entries[figure, subject]
    lost = entry['sent'] - entry['arrived']
    return cell(results, figure, subject) + (
        ' (%.2f %%)' % (100 * entry['arrived'] / entry['sent']) if lost else '')


def new(results):
    figures = [f for f in results.figures() if f.startswith('new ')]
    subjects = [s for s in results.subjects() if (figures[0], s) in
                results.entries]
    return matrix('ports in use', subjects, [
        (figure.split()[1].replace('-', '–') + ' %',
         [new_cell(results, figure, s) for s in subjects])
        for figure in figures])


def plain(results, title, rows):
    """Figures that only some subjects have; rows are head, figure, scale."""
    subjects = [s for s in results.subjects()
                if any((figure, s) in results.entries for _, figure, _ in rows)]
    return matrix(title, subjects, [
        (head, [cell(results, figure, s, scale) for s in subjects])
        for head, figure, scale in rows])


def instructions(results):
    stream = results.entries['tcp stream', 'forward']
    return INSTRUCTIONS % dict(
        results.run, established=established(results), ratios=ratios(results),
        new=new(results), megabytes='%d MB' % stream['megabytes'],
        stream=plain(results, '', [
            ('thousand instructions/MB', 'tcp stream', 1000)]),
        idle=plain(results, '', [
            ('memory, bytes/flow', 'memory', 1),
            ('idle, thousand instructions/s', 'idle', 1000),
            ('expiry, instructions/flow', 'expiry', 1)]),
        stalls=plain(results, 'longest wait, thousand instructions', [
            ('while they begin', 'stall, begin', 1000),
            ('while they expire', 'stall, expire', 1000),
            ('while they are deleted', 'stall, delete', 1000)]))


def native(results):
    subjects = results.subjects()
    speeds = [f for f in results.figures()
              if results.entries[f, subjects[-1]]['unit'] == 'Mpps']
    ours = [s for s in subjects if s.startswith('natgw') or s == 'flowtable']
    return NATIVE % dict(
        results.run,
        speed=matrix('', subjects, [
            (title(f), [cell(results, f, s) for s in subjects])
            for f in speeds]),
        ratios=matrix('forwarding / masquerade / flowtable', ours, [
            (title(f), [ratio_cell(results, f, s) for s in ours])
            for f in speeds]),
        many=plain(results, number(results.run['many']) + ' flows', [
            ('memory, bytes/flow', 'memory', 1),
            ('idle, µs/s', 'idle', 1), ('delete, s', 'delete', 1)]))


def text(runs):
    parts = [HEAD]
    for results in runs:
        parts.append(native(results) if 'many' in results.run
                     else instructions(results))
    return ''.join(parts + [SHARING])
