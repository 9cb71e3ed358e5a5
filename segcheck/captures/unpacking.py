"""gzip and zstandard as streams: what is damaged is told and ends the stream; memory does not depend on the content.

gzip is taken apart here (RFC 1952) around a raw inflater, isal's where it is installed: so what was read before damage is
never lost, several members in a row are one stream, and a wrong checksum is told instead of raised.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from segcheck.captures.damage import Damage, Damages

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 16
#: A gzip header with its names; longer ones are not believed.
_MOST_HEADER = 1 << 20
#: What `zstd` itself accepts without --long=28 and more.
_MOST_WINDOW = 1 << 27
# A block of 4 bytes can unpack to 128 KiB (RFC 8878 §3.1.1.2): so much input makes at most 16 MiB at once.
_FEED = 512

Read = Callable[[int], bytes]


class Gunzip:
    """The unpacked bytes of gzip members in a row."""

    def __init__(self, raw: Read, damages: Damages) -> None:
        self._raw = raw
        self._damages = damages
        self._input = b""
        self._lib = _inflater()
        self._inflate: Any = None
        self._ended = False
        self._members = 0
        self._check = self._size = self._total = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end or behind damage."""
        while not self._ended:
            if self._inflate is None and not self._begin():
                break
            try:
                out: bytes = self._inflate.decompress(self._input, size)
            except self._lib.error:
                return self._end(Damage.PACKING)
            self._input = self._inflate.unconsumed_tail
            self._check = self._lib.crc32(out, self._check)
            self._size += len(out)
            self._total += len(out)
            if self._inflate.eof:
                self._input = self._inflate.unused_data
                self._inflate = None
                self._finish()
            elif not out and not self._input and not self._more(1):
                return self._end(Damage.PACKING_CUT)
            if out:
                return out
        return b""

    def _end(self, kind: Damage) -> bytes:
        self._damages.tell(kind, self._total)
        self._ended = True
        return b""

    def _more(self, need: int) -> bool:
        """Read on until `need` bytes of input are there; return whether they are."""
        while len(self._input) < need:
            chunk = self._raw(_CHUNK)
            if not chunk:
                return False
            self._input += chunk
        return True

    def _begin(self) -> bool:
        """Read the header of a member; return False at the end."""
        if not self._more(10):
            if self._input or not self._members:
                self._end(Damage.BEHIND if self._members else Damage.PACKING_CUT)
            self._ended = True
            return False
        if self._input[:3] != GZIP + b"\x08":
            self._end(Damage.BEHIND if self._members else Damage.PACKING)
            return False
        flags, at = self._input[3], 10
        if flags & 4:
            if not self._more(12):
                self._end(Damage.PACKING_CUT)
                return False
            at = 12 + int.from_bytes(self._input[10:12], "little")
        for _ in range(bool(flags & 8) + bool(flags & 16)):  # name and comment, each up to a zero byte
            while (end := self._input.find(b"\0", at)) < 0 and len(self._input) < _MOST_HEADER:
                if not self._more(len(self._input) + 1):
                    break
            if end < 0:
                self._end(Damage.PACKING)
                return False
            at = end + 1
        at += 2 if flags & 2 else 0
        if not self._more(at):
            self._end(Damage.PACKING_CUT)
            return False
        self._input = self._input[at:]
        self._inflate = self._lib.decompressobj(-15)
        self._check = self._size = 0
        return True

    def _finish(self) -> None:
        """Compare what stands behind a member with what was read."""
        self._members += 1
        if not self._more(8):
            self._end(Damage.PACKING_CUT)
            return
        stated = self._input[:8]
        self._input = self._input[8:]
        if stated != self._check.to_bytes(4, "little") + (self._size & 0xFFFF_FFFF).to_bytes(4, "little"):
            self._damages.tell(Damage.CHECKSUM, self._total)


class Unzstd:
    """The unpacked bytes of zstandard frames in a row."""

    def __init__(self, raw: Read, damages: Damages) -> None:
        import zstandard

        self._lib = zstandard
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW)
        self._raw = raw
        self._damages = damages
        self._input = b""
        self._at = 0
        self._out = b""
        self._given = 0
        self._total = 0
        self._frame: Any = None
        self._frames = 0
        self._began = False  # whether the frame took any input
        self._ended = False

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end or behind damage."""
        while self._given == len(self._out):
            if self._ended:
                return b""
            self._out, self._given = self._unpack(), 0
        piece = self._out[self._given : self._given + size]
        self._given += len(piece)
        self._total += len(piece)
        return piece

    def _unpack(self) -> bytes:
        if self._at == len(self._input):
            self._input, self._at = self._raw(_CHUNK), 0
            if not self._input:
                if self._frame is not None:
                    self._damages.tell(Damage.PACKING_CUT, self._total)
                self._ended = True
                return b""
        if self._frame is None:
            self._frame = self._unpacker.decompressobj()
        piece = self._input[self._at : self._at + _FEED]
        try:
            out: bytes = self._frame.decompress(piece)
        except self._lib.ZstdError:
            fresh = self._frames and not self._began
            self._damages.tell(Damage.BEHIND if fresh else Damage.PACKING, self._total)
            self._ended = True
            return b""
        self._at += len(piece)
        self._began = True
        if self._frame.eof:
            self._at -= len(self._frame.unused_data)
            self._frame = None
            self._frames += 1
            self._began = False
        return out


def _inflater() -> ModuleType:
    """Return isal's inflater, or Python's own."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    found: ModuleType = isal_zlib
    return found
