"""Mail transfer: the responder's greeting and the initiator's HELO or EHLO. Encryption asked for later does not show."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol, Undecided

PROTOCOL = Protocol(
    name="smtp", en="mail transfer (SMTP)", ja="メール転送 (SMTP)", source="RFC 5321 §3.1, §4.1.1, §4.2"
)

_HELLO = (b"EHLO", b"HELO")
_OTHERS = (b"MAIL FROM:", b"VRFY ", b"EXPN ", b"RSET", b"STARTTLS")
#: These are commands of FTP as well.
_SHARED = (b"NOOP", b"HELP", b"QUIT")


def opens(head: Head) -> bool:
    """Return whether it is a command that stands first in a session of mail."""
    said = head.word(*_HELLO, *_OTHERS, *_SHARED, fold=True)
    if said is None:
        return False
    if said in (*_HELLO, b"RSET", b"STARTTLS", *_SHARED) and head.byte() not in b" \r\n":
        return False
    head.place -= 1
    if head.line(eight_bit=True) is None:
        return False
    if said in _SHARED:
        raise Undecided
    return True


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is a greeting (220), or a refusal to serve (421, 554)."""
    return head.greeting(b"220", b"421", b"554")
