"""What a rule list does with packets, as sets: for each way that it can end, who surely and who possibly ends so.

A stretch of rules that write nothing is folded by divide and conquer into an `Outcome`; joining two stretches is
associative (docs: DESIGN §2.4). Rules that write extra dimensions (marks, states) stand between such stretches and are
passed backwards (which packets reach a goal?) or forwards (what becomes of these packets?) one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.compiling.needs import actions_of
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.compiling.writes import after_assign, after_copy, before_assign, before_copy
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.rules import (
    Assign,
    Call,
    Continue,
    Copy,
    Deny,
    Permit,
    Return,
    Rule,
    RuleList,
    SureAction,
    Translate,
    Unsure,
    Via,
)
from segcheck.sets.bounds import Bounds
from segcheck.sets.packets import PacketSet

End = Permit | Deny | Return | Translate | Via
#: Answers which packets, as they are before this translation or way out, reach the goal after it.
Before = Callable[[Translate | Via], PacketSet]
#: By kind of end, the packets that count once a list has ended so.
Goals = Mapping[type[Permit] | type[Deny] | type[Return] | type[Translate] | type[Via], PacketSet]
Outcome = Mapping[End, Bounds]
#: How a list ends is all that sets care for: whom a rejecting rule tells what is left to the tracer.
DENIED = Deny()
#: With more ends than this, two stretches are joined by a coarser formula that costs precision only (see `joined`).
FEW_ENDS = 4


@dataclass(frozen=True, slots=True)
class _Write:
    """A rule that writes an extra dimension, or that calls a list which does, where its match holds."""

    match: Bounds
    action: Assign | Copy | Call


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Rules that only end the list; `rest` are the packets that possibly pass them all."""

    ends: Outcome
    rest: PacketSet

    @classmethod
    def of(cls, everything: PacketSet, ends: Outcome) -> _Stretch:
        rest = everything
        for bounds in ends.values():
            rest = rest - bounds.must
        return cls(ends, rest)


Item = _Stretch | _Write


class Lists:
    """The compiled lists of one device; each is compiled once, when first asked for."""

    def __init__(self, space: Space, *, ignore_interfaces: bool = False) -> None:
        self.space = space
        self.device: DeviceConfig = space.device
        self._ignore_interfaces = ignore_interfaces
        self._items: dict[str, tuple[Item, ...]] = {}
        self._writes: dict[str, bool] = {}
        self._tainted = {t.subject for t in self.device.taints if t.scope is Scope.LIST}

    def items(self, name: str) -> tuple[Item, ...]:
        """Return the list as stretches and writes, its default included at the end of the last stretch."""
        if name not in self._items:
            self._items[name] = self._compile(self.device.lists[name])
        return self._items[name]

    def writes(self, name: str) -> bool:
        """Return whether the list, or one that it calls, writes an extra dimension."""
        if name not in self._writes:
            self._writes[name] = False  # a cycle writes nothing on its own; importers break cycles
            self._writes[name] = any(
                isinstance(action, Assign | Copy) or (isinstance(action, Call) and self.writes(action.list))
                for rule in self.device.lists[name].rules
                if rule.enabled
                for action in actions_of(rule.action)
            )
        return self._writes[name]

    def _compile(self, rules: RuleList) -> tuple[Item, ...]:
        space = self.space
        if rules.name in self._tainted:
            anything = Bounds.possibly(space.everything)
            return (_Stretch.of(space.everything, {Permit(): anything, DENIED: anything, Return(): anything}),)
        items: list[Item] = []
        stretch: list[Outcome] = []
        for rule in rules.rules:
            if not rule.enabled:
                continue
            match = matched(space, rule.match, ignore_interfaces=self._ignore_interfaces)
            sure = not isinstance(rule.action, Unsure)
            for action in actions_of(rule.action):
                if isinstance(action, Assign | Copy) or (isinstance(action, Call) and self.writes(action.list)):
                    if stretch:
                        items.append(_Stretch.of(space.everything, folded(stretch)))
                        stretch = []
                    items.append(_Write(match if sure else Bounds(space.nothing, match.may), action))
            ends = self._rule(rule, match)
            if ends:
                stretch.append(ends)
        last: dict[End, Bounds] = {}
        for action in actions_of(rules.default):
            match = Bounds.exact(space.everything)
            if isinstance(rules.default, Unsure):
                match = Bounds.possibly(space.everything)
            if not isinstance(action, Continue):
                last[_end(action)] = match
        if Return() not in last:
            last.setdefault(Return(), Bounds.exact(space.nothing))
        stretch.append(last)
        items.append(_Stretch.of(space.everything, folded(stretch)))
        return tuple(items)

    def _rule(self, rule: Rule, match: Bounds) -> Outcome:
        """Return the outcome of one rule by itself, as far as it ends a list."""
        ends: dict[End, Bounds] = {}
        actions = actions_of(rule.action)
        if len(actions) > 1:
            match = Bounds(self.space.nothing, match.may)
        for action in actions:
            match action:
                case Continue() | Assign() | Copy():
                    continue
                case Call(name, goto):
                    if self.writes(name):
                        continue
                    for end, bounds in self.outcome(name).items():
                        if not isinstance(end, Return):
                            _add(ends, end, match & bounds)
                        elif goto:
                            _add(ends, Return(), match & bounds)
                case _:
                    _add(ends, _end(action), match)
        return {end: bounds for end, bounds in ends.items() if bounds.may}

    def outcome(self, name: str) -> Outcome:
        """Return the outcome of a list that writes nothing: its bounds per end; every packet possibly ends somehow."""
        (only,) = self.items(name)
        assert isinstance(only, _Stretch)
        return only.ends

    def before(self, name: str, goals: Goals, *, every: bool, translate: Before) -> PacketSet:
        """Return the packets that reach a goal through the list, asked directly: Return leads to its default.

        goals     by kind of end, the packets that count once the list has ended so (a kind that is absent has none);
                  `Translate` is answered by `translate(action)` instead
        every     True: under every completion of what is unknown; False: under some
        """
        ends = [goals.get(type(end), self.space.nothing) for end in self._defaults(name)]
        back = ends[0]
        for other in ends[1:]:
            back = back & other if every else back | other
        return self._before(name, {**goals, Return: back}, every=every, translate=translate)

    def _defaults(self, name: str) -> list[Permit | Deny | Return]:
        return [a for a in actions_of(self.device.lists[name].default) if isinstance(a, Permit | Deny | Return)]

    def _before(self, name: str, goals: Goals, *, every: bool, translate: Before) -> PacketSet:
        space = self.space

        def goal(end: End) -> PacketSet:
            if isinstance(end, Translate | Via) and type(end) not in goals:
                return translate(end)
            return goals.get(type(end), space.nothing)

        after = space.everything if every else space.nothing  # after the last item nothing is left
        for item in reversed(self.items(name)):
            if isinstance(item, _Write):
                onward = self._before_write(item.action, after, goals, every=every, translate=translate)
                if every:
                    after = (onward | ~item.match.may) & (after | item.match.must)
                else:
                    after = (onward & item.match.may) | (after - item.match.must)
                continue
            if every:
                result = after | ~item.rest
                for end, bounds in item.ends.items():
                    result = result - (bounds.may - goal(end))
            else:
                result = after & item.rest
                for end, bounds in item.ends.items():
                    result = result | (goal(end) & bounds.may)
            after = result
        return after

    def _before_write(
        self,
        action: Assign | Copy | Call,
        after: PacketSet,
        goals: Goals,
        *,
        every: bool,
        translate: Before,
    ) -> PacketSet:
        if isinstance(action, Assign):
            return before_assign(self.space, action, after)
        if isinstance(action, Copy):
            return before_copy(self.space, action, after)
        back = goals.get(Return, self.space.nothing) if action.goto else after
        return self._before(action.list, {**goals, Return: back}, every=every, translate=translate)

    def after(self, name: str, packets: PacketSet) -> dict[End, PacketSet]:
        """Return what may become of `packets` in the list, asked directly: by end, as they are then, not yet translated."""
        ends = self._after(name, packets)
        back = ends.pop(Return(), None)
        if back is not None:
            for end in self._defaults(name):
                _gather(ends, _end(end), back)
        return ends

    def _after(self, name: str, packets: PacketSet) -> dict[End, PacketSet]:
        ends: dict[End, PacketSet] = {}
        left = packets
        for item in self.items(name):
            if not left:
                break
            if not isinstance(item, _Write):
                for end, bounds in item.ends.items():
                    _gather(ends, end, left & bounds.may)
                left = left & item.rest
                continue
            hit, missed = left & item.match.may, left - item.match.must
            if isinstance(item.action, Assign):
                left = missed | after_assign(self.space, item.action, hit)
            elif isinstance(item.action, Copy):
                left = missed | after_copy(self.space, item.action, hit)
            else:
                left = missed
                for end, part in self._after(item.action.list, hit).items():
                    if isinstance(end, Return) and not item.action.goto:
                        left = left | part
                    else:
                        _gather(ends, end, part)
        return {end: part for end, part in ends.items() if part}


