"""What a rule that names the original destination asks of a packet whose destination has been translated already.

Security rules compare addresses and ports as they were before translation (Networking Administrator's Guide, "NAT Policy
Overview"). By the time they are asked the packet carries the new ones, and the number of the NAT rule that took it: from both
follows what it carried before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segcheck.importers._unsure import unknown
from segcheck.model.match import All, AnyOf, Expr, Field, Not, conjunction, disjunction
from segcheck.sets.intervals import IntervalSet


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What one NAT rule makes of destinations.

    number     of the rule, as packets carry it in `snat`
    addresses  that it takes; None = they cannot be told
    shift      new address less old one; None = not one to one
    ports      that it takes, where it changes the port; None = it leaves ports alone
    known      False: anything may come of a packet
    """

    number: int
    addresses: IntervalSet | None
    shift: int | None
    ports: IntervalSet | None
    known: bool = True


def original(expr: Expr, rewritings: Sequence[Rewriting]) -> Expr:
    """Return `expr` with what it asks of destination address and port asked of the packet before its translation."""
    if not rewritings:
        return expr
    if isinstance(expr, Field) and expr.name in ("dst", "dport"):
        return _field(expr, rewritings)
    if isinstance(expr, All):
        return conjunction(*(original(term, rewritings) for term in expr.terms))
    if isinstance(expr, AnyOf):
        return disjunction(*(original(term, rewritings) for term in expr.terms))
    return Not(original(expr.term, rewritings)) if isinstance(expr, Not) else expr


def _field(expr: Field, rewritings: Sequence[Rewriting]) -> Expr:
    plain, whole, parts = [], [], []
    for one in rewritings:
        taken = one.addresses if expr.name == "dst" else one.ports
        mine = Field("snat", IntervalSet.of(one.number))
        if one.known and expr.name == "dport" and one.ports is None:
            plain.append(one.number)
        elif not one.known or taken is None:
            parts.append(conjunction(mine, unknown("destination before translation")))
        elif taken <= expr.values:
            whole.append(one.number)
        elif taken.meets(expr.values):
            common = taken & expr.values
            moved = expr.name == "dst" and one.shift is not None
            there: Expr = Field("dst", common.shifted(one.shift or 0)) if moved else unknown("port before translation")
            parts.append(conjunction(mine, there))
    apart = IntervalSet.of(*(one.number for one in rewritings)) - IntervalSet.of(*plain)
    untouched = conjunction(Not(Field("snat", apart)), expr) if apart else expr
    found = [untouched, *([Field("snat", IntervalSet.of(*whole))] if whole else []), *parts]
    return disjunction(*found)
