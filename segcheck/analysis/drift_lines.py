"""By which lines packets newly cross, or no longer do: they are sent through the site as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from segcheck.analysis.causes import PASSING, statements
from segcheck.analysis.crossings import Judgement
from segcheck.analysis.drifting import packets
from segcheck.analysis.examples import example
from segcheck.analysis.journeys import travel
from segcheck.analysis.regions import Regions, rule_of
from segcheck.model.drift import CrossingDrift, DriftLine
from segcheck.model.journey import Journey
from segcheck.model.trace import Verdict
from segcheck.sets.header import Packet
from segcheck.sets.packets import PacketSet

#: Groups of packets that are followed for one crossing, and lines that are told of it.
MOST = 20
_DEVICE = "device:"
_STOPPING = ("deny", "reject")


def with_lines(judgement: Judgement, rows: Iterable[CrossingDrift]) -> tuple[CrossingDrift, ...]:
    """Return the crossings with the lines by which their listed packets pass or are stopped now.

    `judgement` is the later one, made with the `cuts` of the earlier one.
    """
    finder = _Finder(judgement)
    return tuple(replace(row, lines=tuple(finder.of(row))) for row in rows)


class _Finder:
    def __init__(self, judgement: Judgement) -> None:
        self.universe = judgement.reach.universe
        self.network = judgement.reach.network
        self.regions = Regions(judgement.reach)

    def of(self, row: CrossingDrift) -> Iterator[DriftLine]:
        """Yield the lines of one crossing, each once."""
        if row.src not in self.network.places:
            return
        seen: set[DriftLine] = set()
        for boxes, passing in (
            (row.opened.boxes + row.possibly_opened.boxes, True),
            (row.closed.boxes + row.possibly_closed.boxes, False),
        ):
            for line in self._lines(row, packets(self.universe, boxes, extras=False), passing=passing):
                if line not in seen and len(seen) < MOST:
                    seen.add(line)
                    yield line

    def _lines(self, row: CrossingDrift, left: PacketSet, *, passing: bool) -> Iterator[DriftLine]:
        target = row.dst.removeprefix(_DEVICE)
        for _ in range(MOST):
            if not left:
                return
            witness = example(self.network, left, row.src, target)
            found = travel(self.network, row.src, witness).journeys
            fitting = [one for one in found if (one.verdict is Verdict.DENY) is not passing]
            if passing:
                there = [one for one in fitting if one.delivered is not None and one.delivered.id == target]
                fitting = there or fitting
            journey = min(fitting, key=lambda one: len(one.hops), default=None)
            if journey is None:
                left = left - self._same(left, witness)
                continue
            for one in statements(self.network, journey, PASSING if passing else _STOPPING):
                if one.span is not None:
                    yield DriftLine(one.span, f"{one.device}:{one.list}:{one.rule}", one.text)
            left = left - (
                self.regions.alike(left, journey, witness) if passing else self._stopped(left, journey, witness)
            )

    def _same(self, left: PacketSet, witness: Packet) -> PacketSet:
        return left & self.universe.packet(src=witness.src, dst=witness.dst)

    def _stopped(self, left: PacketSet, journey: Journey, witness: Packet) -> PacketSet:
        """Return what the rule that stops the witness may stop too; at least what looks like the witness."""
        group = self._same(left, witness)
        hop = journey.hops[-1] if journey.hops else None
        step = hop.path.deciding if hop is not None and hop.path is not None else None
        config = self.network.stations[hop.device].config if hop is not None else None
        if step is None or config is None or hop is None:
            return group
        rules = config.lists.get(step.list)
        rule = rule_of(rules.rules, step) if rules is not None else None
        if rule is None:  # the end of a list stops whatever no rule did
            return left if not rules or not rules.rules else group | self._unclaimed(left, hop.device, step.list)
        return group | (left & self.regions.decided(hop.device, step.list, rule))

    def _unclaimed(self, left: PacketSet, device: str, name: str) -> PacketSet:
        config = self.network.stations[device].config
        assert config is not None
        for rule in config.lists[name].rules:
            if rule.enabled and left:
                left = left - self.regions.decided(device, name, rule)
        return left
