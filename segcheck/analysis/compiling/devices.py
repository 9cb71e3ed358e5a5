"""A whole device as sets: which packets on arrival pass it, and what becomes of given packets on their way.

Backwards (`Compiled.passing`) the goal is carried from the exit through the stages to the entrance, once under every
completion of what is unknown and once under some. Forwards (`walking`) packets are carried to every place where they may
end, with their headers as they are there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from segcheck.analysis.compiling import routing, translations
from segcheck.analysis.compiling.lists import Goals
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.compiling.parts import PLAIN, Parts, Session
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.compiling.walking import Walk, Walker
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import State
from segcheck.model.pipeline import Stage, StageKind
from segcheck.model.rules import Deny, Permit, Return, Translate, Via
from segcheck.model.trace import Probe
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet


class Exits(Protocol):
    """What counts once a packet has left a device; sets of packets on the wire, which know nothing of the device.

    inward      packets that count when the device itself takes them in
    anything    packets that may count if the device does with them whatever it likes: what a doubt amounts to
    """

    @property
    def inward(self) -> PacketSet: ...  # noqa: D102

    @property
    def anything(self) -> PacketSet: ...  # noqa: D102

    def by(self, interface: str, gateway: int | None) -> PacketSet:
        """Return the packets that count when they leave by an interface towards a gateway, or directly."""

    def anyhow(self, interface: str) -> PacketSet:
        """Return the packets that count for some neighbour of the interface."""


@dataclass(frozen=True, slots=True)
class _Everywhere:
    """Every packet that leaves, or is taken in, counts."""

    inward: PacketSet
    anything: PacketSet

    def by(self, interface: str, gateway: int | None) -> PacketSet:
        return self.inward

    def anyhow(self, interface: str) -> PacketSet:
        return self.inward


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Every packet that leaves counts (`leaving` is everything), none that the device takes in."""

    inward: PacketSet
    anything: PacketSet
    leaving: PacketSet

    def by(self, interface: str, gateway: int | None) -> PacketSet:
        return self.leaving

    def anyhow(self, interface: str) -> PacketSet:
        return self.leaving


@dataclass(frozen=True, slots=True)
class _InPieces:
    """What counts of datagrams whose later pieces, `parts`, are asked about: a piece has to count on the wire."""

    exits: Exits
    parts: PacketSet

    @property
    def inward(self) -> PacketSet:
        return self._whole(self.exits.inward)

    @property
    def anything(self) -> PacketSet:
        return self.exits.anything

    def by(self, interface: str, gateway: int | None) -> PacketSet:
        return self._whole(self.exits.by(interface, gateway))

    def anyhow(self, interface: str) -> PacketSet:
        return self._whole(self.exits.anyhow(interface))

    def _whole(self, counting: PacketSet) -> PacketSet:
        return (counting & self.parts).exists("fragment")


#: Destinations, as packets for them, each with the hops (interface, gateway) that they may take.
_Routes = tuple[tuple[PacketSet, tuple[tuple[str, int | None], ...]], ...]


