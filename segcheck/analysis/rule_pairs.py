"""Two rules against each other by their boxes alone: do they share a packet, does one lie within the other?

Exact where both are exactly boxes and one box each is enough; None where packet sets have to tell.
"""

from __future__ import annotations

from segcheck.analysis.rule_boxes import Box, Form, Index, escapes, whole
from segcheck.sets.header import CARRIERS
from segcheck.sets.intervals import IntervalSet

#: Pairs of boxes of two rules that are looked at, before it is left to packet sets.
_MOST = 256
_NOTHING = Index(())


class Pairs:
    """Questions about two rules of one device; `interfaces` is the number of names that stand for values of `in`."""

    def __init__(self, interfaces: int) -> None:
        self._interfaces = interfaces

    def share(self, one: Form, other: Form) -> bool | None:
        """Return whether some packet is surely matched by both."""
        if not (one.exact and other.exact) or len(one.sure) * len(other.sure) > _MOST:
            return None
        return any(self._holds(_both(a, b)) for a in one.sure for b in other.sure if _meet(a, b))

    def within(self, inner: Form, outer: Form, *, sure: bool) -> bool | None:
        """Return whether all that one rule may match another may match too, or, `sure`, surely matches."""
        around = outer.sure if sure else outer.possible
        if len(inner.possible) * len(around) > _MOST or not outer.exact:
            return None
        if all(any(self._inside(a, b) for b in around) for a in inner.possible):
            return True
        return False if inner.exact and len(around) <= 1 else None

    def _holds(self, box: Box) -> bool:
        """Return whether there is a packet in a box."""
        return all(box.values()) and escapes(_NOTHING, box, 0, self._interfaces)

    def _inside(self, inner: Box, outer: Box) -> bool:
        """Return whether no packet of one box lies outside another."""
        return not any(self._holds({**inner, **outside}) for outside in self._outsides(inner, outer))

    def _outsides(self, inner: Box, outer: Box) -> list[Box]:
        """Return what to narrow one box by to be left with what lies outside another, a box for each of its fields."""
        found: list[Box] = []
        for name, values in outer.items():
            mine = inner.get(name) or whole(name, self._interfaces)
            found.append({name: mine - values})
            if name in CARRIERS and name not in inner:  # packets that do not carry the field are outside, too
                protocols = inner.get("proto") or whole("proto", 0)
                found.append({"proto": protocols - CARRIERS[name]})
                found.append({"fragment": (inner.get("fragment") or whole("fragment", 0)) & IntervalSet.of(1)})
        return found


def _both(one: Box, other: Box) -> Box:
    return {**one, **{name: values & one[name] if name in one else values for name, values in other.items()}}


def _meet(one: Box, other: Box) -> bool:
    return all(name not in one or values.meets(one[name]) for name, values in other.items())
