"""Boolean functions in a store of fixed size; the only module that knows `oxidd`.

A `Store` holds binary decision diagrams with complement edges over numbered variables, variable 0 on top. A `Dimension` is a
run of variables that holds the number of a piece, highest bit first. Facts about oxidd 0.13 that this module lives by:

* a manager's capacity is fixed; exhaustion raises DDMemoryError and leaves the store usable;
* it collects garbage near the capacity, but on a thread of its own that the work does not wait for, and each thread keeps up
  to 65536 free nodes to itself (CHUNK_SIZE in its manager.rs): so collect before it gets near, add two such chunks, and try
  again a little later when an operation finds the store full;
* a manager that the machine has no address space for, and functions of two managers in one operation, abort the process:
  so ask for the space first, and callers keep universes apart;
* comparison operators of functions order them arbitrarily; they are not implication.
"""

from __future__ import annotations

import mmap
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from segcheck.sets.intervals import IntervalSet, Range

if TYPE_CHECKING:
    from oxidd.bcdd import BCDDFunction, BCDDSubstitution

    Function = BCDDFunction
    Substitution = BCDDSubstitution

_T = TypeVar("_T")
#: Most nodes that a store may be asked to hold (the library's own bound is near 2^32).
MAX_CAPACITY = 1 << 30
_NODE_BYTES = 16
_SLACK = 2 * 65536
#: Seconds to leave to a collection that is already running before the next try.
_PAUSES = (0.0, 0.02, 0.2)


class CapacityExceeded(RuntimeError):
    """A store is full, or cannot be had in the size asked for; `capacity` is that size in nodes."""

    def __init__(self, capacity: int) -> None:
        super().__init__(f"a packet set needs more than {capacity} nodes")
        self.capacity = capacity


def growing(work: Callable[[int], _T], start: int = 1 << 20, limit: int = 1 << 26) -> _T:
    """Return `work(capacity)`, called again with twice the capacity, from `start` up to `limit`, while that is exceeded.

    Raises:
        CapacityExceeded: `limit` did not suffice either.
    """
    capacity = min(start, limit)
    while True:
        try:
            return work(capacity)
        except CapacityExceeded:
            if capacity >= limit:
                raise
        capacity = min(2 * capacity, limit)


@dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """One field of a universe, its values cut into pieces that are numbered in order.

    starts   the first value of each piece, ascending from 0
    base     the variable of the highest bit of the piece's number; `width` variables in all

    Numbers past the last piece mean the last piece too, so that no assignment of the variables is meaningless.
    """

    name: str
    size: int
    starts: tuple[int, ...]
    base: int

    @property
    def pieces(self) -> int:
        """How many pieces there are."""
        return len(self.starts)

    @property
    def width(self) -> int:
        """How many variables hold the number of a piece."""
        return (len(self.starts) - 1).bit_length()

    def piece_of(self, value: int) -> int:
        """Return the number of the piece that a value lies in."""
        if not 0 <= value < self.size:
            raise ValueError(f"{self.name} is 0 to {self.size - 1}, not {value}")
        return bisect_right(self.starts, value) - 1

    def pieces_of(self, values: IntervalSet) -> list[Range]:
        """Return the piece numbers that make up `values`, as ranges; what is outside the dimension is left out.

        Raises:
            ValueError: `values` divides a piece.
        """
        if values and (values.min < 0 or values.max >= self.size):
            values = values & IntervalSet.of((0, self.size - 1))
        found = []
        for lo, hi in values.ranges:
            first, after = bisect_left(self.starts, lo), bisect_left(self.starts, hi + 1)
            whole = after == len(self.starts) if hi + 1 == self.size else self._starts_at(after, hi + 1)
            if not (whole and self._starts_at(first, lo)):
                raise ValueError(f"{self.name} {lo}-{hi} was not announced to this universe")
            found.append((first, after - 1))
        return found

    def values_of(self, first: int, last: int) -> Range:
        """Return the lowest and highest value of a run of pieces."""
        end = self.starts[last + 1] if last + 1 < len(self.starts) else self.size
        return self.starts[first], end - 1

    def _starts_at(self, piece: int, value: int) -> bool:
        return piece < len(self.starts) and self.starts[piece] == value


