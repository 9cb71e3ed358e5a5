"""Frames that say something to all hosts on a wire (`model.neighbour`), noted while a capture is read.

Both engines hand those frames to `Notes.take` that may say something; what they say is read here only. These are the rules:

ARP: EtherType 0806, Ethernet and IPv4 (hardware 1, protocol 0800, lengths 6 and 4), request or reply, all 28 bytes captured;
sender's IPv4 address not 0.0.0.0, its hardware address not zero.
ICMPv6: code 0, hop limit 255, 16 bytes at least. Type 134: link-local source. Type 136: override flag set; hardware address
from option 2, else that of the frame.
UDP 67 to 68: operation 2, then option 53 is 2 or 5 or not there; UDP 547 to 546: message 2 or 7. What was not captured of
these contradicts nothing. Options are read up to the first that does not fit.
PPPoE (RFC 2516): EtherType 8863 with code 09, 19 (asks), 07, 65, A7 (a line), 8864 with code 0 (a line); version and type 1,
6 bytes of header. Its sender is that of the frame; what a session carries is not read.
Names (of hosts, domains, files) are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any

from segcheck.captures.frames import NOT_IP, TRUNCATED, decode_ip, opened
from segcheck.model.flow import NEVER, NO_VLAN
from segcheck.model.neighbour import FEW, MOST_SAID, Neighbour, NeighbourKind, Neighbours

#: Different things that are kept of a capture point: those first in order, so that the order of frames does not matter.
MOST = 1 << 16
#: Frames up to this length are remembered with what they say: ARP repeats itself.
_SHORT, _REMEMBERED = 64, 4096

#: EtherType, version, type and code of a PPPoE session without VLAN tags; what stands for a link where such are remembered.
_SESSION, _OF_SESSION = b"\x88\x64\x11\0", -1
# What a sender says: kind, VLAN tags, hardware address, address, server
_Key = tuple[str, int, int, bytes, bytes, bytes]
_Said = tuple[_Key, tuple[bytes, ...], tuple[bytes, ...]]  # with prefixes (length in front) and resolvers
# A row; `_BEFORE` is the number that a frame must lie below to be among the first ones.
_COUNT, _BYTES, _FIRST, _LAST, _BEFORE, _FRAMES, _PREFIXES, _RESOLVERS = range(8)
_UNREAD: list[Any] = []

_ARP, _IPV6 = 0x0806, 0x86DD
_PPPOE = {
    0x8863: {
        0x09: NeighbourKind.PPPOE,
        0x19: NeighbourKind.PPPOE,
        0x07: NeighbourKind.PPPOE_LINE,
        0x65: NeighbourKind.PPPOE_LINE,
        0xA7: NeighbourKind.PPPOE_LINE,
    },
    0x8864: {0: NeighbourKind.PPPOE_LINE},
}
_UDP, _ICMPV6 = 17, 58
_ROUTER, _NEIGHBOUR = 134, 136
_ANSWERS = {(67, 68): NeighbourKind.DHCP, (547, 546): NeighbourKind.DHCPV6}
_OVERRIDE = 0x20
_COOKIE = b"\x63\x82\x53\x63"
_OFFERS, _REPLIES = (2, 5), (2, 7)
_TYPE, _SERVER, _PAD, _END = 53, 54, 0, 255


def may_say(proto: int, sport: int, dport: int) -> bool:
    """Return whether a decoded packet may say something; ICMP by its ports as `model.flow` has them."""
    return (dport == 68 or dport == 546) if proto == _UDP else proto == _ICMPV6 and sport >> 8 in (_ROUTER, _NEIGHBOUR)


class Notes:
    """What the hosts at one capture point said."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._rows: dict[_Key, list[Any]] = {}
        self._left_out = 0
        self._known: dict[tuple[int, bytes] | None, list[Any] | None] = {}

    def take(self, data: bytes, start: int, end: int, original: int, link: int, time: int, number: int) -> None:
        """Note what a frame says, if anything; arguments as in `frames.decode`, with its time and its number."""
        short = (link, data[start:end]) if original <= end - start <= _SHORT else None
        if link == 1 and end - start >= 20 and data[start + 12 : start + 16] == _SESSION:
            short = (_OF_SESSION, data[start + 6 : start + 12])  # a line that is in use says the same over and over
        row = self._known.get(short, _UNREAD)
        if row is _UNREAD:
            row = self._row(_said(data, start, end, original, link))
            if short is not None:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[short] = row
        if row is None:
            return
        row[_COUNT] += 1
        row[_BYTES] += original
        if time < row[_FIRST]:
            row[_FIRST] = time
        if time > row[_LAST]:
            row[_LAST] = time
        if number < row[_BEFORE]:
            row[_FRAMES] = tuple(sorted((*row[_FRAMES], number))[:FEW])
            if len(row[_FRAMES]) == FEW:
                row[_BEFORE] = row[_FRAMES][-1]

    def _row(self, said: _Said | None) -> list[Any] | None:
        """Return the row of what was said, with what it advertises."""
        if said is None:
            return None
        key, prefixes, resolvers = said
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= 2 * self._most:
                self._drop()
            row = self._rows[key] = [0, 0, NEVER, -NEVER - 1, NEVER, (), (), ()]
        for column, more in ((_PREFIXES, prefixes), (_RESOLVERS, resolvers)):
            if more:
                row[column] = tuple(sorted({*row[column], *more})[:MOST_SAID])
        return row

    def all(self) -> Neighbours:
        """Return everything that was said."""
        self._drop()
        return Neighbours(tuple(_told(key, self._rows[key]) for key in sorted(self._rows)), self._left_out)

    def _drop(self) -> None:
        """Keep those first in order. One that is dropped never returns: as many before it are known already."""
        self._known.clear()
        for key in sorted(self._rows)[self._most :]:
            self._left_out += self._rows.pop(key)[_COUNT]


