"""When a rule is in force: one-time spans and weekly recurring ones, on a device's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from segcheck.model.source import Span
from segcheck.sets.intervals import IntervalSet

WEEK_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Schedule:
    """In force at an instant that lies in `once` or whose minute of the week lies in `weekly`.

    once     spans of minutes since 1970-01-01T00:00 of the device's wall clock (no zone: the clock a rule was written for)
    weekly   minutes of the week, 0 = Monday 00:00, 10079 = Sunday 23:59
    known    False when the schedule could not be read: it may then be in force at any time
    """

    name: str
    once: IntervalSet
    weekly: IntervalSet
    known: bool = True
    span: Span | None = None

    def in_force(self, minute: int) -> bool:
        """Return whether the schedule is in force at that minute of the wall clock since 1970-01-01T00:00."""
        return minute in self.once or week_minute(minute) in self.weekly


def wall_minute(moment: datetime) -> int:
    """Return the minute of the wall clock since 1970-01-01T00:00 that `moment` shows, its zone ignored."""
    delta = moment.replace(tzinfo=None) - datetime(1970, 1, 1)
    return delta.days * 1440 + delta.seconds // 60


def clock(minute: int) -> str:
    """Return a wall-clock minute as it is written: 2026-11-10T08:30."""
    return (datetime(1970, 1, 1) + timedelta(minutes=minute)).isoformat(timespec="minutes")


def week_minute(minute: int) -> int:
    """Return the minute of the week (0 = Monday 00:00) of a wall-clock minute since 1970-01-01T00:00, a Thursday."""
    return (minute + 3 * 1440) % WEEK_MINUTES
