"""Two judgements of a site compared: exactly which packets newly cross, or no longer do, between which places.

Both are spelt out as boxes, so neither has to be judged again: they are brought into one universe that tells apart what either
does. Instants are compared as instants, whatever the schedules were called; a condition that belongs to a place in a rule
list, or that only one of them knows, is taken to fall either way. Where a set was too large to be kept, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from segcheck.analysis.compiling.instants import Instants
from segcheck.model.drift import CrossingDrift, Reached, ReachedAll, ReachedPair
from segcheck.model.match import EXTRAS
from segcheck.sets.header import SIZES
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box, Boxes
from segcheck.sets.packets import CapacityExceeded, PacketSet, Universe, UniverseBuilder, growing

FIRST_CAPACITY, LAST_CAPACITY = 1 << 18, 1 << 24
#: Boxes that are listed of one change; how many there are in all is always told.
BOXES = 20
TOO_LARGE, CONDITIONS, UNREAD = "too_large", "conditions", "unread"
_TIME, _VARIES = "time", "varies:"
_HEADER = ("src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")
_NOTHING = Boxes((), 0, False)


def drifted(old: ReachedAll, new: ReachedAll, *, blind: bool = False) -> tuple[CrossingDrift, ...]:
    """Return every crossing that changed, or of which nobody can tell, by (source, destination).

    blind   lines were changed that were not understood: what may cross and need not is then not claimed to be the same
    """
    before = {(one.src, one.dst): one for one in old.pairs}
    after = {(one.src, one.dst): one for one in new.pairs}
    keys = sorted({*before, *after})
    pairs = [(before.get(key), after.get(key)) for key in keys]
    unlike = [(a, b) for a, b in pairs if _reach(a) != _reach(b)]

    def at(capacity: int) -> dict[tuple[str, str], CrossingDrift]:
        comparer = _Comparer(old, new, [one for pair in unlike for one in pair if one is not None], capacity)
        found = (comparer.compared(a, b) for a, b in unlike)
        return {(one.src, one.dst): one for one in found}

    try:
        changed = growing(at, FIRST_CAPACITY, LAST_CAPACITY) if unlike else {}
    except CapacityExceeded:
        found = (_row(a, b, undecided=TOO_LARGE) for a, b in unlike)
        changed = {(one.src, one.dst): one for one in found}
    rows = []
    for key, (a, b) in zip(keys, pairs, strict=True):
        row = changed.get(key) or _row(a, b)
        if blind and not row.undecided and b is not None and b.must.digest != b.may.digest:
            row = replace(row, undecided=UNREAD)
        if row.was != row.now or row.undecided or any(_sets(row)):
            rows.append(row)
    return tuple(rows)


def cuts(*judgements: ReachedAll) -> Iterator[tuple[str, IntervalSet]]:
    """Yield the values by header field that the boxes of judgements tell apart, each once."""
    seen: set[tuple[str, IntervalSet]] = set()
    for box in _boxes(pair for one in judgements for pair in one.pairs):
        for name in _HEADER:
            values = getattr(box, name)
            if values is not None and (name, values) not in seen:
                seen.add((name, values))
                yield name, values


def packets(universe: Universe, boxes: Iterable[Box], *, extras: bool = True) -> PacketSet:
    """Return the packets of boxes in a universe that tells them apart; `extras` False: in whatever circumstances.

    Raises:
        ValueError: it does not tell them apart.
    """
    found = universe.nothing
    for box in boxes:
        part = universe.of_class(box.packet_class) & universe.family(box.family)
        for name in _HEADER:
            values = getattr(box, name)
            if values is not None:
                part = part & universe.field(name, values)
        for name, values in box.extras if extras else ():
            part = part & universe.field(name, values)
        found = found | part
    return found


class _Comparer:
    def __init__(self, old: ReachedAll, new: ReachedAll, pairs: list[ReachedPair], capacity: int) -> None:
        sides = (old, new)
        schedules = [
            replace(schedule, name=f"{side}/{schedule.name}")
            for side, one in zip("on", sides, strict=True)
            for schedule in one.schedules
        ]
        self.instants = Instants.of(schedules)
        self._classes = tuple(self._translated(side, one) for side, one in zip("on", sides, strict=True))
        names = {name for box in _boxes(pairs) for name, _ in box.extras}
        self._conditions = frozenset(name for name in names if name.startswith(_VARIES))
        builder = UniverseBuilder()
        builder.extra(_TIME, len(self.instants.classes))
        for number in range(len(self.instants.classes)):
            builder.cut(_TIME, IntervalSet.of(number))
        for name in sorted(names - {_TIME}):
            builder.extra(name, EXTRAS[name].size if name in EXTRAS else 2)
        for box in _boxes(pairs):
            for name, values in box.extras:
                if name != _TIME:
                    builder.cut(name, values)
        for name, values in cuts(replace(old, pairs=tuple(pairs))):
            builder.cut(name, values)
        self.universe = builder.build(capacity)
        self._known: dict[tuple[int, str], PacketSet] = {}

    def _translated(self, side: str, one: ReachedAll) -> Mapping[int, IntervalSet]:
        """Return the joint classes of instants that make up each of one side's."""
        own = [number for number, s in enumerate(self.instants.schedules) if s.name.startswith(f"{side}/")]
        names = [self.instants.schedules[number].name.partition("/")[2] for number in own]
        found: dict[tuple[bool, ...], list[int]] = {}
        for number, row in enumerate(self.instants.classes):
            found.setdefault(tuple(row[position] for position in own), []).append(number)
        order = [[s.name for s in one.schedules].index(name) for name in names]
        return {
            number: IntervalSet.of(*found[tuple(row[position] for position in order)])
            for number, row in enumerate(one.classes)
        }

    def compared(self, before: ReachedPair | None, after: ReachedPair | None) -> CrossingDrift:
        """Return how a crossing changed."""
        if any(part.boxes is None for one in (before, after) if one is not None for part in one.sets):
            return _row(before, after, undecided=TOO_LARGE)
        sides = [
            self._three(side, one) if one is not None else (self.universe.nothing,) * 3
            for side, one in enumerate((before, after))
        ]
        known = [{name for box in _boxes([one]) for name, _ in box.extras} if one else set() for one in (before, after)]
        loose = sorted(name for name in self._conditions if name.endswith("]") or any(name not in k for k in known))
        undecided = ""
        if loose:
            plain = [(must.forall(*loose), held.exists(*loose), may.exists(*loose)) for must, held, may in sides]
            undecided = CONDITIONS if plain[0] == plain[1] and sides[0] != sides[1] else ""
            sides = plain
        (must_before, held_before, may_before), (must, held, may) = sides
        opened, closed = must - held_before, must_before - held
        wider = ((may - may_before) | (held - held_before) | (must - must_before)) - opened
        narrower = ((may_before - may) | (held_before - held) | (must_before - must)) - closed
        return replace(
            _row(before, after, undecided=undecided),
            opened=opened.boxes(BOXES),
            closed=closed.boxes(BOXES),
            possibly_opened=wider.boxes(BOXES),
            possibly_closed=narrower.boxes(BOXES),
            instants=tuple(
                tuple(
                    s.name.partition("/")[2]
                    for s, on in zip(self.instants.schedules, row, strict=True)
                    if on and s.name.startswith("n/")
                )
                for row in self.instants.classes
            ),
        )

    def _three(self, side: int, one: ReachedPair) -> tuple[PacketSet, PacketSet, PacketSet]:
        return self._set(side, one.must), self._set(side, one.held), self._set(side, one.may)

    def _set(self, side: int, one: Reached) -> PacketSet:
        key = side, one.digest
        if key not in self._known:
            self._known[key] = packets(self.universe, (self._timed(side, box) for box in one.boxes or ()))
        return self._known[key]

    def _timed(self, side: int, box: Box) -> Box:
        if not any(name == _TIME for name, _ in box.extras):
            return box
        classes = self._classes[side]
        return replace(
            box,
            extras=tuple(
                (name, _union(classes[number] for lo, hi in values.ranges for number in range(lo, hi + 1)))
                if name == _TIME
                else (name, values)
                for name, values in box.extras
            ),
        )


