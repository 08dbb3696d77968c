# SPDX-License-Identifier: GPL-2.0
"""IPv4 packets: made from words, taken apart again, and judged.

A packet is described by a kind (udp, udplite, tcp, sctp, dccp, gre, echo,
echo-reply, icmp, raw) and KEY=VALUE pairs; what is not given gets a usual value
and a right checksum.
Only the standard library is used: under emulation, importing a packet
library would take longer than most of the tests.
"""

import socket
import struct

PROTOCOLS = {'icmp': 1, 'ipip': 4, 'tcp': 6, 'udp': 17, 'dccp': 33, 'gre': 47,
             'esp': 50, 'ah': 51, 'sctp': 132, 'udplite': 136}
ICMP, TCP, UDP, DCCP, GRE, SCTP, UDPLITE = 1, 6, 17, 33, 47, 132, 136
ICMP_ERRORS = (3, 4, 5, 11, 12)
TCP_FLAGS = 'FSRPAUEC'
DCCP_TYPES = ('request', 'response', 'data', 'ack', 'dataack', 'closereq',
              'close', 'reset', 'sync', 'syncack', 'listen')
SCTP_CHUNKS = {'data': 0, 'init': 1, 'init-ack': 2, 'heartbeat': 4, 'abort': 6,
               'shutdown': 7, 'shutdown-ack': 8, 'cookie-echo': 10,
               'cookie-ack': 11, 'shutdown-complete': 14}
# Where the checksum is in the transport header
SUM_OFFSETS = {ICMP: 2, TCP: 16, UDP: 6, UDPLITE: 6, DCCP: 6}
SUMMED = (*SUM_OFFSETS, SCTP)


def checksum(data):
    """The Internet checksum; 0 where the data holds its right checksum."""
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def crc32c_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82f63b78 if value & 1 else 0)
        table.append(value)
    return table


CRC32C = crc32c_table()


def crc32c(data):
    """The checksum of SCTP, as the four bytes that are sent."""
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ CRC32C[(crc ^ byte) & 0xff]
    return struct.pack('<I', crc ^ 0xffffffff)


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


def ports(words):
    return struct.pack('!HH', number(words.get('sport', '40000')),
                       number(words.get('dport', '5000')))


def make_udplite(words, src, dst):
    """cscov is how many bytes the checksum covers; 0 stands for all."""
    cover = number(words.get('cscov', '0'))
    segment = ports(words) + struct.pack('!HH', cover, 0) + payload(words)
    value = checksum(pseudo(src, dst, UDPLITE, len(segment)) +
                     segment[:cover or None]) or 0xffff
    return put16(segment, 6, spoiled(words, 'badsum', value))


def make_sctp(words):
    kind = SCTP_CHUNKS[words.get('chunk', 'init')]
    value = payload(words)
    if kind in (1, 2) and not value:
        value = struct.pack('!IIHHI', number(words.get('tag', '0x1234')),
                            65536, 1, 1, number(words.get('tsn', '1')))
    chunk = struct.pack('!BBH', kind, 0, 4 + len(value)) + value
    head = ports(words) + struct.pack('!I', number(words.get('vtag', '0')))
    rest = chunk + bytes(-len(chunk) % 4)
    crc = crc32c(head + bytes(4) + rest)
    return head + (b'BAD!' if 'badsum' in words else crc) + rest


def dccp_cover(data):
    """What the checksum of a DCCP packet covers (RFC 4340 section 9.2)."""
    cover = data[5] & 15
    return data[:data[4] * 4 + (cover - 1) * 4] if cover else data


def make_dccp(words, src, dst):
    """With 48-bit sequence numbers; service and cscov as in the RFC."""
    kind = DCCP_TYPES.index(words.get('type', 'request'))
    seq, ack = number(words.get('seq', '1000')), number(words.get('ack', '0'))
    more = b''
    if kind not in (0, 2, 10):
        more += struct.pack('!HHI', 0, ack >> 32, ack & 0xffffffff)
    if kind in (0, 1, 10):
        more += struct.pack('!I', number(words.get('service', '0x666f6f62')))
    if kind == 7:
        more += struct.pack('!BBBB', number(words.get('code', '1')), 0, 0, 0)
    segment = ports(words) + struct.pack(
        '!BBHBBHI', (16 + len(more)) // 4, number(words.get('cscov', '0')), 0,
        kind << 1 | 1, 0, seq >> 32, seq & 0xffffffff) + more + payload(words)
    value = checksum(pseudo(src, dst, DCCP, len(segment)) + dccp_cover(segment))
    return put16(segment, 6, spoiled(words, 'badsum', value))


