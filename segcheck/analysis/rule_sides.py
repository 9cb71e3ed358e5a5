"""Which lists packets meet on their way through a device, and by which interfaces what a rule matches comes in and goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from segcheck.analysis.compiling.needs import interface_names
from segcheck.analysis.compiling.space import fits
from segcheck.analysis.rule_boxes import Form, form
from segcheck.model.device import DeviceConfig
from segcheck.model.pipeline import Stage, StageKind
from segcheck.model.rules import Call, Permit, Rule, RuleList, Unsure


def through(config: DeviceConfig) -> frozenset[str]:
    """Return the lists that packets on their way through a device may meet, those that others call included."""
    stages: Sequence[Stage] = (*config.pipeline.ingress, *config.pipeline.forward)
    left = [b.list for stage in stages if stage.kind is StageKind.FILTER for b in stage.bindings]
    found: set[str] = set()
    while left:
        name = left.pop()
        if name in found or name not in config.lists:
            continue
        found.add(name)
        for rule in config.lists[name].rules:
            for action in rule.action.actions if isinstance(rule.action, Unsure) else (rule.action,):
                left += [action.list] if isinstance(action, Call) else []
    return frozenset(found)


def sides(
    config: DeviceConfig, rules: RuleList, rule: Rule, interfaces: Iterable[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return those of a device's interfaces where what a rule matches may come in, and those where it may go out."""
    names = interface_names(config)
    spelt = form(rule.match, names)
    held = tuple(interfaces)
    found = []
    for side, offset in (("in", 0), ("out", 1)):
        bound = _bound(config, rules, side)
        mine = (name for name in held if bound is None or fits(name, bound))
        found.append(frozenset(name for name in mine if _fits(spelt, side, names, offset, name)))
    return found[0], found[1]


def is_permit(rule: Rule) -> bool:
    """Return whether a rule is written, in force and lets pass."""
    return rule.enabled and rule.span is not None and isinstance(rule.action, Permit)


def _fits(spelt: Form, side: str, names: Sequence[str], offset: int, interface: str) -> bool:
    if interface not in names:
        return any(side not in box for box in spelt.possible)
    number = names.index(interface) + offset
    return any(side not in box or number in box[side] for box in spelt.possible)


def _bound(config: DeviceConfig, rules: RuleList, side: str) -> tuple[str, ...] | None:
    """Return the interfaces that a list is bound to on a side; None where it is not bound by that."""
    stages = (*config.pipeline.ingress, *config.pipeline.forward)
    bindings = [b for stage in stages for b in stage.bindings if b.list == rules.name]
    if not bindings or any(b.side != side for b in bindings):
        return None
    return tuple(name for b in bindings for name in b.interfaces)
