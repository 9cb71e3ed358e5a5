"""What the checks of rule hygiene share: a device's filter lists, what is odd in them, which zones a rule lies between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from segcheck.analysis import permitting
from segcheck.analysis.anomalies import Anomaly, anomalies
from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.network import Station
from segcheck.analysis.rule_sides import is_permit as is_permit  # asked of here, with the lists
from segcheck.analysis.rule_sides import sides
from segcheck.analysis.rule_sides import through as through
from segcheck.checks._base import Context, once, rule_name
from segcheck.model.check import Check, Said
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.device import DeviceConfig
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight
from segcheck.model.match import ANYTHING, All, Expr, InForce, State
from segcheck.model.pipeline import StageKind
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.rules import Deny, Permit, Return, Rule, RuleList
from segcheck.model.site_words import DeviceKind, Responsibility
from segcheck.sets.header import SERVICE_PORTS, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

#: Rules that a message names; all of them are in the evidence up to `LINES`.
NAMED, LINES = 6, 40
_BEGINNING = IntervalSet.of(State.NONE, State.NEW, State.UNTRACKED)


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """A filter list of a device whose export was read; `through`: packets on their way through the device may meet it."""

    device: str
    station: Station
    config: DeviceConfig
    rules: RuleList
    through: bool

    def name(self, rule: Rule) -> str:
        """Return a rule as its vendor's users call it."""
        return rule_name(self.device, self.rules.name, rule.id)


@once
def listed(context: Context) -> tuple[Listed, ...]:
    """Return the written filter lists of the devices whose exports were read, those too that only another list calls."""
    found = []
    for name, station in context.network.stations.items():
        config = station.config
        if config is None or station.assumed:
            continue
        others = {b.list for s in config.pipeline.stages() if s.kind is not StageKind.FILTER for b in s.bindings}
        met = through(config)
        found += [
            Listed(name, station, config, rules, key in met)
            for key, rules in config.lists.items()
            if not rules.builtin and key not in others
        ]
    return tuple(found)


@once
def odd(context: Context) -> tuple[tuple[Listed, tuple[Anomaly, ...]], ...]:
    """Return what is odd in each list, about rules that are written; every check that asks gets the same."""
    return tuple(
        (
            one,
            tuple(
                each
                for each in anomalies(one.config, one.rules.name, correlated=True, generalised=True, spare=True)
                if each.rule.span is not None
            ),
        )
        for one in listed(context)
    )


def at_any_time(match: Expr) -> Expr:
    """Return a match without the schedules that it is joined with."""
    if isinstance(match, InForce):
        return ANYTHING
    return All(tuple(at_any_time(term) for term in match.terms)) if isinstance(match, All) else match


