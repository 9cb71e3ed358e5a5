"""Tunnels through a web proxy."""

from __future__ import annotations

import pytest

from tests.captures.recognisers import sound

SOUND = [
    (b"CONNECT www.example.jp:443 HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 200 Connection established\r\n\r\n", 6),
    (b"CONNECT 192.0.2.1:22 HTTP/1.0\r\n\r\n", b"HTTP/1.0 403 Forbidden\r\n", 6),
    ((b"CONNECT " + b"a" * 80 + b":443 HTTP/1.1\r\n")[:64], b"HTTP/1.1 200 OK\r\n", 6),
    (b"CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n", 6),
]


@pytest.mark.parametrize(
    "initiator",
    [
        b"CONNECT / HTTP/1.1\r\n\r\n",
        b"CONNECT www.example.jp HTTP/1.1\r\n\r\n",
        b"CONNECT www.example.jp:70000 HTTP/1.1\r\n\r\n",
        b"CONNECT www.example.jp:443\r\n\r\n",
        b"CONNECT www.example.jp:443 HTTP/3\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes) -> None:
    assert sound.refused("http-connect", initiator, b"HTTP/1.1 200 OK\r\n", 6)
