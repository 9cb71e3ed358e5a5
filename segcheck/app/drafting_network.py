"""Devices to the segments and lines between them, as far as their addresses and routes tell.

Interfaces in one subnet stand in one segment. A next hop that no device has lies beyond a line: its segment is `external`, and
what is routed to it becomes a segment behind it. Subnets that overlap cannot be of one routing domain and are kept apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route, RouteKind
from segcheck.model.draft import (
    DraftDevice,
    DraftExport,
    DraftInterface,
    DraftLink,
    DraftSegment,
    Mark,
    Sure,
)
from segcheck.model.source import Span
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: A subnet of at most so many addresses with several devices in it only carries traffic through.
TRANSIT = 8
_WHOLE = (addresses.parse("0.0.0.0/0"), addresses.parse("::/0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A device with what was read of it; a host's exports of both families are two configs."""

    id: str
    hostname: str
    configs: tuple[DeviceConfig, ...]
    exports: tuple[DraftExport, ...]
    kind: str
    marks: tuple[Mark, ...]
    members: tuple[str, ...] = ()

    @property
    def interfaces(self) -> tuple[Interface, ...]:
        """The interfaces of the first config: the members of an HA pair have the same."""
        return self.configs[0].interfaces


@dataclass(slots=True)
class _Subnets:
    """Subnets that belong to one segment, with the interfaces in them; `copy` tells apart equal subnets that cannot be one."""

    prefixes: list[IntervalSet]
    copy: int
    stands: list[tuple[Unit, Interface]] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    external: Span | None = None
    id: str = ""
    domain: str = "default"
    why: list[Mark] = field(default_factory=list)


def connect(
    units: Sequence[Unit],
) -> tuple[tuple[DraftSegment, ...], tuple[DraftLink, ...], tuple[DraftDevice, ...]]:
    """Return segments, lines and devices of a draft."""
    near = _attached(units)
    taken = {unit.id.casefold() for unit in units} | {"zone", "segment", "todo"}
    for one in near:
        _name(one, taken)
    place = {(unit.id, own.name): one for one in near for unit, own in one.stands}
    far, links = _beyond(units, near, place, taken)
    _domains([*near, *far])
    links += _lines(units, place, {end for link in links for end in link.ends})
    devices = tuple(_device(unit, place, {end for link in links for end in link.ends}) for unit in units)
    return tuple(_segment(one) for one in (*near, *far)), tuple(links), devices


def _up(own: Interface) -> bool:
    return own.enabled is not False


def _prefix(own: InterfaceAddress) -> IntervalSet:
    return addresses.prefix(own.address, own.length)


def _attached(units: Sequence[Unit]) -> list[_Subnets]:
    """Return the subnets in which interfaces stand; all those of one interface are one segment's."""
    owner: dict[tuple[int, int], str] = {}
    found: dict[tuple[IntervalSet, int], _Subnets] = {}
    for unit in units:
        for own in unit.interfaces:
            if not own.addresses or not _up(own):
                continue
            copy = 0
            while any(owner.get((a.address, copy), unit.id) != unit.id for a in own.addresses):
                copy += 1
            owner |= {(a.address, copy): unit.id for a in own.addresses}
            prefixes = list(dict.fromkeys(map(_prefix, own.addresses)))
            joined = _Subnets([], copy)
            for known in dict.fromkeys(id(found[p, copy]) for p in prefixes if (p, copy) in found):
                other = next(one for one in found.values() if id(one) == known)
                joined.prefixes += other.prefixes
                joined.stands += other.stands
            joined.prefixes += [p for p in prefixes if p not in joined.prefixes]
            joined.stands.append((unit, own))
            if copy:
                joined.why.append(Mark(Sure.CHECK, "same-address", tuple(filter(None, (own.span,)))))
            for prefix in joined.prefixes:
                found[prefix, copy] = joined
    return list({id(one): one for one in found.values()}.values())


def _name(one: _Subnets, taken: set[str]) -> None:
    first = addresses.describe(one.prefixes[0])[0]
    text = first if "/" in first else f"{first}/{32 if '.' in first else 128}"
    base = "net-" + text.replace("::", "--").replace(":", "-").replace("/", "-")
    one.id = unique(base, taken)


def unique(name: str, taken: set[str]) -> str:
    """Return the name, with a number behind it if it is taken already in any case of letters, and take it."""
    found, number = name, 2
    while found.casefold() in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found.casefold())
    return found


def _routes(unit: Unit) -> Iterator[Route]:
    yield from (route for config in unit.configs for route in config.routes if route.distance != 0)


