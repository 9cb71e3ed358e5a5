"""Windows file sharing, SMB 1 to 3, directly over TCP or behind a NetBIOS session."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol

PROTOCOL = Protocol(
    name="smb",
    en="Windows file sharing (SMB)",
    ja="Windows ファイル共有 (SMB)",
    source="RFC 1002 §4.3; MS-SMB2 §2.1, §2.2.1, §2.2.41; MS-CIFS §2.2.3.1",
)

_MESSAGE, _REQUEST, _POSITIVE, _NEGATIVE, _RETARGET = 0x00, 0x81, 0x82, 0x83, 0x84
_SMB1, _SMB2, _ENCRYPTED = b"\xffSMB", b"\xfeSMB", b"\xfdSMB"
#: The shortest message of each: its header, and the two counts behind that of SMB 1.
_SHORTEST = {_SMB1: 35, _SMB2: 64, _ENCRYPTED: 53}
#: MS-SMB2 §2.2.1.2: every flag that is defined.
_SMB2_FLAGS = 0x3000_007F
_LAST_COMMAND = 0x13
#: RFC 1001 §14.1: a NetBIOS name is written as 32 letters from A to P.
_LETTERS = bytes(range(0x41, 0x51))


def opens(head: Head) -> bool:
    """Return whether it is a request of SMB, or one for a NetBIOS session (which carries SMB and nothing else in use)."""
    kind = head.byte()
    if kind == _MESSAGE:
        return _message(head, answer=False)
    if kind != _REQUEST or head.number(3) != 68:
        return False
    if head.byte() != 32:
        return False
    if head.data[head.place : head.place + 32].translate(None, _LETTERS):
        return False
    head.take(32)
    return head.byte() == 0 and head.byte() == 32


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it answers such a request."""
    kind = head.byte()
    if kind == _MESSAGE:
        return opening[:1] != bytes((_REQUEST,)) and _message(head, answer=True)
    if opening[:1] == bytes((_MESSAGE,)):
        return False
    length = {_POSITIVE: 0, _NEGATIVE: 1, _RETARGET: 6}.get(kind)
    if length is None or head.number(3) != length:
        return False
    if kind == _NEGATIVE and not 0x80 <= head.byte() <= 0x8F:
        return False
    if kind == _RETARGET:
        head.take(6)
    return head.left == 0


def _message(head: Head, answer: bool) -> bool:
    length = head.number(3)
    dialect = head.word(*_SHORTEST)
    if dialect is None or length < _SHORTEST[dialect]:
        return False
    if dialect == _SMB1:
        head.take(5)  # command, status
        return (head.byte() & 0x80 != 0) == answer
    if dialect == _ENCRYPTED:
        head.take(16 + 16 + 4)  # signature, nonce, size
        return head.number(2) == 0 and head.little(2) == 1
    if head.little(2) != 64:
        return False
    head.take(2 + 4)  # credit charge, status
    if head.little(2) > _LAST_COMMAND:
        return False
    head.take(2)  # credits
    flags = head.little(4)
    return flags & ~_SMB2_FLAGS == 0 and (flags & 1 != 0) == answer
