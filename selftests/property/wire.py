# SPDX-License-Identifier: GPL-2.0
"""IPv4 packets as the model sees them: made, taken apart, and rewritten.

A rewritten packet gets its checksum computed anew over all of its bytes, so that
a translator which updates checksums step by step is judged by another method.
A checksum that was wrong before stays wrong by the same amount.
"""

import socket
import struct

ICMP, IPIP, TCP, UDP, DCCP, GRE, ESP, AH, SCTP, UDPLITE = \
    1, 4, 6, 17, 33, 47, 50, 51, 132, 136
WITH_PORTS = (TCP, UDP, UDPLITE, SCTP, DCCP)
NAMES = {ICMP: 'icmp', IPIP: 'ipip', TCP: 'tcp', UDP: 'udp', DCCP: 'dccp',
         GRE: 'gre', ESP: 'esp', AH: 'ah', SCTP: 'sctp', UDPLITE: 'udplite'}
ECHO_REPLY, UNREACHABLE, QUENCH, REDIRECT, ECHO, EXCEEDED, PROBLEM = \
    0, 3, 4, 5, 8, 11, 12
ERRORS = (UNREACHABLE, EXCEEDED, PROBLEM)
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
# Where each protocol has its checksum.
CHECK = {ICMP: 2, TCP: 16, UDP: 6, UDPLITE: 6, DCCP: 6}


def address(text):
    return socket.inet_aton(text)


def text_of(addr):
    return socket.inet_ntoa(addr)


def ones(data):
    """The ones' complement sum of 16-bit words; 65535 where it is right."""
    if len(data) & 1:
        data += b'\0'
    number = int.from_bytes(data, 'big')
    return number % 65535 or (65535 if number else 0)


def get16(data, offset):
    return data[offset] << 8 | data[offset + 1]


def put16(data, offset, value):
    return data[:offset] + struct.pack('!H', value) + data[offset + 2:]


def make_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82f63b78 if value & 1 else 0)
        table.append(value)
    return table


CRC_TABLE = make_table()


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 255]
    return struct.pack('<I', crc ^ 0xffffffff)


def covered(proto, src, dst, body):
    """What the checksum of a transport header is computed over."""
    if proto == ICMP:
        return body
    length = get16(body, 4) if proto == UDP else len(body)
    pseudo = src + dst + struct.pack('!BBH', 0, proto, length)
    if proto == UDP:
        return pseudo + body[:length]
    if proto == UDPLITE:
        return pseudo + body[:get16(body, 4) or len(body)]
    if proto == DCCP and body[5] & 15:
        return pseudo + body[:body[4] * 4 + (body[5] & 15) * 4 - 4]
    return pseudo + body


def filled(proto, src, dst, body, error=0):
    """The body with its checksum filled in, wrong by error."""
    if proto == SCTP:
        body = body[:8] + bytes(4) + body[12:]
        return body[:8] + crc32c(body) + body[12:]
    where = CHECK[proto]
    body = put16(body, where, 0)
    value = (error - ones(covered(proto, src, dst, body))) % 65535
    if not value and proto in (UDP, UDPLITE):
        value = 0xffff
    return put16(body, where, value)


def has_sum(proto, body):
    return proto in CHECK and not (proto == UDP and not get16(body, 6))


def sum_error(proto, src, dst, body):
    """By how much the checksum is wrong, as a sum; 0 where it is right."""
    if proto == SCTP:
        return int(crc32c(body[:8] + bytes(4) + body[12:]) != body[8:12])
    if not has_sum(proto, body):
        return 0
    return ones(covered(proto, src, dst, body)) % 65535


