"""What HTTP/1 servers answer with, for both of its recognisers."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head


def status_line(head: Head) -> bool:
    """Return whether a status line stands there (RFC 9112 §4: version, a code of 100 to 599, a reason that may be absent)."""
    if head.word(b"HTTP/1.0 ", b"HTTP/1.1 ") is None:
        return False
    if not (0x31 <= head.byte() <= 0x35 and 0x30 <= head.byte() <= 0x39 and 0x30 <= head.byte() <= 0x39):
        return False
    if head.byte() not in b" \r\n":
        return False
    head.place -= 1
    return head.line(eight_bit=True) is not None
