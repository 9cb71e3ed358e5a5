"""How sets of packets are written as Boolean functions: the order of dimensions and what an assignment means.

From the top: the extra dimensions in the order of declaration, then fragment, src, dst, proto, dport, sport, tcp_flags,
icmp_type, icmp_code. Every assignment of the variables stands for one packet (up to the pieces that values are cut into),
and a field that the packet does not carry is left free: a function never depends on it there ("level"). So negation and
union need no repair, and only quantifying `proto` or `fragment`, which decide who carries what, needs levelling.
The one meaningless kind of assignment is a source of one family with a destination of the other: `valid` excludes it, and
every function that stands for a set implies `valid`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from segcheck.sets.addresses import V4, V6
from segcheck.sets.header import ACK, CARRIERS, ERROR_TYPES, RST, SIZES, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.store import Dimension, Store

if TYPE_CHECKING:
    from segcheck.sets.store import Function, Substitution

_DECIDING = frozenset({"proto", "fragment"})
_FAMILIES = {4: V4, 6: V6}


class Layout:
    """The dimensions of a universe in one store, and the operations that need to know them.

    extras and header give the first value of every piece of each dimension, in order; sizes are by name.
    """

    def __init__(self, sizes: Mapping[str, int], starts: Mapping[str, Sequence[int]], capacity: int) -> None:
        self.dimensions: dict[str, Dimension] = {}
        self.dimension_of: list[Dimension] = []
        for name in (*(n for n in starts if n not in SIZES), *SIZES):
            dimension = Dimension(name, sizes[name], tuple(starts[name]), len(self.dimension_of))
            self.dimensions[name] = dimension
            self.dimension_of += [dimension] * dimension.width
        self.store = Store(len(self.dimension_of), capacity)
        self._values: dict[tuple[str, IntervalSet], Function] = {}
        self._alike: dict[tuple[str, int], Function] = {}
        self._cubes: dict[frozenset[str], Function] = {}
        self._moves: dict[tuple[str, int], Substitution] = {}
        self.store.guarded(self._lay)

    def _lay(self) -> None:
        same4, same6 = (self.values("src", f) & self.values("dst", f) for f in (V4, V6))
        self.families = {4: same4, 6: same6}
        self.valid = same4 | same6
        whole = self.values("fragment", IntervalSet.of(0))
        self.carriers = {name: self.values("proto", protocols) & whole for name, protocols in CARRIERS.items()}
        self.error = {
            proto: self.values("icmp_type", types) & self.values("proto", IntervalSet.of(proto)) & whole
            for proto, types in ERROR_TYPES.items()
        }
        flags = self.dimensions["tcp_flags"]
        ack, rst = (self.flag(bit) for bit in (ACK, RST))
        assert flags.width == 8
        errors = reduce(lambda a, b: a | b, self.error.values())
        reply = (ack | rst) & self.carriers["tcp_flags"]
        self.classes = {
            PacketClass.OPENING: self.valid & whole & ~reply & ~errors,
            PacketClass.REPLY: self.valid & reply,
            PacketClass.ICMP_ERROR: self.valid & errors,
            PacketClass.FRAGMENT: self.valid & ~whole,
        }

    def dimension(self, name: str) -> Dimension:
        """Return a dimension by name.

        Raises:
            ValueError: there is none of that name.
        """
        found = self.dimensions.get(name)
        if found is None:
            raise ValueError(f"this universe has no dimension {name}")
        return found

    def flag(self, bit: int) -> Function:
        """Return "the TCP flag is set", wherever flags are carried or not."""
        return self.store.literal(self.dimensions["tcp_flags"].base + 8 - bit.bit_length())

    def values(self, name: str, values: IntervalSet) -> Function:
        """Return "the dimension's value lies in `values`", whoever carries it."""
        key = (name, values)
        if key not in self._values:
            dimension = self.dimension(name)
            self._values[key] = self.store.pieces(dimension, dimension.pieces_of(values))
        return self._values[key]

    def at_value(self, name: str, value: int) -> Function:
        """Return "the dimension's value is alike to `value`": lies in the same piece."""
        key = name, value
        if key not in self._alike:
            dimension = self.dimension(name)
            piece = dimension.piece_of(value)
            self._alike[key] = self.values(name, IntervalSet.of(dimension.values_of(piece, piece)))
        return self._alike[key]

    def carrying(self, name: str) -> Function:
        """Return "the packet carries the field" (always, for extras)."""
        return self.carriers.get(name, self.store.true)

    def cube(self, *names: str) -> Function:
        """Return the variables of some dimensions as one conjunction."""
        key = frozenset(names)
        if key not in self._cubes:
            self._cubes[key] = self.store.variables([self.dimension(name) for name in names])
        return self._cubes[key]

    def exists(self, function: Function, names: Sequence[str]) -> Function:
        """Return the packets that belong to `function` after some change of the named fields.

        A change of proto or fragment brings fields that were not carried with any value.
        """
        found = function.exists(self.cube(*names))
        if not _DECIDING.isdisjoint(names):
            for field, carried in self.carriers.items():
                found = found | (found.exists(self.cube(field)) & ~carried)
        return found & self.valid

    def at(self, function: Function, name: str, value: int) -> Function:
        """Return the packets that belong to `function` once the field, if they carry it, has that value."""
        if name in _DECIDING:
            raise ValueError(f"{name} decides which fields there are; it cannot be given a value")
        return (function & self.at_value(name, value)).exists(self.cube(name)) & self.valid

    def moved(self, function: Function, name: str, lo: int, hi: int, delta: int) -> Function:
        """Return the packets of `function` that carry the field with lo..hi, with `delta` added to it.

        Raises:
            ValueError: the universe was not built for this shift.
        """
        if name in _DECIDING:
            raise ValueError(f"{name} decides which fields there are; it cannot be moved")
        dimension = self.dimension(name)
        (first, last), (to, end) = (
            dimension.pieces_of(IntervalSet.of((start, start + hi - lo)))[0]
            if 0 <= start <= dimension.size - 1 - (hi - lo)
            else (0, -1)
            for start in (lo, lo + delta)
        )
        same = [v + delta for v in dimension.starts[first : last + 1]] == list(dimension.starts[to : end + 1])
        if first > last or not same:
            raise ValueError(f"{name} {lo}-{hi} moved by {delta} was not announced to this universe")
        distance = to - first
        if (name, distance) not in self._moves:
            self._moves[name, distance] = self.store.minus(dimension, distance)
        chosen = function & self.values(name, IntervalSet.of((lo, hi))) & self.carrying(name)
        found = chosen.substitute(self._moves[name, distance]) & self.store.numbers(dimension, [(to, end)])
        top = (1 << dimension.width) - 1
        if end == dimension.pieces - 1 < top:  # numbers past the last piece mean the last piece
            at_end = (found & self.store.numbers(dimension, [(end, end)])).exists(self.cube(name))
            found = found | (at_end & self.store.numbers(dimension, [(end, top)]))
        return found & self.valid
