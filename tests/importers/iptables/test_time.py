"""`-m time` as schedules. Source: iptables-extensions(8) "time", net/netfilter/xt_time.c."""

from __future__ import annotations

import pytest

from segcheck.model.match import Condition, InForce, leaves
from segcheck.model.schedule import Schedule
from segcheck.sets.intervals import IntervalSet
from tests.importers.iptables.saves import codes, rules

DAY = 1440


def schedules(options: str) -> dict[str, Schedule]:
    _, reading = rules(f"FORWARD -m time {options} -j ACCEPT")
    return dict(reading.devices[0].schedules)


def weekly(options: str) -> IntervalSet:
    (found,) = schedules(options).values()
    assert not found.once
    return found.weekly


def test_hours_of_every_day() -> None:
    found = weekly("--timestart 08:00:00 --timestop 17:59:59 --kerneltz")

    assert found == IntervalSet.of(*((day * DAY + 480, day * DAY + 1079) for day in range(7)))


def test_hours_over_midnight_belong_to_the_day_they_are_in() -> None:
    found = weekly("--timestart 22:00:00 --timestop 05:59:59 --weekdays Mon --kerneltz")

    assert found == IntervalSet.of((0, 359), (1320, 1439))


def test_contiguous_hours_go_on_into_the_next_day() -> None:
    found = weekly("--timestart 22:00:00 --timestop 05:59:59 --weekdays Sun --contiguous --kerneltz")

    assert found == IntervalSet.of((0, 359), (6 * DAY + 1320, 7 * DAY - 1))


@pytest.mark.parametrize(("text", "days"), [("Mon,Fri", {0, 4}), ("1,7", {0, 6}), ("Sa,Su", {5, 6})])
def test_weekdays(text: str, days: set[int]) -> None:
    assert weekly(f"--weekdays {text} --kerneltz") == IntervalSet.of(*((d * DAY, d * DAY + DAY - 1) for d in days))


def test_negated_weekdays() -> None:
    assert weekly("! --weekdays Sat,Sun --kerneltz") == IntervalSet.of((0, 5 * DAY - 1))


def test_minute_that_is_in_force_in_part_is_open() -> None:
    (found,), reading = rules("FORWARD -m time --timestart 08:00 --timestop 18:00 --kerneltz -j ACCEPT")
    inner, outer = (
        reading.devices[0].schedules[leaf.schedule] for leaf in leaves(found.match) if isinstance(leaf, InForce)
    )

    assert outer.weekly - inner.weekly == IntervalSet.of(*(day * DAY + 1080 for day in range(7)))
    assert any(isinstance(leaf, Condition) for leaf in leaves(found.match))


def test_end_of_time_that_iptables_save_prints_is_no_date() -> None:
    plain = weekly("--timestart 08:00:00 --timestop 17:59:59 --kerneltz")

    assert weekly("--timestart 08:00:00 --timestop 17:59:59 --kerneltz --datestop 2038-01-19T03:14:07") == plain


def test_dates() -> None:
    (found,) = schedules("--datestart 2026-04-01T00:00:00 --datestop 2026-04-30T23:59:59 --kerneltz").values()

    assert found.once.ranges == ((29583360, 29583360 + 30 * DAY - 1),)
    assert not found.weekly


def test_hours_between_dates_are_written_out_day_by_day() -> None:
    options = (
        "--datestart 2026-04-01 --datestop 2026-04-03T12:00:59 --timestart 09:00:00 --timestop 09:59:59 --kerneltz"
    )
    (found,) = schedules(options).values()
    first = 29583360 + 540

    assert found.once == IntervalSet.of(*((first + day * DAY, first + day * DAY + 59) for day in range(3)))


def test_clock_without_zone_is_utc_and_said() -> None:
    _, reading = rules("FORWARD -m time --timestart 08:00:00 --timestop 17:59:59 -j ACCEPT")
    assumed = [dict(found.params) for found in reading.diagnostics if found.code.value == "default-assumed"]

    assert {"what": "clock of -m time", "value": "UTC", "version": "every kernel"} in assumed


@pytest.mark.parametrize(
    "options", ["--timestart 25:00", "--weekdays Someday", "--datestart tomorrow", "--timestart 8"]
)
def test_unread_time_leaves_the_match_open(options: str) -> None:
    (found,), reading = rules(f"FORWARD -m time {options} -j ACCEPT")

    assert any(isinstance(leaf, Condition) for leaf in leaves(found.match))
    assert "value-not-understood" in codes(reading)
