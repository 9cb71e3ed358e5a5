"""Where the values of a dimension stop being alike: cut points, gathered and closed under shifts."""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.sets.intervals import IntervalSet

#: Most pieces that one dimension may be cut into.
MAX_PIECES = 1 << 20


class Cuts:
    """The cut points of one dimension of `size` values; a cut point is the first value of a piece."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._points = {0}
        self._shifts: set[tuple[int, int, int]] = set()

    def add(self, values: IntervalSet) -> None:
        """Make sure that no piece lies partly inside `values`; what is outside the dimension is left out."""
        for lo, hi in values.ranges:
            self._points.add(lo)
            self._points.add(hi + 1)

    def shift(self, lo: int, hi: int, delta: int) -> None:
        """Make sure that the pieces of lo..hi, moved by `delta`, are the pieces of lo+delta..hi+delta.

        Raises:
            ValueError: one of the two blocks leaves the dimension.
        """
        if not (0 <= lo <= hi < self.size and lo + delta >= 0 and hi + delta < self.size):
            raise ValueError(f"{lo}-{hi} moved by {delta} leaves the dimension")
        self.add(IntervalSet.of((lo, hi)))
        self.add(IntervalSet.of((lo + delta, hi + delta)))
        self._shifts.add((lo, hi, delta))

    def closed(self) -> tuple[int, ...]:
        """Return the first value of every piece, ascending; the first is 0.

        Raises:
            ValueError: more than MAX_PIECES pieces are needed.
        """
        points = {p for p in self._points if 0 <= p < self.size}
        fresh: Iterable[int] = points
        moves = [
            m for lo, hi, delta in sorted(self._shifts) for m in ((lo, hi, delta), (lo + delta, hi + delta, -delta))
        ]
        while True:
            found = {p + delta for p in fresh for lo, hi, delta in moves if lo <= p <= hi} - points
            points |= found
            if len(points) > MAX_PIECES:
                raise ValueError(f"more than {MAX_PIECES} different pieces of one field are told apart")
            if not found:
                return tuple(sorted(points))
            fresh = found
