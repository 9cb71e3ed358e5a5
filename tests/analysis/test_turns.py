"""Times of packets are told apart exactly where a schedule begins or ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.analysis.turns import Turns
from segcheck.model.schedule import WEEK_MINUTES, Schedule, wall_minute
from segcheck.sets.intervals import IntervalSet

JST = timezone(timedelta(hours=9))
#: Tuesday 22:00 to 22:59.
EVENING = Schedule("evening", IntervalSet.empty(), IntervalSet.of((1440 + 1320, 1440 + 1379)))
ONE_DAY = wall_minute(datetime(2026, 11, 10))
ONCE = Schedule("once", IntervalSet.of((ONE_DAY, ONE_DAY + 1439)), IntervalSet.empty())


def ns(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=JST)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9


def numbers(schedules: list[Schedule], *texts: str) -> list[int]:
    return Turns.of(schedules).number(np.array([ns(text) for text in texts])).tolist()


def test_the_first_and_the_last_minute_of_a_schedule_are_its_own() -> None:
    before, first, last, after = numbers(
        [EVENING], "2026-11-10T21:59:59", "2026-11-10T22:00:00", "2026-11-10T22:59:59", "2026-11-10T23:00:00"
    )

    assert first == last
    assert len({before, first, after}) == 3


def test_a_span_that_comes_once_is_not_another_tuesday() -> None:
    on, other = numbers([ONCE, EVENING], "2026-11-10T22:30:00", "2026-11-17T22:30:00")

    assert on != other


@pytest.mark.parametrize(
    "schedules", [[], [Schedule("x", IntervalSet.of((0, 9)), IntervalSet.of((0, 9)), known=False)]]
)
def test_without_known_schedules_all_times_are_alike(schedules: list[Schedule]) -> None:
    assert len(set(numbers(schedules, "1970-01-01T00:05:00", "2026-11-09T00:05:00", "2026-11-10T22:30:00"))) == 1


spans = st.lists(
    st.tuples(st.integers(0, WEEK_MINUTES - 1), st.integers(0, 3000)).map(
        lambda one: (one[0], min(sum(one), WEEK_MINUTES - 1))
    ),
    max_size=3,
).map(lambda parts: IntervalSet.of(*parts))


@given(
    st.lists(st.builds(Schedule, st.just("s"), spans, spans), max_size=3),
    st.lists(st.integers(0, 4 * WEEK_MINUTES), max_size=8),
)
def test_equal_numbers_mean_that_the_same_schedules_are_in_force(schedules: list[Schedule], minutes: list[int]) -> None:
    moments = np.array([minute * 60 * 10**9 - 9 * 3600 * 10**9 for minute in minutes], np.int64)
    states: dict[int, tuple[bool, ...]] = {}
    for number, minute in zip(Turns.of(schedules).number(moments).tolist(), minutes, strict=True):
        state = tuple(one.in_force(minute) for one in schedules)
        assert states.setdefault(number, state) == state
