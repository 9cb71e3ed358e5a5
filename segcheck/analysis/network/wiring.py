"""Which interface stands in which place, and which places switches may join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from segcheck.analysis.network import addressing, contents, equipping
from segcheck.analysis.network.nouns import LINE, PUBLIC, UNKNOWN, Doubt, DoubtKind, Join, Network, Port, Station, Stray
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.device import DeviceConfig, Interface
from segcheck.model.diagnostic import Code
from segcheck.model.result import Binding
from segcheck.model.site import Link, LinkEnd, Site, TopologyDevice
from segcheck.model.site_words import Assume, DeviceKind, LinkKind, SegmentKind, Tier
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet


def build(site: Site, bindings: Iterable[Binding], day: date) -> Network:
    """Return the graph of a site on a day (JST): what assumptions count depends on it."""
    places = {
        segment.id: Place(segment.id, PlaceKind.SEGMENT, segment.zone, site.zones[segment.zone].tier, segment.domain)
        for segment in site.segments.values()
    }
    places |= {PUBLIC.id: PUBLIC, UNKNOWN.id: UNKNOWN}
    attached = _links(site, places)
    stations = {one.device.id: _station(site, one, day, attached) for one in bindings}
    stations |= {one.device.id: one for one in _gateways(site, day)}
    shares = {**dict.fromkeys(places, IntervalSet.empty()), **addressing.shares(site)}
    strays = tuple(_strays(site, stations))
    joins = (*_joins(site, stations, day), *map(_beyond_stray, strays))
    return Network(site=site, day=day, stations=stations, places=places, addresses=shares, joins=joins, strays=strays)


def _links(site: Site, places: dict[str, Place]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the places that links attach each (device, interface) to; a link between two bare interfaces is a place itself."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for link in site.links.values():
        if link.kind is LinkKind.UNDERLAY:
            continue
        near, far = link.ends
        for end, other in ((near, far), (far, near)):
            if end.device and not other.device:
                found[end.device, end.interface] += _beyond(site, other)
        bare = [end for end in link.ends if end.device and not _segment(site, end)]
        if near.device and far.device and len(bare) == 2 and len(link.segments) < 2:
            name = f"{LINE}{link.id}"
            places[name] = _line(site, link, name)
            for end in bare:
                found[end.device, end.interface].append(name)
    return {key: tuple(dict.fromkeys(names)) for key, names in found.items()}


def _line(site: Site, link: Link, name: str) -> Place:
    """Return the place that a link between two bare interfaces is: in the zone of the one segment that it carries."""
    for carried in link.segments:
        segment = site.segments[carried]
        return Place(name, PlaceKind.SEGMENT, segment.zone, site.zones[segment.zone].tier, segment.domain)
    return Place(name, PlaceKind.SEGMENT, "unknown", Tier.UNKNOWN, "")


def _beyond(site: Site, end: LinkEnd) -> list[str]:
    """Return the places behind a line: the segment it names, or all external segments of the zone it leads to."""
    if end.segment:
        return [end.segment]
    if site.zones.get(end.zone) is None or site.zones[end.zone].tier is Tier.PUBLIC:
        own = [s.id for s in site.segments.values() if s.zone == end.zone and s.kind is SegmentKind.EXTERNAL]
        return own or [PUBLIC.id if end.zone != UNKNOWN.id else UNKNOWN.id]
    return [s.id for s in site.segments.values() if s.zone == end.zone and s.kind is SegmentKind.EXTERNAL]


def _segment(site: Site, end: LinkEnd) -> str:
    device = site.devices.get(end.device)
    declared = device.interface(end.interface) if device is not None else None
    return declared.segment if declared is not None else ""


def _station(site: Site, binding: Binding, day: date, attached: Mapping[tuple[str, str], tuple[str, ...]]) -> Station:
    device = binding.device
    config, havoc, assumptions = equipping.equipped(site, binding, day)
    config = contents.varying(config, device.id) if config is not None else None
    unread = None
    if config is not None and equipping.uncertain(config):
        lacking = (d.id for r in binding.readings for d in r.diagnostics if d.code is Code.NO_EXPORT_FOR_FAMILY)
        because = tuple(dict.fromkeys((*(t.diagnostic for t in config.taints), *lacking)))
        unread = Doubt(f"unread:{device.id}", DoubtKind.UNREAD, device.id, because=because)
    ports = () if _only_switches(device, config) else tuple(_ports(device, config, attached))
    if config is None and device.exports:
        ports += (_unread(device),)
    return Station(device=device, config=config, ports=ports, havoc=havoc, unread=unread, assumed=assumptions)


def _gateways(site: Site, day: date) -> Iterable[Station]:
    """Yield each gateway that has hosts in several segments and no device in the topology that says what it passes on.

    Such a sanitiser may route, bridge or translate from one side to the other, whatever its declaration claims (DESIGN
    §2.15); its hosts keep their addresses, so that what is sent to them is judged like any other traffic.
    """
    for gateway in site.gateways.values():
        legs = {site.hosts[name].segment for name in gateway.hosts}
        if len(legs - {""}) < 2 or any(name in site.devices for name in (gateway.id, *gateway.hosts)):
            continue
        said = equipping.assumed(site, day, (gateway.id,), Assume.NO_FORWARDING)
        name = said.id if said else f"forwarding:{gateway.id}"
        doubt = Doubt(name, DoubtKind.FORWARDING, gateway.id, assumption=said is not None)
        ports = tuple(
            Port(
                device=gateway.id,
                interface=leg,
                domain=site.segments[leg].domain,
                places=(leg,),
                hosts=tuple(a for n in gateway.hosts if site.hosts[n].segment == leg for a in site.hosts[n].addresses),
            )
            for leg in sorted(legs - {""})
        )
        device = TopologyDevice(id=gateway.id, kind=DeviceKind.HOST, span=gateway.span)
        yield Station(device=device, config=None, ports=ports, havoc=(doubt,), assumed=(said.id,) if said else ())


def _only_switches(device: TopologyDevice, config: DeviceConfig | None) -> bool:
    """Return whether a device without an export works on layer 2 alone: what it may join is told by `_joins`."""
    layer2 = device.kind in (DeviceKind.SWITCH, DeviceKind.WIRELESS)
    return config is None and layer2 and not any(one.addresses for one in device.interfaces)


def _ports(
    device: TopologyDevice, config: DeviceConfig | None, attached: Mapping[tuple[str, str], tuple[str, ...]]
) -> Iterable[Port]:
    own = {one.name: one for one in config.interfaces} if config is not None else {}
    for declared in device.interfaces:
        known = own.pop(declared.name, None)
        if (known is not None and known.enabled is False) or (known is None and not declared.enabled):
            continue
        places = (*((declared.segment,) if declared.segment else ()), *attached.get((device.id, declared.name), ()))
        addresses = known.addresses if known is not None and known.addresses else declared.addresses
        domain = known.domain if known is not None and known.domain != "default" else declared.domain
        if not places and (addresses or (known is not None and known.dynamic)):
            places = (UNKNOWN.id,)
        yield Port(
            device=device.id,
            interface=declared.name,
            domain=domain,
            places=tuple(dict.fromkeys(places)),
            addresses=addresses,
        )
    routed = {route.interface for route in config.routes if route.interface} if config is not None else set()
    for left in own.values():
        if left.enabled is not False and leads_somewhere(left, routed):
            yield Port(
                device=device.id,
                interface=left.name,
                domain=left.domain,
                places=(UNKNOWN.id,),
                addresses=left.addresses,
            )


def _unread(device: TopologyDevice) -> Port:
    """Return the interface that an export may hold which is there, or ought to be, and of which nothing is believed.

    The topology of such a device is no authority on what it has: a line that nobody wrote down is in the export. Without
    it a crossing that the export shows would be called clean.
    """
    return Port(device=device.id, interface=f"({UNKNOWN.id})", domain="default", places=(UNKNOWN.id,))


def leads_somewhere(interface: Interface, routed: set[str]) -> bool:
    """Return whether an interface that the topology lacks may carry packets to a place that nobody declared (DESIGN §2.5)."""
    if interface.kind == "loopback":
        return False
    return bool(interface.addresses) or interface.dynamic or interface.kind == "tunnel" or interface.name in routed


def _joins(site: Site, stations: Mapping[str, Station], day: date) -> Iterable[Join]:
    """Yield the places that share switches which nobody has read, unless each is assumed to be kept apart (DESIGN §2.12)."""
    covered: set[str] = set()
    for device in site.devices.values():
        carried = set(_carried(site, device, stations.get(device.id)))
        if len(carried) < 2:
            continue
        covered |= carried
        links = tuple(one.id for one in site.links.values() if device.id in {end.device for end in one.ends})
        said = equipping.assumed(site, day, (device.id, *links), Assume.SEPARATE)
        yield Join(
            tuple(sorted(carried)), _layer2(said.id if said else f"layer2:{device.id}", device.id, said is not None)
        )
    loose = {s.id for s in site.segments.values() if s.vlan is not None} - covered
    by_assumption: dict[str, set[str]] = defaultdict(set)
    for name in loose:
        said = equipping.assumed(site, day, (name, f"zone:{site.segments[name].zone}"), Assume.SEPARATE)
        by_assumption[said.id if said else ""].add(name)
    everyone = {s.id for s in site.segments.values() if s.vlan is not None}
    for said_id, names in sorted(by_assumption.items()):
        together = names | (everyone if said_id else loose - set().union(*(v for k, v in by_assumption.items() if k)))
        if len(together) > 1:
            yield Join(tuple(sorted(together)), _layer2(said_id or "layer2:undeclared", "layer2", bool(said_id)))


def _strays(site: Site, stations: Mapping[str, Station]) -> Iterable[Stray]:
    """Yield the next hops of known routes that no device has, where the topology should know who is on the wire."""
    owned = {a.address for station in stations.values() for port in station.ports for a in port.addresses}
    seen: set[tuple[int, str]] = set()
    for name, station in stations.items():
        for route in station.config.routes if station.config is not None else ():
            gateway = route.gateway
            if gateway is None or gateway in owned:
                continue
            for port in station.ports:
                on_wire = route.interface in (None, port.interface) and port.domain == route.domain
                attached = any(gateway in addresses.prefix(a.address, a.length) for a in port.addresses)
                inside = [place for place in port.places if place in site.segments]
                if not (on_wire and attached and inside) or any(_leaves(site, place) for place in port.places):
                    continue
                if (gateway, inside[0]) not in seen:
                    seen.add((gateway, inside[0]))
                    yield Stray(name, gateway, inside[0], route.span)


def _leaves(site: Site, place: str) -> bool:
    """Return whether a place lies beyond a line, where others' routers stand."""
    segment = site.segments.get(place)
    return segment is None or segment.kind is SegmentKind.EXTERNAL


