"""Rules as boxes of field values, and an index of them: which rules could share a packet with this one?

Quick outer bounds, so that packet sets need to be built for few rules only. A box is exact about fields, but says nothing
about which fields a packet carries together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from segcheck.analysis.compiling.needs import BITWISE
from segcheck.analysis.compiling.space import fits
from segcheck.model.match import EXTRAS, All, AnyOf, Condition, Expr, Field, Interface, Kind, Not
from segcheck.sets.addresses import ALL, V4, V6
from segcheck.sets.header import CARRIERS, SIZES
from segcheck.sets.intervals import IntervalSet

#: Values by field, all of which a packet carries; a field that is absent may have any value, or not be carried.
Box = Mapping[str, IntervalSet]
#: Boxes of one rule; one that needs more is bounded by a single box around them.
MOST_BOXES = 64
#: Pieces of a field whose rules are joined beforehand, so that wide values take fewer steps.
_BLOCK = 64
#: Values of one field that are tried in the search for a packet.
_TRIED = 12


@dataclass(frozen=True, slots=True)
class Form:
    """A match as boxes.

    sure      every packet that it surely matches lies in one of these
    possible  every packet that it may match lies in one of these
    exact     and the other way round
    """

    sure: tuple[Box, ...]
    possible: tuple[Box, ...]
    exact: bool


def form(match: Expr, interfaces: Sequence[str]) -> Form:
    """Return a match as boxes; `interfaces` are the names that stand for the values of `in` and (from 1 on) of `out`."""
    boxes, exact = _spelt(match, interfaces)
    return Form(tuple(box for box, sure in boxes if sure), tuple(box for box, _ in boxes), exact)


_Spelt = tuple[list[tuple[Box, bool]], bool]


def _spelt(expr: Expr, interfaces: Sequence[str]) -> _Spelt:
    match expr:
        case Field(name, values):
            return [({name: values}, True)], name not in BITWISE
        case Interface(side, names):
            offset = 1 if side == "out" else 0
            numbers = IntervalSet.of(*(n + offset for n, name in enumerate(interfaces) if fits(name, names)))
            return [({side: numbers}, True)], True
        case Condition(_, kind) if kind is not Kind.VARIES:
            return [({}, False)], True
        case Not(Field(name, values)) if name in SIZES and name not in CARRIERS:
            return [({name: values.complement(SIZES[name])}, True)], True
        case All(terms):
            return _product(_spelt(term, interfaces) for term in terms)
        case AnyOf(terms):
            parts = [_spelt(term, interfaces) for term in terms]
            return _bounded([box for boxes, _ in parts for box in boxes], all(exact for _, exact in parts))
        case _:
            return [({}, True)], False


def _product(parts: Iterable[_Spelt]) -> _Spelt:
    found: _Spelt = [({}, True)], True
    for boxes, exact in parts:
        both = [(_both(one, other), a and b) for one, a in found[0] for other, b in boxes]
        found = _bounded([(box, sure) for box, sure in both if all(box.values())], found[1] and exact)
    return found


def _both(one: Box, other: Box) -> Box:
    return {**one, **{name: values & one[name] if name in one else values for name, values in other.items()}}


def _bounded(boxes: list[tuple[Box, bool]], exact: bool) -> _Spelt:
    if len(boxes) <= MOST_BOXES:
        return boxes, exact
    around = dict(boxes[0][0])
    for box, _ in boxes[1:]:
        around = {name: values | box[name] for name, values in around.items() if name in box}
    return [(around, True)], False


class Index:
    """Numbered boxes, asked which of them meet a box or hold a value; sets of numbers are the bits of an integer.

    Building takes O(n²/8) bytes per field for n boxes that differ in it, 25 MB for two addresses of 10,000; a question
    O(n/64) machine words per field and piece of its values.
    """

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.every = (1 << len(boxes)) - 1
        names = sorted({name for box in boxes for name in box})
        self.columns = {name: _Column([box.get(name) for box in boxes]) for name in names}

    def holding(self, name: str, value: int, among: int) -> int:
        """Return which of some boxes have a value of a field, or do not mention the field."""
        column = self.columns.get(name)
        return among if column is None else among & column.holding(value)

    def meeting(self, box: Box, among: int) -> int:
        """Return which of some boxes share a value with a box in every field that both mention."""
        for name, values in box.items():
            column = self.columns.get(name)
            if column is not None:
                among &= column.meeting(values) | column.absent
            if not among:
                break
        return among


class _Column:
    """One field of the boxes; `absent` are those that do not mention it, `at` those that hold each piece of its values."""

    def __init__(self, values: Sequence[IntervalSet | None]) -> None:
        turns: dict[int, int] = {0: 0}
        self.absent = 0
        for number, one in enumerate(values):
            if one is None:
                self.absent |= 1 << number
                continue
            for lo, hi in one.ranges:
                turns[lo] = turns.get(lo, 0) ^ 1 << number
                turns[hi + 1] = turns.get(hi + 1, 0) ^ 1 << number
        self.starts = sorted(turns)
        self.at = list(accumulate((turns[start] for start in self.starts), int.__xor__))
        self._blocks = [_united(self.at[i : i + _BLOCK]) for i in range(0, len(self.at), _BLOCK)]
        self._known: dict[IntervalSet, int] = {}

    def holding(self, value: int) -> int:
        """Return the boxes that have the value, or do not mention the field."""
        return self.at[bisect_right(self.starts, value) - 1] | self.absent

    def meeting(self, values: IntervalSet) -> int:
        """Return the boxes that have one of some values."""
        found = self._known.get(values)
        if found is None:
            found = _united(chain.from_iterable(self._between(lo, hi) for lo, hi in values.ranges))
            self._known[values] = found
        return found

    def _between(self, lo: int, hi: int) -> Iterator[int]:
        first, after = bisect_right(self.starts, lo) - 1, bisect_right(self.starts, hi)
        while first < after:
            if first % _BLOCK == 0 and first + _BLOCK <= after:
                yield self._blocks[first // _BLOCK]
                first += _BLOCK
            else:
                yield self.at[first]
                first += 1


def _united(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def numbers(bits: int) -> Iterator[int]:
    """Yield the numbers of a set, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def whole(name: str, interfaces: int) -> IntervalSet:
    """Return all values of a field; of one that is written bit by bit only 0, which it has unless some rule writes it."""
    if name in BITWISE:
        return IntervalSet.of(0)
    size = {"in": max(1, interfaces), "out": interfaces + 1}.get(name) or SIZES.get(name) or EXTRAS[name].size
    return IntervalSet.of((0, size - 1))


