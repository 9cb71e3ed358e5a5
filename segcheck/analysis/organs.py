"""Which organs of a body a finding, a crossing or a device concerns; what concerns nobody in particular concerns all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from segcheck.analysis.ends import Places
from segcheck.model.crossing import Crossing
from segcheck.model.finding import Finding
from segcheck.model.organ import Organ
from segcheck.model.register import RequiredFlow
from segcheck.model.site import Endpoint, Site
from segcheck.model.site_words import EndpointKind

#: What may follow the id of a thing in the key of a finding.
_ID = re.compile(r"\w[\w.-]*")
_T = TypeVar("_T")


class Listing(Mapping[str, _T]):
    """Things of which some are listed; all of them are found by their ids, for what refers to them."""

    def __init__(self, whole: Mapping[str, _T], listed: Iterable[str]) -> None:
        self._whole = whole
        self._listed = tuple(listed)

    def __getitem__(self, name: str) -> _T:
        """Return a thing, listed or not."""
        return self._whole[name]

    def __iter__(self) -> Iterator[str]:
        """Return the ids of what is listed."""
        return iter(self._listed)

    def __len__(self) -> int:
        """Return how much is listed."""
        return len(self._listed)


class Concerned:
    """The organs of a site by what is found in it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._places = Places(site)
        self._every = frozenset(one.id for one in site.policy.organs)
        self._things: dict[str, frozenset[str]] = {}

    def finding(self, one: Finding) -> frozenset[str]:
        """Return the organs that a finding concerns: those of its zones, else those of the thing that it is about.

        One that is about no crossing, but about a host, a group, shared equipment or an entry of the register, concerns the
        organs of all its parts. One between networks of others, or about the body's papers, concerns every organ.
        """
        zones = [*(zone for pair in one.pairs for zone in pair if zone), *one.also]
        if not zones:
            return self._about(one, devices=True) or self._every
        partly = not all(all(pair) for pair in one.pairs)
        return self._of(zones) | (self._about(one, devices=False) if partly else frozenset()) or self._every

    def crossing(self, one: Crossing) -> frozenset[str]:
        """Return the organs at the ends of a crossing."""
        return self._of((one.src.zone, one.dst.zone)) or self._every

    def part(self, organ: Organ) -> Site:
        """Return the site with only what concerns an organ listed: its own things, and those of nobody in particular.

        The body's papers are everybody's; an entry between networks of others is the main organ's to keep. What is referred
        to by its id is found, whosever it is.
        """
        site, policy = self._site, self._site.policy

        def mine(names: Iterable[str]) -> list[str]:
            return [name for name in names if organ.id in (self._thing(name) or self._every)]

        def within(things: Mapping[str, _T], zone: Callable[[_T], str]) -> Listing[_T]:
            return Listing(
                things, [name for name, one in things.items() if organ.id in (self._of((zone(one),)) or self._every)]
            )

        register = {
            one.id for one in policy.register if organ.id in (held := self._thing(one.id)) or (organ.main and not held)
        }
        return replace(
            site,
            zones=within(site.zones, lambda one: one.id),
            segments=within(site.segments, lambda one: one.zone),
            hosts=Listing(site.hosts, mine(site.hosts)),
            groups=Listing(site.groups, mine(site.groups)),
            devices=Listing(site.devices, mine(site.devices)),
            links=Listing(site.links, mine(site.links)),
            gateways=Listing(site.gateways, mine(site.gateways)),
            external_services=within(site.external_services, lambda one: one.zone),
            wireless=within(site.wireless, lambda one: site.segments[one.segment].zone),
            equipment=Listing(site.equipment, mine(site.equipment)),
            policy=replace(
                policy,
                register=tuple(one for one in policy.register if one.id in register),
                required=tuple(one for one in policy.required if organ.id in (self._ends(one) or self._every)),
            ),
        )

    def zones(self, names: Iterable[str]) -> frozenset[str]:
        """Return the organs that answer for zones; what others answer for is nobody's."""
        return self._of(names)

    def own(self, organ: Organ) -> bool:
        """Return whether anything stands in an organ: a host, device, equipment, wireless network, or an end of an entry."""
        site = self._site
        names = (*site.hosts, *site.devices, *site.equipment, *(one.id for one in site.policy.register))
        wireless = [site.segments[one.segment].zone for one in site.wireless.values()]
        return any(organ.id in self._thing(name) for name in names) or organ.id in self._of(wireless)

    def _ends(self, one: RequiredFlow) -> frozenset[str]:
        return self._of(part.zone for end in (one.source, one.destination) for part in self._places.parts(end))

    def _of(self, zones: Iterable[str]) -> frozenset[str]:
        found = (self._site.policy.organ_of(zone) for zone in zones)
        return frozenset(one.id for one in found if one is not None)

    def _about(self, one: Finding, *, devices: bool) -> frozenset[str]:
        """Return the organs of the thing that a finding is about; a device on the way to a zone is not `devices`."""
        for text in (one.key, one.subject):
            found = _ID.match(text)
            named = found is not None and (devices or found[0] not in self._site.devices)
            organs = self._thing(found[0]) if found is not None and named else frozenset()
            if organs:
                return organs
        return frozenset()

    def _thing(self, name: str) -> frozenset[str]:
        if name not in self._things:
            self._things[name] = self._of(self._zones(name))
        return self._things[name]

    def _zones(self, name: str) -> Iterable[str]:
        """Return the zones in which a device, shared equipment, a link, a host, or an end of an entry of the register stands."""
        site = self._site
        zone_of = {segment.id: segment.zone for segment in site.segments.values()}
        if name in site.devices:
            return [zone_of[one.segment] for one in site.devices[name].interfaces if one.segment]
        if name in site.equipment:
            return site.equipment[name].zones
        if name in site.links:
            ends = site.links[name].ends
            own = [end.zone or zone_of.get(end.segment, "") for end in ends]
            return [*own, *(zone for end in ends if end.device for zone in self._zones(end.device))]
        entries = [one for one in site.policy.register if one.id == name]
        wanted = [end for one in entries for end in (one.source, one.destination)]
        for kind, section in (
            (EndpointKind.HOST, site.hosts),
            (EndpointKind.GROUP, site.groups),
            (EndpointKind.SEGMENT, site.segments),
            (EndpointKind.GATEWAY, site.gateways),
        ):
            if not wanted and name in section:
                wanted = [Endpoint(kind, name)]
        return [part.zone for end in wanted for part in self._places.parts(end)]
