"""Packets from probes and probes from packets: the bytes, with every checksum right.

Each packet carries a mark (four letters, a serial number, the piece's number), by which it is recognised on the far
side whatever NAT did to its header. A wrong checksum would make conntrack call the packet INVALID, so none is wrong,
SCTP's CRC32c (RFC 9260 appendix A) included.
"""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

from .probes import (
    AH,
    ESP,
    FLAG_BITS,
    GRE,
    ICMP,
    ICMP_ERRORS,
    ICMPV6,
    SCTP,
    TCP,
    UDP,
    UDPLITE,
    WITH_PORTS,
    Fragment,
    Header,
    Probe,
)

ETHERTYPES = {4: b"\x08\x00", 6: b"\x86\xdd"}
MAGIC = b"SEGC"
MARK_LENGTH = 12
SERIAL_SHIFT = 12  # a TCP sequence number is the serial shifted: what a RST acknowledges still tells the serial
DEFAULT_SPORT, DEFAULT_DPORT = 40000, 9
SCTP_TAG = 0x5E6C
HOP_BY_HOP, ROUTING, FRAGMENT_HEADER, NO_NEXT_HEADER, DESTINATION_OPTIONS = 0, 43, 44, 59, 60


@dataclass(frozen=True, slots=True)
class Seen:
    """A packet picked up from a wire, taken apart as far as the oracle needs it."""

    header: Header
    raw: bytes
    transport: bytes
    flags: int = 0
    seq: int = 0
    ack: int = 0
    icmp_id: int = 0

    @property
    def is_error(self) -> bool:
        """Whether this is an ICMP error message."""
        return (self.header.proto, self.header.icmp_type) in ICMP_ERRORS

    @property
    def next_number(self) -> int:
        """The TCP number that acknowledges this segment; 0 for other protocols."""
        if self.header.proto != TCP:
            return 0
        control = bool(self.flags & FLAG_BITS["S"]) + bool(self.flags & FLAG_BITS["F"])
        return (self.seq + len(self.transport) - 20 + control) & 0xFFFFFFFF


def mark(serial: int, piece: int = 0) -> bytes:
    """Return the twelve bytes by which a piece of a probe is recognised."""
    return MAGIC + struct.pack("!IB3x", serial, piece)


def marks_in(data: bytes) -> list[tuple[int, int]]:
    """Return (serial, piece) of each mark, in order."""
    found, at = [], data.find(MAGIC)
    while at >= 0 and len(data) >= at + 9:
        found.append(struct.unpack("!IB", data[at + 4 : at + 9]))
        at = data.find(MAGIC, at + MARK_LENGTH)
    return found


def internet_checksum(data: bytes) -> int:
    """Return the checksum of RFC 1071."""
    if len(data) & 1:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _crc32c_table() -> tuple[int, ...]:
    table = []
    for index in range(256):
        value = index
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_CRC32C = _crc32c_table()


