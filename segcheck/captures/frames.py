"""One frame to what its conversation needs: addresses, ports, flags, where the payload lies.

These are the exact rules, for every engine.

A header that needs bytes up to x ends the reading if x lies behind what was captured or behind its *limit* (the frame's
original length, or captured length if that is greater; inside IP: the end by IP's own length): MALFORMED if x > limit, else
TRUNCATED.
Checks run in the order of the text: first the bytes, then what they say.

**Link.** Ethernet (1): 14 bytes, EtherType at 12. Linux cooked: SLL (113) 16 bytes, EtherType at 14; SLL2 (276) 20 bytes, at
0; nothing of netlink (ARPHRD 824) is read. NULL (0), LOOP (108): 4 bytes, an address family in little endian, or in big
endian if that is greater than 65535: 2 is IPv4; 10, 23, 24, 28, 30 are IPv6. RAW (101, 12, 14): 1 byte, version by its upper
half. 228 IPv4, 229 IPv6.
EtherTypes 8100, 88A8, 9100: 4 bytes of a tag more each, any number of them. 0800, 86DD: IP. At most 1500 (in SLL and SLL2:
4): LLC, 3 bytes; 06 06 03 carries IPv4; AA AA 03 needs 8 bytes: behind OUI 000000 or 0000F8 (RFC 1042, 802.1H) stands an
EtherType (IP only).
Everything else is NOT_IP; other links are UNKNOWN_LINK whatever they hold.

**IPv4.** 20 bytes; version 4, IHL >= 5, else MALFORMED; IHL * 4 bytes; total length 0 (segmentation offload): all the frame
has; less than the header: MALFORMED; more than the frame's limit: BAD_LENGTH and the frame's limit. Options: EXTENSIONS.
**IPv6.** 40 bytes; version 6; payload length 0 (jumbogram, offload): all the frame has; BAD_LENGTH as above. Extension
headers 0, 43, 60, 135, 51, 44 are read past, at most 16 (a 17th: MALFORMED), each whole: 8 bytes, then (length + 1) * 8, AH
(length + 2) * 4, fragment 8. All but 44 set EXTENSIONS. 59 has no payload.
**Fragments.** Offset > 0: a later fragment, nothing behind its header is read. Offset 0 and more to come: a first fragment.
Both set FRAGMENTED.
Joined by (addresses in their direction, identification, protocol in the IPv4 or the fragment header, both VLAN tags); in
IPv6 the first fragment header that says "more" names a first fragment.

**L4.** Least header: TCP 20, UDP 8, UDP-Lite 8, DCCP 12, SCTP 12, ICMP (IPv4) and ICMPv6 (IPv6) 4. Behind the limit:
MALFORMED, but a first fragment that holds the ports is DECODED without payload (its flags, if byte 13 is there). Not
captured: TRUNCATED, and if the ports were captured the frame still counts in its conversation, without payload (flags
likewise), with Bits.TRUNCATED.
TCP: data offset < 5 or behind the limit (not in a first fragment): MALFORMED; options that were not captured: TRUNCATED,
counted, its payload too.
UDP: a length of 1 to 7 is MALFORMED, other lengths are not looked at. DCCP: as TCP with its own offset, at least 12.
SCTP: chunks are read for flags as far as captured, at most 16, until one has a length below 4; payload is the user data of
the first DATA (behind 16 bytes) or I-DATA (64, flags as DATA; behind 20) chunk that has any.
ICMP: payload behind 8 bytes. Other protocols: ports 0, payload behind the IP header.
Payload reaches to the limit (SCTP: to the chunk's end); Bits.TRUNCATED if it was not captured whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from segcheck.model.flow import NO_VLAN, Bits, FrameOutcome

DECODED, NOT_IP, FRAGMENT, TRUNCATED, MALFORMED, UNKNOWN_LINK = range(6)
#: The outcomes by those numbers.
OUTCOMES = tuple(FrameOutcome)

#: (identification, protocol) of a fragment
_Fragment = tuple[bytes, int]
#: outcome, addresses (source then destination), source port, destination port, protocol, VLAN tags, Bits, flags, payload's start
#: and end, role (0 whole, 1 first fragment, 2 later fragment), which datagram it is of
Packet = tuple[int, bytes, int, int, int, int, int, int, int, int, int, int, _Fragment | None]
_Transport = tuple[int, int, int, int, int, int]
_Found = TypeVar("_Found")
_Then = Callable[[bytes, int, int, int, int, int, int, int], _Found | int]

_FRAGMENTED, _CUT, _DEEPER, _EXTENSIONS, _BAD_LENGTH = (
    int(bit) for bit in (Bits.FRAGMENTED, Bits.TRUNCATED, Bits.DEEPER_TAGS, Bits.EXTENSIONS, Bits.BAD_LENGTH)
)
_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_IPV4, _IPV6 = 0x0800, 0x86DD
_LLC = 4  # Linux' ETH_P_802_2
_NETLINK = 824
_FAMILIES = {2: _IPV4} | dict.fromkeys((10, 23, 24, 28, 30), _IPV6)
_SNAP = frozenset({b"\xaa\xaa\x03\0\0\0", b"\xaa\xaa\x03\0\0\xf8"})
_MOST_EXTENSIONS = 16
_TCP, _UDP, _DCCP, _SCTP, _UDP_LITE, _AH, _NO_NEXT = 6, 17, 33, 132, 136, 51, 59
_LEAST = {_TCP: 20, _UDP: 8, _DCCP: 12, _SCTP: 12, _UDP_LITE: 8}
SYN, SYN_ACK, ACK, RST, FIN = 2, 0x12, 0x10, 4, 1
_CHUNKS = {0: ACK, 64: ACK, 1: SYN, 2: SYN_ACK, 6: RST, 7: FIN, 10: ACK}
_MOST_CHUNKS = 16
#: ICMP types that answer, with what they answer; those that ask.
_ANSWERS = {1: {0: 8, 14: 13, 16: 15, 18: 17}, 58: {129: 128}}
_ASKS = {1: frozenset({8, 13, 15, 17}), 58: frozenset({128})}


def decode(data: bytes, start: int, end: int, original: int, link: int) -> Packet | int:
    """Return what is to be counted of the frame at `start`..`end` of `data`, or only its outcome (a number of `OUTCOMES`)."""
    return opened(data, start, end, original, link, decode_ip)


def opened(data: bytes, start: int, end: int, original: int, link: int, then: _Then[_Found]) -> _Found | int:
    """Return what `then` makes of what the link carries, or the outcome of a frame that does not get so far.

    `then` is given data, where the carried packet begins, the frame's captured end, its limit, the EtherType (0: none), both
    VLAN tags, and Bits.
    """
    limit = max(end, start + original)
    if link == 1:
        at = start + 14
        if at > end:
            return _short(at, limit)
        return _ether(data, at, end, limit, data[start + 12] << 8 | data[start + 13], 1500, then)
    if link in (113, 276):
        at = start + (16 if link == 113 else 20)
        if at > end:
            return _short(at, limit)
        kind, hardware = (start + 14, start + 2) if link == 113 else (start, start + 8)
        if data[hardware] << 8 | data[hardware + 1] == _NETLINK:
            return NOT_IP
        return _ether(data, at, end, limit, data[kind] << 8 | data[kind + 1], _LLC, then)
    if link in (0, 108):
        at = start + 4
        if at > end:
            return _short(at, limit)
        family = int.from_bytes(data[start:at], "little")
        if family > 0xFFFF:
            family = int.from_bytes(data[start:at], "big")
        return then(data, at, end, limit, _FAMILIES.get(family, 0), NO_VLAN, NO_VLAN, 0)
    if link in (101, 12, 14):
        if start + 1 > end:
            return _short(start + 1, limit)
        kind = {4: _IPV4, 6: _IPV6}.get(data[start] >> 4, 0)
        return then(data, start, end, limit, kind, NO_VLAN, NO_VLAN, 0)
    if link in (228, 229):
        return then(data, start, end, limit, _IPV4 if link == 228 else _IPV6, NO_VLAN, NO_VLAN, 0)
    return UNKNOWN_LINK


def _short(needed: int, limit: int) -> int:
    return TRUNCATED if needed <= limit else MALFORMED


def _ether(data: bytes, at: int, end: int, limit: int, kind: int, llc: int, then: _Then[_Found]) -> _Found | int:
    """Go on behind an EtherType; at most `llc` means an LLC header (exactly `llc` in cooked links, where it is 4)."""
    outer = inner = NO_VLAN
    bits = 0
    while kind in _TAGS:
        if at + 4 > end:
            return _short(at + 4, limit)
        tag = (data[at] << 8 | data[at + 1]) & 0xFFF
        kind = data[at + 2] << 8 | data[at + 3]
        at += 4
        if outer == NO_VLAN:
            outer = tag
        elif inner == NO_VLAN:
            inner = tag
        else:
            bits = _DEEPER
    if kind <= llc and (llc != _LLC or kind == _LLC):
        if at + 3 > end:
            return _short(at + 3, limit)
        if data[at : at + 3] == b"\x06\x06\x03":
            return then(data, at + 3, end, limit, _IPV4, outer, inner, bits)
        if data[at : at + 3] != b"\xaa\xaa\x03":
            return NOT_IP
        if at + 8 > end:
            return _short(at + 8, limit)
        kind = data[at + 6] << 8 | data[at + 7] if data[at : at + 6] in _SNAP else 0
        at += 8
    return then(data, at, end, limit, kind, outer, inner, bits)


def decode_ip(data: bytes, at: int, end: int, limit: int, kind: int, outer: int, inner: int, bits: int) -> Packet | int:
    """Return the same as `decode` of what a link carries; `opened` gives the arguments."""
    if kind == _IPV4:
        return _ipv4(data, at, end, limit, outer, inner, bits)
    if kind == _IPV6:
        return _ipv6(data, at, end, limit, outer, inner, bits)
    return NOT_IP


def _ipv4(data: bytes, at: int, end: int, limit: int, outer: int, inner: int, bits: int) -> Packet | int:
    if at + 20 > end:
        return _short(at + 20, limit)
    first = data[at]
    header = (first & 15) * 4
    if first >> 4 != 4 or header < 20:
        return MALFORMED
    behind = at + header
    if behind > end:
        return _short(behind, limit)
    total = data[at + 2] << 8 | data[at + 3]
    if total:
        if total < header:
            return MALFORMED
        if at + total > limit:
            bits |= _BAD_LENGTH
        else:
            limit = at + total
    if header > 20:
        bits |= _EXTENSIONS
    proto = data[at + 9]
    addresses = data[at + 12 : at + 20]
    place = data[at + 6] << 8 | data[at + 7]
    if place & 0x3FFF:
        bits |= _FRAGMENTED
        fragment = (data[at + 4 : at + 6], proto)
        if place & 0x1FFF:
            return DECODED, addresses, 0, 0, proto, outer, inner, bits, 0, behind, limit, 2, fragment
        return _transport(data, behind, end, limit, addresses, proto, outer, inner, bits, fragment)
    return _transport(data, behind, end, limit, addresses, proto, outer, inner, bits, None)


def _ipv6(data: bytes, at: int, end: int, limit: int, outer: int, inner: int, bits: int) -> Packet | int:
    if at + 40 > end:
        return _short(at + 40, limit)
    if data[at] >> 4 != 6:
        return MALFORMED
    length = data[at + 4] << 8 | data[at + 5]
    proto = data[at + 6]
    addresses = data[at + 8 : at + 40]
    at += 40
    if length:
        if at + length > limit:
            bits |= _BAD_LENGTH
        else:
            limit = at + length
    fragment: _Fragment | None = None
    for _ in range(_MOST_EXTENSIONS):
        if proto == 44:
            size = 8
        elif proto in (0, 43, 60, 135, _AH):
            size = 0
        else:
            break
        if at + 8 > end or at + 8 > limit:
            return _short(at + 8, limit)
        following = data[at]
        if size:
            place = data[at + 2] << 8 | data[at + 3]
            named = (data[at + 4 : at + 8], following)
            if place >> 3:
                bits |= _FRAGMENTED
                return DECODED, addresses, 0, 0, following, outer, inner, bits, 0, at + 8, limit, 2, named
            if place & 1:
                bits |= _FRAGMENTED
                fragment = fragment or named
        else:
            bits |= _EXTENSIONS
            size = (data[at + 1] + 2) * 4 if proto == _AH else (data[at + 1] + 1) * 8
            if at + size > end or at + size > limit:
                return _short(at + size, limit)
        proto = following
        at += size
    else:
        if proto in (0, 43, 60, 135, _AH, 44):
            return MALFORMED
    return _transport(data, at, end, limit, addresses, proto, outer, inner, bits, fragment)


def _transport(
    data: bytes,
    at: int,
    end: int,
    limit: int,
    addresses: bytes,
    proto: int,
    outer: int,
    inner: int,
    bits: int,
    fragment: _Fragment | None,
) -> Packet | int:
    role = 1 if fragment else 0
    if proto in _LEAST:
        found = _ports(data, at, end, limit, proto, role == 1)
    elif proto in _ANSWERS and (proto == 1) == (len(addresses) == 8):
        found = _icmp(data, at, end, limit, proto)
    else:
        found = DECODED, 0, 0, 0, at, at if proto == _NO_NEXT and len(addresses) == 32 else limit
    if isinstance(found, int):
        return found
    outcome, sport, dport, flags, payload, stop = found
    if outcome or (payload < stop and end < stop):
        bits |= _CUT
    return outcome, addresses, sport, dport, proto, outer, inner, bits, flags, payload, stop, role, fragment


def _ports(data: bytes, at: int, end: int, limit: int, proto: int, first: bool) -> _Transport | int:
    """Return (outcome, ports, flags, payload) of a protocol with ports; `first`: the header may go on in a fragment."""
    least = at + _LEAST[proto]
    known = min(end, limit)
    if least > known:
        if least > limit and not (first and at + 4 <= limit):
            return MALFORMED
        if at + 4 > end:
            return TRUNCATED
        flags = _tcp_flags(data[at + 13]) if proto == _TCP and at + 14 <= known else 0
        outcome = TRUNCATED if least <= limit else DECODED
        return outcome, data[at] << 8 | data[at + 1], data[at + 2] << 8 | data[at + 3], flags, 0, 0
    sport, dport = data[at] << 8 | data[at + 1], data[at + 2] << 8 | data[at + 3]
    if proto in (_TCP, _DCCP):
        flags = _tcp_flags(data[at + 13]) if proto == _TCP else 0
        payload = at + ((data[at + 12] >> 4) * 4 if proto == _TCP else data[at + 4] * 4)
        if payload < least:
            return MALFORMED
        if payload > limit:
            return (DECODED, sport, dport, flags, 0, 0) if first else MALFORMED
        return TRUNCATED if payload > end else DECODED, sport, dport, flags, payload, limit
    if proto == _SCTP:
        return DECODED, sport, dport, *_chunks(data, at + 12, known, limit)
    if proto == _UDP and 0 < (data[at + 4] << 8 | data[at + 5]) < 8:
        return MALFORMED
    return DECODED, sport, dport, 0, least, limit


def _tcp_flags(flags: int) -> int:
    return flags & ~SYN if flags & (FIN | RST) else flags


def _chunks(data: bytes, at: int, known: int, limit: int) -> tuple[int, int, int]:
    """Return flags and payload of SCTP chunks (RFC 9260 §3.2, RFC 8260 §2.1)."""
    flags = payload = stop = 0
    for _ in range(_MOST_CHUNKS):
        if at + 4 > known:
            break
        kind, size = data[at], data[at + 2] << 8 | data[at + 3]
        flags |= _CHUNKS.get(kind, 0)
        header = {0: 16, 64: 20}.get(kind, size)
        if size > header and at + header < limit and not stop:
            payload, stop = at + header, min(at + size, limit)
        if size < 4:
            break
        at += (size + 3) & ~3
    return flags, payload, stop


def _icmp(data: bytes, at: int, end: int, limit: int, proto: int) -> _Transport | int:
    if at + 4 > end or at + 4 > limit:
        return _short(at + 4, limit)
    kind = data[at]
    asked = _ANSWERS[proto].get(kind)
    flags = SYN_ACK if asked is not None else SYN if kind in _ASKS[proto] else 0
    port = (kind if asked is None else asked) << 8 | data[at + 1]
    return DECODED, port, port, flags, at + 8, limit
