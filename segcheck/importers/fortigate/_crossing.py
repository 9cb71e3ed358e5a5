"""Policies as they are asked for packets to an address of another interface than the one they came by.

Source: Technical Tip 369268: such packets need a policy from the one interface to the other, besides `allowaccess` there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from segcheck.importers.fortigate._builtin import rule
from segcheck.importers.fortigate._interfaces import Interfaces
from segcheck.importers.fortigate._values import FAMILY
from segcheck.model.match import ANYTHING, NOTHING, All, AnyOf, Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import Call, Continue, Deny, Permit, Rule, RuleList, Unsure
from segcheck.sets.intervals import IntervalSet

#: Rules that the lists of one VDOM may have together; beyond it the question is left open.
_MOST_RULES = 50_000


def crossing(prefix: str, interfaces: Interfaces, policies: dict[int, RuleList]) -> list[RuleList]:
    """Return the list `PREFIX/local-policy`, first, and those that it calls; `policies` by IP version."""
    rules: list[Rule] = []
    lists: list[RuleList] = []
    size = 0
    for port in interfaces.all:
        for family, policy in policies.items():
            own = IntervalSet.of(*(a.address for a in port.addresses if a.address in FAMILY[family]))
            if not own or port.enabled is False:
                continue
            match = conjunction(Not(Interface("in", (port.name,))), Field("dst", own))
            listed = RuleList(
                name=f"{prefix}/{'policy' if family == 4 else 'policy-v6'}-to-{port.name}",
                rules=tuple(_towards(policy.rules, port.name)) if size < _MOST_RULES else (),
                default=policy.default,
                builtin=True,
            )
            size += len(listed.rules) + len(policy.rules) // 10
            if size >= _MOST_RULES:
                rules.append(rule(f"to {port.name} from elsewhere", match, Unsure((Deny(), Continue()))))
                continue
            lists.append(listed)
            rules.append(rule(f"to {port.name} from elsewhere", match, Call(listed.name, goto=True)))
    return [RuleList(name=f"{prefix}/local-policy", rules=tuple(rules), default=Permit(), builtin=True), *lists]


def _towards(rules: Iterable[Rule], name: str) -> Iterable[Rule]:
    for one in rules:
        match = leaving_by(one.match, name)
        if match != NOTHING:
            yield replace(one, match=match)


def leaving_by(expr: Expr, name: str) -> Expr:
    """Return the expression for packets whose way out is the interface `name`."""
    if isinstance(expr, Interface) and expr.side == "out":
        return ANYTHING if name in expr.names else NOTHING
    if isinstance(expr, All):
        terms = [leaving_by(term, name) for term in expr.terms]
        return NOTHING if NOTHING in terms else conjunction(*terms)
    if isinstance(expr, AnyOf):
        return disjunction(*(leaving_by(term, name) for term in expr.terms))
    if isinstance(expr, Not):
        return Not(leaving_by(expr.term, name))
    return expr
