"""HTTP without encryption: a request and the line with its status, or HTTP/2 begun without asking.

Requests of CONNECT are `http-connect`: what they carry is not HTTP.
"""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol
from segcheck.captures.recognisers._status import status_line

PROTOCOL = Protocol(
    name="http",
    en="web without encryption (HTTP)",
    ja="暗号化されていないウェブ (HTTP)",
    source="RFC 9112 §3, §4; RFC 9113 §3.4, §6.5; methods: IANA registry of HTTP methods",
)

_NAMES = (
    b"ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL "
    b"MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT REBIND REPORT SEARCH TRACE "
    b"UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL"
)
_METHODS = tuple(name + b" " for name in _NAMES.split())
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS = 4


def opens(head: Head) -> bool:
    """Return whether it is a request line with a registered method, or the preface of HTTP/2."""
    if head.data[:2] == b"PR" and head.data[:4] != b"PROP":
        return head.word(_PREFACE, b"PROPFIND ", b"PROPPATCH ") == _PREFACE
    if head.word(*_METHODS) is None:
        return False
    if head.word(b"/", b"http://", b"https://", b"ftp://", b"* ") is None:
        return False
    head.place -= 1  # the blank behind a lone asterisk belongs to the version
    line = head.line(eight_bit=True)
    if line is None:
        return False
    text, ended = line
    if not ended:  # the target is longer than what was kept
        return True
    return text.endswith((b" HTTP/1.1", b" HTTP/1.0"))


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is the line of a status, or the settings with which HTTP/2 begins."""
    if opening[:4] == b"PRI " or (len(opening) < 4 and head.data[:1] == b"\x00"):
        length = head.number(3)
        return length % 6 == 0 and length <= 16384 and head.byte() == _SETTINGS and head.number(5) == 0
    return status_line(head)
