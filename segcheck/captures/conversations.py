"""Frames to conversations, in plain Python: the engine for small captures, and what the fast one is judged by.

Fragments: a later fragment belongs to the nearest first fragment of its datagram before it in the file, else to the nearest
behind it. What is left at the end of the file is a row of its own (`Bits.FRAGMENT`, ports 0). Of one file, the first 2^18
datagrams in pieces are known by their first fragment, and 2^18 by later ones alone; further ones stay unjoined. A later
fragment counts its payload but gives no head: that belongs to the datagram's beginning.
A payload of which nothing was captured leaves a head of length 0; later payloads do not take its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from segcheck.captures.containers import walk
from segcheck.captures.damage import Damages
from segcheck.captures.engine import Taken
from segcheck.captures.frames import DECODED, FRAGMENT, NOT_IP, OUTCOMES, SYN, decode
from segcheck.captures.neighbours import Notes, may_say
from segcheck.captures.spill import Spill
from segcheck.captures.tables import Table, empty, ordered
from segcheck.model.flow import FRAME_BITS, HEAD, NEVER, Bits, Frames
from segcheck.model.neighbour import Neighbours

MOST_DATAGRAMS = 1 << 18
#: Frames between two reports of progress.
STEP = 16384

#: Addresses as they were sent, ports, protocol, VLAN tags.
Key = tuple[bytes, int, int, int, int, int]
# A row: what belongs to both directions, then each direction. Lists, because they are changed for every frame.
_FIRST, _LAST, _FRAME, BITS, _BY = range(5)
_PACKETS, _BYTES, _PAYLOAD, _FLAGS, _OPEN, _OPEN_FRAME, _START, _HEAD_FRAME, _HEAD = range(9)
ONE, _OTHER = 5, 14
_ANSWER_FIRST, _FRAGMENT_ROW = int(Bits.ANSWER_FIRST), int(Bits.FRAGMENT)
_ACK = 0x10


class Interpreted:
    """Conversations of one capture point, gathered from any number of files in the order of their places."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._notes = Notes()
        self._rows: dict[Key, tuple[list[Any], int]] = {}
        self._count = 0

    def take(
        self, read: Callable[[int], bytes], damages: Damages, place: int, tell: Callable[[int], None] | None = None
    ) -> Taken:
        """Read one unpacked file to its end (see `Engine`)."""
        file = walk(read, damages)
        counts = [0] * len(OUTCOMES)
        firsts: dict[tuple[object, ...], Key] = {}
        waiting: dict[tuple[object, ...], tuple[Key, list[Any]]] = {}
        earliest, latest = NEVER, -NEVER - 1
        number = place << FRAME_BITS
        step = number + STEP
        most = self._spill.most
        for data, start, end, original, time, link in file.frames():
            number += 1
            earliest = min(earliest, time)
            latest = max(latest, time)
            packet = decode(data, start, end, original, link)
            if isinstance(packet, int):
                counts[packet] += 1
                if packet == NOT_IP:
                    self._notes.take(data, start, end, original, link, time, number)
                continue
            outcome, addresses, sport, dport, proto, outer, inner, bits, flags, payload, stop, role, fragment = packet
            key = addresses, sport, dport, proto, outer, inner
            if may_say(proto, sport, dport):
                self._notes.take(data, start, end, original, link, time, number)
            if role:
                datagram = addresses, fragment, outer, inner
                if role == 2:
                    known = firsts.get(datagram)
                    if known is not None:
                        key = known
                    else:
                        alone = waiting.get(datagram)
                        if alone is None:
                            alone = key, new_row()
                            if len(waiting) < MOST_DATAGRAMS:
                                waiting[datagram] = alone
                        add(alone[1], ONE, time, number, original, bits, 0, payload < stop)
                        if datagram not in waiting:
                            self._leave(*alone, counts)
                        continue
                else:
                    if datagram in firsts or len(firsts) < MOST_DATAGRAMS:
                        firsts[datagram] = key
                    if datagram in waiting:
                        _, alone_row = waiting.pop(datagram)
                        counts[DECODED] += alone_row[ONE]
                        row, base = self._row(key)
                        _fold(row, base, alone_row)
            counts[outcome] += 1
            row, base = self._rows.get(key) or self._row(key)
            add(row, base, time, number, original, bits, flags, payload < stop)
            if payload < stop and role != 2 and number < row[base + _HEAD_FRAME]:
                row[base + _HEAD_FRAME] = number
                row[base + _HEAD] = data[payload : min(payload + HEAD, stop, end)]
            if self._count >= most:
                self._store()
            if tell is not None and number >= step:
                step = number + STEP
                tell(number - (place << FRAME_BITS))
        for alone_key, alone_row in waiting.values():
            self._leave(alone_key, alone_row, counts)
        count = number - (place << FRAME_BITS)
        if tell is not None:
            tell(count)
        return Taken(
            format=file.format,
            frames=replace(Frames(*counts), skipped_bytes=file.skipped),
            first=earliest if count else None,
            last=latest if count else None,
            links=tuple(sorted(file.links)),
            snap=file.snap,
            dropped=file.dropped,
        )

    def conversations(self) -> Table:
        """Return all conversations, sorted by `KEY`, one row for each. Nothing can be taken after that."""
        return self._spill.all(self._drained())

    def neighbours(self) -> Neighbours:
        """Return what hosts said to their neighbours."""
        return self._notes.all()

    def _leave(self, key: Key, alone: list[Any], counts: list[int]) -> None:
        """Put later fragments whose first one is not there into a row of their own."""
        counts[FRAGMENT] += alone[ONE]
        alone[BITS] |= _FRAGMENT_ROW
        row, base = self._row(key)
        _fold(row, base, alone)

    def _row(self, key: Key) -> tuple[list[Any], int]:
        """Return the row of a conversation and which of its directions `key` is."""
        found = self._rows.get(key)
        if found is None:
            addresses, sport, dport, proto, outer, inner = key
            half = len(addresses) // 2
            back = addresses[half:] + addresses[:half], dport, sport, proto, outer, inner
            known = self._rows.get(back)
            if known is None:
                self._count += 1
            found = (new_row(), ONE) if known is None else (known[0], _OTHER)
            self._rows[key] = found
        return found

    def _store(self) -> None:
        self._spill.add(self._drained())

    def _drained(self) -> Table:
        table = table_of([(key, row) for key, (row, base) in self._rows.items() if base == ONE])
        self._rows.clear()
        self._count = 0
        return table