def _beyond_stray(stray: Stray) -> Join:
    name = f"{DoubtKind.NEXT_HOP.value}:{addresses.text(stray.gateway)}"
    return Join((stray.place, UNKNOWN.id), Doubt(name, DoubtKind.NEXT_HOP, stray.device))


def _layer2(name: str, subject: str, assumption: bool) -> Doubt:
    return Doubt(name, DoubtKind.LAYER2, subject, assumption=assumption)


def _carried(site: Site, device: TopologyDevice, station: Station | None) -> Iterable[str]:
    """Yield the segments that a device carries below layer 3: all of a switch, and VLANs that share a port."""
    if device.kind in (DeviceKind.SWITCH, DeviceKind.L3_SWITCH, DeviceKind.WIRELESS):
        for interface in device.interfaces:
            if interface.segment and site.segments[interface.segment].vlan is not None:
                yield interface.segment
        for link in site.links.values():
            if device.id in {end.device for end in link.ends}:
                yield from link.segments
        return
    config = station.config if station is not None else None
    if config is None:
        return
    below: dict[str, set[str]] = defaultdict(set)
    for own in config.interfaces:
        declared = device.interface(own.name)
        if own.parent and declared is not None and declared.segment:
            below[own.parent].add(declared.segment)
    for names in below.values():
        if len(names) > 1:
            yield from names