class Packet:
    """One IPv4 packet."""

    __slots__ = ('tos', 'ipid', 'df', 'mf', 'offset', 'ttl', 'proto', 'src',
                 'dst', 'options', 'body', 'bad_header')

    def __init__(self, src, dst, proto, body, ttl=64, ipid=0, df=0, tos=0,
                 options=b''):
        self.src, self.dst, self.proto, self.body = src, dst, proto, body
        self.ttl, self.ipid, self.df, self.tos = ttl, ipid, df, tos
        self.options = options
        self.mf = self.offset = 0
        self.bad_header = False

    def copy(self, **changes):
        new = Packet.__new__(Packet)
        for name in Packet.__slots__:
            setattr(new, name, getattr(self, name))
        for name, value in changes.items():
            setattr(new, name, value)
        return new

    def __len__(self):
        return 20 + len(self.options) + len(self.body)

    def header(self):
        head = struct.pack('!BBHHHBBH4s4s', 0x45 + len(self.options) // 4,
                           self.tos, len(self), self.ipid,
                           self.df << 14 | self.mf << 13 | self.offset >> 3,
                           self.ttl, self.proto, 0, self.src,
                           self.dst) + self.options
        value = 65535 - ones(head)
        return put16(head, 10, value ^ 0x5555 if self.bad_header else value)

    def data(self):
        return self.header() + self.body

    @staticmethod
    def parse(data):
        """From a frame's bytes, or from what an ICMP error quotes."""
        hlen = (data[0] & 15) * 4
        total, ipid, frag = struct.unpack('!HHH', data[2:8])
        new = Packet(data[12:16], data[16:20], data[9], data[hlen:total],
                     data[8], ipid, frag >> 14 & 1, data[1], data[20:hlen])
        new.mf, new.offset = frag >> 13 & 1, (frag & 0x1fff) << 3
        new.bad_header = ones(data[:hlen]) != 65535
        return new

    # What is in the transport header

    def ports(self):
        """Source and destination port; a query's identifier is a port of the
        side that asks. None where the packet is not of a flow's kind."""
        if self.proto in WITH_PORTS:
            return struct.unpack('!HH', self.body[:4])
        if self.proto != ICMP:
            return 0, 0
        if self.body[0] == ECHO:
            return get16(self.body, 4), 0
        if self.body[0] == ECHO_REPLY:
            return 0, get16(self.body, 4)
        return None

    def flags(self):
        return self.body[13] & 63

    def tcp_numbers(self):
        """Sequence number, the one behind the end, acknowledgment number."""
        seq, ack = struct.unpack('!II', self.body[4:12])
        length = len(self.body) - (self.body[12] >> 4) * 4
        length += (self.body[13] & FIN) + (self.body[13] >> 1 & 1)
        return seq, (seq + length) & 0xffffffff, ack

    def is_error(self):
        return self.proto == ICMP and self.body[0] in ERRORS

    def quote(self):
        """The packet that an error quotes, cut short as it is."""
        return self.body[8:]

    # What translation does

    def rewritten(self, src=None, dst=None, sport=None, dport=None):
        """With another source or destination; both parts are told together."""
        new = self.copy(src=src or self.src, dst=dst or self.dst)
        body = self.body
        if self.proto == ICMP:
            port = dport if sport is None else sport
            if port is not None:
                body = put16(body, 4, port)
        elif self.proto in WITH_PORTS:
            if sport is not None:
                body = put16(body, 0, sport)
            if dport is not None:
                body = put16(body, 2, dport)
        else:
            return new
        if self.proto == SCTP:
            if not sum_error(SCTP, None, None, self.body):
                body = filled(SCTP, None, None, body)
        elif has_sum(self.proto, self.body):
            error = sum_error(self.proto, self.src, self.dst, self.body)
            body = filled(self.proto, new.src, new.dst, body, error)
        new.body = body
        return new

    def with_mss(self, limit):
        """With the segment size that a SYN offers lowered to a limit."""
        body, at = self.body, 20
        end = (body[12] >> 4) * 4
        while at < end and body[at]:
            if body[at] == 1:
                at += 1
                continue
            if body[at] == 2 and body[at + 1] == 4 and \
                    get16(body, at + 2) > limit:
                error = sum_error(TCP, self.src, self.dst, body)
                body = put16(body, at + 2, limit)
                body = filled(TCP, self.src, self.dst, body, error)
                return self.copy(body=body)
            at += body[at + 1]
        return self

    def faults(self):
        """What is wrong with the checksums, in words."""
        found = []
        if self.bad_header:
            found.append('IP header checksum')
        if self.mf or self.offset:
            return found
        try:
            if (self.proto in CHECK or self.proto == SCTP) and \
                    sum_error(self.proto, self.src, self.dst, self.body):
                found.append('transport checksum')
        except IndexError:
            found.append('cut short')
        return found

    def __str__(self):
        text = '%s %s > %s' % (NAMES.get(self.proto, self.proto),
                               text_of(self.src), text_of(self.dst))
        body = self.body
        if not self.offset and len(body) >= 8:
            text += transport_text(self.proto, body)
        text += ' ttl=%d id=%d len=%d' % (self.ttl, self.ipid, len(self))
        if self.mf or self.offset:
            text += ' frag=%d%s' % (self.offset, '+' if self.mf else '')
        for fault in self.faults():
            text += ' WRONG ' + fault
        if self.is_error() and not self.offset and len(body) >= 36:
            text += ' [%s]' % Packet.parse(body[8:])
        return text


