"""The fast engine: whole runs of a capture's records go through the kernels, the rest through the interpreted walk.

`containers` leads: before each step of its own it offers the position to `_Reading.run`, which takes whatever ordinary
records follow. Fragments, damage, cuts and odd blocks are few, so they are treated in Python, by the same code as in
the interpreted engine or by the same rules.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.captures import machine_code
from segcheck.captures.containers import walk
from segcheck.captures.conversations import BITS, MOST_DATAGRAMS, ONE, STEP, Key, add, new_row, table_of
from segcheck.captures.damage import Damages
from segcheck.captures.engine import Taken
from segcheck.captures.frames import DECODED, FRAGMENT
from segcheck.captures.neighbours import Notes
from segcheck.captures.packet import EARLIEST, FIRST, LATER, PACKET, ROW, ROW_WANTED
from segcheck.captures.pcap import Pcap
from segcheck.captures.pcapng import Interface, Pcapng
from segcheck.captures.spill import Spill
from segcheck.captures.tables import Table, ordered
from segcheck.captures.walking import Frame, Walk
from segcheck.model.flow import FLOW, FRAME_BITS, NEVER, Bits, Frames
from segcheck.model.neighbour import Neighbours

_Array = npt.NDArray[Any]
#: Packets that go from kernel to kernel at once: their records stay in the processor's cache.
_BATCH = 4096
#: Room for conversations to begin with: 39 MB, of which only what is written to is ever memory.
_FEWEST_ROWS = 1 << 17
#: What names a datagram in pieces.
_DATAGRAM = ("a_hi", "a_lo", "b_hi", "b_lo", "ident", "named", "family", "vlan", "vlan_inner")
_PORTS = ("pa", "pb", "proto")
_FRAME = ("offset", "captured", "original", "link", "time", "number")
_COUNTED = ("time", "number", "original", "bits", "payload")
_NAME = np.dtype([(name, PACKET[name]) for name in _DATAGRAM])
#: Later fragments of a datagram whose first one was not there yet: a key without ports, and a row of that direction.
_Lone = tuple[Key, list[Any]]
#: A row as one piece: copied at once, not field by field.
_WHOLE = np.dtype((np.void, ROW.itemsize))
#: Larger than any piece of a file that is read at once.
_LARGE = 1 << 23
_SECOND = 1_000_000_000
#: Times and offsets below this add up without running over.
_HALF = 1 << 62

machine_code.prepare()  # ImportError where there is no numba: whoever imports this asks for it


class Compiled:
    """Conversations of one capture point, gathered from any number of files (see `engine.Engine`)."""

    def __init__(self, spill: Spill) -> None:
        self._rows = _Rows(spill)
        self._spill = spill
        self._notes = Notes()

    def take(
        self, read: Callable[[int], bytes], damages: Damages, place: int, tell: Callable[[int], None] | None = None
    ) -> Taken:
        """Read one unpacked file to its end; see `engine.Engine.take`."""
        # glibc returns large blocks to the system at once, and the next one costs as much as what is read into it. It stops
        # to do so up to the size of a block that was given back, untouched and so for nothing.
        np.empty(_LARGE, np.uint8)
        walked = walk(read, damages)
        reading = _Reading(walked, self._rows, self._notes, place << FRAME_BITS, tell)
        walked.run = reading.run
        for frame in walked.frames():
            reading.one(frame)
        return reading.end()

    def conversations(self) -> Table:
        """Return all conversations, sorted by `KEY`, one row for each. Nothing can be taken after that."""
        return self._spill.all(self._rows.drained())

    def neighbours(self) -> Neighbours:
        """Return what hosts said to their neighbours."""
        return self._notes.all()


class _Rows:
    """The table that the kernels fill: grows by doubling up to the spill's bound, then goes there."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._kernels = machine_code.kernels()
        self._seed = np.uint64(secrets.randbits(64))
        self._used = 0
        self._rows, self._index = _room(min(_FEWEST_ROWS, spill.most))

    def _more(self) -> None:
        """Make room for one row at least."""
        size = min(2 * len(self._rows), self._spill.most)
        if self._used == size:
            self._spill.add(self.drained())
            return
        old = self._rows
        self._rows, self._index = _room(size)
        self._rows[: self._used].view(_WHOLE)[:] = old[: self._used].view(_WHOLE)
        self._kernels.reindex(self._rows, self._used, self._index, self._seed)

    def add(self, window: _Array, packets: _Array, count: int) -> None:
        """Add those of the first `count` packets that want a row."""
        begin = 0
        while True:
            begin, self._used = self._kernels.aggregate(
                window, packets, begin, count, self._rows, self._used, self._index, self._seed
            )
            if begin >= count:
                return
            self._more()

    def merge(self, table: Table) -> None:
        """Add rows of another table."""
        others, begin = table.view(ROW), 0
        while True:
            begin, self._used = self._kernels.merge(others, begin, self._rows, self._used, self._index, self._seed)
            if begin >= len(others):
                return
            self._more()

    def drained(self) -> Table:
        """Return all rows, sorted by `KEY`, and forget them."""
        table = ordered(self._rows[: self._used].view(FLOW))
        self._used = 0
        self._index[:] = 0
        return table


