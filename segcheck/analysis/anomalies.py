"""Rules of a list that decide nothing, or decide otherwise than they look (shadowed, redundant, correlated), exactly.

Only what surely holds is called so: a rule is shadowed if earlier rules surely decide every packet that it may match. An
index of the rules' outer bounds comes first; packet sets are built for those pairs only that it leaves open, so long
lists of unrelated rules cost little (al-Shaer and Hamed, "Discovery of policy anomalies", 2004, names the kinds).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.compiling.space import Space
from segcheck.model.device import DeviceConfig
from segcheck.model.match import All, Expr, Field
from segcheck.model.rules import Deny, Permit, Return, Rule, RuleList
from segcheck.sets.bounds import Bounds
from segcheck.sets.intervals import IntervalSet


class AnomalyKind(Enum):
    """What is odd about a rule."""

    SHADOWED = "shadowed"  # nothing reaches it, and some of what hides it decides otherwise
    REDUNDANT = "redundant"  # nothing reaches it, and all that hides it decides alike
    CORRELATED = "correlated"  # it overlaps an earlier rule that decides otherwise, and neither lies within the other


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A rule and the earlier rules that make it odd, in the order of the list; together they cover it, and none is spare."""

    kind: AnomalyKind
    list: str
    rule: Rule
    because: tuple[Rule, ...]


def anomalies(device: DeviceConfig, name: str, *, correlated: bool = False) -> Iterator[Anomaly]:
    """Yield what is odd in one list, in its order; correlated pairs only if asked for.

    Rules that write or call are taken for unable to hide anything, which never calls a rule hidden that is not.
    """
    finder = _Finder(device, device.lists[name])
    for position, rule in enumerate(finder.rules):
        if not isinstance(rule.action, Permit | Deny):
            continue
        hiding = finder.hiding(position)
        if hiding:
            same = all(type(one.action) is type(rule.action) for one in hiding)
            yield Anomaly(AnomalyKind.REDUNDANT if same else AnomalyKind.SHADOWED, name, rule, hiding)
        elif correlated:
            for earlier in finder.crossing(position):
                yield Anomaly(AnomalyKind.CORRELATED, name, rule, (earlier,))


class _Finder:
    def __init__(self, device: DeviceConfig, rules: RuleList) -> None:
        self.rules = tuple(rule for rule in rules.rules if rule.enabled)
        self._device = device
        self._outer = [_outer(rule.match) for rule in self.rules]
        self._deciding = [isinstance(rule.action, Permit | Deny | Return) for rule in self.rules]
        self._space: Space | None = None
        self._known: dict[int, Bounds] = {}

    def hiding(self, position: int) -> tuple[Rule, ...]:
        """Return earlier rules that surely decide everything which a rule may match; () if some packet may reach it."""
        before = [i for i in range(position) if self._deciding[i] and _meet(self._outer[i], self._outer[position])]
        if not before:
            return ()
        left = self._bounds(position).may
        if not left:
            return ()  # it matches nothing at all: that is no matter of order
        used = []
        for i in before:
            rest = left - self._bounds(i).must
            if rest != left:
                used.append(i)
            left = rest
            if not left:
                return tuple(self.rules[i] for i in self._needed(position, used))
        return ()

    def _needed(self, position: int, used: Sequence[int]) -> list[int]:
        """Return a part of the rules that covers as well and has none to spare."""
        needed = list(used)
        for candidate in used:
            rest = self._bounds(position).may
            for i in needed:
                if i != candidate:
                    rest = rest - self._bounds(i).must
            if not rest:
                needed.remove(candidate)
        return needed

    def crossing(self, position: int) -> Iterator[Rule]:
        """Yield earlier rules that decide otherwise, surely share a packet with it, and do not contain each other."""
        rule = self.rules[position]
        for i in range(position):
            earlier = self.rules[i]
            if not isinstance(earlier.action, Permit | Deny) or type(earlier.action) is type(rule.action):
                continue
            if not _meet(self._outer[i], self._outer[position]):
                continue
            mine, theirs = self._bounds(position), self._bounds(i)
            if mine.must & theirs.must and not mine.may <= theirs.may and not theirs.may <= mine.may:
                yield earlier

    def _bounds(self, position: int) -> Bounds:
        if position not in self._known:
            if self._space is None:
                self._space = Space(self._device, capacity=1 << 20)
            self._known[position] = matched(self._space, self.rules[position].match)
        return self._known[position]


def _outer(match: Expr) -> dict[str, IntervalSet]:
    """Return, by field, values outside of which a match cannot hold; a field that is absent may have any."""
    terms = match.terms if isinstance(match, All) else (match,)
    found: dict[str, IntervalSet] = {}
    for term in terms:
        if isinstance(term, Field):
            known = found.get(term.name)
            found[term.name] = term.values if known is None else known & term.values
        elif isinstance(term, All):
            for name, values in _outer(term).items():
                found[name] = found[name] & values if name in found else values
    return found


def _meet(one: dict[str, IntervalSet], other: dict[str, IntervalSet]) -> bool:
    return all(bool(values & other[name]) for name, values in one.items() if name in other)
