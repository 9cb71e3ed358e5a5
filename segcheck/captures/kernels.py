"""Frames into packets, as numba kernels: the same meaning as the interpreted path, byte for byte.

Written from the definitions of `model/flow.py` and of the interpreted path's docstrings; the tests compare both on whatever
bytes there are. Loads are spelled in plain Python, one byte after the other (LLVM makes one load of them), so that the same
source runs uncompiled. Offsets are unsigned inside loads, which spares the test for a negative index.

Nothing here checks a bound by itself: every read is behind a comparison with `end`, the captured end of its frame.
"""

from __future__ import annotations

import numpy as np

from segcheck.captures.compiled import kernel
from segcheck.captures.packet import FIRST, LATER, NO_ROW, ROW_WANTED
from segcheck.model.flow import HEAD, NO_VLAN, Bits

DECODED, NOT_IP, FRAGMENT, TRUNCATED, MALFORMED, UNKNOWN_LINK = range(6)  # in the order of `FrameOutcome`
FINE = -1
_FRAGMENTED, _TRUNCATED, _DEEPER, _EXTENSIONS, _BAD_LENGTH = (
    int(bit) for bit in (Bits.FRAGMENTED, Bits.TRUNCATED, Bits.DEEPER_TAGS, Bits.EXTENSIONS, Bits.BAD_LENGTH)
)
_MAPPED = np.uint64(0xFFFF)  # upper half of ::ffff:a.b.c.d is 0, this stands over the address in the lower
_SYN, _ACK, _RST, _FIN = 2, 16, 4, 1
_MOST_EXTENSIONS = 16


@kernel
def be16(window, at):
    """Return the 16 bits at `at`, most significant byte first."""
    at = np.uint64(at)
    return np.int64(window[at]) << 8 | np.int64(window[at + np.uint64(1)])


@kernel
def be32(window, at):
    """Return the 32 bits at `at`, most significant byte first."""
    return be16(window, at) << 16 | be16(window, at + 2)


@kernel
def be64(window, at):
    """Return the 64 bits at `at`, most significant byte first, unsigned."""
    return np.uint64(be32(window, at)) << np.uint64(32) | np.uint64(be32(window, at + 4))


@kernel
def le16(window, at):
    """Return the 16 bits at `at`, least significant byte first."""
    at = np.uint64(at)
    return np.int64(window[at]) | np.int64(window[at + np.uint64(1)]) << 8


@kernel
def le32(window, at):
    """Return the 32 bits at `at`, least significant byte first."""
    return le16(window, at) | le16(window, at + 2) << 16


@kernel
def _short(at, need, end, whole):
    """Return FINE if `need` bytes from `at` were captured, else what that makes of the frame."""
    if at + need <= end:
        return FINE
    return TRUNCATED if at + need <= whole else MALFORMED


@kernel
def _link(window, packet, at, end, whole):
    """Return (FINE or an outcome, EtherType, where its header begins)."""
    link = packet["link"]
    kind = 0
    if link == 1:
        outcome = _short(at, 14, end, whole)
        if outcome != FINE:
            return outcome, 0, at
        kind = be16(window, at + 12)
        at += 14
    elif link == 113:
        outcome = _short(at, 16, end, whole)
        if outcome != FINE:
            return outcome, 0, at
        kind = be16(window, at + 14)
        at += 16
    elif link == 276:
        outcome = _short(at, 20, end, whole)
        if outcome != FINE:
            return outcome, 0, at
        kind = be16(window, at)
        at += 20
    elif link == 101 or link == 12 or link == 14 or link == 228 or link == 229:
        outcome = _short(at, 1, end, whole)
        if outcome != FINE:
            return outcome, 0, at
        version = window[at] >> 4
        if version == 4 and link != 229:
            return FINE, 0x0800, at
        if version == 6 and link != 228:
            return FINE, 0x86DD, at
        return NOT_IP, 0, at
    elif link == 0 or link == 108:
        outcome = _short(at, 4, end, whole)
        if outcome != FINE:
            return outcome, 0, at
        family = be32(window, at)
        if family > 0xFFFF:
            family = le32(window, at)
        at += 4
        if family == 2:
            return FINE, 0x0800, at
        if family == 10 or family == 24 or family == 28 or family == 30:
            return FINE, 0x86DD, at
        return NOT_IP, 0, at
    else:
        return UNKNOWN_LINK, 0, at
    return _tags(window, packet, kind, at, end, whole)