class Store:
    """Boolean functions over `variables` variables, `capacity` nodes of them at a time (a fixed number more may pass).

    Every method that makes functions may raise CapacityExceeded if called within `guarded`.
    """

    def __init__(self, variables: int, capacity: int) -> None:
        from oxidd.bcdd import BCDDManager, BCDDSubstitution
        from oxidd.util import DDMemoryError

        if not 0 < capacity <= MAX_CAPACITY:
            raise CapacityExceeded(capacity)
        try:
            mmap.mmap(-1, _NODE_BYTES * (capacity + _SLACK) + (1 << 26)).close()
        except (OSError, MemoryError, ValueError):
            raise CapacityExceeded(capacity) from None
        self.capacity = capacity
        self._full: type[BaseException] = DDMemoryError
        self._manager = BCDDManager(capacity + _SLACK, max(1 << 12, min(1 << 20, capacity // 4)), 1)
        self._collect_above = 3 * (capacity + _SLACK) // 4
        self._manager.add_vars(variables)
        self._substitution = BCDDSubstitution
        self.false = self._manager.false()
        self.true = self._manager.true()
        self._literals: list[Function] = self.guarded(lambda: [self._manager.var(n) for n in range(variables)])

    def guarded(self, work: Callable[[], _T]) -> _T:
        """Return `work()`, with garbage collected before it if there may be much, and tried again if the store is full.

        Raises:
            CapacityExceeded: it is still full after all.
        """
        if self._manager.approx_num_inner_nodes() > self._collect_above:
            self._collect()
        for pause in _PAUSES:
            try:
                return work()
            except self._full:
                time.sleep(pause)
                self._collect()
        raise CapacityExceeded(self.capacity)

    def combined(self, operation: Callable[[Function, Function], Function], one: Function, other: Function) -> Function:
        """Return `operation(one, other)`, guarded; the way most work goes, so without a detour.

        Raises:
            CapacityExceeded: the store is full.
        """
        if self._manager.approx_num_inner_nodes() <= self._collect_above:
            try:
                return operation(one, other)
            except self._full:
                pass
        return self.guarded(lambda: operation(one, other))

    def _collect(self) -> None:
        self._manager.gc()
        kept = self._manager.num_inner_nodes()
        self._collect_above = kept + 3 * max(0, self.capacity + _SLACK - kept) // 4

    @property
    def nodes(self) -> int:
        """How many nodes the store holds at this moment, garbage included."""
        return self._manager.num_inner_nodes()

    def literal(self, variable: int) -> Function:
        """Return the function that is true where the variable is."""
        return self._literals[variable]

    def variables(self, dimensions: Sequence[Dimension]) -> Function:
        """Return the conjunction of all variables of some dimensions, as quantifiers want it."""
        found = self.true
        for number in sorted((d.base + k for d in dimensions for k in range(d.width)), reverse=True):
            found = self._literals[number] & found
        return found

    def numbers(self, dimension: Dimension, ranges: Sequence[Range]) -> Function:
        """Return "the number in the dimension's variables lies in `ranges`" (ascending, disjoint); O(ranges * width)."""
        starts, ends = [r[0] for r in ranges], [r[1] for r in ranges]
        last, false, true = len(ends), self.false, self.true
        literals = self._literals[dimension.base : dimension.base + dimension.width]

        def build(bit: int, low: int, high: int) -> Function:
            at = bisect_left(ends, low)
            if at == last or starts[at] > high:
                return false
            if starts[at] <= low and high <= ends[at]:
                return true
            middle = (low + high + 1) >> 1
            return literals[bit].ite(build(bit + 1, middle, high), build(bit + 1, low, middle - 1))

        return build(0, 0, (1 << dimension.width) - 1)

    def pieces(self, dimension: Dimension, ranges: Sequence[Range]) -> Function:
        """Return "the piece in the dimension lies in `ranges`" (ascending, disjoint)."""
        if ranges and ranges[-1][1] == dimension.pieces - 1:
            ranges = [*ranges[:-1], (ranges[-1][0], (1 << dimension.width) - 1)]
        return self.numbers(dimension, ranges)

    def minus(self, dimension: Dimension, distance: int) -> Substitution:
        """Return the substitution of the dimension's number n by n - distance (modulo 2^width)."""
        borrow = self.false
        pairs = []
        for bit in range(dimension.width):
            variable = dimension.base + dimension.width - 1 - bit
            literal = self._literals[variable]
            taken = distance >> bit & 1
            pairs.append((variable, literal ^ borrow if not taken else ~(literal ^ borrow)))
            borrow = ~literal | borrow if taken else ~literal & borrow
        return self._substitution(pairs)


def rows(function: Function, dimension: Dimension) -> list[tuple[IntervalSet, Function]]:
    """Return what remains of a function for each value of a dimension that it asks first, equal remainders joined.

    The value sets are disjoint, ascending by lowest value and maximal, hence independent of how the dimension is cut;
    values for which nothing remains are left out. O(pieces * width) at worst.
    """
    found: dict[Function, list[Range]] = {}
    end = dimension.base + dimension.width
    last = dimension.pieces - 1

    def visit(rest: Function, bit: int, low: int) -> None:
        if low > last or not rest.satisfiable():
            return
        variable = rest.node_var()
        if variable is None or variable >= end:
            found.setdefault(rest, []).append((low, min(low + (1 << (dimension.width - bit)) - 1, last)))
            return
        middle = low + (1 << (dimension.width - bit - 1))
        if variable == dimension.base + bit:
            yes, no = rest.cofactors()  # type: ignore[misc]  # never None: the function is no constant
        else:
            yes = no = rest
        visit(no, bit + 1, low)
        visit(yes, bit + 1, middle)

    visit(function, 0, 0)
    joined = [(IntervalSet.of(*(dimension.values_of(a, b) for a, b in runs)), rest) for rest, runs in found.items()]
    return sorted(joined, key=lambda row: row[0].ranges)


def remainders(function: Function, dimension: Dimension) -> set[Function]:
    """Return the different remainders that `rows` would give, without their values; O(nodes), which can be far less."""
    end = dimension.base + dimension.width
    found: set[Function] = set()
    seen = {function}
    left = [function]
    while left:
        rest = left.pop()
        variable = rest.node_var()
        if variable is None or variable >= end:
            if rest.satisfiable():
                found.add(rest)
            continue
        for below in rest.cofactors():  # type: ignore[union-attr]  # never None: the function is no constant
            if below not in seen:
                seen.add(below)
                left.append(below)
    return found
