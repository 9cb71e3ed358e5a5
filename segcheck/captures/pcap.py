"""The walk over a pcap file; `containers` states its rules."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from segcheck.captures.damage import Damage, Damages
from segcheck.captures.walking import SECOND, Buffer, Frame, Walk

MOST_CAPTURED = 262144
_DAY = 86_400
#: Bytes that a search looks at one by one, and at once behind those.
_NEAR = 64
_FAR = 1 << 16
#: Where the two upper bytes of the captured and of the original length stand in a record header, the uppermost first.
_LENGTHS = {"<": ((11, 10), (15, 14)), ">": ((8, 9), (12, 13))}


class Magic(NamedTuple):
    """What the first bytes of a pcap file say."""

    order: str
    scale: int  # nanoseconds of one unit of the fraction
    header: int  # bytes of a record header


#: The first four bytes of a file.
MAGICS = {
    struct.pack(order + "I", number): Magic(order, scale, header)
    for order in "<>"
    for number, scale, header in ((0xA1B2C3D4, 1000, 16), (0xA1B23C4D, 1, 16), (0xA1B2CD34, 1000, 24))
}


class Pcap(Walk):
    """The walk over a pcap file."""

    format = "pcap"

    def __init__(self, buffer: Buffer, damages: Damages, magic: Magic) -> None:
        super().__init__(buffer, damages)
        self.magic = magic
        self._head = struct.Struct(magic.order + "IIII").unpack_from
        snap, network = struct.unpack_from(magic.order + "II", buffer.data, 16)
        self.snap = snap or None
        self.link = network & 0xFFFF
        self.links.add(self.link)
        little = rb"..[\0-\4]\0..[\0-\4]\0"
        big = rb"\0[\0-\4]..\0[\0-\4].."
        lengths = little if magic.order == "<" else big
        self._likely = re.compile(rb"(?s)(?=.{8}(?!\0\0\0\0)" + lengths + rb")")

    def frames(self) -> Iterator[Frame]:
        """Yield each frame; see `Walk.frames`."""
        buffer, header, scale, head, link = self.buffer, self.magic.header, self.magic.scale, self._head, self.link
        data = buffer.data
        pos: int | None = 24
        while pos is not None:
            if self.run is not None:
                pos = self.run(pos)
            if len(data) - pos < header:
                have = buffer.fill(pos, header)
                data, pos = buffer.data, 0
                if have < header:
                    if have:
                        self._cut(0)
                        self.skipped += have
                    return
            seconds, fraction, captured, original = head(data, pos)
            if captured > MOST_CAPTURED or not (captured or original or seconds or fraction):
                pos = self._recover(pos, Damage.RECORD if captured else Damage.ZEROS)
                data = buffer.data
                continue
            end = pos + header + captured
            if end > len(data):
                have = buffer.fill(pos, header + captured)
                data, pos, end = buffer.data, 0, header + captured
                if have < end:
                    found = self._way_back(0)
                    if found is not None:
                        self.damages.tell(Damage.RECORD, buffer.base)
                        self.skipped += found
                        pos = found
                        continue
                    self._cut(0)
                    yield data, header, have, original, seconds * SECOND + fraction * scale, link
                    return
            yield data, pos + header, end, original, seconds * SECOND + fraction * scale, link
            pos = end

    def _way_back(self, pos: int) -> int | None:
        buffer, header = self.buffer, self.magic.header
        at = pos + 1
        while True:
            found = self._next(at)
            if found is None:
                if buffer.ended:
                    return None
                keep = max(at, len(buffer.data) - 15)
                buffer.fill(keep, len(buffer.data) - keep + 1)
                at = 0
                continue
            ahead = header + self._head(buffer.data, found)[2] + header
            if found + ahead > len(buffer.data) and not buffer.ended:
                buffer.fill(found, ahead)
                found = 0
            if found + ahead <= len(buffer.data) and self._follow(found, found + ahead - header):
                return found
            at = found + 1

    def _next(self, at: int) -> int | None:
        """Return the next place in the buffer whose lengths could be those of a strict header."""
        data = self.buffer.data
        match = self._likely.search(data, at, at + _NEAR + 15)
        if match is not None:
            return match.start()
        # far from one: numpy looks at a byte of each of these places at a time, some 20 times faster
        (top, second), (other_top, other_second) = _LENGTHS[self.magic.order]
        for start in range(at + _NEAR, len(data) - 15, _FAR):
            count = min(_FAR, len(data) - 15 - start)
            there = np.frombuffer(data, np.uint8, count + 15, start)
            byte = [there[offset : offset + count] for offset in range(16)]
            likely = (byte[top] | byte[other_top]) == 0
            likely &= (byte[second] <= 4) & (byte[other_second] <= 4) & ((byte[8] | byte[9] | byte[10] | byte[11]) != 0)
            places = np.flatnonzero(likely)
            if len(places):
                return start + int(places[0])
        return None

    def _follow(self, *places: int) -> bool:
        """Return whether strict headers stand at both places, within a day."""
        days: list[int] = []
        for place in places:
            seconds, fraction, captured, original = self._head(self.buffer.data, place)
            if not 1 <= captured <= original <= MOST_CAPTURED or fraction * self.magic.scale >= SECOND:
                return False
            days.append(seconds)
        return max(days) - min(days) <= _DAY