@kernel
def _tags(window, packet, kind, at, end, whole):
    """Return (FINE or an outcome, EtherType behind VLAN tags and LLC, where its header begins)."""
    tags = 0
    while True:
        if kind == 0x8100 or kind == 0x88A8 or kind == 0x9100:
            outcome = _short(at, 4, end, whole)
            if outcome != FINE:
                return outcome, 0, at
            tag = be16(window, at) & 0xFFF
            if tags == 0:
                packet["vlan"] = tag
            elif tags == 1:
                packet["vlan_inner"] = tag
            else:
                packet["bits"] |= np.uint16(_DEEPER)
            tags += 1
            kind = be16(window, at + 2)
            at += 4
        elif kind < 0x600:
            outcome = _short(at, 3, end, whole)
            if outcome != FINE:
                return outcome, 0, at
            if window[at] == 0x06 and window[at + 1] == 0x06 and window[at + 2] == 3:
                return FINE, 0x0800, at + 3
            if window[at] != 0xAA or window[at + 1] != 0xAA or window[at + 2] != 3:
                return NOT_IP, 0, at
            outcome = _short(at, 8, end, whole)
            if outcome != FINE:
                return outcome, 0, at
            organisation = be32(window, at + 2) & 0xFFFFFF
            if organisation != 0 and organisation != 0xF8:
                return NOT_IP, 0, at
            kind = be16(window, at + 6)
            at += 8
        else:
            break
    if kind == 0x0800 or kind == 0x86DD:
        return FINE, kind, at
    return NOT_IP, 0, at


@kernel
def _ipv4(window, packet, at, end, whole):
    """Return (FINE or an outcome, protocol, where its header begins, where IP ends, fragment offset or -1 if whole)."""
    outcome = _short(at, 20, end, whole)
    if outcome != FINE:
        return outcome, 0, at, at, -1
    header = np.int64(window[at] & 15) * 4
    if window[at] >> 4 != 4 or header < 20:
        return MALFORMED, 0, at, at, -1
    length = be16(window, at + 2)
    if length == 0:  # segmentation offload: the length was not yet known
        length = whole - at
    if length < header:
        return MALFORMED, 0, at, at, -1
    outcome = _short(at, header, end, whole)
    if outcome != FINE:
        return outcome, 0, at, at, -1
    if header > 20:
        packet["bits"] |= np.uint16(_EXTENSIONS)
    stop = at + length
    if stop > whole:
        stop = whole
        packet["bits"] |= np.uint16(_BAD_LENGTH)
    packet["family"] = 4
    packet["a_hi"] = 0
    packet["a_lo"] = np.uint64(be32(window, at + 12)) | (_MAPPED << np.uint64(32))
    packet["b_hi"] = 0
    packet["b_lo"] = np.uint64(be32(window, at + 16)) | (_MAPPED << np.uint64(32))
    place = be16(window, at + 6) & 0x3FFF
    fragment = -1
    if place != 0:
        fragment = place & 0x1FFF
        packet["ident"] = be16(window, at + 4)
    return FINE, np.int64(window[at + 9]), at + header, stop, fragment


@kernel
def _ipv6(window, packet, at, end, whole):
    """Return the same as `_ipv4`, behind the extension headers."""
    outcome = _short(at, 40, end, whole)
    if outcome != FINE:
        return outcome, 0, at, at, -1
    if window[at] >> 4 != 6:
        return MALFORMED, 0, at, at, -1
    length = be16(window, at + 4)
    stop = whole if length == 0 else at + 40 + length
    if stop > whole:
        stop = whole
        packet["bits"] |= np.uint16(_BAD_LENGTH)
    packet["family"] = 6
    packet["a_hi"] = be64(window, at + 8)
    packet["a_lo"] = be64(window, at + 16)
    packet["b_hi"] = be64(window, at + 24)
    packet["b_lo"] = be64(window, at + 32)
    proto = np.int64(window[at + 6])
    at += 40
    fragment = -1
    for _ in range(_MOST_EXTENSIONS + 1):
        if proto == 44:
            size = 8
        elif proto == 0 or proto == 43 or proto == 60 or proto == 135 or proto == 51:
            packet["bits"] |= np.uint16(_EXTENSIONS)
            outcome = _short(at, 2, min(end, stop), stop)
            if outcome != FINE:
                return outcome, 0, at, at, -1
            size = np.int64(window[at + 1]) * 4 + 8 if proto == 51 else np.int64(window[at + 1]) * 8 + 8
        else:
            return FINE, proto, at, stop, fragment
        outcome = _short(at, size, min(end, stop), stop)
        if outcome != FINE:
            return outcome, 0, at, at, -1
        if proto == 44:
            place = be16(window, at + 2)
            if place & 0xFFF9:
                fragment = place >> 3
                packet["ident"] = be32(window, at + 4)
        proto = np.int64(window[at])
        at += size
        if fragment > 0:
            return FINE, proto, at, stop, fragment
    return MALFORMED, 0, at, at, -1


@kernel
def _icmp(window, packet, proto, at):
    kind = np.int64(window[at])
    request, asks = kind, False
    answers = False
    if proto == 1:
        asks = kind == 8 or kind == 13 or kind == 15 or kind == 17
        answers = kind == 0 or kind == 14 or kind == 16 or kind == 18
        request = 8 if kind == 0 else kind - 1 if answers else kind
    else:
        asks, answers = kind == 128, kind == 129
        request = 128 if answers else kind
    packet["pa"] = request << 8 | np.int64(window[at + 1])
    packet["pb"] = packet["pa"]
    packet["flags"] = _SYN if asks else _SYN | _ACK if answers else 0


