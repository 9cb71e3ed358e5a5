"""TLS from its first byte: a ClientHello, and a ServerHello or an alert. What is inside is not known."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol

PROTOCOL = Protocol(
    name="tls",
    en="TLS",
    ja="TLS",
    source="RFC 8446 §4, §5.1, §6; RFC 5246 §6.2.1, §7.4.1, Appendix E.2",
)

_ALERT, _HANDSHAKE = 21, 22
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
#: A record's content may not be longer.
_LONGEST = 16384
#: The shortest hello: version, random, an empty session id, one cipher suite, one compression method.
_SHORTEST = {_CLIENT_HELLO: 41, _SERVER_HELLO: 38}


def opens(head: Head) -> bool:
    """Return whether it is a ClientHello, be it in the framing of SSL 2 (RFC 5246 Appendix E.2)."""
    if head.data[:1] >= b"\x80":
        return _old_hello(head)
    return head.byte() == _HANDSHAKE and _hello(head, _CLIENT_HELLO)


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is a ServerHello, or an alert without encryption."""
    kind = head.byte()
    if kind == _HANDSHAKE:
        return _hello(head, _SERVER_HELLO)
    if kind != _ALERT or not _version(head) or head.number(2) != 2:
        return False
    return head.byte() in (1, 2) and head.byte() <= 121


def _hello(head: Head, wanted: int) -> bool:
    if not _version(head):
        return False
    record = head.number(2)
    if not 4 <= record <= _LONGEST or head.byte() != wanted:
        return False
    message = head.number(3)
    if message < _SHORTEST[wanted]:
        return False
    # nothing may follow a ClientHello before it is answered; it may go on in a further record
    if wanted == _CLIENT_HELLO and record > message + 4:
        return False
    if not _version(head):
        return False
    head.take(32)
    return head.byte() <= 32


def _version(head: Head) -> bool:
    return head.byte() == 3 and head.byte() <= 4


def _old_hello(head: Head) -> bool:
    length = head.number(2) & 0x7FFF
    if head.byte() != 1 or not _version(head):
        return False
    ciphers, session, challenge = head.number(2), head.number(2), head.number(2)
    return (
        ciphers > 0
        and ciphers % 3 == 0
        and session == 0
        and 16 <= challenge <= 32
        and length == 9 + ciphers + session + challenge
    )