def folded(stretch: Sequence[Outcome]) -> Outcome:
    """Return the outcome of a stretch of rules, first match first; O(n log n) joins of growing size."""
    level = list(stretch)
    while len(level) > 1:
        pairs = [joined(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + (level[-1:] if len(level) % 2 else [])
    return level[0]


def joined(first: Outcome, second: Outcome) -> Outcome:
    """Return the outcome of two stretches, one after the other.

    An end is sure where the first surely ends so, or the second does and the first possibly ends in no other way; it is
    possible where the first possibly ends so, or the second does and the first surely ends in no other way. With more
    than FEW_ENDS ends, "in no other way" becomes "not at all" (sound, a little less precise where the first is unsure).
    """
    result: dict[End, Bounds] = dict(first)
    few = len(first) <= FEW_ENDS
    total: Bounds | None = None
    for end, bounds in second.items():
        others: Bounds | None
        if few and end in first:
            others = _union(b for other, b in first.items() if other != end)
        else:
            if total is None:
                total = _union(first.values())
            others = total
        if others is not None:
            if bounds.is_exact and others.is_exact:
                bounds = Bounds.exact(bounds.must - others.must)
            else:
                bounds = Bounds(bounds.must - others.may, bounds.may - others.must)
        known = result.get(end)
        result[end] = bounds if known is None else known | bounds
    return result


def _union(parts: Iterable[Bounds]) -> Bounds | None:
    total: Bounds | None = None
    for bounds in parts:
        total = bounds if total is None else total | bounds
    return total


def _end(action: SureAction) -> End:
    if isinstance(action, Deny):
        return DENIED
    assert isinstance(action, Permit | Return | Translate | Via)
    return action


def _add(ends: dict[End, Bounds], end: End, bounds: Bounds) -> None:
    known = ends.get(end)
    ends[end] = bounds if known is None else known | bounds


def _gather(ends: dict[End, PacketSet], end: End, packets: PacketSet) -> None:
    known = ends.get(end)
    ends[end] = packets if known is None else known | packets
