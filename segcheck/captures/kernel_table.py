"""Packets into rows: an open-addressing index over an array of `FLOW`, as numba kernels.

The rows are seen as `ROW`: the bytes of `FLOW`, with the two directions of a conversation as pairs, so that one statement
serves both. Nothing here checks a bound: callers give rows for what they ask (see `kernel_engine.Table`), and the tests run
these functions with NUMBA_BOUNDSCHECK=1 and uncompiled.

The hash is keyed by a number drawn for each run, so that nobody can write a capture whose conversations collide; what
comes out does not depend on it, since rows are sorted by `KEY` in the end.
"""

from __future__ import annotations

import numpy as np

from segcheck.captures.compiled import kernel
from segcheck.captures.packet import ROW_WANTED
from segcheck.model.flow import NEVER, Bits

_ANSWER_FIRST = np.uint16(Bits.ANSWER_FIRST)
_OTHER_BITS = np.uint16(0xFFFF ^ Bits.ANSWER_FIRST)
_NEVER = np.int64(NEVER)
_MOST = np.int64(0xFFFF_FFFF)  # counters stay there, so that sums do not depend on their order
_TAG = np.uint64(0xFFFF_FFFF_0000_0000)
_ROW = np.uint64(0xFFFF_FFFF)
_SHIFT = np.uint64(31)
_MULTIPLIER = np.uint64(0xFF51_AFD7_ED55_8CCD)  # an odd constant with well spread bits
_OTHER_MULTIPLIER = np.uint64(0xC4CE_B9FE_1A85_EC53)


@kernel
def _mixed(state, value):
    state = (state ^ value) * _MULTIPLIER
    return state ^ (state >> _SHIFT)


@kernel
def hash_of(row, seed):
    """Return 64 bits that depend on the whole key of `row` (a packet or a row of a table) and on `seed`."""
    words = (np.uint64(row["pa"]) << np.uint64(48)) | (np.uint64(row["pb"]) << np.uint64(32))
    words |= (np.uint64(row["vlan"]) << np.uint64(16)) | np.uint64(row["vlan_inner"])
    state = _mixed(seed, row["a_lo"])
    state = _mixed(state, row["b_lo"])
    state = _mixed(state, row["a_hi"])
    state = _mixed(state, row["b_hi"])
    state = _mixed(state, words)
    state = (state ^ (np.uint64(row["proto"]) << np.uint64(8)) ^ np.uint64(row["family"])) * _OTHER_MULTIPLIER
    return state ^ (state >> _SHIFT)


@kernel
def _same(row, key):
    return (
        row["a_lo"] == key["a_lo"]
        and row["b_lo"] == key["b_lo"]
        and row["pa"] == key["pa"]
        and row["pb"] == key["pb"]
        and row["a_hi"] == key["a_hi"]
        and row["b_hi"] == key["b_hi"]
        and row["proto"] == key["proto"]
        and row["vlan"] == key["vlan"]
        and row["vlan_inner"] == key["vlan_inner"]
        and row["family"] == key["family"]
    )


@kernel
def _find(rows, index, key, hashed):
    """Return (number of the row of this key or -1, slot of the index where it is or belongs)."""
    mask = index.shape[0] - 1
    slot = np.int64(hashed & np.uint64(mask))
    while index[slot] != np.uint64(0):
        entry = index[slot]
        if (entry & _TAG) == (hashed & _TAG):
            number = np.int64(entry & _ROW) - 1
            if _same(rows[number], key):
                return number, slot
        slot = (slot + 1) & mask
    return np.int64(-1), slot


@kernel
def reindex(rows, used, index, seed):
    """Enter the first `used` rows into an index of zeros that has room for them."""
    mask = index.shape[0] - 1
    for number in range(used):
        hashed = hash_of(rows[number], seed)
        slot = np.int64(hashed & np.uint64(mask))
        while index[slot] != np.uint64(0):
            slot = (slot + 1) & mask
        index[slot] = (hashed & _TAG) | np.uint64(number + 1)


