"""Versions of the remote framebuffer protocol."""

from __future__ import annotations

import pytest

from segcheck.captures.recognising import Opening, Verdict, conforms

SOUND = [
    (b"RFB 003.008\n", b"RFB 003.008\n", 6),
    (b"RFB 003.003\n", b"RFB 003.889\n", 6),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (b"RFB 003.008\n", b"RFB 003.008\r\n"),
        (b"RFB 003.008\n", b"RFB 003-008\n"),
        (b"RFB 003.008\n", b"RFB 003.008\n\x01\x02"),
        (b"RFB 3.8\n", b"RFB 003.008\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"RFB 003.008\n"),
    ],
)
def test_what_is_not_quite_it_differs(initiator: bytes, responder: bytes) -> None:
    assert conforms("vnc", Opening(initiator, responder, 6)).verdict is Verdict.DIFFERS
