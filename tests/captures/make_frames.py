"""Frames and capture files, written byte by byte for tests; addresses are of the documentation ranges."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

FIN, SYN, RST, ACK = 1, 2, 4, 16
A, B, C = "192.0.2.1", "198.51.100.2", "203.0.113.3"
A6, B6 = "2001:db8::1", "2001:db8::2"
#: 2026-04-01 00:00 UTC
START = 1_775_001_600 * 10**9


@dataclass(frozen=True)
class Recorded:
    """A frame as a capture holds it."""

    data: bytes
    time: int = START
    original: int | None = None  # as captured
    interface: int = 0

    def cut(self, captured: int) -> Recorded:
        return replace(self, data=self.data[:captured], original=len(self.data))


def tcp(sport: int, dport: int, flags: int, payload: bytes = b"", options: bytes = b"") -> bytes:
    head = struct.pack(">HHIIBBHHH", sport, dport, 1, 1, (20 + len(options)) // 4 << 4, flags, 512, 0, 0)
    return head + options + payload


def udp(sport: int, dport: int, payload: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack(">HHHH", sport, dport, 8 + len(payload) if length is None else length, 0) + payload


def icmp(kind: int, code: int = 0, payload: bytes = b"") -> bytes:
    return struct.pack(">BBHI", kind, code, 0, 0) + payload


def sctp(sport: int, dport: int, *chunks: tuple[int, bytes]) -> bytes:
    head = struct.pack(">HHII", sport, dport, 1, 0)
    return head + b"".join(
        struct.pack(">BBH", kind, 0, 4 + len(body)) + body + b"\0" * (-len(body) % 4) for kind, body in chunks
    )


def ipv4(
    src: str,
    dst: str,
    proto: int,
    body: bytes,
    *,
    ident: int = 1,
    offset: int = 0,
    more: bool = False,
    options: bytes = b"",
    total: int | None = None,
) -> bytes:
    size = 20 + len(options)
    place = offset // 8 | (0x2000 if more else 0)
    length = size + len(body) if total is None else total
    head = struct.pack(">BBHHHBBH", 0x40 | size // 4, 0, length, ident, place, 64, proto, 0)
    return head + ip_address(src).packed + ip_address(dst).packed + options + body


def ipv6(src: str, dst: str, proto: int, body: bytes, *, length: int | None = None) -> bytes:
    head = struct.pack(">IHBB", 0x60000000, len(body) if length is None else length, proto, 64)
    return head + ip_address(src).packed + ip_address(dst).packed + body


def extension(following: int, body: bytes = b"\0" * 6) -> bytes:
    """Return an IPv6 extension header; `body` fills it up to a multiple of eight."""
    return bytes([following, (len(body) + 2) // 8 - 1]) + body


def fragment(following: int, offset: int, more: bool, ident: int = 7) -> bytes:
    return struct.pack(">BBHI", following, 0, offset & ~7 | more, ident)


def ether(body: bytes, *tags: int, kind: int | None = None, tag_kind: int = 0x8100) -> bytes:
    """Return an Ethernet frame; the EtherType is that of the IP version unless given."""
    chosen = kind if kind is not None else 0x86DD if body[:1] and body[0] >> 4 == 6 else 0x0800
    head = bytes.fromhex("020000000002020000000001")
    return head + b"".join(struct.pack(">HH", tag_kind, tag) for tag in tags) + struct.pack(">H", chosen) + body


def recorded(*frames: bytes, step: int = 10**6) -> list[Recorded]:
    """Return frames one after the other, a millisecond apart."""
    return [Recorded(data, START + index * step) for index, data in enumerate(frames)]


def conversation(src: str = A, dst: str = B, sport: int = 40000, dport: int = 443) -> list[bytes]:
    """Return a whole TCP conversation in Ethernet: handshake, a request, an answer, the end."""

    def there(flags: int, payload: bytes = b"") -> bytes:
        return ether(ipv4(src, dst, 6, tcp(sport, dport, flags, payload)))

    def back(flags: int, payload: bytes = b"") -> bytes:
        return ether(ipv4(dst, src, 6, tcp(dport, sport, flags, payload)))

    return [there(SYN), back(SYN | ACK), there(ACK), there(ACK, b"question"), back(ACK, b"answer!"), there(ACK | FIN)]


def pcap(
    frames: Iterable[Recorded],
    *,
    order: str = "<",
    nano: bool = True,
    modified: bool = False,
    link: int = 1,
    snap: int = 262144,
) -> bytes:
    magic = 0xA1B2CD34 if modified else 0xA1B23C4D if nano else 0xA1B2C3D4
    parts = [struct.pack(order + "IHHIIII", magic, 2, 4, 0, 0, snap, link)]
    for one in frames:
        seconds, rest = divmod(one.time, 10**9)
        fraction = rest if nano and not modified else rest // 1000
        original = len(one.data) if one.original is None else one.original
        parts.append(struct.pack(order + "IIII", seconds, fraction, len(one.data), original))
        parts.append((b"\0" * 8 if modified else b"") + one.data)
    return b"".join(parts)


def block(kind: int, body: bytes, order: str = "<", length: int | None = None) -> bytes:
    body += b"\0" * (-len(body) % 4)
    size = 12 + len(body) if length is None else length
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def interface(link: int = 1, snap: int = 0, *options: bytes, order: str = "<") -> bytes:
    return block(1, struct.pack(order + "HHI", link, 0, snap) + b"".join(options), order)


def packet(one: Recorded, order: str = "<", units: int | None = None, options: bytes = b"") -> bytes:
    """Return an enhanced packet block; `units` is its time as written, nanoseconds unless given."""
    time = one.time if units is None else units
    original = len(one.data) if one.original is None else one.original
    head = struct.pack(order + "IIIII", one.interface, time >> 32, time & 0xFFFFFFFF, len(one.data), original)
    return block(6, head + one.data + b"\0" * (-len(one.data) % 4) + options, order)


def pcapng(frames: Iterable[Recorded], *, order: str = "<", links: Sequence[int] = (1,)) -> bytes:
    described = [interface(link, 0, option(9, b"\x09", order), order=order) for link in links]
    return b"".join([section(order), *described, *(packet(one, order) for one in frames)])
