"""Remote Desktop Protocol: the X.224 connection request and confirm in TPKT, or the handshake of its UDP transport.

What follows the confirm does not show in the first bytes, but which security was chosen does (`encrypted`). TLS without a
request before it is not taken for RDP, though MS-RDPBCGR §5.4.2.2 has such a "direct approach": it cannot be told from any
other TLS.
"""

from __future__ import annotations

from segcheck.captures.recognisers._base import TCP, UDP, Head, Protocol, Short

PROTOCOL = Protocol(
    name="rdp",
    en="Remote Desktop (RDP)",
    ja="リモートデスクトップ (RDP)",
    transports=(TCP, UDP),
    source="RFC 1006 §6; X.224 §13.3, §13.4; MS-RDPBCGR §2.2.1.1, §2.2.1.2; MS-RDPEUDP §2.2.2.1, §2.2.2.5, §3.1.5.1",
)

#: Bytes of TPKT header and of the fixed part of a connection request or confirm.
_FIXED = 11
_REQUEST, _CONFIRM = 0xE0, 0xD0
_NEGOTIATION = 8
_CORRELATION = 36
_RESPONSE, _FAILURE = 2, 3
_SYN, _ACK = 0x0001, 0x0004
#: SYN, SYNLOSSY, correlation id, SYNEX; an answer may carry ACK besides.
_SYN_FLAGS = 0x1A01


def opens(head: Head) -> bool:
    """Return whether it is a connection request: nothing behind it, a cookie or a routing token, a negotiation request."""
    if head.proto == UDP:
        return head.number(4) == 0xFFFF_FFFF and _handshake(head, _SYN)
    rest = _fixed(head, _REQUEST)
    if rest is None:
        return False
    if rest and head.data[head.place : head.place + 1] != b"\x01":
        before = head.place
        if head.word(b"Cookie: ", b"tsv:") is None:
            return False
        there = head.data[before : before + rest]
        if len(there) == rest and b"\n" not in there:  # the TPDU is whole, the line is not
            return False
        line = head.line()
        if line is None:
            return False
        rest -= head.place - before
        if not line[1]:
            return rest >= 2
    if rest == 0:
        return _nothing_more(head)
    return rest in (_NEGOTIATION, _NEGOTIATION + _CORRELATION) and _request(head, rest)


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is a connection confirm: bare, or with a negotiation response or failure."""
    if head.proto == UDP:
        acknowledged, number = head.take(4), opening[8:12]
        return (acknowledged == number or len(number) < 4) and _handshake(head, _SYN | _ACK)
    rest = _fixed(head, _CONFIRM)
    if rest is None or rest not in (0, _NEGOTIATION):
        return False
    if rest == 0:
        return _nothing_more(head)
    kind, flags = head.byte(), head.byte()
    if kind not in (_RESPONSE, _FAILURE) or head.little(2) != _NEGOTIATION:
        return False
    value = head.little(4)
    chosen = flags <= 0x1F and value in (0, 1, 2, 4, 8, 16)
    failed = flags == 0 and 1 <= value <= 6
    return (chosen if kind == _RESPONSE else failed) and _nothing_more(head)


def encrypted(opening: bytes, answer: bytes) -> bool | None:
    """Return whether the two agreed on TLS or CredSSP, or chose standard RDP security (False); None if neither shows.

    Of a request and a confirm that `opens` and `answers` take. A server that names no protocol, or number 0, chose standard
    RDP security, whatever was asked for (MS-RDPBCGR §2.2.1.2.1, §5.3); a failure ends the connection.
    """
    try:
        if not opens(Head(opening)):
            return None
        if not answers(Head(answer), opening):
            return None
    except Short:
        return None
    if len(answer) == _FIXED:
        return False
    return answer[-4:] != bytes(4) if answer[_FIXED] == _RESPONSE else None


def _fixed(head: Head, code: int) -> int | None:
    """Return how many bytes follow the fixed part; None if that is no TPDU with this code."""
    if head.byte() != 3 or head.byte() != 0:
        return None
    length = head.number(2)
    # X.224 §13.2.1: the length indicator does not count itself; 255 is reserved
    if length < _FIXED or head.byte() != length - 5 or length - 5 == 255 or head.byte() != code:
        return None
    if code == _REQUEST and head.number(2) != 0:
        return None
    head.take(2 if code == _REQUEST else 4)
    if head.byte() != 0:
        return None
    return length - _FIXED


def _request(head: Head, rest: int) -> bool:
    if head.byte() != 1:
        return False
    flags = head.byte()
    if flags & ~0x0B or bool(flags & 8) != (rest > _NEGOTIATION):
        return False
    if head.little(2) != _NEGOTIATION or head.little(4) > 0x1F:
        return False
    return rest > _NEGOTIATION or _nothing_more(head)


def _nothing_more(head: Head) -> bool:
    """Each end waits for the other after its first TPDU."""
    return head.left == 0


def _handshake(head: Head, wanted: int) -> bool:
    head.take(2)  # receive window
    flags = head.number(2)
    if flags & (_SYN | _ACK) != wanted or flags & ~(_SYN_FLAGS | wanted):
        return False
    head.take(4)  # initial sequence number
    sizes = head.number(2), head.number(2)
    return all(1132 <= size <= 1232 for size in sizes) and not head.whole
