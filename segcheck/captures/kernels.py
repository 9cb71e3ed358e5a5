"""Frames into packets, as numba kernels: the same meaning as the interpreted path, byte for byte.

Written from the definitions of `model/flow.py` and of the interpreted path's docstrings; the tests compare both on whatever
bytes there are.

Nothing here checks a bound by itself: every read is behind a comparison with `end`, the captured end of its frame.
"""

from __future__ import annotations

import numpy as np

from segcheck.captures.compiled import kernel
from segcheck.captures.kernel_loads import be16, be32, be64, le32
from segcheck.captures.packet import EARLIEST, FIRST, LATER, LATEST, NO_ROW, ROW_WANTED
from segcheck.model.flow import HEAD, NO_VLAN, Bits

DECODED, NOT_IP, FRAGMENT, TRUNCATED, MALFORMED, UNKNOWN_LINK = range(6)  # in the order of `FrameOutcome`
_FINE = -1
_FRAGMENTED, _TRUNCATED, _DEEPER, _EXTENSIONS, _BAD_LENGTH = (
    np.uint16(bit) for bit in (Bits.FRAGMENTED, Bits.TRUNCATED, Bits.DEEPER_TAGS, Bits.EXTENSIONS, Bits.BAD_LENGTH)
)
_MAPPED = np.uint64(0xFFFF_0000_0000)  # IPv4 as ::ffff:a.b.c.d
_SYN, _ACK, _RST, _FIN = 2, 16, 4, 1
_TCP, _UDP, _DCCP, _SCTP, _UDP_LITE = 6, 17, 33, 132, 136
_MOST_EXTENSIONS = 16
_MOST_CHUNKS = 16
_NETLINK = 824
_ARP, _PPPOE_DISCOVERY, _PPPOE_SESSION = 0x0806, 0x8863, 0x8864


@kernel
def _short(needed, limit):
    """Return what becomes of a frame of which `needed` was not captured."""
    return TRUNCATED if needed <= limit else MALFORMED


@kernel
def _link(window, packet, at, end, limit):
    """Return (_FINE or an outcome, EtherType, where its header begins)."""
    link = packet["link"]
    if link == 1:
        if at + 14 > end:
            return _short(at + 14, limit), 0, at
        return _tags(window, packet, be16(window, at + 12), 0, 1500, at + 14, end, limit)
    if link == 113 or link == 276:
        size = 16 if link == 113 else 20
        if at + size > end:
            return _short(at + size, limit), 0, at
        if be16(window, at + (2 if link == 113 else 8)) == _NETLINK:
            return NOT_IP, 0, at
        return _tags(window, packet, be16(window, at + (14 if link == 113 else 0)), 4, 4, at + size, end, limit)
    if link == 0 or link == 108:
        if at + 4 > end:
            return _short(at + 4, limit), 0, at
        family = le32(window, at)
        if family > 0xFFFF:
            family = be32(window, at)
        if family == 2:
            return _FINE, 0x0800, at + 4
        if family == 10 or family == 23 or family == 24 or family == 28 or family == 30:
            return _FINE, 0x86DD, at + 4
        return NOT_IP, 0, at
    if link == 101 or link == 12 or link == 14:
        if at + 1 > end:
            return _short(at + 1, limit), 0, at
        version = window[at] >> 4
        return (_FINE, 0x0800, at) if version == 4 else (_FINE, 0x86DD, at) if version == 6 else (NOT_IP, 0, at)
    if link == 228:
        return _FINE, 0x0800, at
    if link == 229:
        return _FINE, 0x86DD, at
    return UNKNOWN_LINK, 0, at


