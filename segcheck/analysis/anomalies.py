"""Rules of a list that decide nothing, or decide otherwise than they look (shadowed, redundant, correlated), exactly.

Only what surely holds is called so: a rule is hidden if earlier rules surely decide every packet that it may match. An
index of the rules as boxes comes first, which shows for most rules a packet that reaches them; packet sets are built for
those only that it leaves open (al-Shaer and Hamed, "Discovery of policy anomalies", 2004, names the kinds).

Later fragments have no ports. What a rule about ports might make of their bytes does not keep it from being hidden.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.compiling.needs import interface_names
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.rule_boxes import Box, Index, escapes, form, numbers
from segcheck.model.device import DeviceConfig
from segcheck.model.rules import Deny, Permit, Return, Rule, RuleList
from segcheck.sets.bounds import Bounds
from segcheck.sets.header import CARRIERS, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import CapacityExceeded, PacketSet

#: Nodes of the store of one list, and seconds for one rule, before it is left undecided.
CAPACITY, SECONDS = 1 << 22, 10.0
#: With more earlier rules than this that may hide a rule, they are joined in blocks, which serve the next rule too.
MANY = 64
_WHOLE, _ANY_FRAGMENT = IntervalSet.of(0), IntervalSet.of((0, 1))


class AnomalyKind(Enum):
    """What is odd about a rule."""

    SHADOWED = "shadowed"  # nothing reaches it, and some of what hides it decides otherwise
    REDUNDANT = "redundant"  # nothing reaches it, and all that hides it decides alike
    CORRELATED = "correlated"  # it overlaps an earlier rule that decides otherwise, and neither lies within the other
    UNDECIDED = "undecided"  # it takes more than CAPACITY nodes or SECONDS to tell


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A rule and the earlier rules that make it odd, in the order of the list; together they cover it, and none is spare."""

    kind: AnomalyKind
    list: str
    rule: Rule
    because: tuple[Rule, ...]


def anomalies(
    device: DeviceConfig,
    name: str,
    *,
    correlated: bool = False,
    capacity: int = CAPACITY,
    seconds: float = SECONDS,
) -> Iterator[Anomaly]:
    """Yield what is odd in one list, in its order; correlated pairs only if asked for.

    Rules that write or call are taken for unable to hide anything, which never calls a rule hidden that is not.
    """
    finder = _Finder(device, device.lists[name], capacity, seconds)
    for position, rule in enumerate(finder.rules):
        if not isinstance(rule.action, Permit | Deny):
            continue
        try:
            hiding = finder.hiding(position)
            crossing = tuple(finder.crossing(position)) if correlated and not hiding else ()
        except (CapacityExceeded, _TooLong):
            yield Anomaly(AnomalyKind.UNDECIDED, name, rule, ())
            continue
        if hiding:
            same = all(type(one.action) is type(rule.action) for one in hiding)
            yield Anomaly(AnomalyKind.REDUNDANT if same else AnomalyKind.SHADOWED, name, rule, hiding)
        for earlier in crossing:
            yield Anomaly(AnomalyKind.CORRELATED, name, rule, (earlier,))


class _TooLong(Exception):
    """The seconds for one rule have run out."""