def _beyond(
    units: Sequence[Unit], near: list[_Subnets], place: dict[tuple[str, str], _Subnets], taken: set[str]
) -> tuple[list[_Subnets], list[DraftLink]]:
    """Return what is routed to next hops that no device here has, and the lines to it."""
    owned = {a.address for unit in units for own in unit.interfaces if _up(own) for a in own.addresses}
    known = {prefix: one for one in near for prefix in one.prefixes}
    far: list[_Subnets] = []
    links: dict[tuple[str, str], DraftLink] = {}
    names: set[str] = set()
    for unit in units:
        for route in _routes(unit):
            if route.kind is RouteKind.DISCARD or route.gateway in owned:
                continue
            out = _out(unit, route)
            if out is None or (route.gateway is None and (unit.id, out.name) in place and out.kind != "tunnel"):
                continue
            here = place.get((unit.id, out.name))
            if here is not None and here.external is None:
                here.external = route.span
            spans = tuple(filter(None, (route.span,)))
            if route.to in _WHOLE:
                end, why = "zone:public", Mark(Sure.CHECK, "default-route", spans)
            else:
                behind = known.get(route.to)
                if behind is here and behind is not None:
                    continue
                if behind is None:
                    behind = known[route.to] = _Subnets([route.to], 0, external=route.span)
                    _name(behind, taken)
                    far.append(behind)
                behind.routes.append(route)
                end, why = f"segment:{behind.id}", Mark(Sure.LIKELY, "routed-beyond", spans)
            key = f"{unit.id}:{out.name}", end
            if key not in links:
                kind = "tunnel" if out.kind == "tunnel" else "isp" if end == "zone:public" else "access"
                name = _link_name(f"up-{unit.id}-{out.name}", names)
                links[key] = DraftLink(id=name, ends=key, kind=kind, marks=(why,))
    return far, list(links.values())


def _out(unit: Unit, route: Route) -> Interface | None:
    """Return the interface by which a route leaves: the one it names, else the one in whose subnet its next hop is."""
    for own in unit.interfaces:
        if not _up(own):
            continue
        if route.interface == own.name:
            return own
        near = route.gateway is not None and any(route.gateway in _prefix(a) for a in own.addresses)
        if route.interface is None and near and own.domain == route.domain:
            return own
    return None


def _domains(every: list[_Subnets]) -> None:
    """Give each segment the first routing domain in which its subnets overlap no other's; only outer external ones may."""
    domains: list[list[_Subnets]] = []
    for one in every:
        index = next((i for i, inside in enumerate(domains) if not any(_clash(one, o) for o in inside)), len(domains))
        domains += [[]] if index == len(domains) else []
        domains[index].append(one)
        if index:
            one.domain = f"domain-{index + 1}"
            first = next(o for o in domains[0] if _clash(one, o))
            spans = tuple(own.span for _, own in (*one.stands, *first.stands) if own.span)
            one.why.append(Mark(Sure.CHECK, "overlap", spans, {"other": first.id}))


def _clash(one: _Subnets, other: _Subnets) -> bool:
    for a in one.prefixes:
        for b in other.prefixes:
            if not a & b:
                continue
            outer = one if b <= a else other
            if a == b or outer.external is None:
                return True
    return False


def _lines(units: Sequence[Unit], place: dict[tuple[str, str], _Subnets], linked: set[str]) -> list[DraftLink]:
    """Return lines of interfaces that stand in no subnet: between VDOMs, and to where nobody knows."""
    found: list[DraftLink] = []
    names: set[str] = set()
    done: set[str] = set()
    for unit in units:
        routed = {route.interface for route in _routes(unit)}
        for own in unit.interfaces:
            end = f"{unit.id}:{own.name}"
            if not _up(own) or own.addresses or end in linked or end in done:
                continue
            spans = tuple(filter(None, (own.span,)))
            other = _peer(units, unit, own)
            if other is not None:
                far = f"{other.id}:{own.peer}"
                done |= {end, far}
                mark = Mark(Sure.CERTAIN, "peer-interface", spans)
                name = _link_name(f"link-{unit.id}-{own.name}", names)
                found.append(DraftLink(id=name, ends=(end, far), kind="access", marks=(mark,)))
            elif own.dynamic or own.kind == "tunnel" or own.name in routed:
                mark = Mark(Sure.CHECK, "unknown-end", spans)
                kind = "tunnel" if own.kind == "tunnel" else "access"
                name = _link_name(f"line-{unit.id}-{own.name}", names)
                found.append(DraftLink(id=name, ends=(end, "zone:TODO"), kind=kind, marks=(mark,)))
    return found


def _peer(units: Sequence[Unit], unit: Unit, own: Interface) -> Unit | None:
    paths = {one.path for one in unit.exports}
    for other in units:
        same_file = own.peer and other is not unit and paths & {one.path for one in other.exports}
        if same_file and any(i.name == own.peer and not i.addresses and _up(i) for i in other.interfaces):
            return other
    return None