def between(context: Context, one: Listed, rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    """Return the zones that stand at the interfaces where what a rule matches may come in, and go out."""
    ports = {port.interface: port.places for port in one.station.ports}
    coming, going = (
        frozenset(context.zone_of(place) for name in names for place in ports[name]) - {""}
        for names in sides(one.config, one.rules, rule, ports)
    )
    return coming, going


@once
def zone_addresses(context: Context) -> Mapping[str, IntervalSet]:
    """Return the addresses of each zone, those that nobody declared included."""
    found: dict[str, IntervalSet] = {}
    for name, place in context.network.places.items():
        if place.kind is not PlaceKind.DEVICE:
            found[place.zone] = found.get(place.zone, IntervalSet.empty()) | context.network.addresses[name]
    return found


def crossed(context: Context, one: Listed, rule: Rule, packets: PacketSet) -> Iterator[tuple[str, str, PacketSet]]:
    """Yield the pairs of zones that some packets go between by their addresses, with those packets.

    A rule that names interfaces is asked of the zones that stand there only, unless further ones lie behind them.
    """
    coming, going = between(context, one, rule)
    universe = packets.universe
    for source, own in zone_addresses(context).items():
        if coming and source not in coming and not _transit(context, coming):
            continue
        sent = packets & universe.field("src", own)
        for target, addresses in zone_addresses(context).items() if sent else ():
            if target == source or (going and target not in going and not _transit(context, going)):
                continue
            found = sent & universe.field("dst", addresses)
            if found:
                yield source, target, found


def _transit(context: Context, zones: frozenset[str]) -> bool:
    """Return whether other zones lie behind some of these: a segment that joins devices, or a line."""
    return any(
        place.zone in zones and (place.kind is not PlaceKind.SEGMENT or context.transit(name))
        for name, place in context.network.places.items()
    )


def openings(space: Space, rules: RuleList, rule: Rule) -> PacketSet:
    """Return what a rule may let begin, were it in force: first packets from an unprivileged port, as they are on the wire.

    What earlier rules of its list surely end is not among them; of a rule that is disabled, nor what later ones permit.
    """
    packets = matched(space, rule.match).may & space.field("state", _BEGINNING)
    packets = packets & space.universe.of_class(PacketClass.OPENING)
    packets = packets - space.universe.field("sport", SERVICE_PORTS)
    place = rules.rules.index(rule)
    for number, other in enumerate(rules.rules):
        if not packets or (number >= place and rule.enabled):
            break
        ends = isinstance(other.action, Permit | Deny | Return if number < place else Permit)
        if other.enabled and ends:
            packets = packets - matched(space, other.match).must
    return space.left(packets)


def unregistered(context: Context, packets: PacketSet) -> PacketSet:
    """Return what of some packets belongs to no session that is registered today, or that somebody has asked for."""
    universe = packets.universe
    for allowance in _asked_for(context):
        if not packets:
            break
        packets = packets - (permitting.covered(universe, allowance) & universe.field("dst", allowance.responders))
    return packets


def told_apart(context: Context) -> Iterator[tuple[str, IntervalSet]]:
    """Yield the values that a universe has to tell apart for `openings`, `unregistered` and `crossed`."""
    yield "sport", SERVICE_PORTS
    for allowance in _asked_for(context):
        yield from permitting.cuts(allowance)
        yield "dst", allowance.responders
    for addresses in zone_addresses(context).values():
        yield "src", addresses
        yield "dst", addresses


@once
def _asked_for(context: Context) -> tuple[permitting.Allowance, ...]:
    site = context.site
    required = (permitting.of_flow(site, flow) for flow in site.policy.required)
    services = (
        permitting.of_service(site, device, each) for device in site.devices.values() for each in device.services
    )
    return (*context.judgement.allowances, *required, *services)


def line(one: Listed, rule: Rule) -> Evidence | None:
    """Return the lines of a rule, None for one that the vendor builds in."""
    if rule.span is None:
        return None
    return ConfigEvidence(rule.span, rule.text, f"{one.device}:{one.rules.name}:{rule.id}")


def some(names: Sequence[str]) -> str:
    """Return names for a message: the first few, and how many there are if not all."""
    told = list(dict.fromkeys(names))
    return ", ".join(told[:NAMED]) + (f", … ({len(told)})" if len(told) > NAMED else "")


def written_default(rules: RuleList, rule: Rule) -> bool:
    """Return whether a rule, and all after it, decide as the list does at its end."""
    if type(rule.action) is not type(rules.default):
        return False
    after = rules.rules[rules.rules.index(rule) :]
    return all(
        type(r.action) is type(rules.default) for r in after if r.enabled and isinstance(r.action, Permit | Deny)
    )


def grouped(
    check: Check,
    device: str,
    rules: Sequence[tuple[Listed, Rule]],
    *,
    remedy: Said,
    key: str = "",
    beside: Sequence[tuple[Listed, Rule]] = (),
    weight: Weight | None = None,
    params: tuple[tuple[str, str], ...] = (),
    standing: Standing = Standing.VIOLATED,
) -> Finding:
    """Return one finding about rules of a device; what is excepted by its fingerprint is not excepted for further rules.

    beside   rules that are no part of what is wrong, but show it
    """
    lines = [found for one, rule in (*rules, *beside) if (found := line(one, rule)) is not None]
    names = [one.name(rule) for one, rule in rules]
    keys = sorted({f"{one.rules.name}/{rule.key}" for one, rule in rules})
    return Finding(
        check=check.id,
        weight=weight or check.weight,
        standing=standing,
        basis=(Basis.RULES,),
        subject=device if len(set(names)) > 1 else names[0],
        key=key or f"{device}/{'+'.join(keys)}",
        params=(("device", device), ("count", str(len(set(names)))), ("rules", some(names)), *params),
        evidence=tuple(dict.fromkeys(lines))[:LINES],
        remedy=remedy,
        requirements=check.requirements,
    )


def by_device(found: Sequence[tuple[Listed, Rule]]) -> Mapping[str, list[tuple[Listed, Rule]]]:
    """Return rules by the device that they are of."""
    groups: dict[str, list[tuple[Listed, Rule]]] = {}
    for one, rule in found:
        groups.setdefault(one.device, []).append((one, rule))
    return groups


def exports_read(context: Context) -> Covered:
    """Return whether the rules of every filtering device of the city could be looked at; what was not says nothing."""
    own = [
        (name, station)
        for name, station in context.network.stations.items()
        if station.device.responsibility is Responsibility.CITY and station.device.kind is not DeviceKind.SWITCH
        if context.concerns_device(name)
    ]
    if not own:
        return Covered(
            Coverage.NOTHING_TO_ASK,
            ("規則を持つ機器が宣言されていない。", "No device that has rules is declared."),
        )
    missing = [name for name, station in own if station.config is None and not station.assumed]
    if missing:
        names = ", ".join(missing)
        return Covered(
            Coverage.NO_INPUT,
            (f"次の機器の設定情報が読めていない: {names}", f"The exports of these devices were not read: {names}"),
        )
    return Covered(Coverage.ASKED)
