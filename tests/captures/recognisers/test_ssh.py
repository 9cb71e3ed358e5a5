"""Versions of Secure Shell."""

from __future__ import annotations

import pytest

from segcheck.captures.recognising import Opening, Verdict, Why, conforms
from tests.captures.recognisers import sound

SOUND = [
    (b"SSH-2.0-OpenSSH_9.6\r\n", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", 6),
    (b"SSH-2.0-client\n", b"SSH-1.99-server\r\n", 6),
    ((b"SSH-2.0-" + b"x" * 80)[:64], b"SSH-2.0-OpenSSH_9.6\r\n\x00\x00\x04\x0c", 6),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (b"SSH-3.0-x\r\n", b"SSH-2.0-x\r\n"),
        (b"SSH-2.0-\r\n", b"SSH-2.0-x\r\n"),
        (b"SSH-2.0-x\x00y\r\n", b"SSH-2.0-x\r\n"),
        (b"\x16\x03\x01\x00", b"SSH-2.0-x\r\n"),
        (b"SSH-2.0-x\r\n", b"\x15\x03\x01\x00\x02\x02\x28"),
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("ssh", initiator, responder, 6)


def test_a_server_may_talk_before_its_version_so_that_other_text_decides_nothing() -> None:
    answer = conforms("ssh", Opening(b"SSH-2.0-x\r\n", b"Welcome\r\n", 6))

    assert (answer.verdict, answer.why) == (Verdict.UNKNOWN, Why.TOO_LITTLE)
