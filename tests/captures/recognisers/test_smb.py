"""Messages of SMB 1, 2 and 3, and requests for a NetBIOS session."""

from __future__ import annotations

import pytest

from tests.captures.recognisers import sound


def message(body: bytes) -> bytes:
    return (b"\x00" + len(body).to_bytes(3, "big") + body)[:64]


def smb1(flags: int) -> bytes:
    return message(b"\xffSMB\x72" + bytes(4) + bytes((flags,)) + bytes(22) + b"\x00\x0c\x00\x02NT LM 0.12\x00")


def smb2(flags: int, command: int = 0, size: int = 64) -> bytes:
    numbers = size.to_bytes(2, "little") + bytes(6) + command.to_bytes(2, "little") + b"\x01\x00"
    return message(b"\xfeSMB" + numbers + flags.to_bytes(4, "little") + bytes(44) + bytes(36))


ENCRYPTED = message(b"\xfdSMB" + bytes(range(32)) + b"\x70\x00\x00\x00" + bytes(2) + b"\x01\x00" + bytes(8 + 112))
SESSION = b"\x81\x00\x00\x44\x20" + b"EJ" * 16 + b"\x00\x20" + b"CA" * 16 + b"\x00"
SOUND = [
    (smb1(0x18), smb1(0x98), 6),
    (smb1(0x18), smb2(1), 6),  # an old hello that asks for SMB 2 too
    (smb2(0), smb2(1), 6),
    (smb2(0x10), smb2(0x11, command=5), 6),
    (ENCRYPTED, ENCRYPTED, 6),
    (SESSION[:64], b"\x82\x00\x00\x00", 6),
    (SESSION[:64], b"\x83\x00\x00\x01\x82", 6),
]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        (smb1(0x98), smb1(0x98)),  # both answer
        (smb2(0), smb2(0)),  # both ask
        (smb2(0, size=60), smb2(1)),
        (smb2(0, command=0x14), smb2(1)),
        (smb2(0x80), smb2(1)),  # a flag that there is not
        (b"\x00\x00\x00\x20" + smb2(0)[4:], smb2(1)),  # shorter than its own header
        (SESSION[:64], smb1(0x98)),  # no session was granted
        (SESSION[:64], b"\x83\x00\x00\x01\x10"),
        (SESSION[:5] + b"ej" * 16 + SESSION[37:64], b"\x82\x00\x00\x00"),
        (smb2(0), b"\x82\x00\x00\x00"),
    ],
)
def test_what_is_not_quite_it_is_refused(initiator: bytes, responder: bytes) -> None:
    assert sound.refused("smb", initiator, responder, 6)
