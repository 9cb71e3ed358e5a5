"""Greetings and first commands of mail."""

from __future__ import annotations

import pytest

from segcheck.captures.recognising import Opening, Verdict, Why, conforms
from tests.captures.recognisers import sound

GREETING = b"220 mail.example.jp ESMTP\r\n"
SOUND = [
    (b"EHLO san-mail.example.jp\r\n", GREETING, 6),
    (b"helo x\r\nMAIL FROM:<a@example.jp>\r\n", b"220-first\r\n220 second\r\n", 6),
    (b"EHLO x\r\n", b"554 no service\r\n", 6),
    (b"EHLO x\r\n", b"421\r\n", 6),
    (b"MAIL FROM:<a@example.jp>\r\n", (b"220 " + b"x" * 80)[:64], 6),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (b"EHLOx y\r\n", GREETING),
        (b"LHLO x\r\n", GREETING),
        (b"USER x\r\n", GREETING),
        (b"EHLO x\r\n", b"220x\r\n"),
        (b"EHLO x\r\n", b"250 x\r\n"),
        (b"EHLO x\r\n", b"+OK ready\r\n"),
        (b"EHLO \x01\r\n", GREETING),
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("smtp", initiator, responder, 6)


def test_file_transfer_is_told_by_its_first_command() -> None:
    answer = conforms("smtp", Opening(b"USER x\r\n", b"220 ready\r\n", 6))

    assert (answer.what, answer.sure) == ("ftp", True)


@pytest.mark.parametrize("command", [b"QUIT\r\n", b"NOOP\r\n", b"help\r\n"])
@pytest.mark.parametrize("name", ["smtp", "ftp"])
def test_commands_that_mail_and_file_transfer_share_decide_nothing(name: str, command: bytes) -> None:
    answer = conforms(name, Opening(command, b"220 ready\r\n", 6))

    assert (answer.verdict, answer.why) == (Verdict.UNKNOWN, Why.TOO_LITTLE)
