"""Rules of a list that decide nothing, or otherwise than they look (shadowed, redundant, correlated, generalised), exactly.

Only what surely holds is called so: a rule is hidden if earlier rules surely decide every packet that it may match. An
index of the rules as boxes comes first, which shows for most rules a packet that reaches them; packet sets are built for
those only that it leaves open (al-Shaer and Hamed, "Discovery of policy anomalies", 2004, names the kinds).

Later fragments have no ports. What a rule about ports might make of their bytes does not keep it from being hidden.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TypeVar

from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.compiling.needs import interface_names
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.rule_boxes import Box, Index, escapes, form, numbers
from segcheck.analysis.rule_pairs import Pairs
from segcheck.model.device import DeviceConfig
from segcheck.model.rules import Continue, Deny, Permit, Return, Rule, RuleList
from segcheck.sets.bounds import Bounds
from segcheck.sets.header import CARRIERS, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import CapacityExceeded, PacketSet

#: Nodes of the store of one list, and seconds for one rule, before it is left undecided.
CAPACITY, SECONDS = 1 << 22, 10.0
#: With more earlier rules than this that may hide a rule, they are joined in blocks, which serve the next rule too.
MANY = 64
#: Pairs of rules of one list that decide otherwise and may meet, of which each is looked at.
PAIRS = 20_000
_Told = TypeVar("_Told")
_WHOLE, _ANY_FRAGMENT = IntervalSet.of(0), IntervalSet.of((0, 1))


class AnomalyKind(Enum):
    """What is odd about a rule."""

    SHADOWED = "shadowed"  # nothing reaches it, and some of what hides it decides otherwise
    REDUNDANT = "redundant"  # nothing reaches it, and all that hides it decides alike
    SPARE = (
        "spare"  # without it, later rules that decide (and log) alike would take all that reaches it: redundant as well
    )
    CORRELATED = "correlated"  # it overlaps an earlier rule that decides otherwise, and neither lies within the other
    GENERALISED = "generalised"  # an earlier rule that decides otherwise lies within it: an exception, or a mistake
    UNDECIDED = "undecided"  # it takes more than CAPACITY nodes or SECONDS to tell
    LIMITED = "limited"  # more than PAIRS pairs of rules to look at: those of this rule and of later ones were not


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A rule and the rules that make it odd, in the order of the list: earlier ones, of one that is SPARE later ones.

    Rules that hide it do so together, and none of them is spare.
    """

    kind: AnomalyKind
    list: str
    rule: Rule
    because: tuple[Rule, ...]


