"""What hooks see of a packet's header and frame, beyond what was sent."""

from __future__ import annotations

from segcheck.model.match import All, Condition, Expr, Field, Interface, Kind, Not, conjunction, disjunction
from segcheck.sets.intervals import IntervalSet

WHOLE = Field("fragment", IntervalSet.of(0))
ARRIVED = Interface("in", ("*",))
#: From the FORWARD hook on, a packet that came in by an interface has one to leave by too.
FORWARDED = All((ARRIVED, Interface("out", ("*",))))


def time_to_live(found: IntervalSet, hooks: frozenset[str]) -> Expr:
    """Return which packets show a time to live in `found`: the kernel lowers it by one before FORWARD."""
    as_received = Field("ttl", found)
    lowered = Field("ttl", found.shifted(1) & IntervalSet.of((1, 255)))
    if hooks <= {"PREROUTING", "INPUT", "OUTPUT"}:
        return as_received
    if hooks <= {"FORWARD"}:
        return lowered
    return disjunction(conjunction(FORWARDED, lowered), conjunction(Not(FORWARDED), as_received))


def cast(kind: int, hooks: frozenset[str]) -> Expr:
    """Return which packets came in frames of a kind (0 unicast, 1 broadcast, 2 multicast), in hooks of arrival."""
    term: Expr = Field("cast", IntervalSet.of(kind))
    if "FORWARD" in hooks:
        # Frames for others than this machine are not forwarded (net/ipv4/ip_forward.c, net/ipv6/ip6_output.c).
        term = disjunction(FORWARDED, term) if kind == 0 else conjunction(Not(FORWARDED), term)
    return term


def of_arrival(term: Expr, hooks: frozenset[str], shown: str) -> Expr:
    """Return a term about the frame a packet came in; what the device itself sends came in none, and may hold or not."""
    if hooks <= {"PREROUTING", "INPUT", "FORWARD"}:
        return term
    unknown = Condition(shown, Kind.UNKNOWN)
    return disjunction(conjunction(ARRIVED, term), conjunction(Not(ARRIVED), unknown))
