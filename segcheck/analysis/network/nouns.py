"""The graph's nouns: frozen, and free of packet sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from segcheck.analysis.ordinary import ordinary
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.device import DeviceConfig, InterfaceAddress, Scope
from segcheck.model.pipeline import StageKind
from segcheck.model.rules import Call, Translate, Unsure
from segcheck.model.site import Site, TopologyDevice
from segcheck.model.site_words import LinkKind, Tier
from segcheck.model.source import Span
from segcheck.sets.intervals import IntervalSet

if TYPE_CHECKING:
    import networkx

PUBLIC = Place("public", PlaceKind.BUILT_IN, "public", Tier.PUBLIC, "")
#: How the ids of places begin that are no segments, but lines between two interfaces.
LINE = "link:"
UNKNOWN = Place("unknown", PlaceKind.BUILT_IN, "unknown", Tier.UNKNOWN, "")


class DoubtKind(Enum):
    """Why something may be otherwise than read."""

    NO_EXPORT = "no-export"
    DISAGREES = "disagrees"  # topology and export contradict each other
    UNREAD = "unread"  # lines or conditions that were not understood
    INCOMPLETE = "incomplete"  # the export may lack lines
    ROUTES_DECLARED = "routes"  # `routes_complete` rests on a declaration
    MEMBERS = "members"  # units of an HA pair without an export of their own
    VENDOR = "vendor"  # what the vendor builds in is not documented
    FORWARDING = "forwarding"  # a gateway with hosts in several segments may pass packets between them
    HELPER = "helper"  # a protocol helper may open sessions that it expects
    LAYER2 = "layer2"  # segments that share switches nobody has read
    NEXT_HOP = "next-hop"  # a router that a route names and the topology lacks


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason for which reality may differ from what is judged; a yes-or-no variable of the sets.

    id          name of the assumption where one rules it out, else `kind:subject`
    subject     device id, link id or "layer2"
    assumption  True: a valid assumption (or declaration) says that it is not so
    because     ids of diagnostics
    """

    id: str
    kind: DoubtKind
    subject: str
    assumption: bool = False
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An interface of a device and the places that it stands in; `domain` is the VRF of the device.

    hosts   addresses of hosts that are this device seen from their segment: what is sent to them reaches both
    """

    device: str
    interface: str
    domain: str
    places: tuple[str, ...]
    addresses: tuple[InterfaceAddress, ...] = ()
    hosts: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Station:
    """A device as it is judged.

    config   with the topology's addressing where the export has none; None: nothing is known of it, it may do anything
    havoc    doubts under which it may do anything at all; every one of them is a variable. With `config` None and no
             assumption that it passes nothing, one of them is not an assumption.
    unread   the doubt behind what `config` leaves uncertain, None where it is certain
    assumed  ids of assumptions that `config` itself rests on ("it passes everything")
    """

    device: TopologyDevice
    config: DeviceConfig | None
    ports: tuple[Port, ...]
    havoc: tuple[Doubt, ...] = ()
    unread: Doubt | None = None
    assumed: tuple[str, ...] = ()

    def port(self, interface: str) -> Port | None:
        """Return the port of that name, or None."""
        return next((port for port in self.ports if port.interface == interface), None)

    @cached_property
    def usual(self) -> Mapping[str, int]:
        """Return what an ordinary packet carries beside what anybody says of it, as far as no rule here asks about it."""
        return {} if self.config is None else ordinary(self.config)

    @cached_property
    def translates(self) -> frozenset[str]:
        """Return which addresses its rules may rewrite, "src" and "dst"; both where lines that may do so were not read."""
        config = self.config
        if config is None:
            return frozenset()
        if any(taint.scope is Scope.TRANSLATION for taint in config.taints):
            return frozenset(("src", "dst"))
        found: set[str] = set()
        for stage in config.pipeline.stages():
            if stage.kind is StageKind.TRANSLATE and any(self._rewriting(b.list) for b in stage.bindings):
                found |= {"src", "dst"} if self._cones else {stage.side}
        return frozenset(found)

    def _rewriting(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Return whether a list, or one that it calls, translates."""
        assert self.config is not None
        rules = self.config.lists.get(name)
        if rules is None or name in seen:
            return False
        for rule in rules.rules:
            for action in rule.action.actions if isinstance(rule.action, Unsure) else (rule.action,):
                if rule.enabled and isinstance(action, Translate):
                    return True
                if rule.enabled and isinstance(action, Call) and self._rewriting(action.list, seen | {name}):
                    return True
        return False

    @cached_property
    def _cones(self) -> bool:
        """Return whether a mapping lets anyone in who knows it."""
        rules = (r for one in (self.config.lists.values() if self.config else ()) for r in one.rules if r.enabled)
        actions = (a for r in rules for a in (r.action.actions if isinstance(r.action, Unsure) else (r.action,)))
        return any(isinstance(a, Translate) and a.translation is not None and a.translation.full_cone for a in actions)


