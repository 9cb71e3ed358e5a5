"""Sets of packets, exactly: which headers, in which circumstances.

A `Universe` says which values are told apart; it is made once, by a `UniverseBuilder` that has been told of every set of values
that will be asked about. A `PacketSet` belongs to one universe; sets of different universes do not mix. What is inside (binary
decision diagrams, `layout` and `store`) is nobody's business outside this folder.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from segcheck.sets.addresses import V4, wildcard
from segcheck.sets.cuts import Cuts
from segcheck.sets.header import CARRIERS, ERROR_TYPES, SIZES, Packet, PacketClass
from segcheck.sets.intervals import IntervalSet, masked
from segcheck.sets.layout import Layout
from segcheck.sets.listing import Boxes, digest, list_boxes
from segcheck.sets.store import CapacityExceeded, growing
from segcheck.sets.witness import EmptySetError, contains, witness

if TYPE_CHECKING:
    from segcheck.sets.store import Function

__all__ = ["CapacityExceeded", "EmptySetError", "PacketSet", "Universe", "UniverseBuilder", "growing"]

#: Fields of one kind share their cut points, so that values can travel from one to the other.
_SHARED = {"dst": "src", "sport": "dport"}


class PacketSet:
    """A set of packets of one universe; made by the universe and by the operators.

    Laws: equal sets compare equal and hash alike, however they were made; `|`, `&`, `-`, `~` are union, intersection,
    difference and complement (within all packets); `a <= b` is the subset relation; `bool(a)` says whether there is a
    packet, in O(1), as `==` is. `&`, `|`, `-`, `<=` cost at worst the product of the operands' diagram sizes, usually
    about their sum.

    Raises, all operations:
        ValueError: the operands belong to different universes.
        CapacityExceeded: the result does not fit into the universe's store.
    """

    # Sets are made by the hundred thousand: a frozen dataclass would take three times as long to make one.
    __slots__ = ("_function", "universe")

    def __init__(self, universe: Universe, function: Function) -> None:
        self.universe = universe
        self._function = function

    def __bool__(self) -> bool:
        return self._function.satisfiable()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PacketSet):
            return NotImplemented
        return self._function == self._other(other)

    def __hash__(self) -> int:
        return hash(self._function)

    def __or__(self, other: PacketSet) -> PacketSet:
        universe = self.universe
        return PacketSet(universe, universe._combined(operator.or_, self._function, self._other(other)))

    def __and__(self, other: PacketSet) -> PacketSet:
        universe = self.universe
        return PacketSet(universe, universe._combined(operator.and_, self._function, self._other(other)))

    def __sub__(self, other: PacketSet) -> PacketSet:
        universe = self.universe
        return PacketSet(universe, universe._combined(_minus, self._function, self._other(other)))

    def __invert__(self) -> PacketSet:
        return self.universe.everything - self

    def __le__(self, other: PacketSet) -> bool:
        return not self - other

    def __repr__(self) -> str:
        return f"<PacketSet of {self._function.node_count()} nodes>"

    def contains(self, packet: Packet) -> bool:
        """Return whether the packet belongs to the set; O(number of variables), makes nothing.

        Raises:
            ValueError: the packet has no value for an extra that matters.
        """
        return contains(self.universe._layout, self._function, packet)

    def exists(self, *names: str) -> PacketSet:
        """Return the packets that some other values of the named fields bring into the set.

        Addresses stay within their family unless both are named; fields that the packet does not carry do not change.
        A change of `proto` or `fragment` brings fields that were not carried with any value: the fragments whose whole
        packet may be in s are those of `s.exists("fragment")`.
        """
        layout = self.universe._layout
        return self.universe._wrapped(lambda: layout.exists(self._function, names))

    def forall(self, *names: str) -> PacketSet:
        """Return the packets that are in the set whatever values the named fields have: `~((~s).exists(...))`."""
        return ~((~self).exists(*names))

    def at(self, name: str, value: int) -> PacketSet:
        """Return the packets that are in the set once the field has been given `value` (what an assignment maps into it).

        A packet that does not carry the field is not changed by the assignment.

        Raises:
            ValueError: the field is `proto` or `fragment`, or the value is out of range.
        """
        layout = self.universe._layout
        return self.universe._wrapped(lambda: layout.at(self._function, name, value))

    def assigned(self, name: str, values: IntervalSet) -> PacketSet:
        """Return the packets that come out when the field of a packet of the set is given any of `values`.

        Packets that do not carry the field are dropped. Addresses stay within their family.

        Raises:
            ValueError: the field is `proto` or `fragment`, or `values` was not announced to the universe.
        """
        if name in ("proto", "fragment"):
            raise ValueError(f"{name} decides which fields there are; it cannot be given a value")
        return self.exists(name) & self.universe.field(name, values)

    def moved(self, name: str, lo: int, hi: int, delta: int) -> PacketSet:
        """Return the packets of the set that carry the field with a value in lo..hi, with `delta` added to it.

        Addresses whose family no longer fits the other side are dropped. `moved(name, lo + delta, hi + delta, -delta)`
        is the way back.

        Raises:
            ValueError: `UniverseBuilder.shift` was not told of this shift.
        """
        layout = self.universe._layout
        return self.universe._wrapped(lambda: layout.moved(self._function, name, lo, hi, delta))

    def boxes(self, limit: int = 1000) -> Boxes:
        """Return the set as a list of disjoint boxes that people can read, at most `limit` of them.

        Independent of how the set was made and of what else the universe tells apart, if the extras on which it depends
        are declared in the same order. Counting all boxes is most of the time: seconds for some 100,000 nodes, minutes for
        millions; so list the part that is asked about, not a whole policy.
        """
        if not self:
            return Boxes((), 0, False)
        return self.universe._layout.store.guarded(lambda: list_boxes(self.universe._layout, self._function, limit))

    def digest(self) -> str:
        """Return the SHA-256, in hexadecimal, of what the set means.

        Equal for equal sets of any two universes that declare the extras on which they depend in the same order.
        """
        return digest(self.universe._layout, self._function)

    def witness(self) -> Packet:
        """Return one packet of the set, always the same one for equal sets.

        An opening packet if there is one, else a reply, an ICMP error, a fragment; then lowest source, destination,
        protocol and service. Source port 49152, a bare SYN and echo requests are preferred so that the example looks like
        real traffic; extras have their lowest values.

        Raises:
            EmptySetError: the set has no packet; ask `bool(packets)` first.
        """
        return self.universe._layout.store.guarded(lambda: witness(self.universe._layout, self._function))

    def _other(self, other: PacketSet) -> Function:
        # oxidd aborts the process when functions of two managers meet.
        if other.universe is not self.universe:
            raise ValueError("packet sets of different universes do not mix")
        return other._function


class Universe:
    """All packets, as far as they are told apart; built by `UniverseBuilder`.

    everything, nothing   the two extreme sets
    dimensions            the names of all fields and extras
    extras                the kind of each extra, by name, as it was declared
    """

    def __init__(self, layout: Layout, extras: Mapping[str, str | None]) -> None:
        self._layout = layout
        self._combined = layout.store.combined
        self._fields: dict[tuple[str, IntervalSet], PacketSet] = {}
        self.extras = MappingProxyType(dict(extras))
        self.dimensions = frozenset(layout.dimensions)
        self.everything = PacketSet(self, layout.valid)
        self.nothing = PacketSet(self, layout.store.false)

    @property
    def capacity(self) -> int:
        """How many nodes the store can hold."""
        return self._layout.store.capacity

    def field(self, name: str, values: IntervalSet) -> PacketSet:
        """Return the packets that carry the field (or have the extra) with a value in `values`.

        Raises:
            ValueError: the universe has no such dimension, or was not told of these values.
        """
        key = name, values
        found = self._fields.get(key)
        if found is None:
            layout = self._layout
            found = self._wrapped(lambda: layout.values(name, values) & layout.carrying(name) & layout.valid)
            self._fields[key] = found
        return found

    def bits(self, name: str, mask: int, value: int) -> PacketSet:
        """Return the packets that carry the field with `field & mask == value`; masks of addresses are those of `wildcard`.

        Raises:
            ValueError: the universe was not told of them, or they are too many pieces.
        """
        return self.field(name, _bits(name, self._layout.dimension(name).size, mask, value))

    def packet(self, **known: int) -> PacketSet:
        """Return the packets that carry each of the fields with a value alike to the given one.

        Exact only as far as the universe was told: a value that it does not set apart stands for its neighbours too.

        Raises:
            ValueError: a name or value does not exist.
        """
        layout = self._layout

        def build() -> Function:
            found = layout.valid
            for name, value in known.items():
                found = found & layout.at_value(name, value) & layout.carrying(name)
            return found

        return self._wrapped(build)

    def sets_apart(self, name: str, value: int) -> bool:
        """Return whether the universe tells the value apart from every other value of the field."""
        dimension = self._layout.dimension(name)
        piece = dimension.piece_of(value)
        return dimension.values_of(piece, piece) == (value, value)

    def of_class(self, packet_class: PacketClass) -> PacketSet:
        """Return the packets of one class; the four classes are a partition of everything."""
        return PacketSet(self, self._layout.classes[packet_class])

    def family(self, version: int) -> PacketSet:
        """Return the packets of IP version 4 or 6."""
        return PacketSet(self, self._layout.families[version])

    def _wrapped(self, build: Callable[[], Function]) -> PacketSet:
        return PacketSet(self, self._layout.store.guarded(build))


class UniverseBuilder:
    """What a universe will have to tell apart, gathered call by call; each call returns the builder.

    Fields of the header are always there; both addresses share what they are told, and so do both ports.
    """

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._kinds: dict[str, str | None] = {}
        self._cuts = {name: Cuts(size) for name, size in SIZES.items() if name not in _SHARED}
        self.cut("src", V4).cut("proto", IntervalSet.of(*ERROR_TYPES))
        for protocols in CARRIERS.values():
            self.cut("proto", protocols)
        for types in ERROR_TYPES.values():
            self.cut("icmp_type", types)
        for value in range(SIZES["tcp_flags"]):
            self.cut("tcp_flags", IntervalSet.of(value))
        self.cut("fragment", IntervalSet.of(1))

    def extra(self, name: str, size: int, kind: str | None = None) -> UniverseBuilder:
        """Declare a dimension beside the header, with values 0..size-1; `kind` is for the reader of results.

        Raises:
            ValueError: the name is taken, or the size is not positive.
        """
        if name in SIZES or name in self._sizes or size < 1:
            raise ValueError(f"cannot declare {name} with {size} values")
        self._sizes[name], self._kinds[name] = size, kind
        self._cuts[name] = Cuts(size)
        return self

    def cut(self, name: str, values: IntervalSet) -> UniverseBuilder:
        """Announce a set of values of a dimension that will be asked about."""
        self._of(name).add(values)
        return self

    def bits(self, name: str, mask: int, value: int) -> UniverseBuilder:
        """Announce a bit test, `field & mask == value`; for TCP flags there is no need to.

        Raises:
            ValueError: the test needs more than 65536 separate ranges.
        """
        return self.cut(name, _bits(name, self._of(name).size, mask, value))

    def shift(self, name: str, lo: int, hi: int, delta: int) -> UniverseBuilder:
        """Announce that `delta` will be added to values lo..hi of a dimension (`PacketSet.moved`), and taken away again.

        Raises:
            ValueError: a value would leave the dimension.
        """
        self._of(name).shift(lo, hi, delta)
        return self

    def build(self, capacity: int = 1 << 20) -> Universe:
        """Return the universe, with a store of `capacity` nodes (16 bytes each, taken as they are used).

        Raises:
            ValueError: more pieces are told apart than one dimension may have.
            CapacityExceeded: the machine does not give that much.
        """
        starts = {name: cuts.closed() for name, cuts in self._cuts.items()}
        starts |= {name: starts[other] for name, other in _SHARED.items()}
        return Universe(Layout({**SIZES, **self._sizes}, starts, capacity), self._kinds)

    def _of(self, name: str) -> Cuts:
        found = self._cuts.get(_SHARED.get(name, name))
        if found is None:
            raise ValueError(f"there is no dimension {name}")
        return found


def _bits(name: str, size: int, mask: int, value: int) -> IntervalSet:
    if name in ("src", "dst"):
        return wildcard(value, mask)
    if value & ~mask:
        return IntervalSet.empty()
    return masked(mask, value, max(1, (size - 1).bit_length()))


def _minus(left: Function, right: Function) -> Function:
    return left & ~right
