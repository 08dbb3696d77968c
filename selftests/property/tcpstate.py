# SPDX-License-Identifier: GPL-2.0
"""The state of a TCP, SCTP or DCCP connection, as far as time-outs depend on it.

The states are those of RFC 7857 and RFC 6146; an RST counts only when its number
is exactly the next one. What a side "sent last" is plain while numbers go up
without a gap. Else several numbers are kept, and a packet whose effect depends
on which of them is meant is not sent: Unsure.
"""

from wire import ACK, DCCP, FIN, RST, SCTP, SYN, TCP

OPENING, ESTABLISHED, FIN_INSIDE, FIN_OUTSIDE, CLOSING, RESET = (
    'tcp-opening', 'tcp-established', 'tcp-fin-inside', 'tcp-fin-outside',
    'tcp-closing', 'tcp-reset')
OUT, IN = 0, 1
NEAR = 1 << 20
CAUTION = 1 << 12

# What the first chunk of SCTP and the type of DCCP are in TCP's words.
SCTP_WORDS = {1: SYN, 2: SYN | ACK, 6: RST, 14: RST}
DCCP_WORDS = {0: SYN, 1: SYN | ACK, 6: FIN | ACK, 7: RST}


class Unsure(Exception):
    """The documents do not say what has to happen; do not try it."""


class Segment:
    """What a packet says about its connection."""

    def __init__(self, pkt):
        self.numbers = pkt.proto == TCP
        self.seq = self.end = self.ack = 0
        if pkt.proto == TCP:
            self.flags = pkt.flags()
            self.seq, self.end, self.ack = pkt.tcp_numbers()
        elif pkt.proto == SCTP:
            self.flags = SCTP_WORDS.get(pkt.body[12], ACK)
        elif pkt.proto == DCCP:
            self.flags = DCCP_WORDS.get(pkt.body[8] >> 1 & 15, ACK)

    def has(self, flag):
        return bool(self.flags & flag)

    def opens(self):
        return self.flags & (SYN | ACK | RST) == SYN


def distance(one, other):
    """How far apart two sequence numbers are."""
    apart = (one - other) & 0xffffffff
    return min(apart, 0x100000000 - apart)


class Numbers:
    """A number that a side sent last; several where that is not plain."""

    def __init__(self):
        self.known = []

    def note(self, value, plain):
        if plain:
            self.known = [value]
        elif not self.known:
            self.known = [None, value]
        elif value not in self.known:
            self.known = self.known + [value]

    def is_surely(self, value):
        return self.known == [value]

    def may_be(self, value):
        return value in self.known

    def follows(self, value):
        """Is it the one known, or a little ahead of it?"""
        return not self.known or len(self.known) == 1 and \
            (value - self.known[0]) & 0xffffffff < NEAR

    def last(self):
        """The latest of them, or None."""
        return self.known[-1] if self.known else None


class Tracker:
    """One connection. States holds those that it may be in."""

    def __init__(self, segment, side, accepted=False):
        self.begin(segment, side)
        if accepted:
            self.states = self.next_states()
            if segment.has(RST):
                self.states.append(RESET)

    def begin(self, segment, side):
        self.opener = side
        self.states = [OPENING]
        self.syn = [False, False]
        self.fins = [(False, False)]
        self.end, self.ack = [Numbers(), Numbers()], [Numbers(), Numbers()]
        self.was_reset = False
        self.note(segment, side)

    def note(self, segment, side):
        self.syn[side] |= segment.has(SYN)
        if segment.has(FIN):
            self.note_fin(side)
        if not segment.numbers:
            return
        end = self.end[side]
        plain = end.is_surely(segment.seq)
        if not plain and side == IN:
            plain = self.ack[OUT].is_surely(segment.seq) and \
                end.follows(segment.end)
        if not plain and not end.known:
            # The first one, but an outsider has to answer what came before.
            plain = side == OUT or not self.end[OUT].known or \
                segment.has(ACK) and self.end[OUT].is_surely(segment.ack)
        end.note(segment.end, plain)
        if segment.has(ACK):
            ack = self.ack[side]
            ack.note(segment.ack, ack.follows(segment.ack) and
                     (side == OUT or self.may_have_got(segment.ack)))

    def may_have_got(self, ack):
        """Can the far side acknowledge that? Only what was sent to it."""
        sent = self.end[OUT]
        return not sent.known or len(sent.known) == 1 and \
            (sent.last() - ack) & 0xffffffff < NEAR

    def note_fin(self, side):
        """Whether one counts that comes before the handshake is whole is not
        said: both are possible."""
        before = self.fins
        self.fins = [(True, theirs) if side == OUT else (ours, True)
                     for ours, theirs in before]
        if self.states == [OPENING]:
            self.fins += before

    # What a packet means

    def reopens(self, segment, side):
        """Does the client use a tuple again whose connection is over?"""
        over = [state in (CLOSING, RESET) for state in self.states]
        if side != OUT or segment.flags & (SYN | ACK) != SYN or \
                segment.has(RST) or not any(over):
            return False
        if not all(over):
            raise Unsure
        return True

    def is_next(self, segment, side):
        """Is an RST the one that its receiver has to take for real?"""
        if not segment.numbers:
            return True
        end, ack = self.end[side], self.ack[1 - side]
        if end.is_surely(segment.seq) or ack.is_surely(segment.seq):
            return True
        answers = self.states == [OPENING] and segment.has(ACK)
        if answers and self.end[1 - side].is_surely(segment.ack):
            return True
        if end.may_be(segment.seq) or ack.may_be(segment.seq) or \
                segment.has(ACK) and self.end[1 - side].may_be(segment.ack):
            raise Unsure
        return False

    def is_far(self, segment):
        """Can the far side not have sent it?"""
        known = self.ack[OUT].known
        if not known:
            # In answer to the SYN, it had to acknowledge that.
            if not self.end[OUT].known:
                raise Unsure
            return True
        apart = [distance(segment.seq, value) for value in known
                 if value is not None]
        if max(apart) < NEAR - CAUTION:
            return False
        if min(apart) > NEAR + CAUTION:
            return True
        raise Unsure

    def verdict(self, segment, side):
        """far, ignored, again (without effect), reset, reopen or refresh."""
        if segment.has(RST):
            if self.is_next(segment, side):
                return 'again' if self.was_reset else 'reset'
            if side == IN and self.is_far(segment):
                return 'far'
            return 'ignored'
        return 'reopen' if self.reopens(segment, side) else 'refresh'

    def apply(self, segment, side, verdict):
        """Go on to the next state; returns whether a handshake was completed."""
        if verdict in ('far', 'ignored', 'again'):
            return False
        if verdict == 'reset':
            self.was_reset = True
            if self.states != [CLOSING]:
                self.states = [CLOSING, RESET] if CLOSING in self.states \
                    else [RESET]
            return False
        if verdict == 'reopen':
            self.begin(segment, side)
            return False
        self.was_reset = False
        opening = self.states == [OPENING]
        if RESET in self.states and (False, False) not in self.fins:
            # Nor whether a FIN from before the RST still counts.
            self.fins.append((False, False))
        self.note(segment, side)
        if opening and not (all(self.syn) and side == self.opener and
                            segment.has(ACK)):
            return False
        self.states = self.next_states()
        return opening

    def next_states(self):
        found = []
        for ours, theirs in self.fins:
            state = (ESTABLISHED, FIN_INSIDE, FIN_OUTSIDE,
                     CLOSING)[ours + 2 * theirs]
            if state not in found:
                found.append(state)
        return found
