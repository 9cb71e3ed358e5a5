"""Requests to a relay, in three versions."""

from __future__ import annotations

import pytest

from tests.captures.recognisers import sound

GRANTED = b"\x00\x5a" + bytes(6)
SOUND = [
    (b"\x05\x01\x00", b"\x05\x00", 6),
    (b"\x05\x03\x00\x01\x02", b"\x05\x02", 6),
    (b"\x05\x01\x02", b"\x05\xff", 6),
    (b"\x04\x01\x01\xbb\xc0\x00\x02\x01user\x00", GRANTED, 6),
    (b"\x04\x01\x01\xbb\x00\x00\x00\x01\x00www.example.jp\x00", b"\x00\x5b" + bytes(6), 6),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (b"\x05\x00", b"\x05\x00"),
        (b"\x05\x01\x00\x00", b"\x05\x00"),
        (b"\x05\x01\x00", b"\x05\x02"),  # a method that was not offered
        (b"\x05\x01\x00", b"\x05\x00\x00"),
        (b"\x05\x01\x00", GRANTED),
        (b"\x04\x03\x01\xbb\xc0\x00\x02\x01\x00", GRANTED),
        (b"\x04\x01\x00\x00\xc0\x00\x02\x01\x00", GRANTED),
        (b"\x04\x01\x01\xbb\xc0\x00\x02\x01\x00more", GRANTED),
        (b"\x04\x01\x01\xbb\xc0\x00\x02\x01\x00", b"\x00\x5e" + bytes(6)),
        (b"\x04\x01\x01\xbb\xc0\x00\x02\x01\x00", GRANTED + b"x"),
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("socks", initiator, responder, 6)
