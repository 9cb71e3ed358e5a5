"""HTTP's CONNECT: a proxy is asked for a tunnel to somewhere else; what the tunnel carries is not known."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol
from segcheck.captures.recognisers._status import status_line

PROTOCOL = Protocol(
    name="http-connect",
    en="tunnel through a web proxy (HTTP CONNECT)",
    ja="ウェブプロキシ経由のトンネル (HTTP CONNECT)",
    source="RFC 9110 §9.3.6; RFC 9112 §3.2.3, §4",
)


def opens(head: Head) -> bool:
    """Return whether it is a request line of CONNECT with host and port."""
    if head.word(b"CONNECT ") is None:
        return False
    line = head.line()
    if line is None:
        return False
    text, ended = line
    target, _, version = text.partition(b" ")
    if not ended and not version:  # the target is longer than what was kept
        return bool(target)
    port = target.rpartition(b":")[2]
    return port.isdigit() and int(port) <= 65535 and (not ended or version in (b"HTTP/1.1", b"HTTP/1.0"))


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is the line of a status."""
    return status_line(head)