@kernel
def _tags(window, packet, kind, least, most, at, end, limit):
    """Go on behind an EtherType, past VLAN tags and LLC (a kind from `least` to `most`); return the same as `_link`."""
    tags = 0
    while kind == 0x8100 or kind == 0x88A8 or kind == 0x9100:
        if at + 4 > end:
            return _short(at + 4, limit), 0, at
        tag = be16(window, at) & 0xFFF
        if tags == 0:
            packet["vlan"] = tag
        elif tags == 1:
            packet["vlan_inner"] = tag
        else:
            packet["bits"] |= _DEEPER
        tags += 1
        kind = be16(window, at + 2)
        at += 4
    if least <= kind and kind <= most:
        if at + 3 > end:
            return _short(at + 3, limit), 0, at
        service = be16(window, at) << 8 | np.int64(window[at + 2])
        if service == 0x060603:
            return _FINE, 0x0800, at + 3
        if service != 0xAAAA03:
            return NOT_IP, 0, at
        if at + 8 > end:
            return _short(at + 8, limit), 0, at
        organisation = be16(window, at + 3) << 8 | np.int64(window[at + 5])
        kind = be16(window, at + 6) if organisation == 0 or organisation == 0xF8 else 0
        at += 8
    return (_FINE, kind, at) if kind == 0x0800 or kind == 0x86DD else (NOT_IP, kind, at)


@kernel
def _ipv4(window, packet, at, end, limit):
    """Return (_FINE or an outcome, protocol, where its header begins, IP's limit, whether it is a first or later fragment)."""
    if at + 20 > end:
        return _short(at + 20, limit), 0, at, limit, NO_ROW
    header = np.int64(window[at] & 15) * 4
    if window[at] >> 4 != 4 or header < 20:
        return MALFORMED, 0, at, limit, NO_ROW
    if at + header > end:
        return _short(at + header, limit), 0, at, limit, NO_ROW
    length = be16(window, at + 2)
    if length != 0:
        if length < header:
            return MALFORMED, 0, at, limit, NO_ROW
        if at + length > limit:
            packet["bits"] |= _BAD_LENGTH
        else:
            limit = at + length
    if header > 20:
        packet["bits"] |= _EXTENSIONS
    packet["family"] = 4
    packet["a_hi"] = 0
    packet["a_lo"] = np.uint64(be32(window, at + 12)) | _MAPPED
    packet["b_hi"] = 0
    packet["b_lo"] = np.uint64(be32(window, at + 16)) | _MAPPED
    place = be16(window, at + 6) & 0x3FFF
    proto = np.int64(window[at + 9])
    fragment = NO_ROW
    if place != 0:
        packet["bits"] |= _FRAGMENTED
        packet["ident"] = be16(window, at + 4)
        packet["named"] = proto
        fragment = LATER if place & 0x1FFF else FIRST
    return _FINE, proto, at + header, limit, fragment


@kernel
def _ipv6(window, packet, at, end, limit):
    """Return the same as `_ipv4`, behind the extension headers."""
    if at + 40 > end:
        return _short(at + 40, limit), 0, at, limit, NO_ROW
    if window[at] >> 4 != 6:
        return MALFORMED, 0, at, limit, NO_ROW
    packet["family"] = 6
    packet["a_hi"] = be64(window, at + 8)
    packet["a_lo"] = be64(window, at + 16)
    packet["b_hi"] = be64(window, at + 24)
    packet["b_lo"] = be64(window, at + 32)
    length = be16(window, at + 4)
    proto = np.int64(window[at + 6])
    at += 40
    if length != 0:
        if at + length > limit:
            packet["bits"] |= _BAD_LENGTH
        else:
            limit = at + length
    fragment = NO_ROW
    extensions = 0
    while proto == 0 or proto == 43 or proto == 60 or proto == 135 or proto == 51 or proto == 44:
        if extensions == _MOST_EXTENSIONS:
            return MALFORMED, 0, at, limit, NO_ROW
        extensions += 1
        if at + 8 > end or at + 8 > limit:
            return _short(at + 8, limit), 0, at, limit, NO_ROW
        following = np.int64(window[at])
        size = 8
        if proto == 44:
            place = be16(window, at + 2)
            if place & 0xFFF9 and (place >> 3 or fragment == NO_ROW):
                packet["ident"] = be32(window, at + 4)
                packet["named"] = following
            if place & 0xFFF9:
                packet["bits"] |= _FRAGMENTED
                fragment = FIRST
            if place >> 3:
                return _FINE, following, at + 8, limit, LATER
        else:
            packet["bits"] |= _EXTENSIONS
            size = (np.int64(window[at + 1]) + 2) * 4 if proto == 51 else (np.int64(window[at + 1]) + 1) * 8
            if at + size > end or at + size > limit:
                return _short(at + size, limit), 0, at, limit, NO_ROW
        proto = following
        at += size
    return _FINE, proto, at, limit, fragment