def _link_name(text: str, taken: set[str]) -> str:
    base = "".join(c if c.isalnum() or c in "-_." else "-" for c in text)[:80]
    return unique(base, taken)


def _segment(one: _Subnets) -> DraftSegment:
    devices = list(dict.fromkeys(unit.id for unit, _ in one.stands))
    vlans = list(dict.fromkeys(own.vlan for _, own in one.stands if own.vlan is not None))
    spans = tuple(own.span for _, own in one.stands if own.span) or tuple(r.span for r in one.routes if r.span)
    marks = [Mark(Sure.CERTAIN if one.stands else Sure.LIKELY, "subnet" if one.stands else "routed", spans)]
    if len(devices) > 1:
        marks.append(Mark(Sure.LIKELY, "shared", params={"devices": ", ".join(devices)}))
    if len(one.stands) > len(devices):
        marks.append(Mark(Sure.CHECK, "two-legs"))
    if len(vlans) > 1:
        marks.append(Mark(Sure.CHECK, "vlans", params={"vlans": ", ".join(map(str, vlans))}))
    families: dict[int, list[str]] = {4: [], 6: []}
    for prefix in one.prefixes:
        family = addresses.family(prefix.min)
        bits = 32 if family == 4 else 128
        text = addresses.describe(prefix)[0]
        families[family].append(text if "/" in text else f"{text}/{bits}")
    prefixes: dict[int, tuple[str, ...] | None] = {4: tuple(families[4]), 6: tuple(families[6])}
    for family in (4, 6):
        if not families[family]:
            read = bool(one.stands) and all(family in unit.configs[0].families for unit, _ in one.stands)
            prefixes[family] = () if read else None
            told = {"family": str(family)}
            marks.append(
                Mark(Sure.LIKELY if read else Sure.CHECK, "no-family" if read else "family-unread", params=told)
            )
    if one.external is not None and one.stands:
        marks.append(Mark(Sure.CHECK, "external", (one.external,)))
    gateway = devices[0] if len(devices) == 1 and one.external is None else ""
    small = len(devices) > 1 and all(addresses.family(p.min) == 6 or p.count <= TRANSIT for p in one.prefixes)
    return DraftSegment(
        id=one.id,
        domain=one.domain,
        v4=prefixes[4],
        v6=prefixes[6],
        vlan=vlans[0] if len(vlans) == 1 else None,
        gateway=gateway,
        kind="external" if one.external is not None else "transit" if small else "lan",
        marks=(*marks, *([Mark(Sure.LIKELY, "gateway")] if gateway else ()), *one.why),
    )


def _device(unit: Unit, place: dict[tuple[str, str], _Subnets], linked: set[str]) -> DraftDevice:
    marks = unit.marks
    interfaces = tuple(_interfaces(unit, place, linked))
    if not unit.interfaces:
        interfaces = (DraftInterface(name="TODO", segment="TODO"),)
        marks = (*marks, Mark(Sure.CHECK, "no-addressing"))
    elif not unit.configs[0].routing_known:
        marks = (*marks, Mark(Sure.CHECK, "routing-unknown"))
    hostname = unit.hostname if unit.hostname != unit.id and not unit.members else ""
    routes = tuple(
        (_route(route), Mark(Sure.CERTAIN, "route", (route.span,) if route.span else ())) for route in _routes(unit)
    )
    return DraftDevice(
        id=unit.id,
        kind=unit.kind,
        hostname=hostname,
        members=unit.members,
        exports=unit.exports,
        interfaces=interfaces,
        routes=routes,
        marks=marks,
    )


def _interfaces(unit: Unit, place: dict[tuple[str, str], _Subnets], linked: set[str]) -> Iterator[DraftInterface]:
    for own in unit.interfaces:
        here = place.get((unit.id, own.name))
        on_link = f"{unit.id}:{own.name}" in linked
        if here is None and not on_link and not own.addresses:
            continue  # a port below VLANs, a member of an aggregate: it stands in no subnet
        spans = (own.span,) if own.span else ()
        mark = Mark(Sure.CERTAIN, "interface", spans, {"comment": own.comment} if own.comment else {})
        yield DraftInterface(
            name=own.name,
            segment=here.id if here is not None else "",
            addresses=tuple(f"{addresses.text(a.address)}/{a.length}" for a in own.addresses),
            vrf=own.domain if own.domain != "default" else "",
            enabled=_up(own),
            marks=(mark,),
        )


def _route(route: Route) -> str:
    to = ", ".join(addresses.describe(route.to))
    via = addresses.text(route.gateway) if route.gateway is not None else ""
    way = "blackhole" if route.kind is RouteKind.DISCARD else " ".join(filter(None, (via, route.interface)))
    return f"{to} > {way} ({route.distance})"
