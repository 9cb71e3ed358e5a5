"""Domain names: a query and a response that fits it, in a datagram or behind a length.

NetBIOS names have the same shape and are refused by their record types. LLMNR cannot be told from it.
"""

from __future__ import annotations

from segcheck.captures.recognisers._base import TCP, UDP, Head, Protocol, Short, Undecided
from segcheck.model.flow import HEAD

PROTOCOL = Protocol(
    name="dns",
    en="names (DNS)",
    ja="名前解決 (DNS)",
    transports=(TCP, UDP),
    source="RFC 1035 §4.1, §4.2; RFC 2136 §2.2, §2.3; RFC 6895 §2; RFC 1002 §4.2.1.3 (what is not DNS)",
)

_RESPONSE, _RESERVED = 0x8000, 0x0040
#: Query, status, notify, update.
_OPCODES = (0, 2, 4, 5)
_UPDATE = 5
_NETBIOS_TYPES = (0x20, 0x21)
_NETBIOS_NAME = 32
_CLASSES = (1, 3, 4, 254, 255)
#: Bytes of the header, and of the shortest question (the root, a type, a class).
_HEADER, _QUESTION = 12, 5


def opens(head: Head) -> bool:
    """Return whether it is a query with one question."""
    if not _framed(head, _HEADER + _QUESTION):
        return False
    head.take(2)
    flags = head.number(2)
    if flags & (_RESPONSE | _RESERVED) or flags & 0x0F or flags >> 11 & 0x0F not in _OPCODES:
        return False
    questions, answered, authority, additional = (head.number(2) for _ in range(4))
    if questions != 1 or additional > 4:
        return False
    if flags >> 11 != _UPDATE and (answered > 1 or authority > 1):
        return False
    return _question(head) is not None


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is a response: to that query, or to one for the same name.

    Two queries of one socket may be answered in any order; a response that fits neither says nothing.
    """
    if not _framed(head, _HEADER):
        return False
    identity = head.take(2)
    flags = head.number(2)
    if not flags & _RESPONSE or flags & _RESERVED or flags >> 11 & 0x0F not in _OPCODES:
        return False
    questions = head.number(2)
    if questions > 1:
        return False
    head.take(6)
    name = _question(head) if questions else b""
    if name is None:
        return False
    asked = opening[2:] if head.proto == TCP else opening
    if not opening or identity == asked[:2] or (name and asked[_HEADER:].startswith(name)):
        return True
    raise Undecided


def _framed(head: Head, shortest: int) -> bool:
    """Return whether the length before a message over TCP holds a message; a datagram has none."""
    return head.proto == UDP or head.number(2) >= shortest


def _question(head: Head) -> bytes | None:
    """Return the name asked for, as far as it was kept; None if that is no question."""
    start = head.place
    try:
        size = head.byte()
        while size:
            if size > 63 or head.place - start + size > 255:
                return None
            head.take(size)
            size = head.byte()
        name = head.data[start : head.place]
        kind, group = head.number(2), head.number(2)
    except Short:
        if len(head.data) < HEAD:
            raise
        return head.data[start:]
    if kind in _NETBIOS_TYPES and name[0] == _NETBIOS_NAME:
        return None
    return name if kind != 0 and group in _CLASSES else None
