"""Which rules of two versions of a device differ, and the two versions cut down to what those can touch.

Rules that both versions hold in the same order, with the same meaning, decide alike. So a packet that no other rule may
match is decided alike, and about the other packets only those rules matter that may match one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from segcheck.analysis.compiling.needs import actions_of
from segcheck.analysis.rule_boxes import Index, form
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import AddressKind, All, AnyOf, Condition, Expr, InForce, Kind, Not, leaves
from segcheck.model.rules import Call, Rule, RuleList
from segcheck.sets.header import SIZES


@dataclass(frozen=True, slots=True)
class Altered:
    """A list that differs: the matches of the rules that only one version has; None: it may decide about any packet."""

    matches: tuple[tuple[int, Expr], ...] | None


@dataclass(frozen=True, slots=True)
class Reduced:
    """Two versions with those rules only that may match a packet on which they could differ.

    altered   by list; lists that are not here decide alike
    """

    devices: tuple[DeviceConfig, DeviceConfig]
    altered: Mapping[str, Altered]


def reduced(old: DeviceConfig, new: DeviceConfig, interfaces: Sequence[str]) -> Reduced:
    """Return both versions cut down, with conditions of rules that they share made one; `interfaces` are those of both."""
    names = tuple(dict.fromkeys((*old.lists, *new.lists)))
    unlike = _unlike(old, new)
    own: dict[str, Altered] = {}
    lists: tuple[dict[str, RuleList], dict[str, RuleList]] = {}, {}
    for name in names:
        before, after = old.lists.get(name), new.lists.get(name)
        if before is None or after is None:
            own[name] = Altered(None)
            for side, rules in enumerate((before, after)):
                if rules is not None:
                    lists[side][name] = rules
            continue
        kept, only = _aligned(before, after, unlike)
        lists[0][name], lists[1][name] = replace(before, rules=kept[0]), replace(after, rules=kept[1])
        tainted = [any(t.scope is Scope.LIST and t.subject == name for t in device.taints) for device in (old, new)]
        if before.default != after.default or tainted[0] != tainted[1]:
            own[name] = Altered(None)
        elif only:
            own[name] = Altered(only)
    altered = _with_callers(lists, own)
    if all(one.matches is not None for one in altered.values()):
        region = [
            {field: values for field, values in box.items() if field in SIZES or field in ("in", "out")}
            for one in altered.values()
            for _, match in one.matches or ()
            for box in form(match, interfaces).possible
        ]
        index = Index(region)
        for known in lists:
            for name, rules in known.items():
                known[name] = replace(rules, rules=tuple(r for r in rules.rules if _meets(index, r, interfaces)))
    return Reduced((replace(old, lists=lists[0]), replace(new, lists=lists[1])), altered)


def _unlike(old: DeviceConfig, new: DeviceConfig) -> frozenset[object]:
    """Return what the same words may not mean the same for: schedules by name, and addressing as a whole."""
    names = {*old.schedules, *new.schedules}
    found: set[object] = {name for name in names if old.schedules.get(name) != new.schedules.get(name)}
    addressing = [(d.interfaces, d.routes, d.routing_known, d.addressing_known, d.taints) for d in (old, new)]
    return frozenset(found | ({AddressKind} if addressing[0] != addressing[1] else set()))


def _aligned(
    old: RuleList, new: RuleList, unlike: frozenset[object]
) -> tuple[tuple[tuple[Rule, ...], tuple[Rule, ...]], tuple[tuple[int, Expr], ...]]:
    """Return the enabled rules of both, and (side, match) of those that the other does not have in the same order."""
    sides = [[rule for rule in rules.rules if rule.enabled] for rules in (old, new)]
    known: dict[object, int] = {}
    keys: tuple[list[int], list[int]] = [], []
    for side, rules in enumerate(sides):
        for position, rule in enumerate(rules):
            apart = any(_depends(leaf, unlike) for leaf in leaves(rule.match)) if unlike else False
            key = (side, position) if apart else (rule.match, rule.action)
            keys[side].append(known.setdefault(key, len(known)))
    kept: tuple[list[Rule], list[Rule]] = [], []
    only: list[tuple[int, Expr]] = []
    number = 0
    for tag, *spans in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        for side in (0, 1):
            for offset, rule in enumerate(sides[side][spans[2 * side] : spans[2 * side + 1]]):
                if tag == "equal":
                    rule = replace(rule, match=_shared(rule.match, number + offset))
                else:
                    only.append((side, rule.match))
                kept[side].append(rule)
        number += spans[1] - spans[0]
    return (tuple(kept[0]), tuple(kept[1])), tuple(only)


def _depends(leaf: object, unlike: frozenset[object]) -> bool:
    return (isinstance(leaf, InForce) and leaf.schedule in unlike) or (
        isinstance(leaf, AddressKind) and AddressKind in unlike
    )


def _shared(expr: Expr, number: int) -> Expr:
    """Return a match of a rule that both have, with the varying conditions of its own given a name for both."""
    match expr:
        case Condition(name, Kind.VARIES) if name.endswith("]"):
            return replace(expr, name=f"{name} = {number}")
        case All(terms) | AnyOf(terms):
            return type(expr)(tuple(_shared(term, number) for term in terms))
        case Not(term):
            return Not(_shared(term, number))
        case _:
            return expr


def _with_callers(lists: Sequence[Mapping[str, RuleList]], own: Mapping[str, Altered]) -> dict[str, Altered]:
    """Return the altered lists together with those that call one: they differ only where the call may be made."""
    found = dict(own)
    while True:
        before = len(found)
        for side, known in enumerate(lists):
            for name, rules in known.items():
                calls = tuple((side, rule.match) for rule in rules.rules if _calls(rule, found))
                if calls and (name not in found or found[name].matches is not None):
                    found[name] = Altered(
                        tuple(dict.fromkeys((*(found[name].matches or () if name in found else ()), *calls)))
                    )
        if len(found) == before:
            return found


def _calls(rule: Rule, found: Mapping[str, Altered]) -> bool:
    return any(isinstance(action, Call) and action.list in found for action in actions_of(rule.action))


def _meets(index: Index, rule: Rule, interfaces: Sequence[str]) -> bool:
    return any(index.meeting(box, index.every) for box in form(rule.match, interfaces).possible)
