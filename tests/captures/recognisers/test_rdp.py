"""X.224 connection requests and confirms, and the handshake over UDP."""

from __future__ import annotations

import pytest

from segcheck.captures.recognising import Opening, Verdict, conforms, rdp_encrypted, recognise
from tests.captures.recognisers import sound


def tpkt(code: int, rest: bytes, fixed: bytes = b"\x00\x00\x00\x00\x00") -> bytes:
    inner = bytes((6 + len(rest), code)) + fixed + rest
    return b"\x03\x00" + (4 + len(inner)).to_bytes(2, "big") + inner


def negotiation(kind: int, flags: int, value: int) -> bytes:
    return bytes((kind, flags, 8, 0)) + value.to_bytes(4, "little")


def datagram(acknowledges: int, flags: int, number: int, size: int = 1232) -> bytes:
    head = acknowledges.to_bytes(4, "big") + b"\x00\x40" + flags.to_bytes(2, "big")
    return (head + number.to_bytes(4, "big") + size.to_bytes(2, "big") * 2).ljust(64, b"\x00")


ANSWER = tpkt(0xD0, negotiation(2, 0x1F, 2), b"\x00\x00\x12\x34\x00")
PLAIN = tpkt(0xD0, b"", b"\x00\x00\x12\x34\x00")
COOKIE = b"Cookie: mstshash=jimu01\r\n"
TLS_HELLO = bytes.fromhex("16030100b0010000ac0303") + bytes(53)
SOUND = [
    (tpkt(0xE0, COOKIE + negotiation(1, 0, 3)), ANSWER, 6),
    (tpkt(0xE0, negotiation(1, 0, 0x0B)), ANSWER, 6),
    (tpkt(0xE0, COOKIE), PLAIN, 6),
    (tpkt(0xE0, b""), PLAIN, 6),
    (tpkt(0xE0, negotiation(1, 8, 0x0B) + b"\x06\x00\x24\x00" + bytes(32)), ANSWER, 6),
    (tpkt(0xE0, COOKIE + negotiation(1, 0, 1)), tpkt(0xD0, negotiation(3, 0, 5), b"\x00\x00\x12\x34\x00"), 6),
    (tpkt(0xE0, b"Cookie: msts=3640205228.15629.0000" + b"0" * 40 + b"\r\n")[:64], PLAIN, 6),
    (datagram(0xFFFFFFFF, 0x1801, 0xBBFF5687), datagram(0xBBFF5687, 0x1005, 7), 17),
]
REFUSED = [
    (b"\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02", PLAIN),  # S7: TSAPs
    (tpkt(0xE0, COOKIE)[:-2] + b"xx", PLAIN),  # a cookie without its end
    (b"\x03\x00\x00\x14" + tpkt(0xE0, negotiation(1, 0, 3))[4:], ANSWER),  # TPKT and X.224 disagree on the length
    (b"\x03\x00\x00\x13\x0d" + tpkt(0xE0, negotiation(1, 0, 3))[5:], ANSWER),
    (tpkt(0xE0, negotiation(1, 0, 0x40)), ANSWER),  # a protocol that there is not
    (tpkt(0xE0, negotiation(1, 8, 3)), ANSWER),  # a correlation id announced and not there
    (tpkt(0xE0, negotiation(1, 0, 3)) + TLS_HELLO[:20], ANSWER),  # nobody goes on before the answer
    (tpkt(0xE0, negotiation(1, 0, 3)), tpkt(0xD0, negotiation(2, 0x1F, 3), b"\x00\x00\x12\x34\x00")),  # two chosen
    (tpkt(0xE0, negotiation(1, 0, 3)), tpkt(0xE0, negotiation(1, 0, 3))),  # an echo
    (tpkt(0xE0, b"", b"\x00\x01\x00\x00\x00"), PLAIN),  # a reference to a connection that is not there
    (tpkt(0xE0, b"", b"\x00\x00\x00\x00\x40"), PLAIN),  # transport class 4
]


@pytest.mark.parametrize(("initiator", "responder"), REFUSED)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("rdp", initiator, responder, 6)


def test_tls_alone_is_not_rdp() -> None:
    hello = bytes.fromhex("160303005f0200005b0303") + bytes(53)

    answer = conforms("rdp", Opening(TLS_HELLO, hello, 6))

    assert (answer.verdict, answer.what, answer.sure) == (Verdict.DIFFERS, "tls", True)


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (datagram(0xFFFFFFFF, 0x1801, 5), datagram(6, 0x1005, 7)),  # acknowledges another number
        (datagram(0xFFFFFFFF, 0x1805, 5), datagram(5, 0x1005, 7)),  # the first one acknowledges nothing
        (datagram(0xFFFFFFFF, 0x1801, 5, size=1500), datagram(5, 0x1005, 7)),
        (datagram(0xFFFFFFFF, 0x1801, 5)[:20], datagram(5, 0x1005, 7)),  # not padded
    ],
)
def test_handshakes_over_udp_that_do_not_fit_differ(initiator: bytes, responder: bytes) -> None:
    assert not recognise(initiator, responder, 17).sure
    assert sound.refused("rdp", initiator, responder, 17)


ZERO = tpkt(0xD0, negotiation(2, 0x1F, 0), b"\x00\x00\x12\x34\x00")
FAILED = tpkt(0xD0, negotiation(3, 0, 5), b"\x00\x00\x12\x34\x00")
ASKS = tpkt(0xE0, negotiation(1, 0, 3))


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        (Opening(ASKS, ANSWER, 6), True),
        (Opening(ASKS, PLAIN, 6), False),
        (Opening(tpkt(0xE0, COOKIE), PLAIN, 6), False),
        (Opening(ASKS, ZERO, 6), False),
        (Opening(ASKS, FAILED, 6), None),
        (Opening(ASKS, b"", 6), None),
        (Opening(ASKS, ANSWER[:-1], 6), None),
        (Opening(b"", PLAIN, 6), None),
        (Opening(TLS_HELLO, PLAIN, 6), None),
        (Opening(ASKS, PLAIN, 6, midstream=True), None),
        (Opening(PLAIN, ASKS, 6), None),
        (Opening(PLAIN, ASKS, 6, guessed=True), False),
        (Opening(SOUND[-1][0], SOUND[-1][1], 17), None),
    ],
)
def test_what_both_ends_agreed_on_tells_whether_tls_follows(opening: Opening, expected: bool | None) -> None:
    assert rdp_encrypted(opening) is expected