class Compiled:
    """One device, compiled once; every question about it is asked of the same universe.

    probes   packets that will be asked about: their values become distinguishable
    space    the device's view of a universe that it shares with others; by default it has one of its own
    """

    def __init__(
        self,
        device: DeviceConfig,
        probes: Iterable[Probe] = (),
        *,
        capacity: int = 1 << 18,
        space: Space | None = None,
    ) -> None:
        self.device = device
        self.space = Space(device, probes, capacity=capacity) if space is None else space
        self.parts = Parts(self.space)
        self.lists = self.parts.lists
        self._unread = frozenset((4, 6)) - device.families
        self._sorted: dict[tuple[int, bool], tuple[_Routes, _Routes]] = {}

    @property
    def tables(self) -> tuple[routing.Table, ...]:
        """Return the routing tables of its domains."""
        return tuple(table for _, table in self.parts.tables)

    # ---- backwards

    def passing(self, *, every: bool, egress: str | None = None, session: Session = PLAIN) -> PacketSet:
        """Return the packets, as they arrive, that pass the device (forwarded or taken in).

        every    True: surely, under every completion and choice; False: possibly
        egress   the way out is this interface, whatever the routes say
        """
        space = self.space
        exits = _Everywhere(space.everything, space.nothing if every else space.everything)
        return self.arriving(exits, mode=Mode.of(every=every), egress=egress, session=session)

    def forwarding(self, *, every: bool) -> PacketSet:
        """Return the packets, as they arrive, that the device surely (`every`), or possibly, sends on and does not take in."""
        space = self.space
        exits = _Elsewhere(space.nothing, space.nothing if every else space.everything, space.everything)
        return self.arriving(exits, mode=Mode.of(every=every))

    def arriving(self, exits: Exits, *, mode: Mode, egress: str | None = None, session: Session = PLAIN) -> PacketSet:
        """Return the packets, as they arrive, that count once they have passed: one step of a backward fixpoint.

        egress   the way out is this interface, whatever the routes say
        """
        arriving = self._arriving(exits, mode, egress, session)
        if not any(stage.kind is StageKind.DEFRAGMENT for stage in self.device.pipeline.stages()):
            return arriving
        # A fragment shares the fate of its datagram in this device, and leaves it as a fragment.
        parts = self.space.field("fragment", IntervalSet.of(1))
        return (arriving - parts) | (self._arriving(_InPieces(exits, parts), mode, egress, session) & parts)

    def _arriving(self, exits: Exits, mode: Mode, egress: str | None, session: Session) -> PacketSet:
        space = self.space
        doubt = space.nothing if mode.sure else exits.anything
        if Scope.DEVICE in self.parts.scopes:
            return doubt
        if egress is not None:
            routed = self._onward({egress: exits.anyhow(egress)}, doubt, mode, session).at("out", space.egress(egress))
        else:
            inward = self._before(self.device.pipeline.local, exits.inward, mode=mode, session=session)
            if Scope.LOCAL in self.parts.scopes:
                inward = doubt
            routed = self._before_routing(exits, inward, doubt, mode, session)
        ingress = self.device.pipeline.ingress
        if session.dst and not any(s.kind is StageKind.TRANSLATE and s.side == "dst" for s in ingress):
            routed = self._rewritten(routed, session.dst)
        # An unread line may be the first that translates: there is no stage yet, and nobody knows on which side of others.
        unread = Scope.TRANSLATION in self.parts.scopes
        if unread:
            routed = translations.unread(routed, every=mode.sure)
        arriving = self._before(self.device.pipeline.ingress, routed, mode=mode, session=session)
        if unread:
            arriving = translations.unread(arriving, every=mode.sure)
        arriving = self._tainted_interfaces(arriving, "in", doubt)
        other = space.family(self._unread)
        return (arriving - other) | (doubt & other)

    def _onward(self, wanted: Mapping[str, PacketSet], doubt: PacketSet, mode: Mode, session: Session) -> PacketSet:
        """Return the routed packets that count after the forward stages; `wanted` says by egress what counts on the wire."""
        space = self.space
        goal = space.nothing
        for name, packets in wanted.items():
            if packets:
                goal = goal | (packets & space.field("out", IntervalSet.of(space.egress(name))))
        if not goal and mode.sure:
            return goal
        if self.parts.rewrites_last:
            goal = translations.unread(goal, every=mode.sure)
        onward = self._before(self.device.pipeline.forward, goal, mode=mode, session=session)
        return self._tainted_interfaces(onward, "out", doubt)

    def _tainted_interfaces(self, packets: PacketSet, side: str, doubt: PacketSet) -> PacketSet:
        names = tuple(t.subject for t in self.device.taints if t.scope is Scope.INTERFACE)
        if not names:
            return packets
        there = self.space.on(side, names)
        return (packets - there) | (doubt & there)

    def _before_routing(
        self, exits: Exits, inward: PacketSet, doubt: PacketSet, mode: Mode, session: Session
    ) -> PacketSet:
        space = self.space
        forwarded = self._before_tables(exits, doubt, mode, session)
        if self.device.pipeline.policy_routes:

            def chosen(end: Translate | Via) -> PacketSet:
                assert isinstance(end, Via)
                hops = tuple(
                    (name, end.gateway) for name in routing.interfaces_of(self.device, end.interface, end.gateway)
                )
                if not hops:
                    return space.nothing
                parts = [
                    self._onward({name: exits.by(name, gateway)}, doubt, mode, session).at("out", space.egress(name))
                    for name, gateway in hops
                ]
                return _joined(parts, every=mode.sure or mode.every)

            goals: Goals = {Permit: forwarded, Return: forwarded}
            forwarded = self.lists.before(self.device.pipeline.policy_routes, goals, every=mode.sure, translate=chosen)
        sure, possible = self.parts.local
        if mode.sure:
            return (inward & sure) | ((inward & forwarded & possible) - sure) | (forwarded - possible)
        return (inward & possible) | (forwarded - sure)

    def _before_tables(self, exits: Exits, doubt: PacketSet, mode: Mode, session: Session) -> PacketSet:
        result = self.space.nothing
        for number, (arriving, table) in enumerate(self.parts.tables):
            result = result | (self._before_table(number, table, exits, doubt, mode, session) & arriving)
        return result

    def _before_table(
        self, number: int, table: routing.Table, exits: Exits, doubt: PacketSet, mode: Mode, session: Session
    ) -> PacketSet:
        """Return the packets that count after routing by one table.

        Between routes of which one is not known to be taken, every one counts in a sure mode; between equal routes the
        device chooses. Where only one way is possible, destinations go through the forward stages together.
        """
        space = self.space
        if not table.known and mode.sure:
            return space.nothing

        def wanted(name: str, gateway: int | None) -> PacketSet:
            return exits.by(name, gateway) if table.known else exits.anyhow(name)

        together, apart = self._routes(number, table, single=mode.sure or mode.every)
        plain: dict[str, PacketSet] = {}
        for there, hops in together:
            for name, gateway in hops:
                met = wanted(name, gateway)
                # What was not read may give packets another destination after they were routed.
                met = met if Scope.TRANSLATION in self.parts.scopes and not mode.sure else met & there
                plain[name] = plain.get(name, space.nothing) | met
        onward = self._onward(plain, doubt, mode, session)
        through = {name: onward.at("out", space.egress(name)) for name in plain}
        result = space.everything - space.field("dst", table.dropped) if mode.sure else space.nothing
        for there, hops in together:
            taken = _joined([through[name] for name in dict.fromkeys(name for name, _ in hops)], every=mode.every)
            result = result - (there - taken) if mode.sure else result | (taken & there)
        for there, hops in apart:
            parts = [
                self._onward({name: wanted(name, gateway) & there}, doubt, mode, session).at("out", space.egress(name))
                for name, gateway in hops
            ]
            taken = _joined(parts, every=mode.every)
            result = result - (there - taken) if mode.sure else result | (taken & there)
        return result

    def _routes(self, number: int, table: routing.Table, *, single: bool) -> tuple[_Routes, _Routes]:
        """Return the ways of a table, as sets, that may be taken together, and those that may not.

        single   ways may go together only if each is the only one for its destinations, with a single hop

        Ways with the same hops are one.
        """
        key = number, single
        if key not in self._sorted:
            together, apart = _disjoint(table.ways) if single else (table.ways, ())
            joined: dict[tuple[tuple[str, int | None], ...], IntervalSet] = defaultdict(IntervalSet.empty)
            for ways in together:
                joined[ways.hops] |= ways.destinations
            self._sorted[key] = (
                tuple((self.space.field("dst", there), hops) for hops, there in joined.items()),
                tuple((self.space.field("dst", ways.destinations), ways.hops) for ways in apart),
            )
        return self._sorted[key]

    def _before(self, stages: Sequence[Stage], goal: PacketSet, *, mode: Mode, session: Session) -> PacketSet:
        for stage in reversed(stages):
            goal = self._before_stage(stage, goal, mode=mode, session=session)
        return goal

    def _before_stage(self, stage: Stage, goal: PacketSet, *, mode: Mode, session: Session) -> PacketSet:
        space = self.space
        applies = self.parts.applies(stage)
        if stage.kind is StageKind.DEFRAGMENT:
            whole = space.field("fragment", IntervalSet.of(0))
            rest = ~(whole - goal).exists("fragment") if mode.sure else (goal & whole).exists("fragment")
            return (goal & whole) | ((rest & applies) - whole) | (goal - whole - applies)
        result = goal
        for binding in reversed(stage.bindings):
            fitting = space.on(binding.side, binding.interfaces) if binding.side else space.everything
            denied = result if stage.kind is StageKind.CLASSIFY else space.nothing
            goals: Goals = {Permit: result, Return: result, Deny: denied}

            def rewritten(end: Translate | Via, after: PacketSet = result) -> PacketSet:
                assert isinstance(end, Translate)
                return translations.before(space, end, after, stage.side, mode=mode)

            through = self.lists.before(binding.list, goals, every=mode.sure, translate=rewritten)
            result = (through & fitting) | (result - fitting)
        if stage.kind is StageKind.TRANSLATE:
            if Scope.TRANSLATION in self.parts.scopes:
                result = translations.unread((result & applies) | (goal - applies), every=mode.sure)
            elif self.parts.cones and stage.side == "dst":
                served = space.field("dst", self.parts.cones)
                mapped = translations.anyhow(result, "dst", every=mode.sure)
                result = result & (mapped | ~served) if mode.sure else result | (mapped & served)
            known = space.states((State.ESTABLISHED,)) & space.family(stage.families)
            same = self._rewritten(goal, session.of(stage.side))
            return (same & known) | (result & applies) | (goal - known - applies)
        return (result & applies) | (goal - applies)

    def _rewritten(self, goal: PacketSet, session: tuple[tuple[str, int], ...]) -> PacketSet:
        for name, value in session:
            goal = goal.at(name, value)
        return goal

    # ---- forwards

    def walk(self, packets: PacketSet, *, egress: str | None = None, session: Session = PLAIN) -> Walk:
        """Return where `packets` may end and as what, by what was read of the device.

        egress   the way out is this interface, whatever the routes say
        """
        return Walker(self.parts, session=session).walk(packets, egress)

    def possible_walk(self, packets: PacketSet, renamed: str) -> Walk:
        """Return where `packets` may end and as what, at the most: fragments and ports that may move included.

        renamed  a yes-or-no dimension that translation sets to 1
        """
        return Walker(self.parts, moving_ports=True, renamed=renamed).possible_walk(packets)


def _joined(parts: Sequence[PacketSet], *, every: bool) -> PacketSet:
    """Return what is in every part, or in some."""
    result = parts[0]
    for part in parts[1:]:
        result = result & part if every else result | part
    return result


def _disjoint(ways: Sequence[routing.Ways]) -> tuple[Sequence[routing.Ways], Sequence[routing.Ways]]:
    """Return the ways that are the only one for their destinations, with a single hop, and the others."""
    together: list[routing.Ways] = []
    apart: list[routing.Ways] = []
    seen, twice = IntervalSet.empty(), IntervalSet.empty()
    for one in ways:
        twice = twice | (one.destinations & seen)
        seen = seen | one.destinations
    for one in ways:
        single = len(one.hops) == 1 and not one.destinations & twice
        (together if single else apart).append(one)
    return together, apart
