# SPDX-License-Identifier: GPL-2.0
"""IPv4 packets: made from words, taken apart again, and judged.

A packet is described by a kind (udp, tcp, echo, echo-reply, icmp, raw) and
KEY=VALUE pairs; what is not given gets a usual value and a right checksum.
Only the standard library is used: under emulation, importing a packet
library would take longer than most of the tests.
"""

import socket
import struct

PROTOCOLS = {'icmp': 1, 'ipip': 4, 'tcp': 6, 'udp': 17, 'gre': 47, 'esp': 50,
             'sctp': 132}
ICMP, TCP, UDP = 1, 6, 17
ICMP_ERRORS = (3, 4, 5, 11, 12)
TCP_FLAGS = 'FSRPAUEC'


def checksum(data):
    """The Internet checksum; 0 where the data holds its right checksum."""
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo(src, dst, proto, length):
    return src + dst + struct.pack('!BBH', 0, proto, length)


def number(text):
    return int(text, 0)


def pattern(length):
    """Bytes in which every shift and swap of parts shows."""
    return bytes((i * 7 + (i >> 8) * 13) & 0xff for i in range(length))


def payload(words):
    if 'hex' in words:
        return bytes.fromhex(words['hex'])
    if 'len' in words:
        return pattern(number(words['len']))
    return words.get('data', '').encode()


def put16(data, offset, value):
    return data[:offset] + struct.pack('!H', value) + data[offset + 2:]


def spoiled(words, key, value):
    return value ^ 0x5555 if key in words else value


def make_udp(words, src, dst):
    data = payload(words)
    length = 8 + len(data)
    head = struct.pack('!HHHH', number(words.get('sport', '40000')),
                       number(words.get('dport', '5000')), length, 0)
    if words.get('csum') == '0':
        return head + data
    value = checksum(pseudo(src, dst, UDP, length) + head + data) or 0xffff
    return put16(head, 6, spoiled(words, 'badsum', value)) + data


def make_tcp(words, src, dst):
    options = bytes.fromhex(words.get('tcpopt', ''))
    flags = sum(1 << TCP_FLAGS.index(f) for f in words.get('flags', 'S'))
    offset = (20 + len(options)) // 4
    segment = struct.pack('!HHIIBBHHH', number(words.get('sport', '40000')),
                          number(words.get('dport', '5000')),
                          number(words.get('seq', '1000')),
                          number(words.get('ack', '0')), offset << 4, flags,
                          64240, 0, 0) + options + payload(words)
    value = checksum(pseudo(src, dst, TCP, len(segment)) + segment)
    return put16(segment, 16, spoiled(words, 'badsum', value))


def make_icmp(words, kind, quote):
    types = {'echo': '8', 'echo-reply': '0'}
    head = struct.pack('!BBH', number(words.get('type', types.get(kind, '3'))),
                       number(words.get('code', '0')), 0)
    if quote is None:
        rest = struct.pack('!HH', number(words.get('id', '77')),
                           number(words.get('seq', '1'))) + payload(words)
    else:
        rest = struct.pack('!HH', 0, number(words.get('mtu', '0'))) + quote
    value = checksum(head + rest)
    return put16(head, 2, spoiled(words, 'badsum', value)) + rest


def make(kind, words, quote=None):
    """The bytes of one IPv4 packet."""
    src = socket.inet_aton(words['src'])
    dst = socket.inet_aton(words['dst'])
    if kind == 'udp':
        proto, body = UDP, make_udp(words, src, dst)
    elif kind == 'tcp':
        proto, body = TCP, make_tcp(words, src, dst)
    elif kind == 'raw':
        name = words['proto']
        proto, body = PROTOCOLS.get(name) or number(name), payload(words)
    else:
        proto, body = ICMP, make_icmp(words, kind, quote)
    body = body[:number(words.get('cut', '65535'))]
    options = bytes.fromhex(words.get('options', ''))
    head = struct.pack('!BBHHHBBH4s4s', 0x45 + len(options) // 4,
                       number(words.get('tos', '0')),
                       20 + len(options) + len(body),
                       number(words.get('ipid', '4711')),
                       0x4000 if words.get('df') == '1' else 0,
                       number(words.get('ttl', '64')), proto, 0,
                       src, dst) + options
    return put16(head, 10, spoiled(words, 'badip', checksum(head))) + body