@kernel
def _begin(row, packet):
    row["a_hi"] = packet["a_hi"]
    row["a_lo"] = packet["a_lo"]
    row["b_hi"] = packet["b_hi"]
    row["b_lo"] = packet["b_lo"]
    row["pa"] = packet["pa"]
    row["pb"] = packet["pb"]
    row["proto"] = packet["proto"]
    row["family"] = packet["family"]
    row["vlan"] = packet["vlan"]
    row["vlan_inner"] = packet["vlan_inner"]
    row["bits"] = 0
    row["first"] = packet["time"]
    row["last"] = packet["time"]
    row["first_frame"] = _NEVER
    for side in range(2):
        row["flags"][side] = 0
        row["head_len"][side] = 0
        row["bytes"][side] = 0
        row["packets"][side] = 0
        row["payload"][side] = 0
        row["open"][side] = _NEVER
        row["open_frame"][side] = _NEVER
        row["start"][side] = _NEVER
        row["head_frame"][side] = _NEVER
        for i in range(row["head"].shape[1]):
            row["head"][side, i] = 0


@kernel
def _add(row, packet, window):
    side = np.int64(packet["reverse"])
    frame = packet["number"]
    time = packet["time"]
    row["bits"] |= packet["bits"]
    if frame < row["first_frame"]:
        row["first_frame"] = frame
        row["bits"] = (row["bits"] & _OTHER_BITS) | (_ANSWER_FIRST if side else np.uint16(0))
    row["first"] = min(row["first"], time)
    row["last"] = max(row["last"], time)
    row["flags"][side] |= packet["flags"]
    row["bytes"][side] += np.uint64(packet["original"])
    if row["packets"][side] < _MOST:
        row["packets"][side] += np.uint32(1)
    row["start"][side] = min(row["start"][side], time)
    if packet["opens"]:
        row["open"][side] = min(row["open"][side], time)
        row["open_frame"][side] = min(row["open_frame"][side], frame)
    if packet["payload"]:
        if row["payload"][side] < _MOST:
            row["payload"][side] += np.uint32(1)
        if packet["head"] >= 0 and frame < row["head_frame"][side]:
            row["head_frame"][side] = frame
            length = np.int64(packet["head_len"])
            row["head_len"][side] = length
            for i in range(row["head"].shape[1]):
                row["head"][side, i] = window[packet["head"] + i] if i < length else np.uint8(0)


@kernel
def aggregate(window, packets, begin, end, rows, used, index, seed):
    """Add `packets[begin:end]` to the table; return (the first packet that found no room, rows now used).

    Only packets that are `ROW_WANTED` are added.
    """
    for i in range(begin, end):
        packet = packets[i]
        if packet["wants"] != ROW_WANTED:
            continue
        hashed = hash_of(packet, seed)
        number, slot = _find(rows, index, packet, hashed)
        if number < 0:
            if used >= rows.shape[0]:
                return i, used
            number = np.int64(used)
            used += 1
            index[slot] = (hashed & _TAG) | np.uint64(used)
            _begin(rows[number], packet)
        _add(rows[number], packet, window)
    return end, used


@kernel
def _merge(row, other):
    if other["first_frame"] < row["first_frame"]:
        row["first_frame"] = other["first_frame"]
        row["bits"] = ((row["bits"] | other["bits"]) & _OTHER_BITS) | (other["bits"] & _ANSWER_FIRST)
    else:
        row["bits"] |= other["bits"] & _OTHER_BITS
    row["first"] = min(row["first"], other["first"])
    row["last"] = max(row["last"], other["last"])
    for side in range(2):
        row["flags"][side] |= other["flags"][side]
        row["bytes"][side] += other["bytes"][side]
        row["packets"][side] = min(np.int64(row["packets"][side]) + np.int64(other["packets"][side]), _MOST)
        row["payload"][side] = min(np.int64(row["payload"][side]) + np.int64(other["payload"][side]), _MOST)
        row["open"][side] = min(row["open"][side], other["open"][side])
        row["open_frame"][side] = min(row["open_frame"][side], other["open_frame"][side])
        row["start"][side] = min(row["start"][side], other["start"][side])
        if other["head_frame"][side] < row["head_frame"][side]:
            row["head_frame"][side] = other["head_frame"][side]
            row["head_len"][side] = other["head_len"][side]
            for i in range(row["head"].shape[1]):
                row["head"][side, i] = other["head"][side, i]


@kernel
def merge(others, begin, rows, used, index, seed):
    """Add the rows `others[begin:]` to the table; return (the first that found no room, rows now used)."""
    for i in range(begin, others.shape[0]):
        hashed = hash_of(others[i], seed)
        number, slot = _find(rows, index, others[i], hashed)
        if number >= 0:
            _merge(rows[number], others[i])
            continue
        if used >= rows.shape[0]:
            return i, used
        rows[used] = others[i]
        used += 1
        index[slot] = (hashed & _TAG) | np.uint64(used)
    return others.shape[0], used
