"""Sets of integers as sorted, disjoint, closed ranges."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A finite set of integers, kept as its maximal ranges; build it with `of`, `empty` or the operators.

    ranges   ascending (lowest, highest) pairs, both ends included, never touching each other

    Laws: two sets are equal (and hash alike) exactly if they have the same members; `|`, `&` and `-` are union,
    intersection and difference; `a <= b` is the subset relation; `bool(a)` says whether there is a member.
    Every binary operation takes time linear in the number of ranges; `in` is logarithmic.
    """

    ranges: tuple[Range, ...]

    @classmethod
    def of(cls, *parts: int | Range) -> IntervalSet:
        """Return the union of the parts, each an integer or a (lowest, highest) pair, in any order.

        Raises:
            ValueError: a pair runs backwards.
        """
        pairs = [(part, part) if isinstance(part, int) else part for part in parts]
        for lo, hi in pairs:
            if lo > hi:
                raise ValueError(f"range {lo}-{hi} runs backwards")
        pairs.sort()
        return cls(_merged(pairs))

    @classmethod
    def empty(cls) -> IntervalSet:
        """Return the set without members."""
        return cls(())

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __contains__(self, value: int) -> bool:
        at = bisect_right(self.ranges, value, key=_low) - 1
        return at >= 0 and value <= self.ranges[at][1]

    def __or__(self, other: IntervalSet) -> IntervalSet:
        if not self.ranges or not other.ranges:
            return self if self.ranges else other
        # Two sorted runs one after the other: the sort is a single merge.
        return IntervalSet(_merged(sorted(self.ranges + other.ranges)))

    def __and__(self, other: IntervalSet) -> IntervalSet:
        found: list[Range] = []
        mine, theirs = self.ranges, other.ranges
        i = j = 0
        while i < len(mine) and j < len(theirs):
            lo, hi = max(mine[i][0], theirs[j][0]), min(mine[i][1], theirs[j][1])
            if lo <= hi:
                found.append((lo, hi))
            if mine[i][1] < theirs[j][1]:
                i += 1
            else:
                j += 1
        return IntervalSet(tuple(found))

    def meets(self, other: IntervalSet) -> bool:
        """Return whether the two have a member in common: `bool(self & other)`, without making the set."""
        mine, theirs = self.ranges, other.ranges
        i = j = 0
        while i < len(mine) and j < len(theirs):
            if mine[i][1] < theirs[j][0]:
                i += 1
            elif theirs[j][1] < mine[i][0]:
                j += 1
            else:
                return True
        return False

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        found: list[Range] = []
        theirs = other.ranges
        j = 0
        for lo, hi in self.ranges:
            start = lo
            while j < len(theirs) and theirs[j][1] < lo:
                j += 1
            k = j
            while k < len(theirs) and theirs[k][0] <= hi:
                if start < theirs[k][0]:
                    found.append((start, theirs[k][0] - 1))
                start = theirs[k][1] + 1
                k += 1
            if start <= hi:
                found.append((start, hi))
            j = max(j, k - 1)
        return IntervalSet(tuple(found))

    def __le__(self, other: IntervalSet) -> bool:
        return not self - other

    def complement(self, size: int) -> IntervalSet:
        """Return the members of 0..size-1 that are not in this set."""
        return (IntervalSet(((0, size - 1),)) if size > 0 else IntervalSet(())) - self

    def shifted(self, delta: int) -> IntervalSet:
        """Return the set with `delta` added to each member."""
        return IntervalSet(tuple((lo + delta, hi + delta) for lo, hi in self.ranges))

    @property
    def count(self) -> int:
        """The number of members."""
        return sum(hi - lo + 1 for lo, hi in self.ranges)

    @property
    def min(self) -> int:
        """The lowest member.

        Raises:
            ValueError: the set is empty.
        """
        if not self.ranges:
            raise ValueError("an empty set has no lowest member")
        return self.ranges[0][0]

    @property
    def max(self) -> int:
        """The highest member.

        Raises:
            ValueError: the set is empty.
        """
        if not self.ranges:
            raise ValueError("an empty set has no highest member")
        return self.ranges[-1][1]

    def _check(self) -> None:
        """Assert the canonical form; for tests."""
        assert all(lo <= hi for lo, hi in self.ranges)
        assert all(left[1] + 1 < right[0] for left, right in zip(self.ranges, self.ranges[1:], strict=False))


def masked(mask: int, value: int, width: int, limit: int = 65536) -> IntervalSet:
    """Return the `width`-bit integers x with `x & mask == value & mask`.

    Time and size are 2^k for k free bits above the lowest bit that the mask fixes.

    Raises:
        ValueError: there would be more than `limit` ranges, or the mask does not fit into the width.
    """
    if not 0 <= mask < 1 << width:
        raise ValueError(f"mask {mask:#x} is not a number of {width} bits")
    low = (mask & -mask).bit_length() - 1 if mask else width
    free = [1 << bit for bit in range(low, width) if not mask >> bit & 1]
    if len(free) >= limit.bit_length():
        raise ValueError(f"mask {mask:#x} describes more than {limit} separate ranges")
    starts = [value & mask]
    for bit in free:  # ascending bits keep the starts ascending
        starts += [start | bit for start in starts]
    return IntervalSet(_merged((start, start + (1 << low) - 1) for start in starts))


def _low(pair: Range) -> int:
    return pair[0]


def _merged(ascending: Iterable[Range]) -> tuple[Range, ...]:
    found: list[Range] = []
    for lo, hi in ascending:
        if found and lo <= found[-1][1] + 1:
            if hi > found[-1][1]:
                found[-1] = (found[-1][0], hi)
        else:
            found.append((lo, hi))
    return tuple(found)