def new_row() -> list[Any]:
    """Return a row in which nothing was counted yet."""
    side = (0, 0, 0, 0, NEVER, NEVER, NEVER, NEVER, b"")
    return [NEVER, -NEVER - 1, NEVER, 0, ONE, *side, *side]


def add(row: list[Any], base: int, time: int, number: int, length: int, bits: int, flags: int, payload: bool) -> None:
    """Count one frame of the direction `base`."""
    if time < row[_FIRST]:
        row[_FIRST] = time
    if time > row[_LAST]:
        row[_LAST] = time
    if number < row[_FRAME]:
        row[_FRAME] = number
        row[_BY] = base
    row[BITS] |= bits
    row[base] += 1
    row[base + _BYTES] += length
    if payload:
        row[base + _PAYLOAD] += 1
    if flags:
        row[base + _FLAGS] |= flags
        if flags & (SYN | _ACK) == SYN:
            row[base + _OPEN] = min(row[base + _OPEN], time)
            row[base + _OPEN_FRAME] = min(row[base + _OPEN_FRAME], number)
    if time < row[base + _START]:
        row[base + _START] = time


def _fold(row: list[Any], base: int, alone: list[Any]) -> None:
    """Add what was counted of later fragments (in `ONE` of `alone`) to the direction `base` of a row."""
    row[_FIRST] = min(row[_FIRST], alone[_FIRST])
    row[_LAST] = max(row[_LAST], alone[_LAST])
    if alone[_FRAME] < row[_FRAME]:
        row[_FRAME] = alone[_FRAME]
        row[_BY] = base
    row[BITS] |= alone[BITS]
    for field in (_PACKETS, _BYTES, _PAYLOAD):
        row[base + field] += alone[ONE + field]
    row[base + _START] = min(row[base + _START], alone[ONE + _START])


def table_of(rows: list[tuple[Key, list[Any]]]) -> Table:
    """Return rows as a table sorted by `KEY`: the lower end becomes a."""
    table = empty(len(rows))
    if not rows:
        return table
    keys, columns, heads = [], [], (bytearray(), bytearray())
    for (addresses, sport, dport, proto, outer, inner), row in rows:
        half = len(addresses) // 2
        one, other = addresses[:half], addresses[half:]
        swapped = (other, dport) < (one, sport)
        if swapped:
            one, other, sport, dport = other, one, dport, sport
        a, b = (_OTHER, ONE) if swapped else (ONE, _OTHER)
        keys.append((*_halves(one), *_halves(other), sport, dport, proto, 4 if half == 4 else 6, outer, inner))
        bits = row[BITS] | (_ANSWER_FIRST if row[_BY] == b else 0)
        columns.append(
            (*row[:3], bits, *row[a : a + _HEAD], *row[b : b + _HEAD], len(row[a + _HEAD]), len(row[b + _HEAD]))
        )
        heads[0].extend(row[a + _HEAD].ljust(HEAD, b"\0"))
        heads[1].extend(row[b + _HEAD].ljust(HEAD, b"\0"))
    for name, values in zip(_KEY_COLUMNS, zip(*keys, strict=True), strict=True):
        table[name] = np.array(values, np.uint64)
    for name, values in zip(_COLUMNS, zip(*columns, strict=True), strict=True):
        if name.startswith(("packets", "payload")):
            values = tuple(min(value, 0xFFFF_FFFF) for value in values)
        table[name] = np.array(values, np.uint64 if name.startswith("bytes") else np.int64)
    for name, packed in zip(("head_ab", "head_ba"), heads, strict=True):
        table[name] = np.frombuffer(bytes(packed), np.uint8).reshape(-1, HEAD)
    return ordered(table)


def _halves(address: bytes) -> tuple[int, int]:
    if len(address) == 4:
        return 0, 0xFFFF_0000_0000 | int.from_bytes(address, "big")
    return int.from_bytes(address[:8], "big"), int.from_bytes(address[8:], "big")


_KEY_COLUMNS = ("a_hi", "a_lo", "b_hi", "b_lo", "pa", "pb", "proto", "family", "vlan", "vlan_inner")
_SIDE = ("packets", "bytes", "payload", "flags", "open", "open_frame", "start", "head_frame")
_COLUMNS = (
    *("first", "last", "first_frame", "bits"),
    *(f"{name}_ab" for name in _SIDE),
    *(f"{name}_ba" for name in _SIDE),
    *("head_len_ab", "head_len_ba"),
)
