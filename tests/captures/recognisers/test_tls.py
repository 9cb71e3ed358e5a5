"""Hellos and alerts of TLS."""

from __future__ import annotations

import pytest

from tests.captures.recognisers import sound


def hello(kind: int, record: int, message: int, session: int = 32) -> bytes:
    start = b"\x16\x03\x01" + record.to_bytes(2, "big") + bytes((kind,)) + message.to_bytes(3, "big") + b"\x03\x03"
    return start + bytes(range(32)) + bytes((session,)) + bytes(20)


CLIENT, SERVER = hello(1, 196, 192), hello(2, 122, 118)
OLD = b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10" + bytes(37)
SOUND = [
    (CLIENT, SERVER, 6),
    (hello(1, 16384, 20000), hello(2, 4000, 85), 6),
    (CLIENT, b"\x15\x03\x03\x00\x02\x02\x28", 6),
    (OLD, SERVER, 6),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (CLIENT, CLIENT),
        (SERVER, SERVER),
        (hello(1, 200, 192), SERVER),  # something behind the hello in its record
        (hello(1, 20000, 20000), SERVER),  # a record that is too long
        (hello(1, 30, 26), SERVER),
        (hello(1, 196, 192, session=33), SERVER),
        (b"\x16\x02" + CLIENT[2:], SERVER),
        (CLIENT[:9] + b"\x05\x03" + CLIENT[11:], SERVER),
        (CLIENT, b"\x15\x03\x03\x00\x02\x03\x28"),
        (CLIENT, b"\x15\x03\x03\x00\x1a\x02\x28"),
        (OLD[:6] + b"\x16" + OLD[7:], SERVER),  # a list of ciphers that is no multiple of three
        (b"\x80\x2f" + OLD[2:], SERVER),
        (b"\x17\x03\x03\x00\x20" + bytes(32), b"\x17\x03\x03\x00\x20" + bytes(32)),
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("tls", initiator, responder, 6)
