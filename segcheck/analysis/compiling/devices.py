"""A whole device as sets: which packets on arrival pass it, and what becomes of given packets on their way.

Backwards (`Compiled.passing`) the goal is carried from the exit through the stages to the entrance, once under every
completion of what is unknown and once under some. Forwards (`Compiled.walk`) packets are carried to every place where
they may end, with their headers as they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from segcheck.analysis.compiling import routing, translations
from segcheck.analysis.compiling.lists import Goals, Lists
from segcheck.analysis.compiling.space import Space
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import State
from segcheck.model.pipeline import Stage, StageKind
from segcheck.model.rules import Deny, Permit, Return, Translate, Via
from segcheck.model.trace import Probe
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

KNOWN_CONNECTION = (State.ESTABLISHED, State.RELATED)


@dataclass(frozen=True, slots=True)
class Session:
    """How a device rewrites the packets of one known connection in one direction: field by field, per side."""

    dst: tuple[tuple[str, int], ...] = ()
    src: tuple[tuple[str, int], ...] = ()

    def of(self, side: str) -> tuple[tuple[str, int], ...]:
        """Return the rewriting that a TRANSLATE stage of that side does."""
        return self.dst if side == "dst" else self.src


PLAIN = Session()


@dataclass(frozen=True, slots=True)
class Walk:
    """Where packets may end, and as what: by egress interface, or in the device itself."""

    leaving: Mapping[str, PacketSet]
    local: PacketSet


class Compiled:
    """One device, compiled once; every question about it is asked of the same universe.

    probes   packets that will be asked about: their values become distinguishable
    """

    def __init__(self, device: DeviceConfig, probes: Iterable[Probe] = (), *, capacity: int = 1 << 18) -> None:
        self.device = device
        self.space = Space(device, probes, capacity=capacity)
        self.lists = Lists(self.space)
        self._tables = tuple(
            (self.space.on("in", names), routing.table(self.space, domain, names))
            for domain, names in routing.domains(self.space).items()
        )
        self._local = routing.local(self.space)
        self._scopes = {t.scope for t in device.taints}
        self._unread = frozenset((4, 6)) - device.families
        self._cones = translations.served_by_anyone(self.space)

    # ---- backwards

    def passing(self, *, every: bool, egress: str | None = None, session: Session = PLAIN) -> PacketSet:
        """Return the packets, as they arrive, that pass the device (forwarded or taken in).

        every    True: surely, under every completion and choice; False: possibly
        egress   the way out is this interface, whatever the routes say
        """
        space = self.space
        doubt = space.nothing if every else space.everything
        if Scope.DEVICE in self._scopes:
            return doubt
        onward = self._before(self.device.pipeline.forward, space.everything, every=every, session=session)
        onward = self._tainted_interfaces(onward, "out", doubt)
        if egress is not None:
            routed = onward.at("out", space.egress(egress))
        else:
            inward = self._before(self.device.pipeline.local, space.everything, every=every, session=session)
            if Scope.LOCAL in self._scopes:
                inward = doubt
            routed = self._before_routing(onward, inward, every=every)
        ingress = self.device.pipeline.ingress
        if session.dst and not any(s.kind is StageKind.TRANSLATE and s.side == "dst" for s in ingress):
            routed = self._rewritten(routed, session.dst)
        if Scope.TRANSLATION in self._scopes:  # the unread line may be the first that translates: there is no stage yet
            routed = translations.unread(routed, every=every)
        arriving = self._before(self.device.pipeline.ingress, routed, every=every, session=session)
        arriving = self._tainted_interfaces(arriving, "in", doubt)
        unread = space.family(self._unread)
        return (arriving - unread) | (doubt & unread)

    def _tainted_interfaces(self, packets: PacketSet, side: str, doubt: PacketSet) -> PacketSet:
        names = tuple(t.subject for t in self.device.taints if t.scope is Scope.INTERFACE)
        if not names:
            return packets
        there = self.space.on(side, names)
        return (packets - there) | (doubt & there)

    def _before_routing(self, onward: PacketSet, inward: PacketSet, *, every: bool) -> PacketSet:
        space = self.space
        forwarded = self._before_table(onward, every=every)
        if self.device.pipeline.policy_routes:

            def chosen(end: Translate | Via) -> PacketSet:
                assert isinstance(end, Via)
                names = routing.interfaces_of(self.device, end.interface, end.gateway)
                return self._before_exits(onward, names, every=every)

            goals: Goals = {Permit: forwarded, Return: forwarded}
            forwarded = self.lists.before(self.device.pipeline.policy_routes, goals, every=every, translate=chosen)
        sure, possible = (space.field("dst", values) for values in self._local)
        if every:
            return (inward & sure) | ((inward & forwarded & possible) - sure) | (forwarded - possible)
        return (inward & possible) | (forwarded - sure)

    def _before_table(self, onward: PacketSet, *, every: bool) -> PacketSet:
        space = self.space
        result = space.nothing
        for arriving, table in self._tables:
            found = space.everything - space.field("dst", table.dropped) if every else space.nothing
            for name, destinations in table.possible.items():
                there = space.field("dst", destinations)
                through = onward.at("out", space.egress(name))
                found = found & (through | ~there) if every else found | (through & there)
            result = result | (found & arriving)
        return result

    def _before_exits(self, onward: PacketSet, names: Sequence[str], *, every: bool) -> PacketSet:
        space = self.space
        if not names:
            return space.nothing
        result = space.everything if every else space.nothing
        for name in names:
            through = onward.at("out", space.egress(name))
            result = result & through if every else result | through
        return result

    def _before(self, stages: Sequence[Stage], goal: PacketSet, *, every: bool, session: Session) -> PacketSet:
        for stage in reversed(stages):
            goal = self._before_stage(stage, goal, every=every, session=session)
        return goal

    def _before_stage(self, stage: Stage, goal: PacketSet, *, every: bool, session: Session) -> PacketSet:
        space = self.space
        applies = self._applies(stage)
        if stage.kind is StageKind.DEFRAGMENT:
            whole = space.field("fragment", IntervalSet.of(0))
            rest = ~(whole - goal).exists("fragment") if every else (goal & whole).exists("fragment")
            return (goal & whole) | ((rest & applies) - whole) | (goal - whole - applies)
        result = goal
        for binding in reversed(stage.bindings):
            fitting = space.on(binding.side, binding.interfaces) if binding.side else space.everything
            denied = result if stage.kind is StageKind.CLASSIFY else space.nothing
            goals: Goals = {Permit: result, Return: result, Deny: denied}

            def rewritten(end: Translate | Via, after: PacketSet = result) -> PacketSet:
                assert isinstance(end, Translate)
                return translations.before(space, end, after, stage.side, every=every)

            through = self.lists.before(binding.list, goals, every=every, translate=rewritten)
            result = (through & fitting) | (result - fitting)
        if stage.kind is StageKind.TRANSLATE:
            if Scope.TRANSLATION in self._scopes:
                result = translations.unread(result, every=every)
            elif self._cones and stage.side == "dst":
                served = space.field("dst", self._cones)
                mapped = translations.anyhow(result, "dst", every=every)
                result = result & (mapped | ~served) if every else result | (mapped & served)
            known = space.states((State.ESTABLISHED,)) & space.family(stage.families)
            same = self._rewritten(goal, session.of(stage.side))
            return (same & known) | (result & applies) | (goal - known - applies)
        return (result & applies) | (goal - applies)

    def _rewritten(self, goal: PacketSet, session: tuple[tuple[str, int], ...]) -> PacketSet:
        for name, value in session:
            goal = goal.at(name, value)
        return goal

    def _applies(self, stage: Stage) -> PacketSet:
        space = self.space
        states = set(State) if stage.states is None else set(stage.states)
        if stage.session:
            states -= set(KNOWN_CONNECTION)
        if stage.kind is StageKind.TRANSLATE:
            states.discard(State.ESTABLISHED)
        return space.family(stage.families) & space.states(states)

    # ---- forwards

    def walk(self, packets: PacketSet, *, egress: str | None = None, session: Session = PLAIN) -> Walk:
        """Return where `packets` may end and as what, by what was read of the device."""
        space = self.space
        arrived = self._after(self.device.pipeline.ingress, packets, session=session)
        leaving: dict[str, PacketSet] = {}
        inward = space.nothing
        if egress is not None:
            exits = {egress: arrived}
        else:
            sure, possible = (space.field("dst", values) for values in self._local)
            inward = self._after(self.device.pipeline.local, arrived & possible, session=session)
            exits = self._after_routing(arrived - sure)
        for name, part in exits.items():
            placed = part.assigned("out", IntervalSet.of(space.egress(name)))
            left = self._after(self.device.pipeline.forward, placed, session=session)
            if left:
                leaving[name] = left
        return Walk(leaving, inward)

    def _after_routing(self, packets: PacketSet) -> dict[str, PacketSet]:
        space = self.space
        exits: dict[str, PacketSet] = {}
        if self.device.pipeline.policy_routes:
            by_table = space.nothing
            for end, part in self.lists.after(self.device.pipeline.policy_routes, packets).items():
                if isinstance(end, Via):
                    for name in routing.interfaces_of(self.device, end.interface, end.gateway):
                        exits[name] = exits.get(name, space.nothing) | part
                elif isinstance(end, Permit | Return):
                    by_table = by_table | part
            packets = by_table
        for arriving, table in self._tables:
            for name, destinations in table.possible.items():
                exits[name] = exits.get(name, space.nothing) | (packets & arriving & space.field("dst", destinations))
        return {name: part for name, part in exits.items() if part}

    def _after(self, stages: Sequence[Stage], packets: PacketSet, *, session: Session) -> PacketSet:
        for stage in stages:
            if not packets:
                break
            packets = self._after_stage(stage, packets, session=session)
        return packets

    def _after_stage(self, stage: Stage, packets: PacketSet, *, session: Session) -> PacketSet:
        space = self.space
        applies = self._applies(stage)
        if stage.kind is StageKind.DEFRAGMENT:
            return packets
        passed = packets - applies
        if stage.kind is StageKind.TRANSLATE:
            known = passed & space.states((State.ESTABLISHED,)) & space.family(stage.families)
            if known:
                passed = passed - known
                for name, value in session.of(stage.side):
                    known = known.assigned(name, IntervalSet.of(value))
                passed = passed | known
        packets = packets & applies
        for binding in stage.bindings:
            if not packets:
                break
            fitting = space.on(binding.side, binding.interfaces) if binding.side else space.everything
            here, packets = packets & fitting, packets - fitting
            for end, part in self.lists.after(binding.list, here).items():
                if isinstance(end, Translate):
                    packets = packets | translations.after(space, end, part, stage.side)
                elif stage.kind is StageKind.CLASSIFY or isinstance(end, Permit | Return):
                    packets = packets | part
        if stage.kind is StageKind.TRANSLATE and packets:
            if Scope.TRANSLATION in self._scopes:
                packets = translations.unread(packets, every=False)
            elif self._cones and stage.side == "dst":
                served = packets & space.field("dst", self._cones)
                packets = packets | served.exists("dst", "dport")
        return passed | packets
