"""Greetings and first commands of file transfer."""

from __future__ import annotations

import pytest

from tests.captures.recognisers import sound

SOUND = [
    (b"USER anonymous\r\n", b"220 (vsFTPd 3.0.3)\r\n", 6),
    (b"AUTH TLS\r\n", b"220-\xe3\x82\x88\xe3\x81\x86\xe3\x81\x93\xe3\x81\x9d\r\n", 6),
    (b"FEAT\r\n", b"220\r\n", 6),
    (b"user x\r\n", b"120 soon\r\n", 6),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (b"User-agent: *\r\n", b"220 x\r\n"),
        (b"USERx\r\n", b"220 x\r\n"),
        (b"AUTH LOGIN\r\n", b"220 x\r\n"),
        (b"EHLO x\r\n", b"220 x\r\n"),
        (b"USER x\r\n", b"+OK POP3\r\n"),
        (b"USER x\r\n", b"230 x\r\n"),
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("ftp", initiator, responder, 6)
