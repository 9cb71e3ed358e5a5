"""What importers put in place of what they cannot read: a condition that may fall either way, and its reason."""

from __future__ import annotations

from segcheck.model.diagnostic import Code
from segcheck.model.match import Condition, Expr, Kind, leaves


def unknown(text: str, code: Code = Code.CONDITION_NOT_MODELLED) -> Condition:
    """Return a condition that may fall either way each time it is asked."""
    return Condition(text, Kind.UNKNOWN, code.value)


def because(*exprs: Expr) -> tuple[str, ...]:
    """Return the codes of the diagnostics that make expressions uncertain."""
    codes = {
        leaf.code
        for expr in exprs
        for leaf in leaves(expr)
        if isinstance(leaf, Condition) and leaf.kind is Kind.UNKNOWN
    }
    return tuple(sorted(codes))
