"""What a site says, read anew for the simulator: who stands where, whose address is whose, what may be otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Scope
from segcheck.model.diagnostic import Severity
from segcheck.model.reading import Complete
from segcheck.model.result import Binding
from segcheck.model.site import Segment, Site, TopologyDevice
from segcheck.model.site_words import Assume, DeviceKind, SegmentKind, Tier
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

PUBLIC, UNKNOWN = "public", "unknown"
V6_STARTS = 1 << 32


def _together(*texts: str) -> IntervalSet:
    found = IntervalSet.empty()
    for text in texts:
        found = found | addresses.parse(text)
    return found


#: Not unicast; the 255.255.255.255 of RFC 919 among them.
CAST = _together("224.0.0.0/4", "ff00::/8", "255.255.255.255")
#: What DESIGN does not count as public: private, CGNAT, ULA, link-local, loopback, and what is nobody's.
NOT_PUBLIC = CAST | _together(
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "fc00::/7",
    "0.0.0.0/8",
    "240.0.0.0/4",
    "::/128",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fe80::/10",
    "::1/128",
)


@dataclass(frozen=True, eq=False)
class Port:
    """An interface of a device that stands somewhere; `wire` is every place on the same wire."""

    device: str
    name: str
    places: tuple[str, ...]
    addresses: tuple[InterfaceAddress, ...]


@dataclass(frozen=True, eq=False)
class Box:
    """A device as the simulator runs it.

    config     None: nothing is known of it
    loose      why it may do anything: ids of doubts that nobody rules out
    assumed    why it would do anything, did a valid assumption not say that it does not
    rerouted   likewise for its routes alone
    """

    device: TopologyDevice
    config: DeviceConfig | None
    loose: bool
    assumed: bool
    rerouted: bool
    ports: tuple[Port, ...]

    def port(self, name: str) -> Port | None:
        return next((port for port in self.ports if port.name == name), None)


@dataclass(frozen=True)
class Joined:
    """Places that one switch may join; `assumed`: a valid assumption says that it does not."""

    places: frozenset[str]
    assumed: bool


class Ground:
    """A site on a day."""

    def __init__(self, site: Site, bindings: Sequence[Binding], day: date) -> None:
        self.site = site
        self.day = day
        self.places: tuple[str, ...] = (*site.segments, PUBLIC, UNKNOWN)
        self.boxes: Mapping[str, Box] = {one.device.id: self._box(one) for one in bindings}
        self.ports: dict[str, list[Port]] = {place: [] for place in self.places}
        for box in self.boxes.values():
            for port in box.ports:
                for place in port.places:
                    self.ports[place].append(port)
        self.joins = tuple(self._joins(bindings))
        self._wires: dict[str, frozenset[str]] = {}
        self._owner: dict[tuple[str, int], bool] = {}

    # ---- wires

    def wire(self, places: Iterable[str]) -> tuple[str, ...]:
        """Return every place on the wires of some: a port that stands in two places makes them one wire."""
        found = dict.fromkeys(places)
        waiting = list(found)
        while waiting:
            for port in self.ports[waiting.pop()]:
                for place in port.places:
                    if place not in found:
                        found[place] = None
                        waiting.append(place)
        return tuple(found)

    def on_wire(self, places: Iterable[str]) -> list[Port]:
        """Return every port that stands in some places."""
        return list(dict.fromkeys(port for place in places for port in self.ports[place]))

    def copies(self, wire: Iterable[str], *, held: bool) -> tuple[str, ...]:
        """Return the places to which switches that nobody has read may carry what is on a wire.

        held   only as far as no valid assumption rules it out
        """
        start = dict.fromkeys(wire)
        found = dict(start)
        grown = True
        while grown:
            grown = False
            for join in self.joins:
                if (join.assumed and held) or join.places.isdisjoint(found):
                    continue
                for place in self.wire(sorted(join.places)):
                    grown = grown or place not in found
                    found[place] = None
        return tuple(place for place in found if place not in start)

    # ---- addresses

    def owns(self, place: str, address: int) -> bool:
        """Return whether an address is one of a place's: the longest prefix of its routing domain has it."""
        key = place, address
        if key not in self._owner:
            self._owner[key] = self._owns(place, address)
        return self._owner[key]

    def _owns(self, place: str, address: int) -> bool:
        holders = [s for s in self.site.segments.values() if any(address in p for p in s.prefixes)]
        if place == PUBLIC:
            return not holders and address not in NOT_PUBLIC
        if place == UNKNOWN:
            return not holders and address in NOT_PUBLIC and address not in CAST
        segment = self.site.segments[place]
        size = _size(segment, address)
        rivals = [s for s in holders if s.domain == segment.domain and s is not segment]
        return size is not None and all((_size(rival, address) or 0) > size for rival in rivals)

    def outside(self, place: str) -> bool:
        """Return whether a place leads out of our sight, so that a gateway there may stand for anything."""
        segment = self.site.segments.get(place)
        return segment is None or segment.kind is SegmentKind.EXTERNAL

    def unsaid(self, place: str, address: int) -> bool:
        """Return whether nobody said if a segment has addresses of the family."""
        segment = self.site.segments.get(place)
        if segment is None:
            return False
        return (segment.v4 if address < V6_STARTS else segment.v6) is None

    # ---- devices

    def _says(self, subjects: Iterable[str], *kinds: Assume) -> Assume | None:
        """Return what the first assumption that is still valid says of one of the subjects."""
        named = set(subjects)
        for one in (*self.site.assumptions, *self.site.attestations):
            if one.assume in kinds and one.subject in named and self.day <= one.review_due:
                return one.assume
        return None

    def _box(self, binding: Binding) -> Box:
        device, config = binding.device, binding.config
        named = [device.id, *(g.id for g in self.site.gateways.values() if device.id in g.hosts)]
        contradicted = any(one.severity is Severity.ERROR for one in binding.diagnostics)
        loose = assumed = rerouted = False
        if config is None or contradicted or any(t.scope is Scope.DEVICE for t in config.taints):
            said = self._says(named, Assume.DENY, Assume.PERMIT, Assume.NO_FORWARDING)
            loose, assumed = said is None, said is not None
            config = _transparent(device) if said is Assume.PERMIT else None
        else:
            wholes = {one.complete for one in binding.reading.inputs} if binding.reading else set()
            if wholes - {Complete.YES}:
                vouched = self._says(named, Assume.EXPORT_WHOLE) is not None and Complete.NO not in wholes
                loose, assumed = not vouched, vouched
            rerouted = device.routes_complete and not config.routing_known
            config = _addressed(device, config)
        return Box(device, config, loose, assumed, rerouted, tuple(self._ports(device, config)))

    def _ports(self, device: TopologyDevice, config: DeviceConfig | None) -> Iterator[Port]:
        layer2 = device.kind in (DeviceKind.SWITCH, DeviceKind.WIRELESS)
        if config is None and layer2 and not any(one.addresses for one in device.interfaces):
            return
        declared = {one.name for one in device.interfaces}
        own = {one.name: one for one in (config.interfaces if config is not None else ())}
        for one in device.interfaces:
            known = own.get(one.name)
            if (known.enabled is False) if known is not None else not one.enabled:
                continue
            places = [one.segment] if one.segment else []
            places += self._linked(device.id, one.name)
            held = known.addresses if known is not None and known.addresses else one.addresses
            if not places and held:
                places = [UNKNOWN]
            yield Port(device.id, one.name, tuple(dict.fromkeys(places)), held)
        routed = {route.interface for route in config.routes} if config is not None else set()
        for name, known in own.items():
            if name in declared or known.enabled is False or known.kind == "loopback":
                continue
            if known.addresses or known.kind == "tunnel" or name in routed:
                yield Port(device.id, name, (UNKNOWN,), known.addresses)

    def _linked(self, device: str, interface: str) -> Iterator[str]:
        for link in self.site.links.values():
            for near, far in (link.ends, link.ends[::-1]):
                if (near.device, near.interface) != (device, interface) or far.device:
                    continue
                if far.segment:
                    yield far.segment
                    continue
                beyond = [
                    s.id for s in self.site.segments.values() if s.zone == far.zone and s.kind is SegmentKind.EXTERNAL
                ]
                yield from beyond
                zone = self.site.zones.get(far.zone)
                if not beyond and (zone is None or zone.tier is Tier.PUBLIC):
                    yield UNKNOWN if far.zone == UNKNOWN else PUBLIC

    # ---- layer 2

    def _joins(self, bindings: Sequence[Binding]) -> Iterator[Joined]:
        vlans = {s.id for s in self.site.segments.values() if s.vlan is not None}
        carried: set[str] = set()
        for binding in bindings:
            device = binding.device
            if device.kind not in (DeviceKind.SWITCH, DeviceKind.L3_SWITCH, DeviceKind.WIRELESS):
                continue
            here = {one.segment for one in device.interfaces} & vlans
            links = [one for one in self.site.links.values() if device.id in {end.device for end in one.ends}]
            here |= {name for link in links for name in link.segments}
            if len(here) > 1:
                carried |= here
                said = self._says((device.id, *(link.id for link in links)), Assume.SEPARATE)
                yield Joined(frozenset(here), said is not None)
        # A VLAN that no declared switch carries shares one with the others of which nobody says either.
        loose = vlans - carried
        apart = {
            name
            for name in loose
            if self._says((name, f"zone:{self.site.segments[name].zone}"), Assume.SEPARATE) is not None
        }
        if len(loose - apart) > 1:
            yield Joined(frozenset(loose - apart), assumed=False)
        if apart and len(vlans) > 1:
            yield Joined(frozenset(vlans), assumed=True)


