"""Two versions of a device: exactly which packets its lists newly permit or deny, and by which lines.

Both versions are compiled into one universe, as far as rules that only one of them has can touch it. What is sure is told
apart from what is possible; outside what is listed the two decide alike. Where only unread lines differ, or translation or
routing changed, equality is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain

from segcheck.analysis.changed_rules import reduced
from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.compiling.ground import VERSION, Ground
from segcheck.analysis.compiling.lists import Lists
from segcheck.analysis.compiling.needs import actions_of, interface_names
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.network.equipping import uncertain_rules
from segcheck.analysis.tracing import trace_list
from segcheck.model.device import DeviceConfig, Interface
from segcheck.model.diagnostic import Diagnostic
from segcheck.model.drift import CrossingDrift
from segcheck.model.match import State
from segcheck.model.pipeline import StageKind
from segcheck.model.reading import Reading
from segcheck.model.rules import Call, Permit, Rule
from segcheck.model.source import Span
from segcheck.model.trace import Probe
from segcheck.sets.header import SIZES, Packet
from segcheck.sets.listing import Boxes
from segcheck.sets.packets import CapacityExceeded, PacketSet, growing

FIRST_CAPACITY, LAST_CAPACITY = 1 << 19, 1 << 25
#: Causes that are told apart in one list; the rest is listed under the last.
MOST = 50
#: Boxes that are listed of one change; how many there are is always told.
BOXES = 8


class Verdict(Enum):
    """Whether two versions mean the same."""

    EQUAL = "equal"
    DIFFERS = "differs"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Decision:
    """What decides about a changed packet in one version; `rule` "" = the end of the list."""

    rule: str
    span: Span | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Packets of one list that are decided otherwise in the new version.

    permitted  True: newly permitted; False: newly denied
    sure       False: only possibly so
    boxes      extras `in` and `out` are positions of `interfaces` (out: 0 = none, then one more)
    """

    list: str
    permitted: bool
    sure: bool
    boxes: Boxes
    old: Decision
    new: Decision
    interfaces: tuple[str, ...]
    instants: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two versions differ; `open` names what keeps them from being called equal though no list differs for sure."""

    verdict: Verdict
    changes: tuple[Change, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeviceDiff:
    """How one device changed; `comparison` None: it is in one of the two only, or has no readable export in one."""

    device: str
    comparison: Comparison | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What one version was read from, and what could not be read of it."""

    readings: tuple[Reading, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """How two exports, or two sites, differ.

    crossings   which packets newly cross between places or no longer do, None where that was not asked
    """

    old: str
    new: str
    devices: tuple[DeviceDiff, ...]
    before: Side
    after: Side
    crossings: tuple[CrossingDrift, ...] | None = None

    @property
    def verdict(self) -> Verdict:
        """Return DIFFERS if anything surely differs, else UNDECIDED if something cannot be told."""
        found = {one.comparison.verdict if one.comparison else Verdict.UNDECIDED for one in self.devices}
        for row in self.crossings or ():
            sure = row.opened.total or row.closed.total or row.was != row.now
            found.add(Verdict.DIFFERS if sure else Verdict.UNDECIDED)
        for verdict in (Verdict.DIFFERS, Verdict.UNDECIDED):
            if verdict in found:
                return verdict
        return Verdict.EQUAL

    @property
    def widens(self) -> bool:
        """Return whether something is newly permitted, surely or possibly."""
        changes = (change for one in self.devices if one.comparison for change in one.comparison.changes)
        opened = (row.opened.total or row.possibly_opened.total or row.undecided for row in self.crossings or ())
        return any(change.permitted for change in changes) or any(opened)

    @property
    def unsettled(self) -> bool:
        """Return whether it cannot be told of a device whether more changed than is listed: more may be permitted too."""
        return any(one.comparison is None or bool(one.comparison.open) for one in self.devices)


def compare(old: DeviceConfig, new: DeviceConfig, only: str | None = None) -> Comparison:
    """Return how two versions of a device differ, list by list; `only` names one list.

    Undecided, with "engine capacity" open, if they do not fit into a store of LAST_CAPACITY nodes.
    """
    try:
        return growing(lambda capacity: _Comparer(old, new, capacity).comparison(only), FIRST_CAPACITY, LAST_CAPACITY)
    except CapacityExceeded:
        return Comparison(Verdict.UNDECIDED, (), ("engine capacity",))


def filters(device: DeviceConfig) -> tuple[str, ...]:
    """Return the lists that a device consults directly to let packets pass; those that follow from routes alone left out."""
    stages = (stage for stage in device.pipeline.stages() if stage.kind is StageKind.FILTER)
    names = dict.fromkeys(chain.from_iterable((b.list for b in stage.bindings) for stage in stages))
    return tuple(name for name in names if _written(device, name))


#: What the interpreter calls the end of a list.
END = "default"
#: What decides about a packet: as told, as a rule (None: the end of a list), and the list.
Deciding = tuple[Decision, Rule | None, str]


class _Comparer:
    def __init__(self, old: DeviceConfig, new: DeviceConfig, capacity: int) -> None:
        self.alike = interface_names(old) == interface_names(new)
        names = dict.fromkeys((*interface_names(old), *interface_names(new)))
        self.written = old, new
        old, new = _with_interfaces(old, names), _with_interfaces(new, names)
        self.whole = old, new
        cut = reduced(old, new, tuple(sorted(names)))
        self.devices, self._altered = cut.devices, cut.altered
        old, new = self.devices
        newer = f"{VERSION}new"
        ground = Ground({"": old, newer: new}, capacity=capacity)
        self.spaces = Space(old, ground=ground, label=""), Space(new, ground=ground, label=newer)
        self.lists = Lists(self.spaces[0]), Lists(self.spaces[1])

    def comparison(self, only: str | None) -> Comparison:
        names = [only] if only else list(dict.fromkeys((*filters(self.whole[0]), *filters(self.whole[1]))))
        changes = [change for name in names if name in self._altered for change in self._changes(name)]
        unsettled = tuple(self._open(names)) if only is None else ()
        verdict = Verdict.EQUAL
        if any(change.sure for change in changes):
            verdict = Verdict.DIFFERS
        elif changes or unsettled:
            verdict = Verdict.UNDECIDED
        return Comparison(verdict, tuple(changes), unsettled)

    def _permits(self, side: int, name: str, *, every: bool) -> PacketSet:
        space = self.spaces[side]
        if name not in self.devices[side].lists:
            return space.nothing
        yes = space.everything
        return self.lists[side].before(name, {Permit: yes}, every=every, translate=lambda _: yes)

    def _changes(self, name: str) -> Iterator[Change]:
        region = self._touched(name)
        must = [self._permits(side, name, every=True) & region for side in (0, 1)]
        may = [self._permits(side, name, every=False) & region for side in (0, 1)]
        yield from self._told(name, must[1] - may[0], permitted=True, sure=True)
        yield from self._told(name, must[0] - may[1], permitted=False, sure=True)
        wider = ((may[1] - may[0]) | (must[1] - must[0])) - (must[1] - may[0])
        narrower = ((may[0] - may[1]) | (must[0] - must[1])) - (must[0] - may[1])
        yield from self._told(name, wider, permitted=True, sure=False)
        yield from self._told(name, narrower, permitted=False, sure=False)

    def _touched(self, name: str) -> PacketSet:
        """Return the packets that a rule may match which only one of the versions has; all others are decided alike."""
        matches = self._altered[name].matches
        if matches is None:
            return self.spaces[0].everything
        found = self.spaces[0].nothing
        for side, match in matches:
            found = found | matched(self.spaces[side], match).may
        return found

    def _told(self, name: str, packets: PacketSet, *, permitted: bool, sure: bool) -> Iterator[Change]:
        """Yield the packets by what decides about them in either version."""
        count = 0
        while packets:
            count += 1
            witness = packets.witness()
            found = [self._deciding(side, name, witness) for side in (0, 1)]
            part = packets & (self._alike(witness) | self._region(found[0], found[1]))
            if count >= MOST:
                part = packets
            yield Change(
                list=name,
                permitted=permitted,
                sure=sure,
                boxes=part.boxes(BOXES),
                old=found[0][0],
                new=found[1][0],
                interfaces=self.spaces[1].interfaces,
                instants=tuple(
                    tuple(s.name for s, on in zip(self.spaces[0].instants.schedules, row, strict=True) if on)
                    for row in self.spaces[0].instants.classes
                ),
            )
            packets = packets - part

    def _region(self, *found: Deciding) -> PacketSet:
        """Return what the rules of both versions may match; where both lists end without one, what no rule of them may."""
        region = self.spaces[0].everything
        for side, (_, rule, name) in enumerate(found):
            if rule is not None:
                region = region & matched(self.spaces[side], rule.match).may
            elif found[1 - side][1] is None:
                region = region - self._claimed(side, name, frozenset())
        return region

    def _claimed(self, side: int, name: str, seen: frozenset[str]) -> PacketSet:
        """Return what some rule of a list may decide, itself or by a list that it calls."""
        space, rules = self.spaces[side], self.devices[side].lists.get(name)
        claimed = space.nothing
        for rule in rules.rules if rules is not None and name not in seen else ():
            if rule.enabled:
                region = matched(space, rule.match).may
                for action in actions_of(rule.action):
                    inner = region
                    if isinstance(action, Call):
                        inner = region & self._claimed(side, action.list, seen | {name})
                    claimed = claimed | inner
        return claimed

    def _alike(self, witness: Packet) -> PacketSet:
        known = {name: value for name in SIZES if (value := witness.get(name)) is not None}
        return self.spaces[0].universe.packet(
            **known, **{n: v for n, v in witness.extra.items() if n in ("in", "out", "state")}
        )

    def _deciding(self, side: int, name: str, witness: Packet) -> Deciding:
        device, space = self.devices[side], self.spaces[side]
        if name not in device.lists:
            return Decision("", None, ""), None, name
        known = {field: value for field in SIZES if (value := witness.get(field)) is not None}
        ports = space.interfaces
        arriving, leaving = witness.extra.get("in", 0), witness.extra.get("out", 0)
        probe = Probe(
            known=known,
            ingress=ports[arriving] if arriving < len(ports) else None,
            egress=ports[leaving - 1] if 0 < leaving <= len(ports) else None,
            minute=space.instants.examples[witness.extra.get("time", 0)] if space.instants.examples else None,
            state=State(witness.extra.get("state", 0)),
        )
        path = next(iter(trace_list(device, name, probe).paths), None)
        step = path.deciding if path is not None else None
        if step is None:
            return Decision("", device.lists[name].default_span, ""), None, name
        rules = device.lists.get(step.list)
        rule = next((r for r in (rules.rules if rules else ()) if r.id == step.rule and r.span == step.span), None)
        if rule is None and step.rule == END:
            return Decision("", step.span, ""), None, step.list
        return Decision(step.rule, step.span, rule.text if rule is not None else ""), rule, step.list

    def _open(self, names: list[str]) -> Iterator[str]:
        """Yield what else differs, or cannot be told to be equal."""
        old, new = self.written
        if not self.alike:
            yield "interfaces"
        if _translations(old) != _translations(new):
            yield "translation"
        if [(r.to, r.interface, r.gateway, r.kind, r.distance, r.metric, r.domain, r.sure) for r in old.routes] != [
            (r.to, r.interface, r.gateway, r.kind, r.distance, r.metric, r.domain, r.sure) for r in new.routes
        ]:
            yield "routes"
        if {(i.name, i.addresses, i.enabled, i.domain) for i in old.interfaces} != {
            (i.name, i.addresses, i.enabled, i.domain) for i in new.interfaces
        }:
            yield "addresses"
        if (
            {(t.scope, t.subject) for t in old.taints} != {(t.scope, t.subject) for t in new.taints}
            or old.taints
            or uncertain_rules(old) != uncertain_rules(new)
        ):
            yield "unread lines"


def _with_interfaces(device: DeviceConfig, names: Iterable[str]) -> DeviceConfig:
    """Return the device with interfaces of all the names, so that they are numbered alike; those added are down."""
    known = {interface.name for interface in device.interfaces}
    added = tuple(Interface(name=name, enabled=False) for name in names if name not in known)
    return replace(device, interfaces=(*device.interfaces, *added)) if added else device


def _written(device: DeviceConfig, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether a list, or one that it calls, was written by people."""
    rules = device.lists.get(name)
    if rules is None or name in seen:
        return False
    actions = (action for rule in rules.rules for action in actions_of(rule.action))
    called = (action.list for action in actions if isinstance(action, Call))
    return not rules.builtin or any(_written(device, one, seen | {name}) for one in called)


def _translations(device: DeviceConfig) -> list[object]:
    """Return what translates, in order, without places in the file."""
    stages = (stage for stage in device.pipeline.stages() if stage.kind is not StageKind.FILTER)
    names = dict.fromkeys(b.list for stage in stages for b in stage.bindings)
    return [
        (name, [(r.match, r.action, r.enabled) for r in device.lists[name].rules if r.enabled])
        for name in names
        if name in device.lists
    ]