def make_gre(words):
    """Version 0, with a key where one is given."""
    head = struct.pack('!HH', 0x2000 if 'key' in words else 0, 0x0800)
    if 'key' in words:
        head += struct.pack('!I', number(words['key']))
    return head + payload(words)


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
        # The first two bytes say how long the quote is where extensions
        # follow it (RFC 4884), or where a parameter is wrong.
        rest = struct.pack('!HH', number(words.get('rest', '0')),
                           number(words.get('mtu', '0'))) + quote
    value = checksum(head + rest)
    return put16(head, 2, spoiled(words, 'badsum', value)) + rest


MAKERS = {
    'udp': make_udp,
    'udplite': make_udplite,
    'tcp': make_tcp,
    'dccp': make_dccp,
    'sctp': lambda words, *_: make_sctp(words),
    'gre': lambda words, *_: make_gre(words),
}


def make(kind, words, quote=None):
    """The bytes of one IPv4 packet."""
    src = socket.inet_aton(words['src'])
    dst = socket.inet_aton(words['dst'])
    if kind in MAKERS:
        proto, body = PROTOCOLS[kind], MAKERS[kind](words, src, dst)
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


def reassemble(parts):
    """One packet of its fragments, in whatever order; None if one is missing."""
    parts = sorted(parts, key=lambda part: part.frag)
    body = b''
    for part in parts:
        if part.frag != len(body):
            return None
        body += part.body
    if not parts or parts[-1].mf:
        return None
    head = put16(put16(parts[0].data[:20], 2, 20 + len(body)), 6, 0)
    head = put16(head, 10, 0)
    return Packet(put16(head, 10, checksum(head)) + body)


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
        if (self.proto in (TCP, UDP, UDPLITE, SCTP, DCCP) and
                len(body) >= 4):
            self.sport, self.dport = struct.unpack('!HH', body[:4])
        if self.proto in (UDP, UDPLITE) and len(body) >= 8:
            self.csum = struct.unpack('!H', body[6:8])[0]
            self.payload = body[8:]
        if self.proto == SCTP and len(body) >= 16:
            self.vtag = struct.unpack('!I', body[4:8])[0]
            self.chunk, self.payload = body[12], body[16:]
        if self.proto == DCCP and len(body) >= 16:
            self.parse_dccp(body)
        if self.proto == TCP and len(body) >= 20:
            self.seq, self.ack = struct.unpack('!II', body[4:12])
            self.flags = ''.join(name for bit, name in enumerate(TCP_FLAGS)
                                 if body[13] >> bit & 1)
            self.tcpopt = body[20:(body[12] >> 4) * 4].hex()
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

    def parse_dccp(self, body):
        kind = body[8] >> 1 & 15
        if kind < len(DCCP_TYPES):
            self.type = DCCP_TYPES[kind]
        self.cscov = body[5] & 15
        self.payload = body[body[4] * 4:]
        where = {0: 16, 1: 24, 10: 16}.get(kind)
        if where and len(body) >= where + 4:
            self.service = struct.unpack('!I', body[where:where + 4])[0]

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
        elif (self.whole and not self.frag and not self.mf and
              self.proto in SUMMED and self.wrong_sum(src, dst)):
            found.append('transport checksum')
        if self.quote and quoted:
            found += ['quoted ' + fault for fault in self.quote.faults()]
        return found

    def wrong_sum(self, src, dst):
        cover = self.body
        if self.proto == SCTP:
            return crc32c(cover[:8] + bytes(4) + cover[12:]) != cover[8:12]
        if self.proto == ICMP:
            return checksum(cover) != 0
        # No checksum is allowed in UDP, and in nothing else.
        if self.proto == UDP and getattr(self, 'csum', None) == 0:
            return False
        if self.proto == UDPLITE:
            length = struct.unpack('!H', cover[4:6])[0]
            cover = cover[:length or None]
        elif self.proto == DCCP:
            cover = dccp_cover(cover)
        return checksum(pseudo(src, dst, self.proto, len(self.body)) +
                        cover) != 0

    def plain(self, leave):
        """The bytes, with every checksum and the fields to leave out zero."""
        data = put16(self.data, 10, 0)
        where = {'src': (12, 4), 'dst': (16, 4), 'ttl': (8, 1)}
        if not self.frag:
            where['sport'] = (self.hlen, 2)
            where['dport'] = (self.hlen + 2, 2)
            where['id'] = (self.hlen + 4, 2)
            if self.proto in SUM_OFFSETS and not (self.proto == UDP and
                                                  self.csum == 0):
                data = put16(data, self.hlen + SUM_OFFSETS[self.proto], 0)
            if self.proto == SCTP:
                data = (data[:self.hlen + 8] + bytes(4) +
                        data[self.hlen + 12:])
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
