"""Cut points and their closure under shifts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.sets.cuts import MAX_PIECES, Cuts
from segcheck.sets.intervals import IntervalSet

from .strategies import small_intervals

SIZE = 60


@given(small_intervals)
def test_announced_sets_are_made_of_whole_pieces(values: IntervalSet) -> None:
    cuts = Cuts(SIZE)
    cuts.add(values)
    starts = cuts.closed()

    assert starts[0] == 0
    assert starts == tuple(sorted(set(starts)))
    for lo, hi in zip(starts, (*starts[1:], SIZE), strict=True):
        assert len({v in values for v in range(lo, hi)}) == 1


@given(
    small_intervals,
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 9), st.integers(-39, 20)), max_size=3),
)
def test_shifted_pieces_are_pieces(values: IntervalSet, moves: list[tuple[int, int, int]]) -> None:
    cuts = Cuts(SIZE)
    cuts.add(values)
    shifts = [(lo, min(lo + length, SIZE - 1), delta) for lo, length, delta in moves]
    shifts = [(lo, hi, delta) for lo, hi, delta in shifts if lo + delta >= 0 and hi + delta < SIZE]
    for shift in shifts:
        cuts.shift(*shift)
    starts = set(cuts.closed())

    for lo, hi, delta in shifts:
        assert {s + delta for s in starts if lo <= s <= hi} == {s for s in starts if lo + delta <= s <= hi + delta}
        assert {lo, lo + delta} <= starts
        assert {hi + 1, hi + delta + 1} - {SIZE} <= starts


def test_shifts_that_leave_the_dimension_are_refused() -> None:
    for lo, hi, delta in ((50, 59, 1), (0, 5, -1), (50, 60, -5), (5, 4, 0)):
        with pytest.raises(ValueError, match="leaves the dimension"):
            Cuts(SIZE).shift(lo, hi, delta)


def test_closure_that_would_not_end_soon_is_refused() -> None:
    size = 4 * MAX_PIECES
    cuts = Cuts(size)
    cuts.shift(0, size - 2, 1)

    with pytest.raises(ValueError, match="different pieces"):
        cuts.closed()