@dataclass(frozen=True, slots=True)
class Join:
    """Places that may be one broadcast domain, and the doubt that says so."""

    places: tuple[str, ...]
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Stray:
    """A next hop that nobody owns: a route of a device goes to it, in a place that no line leaves."""

    device: str
    gateway: int
    place: str
    span: Span | None


@dataclass(frozen=True, kw_only=True)
class Network:
    """A site as a graph on one day.

    stations   by device id
    places     by id: segments, ends of links that no segment names, `public` and `unknown`
    addresses  of each place on the joint address line: what counts as delivered there; longest prefix wins within a domain
    joins      places that switches which nobody read may join
    strays     next hops that nobody owns, each once; what lies behind them is `unknown`, both ways
    """

    site: Site
    day: date
    stations: Mapping[str, Station]
    places: Mapping[str, Place]
    addresses: Mapping[str, IntervalSet]
    joins: tuple[Join, ...]
    strays: tuple[Stray, ...] = ()

    @cached_property
    def ports(self) -> Mapping[str, tuple[Port, ...]]:
        """Return the ports that stand in each place, in the order of the topology."""
        found: dict[str, list[Port]] = {place: [] for place in self.places}
        for station in self.stations.values():
            for port in station.ports:
                for place in port.places:
                    found[place].append(port)
        return {place: tuple(ports) for place, ports in found.items()}

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """Return every doubt once, by id."""
        found = {join.doubt.id: join.doubt for join in self.joins}
        for station in self.stations.values():
            for doubt in (*station.havoc, *((station.unread,) if station.unread else ())):
                found.setdefault(doubt.id, doubt)
        return tuple(found[name] for name in sorted(found))

    @cached_property
    def declared(self) -> Mapping[str, IntervalSet]:
        """Return by routing domain the addresses that belong to some place of it."""
        found: dict[str, IntervalSet] = {}
        for name, place in self.places.items():
            if place.kind is not PlaceKind.BUILT_IN:
                found[place.domain] = found.get(place.domain, IntervalSet.empty()) | self.addresses[name]
        return found

    def own(self, place: str) -> IntervalSet:
        """Return the addresses that devices have in a place: packets for them go to the device, not to a host."""
        return IntervalSet.of(*(a.address for port in self.ports[place] for a in port.addresses))

    def far_ends(self, port: Port) -> tuple[Port, ...]:
        """Return who gets whatever leaves by a port: the far end of a tunnel, or of a line between ports without addresses."""
        lines = [name for name in port.places if name.startswith(LINE)]
        if not lines or len(lines) < len(port.places):
            return ()
        tunnel = any(self.site.links[name.removeprefix(LINE)].kind is LinkKind.TUNNEL for name in lines)
        if port.addresses and not tunnel:
            return ()
        return tuple(other for name in lines for other in self.ports[name] if other != port)

    def sources(self) -> Iterator[Place]:
        """Yield the places where packets are injected: every segment that some device stands in, and `public`, `unknown`."""
        for name, place in self.places.items():
            if place.kind is not PlaceKind.DEVICE and (self.ports[name] or any(name in j.places for j in self.joins)):
                yield place

    @cached_property
    def watched(self) -> Mapping[str, str]:
        """Return the zone of each segment whose zone has other segments: what goes between them may leave the zone."""
        zones = Counter(place.zone for place in self.places.values() if self.ports[place.id])
        return {
            name: place.zone
            for name, place in self.places.items()
            if name in self.site.segments and zones[place.zone] > 1
        }

    @cached_property
    def graph(self) -> networkx.Graph[tuple[str, str]]:
        """Return devices and places as a networkx graph: nodes ("device", id) and ("place", id), an edge per port.

        Node attributes: `zone` and `tier` of places, `kind` of devices; edge attribute: `interfaces`, a list of names.
        """
        import networkx

        graph: networkx.Graph[tuple[str, str]] = networkx.Graph()
        for name, place in self.places.items():
            graph.add_node(("place", name), zone=place.zone, tier=place.tier.value)
        for name, station in self.stations.items():
            graph.add_node(("device", name), kind=station.device.kind.value)
            for port in station.ports:
                for here in port.places:
                    edge = ("device", name), ("place", here)
                    if graph.has_edge(*edge):
                        graph.edges[edge]["interfaces"].append(port.interface)
                    else:
                        graph.add_edge(*edge, interfaces=[port.interface])
        return graph