@kernel
def _sctp(window, at, end, stop):
    """Return (TCP flags of the same meaning, whether there is a DATA chunk) of the chunks that were captured."""
    flags, data = 0, False
    while at + 4 <= min(end, stop):
        kind = window[at]
        if kind == 1:
            flags |= _SYN
        elif kind == 2:
            flags |= _SYN | _ACK
        elif kind == 6:
            flags |= _RST
        elif kind == 7:
            flags |= _FIN
        elif kind == 10 or kind == 0:
            flags |= _ACK
        data = data or kind == 0
        at += (max(be16(window, at + 2), 4) + 3) & ~3
    return flags, data


@kernel
def _transport(window, packet, proto, at, end, stop):
    """Fill ports, flags and payload in; return FINE or an outcome."""
    need = 0
    if proto == 6:
        need = 20
    elif proto == 17 or proto == 136 or proto == 1:
        need = 8
    elif proto == 132 or proto == 33:
        need = 12
    elif proto == 58:
        need = 4
    outcome = _short(at, need, min(end, stop), stop)
    if outcome != FINE:
        return outcome
    begins = at + need
    if proto == 1 or proto == 58:
        _icmp(window, packet, proto, at)
    elif need > 0:
        packet["pa"] = be16(window, at)
        packet["pb"] = be16(window, at + 2)
    if proto == 6:
        flags = np.int64(window[at + 13])
        size = np.int64(window[at + 12] >> 4) * 4
        if size < 20:
            return MALFORMED
        outcome = _short(at, size, min(end, stop), stop)
        if outcome != FINE:
            return outcome
        begins = at + size
        if flags & (_FIN | _RST):
            flags &= ~_SYN
        packet["flags"] = flags
    says = begins < stop
    if proto == 132:
        flags, says = _sctp(window, begins, end, stop)
        packet["flags"] = flags
    packet["opens"] = 1 if np.int64(packet["flags"]) & (_SYN | _ACK) == _SYN else 0
    if need > 0 and says:
        packet["payload"] = 1
        packet["head"] = begins
        packet["head_len"] = max(0, min(HEAD, min(end, stop) - begins))
        if stop > end:
            packet["bits"] |= np.uint16(_TRUNCATED)
    return FINE


@kernel
def _turn(packet):
    """Put the lower end first."""
    a_hi, a_lo, pa = packet["a_hi"], packet["a_lo"], packet["pa"]
    b_hi, b_lo, pb = packet["b_hi"], packet["b_lo"], packet["pb"]
    if a_hi > b_hi or (a_hi == b_hi and (a_lo > b_lo or (a_lo == b_lo and pa > pb))):
        packet["a_hi"], packet["a_lo"], packet["pa"] = b_hi, b_lo, pb
        packet["b_hi"], packet["b_lo"], packet["pb"] = a_hi, a_lo, pa
        packet["reverse"] = 1


@kernel
def _frame(window, packet):
    at = packet["offset"]
    end = at + packet["captured"]
    whole = at + packet["original"]
    packet["vlan"] = NO_VLAN
    packet["vlan_inner"] = NO_VLAN
    packet["pa"] = 0
    packet["pb"] = 0
    packet["bits"] = 0
    packet["flags"] = 0
    packet["opens"] = 0
    packet["reverse"] = 0
    packet["payload"] = 0
    packet["wants"] = NO_ROW
    outcome, kind, at = _link(window, packet, at, end, whole)
    if outcome != FINE:
        return outcome
    if kind == 0x0800:
        outcome, proto, at, stop, fragment = _ipv4(window, packet, at, end, whole)
    else:
        outcome, proto, at, stop, fragment = _ipv6(window, packet, at, end, whole)
    if outcome != FINE:
        return outcome
    packet["proto"] = proto
    if fragment >= 0:
        packet["bits"] |= np.uint16(_FRAGMENTED)
    if fragment > 0:
        packet["wants"] = LATER
        return DECODED
    outcome = _transport(window, packet, proto, at, end, stop)
    if outcome != FINE:
        return outcome
    packet["wants"] = FIRST if fragment == 0 else ROW_WANTED
    return DECODED


@kernel
def decode(window, packets, count, outcomes):
    """Fill the first `count` packets in; count their outcomes. Return how many of them are fragments.

    Fragments are counted as DECODED here; whoever finds no first one moves the later ones to FRAGMENT. A first fragment
    wants a row like any other packet, and is remembered for its later ones besides.
    """
    fragments = 0
    for i in range(count):
        packet = packets[i]
        outcome = _frame(window, packet)
        packet["outcome"] = outcome
        outcomes[outcome] += 1
        if outcome != DECODED:
            packet["wants"] = NO_ROW
        elif packet["wants"] == LATER or packet["wants"] == FIRST:
            fragments += 1
        if packet["wants"] == ROW_WANTED or packet["wants"] == FIRST:
            _turn(packet)
    return fragments