@kernel
def _flags_of(flags):
    """Return TCP flags without a SYN that opens nothing."""
    return flags & ~_SYN if flags & (_FIN | _RST) else flags


@kernel
def _ports(window, packet, proto, at, end, limit, first):
    """Fill ports and flags in; return (outcome, where the payload begins, where it ends).

    `first`: it is a first fragment, so the rest of the header may come in a later one.
    """
    least = at + (20 if proto == _TCP else 12 if proto in (_DCCP, _SCTP) else 8)
    known = min(end, limit)
    if least > known and ((least > limit and not (first and at + 4 <= limit)) or at + 4 > end):
        packet["wants"] = NO_ROW
        return MALFORMED if least > limit and not (first and at + 4 <= limit) else TRUNCATED, 0, 0
    packet["pa"] = be16(window, at)
    packet["pb"] = be16(window, at + 2)
    if proto == _TCP and at + 14 <= known:
        packet["flags"] = _flags_of(np.int64(window[at + 13]))
    if least > known:
        return TRUNCATED if least <= limit else DECODED, 0, 0
    if proto in (_TCP, _DCCP):
        begins = at + (np.int64(window[at + 12] >> 4) * 4 if proto == _TCP else np.int64(window[at + 4]) * 4)
        if begins < least or (begins > limit and not first):
            packet["wants"] = NO_ROW
            return MALFORMED, 0, 0
        if begins > limit:
            return DECODED, 0, 0
        return TRUNCATED if begins > end else DECODED, begins, limit
    if proto == _SCTP:
        begins, stop = _chunks(window, packet, at + 12, known, limit)
        return DECODED, begins, stop
    if proto == _UDP:
        length = be16(window, at + 4)
        if length > 0 and length < 8:
            packet["wants"] = NO_ROW
            return MALFORMED, 0, 0
    return DECODED, least, limit


@kernel
def _chunks(window, packet, at, known, limit):
    """Fill the flags of SCTP chunks in; return where the first user data begin and end (0, 0: there are none)."""
    flags, begins, stop = 0, 0, 0
    for _ in range(_MOST_CHUNKS):
        if at + 4 > known:
            break
        kind = window[at]
        size = be16(window, at + 2)
        header = size
        if kind == 0 or kind == 64:
            flags |= _ACK
            header = 16 if kind == 0 else 20
        elif kind == 1:
            flags |= _SYN
        elif kind == 2:
            flags |= _SYN | _ACK
        elif kind == 6:
            flags |= _RST
        elif kind == 7:
            flags |= _FIN
        elif kind == 10:
            flags |= _ACK
        if stop == 0 and size > header and at + header < limit:
            begins = at + header
            stop = min(at + size, limit)
        if size < 4:
            break
        at += (size + 3) & ~3
    packet["flags"] = flags
    return begins, stop


@kernel
def _icmp(window, packet, proto, at):
    """Put an answer with its request, and tell which of them it is."""
    kind = np.int64(window[at])
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
def _transport(window, packet, proto, at, end, limit):
    """Fill ports, flags and payload in; return the outcome. A frame that counts in no conversation ends up as `NO_ROW`."""
    six = packet["family"] == 6
    if proto in (_TCP, _UDP, _DCCP, _SCTP, _UDP_LITE):
        outcome, begins, stop = _ports(window, packet, proto, at, end, limit, packet["wants"] == FIRST)
    elif (proto == 58 and six) or (proto == 1 and not six):
        if at + 4 > end or at + 4 > limit:
            packet["wants"] = NO_ROW
            return _short(at + 4, limit)
        _icmp(window, packet, proto, at)
        outcome, begins, stop = DECODED, at + 8, limit
    else:
        outcome, begins, stop = DECODED, at, at if proto == 59 and six else limit
    if outcome != DECODED or (begins < stop and end < stop):
        packet["bits"] |= _TRUNCATED
    packet["opens"] = 1 if np.int64(packet["flags"]) & (_SYN | _ACK) == _SYN else 0
    if begins < stop:
        packet["payload"] = 1
        packet["head"] = begins
        packet["head_len"] = max(0, min(HEAD, min(end, stop) - begins))
    return outcome


