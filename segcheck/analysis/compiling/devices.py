"""A whole device as sets: which packets on arrival pass it, and what becomes of given packets on their way.

Backwards (`Compiled.passing`) the goal is carried from the exit through the stages to the entrance, once under every
completion of what is unknown and once under some. Forwards (`Compiled.walk`) packets are carried to every place where
they may end, with their headers as they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from segcheck.analysis.compiling import routing, translations
from segcheck.analysis.compiling.lists import Goals, Lists
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.compiling.space import Space
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import State
from segcheck.model.pipeline import Stage, StageKind
from segcheck.model.rules import Deny, Permit, Return, Translate, Via
from segcheck.model.trace import Probe
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

_YES = IntervalSet.of(1)
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


class Compiled:
    """One device, compiled once; every question about it is asked of the same universe.

    probes   packets that will be asked about: their values become distinguishable
    space    the device's view of a universe that it shares with others; by default it has one of its own
    renamed  a yes-or-no dimension that translation sets to 1 on the way forward, "" for none
    """

    def __init__(
        self,
        device: DeviceConfig,
        probes: Iterable[Probe] = (),
        *,
        capacity: int = 1 << 18,
        space: Space | None = None,
        renamed: str = "",
    ) -> None:
        self.device = device
        self._renamed = renamed
        self.space = Space(device, probes, capacity=capacity) if space is None else space
        self.lists = Lists(self.space)
        self._tables = tuple(
            (self.space.on("in", names), routing.table(self.space, domain, names))
            for domain, names in routing.domains(self.space).items()
        )
        self._local = routing.local(self.space)
        self._scopes = {t.scope for t in device.taints}
        self._unread = frozenset((4, 6)) - device.families
        self._cones = translations.served_by_anyone(self.space)
        self._moving_ports = False
        self._for: dict[Stage, PacketSet] = {}

    @property
    def tables(self) -> tuple[routing.Table, ...]:
        """Return the routing tables of its domains."""
        return tuple(table for _, table in self._tables)

    # ---- backwards

    def passing(self, *, every: bool, egress: str | None = None, session: Session = PLAIN) -> PacketSet:
        """Return the packets, as they arrive, that pass the device (forwarded or taken in).

        every    True: surely, under every completion and choice; False: possibly
        egress   the way out is this interface, whatever the routes say
        """
        space = self.space
        exits = _Everywhere(space.everything, space.nothing if every else space.everything)
        return self.arriving(exits, mode=Mode.of(every=every), egress=egress, session=session)

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
        if Scope.DEVICE in self._scopes:
            return doubt
        if egress is not None:
            routed = self._onward({egress: exits.anyhow(egress)}, doubt, mode, session).at("out", space.egress(egress))
        else:
            inward = self._before(self.device.pipeline.local, exits.inward, mode=mode, session=session)
            if Scope.LOCAL in self._scopes:
                inward = doubt
            routed = self._before_routing(exits, inward, doubt, mode, session)
        ingress = self.device.pipeline.ingress
        if session.dst and not any(s.kind is StageKind.TRANSLATE and s.side == "dst" for s in ingress):
            routed = self._rewritten(routed, session.dst)
        # An unread line may be the first that translates: there is no stage yet, and nobody knows on which side of others.
        unread = Scope.TRANSLATION in self._scopes
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
        sure, possible = self._local
        if mode.sure:
            return (inward & sure) | ((inward & forwarded & possible) - sure) | (forwarded - possible)
        return (inward & possible) | (forwarded - sure)

    def _before_tables(self, exits: Exits, doubt: PacketSet, mode: Mode, session: Session) -> PacketSet:
        result = self.space.nothing
        for arriving, table in self._tables:
            result = result | (self._before_table(table, exits, doubt, mode, session) & arriving)
        return result

    def _before_table(
        self, table: routing.Table, exits: Exits, doubt: PacketSet, mode: Mode, session: Session
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

        together, apart = _disjoint(table.ways) if mode.sure or mode.every else (table.ways, ())
        plain: dict[str, PacketSet] = {}
        for ways in together:
            there = space.field("dst", ways.destinations)
            for name, gateway in ways.hops:
                plain[name] = plain.get(name, space.nothing) | (wanted(name, gateway) & there)
        onward = self._onward(plain, doubt, mode, session)
        through = {name: onward.at("out", space.egress(name)) for name in plain}
        result = space.everything - space.field("dst", table.dropped) if mode.sure else space.nothing
        for ways in together:
            there = space.field("dst", ways.destinations)
            taken = _joined([through[name] for name in dict.fromkeys(name for name, _ in ways.hops)], every=mode.every)
            result = result & (taken | ~there) if mode.sure else result | (taken & there)
        for ways in apart:
            there = space.field("dst", ways.destinations)
            parts = [
                self._onward({name: wanted(name, gateway) & there}, doubt, mode, session).at("out", space.egress(name))
                for name, gateway in ways.hops
            ]
            taken = _joined(parts, every=mode.every)
            result = result & (taken | ~there) if mode.sure else result | (taken & there)
        return result

    def _before(self, stages: Sequence[Stage], goal: PacketSet, *, mode: Mode, session: Session) -> PacketSet:
        for stage in reversed(stages):
            goal = self._before_stage(stage, goal, mode=mode, session=session)
        return goal

    def _before_stage(self, stage: Stage, goal: PacketSet, *, mode: Mode, session: Session) -> PacketSet:
        space = self.space
        applies = self._applies(stage)
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
            if Scope.TRANSLATION in self._scopes:
                result = translations.unread(result, every=mode.sure)
            elif self._cones and stage.side == "dst":
                served = space.field("dst", self._cones)
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

    def _applies(self, stage: Stage) -> PacketSet:
        """Return the packets that a stage is for."""
        if stage not in self._for:
            self._for[stage] = self._those_for(stage)
        return self._for[stage]

    def _those_for(self, stage: Stage) -> PacketSet:
        space = self.space
        states = set(State) if stage.states is None else set(stage.states)
        if stage.session:
            states -= set(KNOWN_CONNECTION)
        if stage.kind is StageKind.TRANSLATE:
            states.discard(State.ESTABLISHED)
        return space.family(stage.families) & space.states(states)

    # ---- forwards

    def walk(
        self, packets: PacketSet, *, egress: str | None = None, session: Session = PLAIN, moving_ports: bool = False
    ) -> Walk:
        """Return where `packets` may end and as what, by what was read of the device.

        moving_ports   ports that source translation keeps while they are free may also be others
        """
        space = self.space
        self._moving_ports = moving_ports
        arrived = self._perhaps_translated(packets)
        arrived = self._perhaps_translated(self._after(self.device.pipeline.ingress, arrived, session=session))
        leaving: dict[str, PacketSet] = {}
        inward = space.nothing
        if egress is not None:
            exits = {egress: arrived}
        else:
            sure, possible = self._local
            inward = self._after(self.device.pipeline.local, arrived & possible, session=session)
            exits = self._after_routing(arrived - sure)
        for name, part in exits.items():
            placed = part.assigned("out", IntervalSet.of(space.egress(name)))
            left = self._after(self.device.pipeline.forward, placed, session=session)
            if left:
                leaving[name] = left
        return Walk(leaving, inward)

    def _perhaps_translated(self, packets: PacketSet) -> PacketSet:
        """Return packets and what an unread translation may make of them (as in `arriving`, there may be no stage for it)."""
        if Scope.TRANSLATION not in self._scopes:
            return packets
        anyhow = translations.unread(packets, every=False)
        return packets | (anyhow.assigned(self._renamed, _YES) if self._renamed else anyhow)

    def possible_walk(self, packets: PacketSet) -> Walk:
        """Return where `packets` may end and as what, at the most: fragments share the fate of their datagrams."""
        stages = self.device.pipeline.stages()
        if not any(stage.kind is StageKind.DEFRAGMENT for stage in stages):
            return self.walk(packets, moving_ports=True)
        space = self.space
        parts = space.field("fragment", IntervalSet.of(1))
        whole = self.walk(packets - parts, moving_ports=True)
        pieces = packets & parts
        if not pieces:
            return whole
        joined = self.walk(pieces.exists("fragment") - parts, moving_ports=True)
        leaving = dict(whole.leaving)
        for name, found in joined.leaving.items():
            leaving[name] = leaving.get(name, space.nothing) | (found.exists("fragment") & parts)
        return Walk(leaving, whole.local | (joined.local.exists("fragment") & parts))

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
                    after = translations.after(space, end, part, stage.side, moving=self._moving_ports)
                    packets = packets | (after.assigned(self._renamed, _YES) if self._renamed else after)
                elif stage.kind is StageKind.CLASSIFY or isinstance(end, Permit | Return):
                    packets = packets | part
        if stage.kind is StageKind.TRANSLATE and packets:
            if Scope.TRANSLATION in self._scopes:
                packets = translations.unread(packets, every=False)
                packets = packets.assigned(self._renamed, _YES) if self._renamed else packets
            elif self._cones and stage.side == "dst":
                mapped = (packets & space.field("dst", self._cones)).exists("dst", "dport")
                packets = packets | (mapped.assigned(self._renamed, _YES) if self._renamed else mapped)
        return passed | packets


def _joined(parts: Sequence[PacketSet], *, every: bool) -> PacketSet:
    """Return what is in every part, or in some."""
    result = parts[0]
    for part in parts[1:]:
        result = result & part if every else result | part
    return result


def _disjoint(ways: Sequence[routing.Ways]) -> tuple[list[routing.Ways], list[routing.Ways]]:
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
