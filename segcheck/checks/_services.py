"""What the services of forbidden packets say about the requirements that they break, beside the tiers that are mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from segcheck.checks._base import crossing_requirements
from segcheck.model.site_words import Tier
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe

TCP, UDP = 6, 17
#: Destination ports by protocol (IANA service names; domain.md §2.4 for those of screen transfer and its channels).
Ports = Mapping[int, IntervalSet]
SCREEN: Ports = {TCP: IntervalSet.of(1494, 2598, 3389, 4172, 22443), UDP: IntervalSet.of(3389, 3391, 4172, 22443)}
#: Horizon: client drive redirection and multimedia, USB.
CHANNELS: Ports = {TCP: IntervalSet.of(9427, 32111)}
MAIL: Ports = {TCP: IntervalSet.of(25, 465, 587)}
WEB: Ports = {TCP: IntervalSet.of(80, 443), UDP: IntervalSet.of(443)}
NAMES: Ports = {TCP: IntervalSet.of(53, 853), UDP: IntervalSet.of(53, 853)}
UPDATES: Ports = {TCP: IntervalSet.of(8530, 8531)}
FILES: Ports = {TCP: IntervalSet.of(20, 21, 139, 445, 2049)}
#: What takes files out: shares, transfer, mail, uploads.
TAKING: Ports = {TCP: FILES[TCP] | MAIL[TCP] | WEB[TCP], UDP: IntervalSet.of(443)}
#: Time, logs, monitoring.
TOOLS: Ports = {TCP: IntervalSet.of(514, 6514), UDP: IntervalSet.of(123, 161, 162, 514)}
#: Directory, name, time, update and backup services that a tier has for itself.
SHARED: Ports = {
    TCP: IntervalSet.of(53, 88, 135, 389, 445, 464, 636, 3268, 3269, 8530, 8531, 10000),
    UDP: IntervalSet.of(53, 88, 123, 389, 464),
}

_OUTSIDE = frozenset((Tier.PUBLIC, Tier.SECURITY_CLOUD))
_INTERNET = frozenset((Tier.INTERNET, Tier.DMZ))
_MN = frozenset((Tier.MYNUMBER,))
_BEYOND_MN = frozenset(Tier) - {Tier.MYNUMBER}
_THREE = frozenset((Tier.MYNUMBER, Tier.LGWAN, Tier.INTERNET))
_LG = frozenset((Tier.LGWAN,))
_IN = frozenset((Tier.INTERNET,))
#: (requirement, service, tiers of the initiator, tiers of the responder)
_TABLE: tuple[tuple[str, Ports, frozenset[Tier], frozenset[Tier]], ...] = (
    ("LG-03", SCREEN, _LG, _INTERNET),
    ("LG-03", SCREEN, _INTERNET, _LG),
    ("LG-04", CHANNELS, _LG, _INTERNET),
    ("LG-04", CHANNELS, _INTERNET, _LG),
    ("MN-07", TAKING, _MN, _BEYOND_MN),
    ("MN-10", SCREEN, _MN, _LG | _INTERNET),
    ("MN-10", SCREEN, _LG | _INTERNET, _MN),
    ("MN-11", SHARED, _MN, _BEYOND_MN),
    ("MN-11", SHARED, _BEYOND_MN, _MN),
    ("MN-13", NAMES, _MN, _BEYOND_MN),
    ("X-05", TOOLS, _THREE, _THREE),
    ("LG-02", FILES, _LG, _INTERNET),  # a share is read as well as written
    ("LG-09", UPDATES, _LG, _INTERNET | _OUTSIDE),
    ("LG-09", UPDATES, _INTERNET | _OUTSIDE, _LG),
    ("LG-11", MAIL, _INTERNET | _OUTSIDE, _LG),
    ("IN-03", WEB, _IN, _OUTSIDE),
    ("IN-04", MAIL, _IN, _OUTSIDE),
    ("IN-05", NAMES, _IN, _OUTSIDE),
)


def cuts() -> Iterator[tuple[str, IntervalSet]]:
    """Yield the values by header field that a universe must tell apart."""
    for ports in (SCREEN, CHANNELS, MAIL, WEB, NAMES, UPDATES, FILES, TOOLS, SHARED):
        for protocol, values in ports.items():
            yield "proto", IntervalSet.of(protocol)
            yield "dport", values


def packets_of(universe: Universe, ports: Ports) -> PacketSet:
    """Return the packets that are for some ports, in every class."""
    found = universe.nothing
    for protocol, values in ports.items():
        found = found | (universe.field("proto", IntervalSet.of(protocol)) & universe.field("dport", values))
    return found


def broken(src: Tier, dst: Tier, meets: Callable[[Ports], bool]) -> tuple[str, ...]:
    """Return the requirements that packets between two tiers break; `meets` says whether some are for given ports."""
    by_service = (
        name
        for name, ports, initiators, responders in _TABLE
        if src in initiators and dst in responders and meets(ports)
    )
    return tuple(dict.fromkeys((*crossing_requirements(src, dst), *by_service)))


def broken_by(universe: Universe, src: Tier, dst: Tier, packets: PacketSet) -> tuple[str, ...]:
    """Return the requirements that a set of packets between two tiers breaks."""
    return broken(src, dst, lambda ports: bool(packets & packets_of(universe, ports)))


def broken_by_seen(src: Tier, dst: Tier, services: Iterable[tuple[int, IntervalSet]]) -> tuple[str, ...]:
    """Return the requirements that conversations between two tiers break, by protocol and destination ports."""
    seen = tuple(services)
    return broken(
        src,
        dst,
        lambda ports: any(protocol in ports and values.meets(ports[protocol]) for protocol, values in seen),
    )
