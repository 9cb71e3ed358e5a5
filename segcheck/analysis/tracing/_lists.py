"""Rule lists, read rule by rule for all packets under way at once.

Rules that may or may not apply do not multiply the work: packets that are equal again after a rule go on as one. A list
of n rules costs O(n * distinct packets), however many of its conditions are not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from segcheck.analysis.tracing._flows import Flow
from segcheck.analysis.tracing._matching import (
    Surroundings,
    choice_names,
    choice_text,
    evaluate,
    open_choices,
    unknowns,
)
from segcheck.analysis.tracing._paths import Frontier, Node
from segcheck.analysis.tracing._translating import assigned, copied, forgotten, translated
from segcheck.model.match import ANYTHING, Expr
from segcheck.model.rules import (
    Action,
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
from segcheck.model.trace import Step

MAX_FLOWS = 1000  # distinct packets under way in one list
MAX_WORK = 3_000_000  # rules looked at for one trace, counted once per packet, and as MEETING where one may apply
MEETING = 60
MAX_CALL_DEPTH = 64
MAX_SETTLINGS = 200  # of the shared conditions of one rule, for one packet; the others then count as unknown
LIMIT = "limit reached"
_WRITABLE = ("mark", "connmark", "state", "dnat", "snat", "ttl", "tos")  # what lists write, besides addresses and ports


class Later(Protocol):
    """What comes after a point: whether a condition may be asked again there."""

    def asks(self, key: str) -> bool:
        """Return whether the condition may be asked again."""
        ...


@dataclass(slots=True)
class Ends:
    """How a list ended for the packets that entered it; `undecided` holds those that a limit stopped."""

    permit: Frontier = field(default_factory=Frontier)
    back: Frontier = field(default_factory=Frontier)
    deny: dict[str, Frontier] = field(default_factory=dict)
    via: dict[Via, Frontier] = field(default_factory=dict)
    undecided: Frontier = field(default_factory=Frontier)

    def take(self, other: Ends) -> None:
        """Add what a called list ended with, but for the packets that come back from it."""
        self.permit.take(other.permit)
        self.undecided.take(other.undecided)
        for reply, frontier in other.deny.items():
            self.deny.setdefault(reply, Frontier()).take(frontier)
        for via, frontier in other.via.items():
            self.via.setdefault(via, Frontier()).take(frontier)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a rule stands, for the steps that it leaves behind, and what may be asked after it."""

    reader: ListReader
    stage: str
    side: str
    list: RuleList
    index: int
    depth: int
    outer: Later

    def asks(self, key: str) -> bool:
        return self.reader.last_asked(self.list.name).get(key, -1) > self.index or self.outer.asks(key)