def _union(parts: Iterable[IntervalSet]) -> IntervalSet:
    found = IntervalSet.empty()
    for one in parts:
        found = found | one
    return found


def _reach(one: ReachedPair | None) -> tuple[str, ...] | None:
    """Return what names the packets of a crossing; two that could not be kept whole are never alike."""
    return None if one is None else tuple(part.digest for part in one.sets)


def _boxes(pairs: Iterable[ReachedPair]) -> Iterator[Box]:
    for pair in pairs:
        for part in pair.sets:
            yield from part.boxes or ()


def _sets(row: CrossingDrift) -> tuple[int, ...]:
    return row.opened.total, row.closed.total, row.possibly_opened.total, row.possibly_closed.total


def _row(before: ReachedPair | None, after: ReachedPair | None, *, undecided: str = "") -> CrossingDrift:
    one = after or before
    assert one is not None
    if not undecided and any(part.boxes is None for pair in (before, after) if pair is not None for part in pair.sets):
        undecided = TOO_LARGE
    return CrossingDrift(
        src=one.src,
        dst=one.dst,
        src_zone=one.src_zone,
        dst_zone=one.dst_zone,
        was=before.verdict if before else "",
        now=after.verdict if after else "",
        opened=_NOTHING,
        closed=_NOTHING,
        possibly_opened=_NOTHING,
        possibly_closed=_NOTHING,
        undecided=undecided,
    )


#: Fields of a box that are no extras, for those who write boxes down.
FIELDS = tuple(name for name in _HEADER if name in SIZES)