def transport_text(proto, body):
    if proto in WITH_PORTS:
        text = ' %d > %d' % struct.unpack('!HH', body[:4])
        if proto == TCP and len(body) >= 14:
            names = ''.join(name for bit, name in enumerate('FSRPAU')
                            if body[13] >> bit & 1)
            text += ' %s seq=%d ack=%d' % ((names or 'none',) +
                                           struct.unpack('!II', body[4:12]))
        return text
    if proto == ICMP:
        return ' type=%d code=%d id=%d' % (body[0], body[1], get16(body, 4))
    return ''


def rewritten_quote(quote, src=None, dst=None, sport=None, dport=None):
    """The bytes of a quote, with another source or destination.

    A quote may end anywhere behind eight bytes of transport header; a
    checksum is adjusted where it is there. SCTP's cannot be, as it covers
    all of the packet.
    """
    hlen = (quote[0] & 15) * 4
    proto, body = quote[9], quote[hlen:]
    old = quote[12:20]
    new = (src or old[:4]) + (dst or old[4:])
    head = put16(quote[:12], 10, 0) + new + quote[20:hlen]
    head = put16(head, 10, 65535 - ones(head))
    before = body[:8]
    if proto == ICMP:
        port = dport if sport is None else sport
        if port is not None:
            body = put16(body, 4, port)
    elif proto in WITH_PORTS:
        if sport is not None:
            body = put16(body, 0, sport)
        if dport is not None:
            body = put16(body, 2, dport)
    where = CHECK.get(proto)
    if where is None or len(body) < where + 2:
        return head + body
    value = get16(body, where)
    if proto == UDP and not value:
        return head + body
    change = ones(body[:2] + body[2:4]) - ones(before[:2] + before[2:4])
    if proto == ICMP:
        change = get16(body, 4) - get16(before, 4)
    else:
        change += ones(new) - ones(old)
    value = (value - change) % 65535
    if not value and proto in (UDP, UDPLITE):
        value = 0xffff
    return head + put16(body, where, value)


def fragments(packet, size):
    """A packet in pieces of SIZE bytes of body."""
    if len(packet.body) <= size:
        return [packet]
    pieces = []
    for start in range(0, len(packet.body), size):
        piece = packet.copy(body=packet.body[start:start + size])
        piece.offset = start
        piece.mf = int(start + size < len(packet.body))
        pieces.append(piece)
    return pieces


# Makers: each with a right checksum

def pattern(length, salt=0):
    return bytes((i * 7 + (i >> 8) * 13 + salt) & 255 for i in range(length))


def udp(src, dst, sport, dport, data=b'', check=True, **ip):
    body = struct.pack('!HHHH', sport, dport, 8 + len(data), 0) + data
    if check:
        body = filled(UDP, src, dst, body)
    return Packet(src, dst, UDP, body, **ip)


def udplite(src, dst, sport, dport, data=b'', cover=0, **ip):
    body = struct.pack('!HHHH', sport, dport, cover, 0) + data
    return Packet(src, dst, UDPLITE, filled(UDPLITE, src, dst, body), **ip)


def tcp(src, dst, sport, dport, flags, seq=0, ack=0, data=b'', more=b'',
        **ip):
    body = struct.pack('!HHIIBBHHH', sport, dport, seq & 0xffffffff,
                       ack & 0xffffffff, (20 + len(more)) << 2, flags,
                       64240, 0, 0) + more + data
    return Packet(src, dst, TCP, filled(TCP, src, dst, body), **ip)


def sctp(src, dst, sport, dport, chunk, data=b'', tag=0x01020304, **ip):
    data += bytes(-len(data) % 4)
    body = struct.pack('!HHII', sport, dport, tag, 0) + \
        struct.pack('!BBH', chunk, 0, 4 + len(data)) + data
    return Packet(src, dst, SCTP, filled(SCTP, src, dst, body), **ip)


def dccp(src, dst, sport, dport, kind, data=b'', cover=0, **ip):
    body = struct.pack('!HHBBHBBHIII', sport, dport, 6, cover, 0,
                       kind << 1 | 1, 0, 0, 7, 0, 5) + data
    return Packet(src, dst, DCCP, filled(DCCP, src, dst, body), **ip)


def icmp(src, dst, kind, code=0, rest=bytes(4), data=b'', **ip):
    body = struct.pack('!BBH', kind, code, 0) + rest + data
    return Packet(src, dst, ICMP, filled(ICMP, src, dst, body), **ip)


def echo(src, dst, number, reply=False, data=b'', **ip):
    return icmp(src, dst, ECHO_REPLY if reply else ECHO, 0,
                struct.pack('!HH', number, 1), data, **ip)
