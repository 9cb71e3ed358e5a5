"""Whom the addresses of captured conversations belong to, for whole columns at once (DESIGN §2.3).

An *atom* is a set of addresses that nothing asked about tells apart: the same spot of the site, the same membership in
every set of addresses that was named. Looking up n addresses costs O(n log prefixes) in numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.analysis.address_lines import V6_START, AddressLine, Indexes
from segcheck.analysis.network import PUBLIC, UNKNOWN
from segcheck.analysis.network.addressing import CAST, NEAR, PRIVATE, shares
from segcheck.model.replay import Spot, SpotKind
from segcheck.model.site import DEFAULT_DOMAIN, Site
from segcheck.model.site_words import Tier
from segcheck.sets.addresses import ALL, LINE_SIZE, parse
from segcheck.sets.intervals import IntervalSet

_LOOPBACK = parse("127.0.0.0/8") | parse("::1/128")
_UNSPECIFIED = parse("0.0.0.0/32") | parse("::/128")
_LIMITED = parse("255.255.255.255/32")


@dataclass(frozen=True, slots=True)
class Atom:
    """Addresses that nothing tells apart: their spot, and the numbers of the named sets that hold them."""

    spot: Spot
    sets: frozenset[int]


def _no_sets(domain: str) -> Sequence[IntervalSet]:
    return ()


@dataclass(eq=False)
class Attribution:
    """Looks addresses up in a site's routing domains.

    sets    gives the sets of addresses of a domain whose members are to be told apart beside the site's own places
    atoms   every atom of the domains that were asked about so far; those of a domain lie together
    """

    site: Site
    sets: Callable[[str], Sequence[IntervalSet]] = _no_sets
    atoms: list[Atom] = field(default_factory=list)
    _lines: dict[str, AddressLine] = field(default_factory=dict)

    def find(self, flows: npt.NDArray[Any], end: str, domain: str = DEFAULT_DOMAIN) -> Indexes:
        """Return the number of the atom of one end ("a" or "b") of each conversation.

        flows   records with the fields of `model.flow.FLOW`; those of a trunk are asked one domain at a time
        """
        return self._line(domain).find(flows, end)

    def atom(self, address: int, domain: str = DEFAULT_DOMAIN) -> Atom:
        """Return the atom of one address of the joint address line."""
        return self.atoms[self._line(domain).number(address)]

    def _line(self, domain: str) -> AddressLine:
        if domain not in self._lines:
            self._lines[domain] = self._made(domain)
        return self._lines[domain]

    def _made(self, domain: str) -> AddressLine:
        layers = list(_layers(self.site, domain))
        named = [values for values, _ in layers]
        sets = self.sets(domain)
        cuts = {0, V6_START}
        for values in (*named, *sets):
            for lowest, highest in values.ranges:
                cuts |= {lowest, highest + 1}
        starts = sorted(cut for cut in cuts if cut < LINE_SIZE)
        place = {start: position for position, start in enumerate([*starts, LINE_SIZE])}
        spots = np.zeros(len(starts), np.int32)  # the first layer is all addresses
        for number, values in enumerate(named):
            for lowest, highest in values.ranges:
                spots[place[lowest] : place[highest + 1]] = number
        members = np.zeros((len(starts), len(sets)), np.bool_)
        for number, values in enumerate(sets):
            for lowest, highest in values.ranges:
                members[place[lowest] : place[highest + 1], number] = True
        known: dict[tuple[Spot, bytes], int] = {}
        numbers = np.empty(len(starts), np.int32)
        for position in range(len(starts)):
            spot = layers[int(spots[position])][1]
            key = spot, members[position].tobytes()
            if key not in known:
                known[key] = len(self.atoms)
                self.atoms.append(Atom(spot, frozenset(np.flatnonzero(members[position]).tolist())))
            numbers[position] = known[key]
        return AddressLine.of(starts, numbers)


def _layers(site: Site, domain: str) -> Iterator[tuple[IntervalSet, Spot]]:
    """Yield what a domain's addresses are, later ones before earlier ones: the last that holds an address says what it is."""
    own = {name: values for name, values in shares(site).items() if _domain_of(site, name) == domain}
    declared = IntervalSet.empty()
    for values in own.values():
        declared = declared | values
    yield ALL, _apart(SpotKind.UNKNOWN, domain)
    yield ALL - declared - PRIVATE - NEAR - CAST, _apart(SpotKind.PUBLIC, domain)
    yield NEAR - _LOOPBACK - declared, _apart(SpotKind.LINK_LOCAL, domain)
    yield _LOOPBACK - declared, _apart(SpotKind.LOOPBACK, domain)
    yield _UNSPECIFIED - declared, _apart(SpotKind.UNSPECIFIED, domain)
    for name, values in own.items():
        yield values, _in_segment(site, name, SpotKind.SEGMENT, name)
        broadcast = _broadcast(site, name) & values
        if broadcast:
            yield broadcast, _in_segment(site, name, SpotKind.BROADCAST, SpotKind.BROADCAST.value)
    for device in site.devices.values():
        host = site.hosts.get(device.id)
        for interface in device.interfaces:
            if interface.segment in own and host is None:
                held = IntervalSet.of(*(one.address for one in interface.addresses))
                yield held, _in_segment(site, interface.segment, SpotKind.DEVICE, device.id)
    yield CAST - _LIMITED, _apart(SpotKind.MULTICAST, domain)
    yield _LIMITED, _apart(SpotKind.BROADCAST, domain)


def _domain_of(site: Site, name: str) -> str | None:
    segment = site.segments.get(name)
    return segment.domain if segment is not None else None


def _broadcast(site: Site, name: str) -> IntervalSet:
    """Return the addresses by which a segment's IPv4 prefixes are sent to as a whole (RFC 919), those of /31 and /32 none."""
    ends = (prefix.ranges[0] for prefix in site.segments[name].v4 or ())
    return IntervalSet.of(*(highest for lowest, highest in ends if highest - lowest > 1))


def _in_segment(site: Site, name: str, kind: SpotKind, place: str) -> Spot:
    segment = site.segments[name]
    return Spot(kind, place, name, segment.zone, site.zones[segment.zone].tier, segment.domain)


def _apart(kind: SpotKind, domain: str) -> Spot:
    if kind is SpotKind.PUBLIC:
        return Spot(kind, PUBLIC.id, "", PUBLIC.zone, PUBLIC.tier, domain)
    if kind is SpotKind.UNKNOWN:
        return Spot(kind, UNKNOWN.id, "", UNKNOWN.zone, UNKNOWN.tier, domain)
    return Spot(kind, kind.value, "", "", Tier.UNKNOWN, domain)
