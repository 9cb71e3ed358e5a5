"""Forwards through a device: where given packets may end, and as what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segcheck.analysis.compiling import routing, translations
from segcheck.analysis.compiling.parts import PLAIN, Parts, Session
from segcheck.model.device import Scope
from segcheck.model.match import State
from segcheck.model.pipeline import Stage, StageKind
from segcheck.model.rules import Permit, Return, Translate, Via
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

_NO, _YES = IntervalSet.of(0), IntervalSet.of(1)


@dataclass(frozen=True, slots=True)
class Walk:
    """Where packets may end, and as what: by egress interface, or in the device itself.

    renaming   of the packets that were not yet marked as translated, those that some rule may translate, as they came
    """

    leaving: Mapping[str, PacketSet]
    local: PacketSet
    renaming: PacketSet


class Walker:
    """Packets on their way through one device.

    renamed        a yes-or-no dimension that translation sets to 1, "" for none
    moving_ports   ports that source translation keeps while they are free may also be others
    """

    def __init__(
        self, parts: Parts, *, session: Session = PLAIN, moving_ports: bool = False, renamed: str = ""
    ) -> None:
        self._parts = parts
        self._space = parts.space
        self._session = session
        self._moving_ports = moving_ports
        self._renamed = renamed
        self._renaming = parts.space.nothing

    def walk(self, packets: PacketSet, egress: str | None = None) -> Walk:
        """Return where `packets` may end and as what, by what was read of the device.

        What becomes of several packets is what becomes of each.

        egress   the way out is this interface, whatever the routes say
        """
        space, pipeline = self._space, self._parts.device.pipeline
        self._renaming = space.nothing
        arrived = self._perhaps_translated(packets)
        arrived = self._perhaps_translated(self._after(pipeline.ingress, arrived))
        leaving: dict[str, PacketSet] = {}
        inward = space.nothing
        if egress is not None:
            exits = {egress: arrived}
        else:
            sure, possible = self._parts.local
            inward = self._after(pipeline.local, arrived & possible)
            exits = self._after_routing(arrived - sure)
        for name, part in exits.items():
            placed = part.assigned("out", IntervalSet.of(space.egress(name)))
            left = self._after(pipeline.forward, placed)
            if self._parts.rewrites_last:
                left = self._perhaps_translated(left)
            if left:
                leaving[name] = left
        return Walk(leaving, inward, self._renaming)

    def possible_walk(self, packets: PacketSet) -> Walk:
        """Return where `packets` may end and as what, at the most: fragments share the fate of their datagrams."""
        stages = self._parts.device.pipeline.stages()
        if not any(stage.kind is StageKind.DEFRAGMENT for stage in stages):
            return self.walk(packets)
        space = self._space
        parts = space.field("fragment", IntervalSet.of(1))
        whole = self.walk(packets - parts)
        pieces = packets & parts
        if not pieces:
            return whole
        joined = self.walk(pieces.exists("fragment") - parts)
        leaving = dict(whole.leaving)
        for name, found in joined.leaving.items():
            leaving[name] = leaving.get(name, space.nothing) | (found.exists("fragment") & parts)
        local = whole.local | (joined.local.exists("fragment") & parts)
        return Walk(leaving, local, whole.renaming | (joined.renaming.exists("fragment") & parts))

    def _after_routing(self, packets: PacketSet) -> dict[str, PacketSet]:
        space, device = self._space, self._parts.device
        exits: dict[str, PacketSet] = {}
        if device.pipeline.policy_routes:
            by_table = space.nothing
            for end, part in self._parts.lists.after(device.pipeline.policy_routes, packets).items():
                if isinstance(end, Via):
                    for name in routing.interfaces_of(device, end.interface, end.gateway):
                        exits[name] = exits.get(name, space.nothing) | part
                elif isinstance(end, Permit | Return):
                    by_table = by_table | part
            packets = by_table
        for arriving, table in self._parts.tables:
            for name, destinations in table.possible.items():
                exits[name] = exits.get(name, space.nothing) | (packets & arriving & space.field("dst", destinations))
        return {name: part for name, part in exits.items() if part}

    def _after(self, stages: Sequence[Stage], packets: PacketSet) -> PacketSet:
        for stage in stages:
            if not packets:
                break
            packets = self._after_stage(stage, packets)
        return packets

    def _after_stage(self, stage: Stage, packets: PacketSet) -> PacketSet:
        space = self._space
        applies = self._parts.applies(stage)
        if stage.kind is StageKind.DEFRAGMENT:
            return packets
        passed = packets - applies
        if stage.kind is StageKind.TRANSLATE:
            known = passed & space.states((State.ESTABLISHED,)) & space.family(stage.families)
            if known:
                passed = passed - known
                for name, value in self._session.of(stage.side):
                    known = known.assigned(name, IntervalSet.of(value))
                passed = passed | known
        packets = packets & applies
        for binding in stage.bindings:
            if not packets:
                break
            fitting = space.on(binding.side, binding.interfaces) if binding.side else space.everything
            here, packets = packets & fitting, packets - fitting
            for end, part in self._parts.lists.after(binding.list, here).items():
                if isinstance(end, Translate):
                    after = translations.after(space, end, part, stage.side, moving=self._moving_ports)
                    packets = packets | self._marked(part, after)
                elif stage.kind is StageKind.CLASSIFY or isinstance(end, Permit | Return):
                    packets = packets | part
        if stage.kind is StageKind.TRANSLATE and packets:
            if Scope.TRANSLATION in self._parts.scopes:
                packets = self._marked(packets, translations.unread(packets, every=False))
            elif self._parts.cones and stage.side == "dst":
                served = packets & space.field("dst", self._parts.cones)
                packets = packets | self._marked(served, served.exists("dst", "dport"))
        return passed | packets

    def _perhaps_translated(self, packets: PacketSet) -> PacketSet:
        """Return packets and what an unread translation may make of them: it may stand before any stage, or be the only one."""
        if Scope.TRANSLATION not in self._parts.scopes:
            return packets
        return packets | self._marked(packets, translations.unread(packets, every=False))

    def _marked(self, before: PacketSet, after: PacketSet) -> PacketSet:
        """Return the translated packets with the mark that they are, and remember which packets they were."""
        if not self._renamed:
            return after
        self._renaming = self._renaming | (before & self._space.field(self._renamed, _NO))
        return after.assigned(self._renamed, _YES)
