"""Capture files to frames: pcap and pcapng, damaged ones too.

These are the exact rules, for every engine.

**Format.** The first four bytes of the unpacked file decide. pcap: A1B2C3D4 (microseconds), A1B23C4D (nanoseconds), A1B2CD34
(Kuznetsov's: microseconds, record headers of 24 bytes), in either byte order, and 24 bytes of file header. pcapng: 0A0D0D0A,
a byte order mark at offset 8 and at least 28 bytes. Everything else is no capture. pcap's version is not looked at; link
type = lower 16 bits of the network field (above them stand FCS length and reserved bits); snap length 0 is none.
Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng, libpcap `pcap/pcap.h`.

**pcap record at p.** seconds, fraction, captured, original (32 bits each, unsigned), then the data. Implausible: captured >
262144 (libpcap's MAXIMUM_SNAPLEN), or the first 16 bytes all zero. A fraction of a second or more is carried over. Time is
never negative.

**pcap, finding the way back.** From p+1 on, byte by byte, the first q at which a *strict* header stands (1 <= captured <=
original <= 262144, fraction less than a second) and behind whose data another strict header stands whose seconds differ by a
day at most: payload is full of zeros and small numbers that look like one header alone.

**pcapng block at p.** type, total length L, ..., L again at the end; the block takes R = L rounded up to 4, the second L is
its last 4 bytes (some writers do not count their padding). Implausible: L < 12 (section header: 28) or L > 16 MiB
(Wireshark's bound), a section header without byte order mark, lengths that differ. A section header (also a new one) sets
the byte order and forgets interfaces.
Unknown types, name resolution, secrets and comments are passed over and never kept.
    interface description  link type, snap length, if_tsresol (9), if_tsoffset (14); the last of each counts. L < 20: an interface
                           of unknown link, told as damage, so that the numbers of later ones stay right. At most 65536 per
                           section are kept
    enhanced packet, (obsolete) packet
                           L < 32 or captured > L - 32: passed over as damage, nothing else is in doubt
    simple packet          captured = min(original, L - 16, snap length of interface 0 if that is not 0); it has no time: that of
                           the frame before it in the file counts, 0 if there is none. L < 16: as above
    interface statistics   isb_ifdrop (5) + isb_osdrop (7) of the last one of each interface, summed over interfaces and sections
Frames of an interface that was not described have link -1 and microseconds.
Time = floor(units * 10^9 / resolution) + 10^9 * if_tsoffset, clamped to -2^63 + 1 .. 2^63 - 2 (`NEVER` stays free).

**pcapng, finding the way back.** From p+1 on, byte by byte, the first q with a known type (section header with its own byte
order; in the order of the section: 1 to 6 and 10), a length from that type's least one to 16 MiB, and the same length at the
end of the block.

**Past the end.** A record or block that goes on behind the end of the file is damage in the middle if the way back can be
found in the rest of the file. Otherwise the file is cut there: what there is of its frame is a frame (captured = what is
there, if a fixed part of 16/24, 28, 12 bytes is there and the captured length is one that the record could have), `complete`
is False. Fewer bytes at the end than a header has (16/24, 12): cut, counted as skipped.

**Account.** `skipped_bytes`: from an implausible header to the way back or the end, whole blocks that were passed over as
damage, and the rest of a cut file that made no frame. A frame's number is its place among frames, from 1, as Wireshark
counts packets.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from segcheck.captures.damage import Damage, Damages
from segcheck.model.flow import NEVER

WINDOW = 1 << 20
MOST_CAPTURED = 262144
MOST_BLOCK = 16 << 20
MOST_INTERFACES = 65536
#: The link of a frame whose interface is not known.
NO_LINK = -1
_SECOND = 1_000_000_000
_DAY = 86_400
#: Bytes that a search looks at one by one, and at once behind those.
_NEAR = 64
_FAR = 1 << 16
#: Where the two upper bytes of the captured and of the original length stand in a pcap record header, the uppermost first.
_LENGTHS = {"<": ((11, 10), (15, 14)), ">": ((8, 9), (12, 13))}

#: (bytes that hold the frame, start, end of what was captured, original length, ns since 1970, link type)
Frame = tuple[bytes, int, int, int, int, int]


class NotACapture(Exception):
    """The bytes are neither pcap nor pcapng; `kind` is "empty", "cut" or "other"."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Buffer:
    """The bytes of an unpacked file from `base` on, as many as are needed at once."""

    __slots__ = ("_read", "base", "data", "ended")

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self.data = b""
        self.base = 0
        self.ended = False

    def fill(self, start: int, need: int) -> int:
        """Drop what lies before `start`, read on until `need` bytes are there or the file ends; return how many are there."""
        parts = [self.data[start:]]
        have = len(parts[0])
        self.base += start
        while have < need and not self.ended:
            window = self._read(WINDOW)
            self.ended = not window
            parts.append(window)
            have += len(window)
        self.data = b"".join(parts)
        return have


