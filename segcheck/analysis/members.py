"""The members of an HA pair as one device: which of them is active is a condition that holds at one time and not at another.

What both say alike stays as it is. Where their lists differ, the list that a stage consults asks that condition first and
goes on in the list of the member that is active, so that a packet is judged by one member all the way (DESIGN §2.4, §2.9).
Routes that only some members have may be there; where the members differ in anything else, nothing is known of the pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from segcheck.model.device import DeviceConfig, Interface, Route, Scope, Taint
from segcheck.model.match import ANYTHING, All, AnyOf, Condition, Expr, InForce, Kind, Not
from segcheck.model.pipeline import Binding, Helper, Pipeline, Stage, StageKind
from segcheck.model.rules import Action, Call, Permit, Return, Rule, RuleList, SureAction, Unsure


def united(
    device: str, members: Sequence[tuple[str, DeviceConfig]], doubt: str
) -> tuple[DeviceConfig, tuple[str, ...]]:
    """Return one device for members, each with the name of its unit, and what differs that makes the whole unknown.

    The first one's names of lists are kept, others get that of their unit where they say something else.

    doubt   id of the diagnostic that says that they differ, for what cannot be told apart by who is active
    """
    first_name, whole = members[0]
    odd: set[str] = set()
    for name, other in members[1:]:
        active = Condition(f"HA {device}: {first_name} active", Kind.VARIES)
        pair = _Pair(whole, _renamed(other, whole, name), active, doubt)
        whole = pair.united()
        odd |= pair.odd
        first_name = f"{first_name} or {name}"
    return whole, tuple(sorted(odd))


def _schedules(device: DeviceConfig) -> dict[str, object]:
    return {name: (one.once, one.weekly, one.known) for name, one in device.schedules.items()}


def _content(rules: RuleList) -> object:
    """Return what a list does, without names and places of its rules."""
    return tuple((rule.match, rule.action) for rule in rules.rules if rule.enabled), rules.default, rules.builtin


class _Pair:
    """Two members whose lists of the same name say the same."""

    def __init__(self, first: DeviceConfig, other: DeviceConfig, active: Condition, doubt: str) -> None:
        self.first, self.other = first, other
        self.active, self.doubt = active, doubt
        self.lists: dict[str, RuleList] = {**other.lists, **first.lists}
        self.odd: set[str] = set()  # what differs and cannot be told apart by who is active

    def united(self) -> DeviceConfig:
        """Return both as one device; `odd` then says what makes the whole unknown."""
        first, other = self.first, self.other
        pipeline = Pipeline(
            ingress=self._stages(first.pipeline.ingress, other.pipeline.ingress),
            forward=self._stages(first.pipeline.forward, other.pipeline.forward),
            local=self._stages(first.pipeline.local, other.pipeline.local),
            output=self._stages(first.pipeline.output, other.pipeline.output),
            policy_routes=self._policy_routes(),
        )
        interfaces = self._interfaces()
        taints = dict.fromkeys((*first.taints, *other.taints))
        if self.odd:
            taints[Taint(Scope.DEVICE, self.doubt)] = None
        return replace(
            first,
            families=first.families & other.families,
            interfaces=interfaces,
            lists=self.lists,
            pipeline=pipeline,
            routes=_routes(first.routes, other.routes),
            routing_known=first.routing_known and other.routing_known,
            addressing_known=first.addressing_known and other.addressing_known,
            schedules={**other.schedules, **first.schedules},
            services=tuple(dict.fromkeys((*first.services, *other.services))),
            helpers=_helpers(first.helpers, other.helpers),
            taints=tuple(taints),
        )

    def _interfaces(self) -> tuple[Interface, ...]:
        own = {interface.name: interface for interface in self.first.interfaces}
        for interface in self.other.interfaces:
            known = own.setdefault(interface.name, interface)
            if (known.addresses, known.domain, known.enabled, known.dynamic) != (
                interface.addresses,
                interface.domain,
                interface.enabled,
                interface.dynamic,
            ):
                self.odd.add(f"interface {interface.name}")
        names = {interface.name for interface in self.other.interfaces}
        self.odd |= {f"interface {name}" for name in own if name not in names}
        self.odd |= {f"interface {i.name}" for i in self.other.interfaces if self.first.interface(i.name) is None}
        return tuple(own.values())

    def _stages(self, first: tuple[Stage, ...], other: tuple[Stage, ...]) -> tuple[Stage, ...]:
        """Return the stages of both in one order; a stage that only one has is passed while the other is active."""
        found: list[Stage] = []
        left = list(other)
        for stage in first:
            twin = next((one for one in left if one.name == stage.name), None)
            if twin is None:
                found.append(self._single(stage, own=True))
                continue
            while left[0] is not twin:
                found.append(self._single(left.pop(0), own=False))
            left.pop(0)
            found.append(self._both(stage, twin))
        found += [self._single(stage, own=False) for stage in left]
        names = [stage.name for stage in found]
        self.odd |= {f"stage {name}" for name in names if names.count(name) > 1}
        return tuple(found)

    def _both(self, stage: Stage, twin: Stage) -> Stage:
        if stage == twin:
            return stage
        shapes = [replace(one, bindings=()) for one in (stage, twin)]
        sides = [[(b.side, b.interfaces) for b in one.bindings] for one in (stage, twin)]
        if shapes[0] != shapes[1] or sides[0] != sides[1]:
            self.odd.add(f"stage {stage.name}")
            return stage
        pairs = zip(stage.bindings, twin.bindings, strict=True)
        return replace(stage, bindings=tuple(self._bound(a, a.list, b.list) for a, b in pairs))

    def _single(self, stage: Stage, *, own: bool) -> Stage:
        if stage.kind is StageKind.DEFRAGMENT:
            self.odd.add(f"stage {stage.name}")
            return stage
        bindings = (self._bound(b, b.list if own else "", "" if own else b.list) for b in stage.bindings)
        return replace(stage, bindings=tuple(bindings))

    def _bound(self, binding: Binding, first: str, other: str) -> Binding:
        return binding if first == other else replace(binding, list=self._by_member(first, other))

    def _by_member(self, first: str, other: str) -> str:
        """Return the list that goes on in that of the active member; "" stands for a member that has none: it lets pass."""
        name = f"{first or other} by member"
        if name not in self.lists:
            rules = (*self._turn(first, self.active), *self._turn(other, ANYTHING))
            self.lists[name] = RuleList(name=name, rules=rules, default=Return(), builtin=True)
        return name

    def _turn(self, name: str, match: Expr) -> Iterable[Rule]:
        """Yield what consults a list and ends as it would when a stage consults it directly."""
        if not name:
            yield _rule(match, Permit())
            return
        yield _rule(match, Call(name))
        yield _rule(match, self.lists[name].default)

    def _policy_routes(self) -> str:
        first, other = self.first.pipeline.policy_routes, self.other.pipeline.policy_routes
        return first if first == other else self._by_member(first, other)


def _rule(match: Expr, action: Action) -> Rule:
    return Rule(id="active member", key="active member", match=match, action=action)


def _routes(first: tuple[Route, ...], other: tuple[Route, ...]) -> tuple[Route, ...]:
    """Return the routes of both; those that only one has may be there or not."""
    there = [{_way(route) for route in routes} for routes in (first, other)]
    both = there[0] & there[1]
    alone = (route for route in chain(first, other) if _way(route) not in both)
    return (*(route for route in first if _way(route) in both), *(replace(route, sure=False) for route in alone))


def _way(route: Route) -> Route:
    return replace(route, span=None)


def _helpers(first: tuple[Helper, ...], other: tuple[Helper, ...]) -> tuple[Helper, ...]:
    everyone = dict.fromkeys((*first, *other))
    return tuple(one if one in first and one in other else replace(one, sure=False) for one in everyone)


def _renamed(device: DeviceConfig, beside: DeviceConfig, unit: str) -> DeviceConfig:
    """Return a member with names of its own for the lists and schedules that say something else beside another member."""
    schedules = {
        name: f"{name}@{unit}"
        for name, one in _schedules(device).items()
        if name in beside.schedules and _schedules(beside)[name] != one
    }
    odd = {name for name, rules in device.lists.items() if _differs(name, rules, beside, schedules)}
    odd |= {t.subject for t in device.taints if t.scope is Scope.LIST and t.subject in device.lists}
    grown = True
    while grown:  # a list that calls one of these is another list as well
        calling = {n for n, rules in device.lists.items() if n not in odd and odd & set(_called(rules))}
        odd |= calling
        grown = bool(calling)
    names = {name: f"{name}@{unit}" for name in odd}
    pipeline = device.pipeline

    def stages(found: tuple[Stage, ...]) -> tuple[Stage, ...]:
        return tuple(
            replace(s, bindings=tuple(replace(b, list=names.get(b.list, b.list)) for b in s.bindings)) for s in found
        )

    return replace(
        device,
        lists={names.get(n, n): _list(rules, names, schedules) for n, rules in device.lists.items()},
        pipeline=Pipeline(
            ingress=stages(pipeline.ingress),
            forward=stages(pipeline.forward),
            local=stages(pipeline.local),
            output=stages(pipeline.output),
            policy_routes=names.get(pipeline.policy_routes, pipeline.policy_routes),
        ),
        schedules={
            schedules.get(n, n): replace(one, name=schedules.get(n, one.name)) for n, one in device.schedules.items()
        },
        taints=tuple(
            replace(t, subject=names.get(t.subject, t.subject)) if t.scope is Scope.LIST else t for t in device.taints
        ),
    )


def _differs(name: str, rules: RuleList, beside: DeviceConfig, schedules: Mapping[str, str]) -> bool:
    own = beside.lists.get(name)
    return own is None or _content(own) != _content(rules) or _list(rules, {}, schedules) != rules


def _called(rules: RuleList) -> Iterable[str]:
    for rule in rules.rules:
        actions = rule.action.actions if isinstance(rule.action, Unsure) else (rule.action,)
        yield from (action.list for action in actions if isinstance(action, Call))


def _list(rules: RuleList, names: Mapping[str, str], schedules: Mapping[str, str]) -> RuleList:
    def action(one: SureAction) -> SureAction:
        return replace(one, list=names.get(one.list, one.list)) if isinstance(one, Call) else one

    def made(rule: Rule) -> Rule:
        own = rule.action
        acting: Action = Unsure(tuple(map(action, own.actions))) if isinstance(own, Unsure) else action(own)
        return replace(rule, match=_expr(rule.match, schedules), action=acting)

    return replace(rules, name=names.get(rules.name, rules.name), rules=tuple(map(made, rules.rules)))


def _expr(expr: Expr, schedules: Mapping[str, str]) -> Expr:
    if not schedules:
        return expr
    match expr:
        case All(terms):
            return All(tuple(_expr(term, schedules) for term in terms))
        case AnyOf(terms):
            return AnyOf(tuple(_expr(term, schedules) for term in terms))
        case Not(term):
            return Not(_expr(term, schedules))
        case InForce(name) if name in schedules:
            return InForce(schedules[name])
    return expr
