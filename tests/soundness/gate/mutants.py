"""Defects put into the engine, one at a time: a gate that lets one pass would let it pass in earnest.

Each is the kind of slip that a change to the engine could bring in: a rule read too surely, a choice counted on the wrong
side, a mechanism forgotten. Some change the engine's own functions, some what it is given of a device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from segcheck.analysis import crossings, permitted, permitting
from segcheck.analysis.compiling import devices, expressions, lists, routing, space, translations
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.network import UNKNOWN, Network, equipping
from segcheck.analysis.network.contents import CONTENT
from segcheck.analysis.reachability import backward, edges, flood, reach, wires
from segcheck.model.device import DeviceConfig, RouteKind, Scope
from segcheck.model.match import Condition, Field, InForce, Kind
from segcheck.model.pipeline import Stage, StageKind
from segcheck.sets.addresses import ALL
from segcheck.sets.bounds import Bounds
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet

Patch = tuple[Any, str, Any]


@dataclass(frozen=True)
class Mutant:
    """A defect, and the theme of the sites that should show it ("" = any site)."""

    name: str
    theme: str
    patches: tuple[Patch, ...]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the defect in, and take it out again."""
        before = [(owner, name, owner.__dict__[name]) for owner, name, _ in self.patches]
        for owner, name, other in self.patches:
            setattr(owner, name, other)
        try:
            yield
        finally:
            for owner, name, own in before:
                setattr(owner, name, own)


MUTANTS: list[Mutant] = []


def mutant(name: str, theme: str, *patches: Patch) -> None:
    MUTANTS.append(Mutant(name, theme, patches))


def device(name: str, theme: str, change: Callable[[DeviceConfig], DeviceConfig]) -> None:
    """Make a defect of what the engine is given of every device that was read."""
    own = equipping.addressed
    mutant(name, theme, (equipping, "addressed", lambda device, config: change(own(device, config))))


def stages(config: DeviceConfig, keep: Callable[[Stage], bool]) -> DeviceConfig:
    line = config.pipeline
    parts = {part: tuple(filter(keep, getattr(line, part))) for part in ("ingress", "forward", "local", "output")}
    return replace(config, pipeline=replace(line, **parts))


# ---- rules that are not known

_leaf, _matched = expressions._leaf, expressions.matched


def _unknown_as(kind: str) -> Callable[..., Bounds]:
    def leaf(space: Any, expr: Any) -> Bounds:
        if isinstance(expr, Condition) and expr.kind is not Kind.VARIES:
            return Bounds.exact(space.everything if kind == "exact" else space.nothing)
        return _leaf(space, expr)

    return leaf


mutant("unknown rule as exact", "unknown", (expressions, "_leaf", _unknown_as("exact")))
mutant("unknown rule as never", "unknown", (expressions, "_leaf", _unknown_as("never")))


def _always(*kinds: type) -> Callable[..., Bounds]:
    def matched(space: Any, expr: Any, *, ignore_interfaces: bool = False, negated: bool = False) -> Bounds:
        if isinstance(expr, kinds) and (not isinstance(expr, Condition) or expr.kind is Kind.VARIES):
            return Bounds.exact(space.everything)
        return _matched(space, expr, ignore_interfaces=ignore_interfaces, negated=negated)

    return matched


for _name, _theme, _kind in (("schedule per rule", "schedule", InForce), ("user per rule", "varies", Condition)):
    _own = _always(_kind)
    mutant(_name, _theme, (expressions, "matched", _own), (lists, "matched", _own))
mutant(
    "negation does not swap bounds",
    "unknown",
    (Bounds, "__invert__", lambda bounds: Bounds(~bounds.must, ~bounds.may)),
)
_actions_of = lists.actions_of
mutant("unsure action as its first", "unknown", (lists, "actions_of", lambda action: _actions_of(action)[:1]))


def _content_holds(space: Any, expr: Any, *, ignore_interfaces: bool = False, negated: bool = False) -> Bounds:
    if isinstance(expr, Condition) and expr.name.startswith(CONTENT):
        return Bounds.exact(space.everything)
    return _matched(space, expr, ignore_interfaces=ignore_interfaces, negated=negated)


mutant(
    "later condition as exact",
    "unknown",
    (expressions, "matched", _content_holds),
    (lists, "matched", _content_holds),
)


def _fragments_have_ports(space: Any, expr: Any) -> Bounds:
    found = _leaf(space, expr)
    if isinstance(expr, Field) and expr.name in ("dport", "sport"):
        fragments = space.universe.of_class(PacketClass.FRAGMENT)
        return Bounds(found.must | fragments, found.may | fragments)
    return found


