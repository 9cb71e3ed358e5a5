"""Versions of the remote framebuffer protocol."""

from __future__ import annotations

import pytest

from tests.captures.recognisers import sound

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
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("vnc", initiator, responder, 6)