def _size(segment: Segment, address: int) -> int | None:
    return min((prefix.count for prefix in segment.prefixes if address in prefix), default=None)


def _transparent(device: TopologyDevice) -> DeviceConfig:
    """Return a device that passes everything it has a way for."""
    return DeviceConfig(
        format="assumed",
        interfaces=_declared(device),
        routes=device.routes,
        routing_known=device.routes_complete,
        addressing_known=True,
    )


def _declared(device: TopologyDevice) -> tuple[Interface, ...]:
    return tuple(
        Interface(name=one.name, addresses=one.addresses, domain=one.domain, enabled=one.enabled)
        for one in device.interfaces
    )


def _addressed(device: TopologyDevice, config: DeviceConfig) -> DeviceConfig:
    """Return the export with the topology's interfaces and routes where it has no addressing of its own."""
    own = {one.name: one for one in config.interfaces}
    if config.addressing_known and own:
        missing = tuple(one for one in _declared(device) if one.name not in own)
        return replace(config, interfaces=(*config.interfaces, *missing))
    merged = {one.name: one for one in config.interfaces}
    for one in _declared(device):
        known = merged.get(one.name)
        merged[one.name] = one if known is None else replace(known, addresses=one.addresses, domain=one.domain)
    return replace(
        config,
        interfaces=tuple(merged.values()),
        routes=device.routes or config.routes,
        addressing_known=True,
        routing_known=config.routing_known or device.routes_complete,
    )
