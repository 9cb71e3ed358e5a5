"""File transfer, the control connection: the responder's greeting and a first command that mail does not have."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol, Undecided

PROTOCOL = Protocol(
    name="ftp",
    en="file transfer (FTP control)",
    ja="ファイル転送 (FTP 制御)",
    source="RFC 959 §4.1, §5.3, §5.4; RFC 2228 §3; RFC 2389 §3; RFC 4217 §4; RFC 7151 §3",
)

_OWN = (b"USER", b"ACCT", b"AUTH TLS", b"AUTH SSL", b"AUTH GSSAPI", b"FEAT", b"SYST", b"OPTS", b"HOST", b"CLNT")
#: These are commands of SMTP as well.
_SHARED = (b"NOOP", b"HELP", b"QUIT")


def opens(head: Head) -> bool:
    """Return whether it is a command that stands first in a session of file transfer."""
    said = head.word(*_OWN, *_SHARED, fold=True)
    if said is None or head.byte() not in (b" \r\n-" if said.startswith(b"AUTH") else b" \r\n"):
        return False
    head.place -= 1
    if head.line(eight_bit=True) is None:
        return False
    if said in _SHARED:
        raise Undecided
    return True


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is a greeting (120, 220), or a refusal to serve (421)."""
    return head.greeting(b"120", b"220", b"421")
