"""Requests and status lines, and HTTP/2 begun without asking."""

from __future__ import annotations

import pytest

from segcheck.captures.recognising import Opening, Verdict, conforms
from tests.captures.recognisers import sound

OK = b"HTTP/1.1 200 OK\r\nServer: x\r\n"
SETTINGS = b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"
SOUND = [
    (b"GET / HTTP/1.1\r\nHost: www.example.jp\r\n\r\n", OK, 6),
    (b"POST /a?b=c HTTP/1.0\r\n\r\n", b"HTTP/1.0 404\r\n\r\n", 6),
    ((b"GET /" + b"a" * 200 + b" HTTP/1.1\r\n")[:64], (b"HTTP/1.1 302 " + b"Found " * 20)[:64], 6),
    (b"GET http://www.example.jp/ HTTP/1.1\r\n\r\n", OK, 6),
    (b"OPTIONS * HTTP/1.1\r\n\r\n", OK, 6),
    (b"PROPFIND /share HTTP/1.1\r\n\r\n", b"HTTP/1.1 207 Multi-Status\r\n", 6),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SETTINGS, SETTINGS, 6),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (b"get / HTTP/1.1\r\n\r\n", OK),
        (b"GET / HTTP/1.1 \r\n\r\n", OK),
        (b"GET / RTSP/1.0\r\n\r\n", OK),
        (b"GET /\r\n", OK),
        (b"OPTIONS rtsp://192.0.2.1/ RTSP/1.0\r\n\r\n", OK),
        (b"INVITE sip:a@192.0.2.1 SIP/2.0\r\n\r\n", OK),
        (b"GET /\x00 HTTP/1.1\r\n\r\n", OK),
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 099 x\r\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 2000\r\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"ICY 200 OK\r\n"),
        (b"GET / HTTP/1.1\r\n\r\n", SETTINGS),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", OK),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x00\x00\x07" + SETTINGS[3:]),
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("http", initiator, responder, 6)


def test_a_tunnel_is_not_the_web() -> None:
    answer = conforms("http", Opening(b"CONNECT www.example.jp:443 HTTP/1.1\r\n\r\n", OK, 6))

    assert (answer.verdict, answer.what, answer.sure) == (Verdict.DIFFERS, "http-connect", True)
