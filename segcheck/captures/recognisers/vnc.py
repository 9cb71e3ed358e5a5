"""VNC, the remote framebuffer protocol: both ends begin with the version that they speak, the responder first."""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol

PROTOCOL = Protocol(name="vnc", en="VNC (RFB)", ja="VNC (RFB)", source="RFC 6143 §7.1.1")


def opens(head: Head) -> bool:
    """Return whether it is a ProtocolVersion message."""
    return _version(head)


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is a ProtocolVersion message, and nothing behind it: the initiator's own must come first."""
    return _version(head) and head.left == 0


def _version(head: Head) -> bool:
    if head.word(b"RFB ") is None:
        return False
    for separator in b".\n":
        for _ in range(3):
            if not 0x30 <= head.byte() <= 0x39:
                return False
        if head.byte() != separator:
            return False
    return True