def escapes(index: Index, box: Box, among: int, interfaces: int) -> bool:
    """Return True if some packet of a box surely lies in none of some boxes of the index; False if none was found.

    A greedy search: field after field the value that the fewest of the remaining boxes hold.
    """
    carried = [name for name in box if name in CARRIERS]
    protocols = box.get("proto", whole("proto", 0))
    for name in carried:
        protocols = protocols & CARRIERS[name]
    fragments = [v for v in (0, 1) if v in box.get("fragment", whole("fragment", 0)) and not (v and carried)]
    for line in (V4, V6):
        ends = {name: box.get(name, ALL) & line for name in ("src", "dst")}
        if not all(ends.values()):
            continue
        for fragment in fragments:
            for protocol in _sampled(protocols, index, "proto"):
                left = index.holding("fragment", fragment, index.holding("proto", protocol, among))
                for name in index.columns:
                    if name in ("proto", "fragment"):
                        continue
                    if name in CARRIERS and (fragment or protocol not in CARRIERS[name]):
                        left &= index.columns[name].absent
                    else:
                        values = ends.get(name) or box.get(name) or whole(name, interfaces)
                        tried = (index.holding(name, value, left) for value in _sampled(values, index, name))
                        left = min(tried, key=int.bit_count)
                    if not left:
                        break
                if not left:
                    return True
    return False


def _sampled(values: IntervalSet, index: Index, name: str) -> list[int]:
    """Return some of the values, not too many: ends of ranges, and starts of pieces that lie within."""
    ranges = values.ranges if len(values.ranges) <= _TRIED else values.ranges[:: len(values.ranges) // _TRIED + 1]
    found = dict.fromkeys(end for one in ranges for end in one)
    column = index.columns.get(name)
    if column is not None:
        for lo, hi in ranges:
            first, after = bisect_right(column.starts, lo), bisect_right(column.starts, hi)
            step = max(1, (after - first) * len(ranges) // _TRIED)
            found |= dict.fromkeys(column.starts[first:after:step])
    return list(found)
