"""SOCKS, versions 4, 4a and 5: a relay is asked for a connection to somewhere else."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol

PROTOCOL = Protocol(
    name="socks",
    en="relay (SOCKS)",
    ja="中継 (SOCKS)",
    source="RFC 1928 §3; SOCKS: A protocol for TCP proxy across firewalls (SOCKS 4); SOCKS 4A",
)


def opens(head: Head) -> bool:
    """Return whether it is a choice of methods (5) or a request (4), and nothing else."""
    version = head.byte()
    if version == 5:
        count = head.byte()
        if count == 0:
            return False
        head.take(count)
        return head.left == 0
    if version != 4 or head.byte() not in (1, 2) or head.number(2) == 0:
        return False
    address = head.number(4)
    if address == 0 or not _name(head):
        return False
    return (address > 0xFF or _name(head)) and head.left == 0


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is the choice of an offered method (or of none), or the reply of version 4, and nothing else."""
    version = head.byte()
    if version == 5:
        if opening[:1] == b"\x04":
            return False
        method = head.byte()
        offered = opening[2:]
        known = len(opening) > 1 and len(offered) == opening[1]
        return (method == 0xFF or method in offered or not known) and head.left == 0
    if version != 0 or opening[:1] == b"\x05" or not 0x5A <= head.byte() <= 0x5D:
        return False
    head.take(6)
    return head.left == 0


def _name(head: Head) -> bool:
    """Return whether visible text up to a zero byte stands next."""
    while byte := head.byte():
        if not 0x21 <= byte <= 0x7E:
            return False
    return True
