"""One device's parts, compiled once: what carrying packets backwards and carrying them forwards both work with."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.analysis.compiling import routing, translations
from segcheck.analysis.compiling.lists import Lists
from segcheck.analysis.compiling.space import Space
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import State
from segcheck.model.pipeline import Stage, StageKind
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


class Parts:
    """What was read of a device, as sets.

    tables   routing tables, each with the packets that it is for
    local    packets that are surely, and those that are possibly, for the device itself
    scopes   scopes of what was not read
    cones    addresses that full-cone mappings answer to
    rewrites_last   a line that was not read may translate what leaves, and no stage stands for it
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.device: DeviceConfig = space.device
        self.lists = Lists(space)
        self.tables = tuple(
            (space.on("in", names), routing.table(space, domain, names))
            for domain, names in routing.domains(space).items()
        )
        self.local: tuple[PacketSet, PacketSet] = routing.local(space)
        self.scopes: frozenset[Scope] = frozenset(taint.scope for taint in self.device.taints)
        self.cones: IntervalSet = translations.served_by_anyone(space)
        self.rewrites_last = Scope.TRANSLATION in self.scopes and not any(
            stage.kind is StageKind.TRANSLATE for stage in self.device.pipeline.forward
        )
        self._for: dict[Stage, PacketSet] = {}

    def applies(self, stage: Stage) -> PacketSet:
        """Return the packets that a stage is for."""
        if stage not in self._for:
            self._for[stage] = self._those_for(stage)
        return self._for[stage]

    def _those_for(self, stage: Stage) -> PacketSet:
        states = set(State) if stage.states is None else set(stage.states)
        if stage.session:
            states -= set(KNOWN_CONNECTION)
        if stage.kind is StageKind.TRANSLATE:
            states.discard(State.ESTABLISHED)
        return self.space.family(stage.families) & self.space.states(states)