def crc32c(data: bytes) -> int:
    """Return the Castagnoli CRC of RFC 9260 appendix A, as the number to store least significant byte first."""
    value = 0xFFFFFFFF
    for byte in data:
        value = (value >> 8) ^ _CRC32C[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def build(probe: Probe, serial: int, *, ack: int | None = None, tag: int = 0) -> list[bytes]:
    """Return the IP packets of a probe: one, or the pieces that its `fragment` asks for.

    `ack` is the TCP acknowledgement number, `tag` the SCTP verification tag, when the probe answers something seen.
    """
    head_length = 20 if probe.family == 4 else 40
    shortest = len(_transport(probe, serial, mark(serial), ack, tag))
    if probe.fragment is Fragment.NONE:
        body = mark(serial).ljust(MARK_LENGTH + max(0, probe.length - head_length - shortest), b".")
        return [_internet(probe, serial, _transport(probe, serial, body, ack, tag))]
    whole_length = max(probe.length - head_length - MARK_LENGTH, shortest)
    split = -(-whole_length // 8) * 8
    body = mark(serial).ljust(MARK_LENGTH + split - shortest, b".") + mark(serial, 1)
    transport = _transport(probe, serial, body, ack, tag)
    split = len(transport) - MARK_LENGTH
    first = _internet(probe, serial, transport[:split], more=True)
    rest = _internet(probe, serial, transport[split:], offset=split)
    return {Fragment.FIRST: [first], Fragment.REST: [rest], Fragment.PAIR: [first, rest]}[probe.fragment]


def later_piece(probe: Probe, serial: int, payload: bytes) -> bytes:
    """Return the packet of a later fragment that carries the mark and then `payload`, whatever that looks like."""
    return _internet(probe, serial, mark(serial, 1) + payload, offset=64)


def error_about(seen: Seen, interface: str, serial: int) -> tuple[Probe, bytes]:
    """Return the probe and the bytes of "host unreachable" / "no route" that the far host sends about what it got."""
    v4 = ipaddress.ip_address(seen.header.src).version == 4
    inner = seen.raw.replace(mark(marks_in(seen.raw)[0][0]), mark(serial), 1)
    kind, code = (3, 1) if v4 else (1, 0)
    probe = Probe(
        interface=interface,
        src=seen.header.dst,
        dst=seen.header.src,
        proto=ICMP if v4 else ICMPV6,
        icmp_type=kind,
        icmp_code=code,
    )
    return probe, _internet(probe, serial, _with_checksum(probe, struct.pack("!BBHI", kind, code, 0, 0) + inner, 2))


def _transport(probe: Probe, serial: int, body: bytes, ack: int | None, tag: int) -> bytes:
    ports = struct.pack(
        "!HH",
        DEFAULT_SPORT if probe.sport is None else probe.sport,
        DEFAULT_DPORT if probe.dport is None else probe.dport,
    )
    number = (serial << SERIAL_SHIFT) & 0xFFFFFFFF
    match probe.proto:
        case p if p == TCP:
            flags = sum(FLAG_BITS[letter] for letter in set(probe.flags))
            acknowledged = (number if ack is None else ack) if flags & FLAG_BITS["A"] else 0
            urgent = 1 if flags & FLAG_BITS["U"] else 0
            tcp = ports + struct.pack("!IIBBHHH", number, acknowledged, 5 << 4, flags, 65535, 0, urgent)
            return _with_checksum(probe, tcp + body, 16)
        case p if p == UDP:
            return _with_checksum(probe, ports + struct.pack("!HH", 8 + len(body), 0) + body, 6)
        case p if p == UDPLITE:
            return _with_checksum(probe, ports + struct.pack("!HH", 0, 0) + body, 6)
        case p if p == SCTP:
            return _sctp(probe.chunk, ports, tag, body)
        case p if p in (ICMP, ICMPV6):
            kind = probe.message_type
            identifier = (serial & 0xFFFF) if probe.icmp_id is None else probe.icmp_id
            if (p, kind) in ICMP_ERRORS:
                identifier, body = 0, _stranger(probe) + body
            return _with_checksum(probe, struct.pack("!BBHHH", kind, probe.icmp_code, 0, identifier, 1) + body, 2)
        case p if p == GRE:
            return struct.pack("!HH", 0, 0x6558) + body
        case p if p == AH:
            return struct.pack("!BBHII", NO_NEXT_HEADER, 1, 0, 0x1000, serial) + body
        case p if p == ESP:
            return struct.pack("!II", 0x1000, serial) + body
        case _:
            return body


def _sctp(chunk: int, ports: bytes, tag: int, body: bytes) -> bytes:
    """INIT, INIT ACK with the mark in an unknown parameter that may be skipped; any other chunk with it as data."""
    body = body.ljust(-(-len(body) // 4) * 4, b".")
    if chunk in (1, 2):
        parameters = struct.pack("!HH", 0xC0DE, 4 + len(body)) + body
        content = struct.pack("!IIHHI", SCTP_TAG, 65535, 1, 1, 1) + parameters
    else:
        content = body
    text = struct.pack("!BBH", chunk, 0, 4 + len(content)) + content
    head = ports + struct.pack("!I", tag)
    return head + struct.pack("<I", crc32c(head + bytes(4) + text)) + text


def _stranger(probe: Probe) -> bytes:
    """The head of what an unasked-for ICMP error quotes: UDP back to the sender, of a flow nobody has seen.

    The mark follows it as the quoted payload; nobody verifies the checksum of a quoted packet.
    """
    quoted = Probe(interface="", src=probe.dst, dst=probe.src, proto=UDP)
    datagram = struct.pack("!HHHH", 40001, 40002, 8 + MARK_LENGTH, 0)
    return _internet(quoted, 0, datagram, following=MARK_LENGTH)


def _with_checksum(probe: Probe, transport: bytes, at: int) -> bytes:
    src, dst = ipaddress.ip_address(probe.src).packed, ipaddress.ip_address(probe.dst).packed
    if probe.proto == ICMP:
        pseudo = b""
    elif len(src) == 16:
        pseudo = src + dst + struct.pack("!II", len(transport), probe.proto)
    else:
        pseudo = src + dst + struct.pack("!BBH", 0, probe.proto, len(transport))
    value = internet_checksum(pseudo + transport)
    if probe.proto in (UDP, UDPLITE) and value == 0:
        value = 0xFFFF
    return transport[:at] + struct.pack("!H", value) + transport[at + 2 :]


def _internet(
    probe: Probe, serial: int, transport: bytes, *, more: bool = False, offset: int = 0, following: int = 0
) -> bytes:
    src, dst = ipaddress.ip_address(probe.src).packed, ipaddress.ip_address(probe.dst).packed
    length = len(transport) + following
    if len(src) == 16:
        proto = probe.proto
        if more or offset:
            place = offset | (1 if more else 0)
            transport = struct.pack("!BBHI", proto, 0, place, serial) + transport
            proto, length = FRAGMENT_HEADER, length + 8
        return struct.pack("!IHBB", 6 << 28 | probe.tos << 20, length, proto, probe.ttl) + src + dst + transport
    place = (offset >> 3) | (0x2000 if more else 0)
    head = struct.pack("!BBHHHBBH", 0x45, probe.tos, 20 + length, serial & 0xFFFF, place, probe.ttl, probe.proto, 0)
    checksum = internet_checksum(head + src + dst)
    return head[:10] + struct.pack("!H", checksum) + src + dst + transport


def error_in(delivered: bytes, family: int, proto: int) -> str:
    """Return "icmp TYPE/CODE" if what a raw socket of that family and protocol was given is an ICMP error, else ""."""
    start = (delivered[0] & 15) * 4 if family == 4 and delivered else 0
    kind = delivered[start : start + 2]
    return f"icmp {kind[0]}/{kind[1]}" if len(kind) == 2 and (proto, kind[0]) in ICMP_ERRORS else ""


def parse(raw: bytes) -> Seen | None:
    """Return the packet taken apart, or None when it is not IP. Ports of a later fragment are unknown: None."""
    if len(raw) >= 20 and raw[0] >> 4 == 4:
        start, proto, later = (raw[0] & 15) * 4, raw[9], bool(struct.unpack("!H", raw[6:8])[0] & 0x1FFF)
        src, dst, tos, ttl = raw[12:16], raw[16:20], raw[1], raw[8]
    elif len(raw) >= 40 and raw[0] >> 4 == 6:
        start, proto, later = _skip_extension_headers(raw)
        src, dst, tos, ttl = raw[8:24], raw[24:40], (struct.unpack("!H", raw[:2])[0] >> 4) & 0xFF, raw[7]
    else:
        return None
    transport = raw[start:]
    fields: dict[str, int] = {}
    flags = seq = ack = identifier = 0
    if not later:
        if proto in WITH_PORTS and len(transport) >= 4:
            fields["sport"], fields["dport"] = struct.unpack("!HH", transport[:4])
        if proto == TCP and len(transport) >= 20:
            seq, ack, _, flags = struct.unpack("!IIBB", transport[4:14])
        if proto in (ICMP, ICMPV6) and len(transport) >= 8:
            fields["icmp_type"], fields["icmp_code"], _, identifier = struct.unpack("!BBHH", transport[:6])
    header = Header(
        src=str(ipaddress.ip_address(src)), dst=str(ipaddress.ip_address(dst)), proto=proto, tos=tos, ttl=ttl, **fields
    )
    return Seen(header, raw, transport, flags, seq, ack, identifier)


def _skip_extension_headers(raw: bytes) -> tuple[int, int, bool]:
    at, proto, later = 40, raw[6], False
    while proto in (HOP_BY_HOP, ROUTING, FRAGMENT_HEADER, DESTINATION_OPTIONS) and len(raw) >= at + 8:
        if proto == FRAGMENT_HEADER:
            later = later or bool(struct.unpack("!H", raw[at + 2 : at + 4])[0] & 0xFFF8)
            proto, at = raw[at], at + 8
        else:
            proto, at = raw[at], at + 8 * (raw[at + 1] + 1)
    return at, proto, later
