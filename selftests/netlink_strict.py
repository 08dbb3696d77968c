#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Requests that natgw has to refuse, as raw netlink messages.

Prints a line for each: NAME|ERROR|MESSAGE OF THE KERNEL. The numbers below are
those of uapi/linux/natgw.h, written out here: a change of them must be seen.

  netlink_strict.py ports WIRE-IP PROTO DST DPORT     a request that natctl has no use for
"""

import errno
import socket
import struct
import sys

NETLINK_GENERIC, SOL_NETLINK, NETLINK_EXT_ACK = 16, 270, 11
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLA_F_NESTED = 0x8000
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2

(GATEWAY_NEW, GATEWAY_SET, GATEWAY_DEL, GATEWAY_GET) = range(1, 5)
ADDRESS_NEW, FLOW_GET, FLOW_FLUSH = 6, 10, 11
RULE_NEW, RULE_DEL, RULE_GET, PORT_GET, CLIENT_GET, DROP_GET = range(18, 24)
WHY_GET, IDLE_GET = 24, 26
ADDRESS_GATEWAY, PRIVATE_IP, SRC_LEN = 1, 3, 12
PORT_WIRE_IP, PORT_PROTO, PORT_DST, PORT_DPORT, PORT_FIRST = range(1, 6)
PORT_TAKEN = 8
NAME, DEV, IFINDEX, CONNECTIVITY, STATE, REASON, ADDRESS, INSIDE = range(1, 9)
INSIDE_ANY, PROFILE, OPTIONS = range(9, 12)
UNSOLICITED, CONNTRACK, MAX_FLOWS = 1, 2, 3
UDP, UDP_MAPPING, UDP_FILTERING, HAIRPIN, MSS = 7, 11, 13, 14, 32
(RULE_GATEWAY, PREF, SRC, DST, PROTO, DPORT, DPORT_END, EXEMPT, PIN,
 IDLE) = range(1, 11)
AFTER = 13
FLOW_NEW = 32
(FLOW_GATEWAY, FLOW_PROTO, FLOW_SRC, FLOW_DST, FLOW_SPORT, FLOW_DPORT, WIRE_IP,
 WIRE_PORT, FLOW_STATE, FLOW_KIND, EXPIRES) = range(1, 12)
WHOLE, GUEST, MAPPED, FLOW_IDLE, TCP_SEEN, SEQ_OUT = range(28, 34)
(WHY_PROTO, WHY_SRC, WHY_SPORT, WHY_DST, WHY_DPORT, WHY_DEV,
 WHY_VERDICT) = range(1, 8)


def attr(kind, data, length=None):
    head = struct.pack('HH', 4 + len(data) if length is None else length, kind)
    return head + data + bytes(-len(data) % 4)


def text(kind, value):
    return attr(kind, value.encode() + b'\0')


def u32(kind, value):
    return attr(kind, struct.pack('I', value))


def u16(kind, value):
    return attr(kind, struct.pack('H', value))


def u8(kind, value):
    return attr(kind, struct.pack('B', value))


def addr(kind, value):
    return attr(kind, socket.inet_aton(value))


def nest(kind, data):
    return attr(kind | NLA_F_NESTED, data)


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack('HH', data[:4])
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


class Netlink:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.settimeout(5)
        answer, _ = self.send(GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
                              text(CTRL_ATTR_FAMILY_NAME, 'natgw'))
        self.family = struct.unpack('H', answer[CTRL_ATTR_FAMILY_ID])[0]

    def send(self, family, command, payload, flags=NLM_F_ACK, reserved=0,
             cut=0):
        """The attributes of an answer, or the error and its message."""
        body = struct.pack('BBH', command, 1, reserved) + payload
        body = body[:len(body) - cut]
        self.sock.send(struct.pack('IHHII', 16 + len(body), family,
                                   NLM_F_REQUEST | flags, 1, 0) + body)
        answer = {}
        while True:
            data = self.sock.recv(65536)
            while data:
                length, kind, got = struct.unpack('IHH', data[:8])
                message, data = data[16:length], data[(length + 3) & ~3:]
                if kind not in (NLMSG_ERROR, NLMSG_DONE):
                    answer = attributes(message[4:])
                    continue
                code = -struct.unpack('i', message[:4])[0]
                # Of a refused request, all of it is quoted first.
                skip = 4
                if kind == NLMSG_ERROR:
                    quoted = struct.unpack('I', message[4:8])[0]
                    skip += 16 if got & 0x100 else (quoted + 3) & ~3
                more = attributes(message[skip:]) if got & 0x200 else {}
                words = more.get(1, b'').rstrip(b'\0').decode()
                return answer, (ERRORS.get(code, str(code)), words)


ERRORS = dict(errno.errorcode)
# On Linux the same number as ENOTSUP
ERRORS[errno.EOPNOTSUPP] = 'EOPNOTSUPP'
VALID = (text(NAME, 'n') + text(DEV, 'ext') +
         nest(ADDRESS, addr(1, '203.0.113.11')) +
         nest(INSIDE, addr(1, '10.9.0.0') + u8(2, 16)))
PREFIX = addr(1, '10.7.0.0') + u8(2, 16)
RULE = text(RULE_GATEWAY, 'g')


def why(proto=17, src='10.0.0.2', sport=7000, dst='198.51.100.7', dport=53):
    """The question what would become of a packet."""
    return (u8(WHY_PROTO, proto) + addr(WHY_SRC, src) +
            attr(WHY_SPORT, struct.pack('>H', sport)) + addr(WHY_DST, dst) +
            attr(WHY_DPORT, struct.pack('>H', dport)))


def flow(leave=0, **other):
    """A flow that could be made again, with other values, or less one of them."""
    values = {
        FLOW_GATEWAY: text(FLOW_GATEWAY, other.get('gateway', 'g')),
        FLOW_PROTO: u8(FLOW_PROTO, 17),
        FLOW_SRC: addr(FLOW_SRC, '10.0.0.2'),
        FLOW_DST: addr(FLOW_DST, '198.51.100.7'),
        FLOW_SPORT: attr(FLOW_SPORT, struct.pack('>H', 7000)),
        FLOW_DPORT: attr(FLOW_DPORT, struct.pack('>H', 53)),
        WIRE_IP: addr(WIRE_IP, other.get('wire', '203.0.113.10')),
        WIRE_PORT: attr(WIRE_PORT, struct.pack('>H', 40000)),
        FLOW_STATE: u32(FLOW_STATE, other.get('state', 6)),
        EXPIRES: u32(EXPIRES, other.get('expires', 100))}
    return b''.join(value for kind, value in values.items() if kind != leave)


def options(data):
    return VALID + nest(OPTIONS, data)


# name: command, attributes, further arguments of send()
CASES = {
    'unknown attribute': (GATEWAY_NEW, VALID + u32(200, 1), {}),
    'attribute of replies only': (GATEWAY_NEW, VALID + u32(STATE, 0), {}),
    'attribute of another command':
        (GATEWAY_SET, text(NAME, 'g') + text(DEV, 'ext'), {}),
    'unknown attribute in a nest':
        (GATEWAY_NEW, text(NAME, 'n') + text(DEV, 'ext') +
         nest(ADDRESS, addr(1, '203.0.113.11') + u32(99, 1)), {}),
    'trailing bytes': (GATEWAY_NEW, VALID + b'\0\0\0', {}),
    'trailing bytes in a nest':
        (GATEWAY_NEW, VALID + nest(INSIDE, PREFIX + b'\0\0\0'), {}),
    'attribute longer than the message':
        (GATEWAY_NEW, VALID + attr(CONNECTIVITY, b'\1\0\0\0', 64), {}),
    'attribute shorter than its head':
        (GATEWAY_NEW, VALID + attr(CONNECTIVITY, b'\1\0\0\0', 2), {}),
    'short number': (GATEWAY_NEW, VALID + attr(PROFILE, b'\1\0'), {}),
    'long number': (GATEWAY_NEW, VALID + attr(PROFILE, bytes(8)), {}),
    'short option': (GATEWAY_NEW, options(attr(MAX_FLOWS, b'\1\0')), {}),
    'long option': (GATEWAY_NEW, options(attr(MAX_FLOWS, bytes(8))), {}),
    'unknown option': (GATEWAY_NEW, options(u32(200, 1)), {}),
    'option 0': (GATEWAY_NEW, options(u32(0, 1)), {}),
    'trailing bytes in options':
        (GATEWAY_NEW, options(u32(UDP, 5) + b'\0\0\0'), {}),
    'options without the flag of a nest':
        (GATEWAY_NEW, VALID + attr(OPTIONS, u32(UDP, 5)), {}),
    'short address':
        (GATEWAY_NEW, text(NAME, 'n') + text(DEV, 'ext') +
         nest(ADDRESS, attr(1, b'\xcb\0')), {}),
    'nest without its flag':
        (GATEWAY_NEW, text(NAME, 'n') + text(DEV, 'ext') +
         attr(ADDRESS, addr(1, '203.0.113.11')), {}),
    'flag with a value':
        (GATEWAY_SET, text(NAME, 'g') + u32(INSIDE_ANY, 1), {}),
    'no name': (GATEWAY_NEW, text(DEV, 'ext') +
                nest(ADDRESS, addr(1, '203.0.113.11')), {}),
    'no device': (GATEWAY_NEW, text(NAME, 'n') +
                  nest(ADDRESS, addr(1, '203.0.113.11')), {}),
    'empty name': (GATEWAY_NEW, text(NAME, '') + text(DEV, 'ext') +
                   nest(ADDRESS, addr(1, '203.0.113.11')), {}),
    'name too long': (GATEWAY_NEW, text(NAME, 'n' * 32) + text(DEV, 'ext') +
                      nest(ADDRESS, addr(1, '203.0.113.11')), {}),
    'name with a space':
        (GATEWAY_NEW, text(NAME, 'n n') + text(DEV, 'ext') +
         nest(ADDRESS, addr(1, '203.0.113.11')), {}),
    'device name too long':
        (GATEWAY_NEW, text(NAME, 'n') + text(DEV, 'd' * 16) +
         nest(ADDRESS, addr(1, '203.0.113.11')), {}),
    'word out of range':
        (GATEWAY_NEW, VALID + u32(CONNECTIVITY, 2), {}),
    'profile out of range': (GATEWAY_NEW, VALID + u32(PROFILE, 2), {}),
    'policy out of range': (GATEWAY_NEW, options(u32(UNSOLICITED, 7)), {}),
    'switch out of range': (GATEWAY_NEW, options(u32(HAIRPIN, 2)), {}),
    'mapping out of range':
        (GATEWAY_NEW, options(u32(UDP_MAPPING, 3)), {}),
    'a segment too small': (GATEWAY_NEW, options(u32(MSS, 2)), {}),
    'a filter wider than the mapping':
        (GATEWAY_NEW, options(u32(UDP_FILTERING, 1)), {}),
    'hairpin of a narrow mapping':
        (GATEWAY_NEW, options(u32(HAIRPIN, 1)), {}),
    'bypass of every source':
        (GATEWAY_SET, text(NAME, 'g') + attr(INSIDE_ANY, b'') +
         nest(OPTIONS, u32(CONNTRACK, 1)), {}),
    'a good option and a bad one':
        (GATEWAY_SET, text(NAME, 'g') +
         nest(OPTIONS, u32(UDP, 5) + u32(MAX_FLOWS, 0)), {}),
    'a profile and a bad option':
        (GATEWAY_SET, text(NAME, 'g') + u32(PROFILE, 1) +
         nest(OPTIONS, u32(MAX_FLOWS, 0)), {}),
    'prefix length 0':
        (GATEWAY_NEW, VALID + nest(INSIDE, addr(1, '10.7.0.0') + u8(2, 0)),
         {}),
    'prefix length 33':
        (GATEWAY_NEW, VALID + nest(INSIDE, addr(1, '10.7.0.0') + u8(2, 33)),
         {}),
    'prefix without its length':
        (GATEWAY_NEW, VALID + nest(INSIDE, addr(1, '10.7.0.0')), {}),
    'prefix without its address':
        (GATEWAY_NEW, VALID + nest(INSIDE, u8(2, 16)), {}),
    'prefix with bits beyond its length':
        (GATEWAY_NEW, VALID + nest(INSIDE, addr(1, '10.7.0.1') + u8(2, 16)),
         {}),
    'time-out 0': (GATEWAY_NEW, options(u32(UDP, 0)), {}),
    'time-out of more than a week':
        (GATEWAY_NEW, options(u32(UDP, 604801)), {}),
    'no room for a flow': (GATEWAY_NEW, options(u32(MAX_FLOWS, 0)), {}),
    'two addresses': (GATEWAY_NEW, VALID +
                      nest(ADDRESS, addr(1, '203.0.113.12')), {}),
    'a prefix of groups':
        (GATEWAY_NEW, text(NAME, 'n') + text(DEV, 'ext') +
         nest(ADDRESS, addr(1, '203.0.113.11')) +
         nest(INSIDE, addr(1, '224.0.0.0') + u8(2, 8)), {}),
    'an uplink in a VRF':
        (GATEWAY_NEW, text(NAME, 'n') + text(DEV, 'slave') +
         nest(ADDRESS, addr(1, '203.0.113.11')), {}),
    'an address of nothing': (ADDRESS_NEW, text(ADDRESS_GATEWAY, 'g'), {}),
    'half a pair':
        (ADDRESS_NEW, text(ADDRESS_GATEWAY, 'g') +
         addr(PRIVATE_IP, '203.0.113.11'), {}),
    'too many prefixes':
        (GATEWAY_NEW, VALID + b''.join(
            nest(INSIDE, addr(1, '10.7.%d.0' % i) + u8(2, 24))
            for i in range(65)), {}),
    'every prefix and none':
        (GATEWAY_SET, text(NAME, 'g') + attr(INSIDE_ANY, b'') +
         nest(INSIDE, PREFIX), {}),
    'a rule of no gateway': (RULE_NEW, attr(EXEMPT, b''), {}),
    'a rule of an unknown gateway':
        (RULE_NEW, text(RULE_GATEWAY, 'x') + attr(EXEMPT, b''), {}),
    'a rule that does nothing': (RULE_NEW, RULE + nest(DST, PREFIX), {}),
    'a rule that exempts and pins':
        (RULE_NEW, RULE + attr(EXEMPT, b'') + addr(PIN, '203.0.113.10'), {}),
    'a rule that exempts and times':
        (RULE_NEW, RULE + attr(EXEMPT, b'') + u32(IDLE, 5), {}),
    'exempt with a value': (RULE_NEW, RULE + u32(EXEMPT, 1), {}),
    'a rule for an address of nobody':
        (RULE_NEW, RULE + addr(PIN, '203.0.113.99'), {}),
    'a rule with a last port only':
        (RULE_NEW, RULE + attr(EXEMPT, b'') + u16(DPORT_END, 5), {}),
    'a rule whose ports are upside down':
        (RULE_NEW, RULE + attr(EXEMPT, b'') + u16(DPORT, 6) +
         u16(DPORT_END, 5), {}),
    'a rule with ports of GRE':
        (RULE_NEW, RULE + attr(EXEMPT, b'') + u8(PROTO, 47) +
         u16(DPORT, 6), {}),
    'a rule with ports of no protocol':
        (RULE_NEW, RULE + attr(EXEMPT, b'') + u16(DPORT, 6), {}),
    'a rule without a place': (RULE_NEW, RULE + attr(EXEMPT, b'') +
                               u32(PREF, 0), {}),
    'a rule that never idles': (RULE_NEW, RULE + u32(IDLE, 0), {}),
    'a rule that idles for more than a week':
        (RULE_NEW, RULE + u32(IDLE, 604801), {}),
    'a rule with bits beyond its prefix':
        (RULE_NEW, RULE + attr(EXEMPT, b'') +
         nest(DST, addr(1, '10.7.0.1') + u8(2, 16)), {}),
    'a rule for a prefix without its length':
        (RULE_NEW, RULE + attr(EXEMPT, b'') + nest(SRC, addr(1, '10.7.0.0')),
         {}),
    'a rule with an unknown attribute':
        (RULE_NEW, RULE + attr(EXEMPT, b'') + u32(200, 1), {}),
    'the end of no rule': (RULE_DEL, RULE + u32(PREF, 1), {}),
    'the end of a rule without number': (RULE_DEL, RULE, {}),
    'no rule to get': (RULE_GET, RULE + u32(PREF, 1), {}),
    'a dump of rules with an unknown attribute':
        (RULE_GET, u32(200, 1), {'flags': NLM_F_DUMP}),
    'a dump of ports with an unknown attribute':
        (PORT_GET, u32(200, 1), {'flags': NLM_F_DUMP}),
    'a drop that was not yet': (DROP_GET, attr(AFTER, bytes(8)), {}),
    'a drop after a short number': (DROP_GET, u32(AFTER, 1), {}),
    'a dump of drops after a short number':
        (DROP_GET, u32(AFTER, 1), {'flags': NLM_F_DUMP}),
    'a dump of drops by what only replies have':
        (DROP_GET, u8(5, 17), {'flags': NLM_F_DUMP}),
    'somebody who has not spoken yet': (IDLE_GET, attr(14, bytes(8)), {}),
    'who has spoken after a short number':
        (IDLE_GET, u32(14, 1), {'flags': NLM_F_DUMP}),
    'a dump of who has spoken by what only replies have':
        (IDLE_GET, u8(2, 17), {'flags': NLM_F_DUMP}),
    'ports of no destination': (PORT_GET, b'', {}),
    'a dump of inside hosts with an unknown attribute':
        (CLIENT_GET, u32(200, 1), {'flags': NLM_F_DUMP}),
    'an inside host without address': (CLIENT_GET, text(1, 'g'), {}),
    'an inside host of no gateway':
        (CLIENT_GET, text(1, 'nobody') + addr(2, '10.0.0.1'), {}),
    'an inside host without flows':
        (CLIENT_GET, text(1, 'g') + addr(2, '10.0.0.1'), {}),
    'what of no packet': (WHY_GET, b'', {}),
    'what of a packet without destination':
        (WHY_GET, u8(WHY_PROTO, 6) + addr(WHY_SRC, '10.0.0.2'), {}),
    'what of a short port':
        (WHY_GET, why() + attr(WHY_SPORT, b'\1'), {}),
    'what of ports of GRE': (WHY_GET, why(proto=47), {}),
    'what of a query to a port': (WHY_GET, why(proto=1), {}),
    'what of a packet from loopback': (WHY_GET, why(src='127.0.0.1'), {}),
    'what of a packet of the host': (WHY_GET, why(src='203.0.113.2'), {}),
    'what of a packet to a group': (WHY_GET, why(dst='224.0.0.5'), {}),
    'what of a packet from nowhere': (WHY_GET, why(), {}),
    'what of a device that there is not':
        (WHY_GET, why() + text(WHY_DEV, 'nothing'), {}),
    'what of a device with too long a name':
        (WHY_GET, why() + text(WHY_DEV, 'd' * 16), {}),
    'what of a verdict that is given':
        (WHY_GET, why() + u32(WHY_VERDICT, 0), {}),
    'a dump of what of a packet': (WHY_GET, why(), {'flags': NLM_F_DUMP}),
    'a flow of an unknown gateway': (FLOW_NEW, flow(gateway='x'), {}),
    'a flow without gateway': (FLOW_NEW, flow(FLOW_GATEWAY), {}),
    'a flow without protocol': (FLOW_NEW, flow(FLOW_PROTO), {}),
    'a flow without source': (FLOW_NEW, flow(FLOW_SRC), {}),
    'a flow without destination': (FLOW_NEW, flow(FLOW_DST), {}),
    'a flow without source port': (FLOW_NEW, flow(FLOW_SPORT), {}),
    'a flow without destination port': (FLOW_NEW, flow(FLOW_DPORT), {}),
    'a flow without address': (FLOW_NEW, flow(WIRE_IP), {}),
    'a flow without port': (FLOW_NEW, flow(WIRE_PORT), {}),
    'a flow without state': (FLOW_NEW, flow(FLOW_STATE), {}),
    'a flow without life': (FLOW_NEW, flow(EXPIRES), {}),
    'a flow that has expired': (FLOW_NEW, flow(expires=0), {}),
    'a flow that lives too long': (FLOW_NEW, flow(expires=351), {}),
    'a flow of an address of nobody':
        (FLOW_NEW, flow(wire='203.0.113.99'), {}),
    'a flow in no state': (FLOW_NEW, flow(state=10), {}),
    'a flow of no kind': (FLOW_NEW, flow() + u32(FLOW_KIND, 3), {}),
    'a flow that is a mapping': (FLOW_NEW, flow() + u32(FLOW_KIND, 2), {}),
    'a flow that has seen what there is not':
        (FLOW_NEW, flow() + u32(TCP_SEEN, 1 << 10), {}),
    'a flow of UDP that has sent a SYN':
        (FLOW_NEW, flow() + u32(TCP_SEEN, 1), {}),
    'a flow of UDP with a number': (FLOW_NEW, flow() + u32(SEQ_OUT, 1), {}),
    'a flow with a short number':
        (FLOW_NEW, flow() + attr(SEQ_OUT, b'\1'), {}),
    'a guest with a value': (FLOW_NEW, flow() + u32(GUEST, 1), {}),
    'a mapped flow with a value': (FLOW_NEW, flow() + u32(MAPPED, 1), {}),
    'a flow with an idle time-out of nothing':
        (FLOW_NEW, flow() + u32(FLOW_IDLE, 0), {}),
    'a flow with what only requests have':
        (FLOW_NEW, flow() + attr(WHOLE, b''), {}),
    'a flow with an unknown attribute': (FLOW_NEW, flow() + u32(200, 1), {}),
    'a dump of flows to be made':
        (FLOW_NEW, flow(), {'flags': NLM_F_DUMP}),
    'a flush by the length of no prefix': (FLOW_FLUSH, u8(SRC_LEN, 16), {}),
    'a flush of all that flows know':
        (FLOW_FLUSH, attr(WHOLE, b''), {}),
    'reserved bytes used': (GATEWAY_NEW, VALID, {'reserved': 1}),
    'header cut short': (GATEWAY_NEW, b'', {'cut': 2}),
    'unknown command': (99, VALID, {}),
    'a notification as a request': (5, text(NAME, 'g'), {}),
    'a dump of what has none':
        (GATEWAY_DEL, text(NAME, 'g'), {'flags': NLM_F_DUMP}),
    'a dump with an unknown attribute':
        (FLOW_GET, u32(200, 1), {'flags': NLM_F_DUMP}),
    'a flush with an unknown attribute': (FLOW_FLUSH, u32(200, 1), {}),
}


def ports(wire, proto, dst, dport):
    """How many ports towards a destination are taken"""
    netlink = Netlink()
    answer, (code, words) = netlink.send(
        netlink.family, PORT_GET,
        addr(PORT_WIRE_IP, wire) + u8(PORT_PROTO, int(proto)) +
        addr(PORT_DST, dst) + attr(PORT_DPORT, struct.pack('>H', int(dport))) +
        u16(PORT_FIRST, 1))
    if not answer:
        sys.exit('%s: %s' % (code, words))
    print(struct.unpack('I', answer[PORT_TAKEN])[0])


def main():
    netlink = Netlink()
    for name, (command, payload, options) in CASES.items():
        _, (code, words) = netlink.send(netlink.family, command, payload,
                                        **options)
        print('%s|%s|%s' % (name, code, words))


if __name__ == '__main__':
    if sys.argv[1:2] == ['ports']:
        ports(*sys.argv[2:])
    else:
        main()
