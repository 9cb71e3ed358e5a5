"""What an end of a communication stands for: its addresses, and the places that they lie in."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.analysis.network import PUBLIC, UNKNOWN
from segcheck.analysis.network.addressing import shares
from segcheck.model.site import Endpoint, Site
from segcheck.model.site_words import BUILT_IN_ZONES, EndpointKind, Tier
from segcheck.sets.intervals import IntervalSet


def addresses_of(site: Site, endpoint: Endpoint, domain: str | None = None) -> IntervalSet:
    """Return the addresses that an end of a communication stands for.

    domain   only those of hosts and segments in this routing domain; ranges, and hosts beyond the city, are in every one
    """
    found = IntervalSet.empty()
    match endpoint.kind:
        case EndpointKind.HOST:
            return _host(site, endpoint.id, domain)
        case EndpointKind.GROUP:
            group = site.groups[endpoint.id]
            found = group.ranges
            for host in group.hosts:
                found = found | _host(site, host, domain)
            for segment in group.segments:
                found = found | _prefixes(site, segment, domain)
        case EndpointKind.SEGMENT:
            found = _prefixes(site, endpoint.id, domain)
        case EndpointKind.ZONE:
            for name, place in site.segments.items():
                if place.zone == endpoint.id:
                    found = found | _prefixes(site, name, domain)
        case EndpointKind.DEVICE:
            interfaces = site.devices[endpoint.id].interfaces
            here = (one for one in interfaces if not one.segment or _within(site, one.segment, domain))
            found = IntervalSet.of(*(a.address for i in here for a in i.addresses))
        case EndpointKind.GATEWAY:
            for host in site.gateways[endpoint.id].hosts:
                found = found | _host(site, host, domain)
    return found


def _host(site: Site, name: str, domain: str | None) -> IntervalSet:
    host = site.hosts[name]
    there = not host.segment or _within(site, host.segment, domain)
    return IntervalSet.of(*host.addresses) if there else IntervalSet.empty()


def _within(site: Site, segment: str, domain: str | None) -> bool:
    return domain is None or site.segments[segment].domain == domain


def _prefixes(site: Site, segment: str, domain: str | None) -> IntervalSet:
    found = IntervalSet.empty()
    if not _within(site, segment, domain):
        return found
    for prefix in site.segments[segment].prefixes:
        found = found | prefix
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """The addresses of an end that lie in one place: a segment, `public` or `unknown`."""

    place: str
    zone: str
    tier: Tier
    addresses: IntervalSet


class Places:
    """Which addresses of a site lie where; the shares are worked out once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._shares = shares(site)
        self._parts: dict[Endpoint, tuple[Part, ...]] = {}

    def parts(self, endpoint: Endpoint) -> tuple[Part, ...]:
        """Return an end by the places that its addresses lie in; in several where routing domains use the same addresses."""
        if endpoint not in self._parts:
            self._parts[endpoint] = tuple(self._split(endpoint))
        return self._parts[endpoint]

    def at(self, place: str, addresses: IntervalSet) -> Part:
        """Return addresses of a place as a part."""
        segment = self._site.segments.get(place)
        zone = segment.zone if segment is not None else place
        tier = self._site.zones[zone].tier if zone in self._site.zones else BUILT_IN_ZONES[zone]
        return Part(place, zone, tier, addresses)

    def _split(self, endpoint: Endpoint) -> list[Part]:
        if endpoint.kind is EndpointKind.HOST:
            segment = self._site.hosts[endpoint.id].segment
            own = addresses_of(self._site, endpoint)
            if not segment or own <= self._shares[segment]:
                return [self.at(segment or PUBLIC.id, own)]
        everything = addresses_of(self._site, endpoint)
        found = {name: everything & share for name, share in self._shares.items()}
        placed = IntervalSet.empty()
        for one in found.values():
            placed = placed | one
        if left := everything - placed:
            found[UNKNOWN.id] = found[UNKNOWN.id] | left
        return [self.at(name, one) for name, one in found.items() if one]
