#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Captures, crafted packets and sockets in any network namespace.

One process serves a whole test script: it reads one command a line from
standard input and answers with lines that begin with a blank, then with
"= STATUS". lib.sh wraps it as the function pkt. Commands:

  capture NAME NS/DEV              begin to record what DEV receives
  clear [NAME]...                  forget what was recorded
  send NS/DEV NS/DEV KIND K=V...   send a packet from one device to the next hop's
                                   (see packet.py; also quote=CAPTURE qlen=N,
                                   fragment=SIZE order=321, sport=A..B or dport=A..B,
                                   pad=N bytes of Ethernet padding)
  wait CAPTURE [n=N] FILTER...     until N packets match
  none CAPTURE FILTER...           no packet matched so far
  count CAPTURE FILTER...
  field CAPTURE NAME FILTER...     a field of each packet that matches
  sums CAPTURE [quoted=no] FILTER...   every checksum is right
  join CAPTURE                     put whole packets in the place of fragments
  same CAPTURE CAPTURE leave=NAMES hops=N FILTER...
                                   all bytes but those named are the same
  udp NAME NS bind=IP:PORT to=IP:PORT
  tcp NAME NS bind=IP:PORT to=IP:PORT
  crowd NAME NS IP to=IP:PORT ports=A..B   a UDP socket a port; each sends once
  listen NAME NS IP:PORT           a TCP server
  accept SERVER NAME from=IP
  put NAME data=TEXT | len=N       send through a socket (to=IP:PORT)
  take NAME data=TEXT | len=N from=IP     receive; prints the peer
  reply NAME data=TEXT             send to where the last datagram came from
  close NAME... | NS               also ends the captures of a namespace

FILTER is a list of FIELD=VALUE or FIELD!=VALUE; addresses may have a prefix
length, numbers may be a range A..B, q.FIELD is about what an ICMP error quotes.
"""

import ctypes
import errno
import fcntl
import os
import re
import resource
import select
import signal
import socket
import struct
import sys
import time

import packet

CLONE_NEWNET = 0x40000000
ETH_P_ALL, ETH_P_IP = 3, 0x0800
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_STATISTICS, PACKET_AUXDATA = 263, 6, 8
TP_STATUS_CSUMNOTREADY = 8
PACKET_OUTGOING = 4
SIOCGIFHWADDR = 0x8927
PATIENCE = 5.0

libc = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """A command did not see what it was to see."""


class Namespace:
    """Makes sockets that belong to a named network namespace."""

    own = os.open('/proc/self/ns/net', os.O_RDONLY)

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        there = os.open('/run/netns/' + self.name, os.O_RDONLY)
        self.enter(there)
        os.close(there)

    def __exit__(self, *_):
        self.enter(self.own)

    @staticmethod
    def enter(fd):
        if libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')


def packet_socket(place):
    ns, dev = place.split('/')
    with Namespace(ns):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.bind((dev, 0))
    return sock


def hardware_address(place):
    ns, dev = place.split('/')
    with Namespace(ns):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    answer = fcntl.ioctl(sock, SIOCGIFHWADDR, struct.pack('256s', dev.encode()))
    sock.close()
    return answer[18:24]


class Capture:
    def __init__(self, place):
        self.ns, dev = place.split('/')
        self.packets = []
        self.raw = []
        self.waiting = 0
        with Namespace(self.ns):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.sock.setblocking(False)
        # ETH_P_ALL: these are seen before any hook can take them away.
        self.sock.bind((dev, ETH_P_ALL))

    def drain(self):
        """Take in what has come until now, though more may be coming."""
        self.waiting += self.queued()
        while self.waiting:
            try:
                data, extra, _, sender = self.sock.recvmsg(70000, 64)
            except OSError as error:
                # The device was deleted or set down; that is reported once.
                if error.errno not in (errno.ENETDOWN, errno.ENODEV):
                    raise
                continue
            self.waiting -= 1
            if sender[2] != PACKET_OUTGOING and sender[1] == ETH_P_IP:
                status = struct.unpack('I', extra[0][2][:4])[0]
                self.raw.append((data[14:],
                                 bool(status & TP_STATUS_CSUMNOTREADY)))

    def queued(self):
        """How many packets the kernel has queued since the last time."""
        packets, drops = struct.unpack('II', self.sock.getsockopt(
            SOL_PACKET, PACKET_STATISTICS, 8))
        if drops:
            raise RuntimeError('a capture has lost %d packets' % drops)
        return packets

    def clear(self):
        self.drain()
        self.packets, self.raw = [], []

    def news(self):
        """The packets since the last time, parsed."""
        self.drain()
        new = [packet.Packet(*raw) for raw in self.raw]
        self.raw = []
        self.packets += new
        return new


def address_number(text):
    return struct.unpack('!I', socket.inet_aton(text))[0]


def accepts(value, wanted):
    """Whether a field's value is the wanted one, or in its range."""
    if value is None:
        return False
    if isinstance(value, int):
        if wanted in packet.PROTOCOLS:
            return value == packet.PROTOCOLS[wanted]
        low, _, high = wanted.partition('..')
        return packet.number(low) <= value <= packet.number(high or low)
    if re.fullmatch(r'[0-9.]+/[0-9]+', wanted):
        prefix, length = wanted.split('/')
        shift = 32 - int(length)
        return address_number(value) >> shift == address_number(prefix) >> shift
    return value == wanted