class Walk:
    """The frames of one file, and what is known of it when they are through."""

    format = ""

    def __init__(self, buffer: Buffer, damages: Damages) -> None:
        self.buffer = buffer
        self.damages = damages
        self.skipped = 0
        self.links: set[int] = set()
        self.snap: int | None = None
        self.dropped: int | None = None
        #: A faster engine's way over ordinary records: given a position in the buffer, it returns where it stopped.
        self.run: Callable[[int], int] | None = None

    def frames(self) -> Iterator[Frame]:
        """Yield each frame in the order of the file; never raises for what stands in it."""
        raise NotImplementedError

    def _way_back(self, pos: int) -> int | None:
        raise NotImplementedError

    def _recover(self, pos: int, kind: Damage) -> int | None:
        """Return where reading goes on after damage at `pos` of the buffer; None: nowhere, the rest is skipped."""
        start = self.buffer.base + pos
        found = self._way_back(pos)
        stop = len(self.buffer.data) if found is None else found
        self.damages.tell(kind, start)
        self.skipped += self.buffer.base + stop - start
        return found

    def _cut(self, pos: int) -> None:
        """Note that the file ends within a record that starts at `pos`."""
        self.damages.tell(Damage.CUT, self.buffer.base + pos)


class Magic(NamedTuple):
    """What the first bytes of a pcap file say."""

    order: str
    scale: int  # nanoseconds of one unit of the fraction
    header: int  # bytes of a record header


_MAGICS = {
    struct.pack(order + "I", number): Magic(order, scale, header)
    for order in "<>"
    for number, scale, header in ((0xA1B2C3D4, 1000, 16), (0xA1B23C4D, 1, 16), (0xA1B2CD34, 1000, 24))
}
_SECTION = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
#: Bytes that tell a capture at its beginning.
MAGICS = frozenset({*_MAGICS, _SECTION})


def walk(read: Callable[[int], bytes], damages: Damages) -> Walk:
    """Return the walk over an unpacked file; `read(n)` gives up to n bytes, nothing at the end.

    Raises:
        NotACapture: it is no capture.
    """
    buffer = Buffer(read)
    have = buffer.fill(0, 28)
    start = buffer.data[:4]
    if not have:
        raise NotACapture("empty")
    if start in _MAGICS:
        if have < 24:
            raise NotACapture("cut")
        return Pcap(buffer, damages, _MAGICS[start])
    if start == _SECTION:
        if have < 28:
            raise NotACapture("cut")
        if buffer.data[8:12] in _ORDERS:
            return Pcapng(buffer, damages)
    raise NotACapture("other")


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
                    yield data, header, have, original, seconds * _SECOND + fraction * scale, link
                    return
            yield data, pos + header, end, original, seconds * _SECOND + fraction * scale, link
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
        (top, second), (other_top, other_second) = _LENGTHS[self._magic.order]
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
            if not 1 <= captured <= original <= MOST_CAPTURED or fraction * self.magic.scale >= _SECOND:
                return False
            days.append(seconds)
        return max(days) - min(days) <= _DAY


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
        self._section(_ORDERS[buffer.data[8:12]])

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
                self._section(_ORDERS[data[pos + 8 : pos + 12]])
            elif kind == _IDB:
                self._describe(pos, length)
            elif kind == _ISB:
                self._count(pos, length)
            pos += whole

    def _header(self, pos: int) -> tuple[int, int]:
        """Return type and length of the block at `pos`; length 0 for a section header without byte order mark."""
        data = self.buffer.data
        if data[pos : pos + 4] == _SECTION:
            order = _ORDERS.get(data[pos + 8 : pos + 12])
            return _SHB, 0 if order is None else struct.unpack_from(order + "I", data, pos + 4)[0]
        kind, length = self._two(data, pos)
        return kind, length

    def _last(self, kind: int, pos: int, whole: int) -> int:
        """Return the length that stands at the end of the block."""
        data = self.buffer.data
        order = _ORDERS[data[pos + 8 : pos + 12]] if kind == _SHB else self.order
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
        time = units * _SECOND >> power
    elif power <= 9:
        time = units * 10 ** (9 - power)
    else:
        time = units // 10 ** (power - 9)
    return max(-NEVER, min(time + offset * _SECOND, NEVER - 1))