def _told(key: _Key, row: list[Any]) -> Neighbour:
    kind, outer, inner, mac, address, server = key
    return Neighbour(
        kind=NeighbourKind(kind),
        vlans=tuple(tag for tag in (outer, inner) if tag != NO_VLAN),
        mac=mac.hex(":"),
        address=_written(address) if address else "",
        server=_written(server) if server else "",
        prefixes=tuple(f"{_written(one[1:])}/{one[0]}" for one in row[_PREFIXES]),
        resolvers=tuple(_written(one) for one in row[_RESOLVERS]),
        frames=row[_FRAMES],
        first=row[_FIRST],
        last=row[_LAST],
        count=row[_COUNT],
        bytes=row[_BYTES],
    )


def _written(address: bytes) -> str:
    return inet_ntop(AF_INET, address) if len(address) == 4 else inet_ntop(AF_INET6, address)


# ---- one frame


def _said(data: bytes, start: int, end: int, original: int, link: int) -> _Said | None:
    """Return what a frame says, None if that is nothing."""
    found = opened(data, start, end, original, link, _behind)
    if isinstance(found, int):
        return None
    kind, at, limit, outer, inner, bits = found
    if kind == _ARP:
        return _arp(data[at : min(at + 28, end)], outer, inner)
    if kind in _PPPOE:
        dials = _PPPOE[kind].get(data[at + 1]) if at + 6 <= end and data[at] == 0x11 else None
        return None if dials is None else ((dials.value, outer, inner, _sender(data, start, link), b"", b""), (), ())
    packet = decode_ip(data, at, end, limit, kind, outer, inner, bits)
    if isinstance(packet, int):
        return None
    outcome, addresses, sport, dport, proto, _, _, _, _, payload, stop, role, _ = packet
    if role == 2 or not may_say(proto, sport, dport):  # a later fragment has no ports
        return None
    source = addresses[: len(addresses) // 2]
    sender = _sender(data, start, link)
    if proto == _ICMPV6:
        if kind != _IPV6 or data[at + 7] != 255 or sport & 0xFF:
            return None
        whole = stop - payload >= 8
        return _advertised(data[payload - 8 : min(stop, end)], source, sender, outer, inner) if whole else None
    answers = _ANSWERS.get((sport, dport))
    if answers is None or (answers is NeighbourKind.DHCP) != (len(source) == 4):
        return None
    body = data[payload : min(stop, end)] if payload < stop else b""
    server = _answer(answers, body, cut=outcome == TRUNCATED or end < stop)
    return None if server is None else ((answers.value, outer, inner, sender, source, server), (), ())


def _behind(
    _data: bytes, at: int, _end: int, limit: int, kind: int, outer: int, inner: int, bits: int
) -> tuple[int, int, int, int, int, int] | int:
    return (kind, at, limit, outer, inner, bits) if kind else NOT_IP


def _sender(data: bytes, start: int, link: int) -> bytes:
    """Return the hardware address that sent a frame, b"" where the link shows none."""
    if link == 1:
        return data[start + 6 : start + 12]
    if link == 113 and data[start + 4 : start + 6] == b"\0\x06":
        return data[start + 6 : start + 12]
    return data[start + 12 : start + 18] if link == 276 and data[start + 11] == 6 else b""


def _arp(body: bytes, outer: int, inner: int) -> _Said | None:
    if len(body) < 28 or body[:6] != b"\0\x01\x08\0\x06\x04" or body[6:8] not in (b"\0\x01", b"\0\x02"):
        return None
    mac, address = body[8:14], body[14:18]
    if not any(mac) or not any(address):
        return None
    return (NeighbourKind.ARP.value, outer, inner, mac, address, b""), (), ()


def _advertised(body: bytes, source: bytes, sender: bytes, outer: int, inner: int) -> _Said | None:
    """Return what a router or neighbour advertisement says; `body` from its type on."""
    if body[0] == _ROUTER:
        if source[0] != 0xFE or source[1] & 0xC0 != 0x80:
            return None
        prefixes, resolvers = [], []
        for kind, option in _options(body, 16):
            if kind == 3 and len(option) == 32 and option[2] <= 128:
                length = option[2]
                mask = ~((1 << (128 - length)) - 1)
                prefixes.append(bytes([length]) + (int.from_bytes(option[16:], "big") & mask).to_bytes(16, "big"))
            elif kind == 25:
                resolvers += [option[i : i + 16] for i in range(8, len(option) - 15, 16)]
        return (NeighbourKind.RA.value, outer, inner, sender, source, b""), tuple(prefixes), tuple(resolvers)
    if len(body) < 24 or not body[4] & _OVERRIDE:
        return None
    told = next((option[2:] for kind, option in _options(body, 24) if kind == 2 and len(option) == 8), sender)
    return ((NeighbourKind.ND.value, outer, inner, told, body[8:24], b""), (), ()) if told else None


def _options(body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield (type, whole option) of neighbour discovery (RFC 4861 §4.6)."""
    while at + 2 <= len(body):
        size = body[at + 1] * 8
        if not size or at + size > len(body):
            return
        yield body[at], body[at : at + size]
        at += size


def _answer(kind: NeighbourKind, body: bytes, *, cut: bool) -> bytes | None:
    """Return the server identifier of an answer, b"" if that is not known, None if it is no answer."""
    if not body:
        return b"" if cut else None
    if kind is NeighbourKind.DHCPV6:
        return b"" if body[0] in _REPLIES else None
    if body[0] != 2 or (len(body) < 236 and not cut):
        return None
    if body[236:240] != _COOKIE:
        return b""
    message, server, at = None, b"", 240
    while at < len(body) and body[at] != _END:
        if body[at] == _PAD:
            at += 1
            continue
        if at + 2 > len(body) or at + 2 + body[at + 1] > len(body):
            break
        value = body[at + 2 : at + 2 + body[at + 1]]
        if body[at] == _TYPE and value:
            message = value[0]
        elif body[at] == _SERVER and len(value) == 4:
            server = value
        at += 2 + len(value)
    return server if message is None or message in _OFFERS else None