def _room(rows: int) -> tuple[_Array, _Array]:
    """Return room for so many rows, and an index of at least twice as many slots."""
    return np.empty(rows, ROW), np.zeros(1 << (2 * rows - 1).bit_length(), np.uint64)


class _Reading:
    """One file on its way through the kernels."""

    def __init__(self, walked: Walk, rows: _Rows, notes: Notes, place: int, tell: Callable[[int], None] | None) -> None:
        self._kernels = machine_code.kernels()
        self._walked = walked
        self._rows = rows
        self._notes = notes
        self._place = place
        self._tell = tell
        self._number = place
        self._next = STEP
        self._packets: _Array = np.empty(_BATCH, PACKET)
        self._totals = np.array([0, 0, 0, 0, 0, 0, NEVER, -NEVER - 1], np.int64)
        self._data = b""
        self._window: _Array = np.zeros(0, np.uint8)
        self._interfaces: _Array = np.zeros((0, 6), np.int64)
        self._described = 0
        self._firsts: dict[bytes, tuple[int, int, int]] = {}  # ports and protocol
        self._waiting: dict[bytes, _Lone] = {}
        self._settled: list[_Lone] = []  # to be merged

    def run(self, pos: int) -> int:
        """Take the ordinary records from `pos` of the walk's buffer on; return where the first other one begins."""
        window = self._bytes(self._walked.buffer.data)
        while True:
            count, pos = self._step(window, pos)
            if count:
                self._digest(window, count)
            if count < _BATCH:
                return pos

    def _step(self, window: _Array, pos: int) -> tuple[int, int]:
        """Enter the records from `pos` on into the batch; return how many, and where the next one begins."""
        walked, packets, size, number = self._walked, self._packets, len(window), self._number + 1
        if isinstance(walked, Pcapng):
            self._describe(walked.interfaces)
            big, known = walked.order == ">", self._described
            count, pos, walked.time = self._kernels.walk_pcapng(
                window, pos, size, big, self._interfaces, known, walked.time, number, packets
            )
            return count, pos
        assert isinstance(walked, Pcap)
        magic, link = walked.magic, walked.link
        count, pos = self._kernels.walk_pcap(
            window, pos, size, magic.order == ">", magic.header, magic.scale, link, number, packets
        )
        return count, pos

    def one(self, frame: Frame) -> None:
        """Take a frame of the interpreted walk."""
        data, start, end, original, time, link = frame
        packet = self._packets[0]
        packet["offset"], packet["captured"], packet["original"] = start, end - start, original
        packet["time"], packet["number"], packet["link"] = time, self._number + 1, link
        self._digest(self._bytes(data), 1)

    def end(self) -> Taken:
        """Return the account of the file; later fragments that are left become rows of their own."""
        for lone in self._waiting.values():
            self._leave(lone)
        if self._settled:
            self._rows.merge(table_of(self._settled))
        walked, read = self._walked, self._number - self._place
        first, last = self._totals[EARLIEST:].tolist()
        counts = [*self._totals[:EARLIEST].tolist(), walked.skipped]
        if self._tell is not None:
            self._tell(read)
        return Taken(
            format=walked.format,
            frames=Frames(*counts),
            first=first if read else None,
            last=last if read else None,
            links=tuple(sorted(walked.links)),
            snap=walked.snap,
            dropped=walked.dropped,
        )

    def _bytes(self, data: bytes) -> _Array:
        """Return the bytes of the walk's buffer as an array."""
        if data is not self._data:
            self._data = data
            self._window = np.frombuffer(data, np.uint8)
        return self._window

    def _digest(self, window: _Array, count: int) -> None:
        """Decode the first `count` packets and add them to the table."""
        packets = self._packets
        self._number += count
        fragments, notes = self._kernels.decode(window, packets, count, self._totals)
        if notes:
            self._note(packets[:count])
        if fragments:
            self._join(packets[:count])
        self._rows.add(window, packets, count)
        if self._tell is not None and self._number - self._place >= self._next:
            self._next = self._number - self._place + STEP
            self._tell(self._number - self._place)

    def _note(self, packets: _Array) -> None:
        """Have those packets read that may say something to their neighbours."""
        noted = packets[packets["note"] != 0]
        for start, captured, *rest in zip(*(noted[column].tolist() for column in _FRAME), strict=True):
            self._notes.take(self._data, start, start + captured, *rest)

    def _join(self, packets: _Array) -> None:
        """Give later fragments the ports of their first one, or put them aside."""
        where = np.flatnonzero((packets["wants"] == FIRST) | (packets["wants"] == LATER))
        names = np.empty(len(where), _NAME)
        for column in _DATAGRAM:
            names[column] = packets[column][where]
        raw, size = names.tobytes(), _NAME.itemsize
        wants = packets["wants"][where].tolist()
        ports = list(zip(*(packets[column][where].tolist() for column in _PORTS), strict=True))
        for i, place in enumerate(where.tolist()):
            name = raw[i * size : (i + 1) * size]
            if wants[i] == FIRST:
                self._first(name, ports[i])
            elif name in self._firsts:
                ports[i] = self._firsts[name]
                self._totals[DECODED] += 1
            else:
                self._alone(name, packets[place])
                continue
            wants[i] = ROW_WANTED
        packets["wants"][where] = wants
        for column, values in zip(_PORTS, zip(*ports, strict=True), strict=True):
            packets[column][where] = values
        self._kernels.turn_joined(packets, where)

    def _first(self, name: bytes, ports: tuple[int, int, int]) -> None:
        """Remember a first fragment, and give its later ones that came before it their row."""
        if name in self._firsts or len(self._firsts) < MOST_DATAGRAMS:
            self._firsts[name] = ports
        lone = self._waiting.pop(name, None)
        if lone is not None:
            (addresses, _, _, _, outer, inner), row = lone
            self._totals[DECODED] += row[ONE]
            self._settle(((addresses, *ports, outer, inner), row))

    def _alone(self, name: bytes, packet: Any) -> None:
        """Put a later fragment aside until its first one comes."""
        lone = self._waiting.get(name)
        known = lone is not None
        if lone is None:
            lone = _key(packet), new_row()
            if len(self._waiting) < MOST_DATAGRAMS:
                self._waiting[name] = lone
                known = True
        time, number, original, bits, payload = (packet[column].item() for column in _COUNTED)
        add(lone[1], ONE, time, number, original, bits, 0, payload)
        if not known:
            self._leave(lone)

    def _leave(self, lone: _Lone) -> None:
        """Put later fragments whose first one is not there into a row of their own."""
        self._totals[FRAGMENT] += lone[1][ONE]
        lone[1][BITS] |= int(Bits.FRAGMENT)
        self._settle(lone)

    def _settle(self, lone: _Lone) -> None:
        self._settled.append(lone)
        if len(self._settled) >= _BATCH:
            self._rows.merge(table_of(self._settled))
            self._settled.clear()

    def _describe(self, interfaces: list[Interface]) -> None:
        """Bring the kernel's table of interfaces up to date: a section forgets them, so a shorter list is a new one."""
        if len(interfaces) < self._described:
            self._described = 0
        for interface in interfaces[self._described :]:
            if self._described == len(self._interfaces):
                self._interfaces = np.resize(self._interfaces, (2 * self._described + 1, 6))
            self._interfaces[self._described] = _scale(interface)
            self._described += 1


def _scale(interface: Interface) -> tuple[int, int, int, int, int, int]:
    """Return a row of `kernel_walk`'s interfaces; one whose times need more than 64 bits on the way takes none (units <= -1)."""
    power, offset = interface.resolution, interface.offset * _SECOND
    factor, divisor = 10 ** max(0, 9 - power), 10 ** max(0, power - 9)
    if power > 27 or abs(offset) >= _HALF:
        return interface.link, interface.snap, 1, 1, -1, 0
    return interface.link, interface.snap, factor, divisor, (_HALF - 1) // factor, offset


def _key(packet: Any) -> tuple[bytes, int, int, int, int, int]:
    """Return the interpreted engine's key of a fragment without ports."""
    if packet["family"] == 4:
        ends = b"".join((packet[name].item() & 0xFFFF_FFFF).to_bytes(4, "big") for name in ("a_lo", "b_lo"))
    else:
        ends = b"".join(packet[name].item().to_bytes(8, "big") for name in ("a_hi", "a_lo", "b_hi", "b_lo"))
    return ends, 0, 0, *(packet[name].item() for name in ("proto", "vlan", "vlan_inner"))
