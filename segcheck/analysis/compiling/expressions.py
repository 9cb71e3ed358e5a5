"""What a rule matches, as bounds: the packets that it surely matches, and those that it possibly matches."""

from __future__ import annotations

from typing import assert_never
from weakref import WeakKeyDictionary

from segcheck.analysis.compiling import routing
from segcheck.analysis.compiling.needs import BROADCAST, LOOPBACK, MULTICAST
from segcheck.analysis.compiling.space import Space
from segcheck.model.match import (
    AddressClass,
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
)
from segcheck.sets.addresses import ALL, V4, V6
from segcheck.sets.bounds import Bounds
from segcheck.sets.intervals import IntervalSet


def matched(space: Space, expr: Expr, *, ignore_interfaces: bool = False, negated: bool = False) -> Bounds:
    """Return the packets that satisfy `expr` (or, `negated`, that do not): surely and possibly.

    Negation is pushed down to the leaves, so that with `ignore_interfaces` a condition on an interface is left out
    whichever way it stands.
    """
    match expr:
        case All(terms) | AnyOf(terms):
            both = isinstance(expr, All) != negated
            result = Bounds.exact(space.everything if both else space.nothing)
            for term in terms:
                bounds = matched(space, term, ignore_interfaces=ignore_interfaces, negated=negated)
                result = result & bounds if both else result | bounds
            return result
        case Not(term):
            return matched(space, term, ignore_interfaces=ignore_interfaces, negated=not negated)
        case Interface() if ignore_interfaces:
            return Bounds.exact(space.everything)
        case _:
            bounds = _leaf(space, expr)
            return ~bounds if negated else bounds


def _leaf(space: Space, leaf: Field | Bits | Interface | AddressKind | InForce | Condition) -> Bounds:
    match leaf:
        case Field(name, values):
            return Bounds.exact(space.field(name, values))
        case Bits(name, mask, value):
            return Bounds.exact(space.masked(name, mask, value))
        case Interface(side, names):
            return Bounds.exact(space.on(side, names))
        case AddressKind():
            return _address_kind(space, leaf)
        case InForce(schedule):
            known = space.device.schedules.get(schedule)
            if known is None or not known.known:
                return Bounds.possibly(space.everything)
            return Bounds.exact(space.field("time", space.during(schedule)))
        case Condition(name, Kind.VARIES):
            return Bounds.exact(space.varying(name))
        case Condition():
            return Bounds.possibly(space.everything)
        case _:
            assert_never(leaf)


def _address_kind(space: Space, leaf: AddressKind) -> Bounds:
    sure, possible = IntervalSet.empty(), IntervalSet.empty()
    for kind in leaf.kinds:
        surely, possibly = address_class(space, kind)
        sure, possible = sure | surely, possible | possibly
    return Bounds(space.field(leaf.name, sure), space.field(leaf.name, possible))


def address_class(space: Space, kind: AddressClass) -> tuple[IntervalSet, IntervalSet]:
    """Return the addresses that are surely and those that are possibly of a class, by the addressing that is known."""
    return _classes(space)[kind]


#: A list asks again and again. Kept as long as the space is: it holds a store of nodes, which must not outlive its use.
_CLASSES: WeakKeyDictionary[Space, dict[AddressClass, tuple[IntervalSet, IntervalSet]]] = WeakKeyDictionary()


def _classes(space: Space) -> dict[AddressClass, tuple[IntervalSet, IntervalSet]]:
    known = _CLASSES.get(space)
    if known is None:
        known = _CLASSES[space] = _classified(space)
    return known


def _classified(space: Space) -> dict[AddressClass, tuple[IntervalSet, IntervalSet]]:
    device = space.device
    own, ends = LOOPBACK, BROADCAST
    for interface in device.interfaces:
        for address in interface.addresses:
            own = own | IntervalSet.of(address.address)
            ends = ends | routing.ends(address)
    broadcast, anycast = (ends & V4) - own, (ends & V6) - own
    rest = ALL - MULTICAST - own - broadcast - anycast
    # What the addresses that are not known could be: anything but what every host knows.
    unsettled = IntervalSet.empty() if device.addressing_known else ALL - MULTICAST - BROADCAST - LOOPBACK
    tables = [routing.table(space, domain, names) for domain, names in routing.domains(space).items()]
    reached, dropped = IntervalSet.empty(), IntervalSet.empty()
    for table in tables:
        dropped = dropped | table.dropped
        for destinations in table.possible.values():
            reached = reached | destinations
    return {
        AddressClass.MULTICAST: (MULTICAST, MULTICAST),
        AddressClass.LOCAL: (own, own | unsettled),
        AddressClass.BROADCAST: (broadcast, broadcast | (unsettled & V4) - own),
        AddressClass.ANYCAST: (anycast, anycast | (unsettled & V6) - own),
        AddressClass.UNICAST: ((rest & reached) - dropped - unsettled, rest & reached),
        AddressClass.UNROUTED: ((rest & dropped) - reached - unsettled, rest & dropped),
    }
