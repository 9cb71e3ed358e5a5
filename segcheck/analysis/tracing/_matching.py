"""Whether what a rule asks holds for a packet: yes, no, or not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from segcheck.analysis.tracing._addressing import Addressing
from segcheck.analysis.tracing._flows import Flow
from segcheck.model.match import (
    AddressKind,
    All,
    AnyOf,
    Bits,
    Condition,
    Expr,
    Field,
    InForce,
    Interface,
    Kind,
    Not,
    leaves,
)
from segcheck.model.schedule import WEEK_MINUTES, Schedule
from segcheck.sets.intervals import IntervalSet

MAX_EXPRESSION_DEPTH = 150
_WEEK = IntervalSet.of((0, WEEK_MINUTES - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What expressions ask besides the packet.

    minute              wall-clock minute, None = any time
    ignore_interfaces   conditions on interfaces are left out, negated ones too
    """

    addressing: Addressing
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    minute: int | None = None
    ignore_interfaces: bool = False


def evaluate(expr: Expr, flow: Flow, around: Surroundings) -> bool | None:
    """Return whether `expr` holds for the packet; None if that depends on something not known.

    Leaves that are not known count as independent of each other (Kleene's three-valued logic), but for those that
    `flow.choices` has settled. An expression nested deeper than `MAX_EXPRESSION_DEPTH` is not known.
    """
    return _evaluate(expr, flow, around, False, MAX_EXPRESSION_DEPTH)


def _evaluate(expr: Expr, flow: Flow, around: Surroundings, negated: bool, depth: int) -> bool | None:
    if isinstance(expr, Field):  # first, since nearly every leaf of a long list is one
        value = flow.values.get(expr.name)
        if value is not None and expr.name not in flow.loose:
            return value in expr.values
        return _unknown_field(expr, flow)
    if depth == 0:
        return None
    if isinstance(expr, All):
        unknown = False
        for term in expr.terms:
            holds = _evaluate(term, flow, around, negated, depth - 1)
            if holds is False:
                return False
            unknown = unknown or holds is None
        return None if unknown else True
    if isinstance(expr, AnyOf):
        unknown = False
        for term in expr.terms:
            holds = _evaluate(term, flow, around, negated, depth - 1)
            if holds is True:
                return True
            unknown = unknown or holds is None
        return None if unknown else False
    if isinstance(expr, Not):
        holds = _evaluate(expr.term, flow, around, not negated, depth - 1)
        return None if holds is None else not holds
    if isinstance(expr, Bits):
        return _bits(expr, flow)
    if isinstance(expr, Interface):
        if around.ignore_interfaces:
            return not negated  # left out: neither `-i x` nor `! -i x` stands in the way
        if expr.side == "out":  # not known may also mean that there is none yet, which not even "*" fits
            return None if flow.egress is None and expr.names else on_interface(flow.egress, expr.names)
        return on_interface(flow.ingress, expr.names)
    if isinstance(expr, AddressKind):
        return _address_kind(expr, flow, around)
    if isinstance(expr, InForce):
        return _in_force(expr.schedule, flow, around)
    if expr.kind is Kind.VARIES:
        return _settled(_varies_key(expr.name), flow)
    return None


def on_interface(interface: str | None, names: tuple[str, ...]) -> bool | None:
    """Return whether an interface is one of `names` (a trailing `*` = any rest); "" is none at all, None not known."""
    if interface == "":
        return False
    if interface is None:
        return True if "*" in names else None if names else False
    return any(interface.startswith(name[:-1]) if name.endswith("*") else interface == name for name in names)


def open_choices(expr: Expr, flow: Flow, around: Surroundings) -> Iterator[str]:
    """Yield the conditions of `expr` that are one variable everywhere and not yet settled; repeated as they occur."""
    for leaf in leaves(expr):
        if isinstance(leaf, Condition):
            if leaf.kind is Kind.VARIES and _settled(_varies_key(leaf.name), flow) is None:
                yield _varies_key(leaf.name)
        elif isinstance(leaf, InForce) and _in_force(leaf.schedule, flow, around) is None:
            yield _schedule_key(leaf.schedule)


def choice_names(expr: Expr) -> Iterator[str]:
    """Yield every condition of `expr` that is one variable everywhere."""
    for leaf in leaves(expr):
        if isinstance(leaf, Condition):
            if leaf.kind is Kind.VARIES:
                yield _varies_key(leaf.name)
        elif isinstance(leaf, InForce):
            yield _schedule_key(leaf.schedule)


def unknowns(expr: Expr, flow: Flow, around: Surroundings, limit: int = 5) -> tuple[str, ...]:
    """Return, for people, the first leaves of `expr` that are not known for this packet."""
    found: list[str] = []
    for leaf in leaves(expr):
        if len(found) < limit and evaluate(leaf, flow, around) is None:
            text = _leaf_text(leaf)
            if text not in found:
                found.append(text)
    return tuple(found) or ("nested too deeply",)


def choice_text(key: str) -> str:
    """Return a settled condition's name for people."""
    kind, name = key.split(":", 1)
    return f"schedule {name}" if kind == "schedule" else name


def _leaf_text(leaf: Expr) -> str:
    if isinstance(leaf, Condition):
        return leaf.name
    if isinstance(leaf, Field | Bits):
        return f"{leaf.name} not known"
    if isinstance(leaf, Interface):
        return f"{leaf.side} interface not known"
    if isinstance(leaf, AddressKind):
        return f"addressing of {leaf.name} not known"
    return f"schedule {leaf.schedule}" if isinstance(leaf, InForce) else "nested too deeply"


def _unknown_field(leaf: Field, flow: Flow) -> bool | None:
    if leaf.name in flow.absent:
        return False
    possible = flow.possible(leaf.name)
    if not possible & leaf.values:
        return False
    return True if flow.surely_carries(leaf.name) and possible <= leaf.values else None


def _bits(leaf: Bits, flow: Flow) -> bool | None:
    if leaf.name in flow.absent or leaf.value & ~leaf.mask:
        return False
    value = flow.values.get(leaf.name)
    if value is not None and leaf.name not in flow.loose:
        return value & leaf.mask == leaf.value
    return True if leaf.mask == 0 and flow.surely_carries(leaf.name) else None


def _address_kind(leaf: AddressKind, flow: Flow, around: Surroundings) -> bool | None:
    address = flow.values.get(leaf.name)
    if address is None:
        return None
    possible = around.addressing.classes(address, around.addressing.domain(flow.ingress))
    if possible <= leaf.kinds:
        return True
    return None if possible & leaf.kinds else False


def _in_force(name: str, flow: Flow, around: Surroundings) -> bool | None:
    schedule = around.schedules.get(name)
    if schedule is not None and schedule.known:
        if around.minute is not None:
            return schedule.in_force(around.minute)
        if not _WEEK - schedule.weekly:
            return True
        if not schedule.weekly and not schedule.once:
            return False
    return _settled(_schedule_key(name), flow)


def _settled(key: str, flow: Flow) -> bool | None:
    if (key, True) in flow.choices:
        return True
    return False if (key, False) in flow.choices else None


def _varies_key(name: str) -> str:
    return f"varies:{name}"


def _schedule_key(name: str) -> str:
    return f"schedule:{name}"
