"""What asked the other way round: which answers belong to opening packets that fit an expression.

Inspection and reflexive lists let in the answers of what they have let out (Cisco IOS Security Configuration Guide, "Configuring
IP Session Filtering (Reflexive Access Lists)", "Zone-Based Policy Firewalls"): same protocol, addresses and ports swapped. What
an answer does not show of its opening packet (flags, TOS, ICMP codes, the time) is unknown.
"""

from __future__ import annotations

from segcheck.importers._unsure import unknown
from segcheck.model.match import All, AnyOf, Condition, Expr, Field, Interface, Not, State, conjunction
from segcheck.sets.intervals import IntervalSet

_SWAPPED = {"src": "dst", "dst": "src", "sport": "dport", "dport": "sport", "proto": "proto", "fragment": "fragment"}
#: Types of ICMP questions and of their answers (RFC 792, RFC 950, RFC 4443).
_ANSWERS = {8: 0, 13: 14, 15: 16, 17: 18, 128: 129}


def established() -> Expr:
    """Return packets of a connection that the device knows."""
    return Field("state", IntervalSet.of(int(State.ESTABLISHED)))


def answered() -> Expr:
    """Return the answers of connections that the device knows."""
    return conjunction(established(), Field("reply", IntervalSet.of(1)))


def mirrored(expr: Expr) -> Expr:
    """Return which answers belong to opening packets that fit `expr`."""
    if isinstance(expr, Field):
        return _field(expr)
    if isinstance(expr, Interface):
        return Interface("out" if expr.side == "in" else "in", expr.names)
    if isinstance(expr, All):
        return All(tuple(mirrored(term) for term in expr.terms))
    if isinstance(expr, AnyOf):
        return AnyOf(tuple(mirrored(term) for term in expr.terms))
    if isinstance(expr, Not):
        return Not(mirrored(expr.term))
    if isinstance(expr, Condition):
        return expr
    return unknown("what the opening packet was like")


def _field(field: Field) -> Expr:
    if field.name in _SWAPPED:
        return Field(_SWAPPED[field.name], field.values)
    if field.name == "icmp_type":
        told = [answer for asked, answer in _ANSWERS.items() if asked in field.values]
        return Field("icmp_type", IntervalSet.of(*told)) if told else AnyOf(())
    return unknown("what the opening packet was like")
