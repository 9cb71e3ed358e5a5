"""Queries and responses, in datagrams and over TCP."""

from __future__ import annotations

import pytest

from segcheck.captures.recognising import Opening, Verdict, Why, conforms
from tests.captures.recognisers import sound


def name(text: str) -> bytes:
    return b"".join(bytes((len(label),)) + label.encode() for label in text.split(".") if label) + b"\x00"


def message(identity: int, flags: int, asked: bytes, kind: int = 1, counts: tuple[int, ...] = (1, 0, 0, 0)) -> bytes:
    head = b"".join(number.to_bytes(2, "big") for number in (identity, flags, *counts))
    return head + asked + kind.to_bytes(2, "big") + b"\x00\x01"


def framed(body: bytes) -> bytes:
    return (len(body).to_bytes(2, "big") + body)[:64]


WWW, LONG = name("www.example.jp"), name("a" * 60 + ".example.jp")
QUERY, RESPONSE = message(7, 0x0100, WWW), message(7, 0x8180, WWW, counts=(1, 1, 0, 0)) + b"\xc0\x0c\x00\x01\x00\x01"
SOUND = [
    (QUERY, RESPONSE, 17),
    (framed(QUERY), framed(RESPONSE), 6),
    (message(7, 0x0100, name("")), message(7, 0x8180, name("")), 17),
    (message(7, 0x0100, LONG)[:64], message(7, 0x8183, LONG)[:64], 17),
    (QUERY, message(8, 0x8180, WWW, kind=28), 17),  # A and AAAA of one socket, answered in turn
    (QUERY, b"\x00\x07\x81\x81" + bytes(8), 17),  # an error without its question
    (message(7, 0x2800, WWW, kind=6), message(7, 0xA800, WWW, kind=6), 17),
    (message(7, 0x0120, WWW, counts=(1, 0, 0, 1)) + b"\x00\x00\x29", RESPONSE, 17),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (QUERY, QUERY),
        (RESPONSE, RESPONSE),
        (message(7, 0x0140, WWW), RESPONSE),  # the reserved bit
        (message(7, 0x0100, WWW, counts=(2, 0, 0, 0)), RESPONSE),
        (message(7, 0x0100, WWW, counts=(0, 0, 0, 0)), RESPONSE),
        (message(7, 0x1900, WWW), RESPONSE),  # opcode 3
        (message(7, 0x0103, WWW), RESPONSE),  # a query that reports an error
        (message(7, 0x0110, name("F" * 32), kind=0x20), RESPONSE),  # NetBIOS names
        (QUERY[:12] + b"\xc0\x0c\x00\x01\x00\x01", RESPONSE),  # a pointer in a question
        (QUERY[:-2] + b"\x00\x09", RESPONSE),
        (QUERY[:20], RESPONSE),  # a datagram that ends within its question
        (b"\x00", RESPONSE),
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("dns", initiator, responder, 17)


def test_a_response_to_something_else_decides_nothing() -> None:
    answer = conforms("dns", Opening(QUERY, message(9, 0x8180, name("ftp.example.jp")), 17))

    assert (answer.verdict, answer.why) == (Verdict.UNKNOWN, Why.TOO_LITTLE)


def test_a_length_over_tcp_that_holds_no_message_differs() -> None:
    assert sound.refused("dns", b"\x00\x0b" + QUERY, framed(RESPONSE), 6)
