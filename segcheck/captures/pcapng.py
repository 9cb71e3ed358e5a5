"""The walk over a pcapng file; `containers` states its rules."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from segcheck.captures.damage import Damage, Damages
from segcheck.captures.walking import SECOND, Buffer, Frame, Walk
from segcheck.model.flow import NEVER

#: The first four bytes of a file and of every section, and at offset 8 its byte order.
SECTION = b"\x0a\x0d\x0d\x0a"
ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
MOST_BLOCK = 16 << 20
MOST_INTERFACES = 65536
#: The link of a frame whose interface is not known.
NO_LINK = -1


class Interface(NamedTuple):
    """What a pcapng section says of one of its interfaces."""

    link: int
    snap: int
    resolution: int
    offset: int  # seconds


_UNKNOWN = Interface(NO_LINK, 0, 6, 0)
_IDB, _PB, _SPB, _NRB, _ISB, _EPB, _DSB = 1, 2, 3, 4, 5, 6, 10
_SHB = 0x0A0D0D0A
#: Least total length of a block of that type.
_LEAST = {_SHB: 28, _IDB: 20, _PB: 32, _SPB: 16, _NRB: 12, _ISB: 24, _EPB: 32, _DSB: 20}


class Pcapng(Walk):
    """The walk over a pcapng file."""

    format = "pcapng"

    def __init__(self, buffer: Buffer, damages: Damages) -> None:
        super().__init__(buffer, damages)
        self.interfaces: list[Interface] = []  # of this section
        self.time = 0  # of the frame before, which a simple packet block takes for its own
        self._drops: dict[int, int] = {}  # of this section
        self._section(ORDERS[buffer.data[8:12]])

    def _section(self, order: str) -> None:
        """Begin a section: nothing of the one before counts any more."""
        self.order = order
        self._two = struct.Struct(order + "II").unpack_from
        self._five = struct.Struct(order + "IIIII").unpack_from
        self._packet = struct.Struct(order + "HHIIII").unpack_from
        self.interfaces.clear()
        self._drops.clear()
        little, big = rb"[\x01-\x06\x0a]\0\0\0", rb"\0\0\0[\x01-\x06\x0a]"
        self._likely = re.compile(rb"(?s)" + (little if order == "<" else big) + rb"|\x0a\x0d\x0d\x0a")

    def frames(self) -> Iterator[Frame]:
        """Yield each frame; see `Walk.frames`."""
        buffer = self.buffer
        pos: int | None = 0
        while pos is not None:
            if self.run is not None:
                pos = self.run(pos)
            data = buffer.data
            if len(data) - pos < 12:
                have = buffer.fill(pos, 12)
                data, pos = buffer.data, 0
                if have < 12:
                    if have:
                        self._cut(0)
                        self.skipped += have
                    return
            kind, length = self._header(pos)
            if not (28 if kind == _SHB else 12) <= length <= MOST_BLOCK:
                pos = self._recover(pos, Damage.RECORD if kind or length else Damage.ZEROS)
                continue
            whole = (length + 3) & ~3
            if pos + whole > len(data):
                have = buffer.fill(pos, whole)
                data, pos = buffer.data, 0
                if have < whole:
                    found = self._way_back(0)
                    if found is not None:
                        self.damages.tell(Damage.RECORD, buffer.base)
                        self.skipped += found
                        pos = found
                        continue
                    self._cut(0)
                    frame = self._frame(kind, 0, length, have)
                    if frame is None:
                        self.skipped += have
                    else:
                        yield frame
                    return
            if self._last(kind, pos, whole) != length:
                pos = self._recover(pos, Damage.RECORD)
                continue
            if kind in (_EPB, _SPB, _PB):
                frame = self._frame(kind, pos, length, pos + whole - 4)
                if frame is None:
                    self.damages.tell(Damage.RECORD, buffer.base + pos)
                    self.skipped += whole
                else:
                    self.time = frame[4]
                    yield frame
            elif kind == _SHB:
                self._section(ORDERS[data[pos + 8 : pos + 12]])
            elif kind == _IDB:
                self._describe(pos, length)
            elif kind == _ISB:
                self._count(pos, length)
            pos += whole

    def _header(self, pos: int) -> tuple[int, int]:
        """Return type and length of the block at `pos`; length 0 for a section header without byte order mark."""
        data = self.buffer.data
        if data[pos : pos + 4] == SECTION:
            order = ORDERS.get(data[pos + 8 : pos + 12])
            return _SHB, 0 if order is None else struct.unpack_from(order + "I", data, pos + 4)[0]
        kind, length = self._two(data, pos)
        return kind, length

    def _last(self, kind: int, pos: int, whole: int) -> int:
        """Return the length that stands at the end of the block."""
        data = self.buffer.data
        order = ORDERS[data[pos + 8 : pos + 12]] if kind == _SHB else self.order
        last: int = struct.unpack_from(order + "I", data, pos + whole - 4)[0]
        return last

    def _frame(self, kind: int, pos: int, length: int, limit: int) -> Frame | None:
        """Return the frame of a packet block whose bytes end before `limit`; None if it has none."""
        data = self.buffer.data
        if kind == _SPB:
            if length < 16 or limit < pos + 12:
                return None
            original: int = struct.unpack_from(self.order + "I", data, pos + 8)[0]
            interface = self._interface(0)
            captured = min(original, length - 16, interface.snap or original)
            return data, pos + 12, min(pos + 12 + captured, limit), original, self.time, interface.link
        if kind not in (_EPB, _PB) or length < 32 or limit < pos + 28:
            return None
        if kind == _EPB:
            number, high, low, captured, original = self._five(data, pos + 8)
        else:
            number, _, high, low, captured, original = self._packet(data, pos + 8)
        if captured > length - 32:
            return None
        interface = self._interface(number)
        time = nanoseconds(high << 32 | low, interface.resolution, interface.offset)
        return data, pos + 28, min(pos + 28 + captured, limit), original, time, interface.link

    def _interface(self, number: int) -> Interface:
        return self.interfaces[number] if number < len(self.interfaces) else _UNKNOWN

    def _describe(self, pos: int, length: int) -> None:
        """Read an interface description."""
        if len(self.interfaces) >= MOST_INTERFACES:
            return
        if length < 20:
            self.damages.tell(Damage.INTERFACE, self.buffer.base + pos)
            self.interfaces.append(_UNKNOWN)
            return
        data = self.buffer.data
        link, _, snap = struct.unpack_from(self.order + "HHI", data, pos + 8)
        resolution, offset = 6, 0
        for code, start, size in self._options(pos + 16, pos + length - 4):
            if code == 9 and size >= 1:
                resolution = data[start]
            elif code == 14 and size == 8:
                (offset,) = struct.unpack_from(self.order + "q", data, start)
        self.interfaces.append(Interface(link, snap, resolution, offset))
        self.links.add(link)
        if snap:
            self.snap = max(snap, self.snap or 0)

    def _count(self, pos: int, length: int) -> None:
        """Read interface statistics: how much the capture itself lost."""
        if length < 24:
            return
        data = self.buffer.data
        number = self._two(data, pos + 8)[0]
        lost = [
            struct.unpack_from(self.order + "Q", data, start)[0]
            for code, start, size in self._options(pos + 20, pos + length - 4)
            if code in (5, 7) and size == 8
        ]
        if lost and number < MOST_INTERFACES:
            self.dropped = (self.dropped or 0) + sum(lost) - self._drops.get(number, 0)
            self._drops[number] = sum(lost)

    def _options(self, pos: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield (code, start, size) of each option that lies within the block."""
        data = self.buffer.data
        pair = struct.Struct(self.order + "HH").unpack_from
        while pos + 4 <= end:
            code, size = pair(data, pos)
            pos += 4
            if not code or pos + size > end:
                return
            yield code, pos, size
            pos += (size + 3) & ~3

    def _way_back(self, pos: int) -> int | None:
        buffer = self.buffer
        at = pos + 1
        while True:
            match = self._likely.search(buffer.data, at)
            if match is None or match.start() + 12 > len(buffer.data):
                if buffer.ended:
                    return None
                keep = match.start() if match else max(at, len(buffer.data) - 3)
                buffer.fill(keep, max(12, len(buffer.data) - keep + 1))
                at = 0
                continue
            found = match.start()
            kind, length = self._header(found)
            whole = (length + 3) & ~3
            if _LEAST.get(kind, MOST_BLOCK + 1) <= length <= MOST_BLOCK:
                if found + whole > len(buffer.data) and not buffer.ended:
                    buffer.fill(found, whole)
                    found = 0
                if found + whole <= len(buffer.data) and self._last(kind, found, whole) == length:
                    return found
            at = found + 1


def nanoseconds(units: int, resolution: int, offset: int) -> int:
    """Return a pcapng time as ns since 1970: `units` of if_tsresol `resolution`, moved by `offset` seconds, clamped."""
    power = resolution & 0x7F
    if resolution & 0x80:
        time = units * SECOND >> power
    elif power <= 9:
        time = units * 10 ** (9 - power)
    else:
        time = units // 10 ** (power - 9)
    return max(-NEVER, min(time + offset * SECOND, NEVER - 1))