class _Finder:
    def __init__(self, device: DeviceConfig, rules: RuleList, capacity: int, seconds: float) -> None:
        self.rules = tuple(rule for rule in rules.rules if rule.enabled)
        self._device = device
        self._capacity, self._seconds = capacity, seconds
        self._interfaces = interface_names(device)
        self._forms = [form(rule.match, self._interfaces) for rule in self.rules]
        boxes: list[Box] = []
        self._owner: list[int] = []
        self._first: list[int] = []
        for position, (rule, one) in enumerate(zip(self.rules, self._forms, strict=True)):
            self._first.append(len(boxes))
            if isinstance(rule.action, Permit | Deny | Return):
                boxes += one.sure
                self._owner += [position] * len(one.sure)
        self._index = Index(boxes)
        self._until = 0.0
        self._space: Space | None = None
        self._known: dict[int, Bounds] = {}
        self._blocks: dict[tuple[int, int], PacketSet] = {}

    def hiding(self, position: int) -> tuple[Rule, ...]:
        """Return earlier rules that surely decide everything which a rule may match; () if some packet may reach it.

        Raises:
            CapacityExceeded, _TooLong: it could not be told.
        """
        earlier = (1 << self._first[position]) - 1
        found = 0
        for box in self._asked(position):
            meeting = self._index.meeting(box, earlier)
            if self._forms[position].exact and escapes(self._index, box, meeting, len(self._interfaces)):
                return ()
            found |= meeting
        if not found:
            return ()
        self._until = time.monotonic() + self._seconds
        before = list(dict.fromkeys(self._owner[number] for number in numbers(found)))
        whole = self._open(position)
        if not whole or (len(before) > MANY and self._without(whole, position)):
            return ()  # what matches nothing at all is no matter of order
        used, left = [], whole
        for i in before:
            rest = left - self._bounds(i).must
            if rest != left:
                used.append(i)
            left = rest
            if not left:
                return tuple(self.rules[i] for i in self._needed(whole, used))
            self._hurry()
        return ()

    def crossing(self, position: int) -> Iterator[Rule]:
        """Yield earlier rules that decide otherwise, surely share a packet with it, and do not contain each other.

        Raises:
            CapacityExceeded, _TooLong: it could not be told.
        """
        self._until = time.monotonic() + self._seconds
        found = 0
        for box in self._forms[position].sure:
            found |= self._index.meeting(box, (1 << self._first[position]) - 1)
        for i in dict.fromkeys(self._owner[number] for number in numbers(found)):
            earlier, rule = self.rules[i], self.rules[position]
            if not isinstance(earlier.action, Permit | Deny) or type(earlier.action) is type(rule.action):
                continue
            mine, theirs = self._bounds(position), self._bounds(i)
            if mine.must & theirs.must and not mine.may <= theirs.may and not theirs.may <= mine.may:
                yield earlier
            self._hurry()

    def _asked(self, position: int) -> list[Box]:
        """Return boxes around what `_open` returns."""
        boxes = self._forms[position].possible
        if any(_holds_fragments(box) for box in self._forms[position].sure):
            return list(boxes)
        whole = [{**box, "fragment": box.get("fragment", _WHOLE) & _WHOLE} for box in boxes]
        return [box for box in whole if box["fragment"]]

    def _open(self, position: int) -> PacketSet:
        """Return the packets that a rule may match, without later fragments where it surely matches none of them."""
        bounds = self._bounds(position)
        fragments = bounds.may.universe.of_class(PacketClass.FRAGMENT)
        return bounds.may if bounds.must & fragments else bounds.may - fragments

    def _without(self, left: PacketSet, end: int) -> PacketSet:
        """Return the packets that no rule before a position surely decides."""
        begin = 0
        while begin < end and left:
            size = end - begin
            size = min(1 << size.bit_length() - 1, begin & -begin or size)
            left = left - self._block(begin, 1 << size.bit_length() - 1)
            begin += 1 << size.bit_length() - 1
            self._hurry()
        return left

    def _block(self, begin: int, size: int) -> PacketSet:
        """Return what some rules in a row surely decide; `size` is a power of two that divides `begin`."""
        key = begin, size
        if key not in self._blocks:
            if size == 1:
                deciding = isinstance(self.rules[begin].action, Permit | Deny | Return)
                bounds = self._bounds(begin)
                self._blocks[key] = bounds.must if deciding else bounds.must - bounds.must
            else:
                half = size // 2
                self._blocks[key] = self._block(begin, half) | self._block(begin + half, half)
            self._hurry()
        return self._blocks[key]

    def _needed(self, whole: PacketSet, used: Sequence[int]) -> list[int]:
        """Return a part of the rules that covers as well and has none to spare."""
        needed = list(used)
        for candidate in used:
            rest = whole
            for i in needed:
                if i != candidate:
                    rest = rest - self._bounds(i).must
            if not rest:
                needed.remove(candidate)
            self._hurry()
        return needed

    def _bounds(self, position: int) -> Bounds:
        if position not in self._known:
            if self._space is None:
                self._space = Space(self._device, capacity=self._capacity)
            self._known[position] = matched(self._space, self.rules[position].match)
        return self._known[position]

    def _hurry(self) -> None:
        if time.monotonic() > self._until:
            raise _TooLong


def _holds_fragments(box: Box) -> bool:
    return 1 in box.get("fragment", _ANY_FRAGMENT) and not any(name in CARRIERS for name in box)
