"""IntervalSet against sets of integers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.sets.intervals import IntervalSet, masked

from .strategies import small_intervals


def members(values: IntervalSet) -> set[int]:
    return {v for lo, hi in values.ranges for v in range(lo, hi + 1)}


@given(small_intervals, small_intervals)
def test_operators_are_those_of_sets(a: IntervalSet, b: IntervalSet) -> None:
    assert members(a | b) == members(a) | members(b)
    assert members(a & b) == members(a) & members(b)
    assert members(a - b) == members(a) - members(b)
    assert (a <= b) == (members(a) <= members(b))
    assert a.meets(b) == bool(members(a) & members(b))
    assert (a == b) == (members(a) == members(b))
    for result in (a | b, a & b, a - b, b - a):
        result._check()


@given(small_intervals)
def test_complement_within_a_size(a: IntervalSet) -> None:
    rest = a.complement(30)

    rest._check()
    assert members(rest) == set(range(30)) - members(a)


@given(small_intervals, st.integers(-50, 50))
def test_members_count_bounds_and_shift(a: IntervalSet, delta: int) -> None:
    listed = members(a)

    assert [v in a for v in range(-2, 60)] == [v in listed for v in range(-2, 60)]
    assert a.count == len(listed)
    assert bool(a) == bool(listed)
    assert members(a.shifted(delta)) == {v + delta for v in listed}
    if listed:
        assert (a.min, a.max) == (min(listed), max(listed))


@given(st.lists(st.integers(-5, 30)), st.randoms(use_true_random=False))
def test_order_of_parts_has_no_meaning(parts: list[int], shuffler: object) -> None:
    shuffled = list(parts)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]

    assert IntervalSet.of(*parts) == IntervalSet.of(*shuffled)
    assert hash(IntervalSet.of(*parts)) == hash(IntervalSet.of(*shuffled))
    assert members(IntervalSet.of(*parts)) == set(parts)


def test_neighbours_become_one_range() -> None:
    assert IntervalSet.of(1, 2, (3, 5), 7).ranges == ((1, 5), (7, 7))


def test_backward_range_is_refused() -> None:
    with pytest.raises(ValueError, match="5-4 runs backwards"):
        IntervalSet.of((5, 4))


@pytest.mark.parametrize("end", ["min", "max"])
def test_empty_set_has_no_ends(end: str) -> None:
    with pytest.raises(ValueError, match="empty set"):
        getattr(IntervalSet.empty(), end)


@given(st.integers(0, 255), st.integers(0, 255))
def test_masked_is_the_bit_test(mask: int, value: int) -> None:
    found = masked(mask, value, 8)

    found._check()
    assert members(found) == {v for v in range(256) if v & mask == value & mask}


def test_masked_stops_at_its_limit() -> None:
    assert len(masked(1, 1, 17).ranges) == 65536
    with pytest.raises(ValueError, match="more than 65536"):
        masked(1, 1, 18)
    with pytest.raises(ValueError, match="not a number of 8 bits"):
        masked(256, 0, 8)


def test_masked_without_mask_is_everything() -> None:
    assert masked(0, 5, 8) == IntervalSet.of((0, 255))