class ListReader:
    """Reads the lists of one device for one question.

    tainted   diagnostic ids of what is unread in a list, by its name
    """

    def __init__(
        self, lists: Mapping[str, RuleList], around: Surroundings, tainted: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.lists = lists
        self.around = around
        self._tainted = tainted
        self._work_left = MAX_WORK
        self._names: dict[str, frozenset[str]] = {}
        self._last: dict[str, dict[str, int]] = {}

    def consult(self, name: str, start: Frontier, stage: str, side: str, later: Later) -> Ends:
        """Return how the list ends for the packets of `start` when the device consults it directly.

        A `Return` in it then leads to its default, as in a kernel's base chain; only a default of Return gives `back`.
        """
        ends = self._read(name, start, stage, side, 0, later)
        known = self.lists.get(name)
        if known is not None and not isinstance(known.default, Return):
            returned, ends.back = ends.back, Frontier()
            place = _Place(self, stage, side, known, len(known.rules), 0, later)
            self._default(place, returned, ends)
        return ends

    def _read(self, name: str, start: Frontier, stage: str, side: str, depth: int, later: Later) -> Ends:
        ends = Ends()
        known = self.lists.get(name)
        frontier = Frontier(start)
        if known is None:
            self._anything(frontier, ends, side, f"list {name} is not in the export")
            return ends
        for diagnostic in self._tainted.get(name, ()):
            self._anything(frontier, ends, side, diagnostic)
        for index, rule in enumerate(known.rules):
            if not rule.enabled:
                continue
            self._work_left -= len(frontier)
            if self._work_left < 0 or len(frontier) > MAX_FLOWS:
                for flow, node in frontier.items():
                    ends.undecided.put(flow, node.given(LIMIT))
                return ends
            match, around = rule.match, self.around
            touched = [flow for flow in frontier if evaluate(match, flow, around) is not False]
            if touched:
                self._work_left -= MEETING * len(touched)
                self._meet(_Place(self, stage, side, known, index, depth, later), rule, touched, frontier, ends)
        self._default(_Place(self, stage, side, known, len(known.rules), depth, later), frontier, ends)
        return ends

    def _meet(self, place: _Place, rule: Rule, touched: list[Flow], frontier: Frontier, ends: Ends) -> None:
        """Let a rule act on the packets that it matches or may match."""
        taken = [(flow, frontier.pop(flow)) for flow in touched]
        for start, ways in taken:
            for flow, node, holds in self._settle(rule.match, start, ways, place):
                if holds is True:
                    self._act(place, rule, rule.action, flow, node, frontier, ends, True)
                    continue
                if holds is None and not isinstance(rule.action, Continue):
                    names = unknowns(rule.match, flow, self.around)
                    self._act(place, rule, rule.action, flow, node.given(*names), frontier, ends, False)
                    node = node.given(*(f"not {name}" for name in names))
                _stay(place, flow, node, frontier)

    def _settle(self, match: Expr, flow: Flow, node: Node, place: _Place) -> Iterator[tuple[Flow, Node, bool | None]]:
        """Yield the packet with every settling of the shared conditions that its match depends on.

        A condition that is asked only here needs no settling: it is then as good as any other unknown.
        """
        pending = [(flow, node)]
        settlings = 0
        while pending:
            flow, node = pending.pop()
            holds = evaluate(match, flow, self.around)
            key = None
            if holds is None and settlings < MAX_SETTLINGS:
                unsettled = list(open_choices(match, flow, self.around))
                key = next((key for key in unsettled if unsettled.count(key) > 1 or place.asks(key)), None)
            if key is None:
                yield flow, node, holds
                continue
            settlings += 1
            text = choice_text(key)
            pending.append((flow.choosing(flow.choices | {(key, False)}), node.given(f"not {text}")))
            pending.append((flow.choosing(flow.choices | {(key, True)}), node.given(text)))

    def _act(
        self,
        place: _Place,
        rule: Rule,
        action: Action,
        flow: Flow,
        node: Node,
        frontier: Frontier,
        ends: Ends,
        sure: bool,
    ) -> None:
        """Do what a rule does: move the packet to where the list ends with it, or back to the frontier."""
        if isinstance(action, Unsure):
            for one in action.actions:
                doubt = node.given(f"{place.list.name} {rule.id}: {_action_text(one, flow)}")
                self._act(place, rule, one, flow, doubt, frontier, ends, False)
            return
        after = self._written(action, flow, place.side)
        there = node.then(
            Step(
                stage=place.stage,
                list=place.list.name,
                rule=rule.id,
                action=_action_text(action, after),
                span=rule.span,
                before=flow.header,
                after=flow.header if after.header == flow.header else after.header,
                sure=sure,
            )
        )
        if isinstance(action, Permit | Translate):
            ends.permit.put(after, there)
        elif isinstance(action, Deny):
            ends.deny.setdefault(action.reply, Frontier()).put(flow, there)
        elif isinstance(action, Return):
            ends.back.put(flow, there)
        elif isinstance(action, Via):
            ends.via.setdefault(action, Frontier()).put(flow, there)
        elif isinstance(action, Call):
            self._call(place, action, flow, there, frontier, ends)
        else:
            _stay(place, after, there, frontier)

    def _written(self, action: SureAction, flow: Flow, side: str) -> Flow:
        if isinstance(action, Translate):
            return translated(flow, action, side, self.around.addressing)
        if isinstance(action, Assign):
            return assigned(flow, action)
        return copied(flow, action) if isinstance(action, Copy) else flow

    def _call(self, place: _Place, call: Call, flow: Flow, node: Node, frontier: Frontier, ends: Ends) -> None:
        if place.depth >= MAX_CALL_DEPTH:
            ends.undecided.put(flow, node.given(LIMIT))
            return
        called = self._read(call.list, Frontier({flow: node}), place.stage, place.side, place.depth + 1, place)
        ends.take(called)
        for back, ways in called.back.items():
            if call.goto:
                ends.back.put(back, ways)
            else:
                _stay(place, back, ways, frontier)

    def _default(self, place: _Place, frontier: Frontier, ends: Ends) -> None:
        """End the list with its default; a default of Return leaves no step behind."""
        default = place.list.default
        end = Rule(id="default", key="default", match=ANYTHING, action=default, span=place.list.default_span)
        for flow, node in frontier.items():
            if isinstance(default, Return):
                ends.back.put(flow, node)
            else:
                self._act(place, end, default, flow, node, ends.back, ends, True)

    def _anything(self, frontier: Frontier, ends: Ends, side: str, why: str) -> None:
        """Let a list that is not known whole do what its kind can: end either way, go on, and write what lists write."""
        for flow, node in list(frontier.items()):
            after = flow.having(dict.fromkeys(_WRITABLE))
            if side:
                after = forgotten(after, side)
            doubt = node.given(why)
            ends.permit.put(after, doubt)
            ends.deny.setdefault("", Frontier()).put(after, doubt)
            ends.back.put(after, doubt)
            frontier[flow] = node.given(f"not {why}")

    def last_asked(self, name: str) -> dict[str, int]:
        """Return the index of the last rule of a list that asks each shared condition, itself or in what it calls."""
        if name not in self._last:
            last: dict[str, int] = {}
            known = self.lists.get(name)
            for index, rule in enumerate(known.rules if known else ()):
                if rule.enabled:
                    last.update(dict.fromkeys(choice_names(rule.match), index))
                    for callee in _callees(rule.action):
                        last.update(dict.fromkeys(self.asked_in(callee), index))
            self._last[name] = last
        return self._last[name]

    def asked_in(self, name: str) -> frozenset[str]:
        """Return the shared conditions that a list asks, itself or in what it calls."""
        if name not in self._names:
            found: set[str] = set()
            seen = {name}
            pending = [name]
            while pending:
                known = self.lists.get(pending.pop())
                for rule in known.rules if known else ():
                    found.update(choice_names(rule.match))
                    new = set(_callees(rule.action)) - seen
                    seen |= new
                    pending.extend(sorted(new))
            self._names[name] = frozenset(found)
        return self._names[name]


def remembered(flow: Flow, later: Later) -> Flow:
    """Return the packet without settled conditions that nothing asks any more, so that equal packets join."""
    if not flow.choices:
        return flow
    kept = frozenset(choice for choice in flow.choices if later.asks(choice[0]))
    return flow if kept == flow.choices else flow.choosing(kept)


def _stay(place: _Place, flow: Flow, node: Node, frontier: Frontier) -> None:
    frontier.put(remembered(flow, place), node)


def _callees(action: Action) -> Iterator[str]:
    for one in action.actions if isinstance(action, Unsure) else (action,):
        if isinstance(one, Call):
            yield one.list


def _action_text(action: SureAction, after: Flow) -> str:
    if isinstance(action, Deny):
        return "reject" if action.reply else "deny"
    if isinstance(action, Assign | Copy):
        return f"assign {action.name}={after.values.get(action.name, '?')}"
    if isinstance(action, Call):
        return f"{'goto' if action.goto else 'call'} {action.list}"
    if isinstance(action, Via):
        return f"via {action.interface or '?'}"
    return type(action).__name__.lower()