def matches(candidate, filters):
    for word in filters:
        name, unlike, wanted = re.fullmatch(r'([^=!]+)(!?)=(.*)', word).groups()
        if accepts(candidate.field(name), wanted) == bool(unlike):
            return False
    return True


def endpoint(text):
    host, _, port = text.rpartition(':')
    return host, int(port)


def take_words(words, *names):
    """Split the words with these names off a list of filters."""
    taken = {}
    rest = []
    for word in words:
        name, _, value = word.partition('=')
        if name in names:
            taken[name] = value
        else:
            rest.append(word)
    return taken, rest


class Helper:
    def __init__(self):
        self.captures = {}
        self.socks = {}
        self.owners = {}
        self.peers = {}

    @staticmethod
    def say(text):
        print(' ' + str(text))

    def matching(self, name, filters):
        self.captures[name].news()
        return [p for p in self.captures[name].packets if matches(p, filters)]

    def fail(self, why, packets):
        self.say(why)
        for one in packets[:12]:
            self.say('    ' + str(one))
        if len(packets) > 12:
            self.say('    ... %d in all' % len(packets))
        raise Failed

    # captures

    def do_capture(self, name, place):
        self.captures[name] = Capture(place)

    def do_clear(self, *names):
        for name in names or list(self.captures):
            self.captures[name].clear()

    def do_wait(self, name, *words):
        options, filters = take_words(words, 'n', 'within')
        number = int(options.get('n', '1'))
        end = time.monotonic() + float(options.get('within', PATIENCE))
        capture = self.captures[name]
        number -= len(self.matching(name, filters))
        while number > 0:
            left = end - time.monotonic()
            if left <= 0:
                self.fail('%s: waited for %s, %d missing, saw' %
                          (name, ' '.join(filters), number), capture.packets)
            select.select([capture.sock], [], [], left)
            number -= sum(matches(p, filters) for p in capture.news())

    def do_none(self, name, *filters):
        found = self.matching(name, filters)
        if found:
            self.fail('%s: not to be seen' % name, found)

    def do_count(self, name, *filters):
        self.say(len(self.matching(name, filters)))

    def do_field(self, name, field, *filters):
        for one in self.matching(name, filters):
            self.say(one.field(field))

    def do_sums(self, name, *words):
        options, filters = take_words(words, 'quoted')
        found = self.matching(name, filters)
        if not found:
            self.fail('%s: nothing to judge, saw' % name,
                      self.captures[name].packets)
        wrong = [p for p in found
                 if p.faults(options.get('quoted') != 'no')]
        if wrong:
            self.fail('%s: wrong checksums' % name, wrong)

    def do_join(self, name):
        capture = self.captures[name]
        capture.news()
        groups = {}
        for one in capture.packets:
            key = one.src, one.dst, one.proto, one.ipid
            groups.setdefault(key if one.frag or one.mf else one,
                              []).append(one)
        whole = [packet.reassemble(group) if group[0] is not key else key
                 for key, group in groups.items()]
        if None in whole:
            self.fail('%s: not all fragments of a packet, saw' % name,
                      capture.packets)
        capture.packets = whole

    def do_same(self, before, after, *words):
        options, filters = take_words(words, 'leave', 'hops')
        hops = int(options['hops'])
        leave = options['leave'].split(',') + ['ttl']
        sent = self.matching(before, filters)
        came = self.matching(after, filters)
        if not sent or len(sent) != len(came):
            self.fail('%d packets in, %d out:' % (len(sent), len(came)),
                      sent + came)
        for one, other in zip(sent, came):
            if one.ttl - hops != other.ttl:
                self.fail('time to live', [one, other])
            if one.plain(leave) != other.plain(leave):
                self.say(one.plain(leave).hex())
                self.say(other.plain(leave).hex())
                self.fail('other bytes differ', [one, other])

    # crafted packets

    def frames(self, kind, words):
        quote = None
        if 'quote' in words:
            quoted = self.matching(words['quote'], [])[-1]
            length = int(words.get('qlen', '548'))
            quote = quoted.data[:quoted.hlen + length]
            if 'qbadip' in words:
                quote = packet.put16(quote, 10, 0xdead)
        name = 'dport' if '..' in words.get('dport', '') else 'sport'
        low, _, high = words.get(name, '40000').partition('..')
        for port in range(int(low), int(high or low) + 1):
            data = packet.make(kind, dict(words, **{name: str(port)}), quote)
            if 'fragment' not in words:
                yield data
                continue
            parts = packet.fragments(data, int(words['fragment']))
            order = words.get('order')
            for index in order or range(1, len(parts) + 1):
                yield parts[int(index) - 1]

    def do_send(self, place, hop, kind, *words):
        words = dict(word.split('=', 1) for word in words)
        sock = packet_socket(place)
        head = hardware_address(hop) + hardware_address(place)
        padding = bytes(int(words.get('pad', '0')))
        for data in self.frames(kind, words):
            sock.send(head + struct.pack('!H', ETH_P_IP) + data +
                      padding)
        sock.close()

    # sockets

    def make_socket(self, name, ns, kind, bind=None):
        self.do_close(name)
        with Namespace(ns):
            sock = socket.socket(socket.AF_INET, kind)
        self.socks[name], self.owners[name] = sock, ns
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.settimeout(PATIENCE)
        if bind:
            sock.bind(endpoint(bind))
        return sock

    def do_udp(self, name, ns, *words):
        words = dict(word.split('=', 1) for word in words)
        sock = self.make_socket(name, ns, socket.SOCK_DGRAM, words.get('bind'))
        # Neither set nor heed the don't-fragment bit unless told.
        sock.setsockopt(socket.IPPROTO_IP, 10, int(words.get('pmtu', '0')))
        if 'to' in words:
            sock.connect(endpoint(words['to']))

    def do_crowd(self, name, ns, address, *words):
        words = dict(word.split('=', 1) for word in words)
        low, high = words['ports'].split('..')
        for port in range(int(low), int(high) + 1):
            bind = '%s:%d' % (address, port)
            sock = self.make_socket('%s.%d' % (name, port), ns,
                                    socket.SOCK_DGRAM, bind)
            sock.sendto(b'crowd', endpoint(words['to']))

    def do_tcp(self, name, ns, *words):
        words = dict(word.split('=', 1) for word in words)
        sock = self.make_socket(name, ns, socket.SOCK_STREAM,
                                words.get('bind'))
        sock.settimeout(float(words.get('within', PATIENCE)))
        sock.connect(endpoint(words['to']))
        self.say('%s:%d' % sock.getsockname())

    def do_listen(self, name, ns, where):
        self.make_socket(name, ns, socket.SOCK_STREAM, where).listen(64)

    def do_accept(self, server, name, *words):
        options, _ = take_words(words, 'from')
        self.do_close(name)
        self.socks[name], peer = self.socks[server].accept()
        self.owners[name] = self.owners[server]
        self.socks[name].settimeout(PATIENCE)
        self.check_peer(peer, options)

    def check_peer(self, peer, options):
        self.say('%s:%d' % peer)
        if 'from' in options and not accepts(peer[0], options['from']):
            raise Failed

    def do_put(self, name, *words):
        words = dict(word.split('=', 1) for word in words)
        data = packet.payload(words)
        if 'to' in words:
            self.socks[name].sendto(data, endpoint(words['to']))
        else:
            self.socks[name].sendall(data)

    def do_take(self, name, *words):
        words = dict(word.split('=', 1) for word in words)
        sock = self.socks[name]
        wanted = packet.payload(words)
        sock.settimeout(float(words.get('within', PATIENCE)))
        if sock.type == socket.SOCK_DGRAM:
            data, peer = sock.recvfrom(65535)
            self.peers[name] = peer
        else:
            data, peer = b'', sock.getpeername()
            while len(data) < max(len(wanted), 1):
                more = sock.recv(65536)
                data += more
                if not more:
                    break
        if ('data' in words or 'len' in words) and data != wanted:
            self.say('got %d bytes: %r' % (len(data), data[:60]))
            raise Failed
        self.check_peer(peer, words)

    def do_reply(self, name, *words):
        words = dict(word.split('=', 1) for word in words)
        self.socks[name].sendto(packet.payload(words), self.peers[name])

    def do_close(self, *names):
        for name in names:
            for key in [key for key, ns in self.owners.items()
                        if name in (key, ns)]:
                self.socks.pop(key).close()
                del self.owners[key]
            for key in [key for key, capture in self.captures.items()
                        if name == capture.ns]:
                self.captures.pop(key).sock.close()

    def serve(self, line):
        command, *words = line.split()
        try:
            getattr(self, 'do_' + command)(*words)
        except Failed:
            return 1
        except TimeoutError:
            self.say('nothing came or went in time')
            return 1
        except OSError as error:
            self.say(errno.errorcode.get(error.errno, error.errno))
            return 1
        return 0


def main():
    # One CPU, so that what is sent one after the other stays in order.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    helper = Helper()
    for line in sys.stdin:
        status = helper.serve(line)
        print('= %d' % status, flush=True)


if __name__ == '__main__':
    main()
