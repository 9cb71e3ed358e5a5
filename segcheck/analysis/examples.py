"""The packet of a set that says most to people: between hosts that exist, of a service that they know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segcheck.analysis.network import PUBLIC, UNKNOWN, Network
from segcheck.sets import addresses
from segcheck.sets.header import Packet, PacketClass
from segcheck.sets.packets import PacketSet

#: TCP, UDP, ICMP, ICMPv6: asked for before any other protocol.
_PROTOCOLS = (6, 17, 1, 58)
#: HTTPS, RDP, SMB, SSH, HTTP, SMTP, DNS, NTP: asked for before any other port.
_PORTS = (443, 3389, 445, 22, 80, 25, 53, 123)
#: Hosts from the beginning of a prefix: the first address of all is the network's own.
_OFFSETS = (10, 100, 20, 2, 1)
#: In prefixes up to this size any address may be the only one that is free.
_SMALL = 16
#: Stand for what nobody declared: documentation addresses (RFC 5737, RFC 3849), and private ones that sites rarely use.
_OUTSIDE = {
    PUBLIC.id: ("203.0.113.80", "198.51.100.80", "192.0.2.80", "2001:db8::80"),
    UNKNOWN.id: ("192.168.255.10", "172.31.255.10", "10.255.255.10", "fd00::10"),
}


def example(network: Network, packets: PacketSet, source: str, receiver: str = "") -> Packet:
    """Return one packet of a set that is not empty; the same for equal sets.

    source, receiver   ids of the places whose hosts should send and get it, if the set has such packets
    """
    universe = packets.universe
    opening = packets & universe.of_class(PacketClass.OPENING)
    part = opening or packets
    part = next((one for proto in _PROTOCOLS if (one := part & universe.packet(proto=proto))), part)
    chosen: dict[str, int] = {}
    for field, values in (("src", _hosts(network, source)), ("dst", _hosts(network, receiver)), ("dport", _PORTS)):
        for value in values:
            alike = part & universe.packet(**{field: value})
            if alike:
                part, chosen[field] = alike, value
                break
    packet = part.witness()
    src, dst = chosen.get("src", packet.src), chosen.get("dst", packet.dst)
    return replace(packet, src=src, dst=dst, dport=chosen.get("dport", packet.dport))


def _hosts(network: Network, place: str) -> Iterator[int]:
    """Yield addresses of a place that people take for a host's: of those declared first."""
    site = network.site
    yield from (a for host in site.hosts.values() if host.segment == place for a in host.addresses)
    yield from (
        value for text in _OUTSIDE.get(place, ()) if (value := addresses.parse_one(text)) in network.addresses[place]
    )
    segment = site.segments.get(place)
    if segment is None:
        return
    taken = network.own(place)
    for prefix in segment.prefixes:
        lo, hi = prefix.ranges[0]
        offsets = range(1, hi - lo) if hi - lo < _SMALL else _OFFSETS
        yield from (lo + n for n in offsets if lo + n not in taken)