@kernel
def _turn(packet):
    """Put the lower end first, and note the direction."""
    a_hi, a_lo, pa = packet["a_hi"], packet["a_lo"], packet["pa"]
    b_hi, b_lo, pb = packet["b_hi"], packet["b_lo"], packet["pb"]
    if a_hi > b_hi or (a_hi == b_hi and (a_lo > b_lo or (a_lo == b_lo and pa > pb))):
        packet["a_hi"], packet["a_lo"], packet["pa"] = b_hi, b_lo, pb
        packet["b_hi"], packet["b_lo"], packet["pb"] = a_hi, a_lo, pa
        packet["reverse"] = 1


@kernel
def _frame(window, packet):
    """Fill one packet in; return the outcome."""
    at = packet["offset"]
    end = at + packet["captured"]
    limit = max(end, at + packet["original"])
    packet["vlan"] = NO_VLAN
    packet["vlan_inner"] = NO_VLAN
    packet["pa"] = 0
    packet["pb"] = 0
    packet["bits"] = 0
    packet["flags"] = 0
    packet["opens"] = 0
    packet["reverse"] = 0
    packet["payload"] = 0
    packet["head"] = -1
    packet["wants"] = NO_ROW
    packet["note"] = 0
    outcome, kind, at = _link(window, packet, at, end, limit)
    if outcome != _FINE:
        packet["note"] = kind == _ARP or _PPPOE_DISCOVERY <= kind <= _PPPOE_SESSION
        return outcome
    if kind == 0x0800:
        outcome, proto, at, limit, fragment = _ipv4(window, packet, at, end, limit)
    else:
        outcome, proto, at, limit, fragment = _ipv6(window, packet, at, end, limit)
    if outcome != _FINE:
        return outcome
    packet["proto"] = proto
    packet["wants"] = ROW_WANTED if fragment == NO_ROW else fragment
    if fragment == LATER:
        packet["payload"] = 1 if at < limit else 0
        return DECODED
    outcome = _transport(window, packet, proto, at, end, limit)
    if proto == _UDP:
        packet["note"] = packet["pb"] == 68 or packet["pb"] == 546
    elif proto == 58:
        packet["note"] = packet["pa"] >> 8 == 134 or packet["pa"] >> 8 == 136
    return outcome


@kernel
def decode(window, packets, count, totals):
    """Fill the first `count` packets in, add to `totals`; return how many are fragments that want their others, and noted.

    `totals` counts each outcome by its number, then keeps `EARLIEST` and `LATEST`. A later fragment is not counted among
    the outcomes, and its ends stand as they were sent: whoever joins it turns it.
    """
    fragments = 0
    notes = 0
    for i in range(count):
        packet = packets[i]
        totals[EARLIEST] = min(totals[EARLIEST], packet["time"])
        totals[LATEST] = max(totals[LATEST], packet["time"])
        outcome = _frame(window, packet)
        packet["outcome"] = outcome
        notes += packet["note"]
        wants = packet["wants"]
        if wants != LATER:
            totals[outcome] += 1
        if wants in (FIRST, LATER):
            fragments += 1
        elif wants == ROW_WANTED:
            _turn(packet)
    return fragments, notes


@kernel
def turn_joined(packets, where):
    """Put the lower end first in those packets at places `where` that found a row."""
    for i in range(where.shape[0]):
        if packets[where[i]]["wants"] == ROW_WANTED:
            _turn(packets[where[i]])
