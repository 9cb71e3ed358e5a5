"""Secure Shell: both ends begin with the version that they speak."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol, Undecided

PROTOCOL = Protocol(name="ssh", en="Secure Shell (SSH)", ja="SSH", source="RFC 4253 §4.2, §5")


def opens(head: Head) -> bool:
    """Return whether it is a line with a protocol version."""
    return _version(head)


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is a line with a protocol version; a responder may send other lines before it."""
    if head.data[:4] == b"SSH-"[: len(head.data)]:
        return _version(head)
    if head.line(eight_bit=True) is None:
        return False
    raise Undecided


def _version(head: Head) -> bool:
    if head.word(b"SSH-2.0-", b"SSH-1.99-", b"SSH-1.5-", b"SSH-1.3-") is None:
        return False
    if not 0x21 <= head.byte() <= 0x7E:
        return False
    return head.line() is not None