def anomalies(
    device: DeviceConfig,
    name: str,
    *,
    correlated: bool = False,
    generalised: bool = False,
    spare: bool = False,
    capacity: int = CAPACITY,
    seconds: float = SECONDS,
    pairs: int = PAIRS,
) -> Iterator[Anomaly]:
    """Yield what is odd in one list, in its order; pairs of rules and rules that later ones make spare only if asked for.

    Rules that write or call are taken for unable to hide anything, which never calls a rule hidden that is not. All rules
    that are shadowed, redundant or spare can be removed together: nothing is decided otherwise then.
    """
    finder = _Finder(device, device.lists[name], capacity, seconds)
    hiding: dict[int, tuple[Rule, ...] | None] = {}
    for position, rule in enumerate(finder.rules):
        if isinstance(rule.action, Permit | Deny):
            hiding[position] = finder.told(partial(finder.hiding, position))
    for position, found in hiding.items():
        if found:
            finder.remove(position)
    looked = 0
    for position, hidden in hiding.items():
        rule = finder.rules[position]
        if hidden is None:
            yield Anomaly(AnomalyKind.UNDECIDED, name, rule, ())
            continue
        if hidden:
            same = all(type(one.action) is type(rule.action) for one in hidden)
            yield Anomaly(AnomalyKind.REDUNDANT if same else AnomalyKind.SHADOWED, name, rule, hidden)
            continue
        if spare:
            later = finder.told(partial(finder.sparing, position))
            if later is None:
                yield Anomaly(AnomalyKind.UNDECIDED, name, rule, ())
            elif later:
                finder.remove(position)
                yield Anomaly(AnomalyKind.SPARE, name, rule, later)
        if not (correlated or generalised) or looked > pairs:
            continue
        others = finder.opposite(position)
        looked += len(others)
        if looked > pairs:
            yield Anomaly(AnomalyKind.LIMITED, name, rule, ())
            continue
        odd = finder.told(partial(finder.odd, position, others))
        if odd is None:
            yield Anomaly(AnomalyKind.UNDECIDED, name, rule, ())
        for kind, earlier in odd or ():
            if correlated if kind is AnomalyKind.CORRELATED else generalised:
                yield Anomaly(kind, name, rule, (earlier,))


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
        self._pairs = Pairs(len(self._interfaces))
        self._kinds: dict[tuple[type, bool], int] = defaultdict(int)
        for number, owner in enumerate(self._owner):
            self._kinds[type(self.rules[owner].action), self.rules[owner].log] |= 1 << number
        self._removed: set[int] = set()
        self._gone = 0  # their boxes
        self._outer: tuple[list[int], Index] | None = None
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

    def told(self, ask: Callable[[], _Told]) -> _Told | None:
        """Return an answer, None if it takes too much."""
        self._until = time.monotonic() + self._seconds
        try:
            return ask()
        except (CapacityExceeded, _TooLong):
            return None

    def sparing(self, position: int) -> tuple[Rule, ...]:
        """Return later rules that decide alike all that reaches a rule, if nothing between decides otherwise; else ().

        Rules that are `gone` already are taken for removed. What a list does at its end is no rule.

        Raises:
            CapacityExceeded, _TooLong: it could not be told.
        """
        rule = self.rules[position]
        alike = self._kinds[type(rule.action), rule.log] & ~self._gone & ~self._before(position + 1)
        if not alike:
            return ()
        earlier = self._before(position) & ~self._gone
        found = 0
        for box in self._asked(position):
            meeting = self._index.meeting(box, earlier | alike)
            if self._forms[position].exact and escapes(self._index, box, meeting, len(self._interfaces)):
                return ()
            found |= meeting
        return self._taken(position, list(dict.fromkeys(self._owner[number] for number in numbers(found))))

    def _taken(self, position: int, meeting: Sequence[int]) -> tuple[Rule, ...]:
        left = self._open(position)
        for i in meeting:
            left = left - self._bounds(i).must if i < position else left
            self._hurry()
        if not left:
            return ()
        used = []
        for i in self._around(position):
            later = self.rules[i]
            if i <= position or i in self._removed or isinstance(later.action, Continue):
                continue
            if _alike(later, self.rules[position]):
                rest = left - self._bounds(i).must
                if rest != left:
                    used.append(later)
                left = rest
                if not left:
                    return tuple(used)
            elif left & self._bounds(i).may:
                return ()
            self._hurry()
        return ()

    def remove(self, position: int) -> None:
        """Take a rule for removed."""
        self._removed.add(position)
        self._gone |= self._before(position + 1) ^ self._before(position)

    def _before(self, position: int) -> int:
        """Return the boxes of the rules before a position."""
        return (1 << (self._first[position] if position < len(self._first) else len(self._owner))) - 1

    def _around(self, position: int) -> list[int]:
        """Return the rules, whatever they do, that may share a packet with a rule, in their order."""
        if self._outer is None:
            owners = [(i, box) for i, one in enumerate(self._forms) for box in one.possible]
            self._outer = [i for i, _ in owners], Index([box for _, box in owners])
        owner, index = self._outer
        found = 0
        for box in self._forms[position].possible:
            found |= index.meeting(box, index.every)
        return list(dict.fromkeys(owner[number] for number in numbers(found)))

    def opposite(self, position: int) -> list[int]:
        """Return the earlier rules that decide otherwise and may surely share a packet with a rule, in their order."""
        other = Deny if isinstance(self.rules[position].action, Permit) else Permit
        mask = self._kinds[other, False] | self._kinds[other, True]
        found = 0
        for box in self._forms[position].sure:
            found |= self._index.meeting(box, mask & self._before(position))
        return list(dict.fromkeys(self._owner[number] for number in numbers(found)))

    def odd(self, position: int, others: Sequence[int]) -> list[tuple[AnomalyKind, Rule]]:
        """Return which of some earlier rules that decide otherwise a rule crosses, or holds as exceptions.

        Raises:
            CapacityExceeded, _TooLong: it could not be told.
        """
        found = []
        mine = self._forms[position]
        for i in others:
            theirs = self._forms[i]
            share = self._pairs.share(mine, theirs)
            if share is None:
                share = bool(self._bounds(position).must & self._bounds(i).must)
            if not share:
                continue
            if self._within(i, position, sure=True):
                found.append((AnomalyKind.GENERALISED, self.rules[i]))
            elif not self._within(i, position) and not self._within(position, i):
                found.append((AnomalyKind.CORRELATED, self.rules[i]))
            self._hurry()
        return found

    def _within(self, inner: int, outer: int, *, sure: bool = False) -> bool:
        """Return whether all that one rule may match another may match too, or, `sure`, surely matches."""
        told = self._pairs.within(self._forms[inner], self._forms[outer], sure=sure)
        if told is None:
            bounds = self._bounds(outer)
            told = self._bounds(inner).may <= (bounds.must if sure else bounds.may)
        return told

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


def _alike(one: Rule, other: Rule) -> bool:
    return type(one.action) is type(other.action) and one.log == other.log


def _holds_fragments(box: Box) -> bool:
    return 1 in box.get("fragment", _ANY_FRAGMENT) and not any(name in CARRIERS for name in box)