def fragments(packet, size):
    """Cut a packet without options into fragments of SIZE bytes of body."""
    head, body = packet[:20], packet[20:]
    parts = []
    for start in range(0, len(body), size):
        part = body[start:start + size]
        more = 0x2000 if start + size < len(body) else 0
        cut = put16(head, 2, 20 + len(part))
        cut = put16(cut, 6, more | start // 8)
        cut = put16(cut, 10, 0)
        parts.append(put16(cut, 10, checksum(cut)) + part)
    return parts


class Packet:
    """A captured packet, or what an ICMP error quotes of one."""

    def __init__(self, data, partial=False):
        self.partial = partial
        self.hlen = (data[0] & 15) * 4
        (self.tos, self.total, self.ipid, frag, self.ttl, self.proto, _,
         src, dst) = struct.unpack('!xBHHHBBH4s4s', data[:20])
        self.src, self.dst = socket.inet_ntoa(src), socket.inet_ntoa(dst)
        # Short frames are padded; a quote may be cut short.
        self.data = data[:self.total]
        self.whole = len(self.data) == self.total
        self.df, self.mf = frag >> 14 & 1, frag >> 13 & 1
        self.frag = (frag & 0x1fff) * 8
        self.body = self.data[self.hlen:]
        self.quote = None
        if not self.frag:
            self.parse_body()

    def parse_body(self):
        body = self.body
        if self.proto in (TCP, UDP) and len(body) >= 4:
            self.sport, self.dport = struct.unpack('!HH', body[:4])
        if self.proto == UDP and len(body) >= 8:
            self.csum = struct.unpack('!H', body[6:8])[0]
            self.payload = body[8:]
        if self.proto == TCP and len(body) >= 20:
            self.seq, self.ack = struct.unpack('!II', body[4:12])
            self.flags = ''.join(name for bit, name in enumerate(TCP_FLAGS)
                                 if body[13] >> bit & 1)
            self.payload = body[(body[12] >> 4) * 4:]
        if self.proto == ICMP and len(body) >= 8:
            self.type, self.code = body[0], body[1]
            if self.type in ICMP_ERRORS:
                self.mtu = struct.unpack('!H', body[6:8])[0]
                if len(body) >= 28:
                    self.quote = Packet(body[8:])
            else:
                self.id, self.seq = struct.unpack('!HH', body[4:8])
                self.payload = body[8:]

    def field(self, name):
        """A field by name, q.NAME for one of the quote; None if absent."""
        if name.startswith('q.'):
            return self.quote and self.quote.field(name[2:])
        if name == 'len':
            return len(getattr(self, 'payload', b''))
        if name == 'data':
            return getattr(self, 'payload', b'').decode('latin-1')
        return getattr(self, name, None)

    def faults(self, quoted=True):
        """What is wrong with the checksums, in words."""
        found = []
        src, dst = socket.inet_aton(self.src), socket.inet_aton(self.dst)
        if checksum(self.data[:self.hlen]):
            found.append('IP header checksum')
        if self.partial:
            found.append('transport checksum left to a device')
        elif self.whole and not self.frag and not self.mf:
            cover = self.body
            if self.proto in (TCP, UDP):
                cover = pseudo(src, dst, self.proto, len(cover)) + cover
            if self.proto == UDP and self.csum == 0:
                cover = b''
            if self.proto in (ICMP, TCP, UDP) and cover and checksum(cover):
                found.append('transport checksum')
        if self.quote and quoted:
            found += ['quoted ' + fault for fault in self.quote.faults()]
        return found

    def plain(self, leave):
        """The bytes, with every checksum and the fields to leave out zero."""
        data = put16(self.data, 10, 0)
        where = {'src': (12, 4), 'dst': (16, 4), 'ttl': (8, 1)}
        if not self.frag:
            where['sport'] = (self.hlen, 2)
            where['dport'] = (self.hlen + 2, 2)
            where['id'] = (self.hlen + 4, 2)
            sums = {TCP: 16, UDP: 6, ICMP: 2}
            if self.proto in sums and not (self.proto == UDP and
                                           self.csum == 0):
                data = put16(data, self.hlen + sums[self.proto], 0)
        for name in leave:
            start, length = where[name]
            data = data[:start] + bytes(length) + data[start + length:]
        return data

    def __str__(self):
        names = {value: key for key, value in PROTOCOLS.items()}
        text = '%s %s' % (names.get(self.proto, self.proto), self.src)
        if hasattr(self, 'sport'):
            text += ':%d' % self.sport
        text += ' > ' + self.dst
        if hasattr(self, 'dport'):
            text += ':%d' % self.dport
        for name in ('flags', 'type', 'code', 'id', 'seq', 'mtu'):
            if hasattr(self, name):
                text += ' %s=%s' % (name, getattr(self, name))
        text += ' ttl=%d len=%d' % (self.ttl, self.total)
        if self.frag or self.mf:
            text += ' frag=%d%s' % (self.frag, '+' if self.mf else '')
        if self.faults():
            text += ' WRONG ' + ', '.join(self.faults())
        if self.quote:
            text += ' [%s]' % self.quote
        return text
