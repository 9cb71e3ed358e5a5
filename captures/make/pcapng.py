"""Writing pcapng files whose bytes depend on their frames alone (draft-ietf-opsawg-pcapng)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

ETHERNET = 1
SNAP = 262144


def write(path: Path, interface: str, description: str, frames: Iterable[tuple[int, bytes]]) -> None:
    """Write one section with one Ethernet interface; `frames` are (ns since 1970, bytes) in file order."""
    options = _option(2, interface.encode()) + _option(3, description.encode()) + _option(9, b"\x09") + _option(0, b"")
    with path.open("wb") as file:
        file.write(_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        file.write(_block(1, struct.pack("<HHI", ETHERNET, 0, SNAP) + options))
        for at, frame in frames:
            head = struct.pack("<IIIII", 0, at >> 32, at & 0xFFFFFFFF, len(frame), len(frame))
            file.write(_block(6, head + _padded(frame)))


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