mutant("fragments have ports", "fragments", (expressions, "_leaf", _fragments_have_ports))

# ---- what is chosen, and when it is settled

_arriving = space.Space.arriving


def _settled_per_hop(self: Any, wanted: Any, interface: str, *, every: bool) -> Any:
    names = [n for n in self.universe.dimensions if n == "time" or n.startswith("varies:")]
    return _arriving(self, wanted, interface, every=every).exists(*names)


mutant("state quantified per hop", "varies", (space.Space, "arriving", _settled_per_hop))
_picked = translations._picked
mutant(
    "pool existential for required",
    "pools",
    (translations, "_picked", lambda space, goal, name, values, every: _picked(space, goal, name, values, every=False)),
)


def _any_gateway(self: Any, place: str) -> Any:
    return self.counting(self._reach.edges.injected(place))


mutant("required by any gateway", "ecmp", (backward.Backward, "_sent", _any_gateway))
_joined = devices._joined
mutant("required by any equal route", "ecmp", (devices, "_joined", lambda parts, every: _joined(parts, every=False)))
_table = routing.table


def _first_hop(space: Any, domain: str, names: Any) -> Any:
    table = _table(space, domain, names)
    return replace(table, ways=tuple(replace(one, hops=one.hops[:1]) for one in table.ways))


mutant("only the first of equal routes", "ecmp", (routing, "table", _first_hop))

# ---- routes


def _routes(change: Callable[[Any], Any]) -> Callable[[DeviceConfig], DeviceConfig]:
    return lambda config: replace(config, routes=tuple(one for route in config.routes for one in change(route)))


device("floating route as sure", "floating", _routes(lambda route: [replace(route, sure=True)]))
device("floating route ignored", "floating", _routes(lambda route: [route] if route.sure else []))
device("distance ignored", "ecmp", _routes(lambda route: [replace(route, distance=1)]))
device("blackhole ignored", "discard", _routes(lambda route: [] if route.kind is RouteKind.DISCARD else [route]))
_prefix_bits = routing._prefix_bits
mutant("shortest prefix wins", "discard", (routing, "_prefix_bits", lambda prefix: -_prefix_bits(prefix)))


def _leaking(space: Any, domain: str, names: Any) -> Any:
    table = _table(space, domain, names)
    return table if table.known else _table(space, domain, space.interfaces)


mutant("unknown routing leaks between VRFs", "vrf", (routing, "table", _leaking))
device("unknown routing as known", "unrouted", lambda config: replace(config, routing_known=True))
device("policy routes ignored", "policy", lambda c: replace(c, pipeline=replace(c.pipeline, policy_routes="")))
mutant(
    "one table for all VRFs",
    "vrf",
    (routing, "domains", lambda s: {"default": s.interfaces}),
)

# ---- translations

_before, _after = translations.before, translations.after


def _unread_ignored(space: Any, action: Any, goal: Any, side: str, *, mode: Mode) -> Any:
    if action.translation is None and mode.sure:
        return goal
    return _before(space, action, goal, side, mode=mode)


mutant("unknown NAT ignored in must", "unknown", (translations, "before", _unread_ignored))


def _source_kept(space: Any, action: Any, goal: Any, side: str, *, mode: Mode) -> Any:
    return goal if side == "src" else _before(space, action, goal, side, mode=mode)


mutant("source translation ignored backward", "nat", (translations, "before", _source_kept))
mutant(
    "translation ignored forward",
    "nat",
    (translations, "after", lambda space, action, packets, side, moving=False: packets),
)


def _translated_after_routing(config: DeviceConfig) -> DeviceConfig:
    line = config.pipeline
    early = tuple(stage for stage in line.ingress if stage.kind is StageKind.TRANSLATE)
    rest = tuple(stage for stage in line.ingress if stage.kind is not StageKind.TRANSLATE)
    return replace(config, pipeline=replace(line, ingress=rest, forward=(*early, *line.forward)))


device("destination translation after the local test", "hairpin", _translated_after_routing)

# ---- devices that may do anything

