"""What a device decides only after the opening packet has passed: applications, URLs, content (DESIGN §2.4).

Such a condition lets an opening packet through at one time and not at another, so for forbidden traffic it is a state of the
world; whether required traffic works stays open (`CONTENT` marks the dimension).
"""

from __future__ import annotations

from dataclasses import replace

from segcheck.model.device import DeviceConfig
from segcheck.model.match import All, AnyOf, Condition, Expr, Kind, Not, leaves
from segcheck.model.rules import Rule, RuleList

#: How the names of such conditions begin once they are states of the world.
CONTENT = "content: "


def varying(config: DeviceConfig, device: str) -> DeviceConfig:
    """Return the device with every condition that is decided later as one that varies, the device's own."""
    if not any(_later(rule) for rules in config.lists.values() for rule in rules.rules):
        return config
    return replace(config, lists={name: _list(rules, device) for name, rules in config.lists.items()})


def _later(rule: Rule) -> bool:
    return any(isinstance(leaf, Condition) and leaf.kind is Kind.LATER for leaf in leaves(rule.match))


def _list(rules: RuleList, device: str) -> RuleList:
    made = (replace(rule, match=_expr(rule.match, device)) if _later(rule) else rule for rule in rules.rules)
    return replace(rules, rules=tuple(made))


def _expr(expr: Expr, device: str) -> Expr:
    match expr:
        case All(terms):
            return All(tuple(_expr(term, device) for term in terms))
        case AnyOf(terms):
            return AnyOf(tuple(_expr(term, device) for term in terms))
        case Not(term):
            return Not(_expr(term, device))
        case Condition(name, Kind.LATER, code):
            return Condition(f"{CONTENT}{name} [{device}]", Kind.VARIES, code)
    return expr
