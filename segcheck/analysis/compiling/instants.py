"""Instants as far as schedules tell them apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from segcheck.model.schedule import WEEK_MINUTES, Schedule, week_minute
from segcheck.sets.intervals import IntervalSet


@dataclass(frozen=True, slots=True)
class Instants:
    """Classes of instants: two instants are of one class if exactly the same schedules are in force.

    examples   a wall-clock minute of each class: the first one from `near` on, else the last one before
    """

    schedules: tuple[Schedule, ...]
    classes: tuple[tuple[bool, ...], ...]
    examples: tuple[int, ...] = ()

    @classmethod
    def of(cls, schedules: Iterable[Schedule], near: int = 0) -> Instants:
        """Return the classes that occur at some instant, found by looking at every instant where something changes."""
        known = tuple(sorted((s for s in schedules if s.known), key=lambda s: s.name))
        turns = sorted({t for s in known for lo, hi in s.once.ranges for t in (lo, hi + 1)} | {near})
        weekly = sorted({w % WEEK_MINUTES for s in known for lo, hi in s.weekly.ranges for w in (lo, hi + 1)} | {0})
        far = 10 * WEEK_MINUTES
        starts, ends = [turns[0] - far, *turns], [*turns, turns[-1] + far]
        seen: dict[tuple[bool, ...], tuple[bool, int, int]] = {}
        for start, end in zip(starts, ends, strict=True):
            for instant in (start, *(start + (w - week_minute(start)) % WEEK_MINUTES for w in weekly)):
                if instant < end:
                    row = tuple(s.in_force(instant) for s in known)
                    found = instant < near, abs(instant - near), instant
                    seen[row] = min(found, seen.get(row, found))
        classes = tuple(sorted(seen))
        return cls(known, classes, tuple(seen[one][-1] for one in classes))

    def class_of(self, minute: int) -> int:
        """Return the number of the class that a wall-clock minute belongs to."""
        return self.classes.index(tuple(s.in_force(minute) for s in self.schedules))

    def during(self, schedule: str) -> IntervalSet:
        """Return the classes in which the named schedule is in force."""
        column = [s.name for s in self.schedules].index(schedule)
        return IntervalSet.of(*(n for n, row in enumerate(self.classes) if row[column]))
