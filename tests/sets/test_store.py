"""The store: capacity, garbage, and functions over numbered pieces."""

from __future__ import annotations

import random
import subprocess
import sys
from functools import reduce
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import CapacityExceeded, PacketSet, Universe, UniverseBuilder, growing
from segcheck.sets.store import MAX_CAPACITY, Dimension, Store, remainders, rows

from .strategies import small_intervals


def large_set(universe: Universe, points: int) -> PacketSet:
    """Return a set that needs about 15 nodes for each of its unrelated pairs of addresses."""
    draw = random.Random(points)
    parts = [
        universe.field("src", IntervalSet.of(draw.randrange(points)))
        & universe.field("dst", IntervalSet.of(draw.randrange(points)))
        for _ in range(points)
    ]
    while len(parts) > 1:
        parts = [reduce(or_, parts[n : n + 2]) for n in range(0, len(parts), 2)]
    return parts[0]


def wide_universe(capacity: int, points: int) -> Universe:
    return (
        UniverseBuilder()
        .cut("src", IntervalSet.of(*range(0, points, 2)))
        .cut("src", IntervalSet.of(*range(1, points, 2)))
        .build(capacity)
    )


def test_a_full_store_says_so_and_stays_usable() -> None:
    universe = wide_universe(1 << 12, 1 << 14)
    with pytest.raises(CapacityExceeded) as caught:
        large_set(universe, 1 << 14)

    assert caught.value.capacity == 1 << 12
    assert "4096 nodes" in str(caught.value)
    assert universe.capacity == 1 << 12
    assert universe.field("src", IntervalSet.of(5)) <= universe.everything


def test_growing_doubles_until_it_fits() -> None:
    asked: list[int] = []

    def work(capacity: int) -> str:
        asked.append(capacity)
        if capacity < 1000:
            raise CapacityExceeded(capacity)
        return "fits"

    assert growing(work, start=300, limit=5000) == "fits"
    assert asked == [300, 600, 1200]


def test_growing_gives_up_at_its_limit() -> None:
    asked: list[int] = []

    def work(capacity: int) -> None:
        asked.append(capacity)
        raise CapacityExceeded(capacity)

    with pytest.raises(CapacityExceeded):
        growing(work, start=100, limit=350)
    assert asked == [100, 200, 350]


def test_garbage_is_collected() -> None:
    store = Store(64, 1 << 12)
    draw = random.Random(1)
    made = 0
    for _ in range(6000):
        word = draw.getrandbits(64)

        def chain(word: int = word) -> int:
            found = store.true
            for n in reversed(range(64)):
                literal = store.literal(n)
                found = (literal if word >> n & 1 else ~literal) & found
            return found.node_count()

        made += store.guarded(chain)

    assert made > 300_000
    assert store.nodes < 150_000


@pytest.mark.parametrize("capacity", [0, -1, MAX_CAPACITY + 1])
def test_sizes_that_cannot_be_are_refused(capacity: int) -> None:
    with pytest.raises(CapacityExceeded):
        UniverseBuilder().build(capacity)


def test_a_machine_without_the_memory_gives_an_error_and_no_crash() -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31))\n"
        "from segcheck.sets.packets import CapacityExceeded, UniverseBuilder\n"
        "try: UniverseBuilder().build(1 << 28)\n"
        "except CapacityExceeded: print('told')\n"
    )
    if not sys.platform.startswith("linux"):
        pytest.skip("address space limits are those of Linux")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout.strip()) == (0, "told")


def test_addresses_load_no_store() -> None:
    program = "import sys, segcheck.sets.addresses, segcheck.sets.header; print('oxidd' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"


def dimension(starts: tuple[int, ...], size: int, base: int = 2) -> Dimension:
    return Dimension("d", size, starts, base)


@given(small_intervals, st.integers(1, 60))
def test_rows_give_back_the_values_of_a_dimension(values: IntervalSet, size: int) -> None:
    inside = values & IntervalSet.of((0, size - 1))
    points = {0} | {p for lo, hi in inside.ranges for p in (lo, hi + 1)}
    d = dimension(tuple(sorted(p for p in points if p < size)), size)
    store = Store(d.base + d.width + 1, 1 << 12)
    below = store.literal(d.base + d.width)
    function = (store.pieces(d, d.pieces_of(values)) & below) | (~store.pieces(d, d.pieces_of(values)) & ~below)
    found = {rest: members for members, rest in rows(function, d)}

    assert found.get(below, IntervalSet.empty()) == inside
    assert found.get(~below, IntervalSet.empty()) == inside.complement(size)
    assert remainders(function, d) == set(found)


@given(st.integers(1, 40), st.data())
def test_pieces_and_values_are_inverse(size: int, data: st.DataObject) -> None:
    starts = tuple(sorted({0} | data.draw(st.sets(st.integers(0, size - 1)))))
    d = dimension(starts, size)

    for piece in range(d.pieces):
        lo, hi = d.values_of(piece, piece)
        assert {d.piece_of(v) for v in range(lo, hi + 1)} == {piece}
        assert d.pieces_of(IntervalSet.of((lo, hi))) == [(piece, piece)]
    assert d.values_of(0, d.pieces - 1) == (0, size - 1)
    assert 1 << d.width >= d.pieces > (1 << d.width) // 2
