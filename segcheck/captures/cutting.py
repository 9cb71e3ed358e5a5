"""Where a frame is cut so that headers up to L4 stay and nothing that was said in it does."""

from __future__ import annotations

from segcheck.captures.frames import TRUNCATED, Packet, decode

_ICMP, _SCTP, _ICMPV6 = 1, 132, 58
#: Types of ICMP that quote the packet they are about (RFC 792; RFC 4443 §3).
_QUOTING = {_ICMP: frozenset({3, 4, 5, 11, 12}), _ICMPV6: frozenset({1, 2, 3, 4})}
_QUOTED_LINK = {_ICMP: 228, _ICMPV6: 229}
#: Bytes of SCTP's common header behind its ports (RFC 9260 §3.1).
_SCTP_REST = 8
#: `Packet`'s role of a fragment that is not the first.
_LATER = 2
#: A quoted packet may have been as long as this; the quote is what is there.
_LONGEST = 1 << 16


def behind_headers(data: bytes, start: int, end: int, original: int, link: int, packet: Packet) -> int:
    """Return where the frame at `start`..`end` of `data`, decoded as `packet`, is to be cut.

    Kept are the link header, IP with its options and extension headers, and the L4 header; of SCTP its common header without
    chunks, of ICMP 8 bytes, and of the packet that an ICMP error quotes the same again. Where the L4 header itself is not whole,
    its ports are what stays.
    """
    cut = _behind(data, start, end, original, link, packet)
    proto = packet[4]
    quoting = packet[2] >> 8 in _QUOTING.get(proto, ()) and (proto == _ICMP) == (len(packet[1]) == 8)
    if quoting and cut == packet[9]:
        inner = decode(data, cut, min(end, packet[10]), _LONGEST, _QUOTED_LINK[proto])
        half = len(packet[1]) // 2
        # an error goes to whom the packet came from; what does not fit that is data, however much it looks like a header
        if not isinstance(inner, int) and inner[1][:half] == packet[1][half:]:
            return _behind(data, cut, min(end, packet[10]), _LONGEST, _QUOTED_LINK[proto], inner)
    return cut


def _behind(data: bytes, start: int, end: int, original: int, link: int, packet: Packet) -> int:
    proto, payload, stop, role = packet[4], packet[9], packet[10], packet[11]
    if role == _LATER or (payload and proto != _SCTP):
        return min(payload, stop, end)
    ports = _ports_end(data, start, end, original, link)
    if proto != _SCTP:
        return ports
    known = decode(data, start, ports, original, link)
    whole = not isinstance(known, int) and known[0] == TRUNCATED
    return min(ports + _SCTP_REST, end) if whole else ports


def _ports_end(data: bytes, start: int, end: int, original: int, link: int) -> int:
    """Return the end of the shortest beginning of the frame that still tells its conversation."""
    low, high = start, end
    while low < high:
        middle = (low + high) // 2
        if isinstance(decode(data, start, middle, original, link), int):
            low = middle + 1
        else:
            high = middle
    return high
