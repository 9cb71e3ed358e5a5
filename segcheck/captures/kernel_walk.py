"""Records of a capture file into frames, as numba kernels: runs of whole, ordinary records, and nothing else.

The rules are those of `containers`. Whatever is not an ordinary record (damage, the end of the window, a new section, an
interface description, an absurd time) ends the run, and the interpreted walk takes its one step there. So damage has one
meaning and one code, and whole files go at the speed of memory.
"""

from __future__ import annotations

import numpy as np

from segcheck.captures.compiled import kernel
from segcheck.captures.kernel_loads import be32, le32

#: What the walk over pcapng blocks knows of an interface: link type, snap length, how units become ns, offset in ns.
LINK, SNAP, FACTOR, DIVISOR, MOST_UNITS, OFFSET = range(6)
_MOST_CAPTURED = 262144
_MOST_BLOCK = 16 << 20
_SECOND = 1_000_000_000
_IDB, _PB, _SPB, _ISB, _EPB, _SHB = 1, 2, 3, 5, 6, 0x0A0D0D0A


@kernel
def walk_pcap(window, begin, end, big, header, factor, link, number, packets):
    """Enter records of `window[begin:end]` into `packets`; return (how many, where the next one begins).

    `header` is a record header's length, `factor` the ns of one unit of its fraction, `number` the first frame's.
    """
    count = 0
    at = begin
    while count < packets.shape[0] and at + header <= end:
        if big:
            seconds, fraction = be32(window, at), be32(window, at + 4)
            captured, original = be32(window, at + 8), be32(window, at + 12)
        else:
            seconds, fraction = le32(window, at), le32(window, at + 4)
            captured, original = le32(window, at + 8), le32(window, at + 12)
        if captured > _MOST_CAPTURED or at + header + captured > end or seconds | fraction | captured | original == 0:
            break
        packet = packets[count]
        packet["offset"] = at + header
        packet["captured"] = captured
        packet["original"] = original
        packet["time"] = seconds * _SECOND + fraction * factor
        packet["number"] = number + count
        packet["link"] = link
        count += 1
        at += header + captured
    return count, at


@kernel
def _word(window, at, big):
    return be32(window, at) if big else le32(window, at)


@kernel
def walk_pcapng(window, begin, end, big, interfaces, described, time, number, packets):
    """Enter packet blocks of `window[begin:end]` into `packets`; return (how many, where the next block begins, time).

    `interfaces` has `described` rows; `time` is that of the frame before, which a simple packet block takes for its own.
    """
    count = 0
    at = begin
    while count < packets.shape[0] and at + 12 <= end:
        kind = _word(window, at, big)
        length = _word(window, at + 4, big)
        whole = (length + 3) & ~3
        if kind in (_SHB, _IDB, _ISB, _PB) or length < 12 or length > _MOST_BLOCK:
            break
        if at + whole > end or _word(window, at + whole - 4, big) != length:
            break
        if kind in (_EPB, _SPB):
            packet = packets[count]
            if kind == _EPB:
                if length < 32:
                    break
                which = _word(window, at + 8, big)
                high = _word(window, at + 12, big)
                captured = _word(window, at + 20, big)
                if which >= described or captured > length - 32 or high > 0x7FFF_FFFF:
                    break
                units = high << 32 | _word(window, at + 16, big)
                if units > interfaces[which, MOST_UNITS]:
                    break
                time = units * interfaces[which, FACTOR] // interfaces[which, DIVISOR] + interfaces[which, OFFSET]
                packet["offset"] = at + 28
                packet["original"] = _word(window, at + 24, big)
            else:
                if length < 16 or described == 0:
                    break
                which = np.int64(0)
                captured = min(_word(window, at + 8, big), length - 16)
                if interfaces[0, SNAP] > 0:
                    captured = min(captured, interfaces[0, SNAP])
                packet["offset"] = at + 12
                packet["original"] = _word(window, at + 8, big)
            packet["captured"] = captured
            packet["time"] = time
            packet["number"] = number + count
            packet["link"] = interfaces[which, LINK]
            count += 1
        at += whole
    return count, at, time