mutant(
    "havoc keeps the header",
    "havoc",
    *((module, "HEADER", ()) for module in (flood, backward, reach)),
)
_anyone = wires.Wires.anyone
mutant(
    "havoc only hands on to devices",
    "havoc",
    (wires.Wires, "anyone", lambda self, port: tuple(one for one in _anyone(self, port) if not one.place)),
)
mutant(
    "havoc does not send to those whom nobody declared",
    "havoc",
    (wires.Wires, "anyone", lambda s, port: tuple(one for one in _anyone(s, port) if one.place != UNKNOWN.id)),
)
mutant("expired assumption still counts", "havoc", (equipping, "valid", lambda site, day: _valid_ever(site)))
mutant("an export that may lack lines is whole", "incomplete", (equipping, "_whole", lambda site, binding, day: ()))
device("families that were not read are open to nobody", "family", lambda c: replace(c, families=frozenset((4, 6))))


def _valid_ever(site: Any) -> Any:
    return tuple(one for one in (*site.assumptions, *site.attestations) if one.assume is not None)


_when = edges.Edges.when


def _assumptions_hold(self: Any, *doubts: Any) -> Any:
    return _when(self, *(one for one in doubts if not one.assumption))


mutant("what is assumed is certain", "havoc", (edges.Edges, "when", _assumptions_hold))


def _untainted(scope: Scope) -> Callable[[DeviceConfig], DeviceConfig]:
    return lambda config: replace(config, taints=tuple(one for one in config.taints if one.scope is not scope))


for _scope in (Scope.LIST, Scope.TRANSLATION, Scope.INTERFACE, Scope.LOCAL, Scope.ROUTING):
    device(f"unread line ignored: {_scope.value}", "taint", _untainted(_scope))
device("fragments are not joined", "fragments", lambda c: stages(c, lambda s: s.kind is not StageKind.DEFRAGMENT))

# ---- wires and places


def _no_owners(self: Any, places: Any, port: Any, gateway: int | None) -> Any:
    return () if gateway is None else _owners(self, places, port, gateway)


_owners = wires.Wires._owners
mutant(
    "a device's own address is a host of the segment",
    "hairpin",
    (wires.Wires, "_owners", _no_owners),
    (Network, "own", lambda self, place: IntervalSet.empty()),
)
mutant("a broadcast domain that may be shared is not", "layer2", (wires.Wires, "_joined", lambda self, places: ()))
_injected = wires.Wires.injected
mutant("a host sends to its first device only", "", (wires.Wires, "injected", lambda s, place: _injected(s, place)[:1]))
_towards = wires.Wires.towards


def _nobody(self: Any, port: Any, gateway: int | None) -> Any:
    return tuple(one for one in _towards(self, port, gateway) if one.place != UNKNOWN.id)


mutant("a next hop that nobody owns is nowhere", "outside", (wires.Wires, "towards", _nobody))
mutant(
    "two places of an interface are two wires",
    "lines",
    (wires.Wires, "together", lambda self, place: (place,)),
)
_news = flood.Flood._news


def _once(self: Any, device: str, arriving: Any) -> Any:
    return _news(self, device, {name: p for name, p in arriving.items() if (device, name) not in self.seen})


mutant("a device is visited once", "nat", (flood.Flood, "_news", _once))


def _own_sources(self: Any, source: str) -> Any:
    if source not in self._floods:
        sent = self.universe.field("src", self.network.addresses[source])
        self._floods[source] = flood.Flood(self, source, sent)
    return self._floods[source]


mutant("foreign sources are dropped where they are sent", "", (reach.Reach, "_flood", _own_sources))

# ---- the register

_carried = crossings._Judge._carried
mutant(
    "the register is matched on the header, not on who receives",
    "register",
    (
        crossings._Judge,
        "_carried",
        lambda self, key, receiver, mode, grouped: _carried(self, key, receiver, mode, grouped=False),
    ),
)


_covered = permitting.covered


def _open_both_ways(universe: Any, allowance: Any, *, reverse: bool = False) -> Any:
    if not reverse:
        return _covered(universe, allowance)
    found = _covered(universe, allowance, reverse=True)
    for service in allowance.services:
        found = found | universe.field("proto", IntervalSet.of(service.protocol))
    return found & universe.field("src", allowance.responders)


mutant("the register permits openings both ways", "register", (permitting, "covered", _open_both_ways))
mutant(
    "the register permits a foreign source",
    "register",
    (permitted, "_zone_addresses", lambda network: {place.zone: ALL for place in network.places.values()}),
)


def _any_responder(self: Any, source: Any, receiver: Any, group: Any = None) -> Any:
    found = self._universe.nothing
    for _, packets in self._covering(source, reverse=False):
        found = found | packets
    return found


mutant("the register permits any receiver", "register", (permitted.Permitted, "between", _any_responder))
